from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.market.test_held_trades import NOW_NS, Market, walks
from ticker_gui.bars.series import TimeSeries
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.events import DayStats
from ticker_gui.domain.timeframe import SECOND
from ticker_gui.market.first_trade import FirstTradeCheck


@given(walks, st.sampled_from([1e-7, 60.0]), st.sampled_from([1e4, 100.0, 8.0, 0.1, 1e-6]))
def test_a_first_price_that_all_later_ones_contradict_is_removed(
    steps: list[float], start: float, factor: float
) -> None:
    market = Market()
    assert market.trade(start * factor)
    prices = [start * (0.8 + step / 5) for step in (1.0,) * 10 + tuple(steps)]
    for price in prices:
        market.trade(price)
    day, bars = market.state.day, TimeSeries(market.state.bars, SECOND).bars
    assert market.prices == prices
    assert (day.high, day.low, day.volume, market.state.last) == (max(prices), min(prices), len(prices), prices[-1])
    assert (bars.high.tolist(), bars.low.tolist()) == (prices, prices)
    assert day.vwap == pytest.approx(sum(prices) / len(prices))


def test_a_first_price_stays_if_later_ones_disagree_or_return_to_it() -> None:
    for run in ([100.0 / 6.0**power for power in range(12)], [1.0, 6.0, 6.0, 1.0] * 5, [60.0, *[-6.0, -7.0] * 6]):
        market = Market()
        for price in run:
            market.trade(price)
        assert market.prices == run


def test_the_range_that_the_provider_states_stays() -> None:
    market = Market()
    market.trade(6_000.0)
    market.state.apply(DayStats("A", high=75.0, low=55.0), NOW_NS)
    for _ in range(10):
        market.trade(60.0)
    assert (market.state.day.high, market.state.day.low) == (75.0, 55.0)


def test_only_the_very_first_trade_is_doubted() -> None:
    tape, first = Tape(4), FirstTradeCheck()
    first.doubt(tape)
    assert not first.is_doubted
    for number in range(10):
        tape.add(NOW_NS + number, 60.0, 1.0)
        first.doubt(tape)
        assert first.is_doubted == (number == 0)
        first.is_doubted = False
