"""Composition root with a screen: owns QApplication, the loop and the window. The only file that imports qasync."""

from __future__ import annotations

import asyncio
import logging
import signal
import statistics
import traceback
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMessageLogContext, QModelIndex, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox
from qasync import QEventLoop

from ticker_gui.diagnosis import diagnose, report
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.feed_state import FeedKind
from ticker_gui.engine import Engine
from ticker_gui.gui import window_state
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.text import plain_box
from ticker_gui.gui.theme import apply_theme, load_theme
from ticker_gui.gui.window import MainWindow
from ticker_gui.market.latency import percentiles
from ticker_gui.market.market import Changes
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.resources import asset
from ticker_gui.settings import BUILT_IN, Settings, config_folder, split_symbols
from ticker_gui.stream.threads import DaemonExecutor
from ticker_gui.stream.timing import Timing

EXIT_DONE: Final = 0
EXIT_BUG: Final = 1
_DESKTOP_ID: Final = "io.github.ticker_gui.TickerGui"
_LAST_WORDS_S: Final = 2.0
_SIGNAL_PUMP_MS: Final = 200
_LOG: Final = logging.getLogger(__name__)


def run_window(settings: Settings, *, screenshot: Path | None = None, after_s: float = 3.0) -> int:
    """Open the window and return the exit code when it is closed, or when its picture has been taken.

    Raises:
        SettingsError: the picture cannot be written.
    """
    application = make_application()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        app = App(application, settings, state_file=None if screenshot else config_folder() / "window.json")
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
        timing: Timing | None = None,
    ) -> None:
        self.application = application
        self._state_file = state_file
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
            simulated=any(feed.protocol.is_simulated for feed in feeds),
            delayed=[feed.name for feed in feeds if feed.is_delayed],
        )
        self.bridge = MarketBridge(self.engine, self.window)
        self.stop = asyncio.Event()
        self._counted = (0, 0, 0)  # messages, merged updates and frames as of the last second
        self._complaints: dict[str, str] = {}
        self._asked: SymbolState | None = None  # the symbol that the details are about
        self._connect()

    async def run(self, screenshot: Path | None = None, after_s: float = 3.0) -> int:
        """Show the window until it is closed, a signal comes or the picture is taken; return the exit code."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(DaemonExecutor())
        pump = self._listen_to_signals(loop)
        if self._state_file is not None:
            window_state.put(window_state.read(self._state_file), self.window)
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
                window_state.write(self._state_file, window_state.take(self.window))
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
        bridge.states_changed.connect(self._show_states)
        bridge.second.connect(self._show_second)
        window.painted.connect(bridge.note_painted)
        window.closing.connect(self.stop.set)
        window.symbols_wanted.connect(self._add_symbols)
        window.theme_wanted.connect(self._use_theme)
        window.watchlist.removal_wanted.connect(self._remove_symbols)
        window.watchlist.frame_wanted.connect(bridge.ask_for_frame)
        window.watchlist.selectionModel().currentRowChanged.connect(self._show_chart)
        window.chart.frame_wanted.connect(bridge.ask_for_frame)
        window.status.retry_wanted.connect(self.engine.retry_now)
        window.details.retry_wanted.connect(self.engine.retry_now)
        window.details.wanted.connect(self._show_answer)
        window.status.details_wanted.connect(self._show_details)
        window.watchlist.why_wanted.connect(self._show_details)
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

    def _show_states(self) -> None:
        feeds = [(feed.name, feed.state) for feed in self.engine.feeds.values()]
        phases = [feed.session.phase for feed in self.engine.feeds.values()]
        self.window.status.show_states(feeds, self.engine.clock(), phases)
        self.window.model.refresh()

    def _show_second(self) -> None:
        """Bring ages, rates and waits up to date."""
        self.window.model.refresh()
        self.window.chart.describe()
        self._show_states()
        messages = sum(feed.session.frames for feed in self.engine.feeds.values())
        counted = (messages, self.bridge.merged, self.bridge.frames)
        rates = [now - before for now, before in zip(counted, self._counted, strict=True)]
        self._counted = counted
        latencies = self.bridge.latencies_ns
        latency_ns = statistics.median(latencies) if latencies else None
        self.window.status.show_rates(rates[0], rates[1], rates[2], latency_ns)
        skipped = sum(feed.session.quarantine.count for feed in self.engine.feeds.values())
        late = [name for name, feed in self.engine.feeds.items() if (delay := feed.delay) and delay.is_late]
        self.window.status.show_trouble(skipped, late)
        if self.window.details.isVisible():
            self._show_answer()
        for name, feed in self.engine.feeds.items():
            if feed.market.complaint and feed.market.complaint != self._complaints.get(name):
                self._complaints[name] = feed.market.complaint
                self.window.status.tell(f"{name}: {feed.market.complaint}")

    def _show_details(self, state: SymbolState | None = None) -> None:
        """Open the details: of a symbol that is quiet, or else of the first feed that is not live."""
        self._asked = state
        feeds = self.engine.feeds.values()
        troubled = next((feed.name for feed in feeds if feed.state.kind is not FeedKind.LIVE), None)
        if state is not None or troubled is not None:
            self.window.details.choose(state.feed if state is not None else troubled or "")
        self._show_answer()
        self.window.details.show()
        self.window.details.raise_()

    def _show_answer(self) -> None:
        details = self.window.details
        feed = self.engine.feeds.get(details.feed)
        if feed is None:
            return
        state = self._asked if self._asked is not None and self._asked.feed == feed.name else None
        now_ns = self.engine.clock()
        painted = percentiles(self.bridge.latencies_ns)
        details.show_answer(diagnose(feed, now_ns, state), report(feed, now_ns, state, painted))

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


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Send Qt's own messages to the log; most are about platforms and harmless, none is for the user's terminal."""
    level = logging.ERROR if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg) else logging.INFO
    logging.getLogger("ticker_gui.qt").log(level, "%s", message)
