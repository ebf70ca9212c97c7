from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_trading_days import all_days
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import MINUTE_NS, timeframe_named
from ticker_gui.domain.trading_days import TradingDays
from ticker_gui.feeds.history import BarsQuery, TradesQuery
from ticker_gui.history.cleaning import clean_bars, clean_trades, to_dates

T0 = 1_700_006_400 * 10**9


def bar(start_ns: int, price: float = 1.0, *, is_closed: bool = True) -> Bar:
    return Bar("A", "1m", start_ns, price, price, price, price, 1.0, is_closed)


@given(st.lists(st.integers(-10, 30), max_size=30), st.integers(0, 20), st.integers(0, 1000))
def test_bars_are_those_of_the_query_in_order_and_each_once(minutes: list[int], end: int, seed: int) -> None:
    sent = [bar(T0 + minute * MINUTE_NS, float(number)) for number, minute in enumerate(minutes)]
    sent += [bar(T0 + 17), bar(T0 - MINUTE_NS // 2)]  # off the grid
    random.Random(seed).shuffle(sent)
    query = BarsQuery("A", "1m", T0, T0 + end * MINUTE_NS)
    cleaned = clean_bars(sent, query, T0 + 100 * MINUTE_NS)
    assert [each.start_ns for each in cleaned] == sorted({T0 + m * MINUTE_NS for m in minutes if 0 <= m < end})
    for each in cleaned:
        assert each is [other for other in sent if other.start_ns == each.start_ns][-1]


def test_the_last_bar_is_forming_until_its_end_by_the_clock_or_as_the_provider_says() -> None:
    query = BarsQuery("A", "1m", T0, T0 + 10 * MINUTE_NS)
    bars = [bar(T0), bar(T0 + MINUTE_NS)]
    assert [each.is_closed for each in clean_bars(bars, query, T0 + 2 * MINUTE_NS - 1)] == [True, False]
    assert [each.is_closed for each in clean_bars(bars, query, T0 + 2 * MINUTE_NS)] == [True, True]
    stated = [bar(T0), bar(T0 + MINUTE_NS, is_closed=False)]
    assert [each.is_closed for each in clean_bars(stated, query, T0 + 5 * MINUTE_NS)] == [True, False]


@given(st.integers(0, 20), st.integers(0, 20), st.lists(st.integers(-3, 24), max_size=40), st.booleans())
def test_only_trades_strictly_inside_the_gap_are_kept(after: int, length: int, ids: list[int], is_text: bool) -> None:
    def identity(number: int) -> int | str:
        return str(number) if is_text else number

    before = after + length
    trades = [Trade("A", 1.0, 1.0, T0 + number, identity(number)) for number in ids]
    query = TradesQuery("A", T0 + after, T0 + before, identity(after), identity(before))
    kept = [trade.trade_id for trade in clean_trades(trades, query)]
    assert kept == [identity(number) for number in sorted(set(ids)) if after < number < before]


@pytest.mark.parametrize("identity", [int, str])
def test_numbers_decide_and_order_trades_of_the_same_time(identity: Callable[[int], int | str]) -> None:
    query = TradesQuery("A", T0, T0, identity(9), identity(13))
    trades = [Trade("A", 1.0, 1.0, T0, identity(number)) for number in (14, 12, 8, 10, 13, 11, 9)]
    assert [trade.trade_id for trade in clean_trades(trades, query)] == [identity(number) for number in (10, 11, 12)]


def test_without_ids_the_times_decide_and_ids_without_an_order_only_exclude_both_ends() -> None:
    query = TradesQuery("A", T0, T0 + 10)
    trades = [Trade("A", 1.0, 1.0, T0 + time_ns) for time_ns in (0, 5, 5, 10, 11)]
    assert [trade.time_ns for trade in clean_trades(trades, query)] == [T0 + 5, T0 + 5]
    timeframe_named = TradesQuery("A", T0, T0 + 10, "first", "last")
    texts = [Trade("A", 1.0, 1.0, T0 + at, name) for at, name in ((0, "first"), (0, "b"), (10, "c"), (10, "last"))]
    assert [trade.trade_id for trade in clean_trades(texts, timeframe_named)] == ["b", "c"]
    assert not clean_trades([Trade("A", 1.0)], query)  # without a time


@given(st.sampled_from(["1d", "1w", "1M", "1h"]), all_days, st.integers(0, 20_000), st.integers(1, 30))
def test_providers_are_asked_for_dates_and_their_bars_begin_with_the_days_of_the_market(
    name: str, days: TradingDays, number: int, count: int
) -> None:
    dated, timeframe = timeframe_named(name), timeframe_named(name, days)
    first_ns = timeframe.end_of(timeframe.start_of(days.start_ns(number)))
    query = BarsQuery("A", name, first_ns, timeframe.step(first_ns, count))
    asked = to_dates(query, days)
    dates = [dated.step(asked.start_ns, index) for index in range(count)]
    assert (asked.start_ns, asked.end_ns) == (timeframe.date_of(first_ns), dated.end_of(dates[-1]))
    outside = [dated.step(asked.start_ns, -1), asked.end_ns]
    sent = [Bar("A", name, date, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True) for date in (*dates, *outside)]
    last_ns = timeframe.step(first_ns, count - 1)
    cleaned = clean_bars(sent, asked, timeframe.end_of(last_ns) - 1, days)
    assert [bar.start_ns for bar in cleaned] == [timeframe.step(first_ns, index) for index in range(count)]
    assert [bar.is_closed for bar in cleaned] == [True] * (count - 1) + [False]
    assert clean_bars(sent, asked, timeframe.end_of(last_ns), days)[-1].is_closed


def test_trades_that_were_selected_already_are_all_inside_and_each_counts_once() -> None:
    query = TradesQuery("A", T0 + 5, T0 + 9, 5, 9)
    older, newer = Trade("A", 1.0, 1.0, T0 + 2, 2), Trade("A", 1.0, 1.0, T0 + 7, 7)
    assert clean_trades([newer, older, newer], query, selected=True) == [older, newer]
    assert clean_trades([newer, older, newer], query) == [newer]


def test_ids_of_thousands_of_digits_are_names_and_no_numbers() -> None:
    long = "9" * 5_000
    trades = [Trade("A", 1.0, 1.0, T0 + at, name) for at, name in ((5, long), (6, "7"), (7, "\u00b2"))]
    assert clean_trades(trades, TradesQuery("A", T0, T0 + 10, "1", "9")) == trades
    assert clean_trades(trades, TradesQuery("A", T0, T0 + 10, long, "9")) == trades[1:]
