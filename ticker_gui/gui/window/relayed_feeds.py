"""Shows what relays, such as desks, report: new symbols in the lists, and how many are left out."""

from __future__ import annotations

import asyncio

from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import InternalErrors


class RelayedFeeds:
    """Updates the lists after a report, in a step of its own, because the report is read from the socket."""

    def __init__(
        self, engine: Engine, window: MainWindow, list_controller: WatchlistController, errors: InternalErrors
    ) -> None:
        self._window, self._list_controller, self._errors = window, list_controller, errors
        self._is_due = False
        self._shown: dict[str, str] = {}  # the last message of each feed
        self._engine = engine
        engine.taps.relays.add(self._on_relay)

    def _on_relay(self, feed: EngineFeed) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._errors.guard, self._show, "showing the symbols of a relay")

    def _show(self) -> None:
        self._is_due = False
        if self._engine.is_replay:
            return
        self._list_controller.apply_settings()
        for name, feed in self._engine.feeds.items():
            message = feed.relayed.describe_left_out() if feed.watches_all else ""
            if message and message != self._shown.get(name):
                self._window.status.show_message(message)
            self._shown[name] = message
