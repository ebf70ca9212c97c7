"""Where an API key comes from: environment, key file, keyring. Keys are read when needed and shown nowhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ticker_gui.domain.errors import SettingsError
from ticker_gui.settings import Feed

KEYRING_SERVICE = "ticker-gui"


def find_key(feed: Feed, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the key of a feed, or ``None`` where it has none and its provider wants none.

    May block: a keyring asks another process.

    Raises:
        SettingsError: the key is not where the settings say, or is missing where the provider wants one.
    """
    key = None
    if feed.keyring:
        key = _from_keyring(feed)
    elif feed.key_file is not None:
        key = _from_file(Path(feed.key_file).expanduser())
    elif feed.key_env is not None:
        key = environment.get(feed.key_env, "").strip() or None
    if key is None and feed.protocol.needs_key:
        where = f"the environment variable {feed.key_env}" if feed.key_env else "key_env, key_file or keyring"
        raise SettingsError(f"{feed.protocol.title} wants a key and none was found: give one by {where}.")
    return key


def _from_file(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise SettingsError(f"Others may read the key file {path}: make it yours alone with chmod 600.")
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"The key file {path} cannot be read: {error.strerror}.") from error


def _from_keyring(feed: Feed) -> str:
    import keyring  # here, as it costs a tenth of a second and few feeds want it
    from keyring.errors import KeyringError

    try:
        key = keyring.get_password(KEYRING_SERVICE, feed.name)
    except KeyringError as error:
        raise SettingsError(
            f"The keyring cannot be asked for the key of {feed.name}: {error}. Use key_env or key_file instead."
        ) from error
    if key is None:
        raise SettingsError(f"The keyring has no key for service {KEYRING_SERVICE}, user {feed.name}.")
    return key
