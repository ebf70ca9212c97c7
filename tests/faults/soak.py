"""The soak test (F62): a day's load in minutes, with millions of messages and hundreds of reconnects.

``python -m tests.faults.soak [--messages 10000000] [--reconnects 500]`` prints a table of counts. It fails if a message
is not accounted for, or if memory, tasks, timers, objects or file descriptors have increased.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from PySide6.QtCore import QObject

from tests.doubles import until
from tests.faults.process import Service
from tests.faults.program import QUICK
from tests.faults.soak_server import REPLIES, SYMBOLS
from ticker_gui.app.app import App
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.gui.application import make_application
from ticker_gui.gui.event_loop import make_event_loop
from ticker_gui.market.limits import Limits

_TIMEOUTS: Final = msgspec.structs.replace(
    QUICK,
    dns_timeout=1.0,
    answer_timeout=60.0,  # each symbol would change once more if a busy machine answered later
    ping_interval=5.6,  # a starved server does not answer for seconds; it is checked four times as often
    send_timeout=1.0,
    idle_warning=60.0,
    idle_timeout=120.0,
)
_LIMITS: Final = Limits(chart_trades=20_000)  # reached after a tenth of the messages
_SETTLING_S: Final = 1.5  # cancelled Qt timers exist until they expire; none of these waits is longer
_MEMORY: Final = "memory (MiB)"
_PATIENCE_S: Final = 60.0  # with timers that expire late because the machine is busy
_CANCELLED: Final = "cancelled timers"
# A request for past bars may be under way, a thread may be writing a file, and a timer may expire late at this moment;
# a leak would be one for each reconnect, ten at least.
_ALLOWANCES: Final = {
    _MEMORY: 20.0,
    _CANCELLED: 10.0,
    "tasks": 3.0,
    "timers": 3.0,
    "file descriptors": 3.0,
    "Qt objects in Python": 10.0,
}
_PAGES_PER_MEBIBYTE: Final = 256


class Row(NamedTuple):
    """A value with its expected value; with an allowance, it may be lower, or higher by less than the allowance."""

    name: str
    value: float
    expected: float
    allowance: float = 0.0

    @property
    def is_met(self) -> bool:
        """Whether the value is as expected."""
        return self.value - self.expected < self.allowance if self.allowance else self.value == self.expected


class Soak:
    """The program with its window, connected to a server that is never the bottleneck."""

    def __init__(self, app: App, server: Service) -> None:
        self._app = app
        self._server = server
        self._feed = next(iter(app.engine.feeds.values()))

    async def run(self) -> list[Row]:
        """Run the test and return its results."""
        running = asyncio.create_task(self._app.run())
        pressing = asyncio.create_task(self._press_retry())
        await self._holds(1)
        # On a busy machine, few messages may be read before the window is complete.
        await until(lambda: {"deferred_parts", "deferred_feed_parts"} <= vars(self._app).keys())
        before = await self._figures()
        began, frames = time.monotonic(), self._feed.session.frames
        self._server.send_line("go on")
        sent = await self._holds(2)
        speed = (self._feed.session.frames - frames) / (time.monotonic() - began)
        after = await self._figures()
        print(f"{self._feed.session.frames:,} messages, {speed:,.0f} per second")
        rows = [*_compared(before, after), *self._counted(sent)]
        pressing.cancel()
        self._app.stop.set()
        return [*rows, Row("exit code", await running, 0)]

    async def _holds(self, number: int) -> Mapping[str, int]:
        """Wait until the server pauses for the first or second time; return its counts of messages by kind."""
        await until(lambda: len(self._server.events_of("holds")) == number)
        return self._server.events_of("holds")[-1]

    async def _press_retry(self) -> None:
        while True:
            if self._feed.state.kind is FeedStatus.WAITING:
                self._app.window.status.retry_requested.emit()
            await asyncio.sleep(0.005)

    async def _figures(self) -> dict[str, float]:
        """Return the resources in use; counts that fluctuate are the minimum of some samples."""
        samples = list[dict[str, int]]()
        begun_s = time.monotonic()
        while (passed_s := time.monotonic() - begun_s) < 2 * _SETTLING_S or (
            passed_s < _PATIENCE_S and samples[-1][_CANCELLED] >= _ALLOWANCES[_CANCELLED]
        ):
            samples.append(_coming_and_going())
            await asyncio.sleep(0.05)
        children = self._app.window.findChildren(QObject)  # first, because it creates Python objects for those of Qt
        gc.unfreeze()  # frozen objects count, too
        gc.collect()
        return {
            _MEMORY: _memory(),
            **{name: min(sample[name] for sample in samples) for name in samples[0]},
            "Qt objects in Python": sum(isinstance(one, QObject) for one in gc.get_objects()),
            "objects in the window": len(children),
        }

    def _counted(self, sent: Mapping[str, int]) -> Iterator[Row]:
        """Return the counts of each kind of message, and their sum."""
        bridge, session, market = self._app.bridge, self._feed.session, self._feed.market
        trades = [kind for kind in sent if kind not in ("event", REPLIES)]
        trades_sent = sum(sent[kind] for kind in trades)
        replies = sent[REPLIES] * len(SYMBOLS)  # each changes every symbol
        yield Row("frames", session.frames, trades_sent + sent[REPLIES])
        yield Row("trades accepted", sum(state.trades for state in market.states), sent["usual"])
        yield Row("trades missed", sum(state.missed for state in market.states), 0)
        session.rejected_frames.settle()
        rejected = session.rejected_frames.count + session.rejected_frames.held
        yield Row("rejected frames", rejected, sent["bad"] + sent["far"])
        yield Row("duplicates", market.outdated_updates, sent["again"])
        yield Row("unsubscribed", market.unsubscribed_updates, sent["unasked"])
        shown = bridge.updates - bridge.merged
        total = trades_sent + replies + sent["far"]  # a held price is rejected, and displayed in its row
        rest = rejected + market.outdated_updates + market.unsubscribed_updates
        yield Row("displayed + coalesced + rejected + duplicates + others", shown + bridge.merged + rest, total)


def _memory() -> float:
    return round(int(Path("/proc/self/statm").read_text().split()[1]) / _PAGES_PER_MEBIBYTE, 1)


def _coming_and_going() -> dict[str, int]:
    loop: Any = asyncio.get_running_loop()
    timers = list(loop._timer._SimpleTimer__callbacks.values())  # timers of qasync, each with a Qt timer
    cancelled = sum(timer.cancelled() for timer in timers)
    return {
        "file descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "tasks": len(asyncio.all_tasks()),
        "timers": len(timers) - cancelled,
        _CANCELLED: cancelled,
    }


def _compared(before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[Row]:
    for name, value in after.items():
        yield Row(name, value, before[name], _ALLOWANCES.get(name, 0.0))


def print_table(rows: list[Row]) -> bool:
    """Print all rows; return whether all values are as expected."""
    print(f"{'':56}{'measured':>14}{'expected':>14}")
    for row in rows:
        allowed = f"  (allowed: less than {row.allowance:g} more)" if row.allowance else ""
        print(f"{row.name:56}{row.value:>14,.10g}{row.expected:>14,.10g}{allowed}{'' if row.is_met else '  FAILED'}")
    return all(row.is_met for row in rows)


def main() -> int:
    """Run the soak test; return 1 if a value is not as expected."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak")
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--reconnects", type=int, default=500)
    options = parser.parse_args()
    words = "--messages", str(options.messages), "--reconnects", str(options.reconnects)
    server = Service("soak_server", *words, can_fork=False)  # it is the only one of this process
    try:
        application = make_application()
        with asyncio.Runner(loop_factory=lambda: make_event_loop(application)) as runner:
            feed = Feed(server.url, SYMBOLS, "soak", "demo")
            app = App(application, Settings(feeds=(feed,), limits=_LIMITS), timeouts=_TIMEOUTS)
            rows = runner.run(Soak(app, server).run())
    finally:
        server.stop()
    return 0 if print_table(rows) else 1


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
