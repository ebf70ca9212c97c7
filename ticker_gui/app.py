"""Composition root with a screen: owns QApplication, the loop and the window. The only file that imports qasync."""

from __future__ import annotations

import asyncio
import logging
import signal
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMessageLogContext, QModelIndex, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox
from qasync import QEventLoop

from ticker_gui.domain.errors import SettingsError
from ticker_gui.engine import Engine
from ticker_gui.files import StateFile
from ticker_gui.gui import window_state
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.status.teller import StatusTeller
from ticker_gui.gui.text import plain_box
from ticker_gui.gui.theme import apply_theme, load_theme
from ticker_gui.gui.window import MainWindow
from ticker_gui.gui.window_state import WindowState
from ticker_gui.market.market import Changes
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.resources import asset
from ticker_gui.settings import BUILT_IN, Feed, Settings, split_symbols
from ticker_gui.settings_sources import config_folder
from ticker_gui.stream.threads import DaemonExecutor
from ticker_gui.stream.timing import Timing

EXIT_DONE: Final = 0
EXIT_BUG: Final = 1
_DESKTOP_ID: Final = "io.github.ticker_gui.TickerGui"
_LAST_WORDS_S: Final = 2.0
_SIGNAL_PUMP_MS: Final = 200
_LOG: Final = logging.getLogger(__name__)


def run_window(
    settings: Settings,
    *,
    reload: Callable[[], Settings] | None = None,
    notices: list[str] | None = None,
    screenshot: Path | None = None,
    after_s: float = 3.0,
) -> int:
    """Open the window and return the exit code when it is closed, or when its picture has been taken.

    ``reload`` reads the settings again when the user wants it; ``notices`` are what the user has to be told once.

    Raises:
        SettingsError: the picture cannot be written.
    """
    application = make_application()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        state_file = None if screenshot else config_folder() / "window.json"
        app = App(application, settings, state_file=state_file, reload=reload, notices=notices)
        return runner.run(app.run(screenshot, after_s))


def make_application() -> QApplication:
    """Return the one QApplication, set up."""
    qInstallMessageHandler(_log_qt)
    application = QApplication(["ticker-gui"])
    application.setStyle("Fusion")
    application.setWindowIcon(QIcon(str(asset("icons", "ticker-gui.svg"))))
    QGuiApplication.setDesktopFileName(_DESKTOP_ID)
    # The loop ends because the main task returns, never because Qt quits under it.
    application.setQuitOnLastWindowClosed(False)
    return application


class App:
    """Joins engine, bridge and window: signals go up from the bridge, plain calls go down to the engine."""

    def __init__(
        self,
        application: QApplication,
        settings: Settings,
        *,
        state_file: Path | None = None,
        reload: Callable[[], Settings] | None = None,
        notices: list[str] | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.application = application
        self._notices = notices if notices is not None else []
        self._reload = reload or (lambda: settings)
        self._state_file = None if state_file is None else StateFile(state_file, WindowState)
        feeds = settings.feeds or (BUILT_IN,)
        self.engine = Engine(feeds, settings.limits, timing=timing)
        self._theme_name: str = settings.theme
        theme = load_theme(settings.theme)
        apply_theme(application, theme)
        self.window = MainWindow(
            [feed.name for feed in feeds],
            self.engine.clock,
            theme,
            theme_name=settings.theme,
            flashes=settings.flash,
            simulated=_is_simulated(feeds),
            delayed=_delayed(feeds),
        )
        self.bridge = MarketBridge(self.engine, self.window)
        self.teller = StatusTeller(self.engine, self.bridge, self.window)
        self.stop = asyncio.Event()
        self._connect()

    async def run(self, screenshot: Path | None = None, after_s: float = 3.0) -> int:
        """Show the window until it is closed, a signal comes or the picture is taken; return the exit code."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(DaemonExecutor())
        pump = self._listen_to_signals(loop)
        if self._state_file is not None:
            window_state.put(self._state_file.read(), self.window)
            self._notices.append(self._state_file.complaint)
        self._tell_notices()
        self.window.show()
        engine = asyncio.create_task(self.engine.run(), name="engine")
        stopped = asyncio.create_task(self.stop.wait(), name="stop")
        try:
            timeout = None if screenshot is None else after_s
            await asyncio.wait((engine, stopped), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if engine.done():
                await self._admit_bug(engine.exception(), is_seen=screenshot is None)
                return EXIT_BUG
            if screenshot is not None and not stopped.done():
                self._take_picture(screenshot)
            elif self._state_file is not None:
                self._state_file.write(window_state.take(self.window))
            return EXIT_DONE
        finally:
            self.window.hide()
            for task in (engine, stopped):
                task.cancel()
            await asyncio.wait((engine, stopped), timeout=_LAST_WORDS_S)
            pump.stop()

    def _connect(self) -> None:
        window, bridge = self.window, self.bridge
        bridge.changed.connect(self._show_changes)
        bridge.listed.connect(self._show_list)
        bridge.states_changed.connect(self.teller.show_states)
        bridge.second.connect(self.teller.show_second)
        window.painted.connect(bridge.note_painted)
        window.closing.connect(self.stop.set)
        window.symbols_wanted.connect(self._add_symbols)
        window.theme_wanted.connect(self._use_theme)
        window.reload_wanted.connect(self._use_settings)
        window.watchlist.removal_wanted.connect(self._remove_symbols)
        window.watchlist.frame_wanted.connect(bridge.ask_for_frame)
        window.watchlist.selectionModel().currentRowChanged.connect(self._show_chart)
        window.chart.frame_wanted.connect(bridge.ask_for_frame)
        window.status.retry_wanted.connect(self.engine.retry_now)
        window.details.retry_wanted.connect(self.engine.retry_now)
        window.details.wanted.connect(self.teller.show_answer)
        window.status.details_wanted.connect(self.teller.show_details)
        window.watchlist.why_wanted.connect(self.teller.show_details)
        self.application.styleHints().colorSchemeChanged.connect(self._follow_system)
        bridge.wake()

    # Up: what the market says

    def _show_changes(self, changes: Changes) -> None:
        self.window.model.refresh()
        self.window.chart.refresh()

    def _show_list(self) -> None:
        self.window.model.sync(self.engine.market.states)
        if not self.window.watchlist.currentIndex().isValid() and self.window.model.rowCount():
            self.window.watchlist.selectRow(0)

    def _show_chart(self, current: QModelIndex, previous: QModelIndex) -> None:
        state = self.window.model.state(current.row()) if current.isValid() else None
        if state is not None:
            self.engine.market.chart(state)
        self.window.chart.show_symbol(state)

    # Down: what the user wants

    def _add_symbols(self, feed: str, text: str) -> None:
        try:
            self.engine.watch(feed, split_symbols(text))
        except SettingsError as error:
            self.window.status.tell(error.for_user)

    def _remove_symbols(self, states: list[SymbolState]) -> None:
        for feed in {state.feed for state in states}:
            self.engine.unwatch(feed, [state.wire_symbol for state in states if state.feed == feed])

    def _use_settings(self) -> None:
        """Read the settings again and run the feeds that they name."""
        try:
            feeds = self._reload().feeds or (BUILT_IN,)
            self.engine.use(feeds)
        except SettingsError as error:
            self.window.status.tell(error.for_user)
            return
        self._tell_notices()
        self.window.use_feeds([feed.name for feed in feeds], simulated=_is_simulated(feeds), delayed=_delayed(feeds))
        self.bridge.wake()

    def _tell_notices(self) -> None:
        if notices := list(filter(None, self._notices)):
            self.window.status.tell(" ".join(notices))
        self._notices.clear()

    def _use_theme(self, name: str) -> None:
        self._theme_name = name
        theme = load_theme(name)
        apply_theme(self.application, theme)
        self.window.use_theme(theme)

    def _follow_system(self) -> None:
        if self._theme_name == "system":
            self._use_theme("system")

    # The end

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop) -> QTimer:
        """End on Ctrl-C and SIGTERM as on closing the window."""
        pump = QTimer(interval=_SIGNAL_PUMP_MS)
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self.stop.set)
            except NotImplementedError:  # Windows: Python sees a signal only when Qt lets it run
                signal.signal(number, lambda *_: self.stop.set())
                pump.start()
        return pump

    async def _admit_bug(self, bug: BaseException | None, *, is_seen: bool) -> None:
        _LOG.error("The engine has failed.", exc_info=bug)
        if not is_seen:
            return
        text = "".join(traceback.format_exception(bug)[-1:])
        box = plain_box(
            self.window, QMessageBox.Icon.Critical, "Ticker GUI has failed", f"A bug ended all feeds: {text}"
        )
        box.finished.connect(self.stop.set)
        box.open()
        await self.stop.wait()

    def _take_picture(self, path: Path) -> None:
        draft = path.with_name(f".{path.name}.part")
        if not self.window.grab().save(str(draft), "PNG"):
            raise SettingsError(f"No picture can be written to {path}.")
        draft.replace(path)


def _is_simulated(feeds: Sequence[Feed]) -> bool:
    return any(feed.protocol.is_simulated for feed in feeds)


def _delayed(feeds: Sequence[Feed]) -> list[str]:
    return [feed.name for feed in feeds if feed.is_delayed]


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Send Qt's own messages to the log; most are about platforms and harmless, none is for the user's terminal."""
    level = logging.ERROR if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg) else logging.INFO
    logging.getLogger("ticker_gui.qt").log(level, "%s", message)
