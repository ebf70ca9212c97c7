from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_data import fetched_bars, responses
from tests.feeds.past_figures import (
    NOW_S,
    Execution,
    between,
    executions,
    expected_bars,
    fetch_trades,
    gaps,
    is_decoded,
    mutations,
    queries,
)
from tests.feeds.venues import bitstamp as venue
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpResponse, Instrument, TradesQuery
from ticker_gui.feeds.providers.bitstamp import Bitstamp

QUERY = BarsQuery("btcusd", "1m", (NOW_S - 3_600) * SECOND_NS, NOW_S * SECOND_NS)
PAGE = responses(venue.respond, Bitstamp().history_request(QUERY)).body


def gap(pair: tuple[Execution, Execution]) -> TradesQuery:
    after, before = pair
    return TradesQuery("btcusd", after.time_ms * 10**6, before.time_ms * 10**6 + 400, after.id, before.id)


@given(queries("btcusd", ("1m", "5m", "1h", "4h", "1d"), 1_000))
def test_any_period_has_the_bars_of_the_interface(query: BarsQuery) -> None:
    found = fetched_bars(Bitstamp(), query, venue.respond)
    assert [bar for bar in found if bar.volume] == expected_bars(query)


@given(gaps())
def test_any_gap_of_a_day_is_filled_exactly_with_times_inside_it(pair: tuple[Execution, Execution]) -> None:
    query = gap(pair)
    found = fetch_trades(Bitstamp(), query, venue.respond)
    assert [(trade.trade_id, trade.price, trade.size) for trade in found] == [
        (each.id, each.price, each.size) for each in between(pair)
    ]
    times = [trade.time_ns or 0 for trade in found]
    assert times == sorted(times)
    assert all(query.after_ns <= time_ns <= query.before_ns for time_ns in times)


def test_a_short_gap_that_is_requested_late_needs_a_longer_period() -> None:
    old = executions()[10:20]
    first = Bitstamp().trades_request(gap((old[0], old[-1])))
    assert first.url.endswith("/api/v2/transactions/btcusd/?time=minute")
    assert [trade.trade_id for trade in fetch_trades(Bitstamp(), gap((old[0], old[-1])), venue.respond)] == [
        each.id for each in old[1:-1]
    ]


def test_a_gap_of_more_than_a_day_is_refused() -> None:
    ago = TradesQuery("btcusd", (NOW_S - 90_000) * SECOND_NS, NOW_S * SECOND_NS, 1, executions()[-1].id)
    with pytest.raises(HistoryError, match="more than a day old") as error:
        fetch_trades(Bitstamp(), ago, venue.respond)
    assert error.value.refusal is Refusal.OUT_OF_RANGE


def test_a_gap_without_ids_is_refused() -> None:
    query = TradesQuery("btcusd", (NOW_S - 20) * SECOND_NS, NOW_S * SECOND_NS)
    with pytest.raises(HistoryError, match="has no ID") as error:
        fetch_trades(Bitstamp(), query, venue.respond)
    assert error.value.refusal is Refusal.OUT_OF_RANGE


def test_errors_are_refusals_whatever_their_status() -> None:
    with pytest.raises(HistoryError, match=r"no past data for this symbol: Invalid currency pair\.") as error:
        fetched_bars(Bitstamp(), BarsQuery("nope", "1m", QUERY.start_ns, QUERY.end_ns), venue.respond)
    assert error.value.refusal is Refusal.UNKNOWN_SYMBOL
    for body in (b'{"error":"Busy"}', b'{"status":"error","reason":{"step":["Busy"]}}'):
        with pytest.raises(HistoryError, match="Busy") as error:
            Bitstamp().decode_history(QUERY, HttpResponse(200, body))
        assert error.value.refusal is Refusal.FAILED
    with pytest.raises(HistoryError) as error:
        Bitstamp().decode_history(QUERY, HttpResponse(429, b"", retry_after_s=3.0))
    assert (error.value.refusal, error.value.retry_after_s) == (Refusal.RATE_LIMITED, 3.0)


def test_an_impossible_row_costs_that_row_only() -> None:
    answer = json.loads(PAGE)
    answer["data"]["ohlc"][0]["high"] = "1"
    answer["data"]["ohlc"][1]["volume"] = "-1"
    answer["data"]["ohlc"][2]["close"] = "NaN"
    answer["data"]["ohlc"][3]["open"] = None
    page = Bitstamp().decode_history(QUERY, HttpResponse(200, json.dumps(answer).encode()))
    assert len(page.bars) == len(answer["data"]["ohlc"]) - 4


def test_the_catalog_has_the_markets_that_are_open() -> None:
    request = Bitstamp().catalog_request()
    assert Bitstamp().decode_catalog(responses(venue.respond, request)) == [
        Instrument("btcusd", "Bitcoin / U.S. dollar", "Bitstamp", 1.0),
        Instrument("xrpeur", "XRP / Euro", "Bitstamp", 0.00001),
    ]


@given(body=mutations(PAGE), status=st.sampled_from([200, 200, 200, 400, 500]))
def test_damaged_responses_give_possible_bars_or_an_error(body: bytes, status: int) -> None:
    is_decoded(lambda: Bitstamp().decode_history(QUERY, HttpResponse(status, body)))
    is_decoded(lambda: Bitstamp().decode_catalog(HttpResponse(status, body)))
    ends = executions()[0], executions()[-1]
    is_decoded(lambda: Bitstamp().decode_trades(gap(ends), HttpResponse(status, body)))


TRADES = responses(venue.respond, Bitstamp().trades_request(gap((executions()[-30], executions()[-1])))).body


@given(body=mutations(TRADES))
def test_damaged_trades_give_possible_trades_or_an_error(body: bytes) -> None:
    is_decoded(lambda: Bitstamp().decode_trades(gap((executions()[-30], executions()[-1])), HttpResponse(200, body)))
