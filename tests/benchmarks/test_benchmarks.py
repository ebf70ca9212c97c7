"""All benchmarks run, and their ratios and counts have the right order of magnitude.

The real targets are for an idle machine. Times and rates are not checked, because they depend on its load.
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
def test_every_result_has_the_right_order_of_magnitude(name: str) -> None:
    figures = list(BENCHMARKS[name].figures(quick=True))
    assert figures
    for figure in figures:
        value, target = figure.value, figure.target
        assert math.isfinite(value)
        if not figure.is_relative:
            continue
        assert value >= target / ALLOWANCE if figure.is_minimum else value <= target * ALLOWANCE, figure


def test_flood_trades_are_new_and_in_order() -> None:
    blocks = Blocks(5)
    frames = b"".join(blocks.next_frames(count) for count in (10, 5000, 1, 3000))
    decode = Demo().decode
    header = 2
    trades = [
        decode(frames[start + header : start + blocks.frame_bytes])[0]
        for start in range(0, len(frames), blocks.frame_bytes)
    ]
    assert all(isinstance(trade, Trade) for trade in trades)
    results = [trade for trade in trades if isinstance(trade, Trade)]
    for name in {trade.symbol for trade in results}:
        ids = [trade.trade_id for trade in results if trade.symbol == name]
        assert ids == list(range(10**11, 10**11 + len(ids)))
    times = [trade.time_ns or 0 for trade in results]
    assert times == sorted(times)
    assert {trade.symbol for trade in results} == {f"SYM{number:04d}" for number in range(5)}
