"""Carries out what the user requests of a feed: in the engine, in the settings file, and in the lists."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from PySide6.QtCore import QObject, Signal

from ticker_gui.config.session_keys import SessionKeys
from ticker_gui.config.settings import BUILT_IN, Feed
from ticker_gui.config.settings_file import TextChange
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.engine.engine import Engine
from ticker_gui.feed_setup.key_storage import KeyStorage, store_typed_key
from ticker_gui.feed_setup.saved_feeds import SavedFeeds
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.logs.internal_errors import in_thread

_NO_FILE: Final = "There is no settings file in this session, so this cannot be saved."


class _Removal(NamedTuple):
    """What undo needs: the feed, and how the settings file was changed; None if it does not contain the feed."""

    feed: Feed
    deletion: TextChange | None


class FeedCommands(QObject):
    """Enables, disables, removes and saves feeds, and gives them new keys; files are written in threads.

    Feeds that are not in the settings file are changed for this session only.

    Signals:
        message_requested: a message for the user.
        feeds_changed: the settings file, or the result of `adjusted`, has changed: read the settings again.
        removed: a feed was removed, with a message; empty when that is undone or can no longer be undone.
        step_recorded: a feed was removed, which can be undone.
        feed_saved: a feed of the command line was added to the settings file.
        failed: a change was not possible, so that the state of each feed should be displayed again.
    """

    message_requested = Signal(str)
    feeds_changed = Signal()
    removed = Signal(str)
    step_recorded = Signal()
    feed_saved = Signal()
    failed = Signal()

    def __init__(
        self,
        engine: Engine,
        tasks: BackgroundTasks,
        keys: SessionKeys,
        settings_file: Path | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._tasks = tasks
        self._keys = keys
        self._saved = None if settings_file is None else SavedFeeds(settings_file)
        self._urls: dict[str, str] | None = None  # of the feeds in the settings file; None until they are read
        self._disabled: dict[str, bool] = {}  # changes of this session, which also apply to feeds not in the file
        self._removed = set[str]()
        self._removal: _Removal | None = None
        self._lock = asyncio.Lock()  # one change of the file after the other

    def is_saved(self, feed: str) -> bool:
        """Return whether a feed of the engine is in the settings file."""
        settings = self._engine.feeds[feed].settings
        if settings == BUILT_IN:
            return False
        return self._urls is None or self._urls.get(feed) == settings.url

    def adjusted(self, feeds: Sequence[Feed]) -> tuple[Feed, ...]:
        """Return feeds with the changes of this session, which apply until the user reads the settings again."""
        return tuple(
            msgspec.structs.replace(feed, disabled=self._disabled.get(feed.name, feed.disabled))
            for feed in feeds
            if feed.name not in self._removed
        )

    def forget(self, feed: str | None = None) -> None:
        """Forget the changes of this session to a feed, or to all feeds: the settings apply."""
        for name in list(self._disabled.keys() | self._removed) if feed is None else [feed]:
            self._disabled.pop(name, None)
            self._removed.discard(name)
        self.read_saved()

    def read_saved(self) -> None:
        """Find out which feeds are in the settings file."""
        self._tasks.run(self._read_saved())

    async def _read_saved(self) -> None:
        if self._saved is not None:
            self._urls = await in_thread(self._saved.urls)

    def reconnect(self, feed: str) -> None:
        """Close the connection of a feed and connect again."""
        if feed in self._engine.feeds:
            self._engine.reconnect(feed)

    def enable(self, feed: str, is_enabled: bool) -> None:
        """Connect a feed, or disconnect it and keep its settings."""
        self._run(feed, partial(self._enable, feed, is_enabled))

    async def _enable(self, feed: str, is_enabled: bool) -> None:
        if self._saved is not None and self.is_saved(feed):
            await in_thread(partial(self._saved.change, feed, disabled=not is_enabled))
        self._disabled[feed] = not is_enabled
        self.feeds_changed.emit()

    def remove(self, feed: str) -> None:
        """Remove a feed; `undo` brings it back."""
        self._run(feed, partial(self._remove, feed))

    async def _remove(self, feed: str) -> None:
        settings, deletion = self._engine.feeds[feed].settings, None
        if self._saved is not None and self.is_saved(feed):
            deletion = await in_thread(partial(self._saved.delete, feed))
        self._removed.add(feed)
        self.feeds_changed.emit()
        self._removal = _Removal(settings, deletion)
        has_key = settings.keyring or settings.key_file is not None
        message = f"Removed {sanitize_text(feed, 40)}.{' Its API key is still stored.' if has_key else ''}"
        self.message_requested.emit(message)
        self.removed.emit(message)
        self.step_recorded.emit()
        await self._read_saved()

    @property
    def removed_feed(self) -> str:
        """The feed that was removed last and can be brought back; empty if there is none."""
        return "" if self._removal is None else self._removal.feed.name

    def undo(self) -> None:
        """Bring the feed back that was removed last, with its rows in the lists."""
        if self._removal is not None:
            removal, self._removal = self._removal, None
            self._tasks.run(self._guarded(partial(self._undo, removal)))

    async def _undo(self, removal: _Removal) -> None:
        if self._saved is not None and removal.deletion is not None:
            try:
                await in_thread(partial(self._saved.restore, removal.feed, removal.deletion))
            except BaseException:
                if self._removal is None:  # or else another feed was removed since
                    self._removal = removal
                    self.step_recorded.emit()
                raise
        self._removed.discard(removal.feed.name)
        await self._read_saved()
        self.feeds_changed.emit()
        self.removed.emit("")
        self.message_requested.emit(f"Restored {sanitize_text(removal.feed.name, 40)}.")

    def save(self, feed: str) -> None:
        """Add a feed that is not in the settings file to it."""
        self._run(feed, partial(self._save, feed))

    async def _save(self, feed: str) -> None:
        if self._saved is None:
            raise SettingsError(_NO_FILE)
        name = await in_thread(partial(self._saved.add, self._engine.feeds[feed].settings))
        await self._read_saved()
        renamed = "" if name == feed else f" as {sanitize_text(name, 40)}, because another feed has that name"
        self.message_requested.emit(f"Saved {sanitize_text(feed, 40)} in the settings{renamed}.")
        self.feed_saved.emit()
        self.failed.emit()  # the button goes

    def set_key(self, feed: str, key: str, storage: KeyStorage, done: Callable[[str], object]) -> None:
        """Give a feed another key and connect it with it; ``done`` is called with why that is not possible, if so."""
        self._tasks.run(self._set_key(feed, key, storage, done))

    async def _set_key(self, feed: str, key: str, storage: KeyStorage, done: Callable[[str], object]) -> None:
        async with self._lock:
            if feed not in self._engine.feeds:
                done(f"{sanitize_text(feed, 40)} was removed.")
                return
            try:
                settings = self._engine.feeds[feed].settings
                if self._saved is not None and storage is not KeyStorage.SESSION:
                    folder = self._saved.file.parent
                    stored = await in_thread(partial(store_typed_key, settings, key, storage, folder))
                    await in_thread(partial(self._saved.change, feed, **_key_settings(stored)))
                self._keys.set(feed, key if storage is KeyStorage.SESSION else "")
            except SettingsError as error:
                done(error.for_user)
                return
        done("")
        self.feeds_changed.emit()
        self.reconnect(feed)

    @property
    def can_store_keys(self) -> bool:
        """Whether a key can be stored for later sessions."""
        return self._saved is not None

    def _run(self, feed: str, change: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Change a feed, unless it was removed before."""

        async def change_feed() -> None:
            if feed in self._engine.feeds:
                await change()

        self._tasks.run(self._guarded(change_feed))

    async def _guarded(self, change: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Make a change after those before it; report why it is not possible."""
        async with self._lock:
            try:
                await change()
            except SettingsError as error:
                self.message_requested.emit(error.for_user)
                self.failed.emit()


def _key_settings(feed: Feed) -> dict[str, object]:
    return {"keyring": feed.keyring, "key_file": feed.key_file, "key_env": feed.key_env}
