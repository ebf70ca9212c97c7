"""Runs the program for fault tests: offscreen, with short timeouts and a monitored event loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import msgspec
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from tests.doubles import until
from tests.faults.process import Service, fault_server
from tests.faults.status_app import StatusApp
from tests.loop_monitor import LoopMonitor
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.gui.application import Application
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.timeouts import Timeouts

QUICK = Timeouts(
    dns_timeout=20.0,
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
# For every fault except a silence: on a busy machine the server may have no turn for some seconds.
PATIENT = msgspec.structs.replace(
    QUICK, open_timeout=20.0, ping_interval=20.0, idle_warning=20.0, idle_timeout=60.0, max_idle_timeout=60.0
)
MAX_EXIT_S = 20.0  # half a second is usual; longer than this only where the program waits for something
runs_whole_windows = False  # for all cases, which takes twice as long
_SECOND_MS = 500  # between the updates that the window makes once a second; tests wait for them
_STATUS_MS = 200  # of the status bar alone, which takes a tenth of the time


def _contains(text: str, words: Sequence[str]) -> bool:
    """Tell whether a text of the status bar contains all words; "Demo" is how it calls live simulated data."""
    lowered = text.lower().replace("demo since", "live since")
    return all(word.lower() in lowered for word in words)


RUNS: list[Program] = []  # of the test that runs, for the table of faults


class Program:
    """A running program, observed and operated as by a user."""

    def __init__(self, app: App) -> None:
        self.app = app
        app.bridge._seconds.setInterval(_SECOND_MS if isinstance(app, App) else _STATUS_MS)
        self.running = asyncio.create_task(app.run())
        self.loop_monitor = LoopMonitor(explains=True)
        self.shown: list[str] = []
        self._status_texts = [self.status_text]  # all that the status bar has shown, however briefly
        self._record_status_texts()

    @property
    def feed(self) -> EngineFeed:
        return next(iter(self.app.engine.feeds.values()))

    @property
    def kind(self) -> FeedStatus:
        return self.feed.state.kind

    def symbol(self, number: int = 0) -> SymbolState:
        return self.app.engine.market.states[number]

    def states_after(self, last: FeedState) -> list[FeedState]:
        """The states since one of them; each may be too short to be seen on a busy machine."""
        return [state for state in self.feed.session.history if state.since_ns > last.since_ns]

    @property
    def disconnect_reasons(self) -> list[str]:
        """The reasons of the last disconnects of all feeds."""
        histories = [feed.session.history for feed in self.app.engine.feeds.values()]
        return [state.reason for history in histories for state in history if state.kind is FeedStatus.WAITING]

    @property
    def status_text(self) -> str:
        count = self.app.window.status.findChild(QPushButton, "feeds_count")
        assert isinstance(count, QPushButton)
        return " · ".join(filter(None, (count.text(), self._label("connection_state"))))

    @property
    def diagnosis(self) -> str:
        """The answer in the diagnostics to why there is no data."""
        return " ".join(filter(None, map(self._label, ("answer", "answer_why", "next_step"))))

    @property
    def is_live(self) -> bool:
        return self.symbol().is_live(self.app.engine.clock())

    async def shows(self, *words: str) -> str:
        """Wait until the status bar shows all of these words, if only briefly; record its text for the table of faults.

        It may have changed since; a live feed of simulated data is called "Demo" there, and the words may call it live.
        """
        del self._status_texts[:-1]  # all but the present one
        await until(lambda: any(_contains(text, words) for text in self._status_texts))
        self.shown.append(next(text for text in reversed(self._status_texts) if _contains(text, words)))
        return self.shown[-1]

    def _record_status_texts(self) -> None:
        """Record each text: on a busy machine, the next one may replace it before a waiting test has its turn."""
        status = self.app.window.status
        show_states = status.show_states

        def show_and_record(*arguments: Any) -> None:
            show_states(*arguments)
            self._status_texts.append(self.status_text)

        status.show_states = show_and_record  # type: ignore[assignment, method-assign]

    async def receives(self, trades: int) -> None:
        """Wait until the first symbol has this number of trades."""
        await until(lambda: self.symbol().trades >= trades)

    async def backs_off(self, server: Service, attempts: int = 4) -> None:
        """Wait for this number of attempts since the last good connection, and check that each is made at its time."""
        await until(lambda: self.feed.state.attempt > attempts)
        states = list(self.feed.session.history)
        waits = [state for state in states if state.kind is FeedStatus.WAITING]
        assert [state.attempt for state in waits] == list(range(2, len(waits) + 2))
        for wait, next_state in pairwise(states):
            if wait.kind is FeedStatus.WAITING:
                assert next_state.kind is FeedStatus.CONNECTING
                assert next_state.since_ns >= (wait.retry_at_ns or 0) > wait.since_ns
        assert server.connections <= len(waits) + 1

    async def retry(self) -> None:
        """Click the button while the program offers it and can do it."""
        button = self.app.window.findChild(QPushButton, "retry_now")
        assert isinstance(button, QPushButton)
        await until(lambda: button.isVisible() and any(feed.state.can_retry for feed in self.app.engine.feeds.values()))
        button.click()

    def _label(self, name: str) -> str:
        label = self.app.window.findChild(QLabel, name)
        assert isinstance(label, QLabel)
        return label.text()


@functools.cache
def _load_fonts() -> None:
    """Paint a text, so that no turn of the loop takes the time in which a process loads its fonts."""
    QLabel("Fonts").grab()


@contextlib.asynccontextmanager
async def program(
    *urls: str,
    symbols: tuple[str, ...] = ("A",),
    timeouts: Timeouts = PATIENT,
    folder: Path | None = None,
    reload: Callable[[], Settings] | None = None,
    make_app: Callable[..., App] = App,
    **options: Any,
) -> AsyncIterator[Program]:
    """Run the program with these feeds; at the end, check its exit code, warnings, remaining tasks and event loop."""
    application = QApplication.instance()
    assert isinstance(application, Application)
    providers = options.pop("providers", None) or (options.pop("provider", "demo"),) * len(urls)
    allow_warnings = options.pop("allow_warnings", False)
    allow_blocking = options.pop("allow_blocking", False)
    feeds = tuple(
        Feed(url, symbols, f"feed{number}", provider, **options)
        for number, (url, provider) in enumerate(zip(urls, providers, strict=True), start=1)
    )
    warnings: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: warnings.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    before = asyncio.all_tasks()
    state_file = None if folder is None else folder / "window.json"
    built_s = -time.thread_time()
    app = make_app(application, Settings(feeds=feeds), AppEnvironment(folder, reload=reload), timeouts=timeouts)
    it = Program(app)
    RUNS.append(it)
    await until(app.window.isVisible)
    built_s += time.thread_time()
    _load_fonts()
    monitoring = asyncio.create_task(it.loop_monitor.run())
    try:
        yield it
    finally:
        monitoring.cancel()
        app.stop.set()
        async with asyncio.timeout(MAX_EXIT_S):
            code = await it.running
        await asyncio.wait((monitoring,))
        logging.getLogger().removeHandler(handler)
    assert code == 0
    assert allow_warnings or not warnings, warnings
    assert state_file is None or state_file.exists()
    if left := asyncio.all_tasks() - before:  # on a busy machine, the program does not wait for their end
        _, left = await asyncio.wait(left, timeout=MAX_EXIT_S)
    assert not left, f"still there: {left}"
    if not allow_blocking:
        it.loop_monitor.check(built_s)


def status_program(*arguments: Any, **options: Any) -> AbstractAsyncContextManager[Program]:
    """Run the program with a status bar in place of the window, unless the whole one is asked for.

    It is no `App`: a test that uses more of the window needs `program`.
    """
    make_app = App if runs_whole_windows else cast(Callable[..., App], StatusApp)
    return program(*arguments, make_app=make_app, **options)


@contextlib.asynccontextmanager
async def during_rollover(**options: Any) -> AsyncIterator[Program]:
    """Run the program until a new connection has taken over and the old one is not closed yet."""
    now_ms = int(time.time() * 1000)
    notice = ("sleep:0.2", 'send:{"e":"serverShutdown","E":1}', "deaf", "sleep:60")
    trade = f'send:{{"e":"trade","s":"A","t":1,"p":"5.0","q":"1","T":{now_ms}}}'
    with fault_server(*notice, "then", "sleep:0.2", trade, "sleep:60") as server:
        async with program(server.url, provider="binance", timeouts=Timeouts(), **options) as it:
            await until(lambda: server.connections >= 2)
            old = it.feed.session.connection
            await until(lambda: it.feed.session.connection is not old)
            yield it
