"""Where a typed API key is stored: the system keyring, a file that only the user can read, or memory."""

from __future__ import annotations

import hashlib
import logging
import re
from enum import Enum
from pathlib import Path
from typing import Final

import msgspec

from ticker_gui.config.credentials import store_key
from ticker_gui.config.settings import Feed
from ticker_gui.config.state_files import atomic_write
from ticker_gui.domain.errors import SettingsError
from ticker_gui.formatting.file_errors import describe_write_error

_LOG: Final = logging.getLogger(__name__)
_NOT_IN_FILE_NAME: Final = re.compile(r"[^\w-]+")


class KeyStorage(Enum):
    """The ways to store a key; the value is the text of the choice."""

    KEYRING = "Store in the system keyring"
    FILE = "Store in a file only you can read"
    SESSION = "Use for this session only"


def available_storages() -> tuple[KeyStorage, ...]:
    """Return the ways to store a key on this computer, the safest first. It may block: it looks for a keyring."""
    return tuple(KeyStorage) if has_keyring() else (KeyStorage.FILE, KeyStorage.SESSION)


def has_keyring() -> bool:
    """Return whether there is a keyring that stores keys. It may block."""
    import keyring  # imported here, because it takes a tenth of a second
    from keyring.errors import KeyringError

    try:
        return float(keyring.get_keyring().priority) >= 1  # the placeholders without storage have less
    except (KeyringError, RuntimeError, OSError) as error:
        _LOG.info("There is no keyring: %s", error)
        return False


def store_typed_key(feed: Feed, key: str, storage: KeyStorage, folder: Path) -> Feed:
    """Store a key and return the feed with the setting that finds it. It may block.

    ``folder`` is that of the settings file; key files are in its subfolder ``keys``.

    Raises:
        SettingsError: the key cannot be stored there.
    """
    feed = msgspec.structs.replace(feed, keyring=False, key_file=None, key_env=None)
    if storage is KeyStorage.KEYRING:
        store_key(feed.name, key)
        return msgspec.structs.replace(feed, keyring=True)
    if storage is KeyStorage.FILE:
        file = key_file(folder, feed.name)
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_write(file, f"{key}\n".encode())
        except OSError as error:
            raise SettingsError(f"The key could not be stored: {describe_write_error(error, file)}.") from error
        return msgspec.structs.replace(feed, key_file=str(file))
    return feed


def key_file(folder: Path, feed: str) -> Path:
    """Return the key file of a feed. Its name is readable, and different for each feed."""
    plain = _NOT_IN_FILE_NAME.sub("_", feed)[:48]
    suffix = "" if plain == feed else "-" + hashlib.sha256(feed.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return folder.absolute() / "keys" / f"{plain}{suffix}.key"
