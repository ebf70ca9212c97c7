"""The benchmarks run, and their ratios and counts are of the right order; their real targets are for a quiet machine.

Times and rates are measured and not compared: they say how busy the machine is.
"""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.__main__ import BENCHMARKS
from tests.benchmarks.flood_server import Blocks
from ticker_gui.domain.events import Trade
from ticker_gui.feeds.providers.demo import Demo

ALLOWANCE = 4.0


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_figure_is_of_the_right_order(name: str) -> None:
    figures = list(BENCHMARKS[name].figures(quick=True))
    assert figures
    for figure in figures:
        value, target = figure.value, figure.target
        assert math.isfinite(value)
        if not figure.is_relative:
            continue
        assert value >= target / ALLOWANCE if figure.is_least else value <= target * ALLOWANCE, figure


def test_the_flood_is_of_trades_that_are_all_new_and_in_order() -> None:
    blocks = Blocks(5)
    frames = b"".join(blocks.take(count) for count in (10, 5000, 1, 3000))
    decode = Demo().decode
    header = 2
    trades = [
        decode(frames[start + header : start + blocks.frame_bytes])[0]
        for start in range(0, len(frames), blocks.frame_bytes)
    ]
    assert all(isinstance(trade, Trade) for trade in trades)
    told = [trade for trade in trades if isinstance(trade, Trade)]
    for name in {trade.symbol for trade in told}:
        ids = [trade.trade_id for trade in told if trade.symbol == name]
        assert ids == list(range(10**11, 10**11 + len(ids)))
    times = [trade.time_ns or 0 for trade in told]
    assert times == sorted(times)
    assert {trade.symbol for trade in told} == {f"SYM{number:04d}" for number in range(5)}
