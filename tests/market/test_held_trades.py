from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Correction, Quote, Trade, Updates
from ticker_gui.domain.timeframe import SECOND, SECOND_NS
from ticker_gui.market.held_trades import BAND, HeldTrades
from ticker_gui.market.market import Limits
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.market.tape import Tape

NOW_NS = 1_700_000_000 * SECOND_NS

RISE = [0.05] * 30 + [0.30, 0.35, 0.45, 0.60, 0.80, 1.10, 1.40]
OIL = [1.0, 0.6, 0.25, 0.1, 0.04, 0.01, -0.1, -0.5, -1.43, -4.0, -9.1, -14.0, -21.2, -37.63]
SHORT_OIL = [1.0, 0.01, -0.1, -0.5, -1.43, -37.63]
# Prices of quarters of an hour, EUR/MWh: through zero and back, with single prices on either side of it.
ELECTRICITY = [
    41.2, 33.0, 24.9, 12.1, 8.8, 5.0, 1.9, 0.4, -0.1, 0.3, -0.6, -3.4, -5.0, -12.9, -0.02, 0.0, -25.0, -61.3, -130.2,
    -80.0, -20.0, -1.1, 0.0, 3.3, 0.1, -0.3, 12.0, 55.5, 98.0, 140.0,
]  # fmt: skip
DIP = [30.0, 20.0, 10.0, 2.0, -3.0, 5.0, 12.0, 20.0, -5.0, 8.0]
TICKS = [0.10, 0.05, 0.10, 0.05, -0.05, 0.05, -0.05, 0.05, -0.05, 0.05, 0.0, 0.05]  # at the bid and at the ask
SPREAD = [0.25, 0.20, 0.10, 0.05, -0.05, -0.10, -0.05, 0.0, 0.05, -0.15, 0.20, 0.0, 0.0, -0.05]

walks = st.lists(st.floats(0.8, 1.25), min_size=1, max_size=40)


class Market:
    """One symbol whose trades come a second apart."""

    def __init__(self) -> None:
        self.state = SymbolState("desk", "A", "A", Limits().watched)
        self.seconds = 0

    def trade(self, price: float, size: float = 1.0) -> bool:
        """Apply a trade; return whether it was accepted at once."""
        self.seconds += 1
        time_ns = NOW_NS + self.seconds * SECOND_NS
        try:
            assert self.state.apply(Trade("A", price, size, time_ns, self.seconds), time_ns)
        except FrameError:
            return False
        return True

    @property
    def prices(self) -> list[float]:
        prices: list[float] = self.state.tape.prices.tolist()
        return prices


@pytest.mark.parametrize("run", [RISE, OIL, SHORT_OIL, ELECTRICITY, DIP, TICKS, SPREAD])
def test_a_run_of_real_prices_delays_its_first_trade_at_most(run: list[float]) -> None:
    market = Market()
    accepted = [market.trade(price) for price in run]
    assert accepted.count(False) <= 1
    assert market.prices == run  # all of them, each at its own time
    day, bars = market.state.day, market.state.bars.read(SECOND)
    assert (day.high, day.low, day.volume, market.state.last) == (max(run), min(run), len(run), run[-1])
    assert (bars.high.tolist(), bars.low.tolist(), bars.volume.sum()) == (run, run, len(run))


@given(walks, st.sampled_from([1e-7, 0.05, 1.0, 61_234.5]), st.sampled_from([1000.0, 0.001, -1.0, 0.0]))
def test_a_single_wrong_price_is_never_shown_and_the_next_trade_discards_it(
    steps: list[float], start: float, factor: float
) -> None:
    market, real = Market(), [start] * 3
    for price in real:
        market.trade(price)
    for step in steps:
        assert not market.trade(real[-1] * factor)
        assert market.state.last == real[-1]
        assert market.state.held_price == (real[-1] * factor or None)
        real.append(real[-1] * step)
        assert market.trade(real[-1])
        assert market.state.held_price is None
    assert market.prices == real
    assert (market.state.day.high, market.state.day.low) == (max(real), min(real))


def model(prices: list[float]) -> list[float]:
    """Return which prices count, in order, where all are above zero: the rule as it is written in the README."""
    counted: list[float] = []
    held: dict[bool, float] = {}
    for price in prices:
        last = counted[-1] if counted else price
        if last <= price * BAND <= last * BAND**2:
            counted.append(price)
            held = {}
            continue
        is_above = price > last
        if is_above in held:
            counted += [held[is_above], price]
            held = {}
        else:
            held[is_above] = price
    return counted


@given(st.lists(st.sampled_from([0.001, 0.01, 0.03, 0.1, 0.4, 1.0, 2.0, 7.0, 30.0, 1e3, 1e6]), max_size=60))
def test_prices_above_zero_count_as_the_rule_says(prices: list[float]) -> None:
    market = Market()
    for price in prices:
        market.trade(price)
    expected = model(prices)
    assert market.prices == expected
    assert market.state.last == (expected[-1] if expected else None)
    assert market.state.bars.read(SECOND).volume.sum() == len(expected)


@given(st.lists(st.floats(-500.0, 500.0), min_size=8, max_size=60), st.sampled_from([1e5, -1e5]))
def test_where_prices_may_be_negative_only_distant_ones_are_held(prices: list[float], wrong: float) -> None:
    market = Market()
    for price in (-500.0, -500.0):
        market.trade(price)
    accepted = [market.trade(price) for price in prices]
    assert all(accepted)
    assert not market.trade(wrong)
    assert market.trade(prices[-1])
    assert market.prices == [-500.0, -500.0, *prices, prices[-1]]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=100))
def test_any_numbers_are_counted_or_rejected_within_bounds(prices: list[float]) -> None:
    market = Market()
    for price in prices:
        market.trade(price)
        assert market.state.day.high is None or math.isfinite(market.state.day.high)
    assert all(math.isfinite(price) for price in market.prices)
    for before, after in pairwise(market.prices):
        assert abs(before) < 1e15 > abs(after)


@pytest.mark.parametrize(("wrong", "real"), [(6_000.0, 60.0), (0.06, 60.0), (-60.0, 60.0)])
def test_a_wrong_first_price_is_held_where_a_quote_is_known(wrong: float, real: float) -> None:
    market = Market()
    market.state.apply(Quote("A", 59.9, 1.0, 60.1, 1.0), NOW_NS)
    assert not market.trade(wrong)
    assert market.trade(real)
    assert (market.prices, market.state.day.high, market.state.day.low) == ([real], real, real)


def test_a_quote_that_says_nothing_about_the_price_holds_no_first_trade() -> None:
    market = Market()
    market.state.apply(Quote("A", 0.01, 1.0, 200_000.0, 1.0), NOW_NS)
    assert market.trade(60.0)


def test_a_held_trade_keeps_its_own_time_and_size() -> None:
    market = Market()
    market.trade(50.0)
    market.trade(9.0, size=7.0)
    market.trade(8.0, size=2.0)
    state = market.state
    assert state.tape.times_ns.tolist() == [NOW_NS + second * SECOND_NS for second in (1, 2, 3)]
    assert (state.tape.sizes.tolist(), state.day.volume, state.last_size) == ([1.0, 7.0, 2.0], 10.0, 2.0)
    assert [held.trade.trade_id for held in state.confirmed] == [2]


def test_a_trade_told_by_two_channels_does_not_confirm_itself() -> None:
    market = Market()
    market.trade(50.0)
    wrong = Trade("A", 9.0, 1.0, NOW_NS + 5 * SECOND_NS, 99)
    with pytest.raises(FrameError):
        market.state.apply(wrong, NOW_NS)
    assert not market.state.apply(wrong, NOW_NS)
    without_id = Trade("A", 9.0, 1.0, NOW_NS + 6 * SECOND_NS)
    other = Market()
    other.trade(50.0)
    for _ in range(3):
        with pytest.raises(FrameError):
            other.state.apply(without_id, NOW_NS)
    assert other.prices == market.prices == [50.0]


def test_trades_that_may_not_update_the_last_price_discard_nothing() -> None:
    market = Market()
    market.trade(50.0)
    assert not market.trade(9.0)
    for _ in range(3):
        market.state.apply(Trade("A", 50.0, 1.0, updates=Updates.VOLUME), NOW_NS)
    assert market.state.held_price == 9.0
    assert market.trade(8.0)
    assert (market.state.last, market.state.day.low, market.state.day.volume) == (8.0, 8.0, 6.0)
    for price in (8.1, 8.2):
        assert not market.trade(500.0)
        market.state.apply(Trade("A", 8.0, 1.0, updates=Updates.VOLUME), NOW_NS)
        assert market.trade(price)
        assert market.state.held_price is None


def test_a_held_trade_that_is_cancelled_or_corrected_was_never_counted() -> None:
    for price in (None, 50.5, 9.5):
        market = Market()
        market.trade(50.0)
        assert not market.trade(9.0)
        correction = Correction("A", market.seconds, price, 4.0)
        if price == 9.5:
            with pytest.raises(FrameError):
                market.state.apply(correction, NOW_NS)
        else:
            assert market.state.apply(correction, NOW_NS)
        assert market.state.held_price == (9.5 if price == 9.5 else None)
        counted = [50.0] if price != 50.5 else [50.0, 50.5]
        assert market.prices == counted
        assert market.state.day.volume == (5.0 if price == 50.5 else 1.0)
        assert market.state.day.low == 50.0


def test_zeros_confirm_no_price_above_zero_and_count_once_a_negative_one_follows() -> None:
    market = Market()
    market.trade(0.05)
    assert not any(market.trade(0.0) for _ in range(50))
    assert market.state.held_price is None  # many feeds send zero for an unknown price
    assert not market.trade(0.0001)
    assert market.trade(0.05)
    assert not market.trade(0.0)
    assert market.trade(-0.01)
    assert market.prices == [0.05, 0.05, 0.0, -0.01]
    assert market.trade(0.0)


@pytest.mark.parametrize("updates", [Updates.NOTHING, Updates.VOLUME])
def test_trades_that_update_no_price_are_neither_held_nor_do_they_confirm(updates: Updates) -> None:
    held, tape = HeldTrades("A"), Tape(8)
    tape.add(NOW_NS, 50.0, 1.0)
    with pytest.raises(FrameError):
        held.check(Trade("A", 9.0), 50.0, tape, NOW_NS)
    assert held.check(Trade("A", 8.0, updates=updates), 50.0, tape, NOW_NS) == ()
    assert held.price(tape) == 9.0
    assert [one.trade.price for one in held.check(Trade("A", 7.0), 50.0, tape, NOW_NS)] == [9.0]
