"""Applies the feeds of the settings to the running program, with the changes of this session to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ticker_gui.config.settings import BUILT_IN, Feed
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.window.feed_commands import FeedCommands
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.settings_controller import SettingsController
from ticker_gui.watchlist.columns import columns_without_data


class FeedSettings:
    """Sets the feeds of the engine, the window and the lists.

    ``applied`` is called after that, ``start_saving_lists`` when a feed of this session was saved for later ones.
    """

    def __init__(
        self,
        engine: Engine,
        window: MainWindow,
        settings: SettingsController,
        commands: FeedCommands,
        list_controller: WatchlistController,
        *,
        applied: Callable[[], object],
        start_saving_lists: Callable[[], object],
    ) -> None:
        self._engine, self._window, self._settings = engine, window, settings
        self._commands, self._list_controller = commands, list_controller
        self._applied, self._start_saving_lists = applied, start_saving_lists
        self._added: dict[str, Feed] = {}  # saved during a run that does not read the feeds of the file
        window.reload_requested.connect(self.reload_for_user)
        commands.feeds_changed.connect(self.reload)

    def reload_for_user(self) -> None:
        """Read the settings again for the user, who expects that they apply."""
        self._commands.forget()
        self._settings.forget_session()
        self.reload()

    def reload(self) -> None:
        """Read the settings again and apply their feeds, with the changes of this session to them."""
        before = self._settings.in_force
        if self._settings.reload() and self._settings.in_force.feeds == before.feeds:
            self.apply()

    def apply(self) -> None:
        """Apply the feeds of the settings, also if there is no room for all of their symbols."""
        feeds = self._commands.adjusted(self._with_added(self._settings.in_force.feeds)) or (BUILT_IN,)
        try:
            self._engine.set_feeds(feeds)
        except SettingsError as error:
            self._settings.show_error(error)
        show_feeds(self._engine, self._window, self._list_controller)
        self._applied()

    def use_saved(self, feed: Feed) -> None:
        """Connect a feed that was saved, also if this run has its feeds from the command line."""
        before = self._engine.feeds.get(feed.name)
        self._added.pop(feed.name, None)
        self._commands.forget(feed.name)
        self.reload()
        if feed.name not in self._engine.feeds:
            self._added[feed.name] = feed
            self.reload()
        if before is not None and self._engine.feeds.get(feed.name) is before:
            self._engine.reconnect(feed.name)  # its key may be another one
        self._start_saving_lists()
        self._window.status.show_message(f"Saved {sanitize_text(feed.name)}.")

    def _with_added(self, feeds: Sequence[Feed]) -> tuple[Feed, ...]:
        names = [feed.name for feed in feeds]
        return (*feeds, *(feed for name, feed in self._added.items() if name not in names))


def show_feeds(engine: Engine, window: MainWindow, list_controller: WatchlistController) -> None:
    """Show the feeds of the engine and their symbols, after some were added, changed or removed."""
    feeds = [feed.settings for feed in engine.feeds.values()]
    window.set_feeds(
        [feed.name for feed in feeds],
        columns_without_data=columns_without_data(engine.capabilities),
    )
    list_controller.apply_settings()
