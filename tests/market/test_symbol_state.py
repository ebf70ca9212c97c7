from __future__ import annotations

import math
import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.bars.gaps import CoverageTracker, Gap
from ticker_gui.bars.series import TimeSeries
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, MarketFact, Quote, Trade, Updates
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import DAY, DAY_NS, MINUTE, SECOND, SECOND_NS
from ticker_gui.market.limits import Limits
from ticker_gui.market.session_calendar import US_STOCKS
from ticker_gui.market.symbol_state import SymbolState

NOW_NS = 1_700_000_000 * SECOND_NS
BEGAN_NS = NOW_NS - 100_000 * SECOND_NS  # trades are stamped from here on, and have arrived by now


def state(budget: HistoryCapacity | None = None) -> SymbolState:
    return SymbolState("desk", "a", "A", budget or Limits().watched)


def state_after(*facts: MarketFact, at_ns: int = NOW_NS) -> SymbolState:
    it = state()
    for fact in facts:
        it.apply(fact, at_ns)
    return it


def trade(price: float, seconds: float = 0.0, size: float | None = 1.0, trade_id: int | None = None) -> Trade:
    return Trade("A", price, size, BEGAN_NS + int(seconds * SECOND_NS), trade_id)


def test_a_trade_is_the_last_price_and_has_its_direction() -> None:
    it = state_after(trade(10.0), trade(11.0, 1))
    assert (it.last, it.tick, it.trades, it.day.volume) == (11.0, 1, 2, 2.0)
    it.apply(trade(11.0, 2), NOW_NS)
    assert it.tick == 1  # an unchanged price goes nowhere, and the direction stays
    it.apply(trade(9.0, 3), NOW_NS)
    assert it.tick == -1


def test_a_late_trade_counts_in_its_own_bar_and_does_not_move_the_last_price() -> None:
    it = state_after(trade(10.0), trade(11.0, 2), trade(15.0, 1))
    assert it.last == 11.0
    assert it.day.high == 15.0
    assert it.day.volume == 3.0
    assert TimeSeries(it.bars, SECOND).bars.close.tolist() == [10.0, 15.0, 11.0]
    assert it.tape.prices.tolist() == [10.0, 15.0, 11.0]


def test_a_trade_that_is_sent_twice_counts_once() -> None:
    it = state()
    assert it.apply(trade(10.0, trade_id=7), NOW_NS)
    version = it.version
    assert not it.apply(trade(10.0, trade_id=7), NOW_NS)
    assert (it.trades, it.version) == (1, version)


@pytest.mark.parametrize("price", [math.nan, math.inf, -math.inf, 1e308])
def test_an_impossible_price_is_not_an_update(price: float) -> None:
    it = state_after(trade(10.0))
    with pytest.raises(FrameError, match="not possible"):
        it.apply(trade(price, 1), NOW_NS)
    assert (it.last, it.day.high, it.day.low, it.trades) == (10.0, 10.0, 10.0, 1)


@pytest.mark.parametrize("size", [None, math.nan, -5.0, math.inf])
def test_an_impossible_size_counts_as_none(size: float | None) -> None:
    assert state_after(trade(10.0, size=size)).day.volume is None


def test_a_trade_without_a_time_happened_when_it_came() -> None:
    assert state_after(Trade("A", 10.0)).tape.times_ns.tolist() == [NOW_NS]


def test_a_time_far_ahead_is_rejected() -> None:
    assert state_after(Trade("A", 10.0, time_ns=NOW_NS + 2 * DAY_NS)).tape.times_ns.tolist() == [NOW_NS]


def test_an_omitted_side_of_a_quote_is_unchanged() -> None:
    it = state_after(Quote("A", bid=1.0, bid_size=5.0, ask=2.0), Quote("A", ask=2.5))
    assert (it.bid, it.bid_size, it.ask, it.ask_size) == (1.0, 5.0, 2.5, None)


def test_an_overtaken_quote_is_not_an_update() -> None:
    it = state_after(Quote("A", bid=2.0, time_ns=BEGAN_NS + 20))
    assert not it.apply(Quote("A", bid=1.0, time_ns=BEGAN_NS + 10), NOW_NS)
    assert it.bid == 2.0
    with pytest.raises(FrameError):
        it.apply(Quote("A", bid=math.nan, time_ns=BEGAN_NS + 30), NOW_NS)
    assert it.bid == 2.0


def test_day_figures_are_the_providers_and_raised_by_later_trades() -> None:
    it = state_after(trade(50.0), DayStats("A", high=120.0, low=90.0, volume=1000.0))
    assert (it.day.high, it.day.low, it.day.volume) == (120.0, 90.0, 1000.0)
    it.apply(trade(125.0, 1), NOW_NS)
    assert (it.day.high, it.day.low, it.day.volume) == (125.0, 90.0, 1000.0)
    it.apply(DayStats("A", high=121.0), NOW_NS)
    assert (it.day.high, it.day.low, it.day.has_provider_range) == (121.0, 90.0, True)


def test_without_facts_all_values_are_unknown() -> None:
    it = state()
    assert (it.last, it.day.high, it.day.low, it.day.volume) == (None,) * 4


def test_the_precision_follows_trades_and_quotes() -> None:
    it = state_after(trade(184.5))
    assert it.price_decimals == 2
    it.apply(Quote("A", bid=184.125), NOW_NS)
    assert it.price_decimals == 3
    assert state_after(Quote("A", bid=1.0, digits=5)).price_decimals == 5


def test_a_bar_of_the_provider_is_history() -> None:
    minute = BEGAN_NS - BEGAN_NS % (60 * SECOND_NS) - 60 * SECOND_NS
    it = state_after(Bar("A", "1m", minute, 1.0, 2.0, 0.5, 1.5, 9.0, is_closed=True), trade(3.0))
    assert TimeSeries(it.bars, MINUTE).bars.close.tolist() == [1.5, 3.0]
    with pytest.raises(FrameError):
        it.apply(Bar("A", "1m", minute, math.inf, 2.0, 0.5, 1.5, 9.0, is_closed=True), NOW_NS)


def test_a_larger_capacity_applies_to_new_data_and_a_smaller_one_at_once() -> None:
    it = state(HistoryCapacity(10, 120, 10))
    for index in range(50):
        it.apply(trade(100.0 + index, index), NOW_NS)
    it.bars.set_capacity(HistoryCapacity(30, 120, 10))
    for index in range(50, 100):
        it.apply(trade(100.0 + index, index), NOW_NS)
    assert it.tape.prices.tolist() == [100.0 + index for index in range(70, 100)]
    it.bars.set_capacity(HistoryCapacity(5, 120, 10))
    assert it.tape.prices.tolist() == [195.0, 196.0, 197.0, 198.0, 199.0]
    assert TimeSeries(it.bars, SECOND).bars.close[-1] == 199.0
    assert len(TimeSeries(it.bars, SECOND).bars.close) == 100  # bars saw every trade, however short the tape


def test_a_watched_symbol_fits_into_its_budget() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        it = state()
        for index in range(3_000):
            it.apply(trade(100 + index % 17 / 100, index * 60.0, trade_id=index), NOW_NS)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(it.tape), len(it.bars.seconds), len(it.bars.minutes)) == (2_000, 600, 1_440)
    assert after - before <= 300 * 1024


def test_the_cost_of_a_trade_does_not_depend_on_the_number_of_held_trades() -> None:
    def cost(held: int) -> int:
        it = state(HistoryCapacity(200_000, 600, 1_440))
        for index in range(held):
            it.apply(trade(100.0, index / 1000), NOW_NS)
        begin = it.tape.begin + len(it.tape)
        tracemalloc.start()
        try:
            for index in range(held, held + 500):
                it.apply(trade(100.0, index / 1000), NOW_NS)
            return it.tape.begin + len(it.tape) - begin
        finally:
            tracemalloc.stop()

    assert cost(1_000) == cost(20_000) == 500


@pytest.mark.parametrize("far", [61_234_500.0, 6.0, -61_234.5])
def test_a_price_far_off_is_held_until_a_second_one_confirms_it(far: float) -> None:
    it = state_after(trade(61_234.5, 1))
    with pytest.raises(FrameError, match="held"):
        it.apply(trade(far, 2), NOW_NS)
    assert (it.last, it.day.high, it.day.low, it.trades) == (61_234.5, 61_234.5, 61_234.5, 1)
    assert it.apply(trade(61_235.0, 3), NOW_NS)  # a misprint: the market goes on where it was
    assert it.last == 61_235.0
    with pytest.raises(FrameError, match="held"):
        it.apply(trade(far, 4), NOW_NS)
    assert it.apply(trade(far * 1.01, 5), NOW_NS)
    assert it.last == far * 1.01


def test_two_misprints_that_differ_confirm_nothing() -> None:
    it = state_after(trade(100.0, 1))
    for price in (100_000.0, 1.0):
        with pytest.raises(FrameError, match="held"):
            it.apply(trade(price, 2), NOW_NS)
    assert it.last == 100.0


def test_an_instrument_with_negative_prices_is_followed() -> None:
    it = state()
    with pytest.raises(FrameError, match="below zero"):
        it.apply(trade(-5.0, 0), NOW_NS)
    for price in (-5.0, -37.6, 0.0, 1.0):
        assert it.apply(trade(price, 1), NOW_NS)


@pytest.mark.parametrize("time_ns", [0, 1_700_000_000, -1])
def test_an_impossible_time_is_replaced_by_that_of_the_arrival(time_ns: int) -> None:
    it = state_after(Trade("A", 5.0, 1.0, time_ns))
    assert it.last_ns == NOW_NS


def test_a_symbol_is_stale_when_its_own_rate_makes_the_silence_improbable() -> None:
    it = state()
    for number in range(10):
        it.apply(trade(5.0, 10 * number), NOW_NS + 10 * number * SECOND_NS)
        it.apply(trade(5.0, 10 * number), NOW_NS + 10 * number * SECOND_NS)  # of the same read: no time between
    last_ns = NOW_NS + 90 * SECOND_NS
    assert not it.is_stale(last_ns + 29 * SECOND_NS)
    assert it.is_stale(last_ns + 31 * SECOND_NS)


def test_a_symbol_without_data_is_not_stale() -> None:
    assert not state().is_stale(NOW_NS)


def test_data_is_live_only_if_it_arrived_on_the_current_connection() -> None:
    it = state()
    it.coverage.mark_connected(NOW_NS)
    assert not it.is_live(NOW_NS)
    it.apply(trade(5.0), NOW_NS)
    assert it.is_live(NOW_NS)
    it.coverage.mark_disconnected(NOW_NS + 1)
    assert not it.is_live(NOW_NS + 1)
    it.coverage.mark_connected(NOW_NS + 2)
    assert not it.is_live(NOW_NS + 2)  # the price is from before
    it.apply(trade(5.0), NOW_NS + 3)
    assert it.is_live(NOW_NS + 3)


def test_the_status_follows_the_connection_the_reply_and_the_data() -> None:
    it = state()
    it.coverage.mark_disconnected(NOW_NS)
    assert it.status(NOW_NS) is SymbolStatus.NOT_CONNECTED
    it.coverage.mark_connected(NOW_NS)
    assert it.status(NOW_NS) is SymbolStatus.PENDING
    it.note_reply(None)
    assert (it.status(NOW_NS), it.is_acknowledged) == (SymbolStatus.PENDING, True)
    it.note_reply("not listed")
    assert (it.status(NOW_NS), it.is_acknowledged) == (SymbolStatus.REFUSED, False)
    it.forget_reply()
    it.apply(trade(5.0), NOW_NS)
    assert it.status(NOW_NS) is SymbolStatus.LIVE
    assert it.status(NOW_NS + 61 * SECOND_NS) is SymbolStatus.STALE
    it.coverage.mark_connected(NOW_NS + SECOND_NS)
    assert it.status(NOW_NS + SECOND_NS) is SymbolStatus.PENDING  # the data is of the former connection


def test_missing_trades_are_counted_until_they_arrive() -> None:
    it = SymbolState("desk", "a", "A", Limits().watched, has_sequential_trade_ids=True)
    for number in (7, 8, 12):
        it.apply(trade(5.0, number, trade_id=number), NOW_NS)
    assert it.missed == 3
    assert it.gaps == (Gap(BEGAN_NS + 8 * SECOND_NS, BEGAN_NS + 12 * SECOND_NS, 3),)
    for number in (9, 10, 11):
        it.apply(trade(5.0, number, trade_id=number), NOW_NS)
    assert (it.missed, it.gaps, it.trades) == (0, (), 6)
    it.apply(trade(5.0, 13, trade_id=1_000_012), NOW_NS)
    assert it.missed == 999_999


def test_zero_is_an_empty_side_if_prices_are_positive() -> None:
    it = state_after(trade(10.0), Quote("A", 9.0, 1.0, 11.0, 1.0), DayStats("A", open=8.0, high=11.0, low=7.0))
    with pytest.raises(FrameError, match="price 0 for a rejected"):
        it.apply(trade(0.0), NOW_NS)
    it.apply(Quote("A", bid=0.0, bid_size=0.0), NOW_NS)
    assert (it.bid, it.ask) == (None, 11.0)  # an empty side
    it.apply(DayStats("A", open=0.0, high=0.0, low=0.0, previous_close=0.0), NOW_NS)
    assert (it.day.open, it.day.high, it.day.low, it.day.previous_close) == (8.0, 11.0, 7.0, None)


def test_an_empty_side_is_cleared_with_its_size_and_an_omitted_one_is_unchanged() -> None:
    full = Quote("A", 9.0, 1.0, 11.0, 2.0)
    for empty in (
        Quote("A", has_no_bid=True),
        Quote("A", has_no_bid=True, bid_size=0.0),
        Quote("A", bid=0.0, bid_size=5.0),
    ):
        it = state_after(trade(10.0), full, empty)
        assert (it.bid, it.bid_size, it.ask, it.ask_size) == (None, None, 11.0, 2.0)
    it = state_after(trade(10.0), full, Quote("A", has_no_ask=True), Quote("A", bid=9.5))
    assert (it.bid, it.bid_size, it.ask, it.ask_size) == (9.5, 1.0, None, None)
    assert state_after(full, Quote("A", bid=0.0)).bid is None  # before any trade, too
    near_zero = state_after(DayStats("A", last=-1.0), trade(3.0, 2), full, Quote("A", bid=0.0, ask=0.0))
    assert (near_zero.bid, near_zero.ask) == (0.0, 0.0)


def test_statistics_stamped_in_the_future_neither_begin_nor_freeze_a_session() -> None:
    it = SymbolState("desk", "AAPL", "AAPL", Limits().watched, calendar=US_STOCKS)
    for ahead_ns in (DAY_NS, 40_000 * DAY_NS):
        assert it.apply(DayStats("AAPL", open=9.0, time_ns=NOW_NS + ahead_ns), NOW_NS)
        assert it.apply(DayStats("AAPL", open=8.0, time_ns=NOW_NS), NOW_NS)
        assert it.day.open == 8.0


def test_numbers_that_skip_all_the_time_count_something_else() -> None:
    it = SymbolState("desk", "a", "A", Limits().watched, has_sequential_trade_ids=True)
    for number in range(200):
        it.apply(trade(5.0, number, trade_id=7 * number), NOW_NS)
    assert (it.missed, it.gaps, it.trades) == (0, (), 200)


def test_reset_trade_ids_are_accepted_and_a_resend_is_not() -> None:
    it = SymbolState("desk", "a", "A", Limits().watched, has_sequential_trade_ids=True)
    for number in range(1, 11):
        it.apply(trade(5.0, number, trade_id=number), NOW_NS)
    for number in range(1, 11):
        assert not it.apply(trade(5.0, number, trade_id=number), NOW_NS)  # a duplicate
    for number in range(1, 6):
        assert it.apply(trade(5.0, 10 + number, trade_id=number), NOW_NS)  # restarted
    assert not it.apply(trade(5.0, 15.25, trade_id=5), NOW_NS)  # another channel, with a more precise time
    assert (it.trades, it.missed, it.gaps) == (15, 0, ())


def test_trades_missed_before_a_sequence_reset_stay_missing() -> None:
    it = SymbolState("desk", "a", "A", Limits().watched, has_sequential_trade_ids=True)
    for number, second in ((1, 1), (2, 2), (6, 6), (1, 10), (2, 11)):
        it.apply(trade(5.0, second, trade_id=number), NOW_NS)
    assert (it.missed, len(it.gaps), it.trades) == (0, 1, 5)


@given(
    st.lists(
        st.tuples(st.sampled_from(["apply", "drop", "twice", "resend", "shuffle"]), st.integers(1, 20)), max_size=30
    ),
    st.integers(0, 2**32).map(Random),
)
def test_every_trade_counts_once_with_losses_duplicates_and_resends(
    happened: list[tuple[str, int]], chance: Random
) -> None:
    it = SymbolState("desk", "a", "A", Limits().watched, has_sequential_trade_ids=True)
    sent: list[Trade] = []
    came: set[int] = set()

    def apply(one: Trade) -> None:
        number = one.trade_id
        assert isinstance(number, int)
        assert it.apply(one, NOW_NS) == (number not in came)
        came.add(number)

    for how, count in happened:
        new = [trade(100.0, number, trade_id=number) for number in range(len(sent) + 1, len(sent) + count + 1)]
        match how:
            case "resend":
                new = sent[-count:]
            case "shuffle":
                sent += new
                new = chance.sample(sent[-count:], count)
            case "drop":
                sent += new
                new = []
            case _:
                sent += new
        for one in new:
            apply(one)
            if how == "twice":
                apply(one)
    assert (it.trades, it.day.volume or 0.0) == (len(came), len(came))
    assert TimeSeries(it.bars, SECOND).bars.volume.sum() == len(came)
    if came:
        assert len(came) + it.missed >= max(came) - min(came) + 1


def test_a_trade_that_may_only_update_the_volume_adds_to_it_and_changes_no_price() -> None:
    it = state_after(Trade("A", 109.4, 100.0, BEGAN_NS))
    assert it.apply(Trade("A", 114.6247, 125_984.0, BEGAN_NS + 1, updates=Updates.VOLUME), NOW_NS)
    assert (it.last, it.tick, it.last_size, it.day.high, it.day.low) == (109.4, 0, 100.0, 109.4, 109.4)
    assert (it.day.volume, it.trades) == (126_084.0, 2)
    assert it.day.vwap == pytest.approx((109.4 * 100 + 114.6247 * 125_984) / 126_084)
    assert it.tape.prices.tolist() == [109.4]
    for timeframe in (SECOND, MINUTE):
        bars = TimeSeries(it.bars, timeframe).bars
        assert [column.tolist() for column in bars[1:]] == [[109.4], [109.4], [109.4], [109.4], [126_084.0]]
    it.apply(Trade("A", 120.0, 1.0, BEGAN_NS + 60 * SECOND_NS, updates=Updates.VOLUME), NOW_NS)
    assert TimeSeries(it.bars, MINUTE).bars.close.tolist() == [109.4, 109.4]  # a flat bar, at the last price
    assert it.apply(Trade("A", 110.0, 1.0, BEGAN_NS + 60 * SECOND_NS), NOW_NS)
    bars = TimeSeries(it.bars, MINUTE).bars
    assert (bars.open[-1], bars.low[-1], bars.volume[-1], it.last) == (110.0, 110.0, 2.0, 110.0)


def test_a_trade_that_may_update_only_high_and_low_is_not_the_last_price() -> None:
    it = state_after(trade(100.0), trade(101.0, 1))
    it.apply(Trade("A", 90.0, 5.0, BEGAN_NS + 1, updates=Updates.HIGH_LOW | Updates.VOLUME), NOW_NS)
    assert (it.last, it.day.low, it.day.volume) == (101.0, 90.0, 7.0)
    assert TimeSeries(it.bars, SECOND).bars.low.tolist() == [90.0, 101.0]
    assert TimeSeries(it.bars, SECOND).bars.close.tolist() == [100.0, 101.0]


def test_nothing_is_shown_of_a_symbol_until_a_trade_may_update_its_last_price() -> None:
    it = state_after(Trade("A", 100.0, 5.0, BEGAN_NS, updates=Updates.VOLUME))
    assert (it.last, it.day.high, it.day.volume, len(TimeSeries(it.bars, SECOND).bars.close)) == (None, None, 5.0, 0)
    it.apply(Trade("A", 101.0, 2.0, BEGAN_NS + SECOND_NS), NOW_NS)
    assert TimeSeries(it.bars, SECOND).bars.close.tolist() == [101.0, 101.0]
    assert TimeSeries(it.bars, SECOND).bars.volume.tolist() == [5.0, 2.0]


@given(
    st.lists(st.tuples(st.integers(-900, 900), st.integers(90, 110), st.integers(0, 9), st.integers(0, 7)), max_size=50)
)
def test_every_value_follows_what_each_trade_may_update(trades: list[tuple[int, int, int, int]]) -> None:
    it, prices, ranged, volume, newest_ns = state(), list[tuple[int, int]](), list[int](), 0, -1
    for number, (seconds, price, size, flags) in enumerate(trades):
        time_ns, updates = BEGAN_NS + seconds * SECOND_NS, Updates(flags)
        assert it.apply(Trade("A", price, size, time_ns, number, updates=updates), NOW_NS)
        if updates & Updates.LAST and time_ns >= newest_ns:
            newest_ns = time_ns
            prices.append((time_ns, price))
        ranged += [price] if updates & Updates.HIGH_LOW else []
        volume += size if updates & Updates.VOLUME else 0
    assert it.last == (prices[-1][1] if prices else None)
    assert (it.day.high, it.day.low) == ((max(ranged), min(ranged)) if ranged else (None, None))
    assert (it.day.volume or 0) == volume
    if prices:
        assert TimeSeries(it.bars, SECOND).bars.volume.sum() == TimeSeries(it.bars, MINUTE).bars.volume.sum() == volume


def test_a_late_trade_of_the_day_before_changes_nothing_of_the_day() -> None:
    it = state_after(Trade("A", 100.0, 1.0, NOW_NS - NOW_NS % DAY_NS))
    it.apply(Trade("A", 200.0, 5.0, NOW_NS - NOW_NS % DAY_NS - 1), NOW_NS)
    assert (it.day.high, it.day.volume, it.last, it.trades) == (100.0, 1.0, 100.0, 2)
    assert TimeSeries(it.bars, DAY).bars.high.tolist() == [200.0, 100.0]


def test_the_time_without_a_connection_is_not_the_rhythm_of_the_symbol() -> None:
    coverage = CoverageTracker()
    it = SymbolState("desk", "a", "A", Limits().watched, coverage)
    now_ns = NOW_NS
    coverage.mark_connected(now_ns)
    for outage_s in (0, 0, 0, 300):
        if outage_s:
            coverage.mark_disconnected(now_ns)
            now_ns += outage_s * SECOND_NS
            coverage.mark_connected(now_ns)
        for _ in range(10):
            now_ns += SECOND_NS
            it.apply(Trade("A", 1.0, 1.0, now_ns), now_ns)
    assert it.staleness.longest_ns <= SECOND_NS
    assert not it.is_stale(now_ns + 5 * SECOND_NS)
    assert it.is_stale(now_ns + 30 * SECOND_NS)
