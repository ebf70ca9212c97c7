from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import StillClock
from ticker_gui.domain.events import Bar, DayStats, MarketFact, Quote, Trade
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.market.market import Market
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.session_calendar import ROLLING, US_STOCKS
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMNS

NOW_NS = 1_790_000_000 * SECOND_NS
VALUES = RememberedValues(NOW_NS - 60, 5.0, NOW_NS - DAY_NS, 4.0, 7.0, 2.0, 4.5, 100.0)


def watched(*, values: RememberedValues | None) -> tuple[Market, SymbolState]:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("A", "A")
    if values is not None:
        feed.remember("A", values, NOW_NS)
    return market, state


def texts(state: SymbolState) -> list[str]:
    return [column.format(column.value(state, NOW_NS), state) for column in COLUMNS]


def test_values_have_the_time_of_the_last_trade_and_refer_to_the_previous_close() -> None:
    values = RememberedValues(9, last=5.0, last_ns=7, open=4.0, previous_close=3.0)
    assert (values.dated_ns, values.reference) == (7, 3.0)
    assert RememberedValues(9, open=4.0).reference == 4.0
    assert RememberedValues(9).dated_ns == 9


def test_values_of_a_watched_symbol_are_remembered_until_it_is_removed() -> None:
    market, state = watched(values=VALUES)
    feed = market.feed("desk")
    feed.remember("other", VALUES, 10)
    assert state.remembered == VALUES
    changes = market.collect_changes()
    assert (changes.states, changes.updates) == ([state], 0)
    assert state.last is None
    feed.unwatch("A")
    assert feed.watch("A", "A").remembered is None


FACTS = st.one_of(
    st.builds(Trade, st.just("A"), st.floats(1.0, 10.0), st.floats(0.0, 9.0), st.just(NOW_NS)),
    st.builds(Quote, st.just("A"), st.floats(1.0, 2.0), st.just(1.0), st.floats(2.0, 3.0), st.just(1.0)),
    st.builds(DayStats, st.just("A"), open=st.floats(1.0, 10.0), high=st.floats(11.0, 12.0), last=st.floats(1.0, 10.0)),
    st.builds(Bar, st.just("A"), st.just("1m"), st.just(NOW_NS // DAY_NS * DAY_NS), *[st.just(3.0)] * 4, st.just(1.0), st.just(True)),
)  # fmt: skip


@given(FACTS)
def test_after_the_first_fact_nothing_of_the_remembered_values_is_left(fact: MarketFact) -> None:
    rows = []
    for values in (VALUES, None):
        market, state = watched(values=values)
        market.feed("desk").apply(fact, NOW_NS)
        assert state.remembered is None
        rows.append(texts(state))
        market.feed("desk").remember("A", VALUES, NOW_NS)  # too late
        assert state.remembered is None
    assert rows[0] == rows[1]


def test_remembered_values_make_no_symbol_live_and_count_as_no_data() -> None:
    market, state = watched(values=VALUES)
    clock = StillClock()
    assert not state.is_live(NOW_NS)
    assert not state.is_stale(NOW_NS)
    assert state.received_ns is None
    assert not state.tick
    assert market.feed("desk").data_expected(clock())


def test_statistics_of_a_later_session_than_the_last_price_are_not_compared_with_it() -> None:
    friday_ns, monday_ns = 1_764_363_600 * SECOND_NS, 1_764_597_600 * SECOND_NS  # 16:00 and 9:00 in New York
    values = RememberedValues(monday_ns, 5.0, friday_ns, previous_close=4.0, high=9.0)
    assert values.of_one_session(US_STOCKS).reference is None
    assert values.of_one_session(US_STOCKS).high is None
    assert values.of_one_session(US_STOCKS).last == 5.0
    assert values.of_one_session(ROLLING) == values
    same_day = values._replace(last_ns=monday_ns - SECOND_NS)
    assert same_day.of_one_session(US_STOCKS) == same_day
