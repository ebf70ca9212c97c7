"""The lists of symbols of earlier sessions, one file for each provider and address."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Final

import msgspec

from ticker_gui.catalog.catalog import Catalog, clean_instruments
from ticker_gui.config.state_files import atomic_write, read_bounded, remove_drafts
from ticker_gui.feeds.history import Instrument
from ticker_gui.feeds.requests import batched

_LOG: Final = logging.getLogger(__name__)
_VERSION: Final = 1
_MAX_BYTES: Final = 32 << 20
_PER_LINE: Final = 500  # instruments; other threads can run between two lines


class _Head(msgspec.Struct, frozen=True):
    """The first line of a file; each of the others is an array of instruments."""

    version: int
    fetched_ns: int
    count: int


class SavedCatalogs:
    """The files in the program's folder. Without it nothing is saved. Call all methods in a thread."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else folder / "symbols"

    def read(self, provider: str, url: str) -> Catalog | None:
        """Return the saved list of a provider; ``None`` if there is none, or the file cannot be used."""
        if self._folder is None:
            return None
        path = _path(self._folder, provider, url)
        try:
            return _decode(read_bounded(path, _MAX_BYTES))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            _LOG.info("%s cannot be read and will be replaced: %s", path, error)
            return None

    def write(self, provider: str, url: str, catalog: Catalog) -> None:
        """Save the list of a provider. A failure is only logged, because the list can be loaded again."""
        if self._folder is None:
            return
        path = _path(self._folder, provider, url)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            remove_drafts(path)
            atomic_write(path, _encode(catalog))
        except OSError as error:
            _LOG.info("%s could not be saved: %s", path, error)


def _path(folder: Path, provider: str, url: str) -> Path:
    """Return the file of a provider; other addresses, such as a test network, may have other symbols."""
    name = "".join(character for character in provider if character.isalnum() or character == "_")
    return folder / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.jsonl"


def _encode(catalog: Catalog) -> bytes:
    head = _Head(_VERSION, catalog.fetched_ns, len(catalog.instruments))
    lines = [msgspec.json.encode(head)]
    lines += [msgspec.json.encode(some) for some in batched(catalog.instruments, _PER_LINE)]
    return b"\n".join(lines)


def _decode(content: bytes) -> Catalog:
    """Return the list in a file.

    Raises:
        ValueError, RecursionError, msgspec.MsgspecError: the file was damaged, or written by another version.
    """
    first, *lines = content.split(b"\n")
    head = msgspec.json.decode(first, type=_Head)
    if head.version != _VERSION:
        raise ValueError(f"its version is {head.version}")
    decoder = msgspec.json.Decoder(list[Instrument])
    instruments = [one for line in lines for one in decoder.decode(line)]
    if len(instruments) != head.count:
        raise ValueError("it is incomplete")
    return Catalog(head.fetched_ns, clean_instruments(instruments))
