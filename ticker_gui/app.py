"""Composition root with a screen: owns QApplication, the loop and the window. The only file that imports qasync."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QLocale, QTimer
from qasync import QEventLoop

from ticker_gui.chart.bar_table import BarRows
from ticker_gui.config.settings import BUILT_IN, Feed, Settings
from ticker_gui.config.state_files import write_whole
from ticker_gui.domain.errors import SettingsError
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.application import Application, make_application
from ticker_gui.gui.background_tasks import Errands
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.chart.exports import save_bars
from ticker_gui.gui.watchlist.list_controller import ListKeeper
from ticker_gui.gui.watchlist.row_files import export, read_files
from ticker_gui.gui.widgets.desktop_preferences import MotionWish, number_style, wants_little_motion
from ticker_gui.gui.widgets.file_saving import png
from ticker_gui.gui.widgets.theme import apply_theme, load_theme, request_color_scheme
from ticker_gui.gui.window.chart_selection import Charted
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.persistence import Memory
from ticker_gui.gui.window.status_presenter import StatusTeller
from ticker_gui.logs.exception_hooks import with_exception_handler
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.market import Changes
from ticker_gui.process import exit_signals
from ticker_gui.process.console import print_error
from ticker_gui.stream.daemon_executor import DaemonExecutor
from ticker_gui.stream.timeouts import Timing

EXIT_DONE: Final = 0
_LAST_WORDS_S: Final = 2.0
_SIGNAL_PUMP_MS: Final = 200


class Outside(NamedTuple):
    """What the program reads and keeps besides the settings it is given; as it stands, nothing.

    ``folder`` is for what is remembered. Without ``keeps_lists`` the symbols are those of the settings, whatever was
    shown before. ``reload`` reads the settings again, ``keep_choice`` writes one that was chosen in the window, and
    ``notices`` are what the user has to be told once. ``errors`` counts the internal errors that belong to no feed,
    and ``log_file`` is where all of them are logged.
    """

    folder: Path | None = None
    keeps_lists: bool = True
    reload: Callable[[], Settings] | None = None
    keep_choice: Callable[[str, object], object] | None = None
    notices: list[str] | None = None
    errors: InternalErrors | None = None
    log_file: Path | None = None


def run_window(
    settings: Settings, outside: Outside | None = None, *, screenshot: Path | None = None, after_s: float = 3.0
) -> int:
    """Open the window and return the exit code when it is closed, or when its picture has been taken.

    Raises:
        SettingsError: the picture cannot be written.
    """
    application = make_application()
    with exit_signals.handlers_restored(), asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        app = App(application, settings, outside)
        return runner.run(with_exception_handler(app.run(screenshot, after_s), app.errors))


class App:
    """Joins engine, bridge and window: signals go up from the bridge, plain calls go down to the engine."""

    def __init__(
        self,
        application: Application,
        settings: Settings,
        outside: Outside | None = None,
        *,
        timing: Timing | None = None,
    ) -> None:
        self.application = application
        self._outside = outside or Outside()
        self._notices = self._outside.notices if self._outside.notices is not None else []
        self._settings = settings
        self.errors = self._outside.errors or InternalErrors("the program")
        feeds = settings.feeds or (BUILT_IN,)
        self.engine = Engine(feeds, settings.limits, timing=timing)
        request_color_scheme(settings.theme)
        theme = load_theme(settings.theme, settings.palette)
        apply_theme(application, theme)
        self.window = MainWindow(
            [feed.name for feed in feeds],
            self.engine.clock,
            theme,
            theme_name=settings.theme,
            palette_name=settings.palette,
            flashes=settings.flash and not wants_little_motion(application),
            simulated=_is_simulated(feeds),
            delayed=_delayed(feeds),
            known_symbols=lambda feed: self.engine.feeds[feed].known_symbols if feed in self.engine.feeds else (),
        )
        self.window.use_style(number_style(QLocale()))
        if application.platformName() != "offscreen":  # there a picture is taken, of the usual size
            self.window.fit_into(self.window.screen().availableSize())
        self.bridge = MarketBridge(self.engine, self.window)
        self.teller = StatusTeller(self.engine, self.bridge, self.window, self.errors, self._outside.log_file)
        self.charted = Charted(self.engine.market, self.window.watchlist, self.window.chart)
        self.keeper = ListKeeper(self.engine, self.window.panel)
        self.memory = Memory(self.window, self.keeper, self._outside.folder, keeps_lists=self._outside.keeps_lists)
        self.stop = asyncio.Event()
        self._errands = Errands(self.errors)
        self._connect()
        self._notices += self.memory.restore()

    async def run(self, screenshot: Path | None = None, after_s: float = 3.0) -> int:
        """Show the window until it is closed, a signal comes or the picture is taken; return the exit code."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(DaemonExecutor())
        pump = self._listen_to_signals(loop)
        self._tell_notices()
        self.window.show()
        motion = MotionWish(partial(self.window.watchlist.use_flashes, False), self.window)
        self.errors.guard(motion.ask, "asking the desktop")
        self._errands.keep_running(self.engine.run)
        self._errands.keep_running(self.memory.keep)
        stopped = asyncio.create_task(self.stop.wait(), name="stop")
        try:
            await asyncio.wait((stopped,), timeout=None if screenshot is None else after_s)
            if screenshot is not None and not stopped.done():
                self._take_picture(screenshot)
            else:
                self.memory.write()
            return EXIT_DONE
        finally:
            self.window.hide()
            tasks = (stopped, *self._errands.tasks)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=_LAST_WORDS_S)
            pump.stop()

    def _connect(self) -> None:
        window, bridge, keeper, table = self.window, self.bridge, self.keeper, self.window.watchlist
        bridge.changed.connect(self._show_changes)
        bridge.states_changed.connect(self.teller.show_states)
        bridge.second.connect(self.teller.show_second)
        window.painted.connect(bridge.note_painted)
        window.closing.connect(self.stop.set)
        self.application.quit_wanted.connect(self.stop.set)
        self.application.display_lost.connect(self._save_and_exit)
        window.symbols_wanted.connect(keeper.add_text)
        window.theme_wanted.connect(self._use_theme)
        window.palette_wanted.connect(self._use_palette)
        window.reload_wanted.connect(self._use_settings)
        table.frame_wanted.connect(bridge.ask_for_frame)
        table.chart_wanted.connect(self.charted.show)
        keeper.changed.connect(self._follow_lists)
        window.chart.frame_wanted.connect(bridge.ask_for_frame)
        window.chart_menu.comparison_wanted.connect(self.charted.compare)
        window.chart_menu.bars_wanted.connect(self._export_bars)
        window.chart_menu.told.connect(window.status.tell)
        window.status.retry_wanted.connect(self.engine.retry_now)
        window.details.retry_wanted.connect(self.engine.retry_now)
        window.details.wanted.connect(self.teller.show_answer)
        window.status.details_wanted.connect(self.teller.show_details)
        table.why_wanted.connect(self.teller.show_details)
        table.text_dropped.connect(self._add_symbols)
        table.files_dropped.connect(lambda paths: read_files(paths, self._add_symbols, window.status.tell))
        table.export_wanted.connect(self._export)
        window.undo_wanted.connect(keeper.undo)
        window.redo_wanted.connect(keeper.redo)
        keeper.told.connect(window.status.tell)
        self.application.styleHints().colorSchemeChanged.connect(self._follow_system)
        bridge.wake()

    # Up: what the market says

    def _show_changes(self, changes: Changes) -> None:
        for refresh in (self.window.model.refresh, self.window.chart.refresh):
            self.errors.guard(refresh, "showing changes")  # what the other one shows must not stand still

    def _follow_lists(self) -> None:
        """Say what can be undone, and show what is watched."""
        history = self.keeper.history
        self.window.show_history(
            history.undo_text, history.redo_text, can_undo=history.can_undo, can_redo=history.can_redo
        )
        self.charted.follow_lists()

    # Down: what the user wants

    def _add_symbols(self, text: str) -> None:
        self.keeper.add_text(self.window.feed_to_add_to, text)

    def _export(self, is_all: bool) -> None:
        export(self.window.panel, self.keeper.shown_list.name, self.window.status.tell, is_all=is_all)

    def _export_bars(self, rows: BarRows, path: Path) -> None:
        self._errands.run(save_bars(rows, self.window.status.tell, path))

    def _use_settings(self) -> None:
        """Read the settings again and run the feeds that they name."""
        try:
            settings = self._settings if self._outside.reload is None else self._outside.reload()
            feeds = settings.feeds or (BUILT_IN,)
            self.engine.use(feeds)
        except SettingsError as error:
            self.window.status.tell(error.for_user)
            return
        self._tell_notices()
        self.window.use_feeds([feed.name for feed in feeds], simulated=_is_simulated(feeds), delayed=_delayed(feeds))
        self.keeper.use_settings()
        self.bridge.wake()

    def _tell_notices(self) -> None:
        if notices := list(filter(None, self._notices)):
            self.window.status.tell(" ".join(notices))
        self._notices.clear()

    def _use_theme(self, name: str) -> None:
        self.window.theme_name = name
        self._keep("theme", name)
        self._apply_theme()

    def _use_palette(self, name: str) -> None:
        self.window.palette_name = name
        self._keep("palette", name)
        self._apply_theme()

    def _keep(self, key: str, value: str) -> None:
        if self._outside.keep_choice is not None:
            self._outside.keep_choice(key, value)
            self._tell_notices()

    def _follow_system(self) -> None:
        if self.window.theme_name == "system":
            self._apply_theme()

    def _apply_theme(self) -> None:
        request_color_scheme(self.window.theme_name)
        theme = load_theme(self.window.theme_name, self.window.palette_name)
        apply_theme(self.application, theme)
        self.window.use_theme(theme)

    # The end

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop) -> QTimer:
        """End on a signal as on closing the window."""
        pump = QTimer(interval=_SIGNAL_PUMP_MS)
        pump.timeout.connect(_let_python_run)
        if exit_signals.handle(loop, lambda number: self.stop.set()):
            pump.start()
        return pump

    def _save_and_exit(self) -> None:
        """Save everything and exit, because the display is gone; nothing can be shown or closed any more."""
        self.memory.write()
        if "QT_WAYLAND_RECONNECT" not in os.environ:  # then Qt waits for the compositor to come back
            print_error("The display is gone. Lists and layout are saved.")
            os._exit(EXIT_DONE)

    def _take_picture(self, path: Path) -> None:
        try:
            write_whole(path, png(self.window))
        except OSError as error:
            raise SettingsError(f"No picture can be written to {path}.") from error


def _let_python_run() -> None:
    """Do nothing, in Python: it handles signals only while it runs, which Qt's loop does not by itself."""


def _is_simulated(feeds: Sequence[Feed]) -> bool:
    return any(feed.protocol.is_simulated for feed in feeds)


def _delayed(feeds: Sequence[Feed]) -> list[str]:
    return [feed.name for feed in feeds if feed.is_delayed]
