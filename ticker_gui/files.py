"""Files of our own: for their owner alone, written whole or not at all, put aside where they are not readable."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

MOST_BYTES: Final = 1 << 20
_MOST_STATE_BYTES: Final = 64 << 20  # more than all lists can be
_LOG: Final = logging.getLogger(__name__)

T = TypeVar("T")


class StateFile(Generic[T]):
    """A JSON file of ours that holds one object of a type, which has a value for every field.

    ``complaint`` says in words that a file was not readable, as long as nobody has been told.
    """

    def __init__(self, path: Path, kind: type[T]) -> None:
        self.path: Final = path
        self.complaint = ""
        self._kind = kind

    def read(self) -> T:
        """Return what the file holds; the defaults where it is not there or not readable, and then it is put aside."""
        try:
            if self.path.stat().st_size <= _MOST_STATE_BYTES:
                return msgspec.json.decode(self.path.read_bytes(), type=self._kind)
        except FileNotFoundError:
            return self._kind()
        except (OSError, msgspec.MsgspecError, RecursionError) as error:
            _LOG.info("%s is not readable: %s", self.path, error)
        self.complaint = put_aside(self.path)
        return self._kind()

    def write(self, value: T) -> None:
        """Write an object. A folder that cannot be written to is no failure: it is kept for this run only."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path, msgspec.json.encode(value))
        except OSError as error:
            _LOG.info("%s is not written: %s", self.path, error)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file for its owner alone. Whoever reads it finds the old content or the new, and never a part.

    Raises:
        OSError: it cannot be written; the old content is still there.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # readable by the owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def put_aside(path: Path) -> str:
    """Rename a file that is not readable, and return what there is to say about it."""
    aside = path.with_name(f"{path.name}.bad")
    try:
        path.replace(aside)
    except OSError as error:
        return f"{path} is not readable and cannot be put aside: {error}. The usual values are taken instead."
    return f"{path} was not readable: it is now {aside.name}, and the usual values are taken instead."


def text_of(file: Path) -> str:
    """Return what a text file says.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no text in UTF-8, or too long; why, in words.
    """
    if file.stat().st_size > MOST_BYTES:
        raise ValueError("more than a mebibyte is not read.")
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")  # some editors put this mark before it
    except UnicodeDecodeError as error:
        raise ValueError(f"it cannot be read as text: {error.reason} at byte {error.start}.") from error
    if "\0" in text:
        raise ValueError("it cannot be read as text: it holds zero bytes.")
    return text
