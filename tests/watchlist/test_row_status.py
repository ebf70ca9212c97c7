from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.events import Trade
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.market.limits import Limits
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.session_calendar import ROLLING, US_STOCKS, calendar_of
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, RowTextCache
from ticker_gui.watchlist.row_status import describe_row_status, row_status

NOW_NS = 1_700_000_000 * SECOND_NS  # a Tuesday
SUNDAY_NS = NOW_NS + 5 * 86_400 * SECOND_NS
AGE = COLUMN_INDEX["age"]


def symbol(*, traded: bool = True, is_us_stock: bool = False, at_ns: int = NOW_NS) -> SymbolState:
    calendar = US_STOCKS if is_us_stock else ROLLING
    state = SymbolState("desk", "A", "A", Limits().watched, calendar=calendar)
    if traded:
        state.apply(Trade("A", 10.0, 1.0, at_ns), at_ns)
    return state


def age_text(state: SymbolState, now_ns: int, feed: StateMark = StateMark.LIVE) -> str:
    return RowTextCache(state).read(now_ns, (AGE,), age_word=row_status(state, now_ns, feed).word)[AGE]


@pytest.mark.parametrize(
    ("feed", "word"), [(StateMark.LIVE, "3 s"), (StateMark.DEMO, "3 s"), (StateMark.DELAYED, "delayed")]
)
def test_a_fresh_row_has_the_mark_of_its_feed(feed: StateMark, word: str) -> None:
    now_ns = NOW_NS + 3 * SECOND_NS
    assert row_status(symbol(), now_ns, feed) == (feed, "delayed" if word == "delayed" else "", True)
    assert age_text(symbol(), now_ns, feed) == word


@pytest.mark.parametrize(
    ("feed", "mark", "text"),
    [
        (StateMark.CONNECTING, StateMark.CONNECTING, "connecting"),
        (StateMark.KEY_NEEDED, StateMark.KEY_NEEDED, "key needed"),
        (StateMark.NO_FEED, StateMark.NO_FEED, "no feed"),
        (StateMark.DISABLED, StateMark.DISABLED, "disabled"),
        (StateMark.NOT_CONNECTED, StateMark.NOT_CONNECTED, "40 s"),
        (StateMark.LIVE, StateMark.NOT_CONNECTED, "40 s"),
    ],
)
def test_without_a_connection_nothing_is_current(feed: StateMark, mark: StateMark, text: str) -> None:
    state, now_ns = symbol(), NOW_NS + 40 * SECOND_NS
    state.coverage.mark_disconnected(now_ns)
    status = row_status(state, now_ns, feed)
    assert (status.mark, status.is_current) == (mark, False)
    assert age_text(state, now_ns, feed) == text


@given(st.integers(1, 700), st.sampled_from([one for one in StateMark if one is not StateMark.DISABLED]), st.booleans())
def test_no_row_of_a_quiet_feed_looks_current(age_s: int, feed: StateMark, is_us_stock: bool) -> None:
    state, now_ns = symbol(is_us_stock=is_us_stock), NOW_NS + age_s * SECOND_NS
    state.coverage.is_quiet = True
    status = row_status(state, now_ns, feed)
    assert (status.mark, status.is_current) == (StateMark.QUIET, False)
    assert age_text(state, now_ns, feed).startswith("quiet ")
    assert state.status(now_ns) is SymbolStatus.STALE
    assert not state.is_live(now_ns)


def test_a_quiet_row_says_whether_its_feed_is_quiet_too() -> None:
    state, now_ns = symbol(), NOW_NS + 20 * SECOND_NS
    state.coverage.is_quiet = True
    quiet = row_status(state, now_ns)
    assert describe_row_status(quiet, state, now_ns) == "Quiet 20 s: no data is arriving from the feed"
    state.coverage.is_quiet = False
    later_ns = NOW_NS + 100 * SECOND_NS
    overdue = row_status(state, later_ns)
    assert describe_row_status(overdue, state, later_ns) == "Quiet 1 min, which is longer than usual"


@pytest.mark.parametrize("feed", StateMark)
@pytest.mark.parametrize("is_connected", [True, False])
def test_remembered_values_are_never_current_and_always_dated(feed: StateMark, is_connected: bool) -> None:
    state = symbol(traded=False)
    if not is_connected:
        state.coverage.mark_disconnected(NOW_NS)
    state.remembered = RememberedValues(NOW_NS - DAY_NS, 5.0)
    status = row_status(state, NOW_NS, feed)
    assert not status.is_current
    assert age_text(state, NOW_NS, feed).startswith("yesterday ")
    assert describe_row_status(status, state, NOW_NS).startswith("Last known, from yesterday ")


def test_a_quiet_row_says_for_how_long() -> None:
    status = row_status(symbol(), NOW_NS + 61 * SECOND_NS)
    assert status == (StateMark.QUIET, "quiet 1 min", False)


def test_a_row_of_a_closed_market_keeps_its_prices() -> None:
    friday = symbol(is_us_stock=True, at_ns=SUNDAY_NS - 2 * 86_400 * SECOND_NS)
    assert row_status(friday, SUNDAY_NS) == (StateMark.CLOSED, "closed", True)
    assert row_status(symbol(is_us_stock=True, at_ns=SUNDAY_NS), SUNDAY_NS).mark is StateMark.LIVE  # it trades anyway


def test_a_last_trade_that_arrives_after_the_close_is_not_live() -> None:
    state = symbol(traded=False, is_us_stock=True)
    state.apply(Trade("A", 10.0, 1.0, SUNDAY_NS - 2 * 86_400 * SECOND_NS), SUNDAY_NS)
    assert row_status(state, SUNDAY_NS) == (StateMark.CLOSED, "closed", True)
    coin = symbol(traded=False)
    coin.apply(Trade("A", 10.0, 1.0, SUNDAY_NS - 2 * 86_400 * SECOND_NS), SUNDAY_NS)
    assert row_status(coin, SUNDAY_NS).mark is StateMark.LIVE


def test_a_subscription_without_an_answer_is_a_warning_and_no_refusal() -> None:
    state = symbol(traded=False)
    state.overdue = "no reply"
    assert row_status(state, NOW_NS) == (StateMark.QUIET, "", False)
    assert age_text(state, NOW_NS) == "no answer"


def test_a_refused_symbol_has_no_feed_if_only_the_demo_was_asked() -> None:
    state = symbol(traded=False)
    state.refusal = "not listed"
    assert row_status(state, NOW_NS) == (StateMark.REFUSED, "", False)
    assert row_status(state, NOW_NS, StateMark.DEMO) == (StateMark.NO_FEED, "no feed", False)


def test_a_refused_symbol_of_a_desk_with_demo_data_is_unavailable() -> None:
    state = symbol(traded=False)
    state.refusal = "No publisher of this desk has it."
    state.coverage.is_relayed = True
    assert row_status(state, NOW_NS, StateMark.DEMO) == (StateMark.REFUSED, "", False)


def test_a_row_without_data_is_pending_until_it_has_failed() -> None:
    state = symbol(traded=False)
    assert row_status(state, NOW_NS) == (StateMark.CONNECTING, "", False)
    state.rejection = "The price is impossible."
    assert row_status(state, NOW_NS).mark is StateMark.REFUSED


@given(st.sampled_from(StateMark), st.integers(0, 10**6), st.booleans(), st.booleans(), st.booleans())
def test_prices_are_current_only_while_the_feed_is_connected(
    feed: StateMark, age_s: int, is_connected: bool, is_refused: bool, is_us_stock: bool
) -> None:
    state = symbol(is_us_stock=is_us_stock)
    state.refusal = "not listed" if is_refused else None
    if not is_connected:
        state.coverage.mark_disconnected(NOW_NS)
    status = row_status(state, NOW_NS + age_s * SECOND_NS, feed)
    if status.is_current:
        assert is_connected
        assert not is_refused
        usual = (StateMark.LIVE, StateMark.DEMO, StateMark.DELAYED, StateMark.REPLAY, StateMark.CLOSED)
        assert status.mark in usual


def test_tooltips_say_what_a_mark_means() -> None:
    def words(state: SymbolState, now_ns: int, feed: StateMark = StateMark.LIVE) -> str:
        return describe_row_status(row_status(state, now_ns, feed), state, now_ns)

    assert words(symbol(), NOW_NS) == "Live"
    assert words(symbol(), NOW_NS, StateMark.DEMO) == "Demo: not real prices"
    assert words(symbol(), NOW_NS + 61 * SECOND_NS) == "Quiet 1 min, which is longer than usual"
    friday = symbol(is_us_stock=True, at_ns=SUNDAY_NS - 2 * 86_400 * SECOND_NS)
    assert words(friday, SUNDAY_NS).startswith("US markets are closed: it is ")
    disabled = symbol(traded=False)  # its feed has never been connected
    assert words(disabled, NOW_NS, StateMark.DISABLED) == "Disabled: you disconnected its feed"
    delayed = symbol()
    assert words(delayed, NOW_NS, StateMark.DELAYED) == "Delayed by the provider"
    delayed.coverage.exchange_lag_ns = 900 * SECOND_NS
    assert words(delayed, NOW_NS, StateMark.DELAYED) == "Delayed by 15 min"


def test_a_quiet_row_may_be_one_of_a_closed_market_until_the_provider_states_its_hours() -> None:
    state = SymbolState("desk", "7203.T", "7203.T", Limits().watched, calendar=calendar_of("7203.T"))
    state.apply(Trade("7203.T", 10.0, 1.0, NOW_NS), NOW_NS)
    later_ns = NOW_NS + 3600 * SECOND_NS
    quiet = row_status(state, later_ns)
    assert quiet.mark is StateMark.QUIET
    assert describe_row_status(quiet, state, later_ns).endswith("(the trading hours are unknown)")
    state.trading_period = TradingPeriod(NOW_NS - 3600 * SECOND_NS, NOW_NS + SECOND_NS, UTC)
    closed = row_status(state, later_ns)
    assert closed == (StateMark.CLOSED, "closed", True)
    assert describe_row_status(closed, state, later_ns).startswith(
        "According to the provider, the market has been closed since"
    )
    state.trading_period = TradingPeriod(NOW_NS, NOW_NS + DAY_NS // 4, UTC)
    assert describe_row_status(row_status(state, later_ns), state, later_ns).endswith("longer than usual")
