"""The whole program is killed and started again: its archive and its charts have no hole and no trade twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import programs
from tests.archive.stored import load_bars
from tests.journeys.live_market import SYMBOLS, price_of, serving_market, settings_for
from ticker_gui.archive.archive import Archive
from ticker_gui.bars.gaps import NOT_RUNNING
from ticker_gui.domain.timeframe import MINUTE_NS

_DEADLINE_S = 150.0
_FOREVER_NS = 2**62


@contextlib.contextmanager
def window(settings: Path) -> Iterator[subprocess.Popen[str]]:
    program = programs.start("--config", str(settings))
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def wait_until(is_done: Callable[[], bool]) -> None:
    end_s = time.monotonic() + _DEADLINE_S
    while not is_done():
        assert time.monotonic() < end_s
        time.sleep(0.25)  # each look opens the database


def read(call: Callable[[Archive], Any]) -> Any:
    """Read from the archive of the program, if it exists."""
    found = list(Path(os.environ["XDG_DATA_HOME"]).rglob("market-data.sqlite3"))
    return asyncio.run(call(Archive(found[0]))) if found else None


def stored(symbol: str) -> list[tuple[int, float]]:
    """Return the numbers and the prices of the stored trades of a symbol."""
    trades = read(lambda archive: archive.load_trades("desk", symbol, 100_000))
    return [] if trades is None else list(zip(trades.seq.tolist(), trades.prices.tolist(), strict=True))


def is_filled(symbol: str) -> bool:
    gaps = read(lambda archive: archive.load_gaps("desk", symbol, 0, _FOREVER_NS)) or ()
    return any(gap.symbol == symbol and gap.is_backfilled and NOT_RUNNING in gap.reason for gap in gaps)


def minutes(symbol: str) -> Any:
    return read(lambda archive: load_bars(archive, "desk", symbol, "1m", 0, _FOREVER_NS))


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 40])
def test_after_a_kill_and_a_restart_every_trade_is_stored_once_and_every_bar_is_complete(
    tmp_path: Path, count: int
) -> None:
    """The program is killed as soon as it has stored anything, or later."""
    settings = tmp_path / "desk.toml"
    with serving_market() as (live, past):
        settings.write_text(settings_for(live, past))
        with window(settings):
            wait_until(lambda: all(len(stored(symbol)) > count for symbol in SYMBOLS))
        before = {symbol: stored(symbol)[-1][0] for symbol in SYMBOLS}
        time.sleep(1.0)  # while the market goes on
        with window(settings) as program:
            wait_until(lambda: all(is_filled(symbol) for symbol in SYMBOLS))
            program.send_signal(signal.SIGTERM)
            program.wait(_DEADLINE_S)
    for symbol in SYMBOLS:
        trades = stored(symbol)
        first, last = trades[0][0], trades[-1][0]
        assert last > before[symbol] + 20  # those of the pause
        assert trades == [(number, price_of(symbol, number)) for number in range(first, last + 1)]
        bars = minutes(symbol)
        inside = (bars.start_ns > first * 50_000_000) & (bars.start_ns + MINUTE_NS <= last * 50_000_000)
        assert (bars.volume[inside] == 1_200).all()
