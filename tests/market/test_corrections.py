"""A cancelled trade leaves no trace, and a corrected one has its new values everywhere."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.bars.series import TimeSeries
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Correction, DayStats, Trade, Updates
from ticker_gui.domain.timeframe import MINUTE, SECOND, SECOND_NS, TIMEFRAMES
from ticker_gui.market.corrections import last_price
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState

NOW_NS = 1_700_000_000_123_456_789
BEGAN_NS = NOW_NS - 1_000 * SECOND_NS


def state(*trades: Trade, budget: HistoryCapacity | None = None) -> SymbolState:
    it = SymbolState("desk", "a", "A", budget or Limits().watched)
    for trade in trades:
        it.apply(trade, NOW_NS)
    return it


def trade(number: int, price: float, second: float, size: float = 1.0, updates: Updates = Updates.EVERYTHING) -> Trade:
    return Trade("A", price, size, BEGAN_NS + int(second * SECOND_NS), number, updates=updates)


def values(it: SymbolState) -> dict[str, Any]:
    """Return everything that trades update."""
    return {
        "last": (it.last, it.last_ns, it.last_size),
        "day": (it.day.high, it.day.low, it.day.volume, it.day.turnover),
        "tape": [column.tolist() for column in (it.tape.times_ns, it.tape.prices, it.tape.sizes)],
        "trades": it.trades,
        "bars": {
            timeframe.name: [column.tolist() for column in TimeSeries(it.bars, timeframe).bars]
            for timeframe in (SECOND, TIMEFRAMES[1], MINUTE, TIMEFRAMES[-1])
        },
    }


UPDATES = st.sampled_from(
    [Updates.EVERYTHING, Updates.EVERYTHING, Updates.VOLUME, Updates.HIGH_LOW | Updates.VOLUME, Updates.HIGH_LOW]
)
Row: TypeAlias = tuple[float, float, float, Updates]


def rows(updates: st.SearchStrategy[Updates]) -> st.SearchStrategy[Row]:
    return st.tuples(
        st.integers(0, 600).map(lambda tenths: tenths / 4),
        st.integers(360, 440).map(lambda quarters: quarters / 4),
        st.integers(1, 9).map(float),
        updates,
    )


def numbered(rows: list[Row]) -> list[Trade]:
    return [trade(number, price, second, size, flags) for number, (second, price, size, flags) in enumerate(rows)]


# Without twins, which could not be told apart by their values.
TRADES = st.lists(rows(UPDATES), max_size=30, unique_by=lambda row: row[:3]).map(numbered)
# Some of which differ only in what they may update, as a closing trade and its official close do.
TRADES_AND_TWINS = (
    st.lists(
        st.tuples(rows(UPDATES), st.lists(UPDATES | st.just(Updates.NOTHING), max_size=2)),
        max_size=20,
    )
    .map(lambda pairs: [(*row[:3], flags) for row, others in pairs for flags in (row[3], *others)])
    .map(numbered)
)


@given(TRADES_AND_TWINS, st.data(), st.booleans())
def test_a_cancelled_trade_leaves_no_trace(trades: list[Trade], data: st.DataObject, are_read: bool) -> None:
    numbers = st.integers(0, max(0, len(trades) - 1))
    cancelled = data.draw(st.sets(numbers, max_size=len(trades)))
    it = state(*trades)
    if are_read:
        values(it)
    for number in cancelled:
        assert it.apply(Correction("A", number), NOW_NS)
        assert not it.apply(Correction("A", number), NOW_NS)
    assert values(it) == values(state(*(one for one in trades if one.trade_id not in cancelled)))


@given(TRADES, st.data())
def test_a_corrected_trade_counts_as_if_it_had_arrived_corrected(trades: list[Trade], data: st.DataObject) -> None:
    trades = [msgspec.structs.replace(one, time_ns=(one.time_ns or 0) + number) for number, one in enumerate(trades)]
    it, expected = state(*trades), list(trades)
    for number in data.draw(st.sets(st.integers(0, max(0, len(trades) - 1)), max_size=len(trades))):
        price, size = data.draw(st.tuples(st.integers(90, 110), st.integers(1, 9)))
        new_id = data.draw(st.sampled_from([None, 1_000 + number]))
        one = trades[number]
        expected[number] = msgspec.structs.replace(one, price=float(price), size=float(size))
        correction = Correction("A", number, float(price), float(size), new_trade_id=new_id, updates=one.updates)
        assert it.apply(correction, NOW_NS)
    assert values(it) == values(state(*expected))


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("updates", [Updates.EVERYTHING, Updates.HIGH_LOW | Updates.VOLUME])
def test_a_corrected_trade_keeps_its_place_among_those_of_the_same_time(number: int, updates: Updates) -> None:
    trades = [trade(0, 99.0, 4.0), *(trade(1 + one, 100.0 + one, 5.0, updates=updates) for one in range(3))]
    it = state(*trades)
    assert it.apply(Correction("A", 1 + number, 105.0, 7.0, updates=updates), NOW_NS)
    trades[1 + number] = msgspec.structs.replace(trades[1 + number], price=105.0, size=7.0)
    assert values(it) == values(state(*trades))


@given(st.lists(rows(UPDATES | st.just(Updates.NOTHING)), max_size=20).map(numbered), st.data())
def test_repeated_corrections_may_change_what_a_trade_updates(trades: list[Trade], data: st.DataObject) -> None:
    trades = [msgspec.structs.replace(one, time_ns=(one.time_ns or 0) + number) for number, one in enumerate(trades)]
    it, expected = state(*trades), list(trades)
    for step, number in enumerate(data.draw(st.lists(st.integers(0, max(0, len(trades) - 1)), max_size=len(trades)))):
        flags = data.draw(UPDATES | st.just(Updates.NOTHING))
        one, new_id = expected[number], 1_000 + step
        expected[number] = msgspec.structs.replace(one, trade_id=new_id, updates=flags)
        correction = Correction("A", one.trade_id, one.price, one.size, new_trade_id=new_id, updates=flags)
        assert it.apply(correction, NOW_NS)
    assert values(it) == values(state(*expected))


@given(TRADES, st.data())
def test_a_trade_with_an_unknown_id_is_found_by_its_values(trades: list[Trade], data: st.DataObject) -> None:
    it = state(*(msgspec.structs.replace(one, trade_id=None) for one in trades))
    cancelled = data.draw(st.sets(st.integers(0, max(0, len(trades) - 1)), max_size=len(trades)))
    for number in cancelled:
        one = trades[number]
        correction = Correction(
            "A", f"x{number}", original_price=one.price, original_size=one.size, original_time_ns=one.time_ns
        )
        assert it.apply(correction, NOW_NS)
    left = [one for one in trades if one.trade_id not in cancelled]
    assert values(it)["day"] == values(state(*left))["day"]
    assert it.trades == len(left)


def test_the_last_price_falls_back_to_the_trade_before() -> None:
    it = state(trade(1, 100.0, 1), trade(2, 101.0, 2), trade(3, 108.0, 3, 50.0))
    assert it.apply(Correction("A", 3), NOW_NS)
    assert (it.last, it.last_size, it.tick, it.day.high, it.day.volume) == (101.0, 1.0, 1, 101.0, 2.0)
    assert it.apply(Correction("A", 1), NOW_NS)
    assert (it.last, it.day.low) == (101.0, 101.0)
    assert it.apply(Correction("A", 2), NOW_NS)
    assert (it.last, it.day.high, it.day.volume, it.trades) == (None, None, None, 0)
    it.apply(trade(4, 102.0, 1.5), NOW_NS)
    assert (it.last, TimeSeries(it.bars, SECOND).bars.close.tolist()) == (102.0, [102.0])


def test_a_trade_can_be_corrected_again_under_its_new_id_and_not_under_the_old_one() -> None:
    it = state(trade(1, 100.0, 1), trade(2, 101.0, 2))
    assert it.apply(Correction("A", 2, 102.0, new_trade_id=3), NOW_NS)
    assert not it.apply(Correction("A", 2), NOW_NS)
    assert not it.apply(trade(2, 101.0, 2), NOW_NS)  # sent again
    assert it.apply(Correction("A", 3, 103.0), NOW_NS)
    assert it.apply(Correction("A", 3, 104.0), NOW_NS)
    assert (it.last, it.trades, it.day.volume) == (104.0, 2, 2.0)


def test_a_corrected_trade_may_move_and_may_update_less() -> None:
    it = state(trade(1, 100.0, 1), trade(2, 105.0, 2))
    assert it.apply(Correction("A", 2, 105.0, updates=Updates.VOLUME), NOW_NS)
    assert (it.last, it.day.high, it.day.volume, it.tape.prices.tolist()) == (100.0, 100.0, 2.0, [100.0])
    assert it.apply(Correction("A", 1, 100.0, time_ns=BEGAN_NS + 70 * SECOND_NS), NOW_NS)
    assert (it.last_ns, TimeSeries(it.bars, MINUTE).bars.volume.sum()) == (BEGAN_NS + 70 * SECOND_NS, 2.0)


@pytest.mark.parametrize(
    "correction",
    [
        Correction("A", 9),
        Correction("A", 9, 101.0),
        Correction("A"),
        Correction("A", 1, original_price=99.0, original_size=1.0),
        Correction("A", 9, original_price=100.0),  # that is no more than a price
        Correction("A", 9, original_price=100.0, original_size=2.0),
        Correction("A", 1, venue=12),
    ],
)
def test_a_correction_of_an_unknown_trade_is_ignored_and_counted(correction: Correction) -> None:
    feed = Market().feed("desk")
    it = feed.watch("a", "A")
    feed.apply(trade(1, 100.0, 1), NOW_NS)
    before = values(it)
    assert not feed.apply(correction, NOW_NS)
    assert (values(it), feed.outdated_updates) == (before, 1)


def test_a_cancellation_by_values_that_is_sent_again_cancels_nothing_else() -> None:
    twins = [Trade("A", 100.0, 5.0, BEGAN_NS), Trade("A", 100.0, 5.0, BEGAN_NS + 1)]
    it = state(*twins)
    correction = Correction("A", "x", original_price=100.0, original_size=5.0)
    assert [it.apply(correction, NOW_NS) for _ in range(3)] == [True, False, False]
    assert it.trades == 1


def test_a_price_that_is_not_possible_corrects_nothing() -> None:
    it = state(trade(1, 100.0, 1))
    with pytest.raises(FrameError, match="not possible"):
        it.apply(Correction("A", 1, float("nan")), NOW_NS)
    assert it.last == 100.0


def test_the_providers_own_high_and_low_stay() -> None:
    it = state(trade(1, 100.0, 1), trade(2, 90.0, 2))
    it.apply(DayStats("A", high=104.0, low=95.0), NOW_NS)
    it.apply(trade(3, 110.0, 3), NOW_NS)
    assert it.apply(Correction("A", 3), NOW_NS)
    assert it.day.high == 104.0


def test_volumes_are_exact_for_trades_older_than_the_tape() -> None:
    it = state(budget=HistoryCapacity(10, 600, 1_440))
    for number in range(100):
        it.apply(trade(number, 100.0 + number / 100, number, 2.0), NOW_NS)
    for number in (5, 99, 50):
        assert it.apply(Correction("A", number), NOW_NS)
    assert it.apply(Correction("A", 51, 100.51, 7.0), NOW_NS)
    assert (it.day.volume, it.last, it.day.high, it.day.low) == (97 * 2.0 + 5.0, 100.98, 100.98, 100.0)
    kept = [number for number in range(100) if number not in (5, 99, 50)]
    assert it.day.turnover == pytest.approx(sum(2.0 * (100.0 + n / 100) for n in kept) + 5.0 * 100.51)
    assert it.tape.prices.tolist() == [100.0 + number / 100 for number in kept[-len(it.tape) :]]  # none older
    for timeframe in (SECOND, MINUTE):
        assert TimeSeries(it.bars, timeframe).bars.volume.sum() == 97 * 2.0 + 5.0


def test_old_trades_that_did_not_count_in_the_volume_are_not_subtracted() -> None:
    it = state(budget=HistoryCapacity(10, 600, 1_440))
    it.apply(trade(0, 100.0, 0, 50.0), NOW_NS)
    it.apply(trade(1, 100.0, 1, 50.0, Updates.NOTHING), NOW_NS)
    it.apply(trade(2, 100.0, 1, 70.0, Updates.LAST | Updates.HIGH_LOW), NOW_NS)
    with pytest.raises(FrameError, match="held"):
        it.apply(trade(3, 900.0, 2, 30.0), NOW_NS)
    for number in range(4, 40):
        it.apply(trade(number, 100.0, number, 1.0), NOW_NS)
    for number in (1, 2, 3):
        it.apply(Correction("A", number), NOW_NS)
    assert it.day.volume == TimeSeries(it.bars, MINUTE).bars.volume.sum() == 50.0 + 36


def test_a_confirmed_trade_older_than_the_tape_is_cancelled() -> None:
    it = state(trade(0, 100.0, 0, 50.0), budget=HistoryCapacity(10, 600, 1_440))
    with pytest.raises(FrameError, match="held"):
        it.apply(trade(1, 900.0, 1, 30.0), NOW_NS)
    for number in range(2, 40):
        it.apply(trade(number, 900.0, number, 1.0), NOW_NS)
    assert it.apply(Correction("A", 1), NOW_NS)
    assert it.day.volume == TimeSeries(it.bars, MINUTE).bars.volume.sum() == 50.0 + 38


def test_the_newest_trade_up_to_a_moment_has_the_last_price() -> None:
    tape = Tape(10)
    assert last_price(tape, NOW_NS) == (None, -(2**63), 0.0, 0)
    for number, price in enumerate((3.0, 5.0, 4.0, 4.0)):
        tape.add(number, price, number)
    assert last_price(tape, 1) == (5.0, 1, 1.0, 1)
    assert last_price(tape, 9) == (4.0, 3, 3.0, -1)


def held(*trades: Trade) -> SymbolState:
    it = state(trade(1, 100.0, 1))
    for one in trades:
        with pytest.raises(FrameError, match="held"):
            it.apply(one, NOW_NS)
    return it


@pytest.mark.parametrize("new_id", [None, 2, 3])
def test_a_held_trade_that_was_corrected_can_be_cancelled(new_id: int | None) -> None:
    it = held(trade(2, 900.0, 2, 30.0))
    assert it.apply(Correction("A", 2, 101.0, 30.0, new_trade_id=new_id, original_price=900.0), NOW_NS)
    assert (it.last, it.day.volume) == (101.0, 31.0)
    assert it.apply(Correction("A", 2 if new_id is None else new_id), NOW_NS)
    assert (it.last, it.day.volume) == (100.0, 1.0)


def test_a_held_trade_without_an_id_is_cancelled_by_its_values() -> None:
    it = held(msgspec.structs.replace(trade(2, 900.0, 2, 30.0), trade_id=None))
    assert not it.apply(Correction("A", original_price=900.0, original_size=31.0), NOW_NS)
    assert it.held_price == 900.0
    assert it.apply(Correction("A", original_price=900.0, original_size=30.0), NOW_NS)
    assert it.held_price is None


def test_a_held_trade_stays_if_another_one_with_its_id_is_cancelled() -> None:
    it = held(trade(1, 900.0, 2, 30.0))  # ids began again
    assert it.apply(Correction("A", 1, original_price=100.0), NOW_NS)
    assert (it.last, it.held_price) == (None, 900.0)


def test_a_trade_that_was_cancelled_before_it_arrived_does_not_count() -> None:
    it = state(trade(1, 100.0, 1))
    cancellation = Correction("A", 2, original_price=101.0, original_size=5.0)
    assert not it.apply(cancellation, NOW_NS)
    assert not it.apply(cancellation, NOW_NS)
    assert not it.apply(trade(2, 101.0, 2, 5.0), NOW_NS)
    assert (it.last, it.day.volume, it.trades) == (100.0, 1.0, 1)
    assert it.apply(trade(2, 102.0, 3, 5.0), NOW_NS)  # not the one that was cancelled


def test_a_cancellation_by_an_unknown_id_does_not_cancel_an_equal_trade_with_another_id() -> None:
    it = state(trade(1, 100.0, 1, 5.0), trade(2, 101.0, 2, 5.0, Updates.VOLUME))
    for price in (100.0, 101.0):
        assert not it.apply(Correction("A", 9, original_price=price, original_size=5.0), NOW_NS)
    assert (it.last, it.day.volume, it.trades) == (100.0, 10.0, 2)


def test_a_trade_whose_id_is_forgotten_is_cancelled_by_its_values() -> None:
    it = state(trade(0, 100.0, 0, 7.0), *(trade(number, 101.0, number / 10, 2.0) for number in range(1, 1_500)))
    assert it.apply(Correction("A", 0, original_price=100.0, original_size=7.0), NOW_NS)
    assert (it.day.volume, it.day.low) == (2 * 1_499.0, 101.0)


def test_without_a_time_the_newest_trade_with_the_price_and_the_size_is_cancelled() -> None:
    trades = [Trade("A", 100.0, size, BEGAN_NS + number) for number, size in enumerate((2.0, 3.0, 2.0, 4.0))]
    it = state(*trades)
    for size in (3.0, 2.0):
        assert it.apply(Correction("A", f"x{size}", original_price=100.0, original_size=size), NOW_NS)
    assert values(it) == values(state(trades[0], trades[3]))
    assert not it.apply(Correction("A", "x", original_price=100.0, original_size=5.0), NOW_NS)


def test_a_trade_that_is_found_by_its_values_counted_only_in_what_it_updated() -> None:
    price, volume = Trade("A", 100.0, 5.0, BEGAN_NS), Trade("A", 101.0, 3.0, BEGAN_NS + 1, updates=Updates.VOLUME)
    it = state(price, volume)
    assert it.apply(Correction("A", "x", original_price=101.0, original_size=3.0), NOW_NS)
    assert values(it) == values(state(price))


def test_a_corrected_price_is_reported_to_those_who_read_the_tape() -> None:
    it = state(trade(1, 100.0, 1), trade(2, 101.0, 2))
    generation = it.tape.generation
    assert it.apply(Correction("A", 1, 100.5, 1.0, BEGAN_NS + SECOND_NS), NOW_NS)
    assert it.tape.prices.tolist() == [100.5, 101.0]
    assert it.tape.generation > generation
