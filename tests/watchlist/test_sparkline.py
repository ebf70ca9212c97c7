from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import DAY_NS, MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.market.limits import Limits
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS, STEPS, closes, describe_change

NOW_NS = 1_700_000_000 * SECOND_NS  # a whole step of ten seconds
TEN_MINUTES, ONE_HOUR = SPARKLINE_PERIODS[:2]


def state(*trades: tuple[float, float]) -> SymbolState:
    """Return a symbol with trades, each given as seconds before now and a price."""
    it = SymbolState("desk", "a", "A", Limits().watched)
    it.coverage.mark_connected(NOW_NS - 7200 * SECOND_NS)
    for seconds, price in trades:
        time_ns = NOW_NS - int(seconds * SECOND_NS)
        it.apply(Trade("A", price, 1.0, time_ns), time_ns)
    return it


def known(prices: np.ndarray) -> dict[int, float]:
    """Return the indexes, counted from the last step back, at which the price changes."""
    changes = {}
    for step in range(1, STEPS):
        if not np.array_equal(prices[step], prices[step - 1], equal_nan=True):
            changes[step - STEPS + 1] = float(prices[step])
    return changes


def test_each_step_has_its_last_price_and_quiet_steps_repeat_it() -> None:
    prices = closes(state((35, 1.0), (32, 2.0), (5, 3.0)), TEN_MINUTES, NOW_NS + SECOND_NS)
    assert known(prices) == {-4: 2.0, -1: 3.0}
    assert np.isnan(prices[: STEPS - 5]).all()
    assert prices[-1] == 3.0


def test_a_symbol_without_trades_has_no_sparkline() -> None:
    assert np.isnan(closes(state(), TEN_MINUTES, NOW_NS)).all()


def test_a_sparkline_starts_at_the_last_price_before_its_period() -> None:
    assert (closes(state((3600, 5.0)), TEN_MINUTES, NOW_NS) == 5.0).all()


def test_data_gaps_are_not_interpolated() -> None:
    it = state((300, 1.0))
    it.coverage.mark_disconnected(NOW_NS - 100 * SECOND_NS)
    assert np.isnan(closes(it, TEN_MINUTES, NOW_NS)[-10:-1]).all()  # the gap has not ended
    it.coverage.mark_connected(NOW_NS - 50 * SECOND_NS)
    it.apply(Trade("A", 2.0, 1.0, NOW_NS - 20 * SECOND_NS), NOW_NS)
    prices = closes(it, TEN_MINUTES, NOW_NS)
    assert prices[-12] == 1.0
    assert np.isnan(prices[-11:-6]).all()
    assert prices[-1] == 2.0


def test_remembered_values_have_the_trend_until_their_time_from_stored_bars() -> None:
    it, day_ns = state(), NOW_NS - NOW_NS % DAY_NS
    last_ns = day_ns + 100 * MINUTE_NS
    it.remembered = RememberedValues(last_ns, 5.0, last_ns + 30 * SECOND_NS)
    starts = [last_ns - minutes * MINUTE_NS for minutes in (20, 3, 0)]
    bars = [
        Bar("A", "1m", start_ns, 1.0, 9.0, 1.0, close, 1.0, True)
        for start_ns, close in zip(starts, (3.0, 4.0, 5.0), strict=True)
    ]
    assert np.isnan(closes(it, ONE_HOUR, NOW_NS)).all()
    it.bars.provided.add(MINUTE, bars)
    prices = closes(it, ONE_HOUR, NOW_NS)
    assert {step: float(price) for step, price in enumerate(prices) if np.isfinite(price)} == {
        39: 3.0,
        56: 4.0,
        59: 5.0,
    }
    it.bars.provided.add(MINUTE, (), (starts[1], last_ns))
    assert closes(it, ONE_HOUR, NOW_NS)[56:].tolist() == [4.0, 4.0, 4.0, 5.0]
    it.apply(Trade("A", 7.0, 1.0, NOW_NS), NOW_NS)
    assert known(closes(it, TEN_MINUTES, NOW_NS)) == {0: 7.0}


def test_all_rows_cover_the_same_period() -> None:
    one, other = state((95, 1.0), (15, 2.0)), state((95, 7.0), (15, 9.0))
    assert list(known(closes(one, TEN_MINUTES, NOW_NS))) == list(known(closes(other, TEN_MINUTES, NOW_NS)))
    assert TEN_MINUTES.step_of(NOW_NS) + 1 == TEN_MINUTES.step_of(NOW_NS + 10 * SECOND_NS)


def test_longer_periods_use_minute_bars_including_the_providers() -> None:
    it = state()
    begin = NOW_NS - NOW_NS % MINUTE_NS
    for minute in range(30, 0, -1):
        price = 100.0 + minute
        bar = Bar("A", "1m", begin - minute * MINUTE_NS, price, price, price, price, 1.0, is_closed=True)
        it.apply(bar, NOW_NS)
    prices = closes(it, ONE_HOUR, NOW_NS)
    assert prices[-2] == 101.0
    assert prices[-31] == 130.0
    assert np.isnan(prices[:-31]).all()


@pytest.mark.parametrize("skew", [0, 30])
def test_the_period_is_in_exchange_time(skew: int) -> None:
    it = state((25, 1.0), (15, 2.0))
    it.coverage.exchange_lag_ns = skew * SECOND_NS  # the local clock is ahead
    prices = closes(it, TEN_MINUTES, NOW_NS + (5 + skew) * SECOND_NS)
    assert known(prices) == {-3: 1.0, -2: 2.0}


def test_the_change_is_described_as_text() -> None:
    assert describe_change(state((500, 100.0), (5, 102.5)), TEN_MINUTES, NOW_NS) == "+2.50% in 10 min"
    assert describe_change(state(), TEN_MINUTES, NOW_NS) == "–"


def test_a_change_of_negative_prices_has_the_sign_of_the_change() -> None:
    it = state()
    for seconds, price in ((500, -2.0), (499, -2.0), (5, -1.0)):
        time_ns = NOW_NS - seconds * SECOND_NS
        with suppress(FrameError):  # the first price below zero is held until it is confirmed
            it.apply(Trade("A", price, 1.0, time_ns), time_ns)
    assert describe_change(it, TEN_MINUTES, NOW_NS) == "+50.00% in 10 min"
