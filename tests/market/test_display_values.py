from __future__ import annotations

from ticker_gui.domain.events import DayStats, MarketFact, Quote, Trade
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.market.display_values import (
    age_s,
    change,
    change_percent,
    day_range_percent,
    last_age_s,
    mid,
    session_last,
    spread,
    spread_percent,
)
from ticker_gui.market.limits import Limits
from ticker_gui.market.session_calendar import US_STOCKS
from ticker_gui.market.symbol_state import SymbolState

NOW_NS = 1_700_000_000 * SECOND_NS


def state_after(*facts: MarketFact) -> SymbolState:
    state = SymbolState("desk", "a", "A", Limits().watched)
    for fact in facts:
        state.apply(fact, NOW_NS)
    return state


def trade(price: float) -> Trade:
    return Trade("A", price, 1.0, NOW_NS)


def test_a_symbol_without_data_has_no_change_and_no_age() -> None:
    it = state_after()
    assert (change(it), change_percent(it), age_s(it, NOW_NS), last_age_s(it, NOW_NS)) == (None,) * 4
    assert (session_last(it), day_range_percent(it), mid(it), spread(it), spread_percent(it)) == (None,) * 5


def test_the_change_is_measured_against_the_previous_close_or_else_the_open() -> None:
    it = state_after(DayStats("A", open=100.0), trade(110.0))
    assert (change(it), change_percent(it)) == (10.0, 10.0)
    it.apply(DayStats("A", previous_close=88.0), NOW_NS)
    assert (change(it), change_percent(it)) == (22.0, 25.0)
    assert change(state_after(trade(10.0))) is None
    assert change_percent(state_after(DayStats("A", open=0.0), trade(1.0))) is None


def test_age_is_counted_from_arrival() -> None:
    it = state_after(trade(1.0))
    assert [age_s(it, NOW_NS + int(seconds * SECOND_NS)) for seconds in (0, 0.9, 5.1, -3)] == [0, 0, 5, 0]


def test_the_change_is_never_against_the_open_of_an_earlier_session() -> None:
    it = SymbolState("desk", "AAPL", "AAPL", Limits().watched, calendar=US_STOCKS)
    it.apply(DayStats("AAPL", open=100.0, volume=5e6), NOW_NS)
    it.apply(Trade("AAPL", 110.0, 1.0, NOW_NS), NOW_NS)
    assert (change(it), it.day.volume) == (10.0, 5e6)
    tomorrow_ns = NOW_NS + DAY_NS
    it.apply(Trade("AAPL", 120.0, 3.0, tomorrow_ns), tomorrow_ns)
    assert (change(it), it.day.open, it.day.volume) == (None, None, 3.0)
    assert not it.apply(DayStats("AAPL", open=100.0, time_ns=NOW_NS), tomorrow_ns)
    it.apply(DayStats("AAPL", open=119.0, previous_close=110.0, time_ns=tomorrow_ns), tomorrow_ns)
    assert change(it) == 10.0


def test_spread_and_mid_need_both_sides_of_the_order_book() -> None:
    it = state_after(Quote("A", 99.0, 1.0, 101.0, 1.0))
    assert (mid(it), spread(it), spread_percent(it)) == (100.0, 2.0, 2.0)
    it.apply(Quote("A", has_no_ask=True), NOW_NS)
    assert (mid(it), spread(it), spread_percent(it)) == (None, None, None)


def test_a_last_price_of_an_earlier_session_has_no_change_in_this_one() -> None:
    it = SymbolState("desk", "AAPL", "AAPL", Limits().watched, calendar=US_STOCKS)
    it.apply(Trade("AAPL", 100.0, 1.0, NOW_NS), NOW_NS)
    it.apply(DayStats("AAPL", open=90.0), NOW_NS)
    assert change(it) == 10.0
    tomorrow_ns = NOW_NS + DAY_NS
    it.apply(DayStats("AAPL", open=105.0, high=110.0, low=102.0), tomorrow_ns)
    assert (it.last, session_last(it)) == (100.0, None)
    assert (change(it), change_percent(it), day_range_percent(it)) == (None, None, None)
    it.apply(Trade("AAPL", 106.0, 1.0, tomorrow_ns), tomorrow_ns)
    assert (session_last(it), change(it), day_range_percent(it)) == (106.0, 1.0, 50.0)
