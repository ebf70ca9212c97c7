"""Starts the window: creates the application, the event loop, the engine and the window."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale

from ticker_gui.app.environment import AppEnvironment
from ticker_gui.catalog.saved_catalogs import SavedCatalogs
from ticker_gui.chart.bar_table import BarRows
from ticker_gui.config.session_keys import SessionKeys
from ticker_gui.config.settings import BUILT_IN, Feed, Settings
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.symbol_catalogs import SymbolCatalogs
from ticker_gui.feed_setup.symbol_providers import describe_missing
from ticker_gui.gui.application import Application, is_any_window_exposed, make_application
from ticker_gui.gui.background_tasks import BackgroundTasks, Work
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.event_loop import make_event_loop
from ticker_gui.gui.garbage_collection import GarbageCollector
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.watchlist.symbol_directory import ListedSymbols
from ticker_gui.gui.widgets.appearance import apply_theme, request_color_scheme
from ticker_gui.gui.widgets.desktop_preferences import ReducedMotionQuery, number_style, prefers_reduced_motion
from ticker_gui.gui.widgets.file_saving import save_screenshot
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.chart_selection import ChartSelection
from ticker_gui.gui.window.console_start import ConsoleStart
from ticker_gui.gui.window.drawing_persistence import DrawingPersistence
from ticker_gui.gui.window.exit_handling import EXIT_DONE, ExitHandling
from ticker_gui.gui.window.feed_commands import FeedCommands
from ticker_gui.gui.window.feed_presenter import FeedPresenter
from ticker_gui.gui.window.feed_settings import FeedSettings
from ticker_gui.gui.window.first_input import FirstInput
from ticker_gui.gui.window.frame_limiter import FrameLimiter
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.past_bars import PastBarsPresenter
from ticker_gui.gui.window.persistence import StatePersistence
from ticker_gui.gui.window.relayed_feeds import RelayedFeeds
from ticker_gui.gui.window.settings_controller import SettingsController, SettingsSource
from ticker_gui.gui.window.status_presenter import StatusPresenter
from ticker_gui.gui.window.stored_data import StoredData
from ticker_gui.gui.window.theme_presenter import ThemePresenter
from ticker_gui.gui.window.undo_history import FeedSteps, ListSteps, UndoHistory
from ticker_gui.logs.exception_hooks import with_exception_handler
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.market import Changes
from ticker_gui.process import exit_signals
from ticker_gui.process.console import print_error
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.watchlist.columns import columns_without_data

if TYPE_CHECKING:
    from ticker_gui.app.deferred_parts import DeferredFeedParts, DeferredParts, InitialParts

_SHUTDOWN_TIMEOUT_S: Final = 2.0
_LATE_S: Final = 1.0  # the window is painted by then


def run_window(
    settings: Settings,
    environment: AppEnvironment | None = None,
    *,
    screenshot: Path | None = None,
    after_s: float = 3.0,
) -> int:
    """Open the window and return the exit code when it is closed, or when the screenshot is saved.

    Raises:
        SettingsError: the screenshot cannot be saved.
    """
    application = make_application()
    with exit_signals.handlers_restored(), asyncio.Runner(loop_factory=lambda: make_event_loop(application)) as runner:
        app = App(application, settings, environment)
        return runner.run(with_exception_handler(app.run(screenshot, after_s), app.errors))


class App:
    """Connects engine, bridge and window: the bridge emits signals; requests of the window call the engine."""

    def __init__(
        self,
        application: Application,
        settings: Settings,
        environment: AppEnvironment | None = None,
        *,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.application = application
        env = self._environment = environment or AppEnvironment()
        self._notices = env.notices if env.notices is not None else []
        self.errors = env.errors or InternalErrors("the program")
        feeds = settings.feeds or (BUILT_IN,)
        self.session_keys = SessionKeys()
        self.engine = self._make_engine(feeds, settings, timeouts)
        self.window = self._make_window([feed.name for feed in feeds], settings)
        self.theme_presenter = ThemePresenter(application, self.window)
        self.bridge = MarketBridge(self.engine, self.window, is_exposed=is_any_window_exposed)
        self.status_presenter = StatusPresenter(self.engine, self.bridge, self.window, self.errors, env.log_file)
        self.chart_selection = ChartSelection(self.engine.market, self.window.panel, self.window.chart)
        self.past_bars = PastBarsPresenter(self.engine, self.window.chart, self.window.range_bar)
        self.catalogs = SymbolCatalogs(self.engine, SavedCatalogs(env.folder), errors=self.errors)
        self.list_controller = WatchlistController(self.engine, self.window.panel)
        directory = ListedSymbols(self.engine, self.list_controller, lambda: self.window.feed_to_add_to, self.catalogs)
        self.window.symbol_directory, self.window.search_online = directory, directory.search_online
        self.persistence = StatePersistence(self.window, self.list_controller, env.folder, saves_lists=env.saves_lists)
        self.undo_history, drawings = UndoHistory(self.window), self.window.drawings
        self.drawing_persistence = DrawingPersistence(drawings, env.folder, self.window.status.show_message)
        self.stop, self._tasks = asyncio.Event(), BackgroundTasks(self.errors)
        self.exit = ExitHandling((self.persistence, self.drawing_persistence), self.stop)
        self.console = ConsoleStart(self.engine, self.bridge, self.window, self._tasks)
        self._garbage_collector = GarbageCollector(self.window)
        self.frame_limit = FrameLimiter(self.bridge.set_frame_limit, settings.frame_limit)
        self.catalogs.online.search.on_change.append(self.window.refresh_symbols)
        source = SettingsSource(env.settings_file, env.overrides, env.with_arguments, env.reload, env.settings_notice)
        self.settings = SettingsController(
            self.window, self._tasks, source, settings, lambda: self.theme_presenter.theme
        )
        self.theme_presenter.followers.append(self.settings.set_theme)
        self.feed_commands = FeedCommands(self.engine, self._tasks, self.session_keys, env.settings_file, self.window)
        show_details, notices = partial(self.status_presenter.show_details, None), self.settings.banners
        self.feed_presenter = FeedPresenter(
            self.engine, self.window, self.feed_commands, self._tasks, show_details, notices
        )
        self.feed_presenter.catalog_note = self.catalogs.describe
        self._connect()
        self._connect_feeds(settings)
        self._notices += self.persistence.restore() + self.drawing_persistence.restore()
        self.chart_selection.restore(self.persistence.saved_symbols, self.list_controller.find)

    def _make_window(self, feeds: Sequence[str], settings: Settings) -> MainWindow:
        request_color_scheme(settings.theme)
        theme = load_theme(settings.theme, settings.palette)
        apply_theme(self.application, theme)
        window = MainWindow(
            feeds,
            self.engine.clock,
            theme,
            theme_name=settings.theme,
            palette_name=settings.palette,
            flash_enabled=settings.flash and not prefers_reduced_motion(self.application),
            columns_without_data=columns_without_data(self.engine.capabilities),
        )
        window.set_style(number_style(QLocale()))
        if self.application.platformName() != "offscreen":  # offscreen, the default size is used for screenshots
            window.fit_into(window.screen().availableGeometry())
        return window

    async def run(self, screenshot: Path | None = None, after_s: float = 3.0) -> int:
        """Show the window until it is closed, a signal arrives or the screenshot is saved; return the exit code."""
        loop = asyncio.get_running_loop()
        loop.call_later(_LATE_S, self._garbage_collector.start)
        signal_poll_timer = self.exit.handle_signals(loop)
        self._show_notices()
        self.window.show()
        motion = ReducedMotionQuery(partial(self.window.watchlist.set_flash_enabled, False), self.window)
        loop.call_later(_LATE_S, self.errors.guard, motion.ask, "asking the desktop")
        self.feed_commands.read_saved()
        self.settings.start()
        self._show_feeds()
        self._start_feeds()
        self._tasks.run_forever(self.persistence.save_changes)
        self._tasks.run_forever(self.drawing_persistence.save_changes)
        self._tasks.run_forever(self.frame_limit.follow_power)
        self._tasks.run_once(self._run_deferred_parts, after=self.window.painted)
        stopped = asyncio.create_task(self.stop.wait(), name="stop")
        try:
            await asyncio.wait((stopped,), timeout=None if screenshot is None else after_s)
            if screenshot is not None and not stopped.done():
                save_screenshot(self.window, screenshot)
            elif failure := await self.exit.save():
                print_error(failure)
            return EXIT_DONE
        finally:
            self.window.hide()
            await self.settings.finish()
            await self._end_feeds()
            if "deferred_parts" in vars(self):
                await self.deferred_parts.alerts.close()
            tasks = (stopped, *self._tasks.tasks)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=_SHUTDOWN_TIMEOUT_S)
            signal_poll_timer.stop()

    def _connect(self) -> None:
        window, bridge, list_controller, table = self.window, self.bridge, self.list_controller, self.window.watchlist
        bridge.changed.connect(self._show_changes)
        bridge.states_changed.connect(self.status_presenter.show_states)
        bridge.states_changed.connect(self._show_feeds)
        bridge.second.connect(self.status_presenter.show_second)
        bridge.second.connect(partial(self.errors.guard, self.feed_presenter.show_second, "showing the feeds"))
        bridge.second.connect(partial(self.errors.guard, self.past_bars.update, "requesting past bars"))
        window.painted.connect(bridge.record_paint)
        window.closing.connect(self.stop.set)
        self.application.quit_requested.connect(self.stop.set)
        self.application.display_lost.connect(self.exit.save_and_exit)
        window.symbols_requested.connect(list_controller.add_text)
        window.symbol_chosen.connect(self._show_symbol)
        self.settings.changed.connect(self._apply_settings)
        self.settings.notice_changed.connect(self._show_feeds)
        table.frame_requested.connect(bridge.request_step)
        table.chart_requested.connect(self.chart_selection.show)
        list_controller.changed.connect(self._follow_lists)
        window.chart.frame_requested.connect(bridge.request_frame)
        window.chart_menu.comparison_requested.connect(self.chart_selection.compare)
        window.chart_menu.bars_requested.connect(self._export_bars)
        window.chart_menu.message_requested.connect(window.status.show_message)
        window.details.diagnosis_requested.connect(self.status_presenter.show_diagnosis)
        window.status.details_requested.connect(self.status_presenter.show_details)
        table.diagnosis_requested.connect(self.status_presenter.show_details)
        undo_history, drawings = self.undo_history, window.drawings
        window.undo_requested.connect(undo_history.undo)
        window.redo_requested.connect(undo_history.redo)
        list_steps = ListSteps(list_controller, partial(window.docks.reveal, window.panel))
        list_controller.step_recorded.connect(partial(undo_history.record, list_steps))
        drawings.step_recorded.connect(partial(undo_history.record, drawings))
        self.feed_commands.step_recorded.connect(partial(undo_history.record, FeedSteps(self.feed_commands)))
        undo_history.changed.connect(self._show_history)
        drawings.message_requested.connect(window.status.show_message)
        drawings.undo_offered.connect(window.status.offer_undo)
        list_controller.message_requested.connect(window.status.show_message)
        list_controller.undo_offered.connect(window.status.offer_undo)
        self.application.styleHints().colorSchemeChanged.connect(self.theme_presenter.follow_color_scheme)
        bridge.wake()

    # The feeds; those of a replay are different

    def _make_engine(self, feeds: Sequence[Feed], settings: Settings, timeouts: Timeouts | None) -> Engine:
        find = self.session_keys.find_credentials
        return Engine(feeds, settings.limits, timeouts=timeouts, find_credentials=find, backfills=True)

    def _connect_feeds(self, settings: Settings) -> None:
        """Connect what changes feeds, and what stores their data."""
        window, engine, env = self.window, self.engine, self._environment
        self.feed_settings = FeedSettings(
            engine, window, self.settings, self.feed_commands, self.list_controller,
            applied=self._follow_feeds, start_saving_lists=self._start_saving_lists,
        )  # fmt: skip
        self.stored_data = StoredData(
            engine, window, env.archive_file, settings.archive, settings.recording, self._tasks
        )
        self.relayed_feeds = RelayedFeeds(engine, window, self.list_controller, self.errors)
        self.list_controller.symbols_missing.connect(self._offer_feeds)
        self.settings.changed.connect(self._apply_feeds)
        self.feed_commands.feed_saved.connect(self._start_saving_lists)
        window.connect_feed_requested.connect(lambda preset: self.deferred_feed_parts.feed_connector.open(preset))
        window.status.retry_requested.connect(engine.retry_now)
        window.details.retry_requested.connect(engine.retry_now)

    def _start_feeds(self) -> None:
        for work in (self.engine.run, self.catalogs.run, self.stored_data.run):
            self._tasks.run_forever(work, after=self.window.painted)

    async def _end_feeds(self) -> None:
        """Do nothing: the tasks of the feeds are cancelled with all others."""

    # The parts that are made when the window is painted, or when they are used before

    @cached_property
    def deferred_parts(self) -> DeferredParts:
        """The parts that every window has."""
        from ticker_gui.app.deferred_parts import DeferredParts

        return DeferredParts(self._earlier_parts)

    @cached_property
    def deferred_feed_parts(self) -> DeferredFeedParts:
        """The parts of a window with live feeds."""
        from ticker_gui.app.deferred_parts import DeferredFeedParts

        parts = DeferredFeedParts(
            self._earlier_parts, self.session_keys, self.catalogs, self.stored_data, lambda: self.settings.in_force
        )
        parts.feed_connector.feed_saved.connect(self.feed_settings.use_saved)
        return parts

    @property
    def _earlier_parts(self) -> InitialParts:
        from ticker_gui.app.deferred_parts import InitialParts

        return InitialParts(
            self.engine, self.window, self.bridge, self._tasks, self._environment, self.list_controller,
            self.undo_history, self.theme_presenter,
        )  # fmt: skip

    async def _run_deferred_parts(self) -> None:
        """Import the deferred parts in a thread, make and start them; the first input makes them at once."""
        first_input = FirstInput(
            self.window.windowHandle(),
            partial(self.errors.guard, self.make_deferred_parts, "making the deferred parts of the window"),
        )
        await asyncio.to_thread(import_module, "ticker_gui.app.deferred_parts")
        first_input.stop()
        for work in self.make_deferred_parts():
            self._tasks.run_forever(work)
        alerts = self.deferred_parts.alerts
        alerts.refresh()
        self._notices += alerts.notices
        self._show_notices()
        self._garbage_collector.freeze()

    def make_deferred_parts(self) -> Sequence[Work]:
        """Make the deferred parts, and return what they do in the background."""
        alerts = self.deferred_parts.alerts
        return alerts.run, alerts.save_changes, self.deferred_feed_parts.start_requests.serve

    # From the market to the window

    def _show_changes(self, changes: Changes) -> None:
        window = self.window
        follow_data = self.feed_presenter.follow_data
        for refresh in (window.model.refresh_values, window.chart.refresh, self.past_bars.follow_chart, follow_data):
            self.errors.guard(refresh, "showing changes")  # an error in one must not freeze the other

    def _follow_lists(self) -> None:
        """Update the undo commands and the chart after a change of the lists."""
        self._show_history()
        self.chart_selection.follow_lists()

    def _show_history(self) -> None:
        history = self.undo_history
        self.window.show_history(
            history.undo_text, history.redo_text, can_undo=history.can_undo, can_redo=history.can_redo
        )

    # From the user to the engine

    def _show_symbol(self, feed: str, symbol: str) -> None:
        """Show a symbol on the chart; a symbol that is in no list is added to the active one."""
        if (state := self.list_controller.reveal(feed, symbol)) is not None:
            self.chart_selection.show(state)  # its row may be filtered out

    def _offer_feeds(self, symbols: Sequence[str]) -> None:
        """Offer to connect a feed for symbols that the built-in market does not have."""
        self.window.status.show_message(describe_missing(symbols))
        first, *others = symbols
        self.window.connect_feed(symbol=first, more_symbols=others)

    def _show_feeds(self) -> None:
        self.errors.guard(self.feed_presenter.show_feeds, "showing the feeds")

    def _export_bars(self, rows: BarRows, path: Path) -> None:
        from ticker_gui.gui.chart.exports import save_bars  # not needed at the start

        self._tasks.run(save_bars(rows, self.window.status.show_message, path))

    def _apply_settings(self, before: Settings, after: Settings) -> None:
        """Apply settings that have changed; `Limits` apply to the next run."""
        self.theme_presenter.apply(before, after)
        self.frame_limit.set_limit(after.frame_limit)

    def _apply_feeds(self, before: Settings, after: Settings) -> None:
        """Apply the feeds of changed settings, and how much of their data is stored."""
        self.stored_data.set_limits(after.archive)
        if before.feeds != after.feeds:
            self.feed_settings.apply()

    def _follow_feeds(self) -> None:
        self._show_notices()
        self.bridge.wake()

    def _start_saving_lists(self) -> None:
        """Also save the lists, because a feed of this session was saved for later ones."""
        self._tasks.run(self.persistence.start_saving_lists())

    def _show_notices(self) -> None:
        self.window.status.queue_messages(filter(None, self._notices))
        self._notices.clear()
