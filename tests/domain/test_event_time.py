"""Wrong timestamps never block a row: the newest trade and quote by effective time are displayed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.event_time import EARLIEST_NS, TOLERANCE_NS, ClockStep
from ticker_gui.domain.events import Bar, DayStats, MarketFact, Quote, Trade
from ticker_gui.domain.timeframe import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.market.limits import Limits
from ticker_gui.market.symbol_state import SymbolState

NOW_NS = 1_700_000_000 * SECOND_NS

GARBAGE_NS = st.one_of(
    st.none(),
    st.integers(-(2**70), 2**70),
    st.integers(-DAY_NS, 2 * DAY_NS).map(lambda offset: NOW_NS + offset),
    st.sampled_from([0, -1, NOW_NS // SECOND_NS, EARLIEST_NS, NOW_NS + 16 * SECOND_NS, NOW_NS + 20 * HOUR_NS, 2**63]),
)


def state() -> SymbolState:
    return SymbolState("desk", "a", "A", Limits().watched)


def quote(bid: float, time_ns: int | None) -> Quote:
    return Quote("A", bid, 1.0, bid + 1.0, 1.0, time_ns)


def effective_ns(time_ns: int | None, received_ns: int) -> int:
    if time_ns is None or not EARLIEST_NS < time_ns <= received_ns + TOLERANCE_NS:
        return received_ns
    return time_ns


@given(st.lists(st.tuples(GARBAGE_NS, st.integers(0, 3 * SECOND_NS)), min_size=1, max_size=40))
def test_the_last_price_is_that_of_the_newest_trade_by_effective_time(stamps: list[tuple[int | None, int]]) -> None:
    it, received_ns, times = state(), NOW_NS, list[int]()
    newest, newest_ns, misdated_ns = 0.0, 0, 0
    for number, (time_ns, pause_ns) in enumerate(stamps):
        received_ns += pause_ns
        price, effective = 100.0 + number / 100, effective_ns(time_ns, received_ns)
        it.apply(Trade("A", price, 1.0, time_ns), received_ns)
        times.append(effective)
        if time_ns not in (None, effective):
            misdated_ns = effective
        # A trade that was in transit when a misdated trade arrived is not older than it.
        if effective >= newest_ns - (TOLERANCE_NS if newest_ns == misdated_ns else 0):
            newest, newest_ns = price, effective
    assert it.last in {newest, price}  # the latter if a clock was set back for ten seconds
    assert it.tape.times_ns.tolist() == sorted(times)


@given(st.lists(st.tuples(GARBAGE_NS, st.integers(0, 60 * SECOND_NS)), max_size=40), st.booleans())
def test_after_any_invalid_times_the_next_trade_and_quote_are_accepted(
    garbage: list[tuple[int | None, int]], is_stamped: bool
) -> None:
    it, received_ns = state(), NOW_NS
    for number, (time_ns, pause_ns) in enumerate(garbage):
        received_ns += pause_ns
        it.apply(Trade("A", 100.0 + number / 100, 1.0, time_ns), received_ns)
        it.apply(quote(99.0, time_ns), received_ns)
    received_ns += TOLERANCE_NS
    time_ns = received_ns - 1 if is_stamped else None
    it.apply(Trade("A", 101.5, 1.0, time_ns), received_ns)
    it.apply(quote(101.0, time_ns), received_ns)
    assert (it.last, it.bid, it.ask) == (101.5, 101.0, 102.0)


@pytest.mark.parametrize("ahead_ns", [16 * SECOND_NS, HOUR_NS, 20 * HOUR_NS, 40 * 365 * DAY_NS])
def test_a_trade_and_a_quote_from_the_future_do_not_block_later_ones(ahead_ns: int) -> None:
    it = state()
    it.apply(Trade("A", 100.0, 1.0, NOW_NS + ahead_ns), NOW_NS)
    it.apply(quote(100.0, NOW_NS + ahead_ns), NOW_NS)
    assert it.last == 100.0
    it.apply(Trade("A", 101.0, 1.0, NOW_NS + 1), NOW_NS + 1)
    it.apply(quote(100.5, NOW_NS - 1), NOW_NS + 1)  # sent before the other one arrived
    assert (it.last, it.bid, it.last_ns) == (101.0, 100.5, NOW_NS + 1)


def test_statistics_from_the_future_do_not_block_later_ones() -> None:
    it = state()
    it.apply(DayStats("A", open=1.0, high=2.0, time_ns=NOW_NS + 40 * 365 * DAY_NS), NOW_NS)
    it.apply(DayStats("A", open=1.5, high=3.0, time_ns=NOW_NS + 1), NOW_NS + 1)
    assert (it.day.open, it.day.high) == (1.5, 3.0)


def test_a_trade_in_transit_when_a_misdated_one_arrives_is_newer() -> None:
    it = state()
    it.apply(Trade("A", 100.0, 1.0, NOW_NS + HOUR_NS), NOW_NS)
    it.apply(Trade("A", 101.0, 1.0, NOW_NS - SECOND_NS), NOW_NS + 1)
    assert it.last == 101.0
    it.apply(Trade("A", 102.0, 1.0, NOW_NS - 2 * SECOND_NS), NOW_NS + 2)  # a late trade is still late
    assert it.last == 101.0
    it.apply(Trade("A", 103.0, 1.0, NOW_NS - SECOND_NS // 2), NOW_NS + 3)
    assert it.last == 103.0


def test_times_of_a_clock_known_to_be_ahead_are_accepted() -> None:
    it = state()
    it.coverage.set_clock(-HOUR_NS, -HOUR_NS)
    it.apply(Trade("A", 100.0, 1.0, NOW_NS + HOUR_NS), NOW_NS)
    assert it.last_ns == NOW_NS + HOUR_NS
    it.apply(Trade("A", 101.0, 1.0, NOW_NS + 2 * HOUR_NS), NOW_NS)
    it.apply(Trade("A", 102.0, 1.0), NOW_NS)
    assert (it.last, it.last_ns) == (102.0, NOW_NS + HOUR_NS)  # arrivals in exchange time


def test_the_offset_of_a_clock_ahead_by_less_than_a_day_is_measured() -> None:
    it = state()
    it.apply(Trade("A", 100.0, 1.0, NOW_NS + HOUR_NS), NOW_NS)
    assert it.latency_ns == -HOUR_NS
    it.apply(Trade("A", 100.0, 1.0, NOW_NS + 2 * DAY_NS), NOW_NS)
    assert it.latency_ns == 0


def in_real_time(
    it: SymbolState, seconds: int, exchange_lag_ns: int, begin_ns: int = NOW_NS, price: float = 101.0
) -> int:
    """Apply a trade and a quote every second, stamped ``exchange_lag_ns`` before arrival; return the last arrival."""
    received_ns = begin_ns
    for second in range(seconds):
        received_ns = begin_ns + second * SECOND_NS
        time_ns = received_ns - exchange_lag_ns
        it.apply(Trade("A", price, 1.0, time_ns), received_ns)
        it.apply(quote(price, time_ns), received_ns)
    return received_ns


def test_a_server_clock_set_back_by_an_hour_blocks_prices_only_briefly() -> None:
    it = state()
    end_ns = in_real_time(it, 5, 0, price=100.0)
    end_ns = in_real_time(it, 5, HOUR_NS, end_ns + SECOND_NS)
    assert (it.last, it.bid) == (100.0, 100.0)  # these seem to be older
    end_ns = in_real_time(it, 10, HOUR_NS, end_ns + SECOND_NS)
    assert (it.last, it.bid) == (101.0, 101.0)
    in_real_time(it, 1, HOUR_NS, end_ns + SECOND_NS, price=102.0)
    assert (it.last, it.bid, it.tick) == (102.0, 102.0, 1)
    assert it.trades == 21
    assert (it.tape.times_ns[1:] >= it.tape.times_ns[:-1]).all()


def test_a_page_of_old_trades_is_not_taken_for_a_clock_set_back() -> None:
    it = state()
    it.apply(Trade("A", 100.0, 1.0, NOW_NS), NOW_NS)
    for second in range(600):  # ten times as fast as they took place
        time_ns = NOW_NS - HOUR_NS + 10 * second * SECOND_NS
        it.apply(Trade("A", 101.0, 1.0, min(time_ns, NOW_NS - 1)), NOW_NS + second * SECOND_NS)
    assert it.last == 100.0


def test_a_slower_exchange_in_the_same_feed_is_learned() -> None:
    """One exchange trades every 30 seconds, the other every second, with a delay of 15 minutes."""
    it, wrong = state(), 0
    for second in range(3600):
        now_ns = NOW_NS + second * SECOND_NS
        if second % 30 == 0:
            it.apply(Trade("A", 100.0, 1.0, now_ns), now_ns)
        it.apply(Trade("A", 101.0, 1.0, now_ns - 900 * SECOND_NS), now_ns)
        wrong += it.last != 100.0
    assert wrong < 30


def test_older_facts_confirm_a_clock_step_only_after_ten_seconds() -> None:
    step = ClockStep()
    older = [step.is_confirmed_by(second * SECOND_NS, HOUR_NS, HOUR_NS + second * SECOND_NS) for second in range(12)]
    assert older == [False] * 10 + [True] * 2


BAD_STARTS_NS = [-62_135_596_800 * SECOND_NS, -1, 0, NOW_NS // SECOND_NS, 253_402_300_799 * SECOND_NS, 2**63, 10**40]


@pytest.mark.parametrize("start_ns", [*BAD_STARTS_NS, NOW_NS + MINUTE_NS + TOLERANCE_NS + 1])
@pytest.mark.parametrize("is_closed", [True, False])
def test_a_bar_with_an_impossible_time_is_rejected(start_ns: int, is_closed: bool) -> None:
    it = state()
    bar: MarketFact = Bar("A", "1m", start_ns, 1.0, 2.0, 0.5, 1.5, 9.0, is_closed)
    with pytest.raises(FrameError, match="time of a bar"):
        it.apply(bar, NOW_NS)
    assert not len(it.bars.minutes)


def test_the_forming_daily_bar_is_accepted() -> None:
    assert state().apply(Bar("A", "1d", NOW_NS + 12 * HOUR_NS, 1.0, 2.0, 0.5, 1.5, 9.0, is_closed=False), NOW_NS)
