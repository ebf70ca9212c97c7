"""The program under faults: its real window, offscreen, with short waits and a watch over its loop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from tests.doubles import until
from tests.faults.process import fault_server
from ticker_gui.app import App, AppEnvironment
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.engine.engine import EngineFeed
from ticker_gui.gui.application import Application
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.timeouts import Timeouts

QUICK = Timeouts(
    dns_timeout=1.0,
    open_timeout=1.0,
    login_timeout=1.0,
    answer_timeout=0.5,
    ping_interval=0.5,
    idle_warning=0.6,
    idle_timeout=1.5,
    max_idle_timeout=6.0,
    backoff_base=0.05,
    backoff_slow_base=0.3,
    backoff_max=1.0,
    healthy_after=1.5,
    rollover_lead=1.0,
    rollover_timeout=2.0,
    check_interval=0.05,
    close_timeout=0.3,
)
LONGEST_GAP_S = 0.25  # a tenth is the aim, in quiet surroundings; what blocks the loop takes longer than either
_SCHEDULER = Path("/proc/thread-self/schedstat")


class LoopWatch:
    """Measures the longest gap in which the loop ran nothing, without the time that other processes had the core."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def run(self) -> None:
        before, waited = time.monotonic(), _waited_s()
        while True:
            await asyncio.sleep(0.005)
            now, waited_now = time.monotonic(), _waited_s()
            self.longest_s = max(self.longest_s, now - before - (waited_now - waited))
            before, waited = now, waited_now


def _waited_s() -> float:
    """Return how long this thread has been ready to run and was not let."""
    try:
        return int(_SCHEDULER.read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


RUNS: list[Program] = []  # of the test that runs, for the table of faults


class Program:
    """A running program, looked at and handled as a user would."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.running = asyncio.create_task(app.run())
        self.watch = LoopWatch()
        self.shown: list[str] = []

    @property
    def feed(self) -> EngineFeed:
        return next(iter(self.app.engine.feeds.values()))

    @property
    def kind(self) -> FeedStatus:
        return self.feed.state.kind

    def symbol(self, number: int = 0) -> SymbolState:
        return self.app.engine.market.states[number]

    @property
    def losses(self) -> list[str]:
        """Why lines were lost, each of the last times."""
        histories = [feed.session.history for feed in self.app.engine.feeds.values()]
        return [state.reason for history in histories for state in history if state.kind is FeedStatus.WAITING]

    @property
    def words(self) -> str:
        return self._label("connection_state")

    @property
    def answer(self) -> str:
        """What the details say to the question why it is quiet."""
        return " ".join(filter(None, map(self._label, ("answer", "answer_why", "next_step"))))

    @property
    def is_live(self) -> bool:
        return self.symbol().is_live(self.app.engine.clock())

    async def shows(self, *words: str) -> str:
        """Wait until the status bar says all of this; keep what it said for the table of faults."""
        await until(lambda: all(word.lower() in self.words.lower() for word in words))
        self.shown.append(self.words)
        return self.words

    async def gets(self, trades: int) -> None:
        """Wait until the first symbol has ``count`` trades."""
        await until(lambda: self.symbol().trades >= trades)

    def retry(self) -> None:
        button = self.app.window.findChild(QPushButton, "retry_now")
        assert isinstance(button, QPushButton)
        assert button.isVisible()
        button.click()

    def _label(self, name: str) -> str:
        label = self.app.window.findChild(QLabel, name)
        assert isinstance(label, QLabel)
        return label.text()


@contextlib.asynccontextmanager
async def program(
    *urls: str,
    symbols: tuple[str, ...] = ("A",),
    timeouts: Timeouts = QUICK,
    folder: Path | None = None,
    reload: Callable[[], Settings] | None = None,
    **options: Any,
) -> AsyncIterator[Program]:
    """Run the program on these feeds; at its end it has exited with 0, nobody has complained and no task is left."""
    application = QApplication.instance()
    assert isinstance(application, Application)
    providers = options.pop("providers", None) or (options.pop("provider", "demo"),) * len(urls)
    may_complain = options.pop("may_complain", False)
    may_stand_still = options.pop("may_stand_still", False)
    feeds = tuple(
        Feed(url, symbols, f"feed{number}", provider, **options)
        for number, (url, provider) in enumerate(zip(urls, providers, strict=True), start=1)
    )
    complaints: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: complaints.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    before = asyncio.all_tasks()
    state_file = None if folder is None else folder / "window.json"
    app = App(application, Settings(feeds=feeds), AppEnvironment(folder, reload=reload), timeouts=timeouts)
    it = Program(app)
    RUNS.append(it)
    await until(app.window.isVisible)
    app.window.grab()  # fonts and styles are laid out once
    watching = asyncio.create_task(it.watch.run())
    try:
        yield it
    finally:
        watching.cancel()
        began = time.monotonic()
        app.stop.set()
        code = await it.running
        await asyncio.wait((watching,))
        logging.getLogger().removeHandler(handler)
        gc.unfreeze()  # what a program holds to be there for good is garbage to the next test
    assert code == 0
    assert time.monotonic() - began < 20.0  # half a second in quiet surroundings
    assert may_complain or not complaints, complaints
    assert state_file is None or state_file.exists()
    assert not (left := asyncio.all_tasks() - before), f"still there: {left}"
    if not may_stand_still:
        assert it.watch.longest_s < LONGEST_GAP_S, f"the loop stood still for {it.watch.longest_s:.3f} s"


@contextlib.asynccontextmanager
async def taking_over(**options: Any) -> AsyncIterator[Program]:
    """Run the program up to the moment in which a new line has taken over and the old one does not let go yet."""
    now_ms = int(time.time() * 1000)
    notice = ("sleep:0.2", 'send:{"e":"serverShutdown","E":1}', "deaf", "sleep:60")
    trade = f'send:{{"e":"trade","s":"A","t":1,"p":"5.0","q":"1","T":{now_ms}}}'
    with fault_server(*notice, "then", "sleep:0.2", trade, "sleep:60") as server:
        async with program(server.url, provider="binance", timeouts=Timeouts(), **options) as it:
            await until(lambda: server.connections == 2)
            old = it.feed.session.connection
            await until(lambda: it.feed.session.connection is not old)
            yield it
