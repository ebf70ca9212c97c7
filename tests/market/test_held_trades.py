from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.series import TimeSeries
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Correction, Quote, Trade, Updates
from ticker_gui.domain.timeframe import SECOND, SECOND_NS
from ticker_gui.market.deduplication import RecentIds
from ticker_gui.market.held_trades import BAND, HeldTrade, HeldTrades
from ticker_gui.market.limits import Limits
from ticker_gui.market.symbol_state import SymbolState

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
    day, bars = market.state.day, TimeSeries(market.state.bars, SECOND).bars
    assert (day.high, day.low, day.volume, market.state.last) == (max(run), min(run), len(run), run[-1])
    assert (bars.high.tolist(), bars.low.tolist(), bars.volume.sum()) == (run, run, len(run))


@pytest.mark.parametrize(
    "cycle", [(-0.1, 0.0, 0.1), (0.1, 0.0, -0.1), (-0.1, 0.1), (0.1, -0.1), (0.0, -0.1, 0.1), (0.0, 0.1, -0.1)]
)
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e4])
def test_prices_that_alternate_around_zero_count_from_the_first_negative_one_on(
    cycle: tuple[float, ...], scale: float
) -> None:
    market, run = Market(), [price * scale for price in cycle * 8]
    for price in run:
        market.trade(price)
    assert len(market.prices) >= len(run) - 1
    assert market.prices == run[len(run) - len(market.prices) :]


SCALES = st.floats(-9, 6).map(lambda power: 10.0**power)


@st.composite
def walks_through_zero(draw: st.DrawFn) -> list[float]:
    """Return a walk of even steps of one scale that comes from above zero and spends most of its time near it."""
    scale = draw(SCALES)
    first = draw(st.floats(1.0, 4.0)) * scale
    ups = draw(st.lists(st.floats(0.3, 1.0).map(lambda step: step * scale), min_size=2, max_size=40))
    run = [first + 3 * scale, first + 2 * scale, first + scale, first]
    for size in ups:
        is_up = run[-1] < -2 * scale or (run[-1] < 2 * scale and draw(st.booleans()))
        run.append(run[-1] + size if is_up else run[-1] - size)
    return run


@given(walks_through_zero())
def test_a_walk_through_zero_of_any_scale_delays_single_trades_at_most(run: list[float]) -> None:
    market = Market()
    accepted = [market.trade(price) for price in run]
    near_zero = [number for number, price in enumerate(run) if price == 0.0]
    assert accepted.count(False) - len(near_zero) <= 2
    assert len(run) - len(market.prices) - len(near_zero) <= 1


@given(walks, SCALES, st.integers(0, 60), st.sampled_from([-1.0, -5.0, 0.001, 1000.0, -1e6]))
def test_a_single_wrong_price_is_held_at_any_scale_and_position(
    steps: list[float], scale: float, place: int, factor: float
) -> None:
    real = [scale] * 3
    for step in steps:
        real.append(real[-1] * step)
    place = 3 + place % (len(real) - 2)
    market = Market()
    for price in real[:place]:
        assert market.trade(price)
    assert not market.trade(real[place - 1] * factor)
    for price in real[place:]:
        assert market.trade(price)
    assert market.prices == real


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


class Model:
    """The rule for prices above zero in the plainest way; each price has the number of its arrival."""

    def __init__(self) -> None:
        self.counted: list[tuple[int, float]] = []
        self.arrivals = 0  # of counted ones
        self.doubted: tuple[int, float] | None = None
        self.held: dict[bool, tuple[int, int, float]] = {}
        self.discarded: dict[bool, list[tuple[int, int, float]]] = {False: [], True: []}

    def trade(self, number: int, price: float) -> None:
        last = self.counted[-1][1] if self.counted else price
        if self._is_usual(price, last):
            self._count([(number, price)])
            return
        is_above = price > last
        for side, held in list(self.held.items()):
            if held[0] < self.arrivals:
                self.discarded[side].append(self.held.pop(side))
        for side in self.discarded:
            self.discarded[side] = [one for one in self.discarded[side] if self.arrivals - one[0] <= 32][-16:]
        confirmed = self._alternating(price, last, is_above)
        if confirmed or is_above in self.held:
            confirmed += [self.held[is_above][1:]] if is_above in self.held else []
            self.held, self.discarded = {}, {False: [], True: []}
            if self.arrivals == 1:
                self.doubted = self.counted[0]
            self._count([*confirmed, (number, price)])
        else:
            self.held[is_above] = self.arrivals, number, price

    def _count(self, trades: list[tuple[int, float]]) -> None:
        for trade in trades:
            if self.doubted is not None and len(self.counted) > 8:
                others = [price for _, price in self.counted if price != self.doubted[1]]
                if self._is_disproved(self.doubted[1], others):
                    self.counted.remove(self.doubted)
                self.doubted = None
            self.counted = sorted([*self.counted, trade])
            self.arrivals += 1

    def _is_disproved(self, first: float, others: list[float]) -> bool:
        low, high = min(others), max(others)
        return len(others) >= 8 and high <= low * BAND and (first * BAND < low or first > high * BAND)

    def _is_usual(self, price: float, last: float) -> bool:
        recent = [one for _, one in self.counted[-64:]]
        ratios = [max(one, other) / min(one, other) for one, other in pairwise(recent)][-2:]
        ratio = max(price, last) / min(price, last)
        latest = list(pairwise(recent))[-3:]
        moves = sorted(abs(one - other) for one, other in latest)
        in_band = [other for one, other in latest if max(one, other) / min(one, other) <= BAND]
        return (
            ratio <= BAND
            or sum(
                (one / 2 <= price <= one * 2) != (next_one / 2 <= price <= next_one * 2)
                for one, next_one in pairwise(recent)
            )
            >= 3
            or (len(moves) == 3 and len(in_band) >= 2 and abs(price - last) <= 2.5 * moves[1])
            or (len(ratios) == 2 and ratio <= min(ratios) * 1.000001)
        )

    def _alternating(self, price: float, last: float, is_above: bool) -> list[tuple[int, float]]:
        powers = abs(math.log10(price / last))
        alike = [one[1:] for one in self.discarded[is_above] if one[2] / 2 <= price <= one[2] * 2]
        return alike if powers <= math.log10(25.0) and abs(powers - 1.0) >= 0.05 and len(alike) >= 2 else []


@given(st.lists(st.sampled_from([0.001, 0.01, 0.03, 0.1, 0.4, 1.0, 2.0, 7.0, 30.0, 1e3, 1e6]), max_size=60))
def test_positive_prices_follow_the_rule(prices: list[float]) -> None:
    market, model = Market(), Model()
    for number, price in enumerate(prices):
        market.trade(price)
        model.trade(number, price)
    expected = [price for _, price in model.counted]
    assert market.prices == expected
    assert market.state.last == (expected[-1] if expected else None)
    assert TimeSeries(market.state.bars, SECOND).bars.volume.sum() == len(expected)


@given(st.floats(5.5, 8.5) | st.floats(12.0, 24.0), st.sampled_from([1e-7, 0.05, 100.0]), st.booleans())
def test_prices_that_alternate_between_two_levels_count_from_the_third_on(
    ratio: float, lower: float, begins_above: bool
) -> None:
    market, levels = Market(), [lower, lower * ratio]
    run = (levels[::-1] if begins_above else levels) * 12
    accepted = [market.trade(price) for price in run]
    assert accepted.count(False) == 2
    assert market.prices == run
    assert (market.state.day.volume, TimeSeries(market.state.bars, SECOND).bars.close.tolist()) == (len(run), run)


@given(walks, st.sampled_from([10.0, 0.1, 100.0, 30.0]))
def test_repeated_decimal_errors_and_more_distant_prices_never_count(steps: list[float], factor: float) -> None:
    market, real = Market(), [50.0]
    market.trade(50.0)
    for step in steps:
        assert not market.trade(real[-1] * factor)
        real.append(50.0 * (0.99 + step / 100))
        assert market.trade(real[-1])
    assert market.prices == real


@given(st.floats(5.5, 40.0), st.booleans())
def test_a_run_that_moves_by_one_ratio_delays_its_first_trade_at_most(ratio: float, rises: bool) -> None:
    market = Market()
    run = [100.0 * (ratio if rises else 1.0 / ratio) ** power for power in range(8)]
    accepted = [market.trade(price) for price in run]
    assert accepted.count(False) <= 1
    assert market.prices == run


def test_a_wrong_pair_does_not_make_prices_alternate() -> None:
    market = Market()
    for price in (60.0, 60.1, 60.0):
        market.trade(price)
    assert not market.trade(6_000.0)
    assert market.trade(6_100.0)  # two wrong ones that agree cannot be recognized
    assert not market.trade(60.0)
    assert market.trade(60.1)
    assert not market.trade(6_000.0)


def test_a_feed_that_repeats_one_wrong_trade_does_not_make_it_count() -> None:
    market = Market()
    wrong = Trade("A", 350.0, 1.0, NOW_NS)
    for _ in range(10):
        market.trade(50.0)
        with pytest.raises(FrameError):
            market.state.apply(wrong, NOW_NS)
    assert market.state.day.high == 50.0


@given(st.lists(st.floats(-500.0, 500.0), min_size=8, max_size=60), st.sampled_from([1e5, -1e5]))
def test_with_negative_prices_only_distant_ones_are_held(prices: list[float], wrong: float) -> None:
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
def test_a_wrong_first_price_is_held_if_there_is_a_quote(wrong: float, real: float) -> None:
    market = Market()
    market.state.apply(Quote("A", 59.9, 1.0, 60.1, 1.0), NOW_NS)
    assert not market.trade(wrong)
    assert market.trade(real)
    assert (market.prices, market.state.day.high, market.state.day.low) == ([real], real, real)


def test_an_empty_or_wide_quote_holds_no_first_trade() -> None:
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
    assert [held.trade.trade_id for held in state.related_facts if isinstance(held, HeldTrade)] == [2]


def test_a_trade_from_two_channels_does_not_confirm_itself() -> None:
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


def test_a_discarded_trade_that_is_cancelled_confirms_no_level() -> None:
    market = Market()
    for price in (50.0, 350.0, 50.0, 350.0, 50.0):
        market.trade(price)
    assert market.state.apply(Correction("A", 2), NOW_NS)
    assert not market.trade(350.0)
    assert market.trade(50.0)
    assert market.trade(350.0)  # the third that was not cancelled
    assert market.state.day.volume == 7.0


def test_a_held_trade_stays_discarded_though_the_trade_that_discarded_it_is_cancelled() -> None:
    market = Market()
    market.trade(50.0)
    assert not market.trade(9.0)
    market.trade(50.5)
    assert market.state.apply(Correction("A", market.seconds), NOW_NS)
    assert market.state.held_price is None
    assert not market.trade(8.0)


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
    held, tape = HeldTrades("A", RecentIds()), Tape(8)
    tape.add(NOW_NS, 50.0, 1.0)
    with pytest.raises(FrameError):
        held.check(Trade("A", 9.0), 50.0, tape, NOW_NS)
    assert held.check(Trade("A", 8.0, updates=updates), 50.0, tape, NOW_NS) == ()
    assert held.price(tape) == 9.0
    assert [one.trade.price for one in held.check(Trade("A", 7.0), 50.0, tape, NOW_NS)] == [9.0]
