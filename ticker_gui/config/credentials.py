"""API keys: where they are read from, and where they may be sent."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from ticker_gui.config.settings import Feed, unusable_in_header
from ticker_gui.config.state_files import read_text
from ticker_gui.domain.address import is_loopback
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.formatting.file_errors import describe_disk_error, describe_read_error
from ticker_gui.logs.log_redaction import KNOWN_SECRETS
from ticker_gui.process.home_folder import expand_home

if TYPE_CHECKING:
    from types import ModuleType

KEYRING_SERVICE: Final = "ticker-gui"


def resolve_credentials(feed: Feed, environment: Mapping[str, str] = os.environ) -> Credentials:
    """Return what a protocol needs to connect to a feed, including its key.

    ``$KEY`` in the URL and in headers is replaced by the key. This may block, because a keyring asks another process.

    Raises:
        SettingsError: the key cannot be read, a required key is missing, or it would be sent without encryption.
    """
    key = find_key(feed, environment)
    key_headers = [name for name, value in feed.headers.items() if "$KEY" in value]
    if key is None and key_headers:
        raise SettingsError(f"The header {key_headers[0]} requires an API key. Set one with {_key_sources(feed)}.")
    if key is None and "$KEY" in feed.url:
        raise SettingsError(f"The URL of {feed.name} requires an API key. Set one with {_key_sources(feed)}.")
    if key is not None and not _may_send(feed):
        raise SettingsError(
            f"The key for {feed.name} would be sent over ws:// without encryption. "
            "Use wss://, or set allow_plaintext = true for this feed."
        )
    for name in key_headers:
        if (unusable := unusable_in_header(key or "")) is not None:
            raise SettingsError(
                f"The key for {feed.name} contains a character (U+{ord(unusable):04X}) that cannot be sent in the "
                f"header {name}. Check {_source(feed)}."
            )
    headers = {name: value.replace("$KEY", key or "") for name, value in feed.headers.items()}
    cafile = None if feed.cafile is None else str(expand_home(feed.cafile))
    url = feed.url.replace("$KEY", quote(key or "", safe=""))
    access = Credentials(url, key, headers, feed.mapping, cafile, feed.proxy, feed.history_url)
    KNOWN_SECRETS.add(access)
    return access


def find_key(feed: Feed, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the key of a feed, or ``None`` if it has none and needs none. A key of two parts is joined by a colon.

    This may block, because a keyring asks another process.

    Raises:
        SettingsError: the key cannot be read, or a required key is missing.
    """
    key = None
    if feed.keyring:
        key = read_key(feed.name)
    elif feed.key_file is not None:
        key = _from_file(expand_home(feed.key_file))
    elif feed.key_env is not None:
        key = environment.get(feed.key_env, "").strip() or None
    if key is not None:
        _check_key(feed, key)
    if key is None and feed.protocol.needs_key:
        raise SettingsError(f"{feed.protocol.title} requires an API key. Set one with {_key_sources(feed)}.")
    return key


def ask_key(feed: str) -> str:
    """Return the key of a feed from the terminal, without echo, or from a pipe.

    Raises:
        SettingsError: no key was given, or it cannot be read or sent.
    """
    unchanged = f"The key for {feed} has not changed."
    try:
        key = _read_line(feed).strip()
    except EOFError:
        key = ""
    except OSError as error:
        raise SettingsError(f"The key cannot be read: {describe_disk_error(error)}. {unchanged}") from error
    except ValueError as error:
        raise SettingsError(f"The key is not text in UTF-8. {unchanged}") from error
    if not key:
        raise SettingsError(f"No key was given. {unchanged}")
    if not key.isprintable():
        raise SettingsError(f"The key contains a control character and cannot be sent. {unchanged}")
    return key


def _read_line(feed: str) -> str:
    if sys.stdin is None:  # closed
        return ""
    return getpass(f"Key for {feed} (input is hidden): ") if sys.stdin.isatty() else sys.stdin.readline()


def read_key(name: str) -> str:
    """Return the key that is stored in the keyring under the name of a feed or a webhook.

    This may block, because a keyring asks another process.

    Raises:
        SettingsError: the keyring does not contain it, or is not available.
    """
    keyring, error_type = _keyring()
    try:
        key: str | None = keyring.get_password(KEYRING_SERVICE, name)
    except error_type as error:
        raise _no_keyring(name, error) from error
    if key is None:
        raise _no_key(name)
    return key


def store_key(feed: str, key: str) -> None:
    """Store the key of a feed in the keyring.

    Raises:
        SettingsError: no keyring is available.
    """
    keyring, error_type = _keyring()
    try:
        keyring.set_password(KEYRING_SERVICE, feed, key)
    except error_type as error:
        raise _no_keyring(feed, error) from error


def delete_key(feed: str) -> None:
    """Delete the key of a feed from the keyring.

    Raises:
        SettingsError: the keyring does not contain it, or is not available.
    """
    keyring, error_type = _keyring()
    try:
        if keyring.get_password(KEYRING_SERVICE, feed) is None:
            raise _no_key(feed)
        keyring.delete_password(KEYRING_SERVICE, feed)
    except error_type as error:
        raise _no_keyring(feed, error) from error


def _check_key(feed: Feed, key: str) -> None:
    """Raise `SettingsError` if a key cannot be sent unchanged in a URL, a header or a message."""
    if not key:
        raise SettingsError(f"The key for {feed.name} is empty. Put the key into {_source(feed)}.")
    if any(not character.isprintable() for character in key):
        raise SettingsError(
            f"The key for {feed.name} contains a line break or another control character and cannot be sent. "
            f"Check {_source(feed)}."
        )


def _source(feed: Feed) -> str:
    """Return the configured source of the key."""
    if feed.keyring:
        return "the keyring"
    return f"the key file {feed.key_file}" if feed.key_file else f"the environment variable {feed.key_env}"


def _may_send(feed: Feed) -> bool:
    parts = urlsplit(feed.url)
    return parts.scheme == "wss" or feed.allow_plaintext or is_loopback(parts.hostname or "")


def _key_sources(feed: Feed) -> str:
    return f"the environment variable {feed.key_env}" if feed.key_env else "key_env, key_file or keyring"


def _from_file(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077 and os.path.isfile(path):
            raise SettingsError(f"Key file {path} is readable by others. Run chmod 600 on it.")
        return read_text(path).strip()
    except OSError as error:
        raise SettingsError(f"The key file {path} cannot be read: {describe_read_error(error, path)}.") from error
    except ValueError as error:
        raise SettingsError(f"The key file {path} cannot be used: {error}") from error


def _keyring() -> tuple[ModuleType, type[Exception]]:
    import keyring  # imported here, because it takes 0.1 s and few feeds need it
    from keyring.errors import KeyringError

    return keyring, KeyringError


def _no_keyring(feed: str, error: Exception) -> SettingsError:
    reason = str(error).rstrip(" .!") or type(error).__name__
    return SettingsError(f"The keyring is not available for {feed}: {reason}. Use key_env or key_file instead.")


def _no_key(feed: str) -> SettingsError:
    return SettingsError(f"The keyring contains no key for {feed}. Store one with: ticker-gui key set {feed}")
