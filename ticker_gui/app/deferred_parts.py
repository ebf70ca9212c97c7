"""The parts of the window that are not needed until it is painted; they are imported and made after that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.session_keys import SessionKeys
from ticker_gui.config.settings import Settings
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.symbol_catalogs import SymbolCatalogs
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.connect.connector import FeedConnector
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.watchlist.list_exporter import ListExporter
from ticker_gui.gui.watchlist.list_importer import ListImporter
from ticker_gui.gui.watchlist.list_transfer import ListTransfer
from ticker_gui.gui.window.alerts_presenter import AlertsPresenter
from ticker_gui.gui.window.help_commands import HelpCommands
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.recording_commands import RecordingCommands
from ticker_gui.gui.window.recording_opener import RecordingOpener
from ticker_gui.gui.window.start_requests import StartRequestHandler
from ticker_gui.gui.window.stored_data import StoredData
from ticker_gui.gui.window.theme_presenter import ThemePresenter
from ticker_gui.gui.window.undo_history import UndoHistory


class InitialParts(NamedTuple):
    """What the deferred parts use."""

    engine: Engine
    window: MainWindow
    bridge: MarketBridge
    tasks: BackgroundTasks
    environment: AppEnvironment
    list_controller: WatchlistController
    undo_history: UndoHistory
    theme_presenter: ThemePresenter


class DeferredParts:
    """The alerts, what is read and written for the lists, and the commands that show help and open recordings."""

    def __init__(self, initial: InitialParts) -> None:
        engine, window, bridge, tasks, environment, list_controller = initial[:6]
        show_message = window.status.show_message
        self.alerts: Final = AlertsPresenter(engine, window, tasks, lambda: list_controller.lists, environment.folder)
        self.alerts.step_recorded.connect(partial(initial.undo_history.record, self.alerts))
        bridge.second.connect(partial(tasks.errors.guard, self.alerts.show_second, "showing the alerts"))
        self.help_commands: Final = HelpCommands(engine, bridge, window, tasks.errors, environment.log_file)
        self.list_importer: Final = ListImporter(
            list_controller, window.panel, lambda: window.tool_bar.feed, show_message
        )
        self.list_exporter: Final = ListExporter(engine, list_controller, window.panel, show_message)
        self.list_transfer: Final = ListTransfer(list_controller, window.panel)
        self.recording_opener: Final = RecordingOpener(window, tasks, environment.settings_file)


class DeferredFeedParts:
    """What connects and records feeds, and receives symbols for them; a replay has none of these parts."""

    def __init__(
        self,
        initial: InitialParts,
        keys: SessionKeys,
        catalogs: SymbolCatalogs,
        stored_data: StoredData,
        get_settings: Callable[[], Settings],
    ) -> None:
        engine, window, _, tasks, environment, list_controller = initial[:6]
        themes, search = initial.theme_presenter, catalogs.online.search
        self.feed_connector: Final = FeedConnector(
            window, tasks, keys, environment.settings_file, lambda: list(engine.feeds), lambda: themes.theme
        )
        self.feed_connector.search_provider = catalogs.search_provider
        self.feed_connector.search_status = lambda: search.status
        search.on_change.append(self.feed_connector.refresh_symbols)
        themes.followers.append(self.feed_connector.set_theme)
        self.recording_commands: Final = RecordingCommands(
            engine, window, stored_data, tasks, get_settings, environment.log_file
        )
        self.start_requests: Final = StartRequestHandler(window, engine, list_controller.add_text, environment.instance)
