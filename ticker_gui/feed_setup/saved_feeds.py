"""The feeds in the settings file, changed one at a time. Everything here blocks, because it reads and writes files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

import msgspec

from ticker_gui.config.loading import read_file
from ticker_gui.config.settings import Feed
from ticker_gui.config.settings_file import TextChange
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.feed_setup.draft import unique_name


class SavedFeeds:
    """The feeds of one settings file, which need not exist.

    Methods raise `SettingsError` if the file cannot be read or written; it is left as it is then.
    """

    def __init__(self, file: Path) -> None:
        self.file: Final = file

    def urls(self) -> dict[str, str]:
        """Return names and URLs of the feeds; none if the file cannot be read."""
        try:
            return {name: feed.url for name, feed in self._feeds().items()}
        except SettingsError:
            return {}

    def change(self, name: str, **changes: object) -> None:
        """Change settings of a feed; options of the command line are not written."""
        feed = self._feeds().get(name)
        if feed is None:
            raise SettingsError(f"The settings file has no feed named {quoted(name)}. Reload the settings.")
        _feed_file().save_feed(self.file, msgspec.structs.replace(feed, **changes), name)

    def add(self, feed: Feed, environment: Mapping[str, str] = os.environ) -> str:
        """Add a feed that was named on the command line; return its name, which no other feed has.

        A variable for the key is not written if it is not set: the feed was connected without it.
        """
        name = unique_name(feed.name, self._feeds())
        key_env = feed.key_env if feed.key_env in environment else None
        _feed_file().save_feed(self.file, msgspec.structs.replace(feed, name=name, key_env=key_env))
        return name

    def delete(self, name: str) -> TextChange:
        """Remove a feed; return the text of the file before and after."""
        change: TextChange = _feed_file().delete_feed(self.file, name)
        return change

    def restore(self, feed: Feed, deletion: TextChange) -> None:
        """Bring a removed feed back: where it was, or at the end of a file that was changed since."""
        _feed_file().restore_feed(self.file, feed, deletion)

    def _feeds(self) -> dict[str, Feed]:
        settings = read_file(self.file, lambda notice: None) if os.path.exists(self.file) else None
        return {} if settings is None else {feed.name: feed for feed in settings.feeds}


def _feed_file() -> ModuleType:
    """Return the module that changes the file, which is slow to load."""
    from ticker_gui.feed_setup import feed_file

    return feed_file
