"""API keys that are held in memory and end with the program."""

from __future__ import annotations

import threading

import msgspec

from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Feed
from ticker_gui.feeds.protocol import Credentials

_VARIABLE = "the typed key"  # of an environment that exists for one call only


class SessionKeys:
    """The typed keys of this run, by feed. They take precedence over those that the settings name."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._lock = threading.Lock()  # connections look keys up in threads

    def __contains__(self, feed: str) -> bool:
        return feed in self._keys

    def set(self, feed: str, key: str) -> None:
        """Use a key for the next connections of a feed; an empty one is none."""
        with self._lock:
            if key:
                self._keys[feed] = key
            else:
                self._keys.pop(feed, None)

    def remove(self, feed: str) -> None:
        """Forget the key of a feed."""
        self.set(feed, "")

    def find_credentials(self, feed: Feed) -> Credentials:
        """Return what a protocol needs to connect, with the key of this run if there is one. It may block.

        Raises:
            SettingsError: no key was found where one is needed, or it may not be sent.
        """
        with self._lock:
            key = self._keys.get(feed.name)
        return resolve_credentials(feed) if key is None else credentials_with(feed, key)


def credentials_with(feed: Feed, key: str) -> Credentials:
    """Return what a protocol needs to connect with a typed key, wherever the settings say that the key is.

    Raises:
        SettingsError: the key cannot be sent, or may not be.
    """
    feed = msgspec.structs.replace(feed, keyring=False, key_file=None, key_env=_VARIABLE)
    return resolve_credentials(feed, {_VARIABLE: key})
