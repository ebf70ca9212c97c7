from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_data import (
    NOW_NS,
    decode_or_refuse,
    expected_bars,
    fetched_bars,
    fetched_trades,
    mutated,
    queries,
    responses,
)
from tests.feeds.venues import alpaca as venue
from ticker_gui.domain.events import Bar, Refusal, Updates
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpRequest, HttpResponse, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.alpaca import Alpaca
from ticker_gui.history.paging import base_of

STOCKS, CRYPTO = "wss://stream.data.alpaca.markets/v2/iex", "wss://stream.data.alpaca.markets/v1beta3/crypto/us"
TIMEFRAMES = tuple(Alpaca.history.timeframes)
QUERY = BarsQuery("AAPL", "1m", NOW_NS - 9 * MINUTE_NS, NOW_NS - 3 * MINUTE_NS)


def alpaca(url: str = STOCKS, key: str = venue.KEY) -> Alpaca:
    return Alpaca(Credentials(url, key))


@given(queries(("AAPL", "BRK.B"), TIMEFRAMES, 100))
def test_the_bars_of_a_stock_are_those_of_the_period(query: BarsQuery) -> None:
    assert fetched_bars(alpaca(), query, venue.respond) == expected_bars(query)


@given(queries(("BTC/USD",), TIMEFRAMES, 100))
def test_the_bars_of_a_pair_are_those_of_the_period(query: BarsQuery) -> None:
    assert fetched_bars(alpaca(CRYPTO), query, venue.respond) == expected_bars(query)


def test_days_of_crypto_are_made_of_hours_because_those_of_the_provider_begin_in_the_morning() -> None:
    offer = alpaca(CRYPTO).history_offer
    assert base_of(offer, BY_NAME["1d"]) == base_of(offer, BY_NAME["1M"]) == BY_NAME["1h"]
    assert base_of(alpaca().history_offer, BY_NAME["1d"]) == BY_NAME["1d"]


@given(st.integers(0, 40 * SECOND_NS), st.integers(1, 40 * SECOND_NS))
def test_the_trades_of_a_gap_are_found_without_those_that_were_cancelled(before: int, width: int) -> None:
    after_ns = NOW_NS - HOUR_NS - before
    query = TradesQuery("AAPL", after_ns, after_ns + width)
    numbers = [
        number
        for number in range(after_ns // venue.TRADE_PAUSE_NS, query.before_ns // venue.TRADE_PAUSE_NS + 1)
        if after_ns < number * venue.TRADE_PAUSE_NS < query.before_ns and number % 50
    ]
    trades = fetched_trades(alpaca(), query, venue.respond)
    assert [(trade.trade_id, trade.time_ns) for trade in trades] == [
        (number, number * venue.TRADE_PAUSE_NS) for number in numbers
    ]
    assert {(trade.venue, trade.conditions) for trade in trades} <= {("V", ("@",))}


def test_a_trade_that_is_a_nanosecond_inside_the_gap_is_found() -> None:
    time_ns = (NOW_NS // venue.TRADE_PAUSE_NS - 999) * venue.TRADE_PAUSE_NS
    query = TradesQuery("AAPL", time_ns - 1, time_ns + 1)
    assert [trade.time_ns for trade in fetched_trades(alpaca(), query, venue.respond)] == [time_ns]


def test_the_request_names_the_stream_and_has_the_key_in_its_headers() -> None:
    request = alpaca().history_request(QUERY)
    assert request.url.startswith("https://data.alpaca.markets/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=")
    assert "&feed=iex" in request.url
    assert "&adjustment=split" in request.url
    assert "alpaca-secret" not in request.url
    assert request.headers == {"APCA-API-KEY-ID": "alpaca-key", "APCA-API-SECRET-KEY": "alpaca-secret"}
    assert "alpaca-" not in repr(request)
    pair = alpaca(CRYPTO).history_request(BarsQuery("BTC/USD", "1h", 0, HOUR_NS))
    assert pair.url.startswith("https://data.alpaca.markets/v1beta3/crypto/us/bars?symbols=BTC%2FUSD&timeframe=1Hour")
    assert "feed=" not in pair.url
    sandbox = alpaca("wss://stream.data.sandbox.alpaca.markets/v2/sip").history_request(QUERY)
    assert sandbox.url.startswith("https://data.sandbox.alpaca.markets/")
    assert "&feed=sip" in sandbox.url


def test_the_stream_of_test_data_has_no_past() -> None:
    protocol = alpaca("wss://stream.data.alpaca.markets/v2/test")
    assert protocol.trades_request(TradesQuery("FAKEPACA", 0, 1)) is None
    with pytest.raises(HistoryError) as error:
        protocol.history_request(QUERY)
    assert error.value.refusal is Refusal.NOT_OFFERED


@pytest.mark.parametrize(
    ("protocol", "query", "refusal"),
    [
        (alpaca(key="wrong:key"), QUERY, Refusal.NOT_OFFERED),
        (alpaca(), BarsQuery("GHOST", "1m", NOW_NS - HOUR_NS, NOW_NS), Refusal.UNKNOWN_SYMBOL),
        (
            alpaca("wss://stream.data.alpaca.markets/v2/sip"),
            BarsQuery("AAPL", "1m", NOW_NS - MINUTE_NS, NOW_NS),
            Refusal.OUT_OF_RANGE,
        ),
    ],
)
def test_a_refusal_says_whether_the_request_may_be_repeated(
    protocol: Alpaca, query: BarsQuery, refusal: Refusal
) -> None:
    with pytest.raises(HistoryError) as error:
        fetched_bars(protocol, query, venue.respond)
    assert error.value.refusal is refusal


def test_the_reason_of_a_refusal_contains_no_key_and_is_short() -> None:
    body = json.dumps({"message": "key alpaca-secret is over its limit\n" + 900 * "x"}).encode()
    with pytest.raises(HistoryError) as error:
        alpaca().decode_history(QUERY, HttpResponse(429, body, retry_after_s=3.0))
    assert "alpaca-secret" not in str(error.value)
    assert len(str(error.value)) < 250
    assert (error.value.refusal, error.value.retry_after_s) == (Refusal.RATE_LIMITED, 3.0)


def row(**fields: Any) -> dict[str, Any]:
    return {"t": "2026-11-27T15:00:00Z", "o": 2, "h": 3, "l": 1, "c": 2, "v": 5, **fields}


@pytest.mark.parametrize(
    "bad",
    [
        {"o": 9},
        {"l": 2.5},
        {"v": -1},
        {"t": "2026-11-27T15:00:30Z"},
        {"t": "2026-11-27"},
        {"h": None},
        {"c": "x"},
        {"o": True},
    ],
)
def test_a_row_with_impossible_values_costs_that_row_only(bad: dict[str, Any]) -> None:
    body = json.dumps({"bars": {"AAPL": [row(), row(**bad)]}, "next_page_token": None}).encode()
    page = alpaca().decode_history(QUERY, HttpResponse(200, body))
    assert page.bars == [Bar("AAPL", "1m", 1_795_791_600 * SECOND_NS, 2.0, 3.0, 1.0, 2.0, 5.0, True)]


@pytest.mark.parametrize("body", [b'{"bars":{},"next_page_token":null}', b'{"bars":null}', b'{"bars":{"AAPL":null}}'])
def test_a_period_without_trades_has_no_bars(body: bytes) -> None:
    page = alpaca().decode_history(QUERY, HttpResponse(200, body))
    assert (page.bars, page.next_request) == ([], None)


def test_days_begin_at_midnight_utc_of_their_date() -> None:
    body = json.dumps({"bars": {"AAPL": [row(t="2026-07-01T04:00:00Z"), row(t="2026-11-27T05:00:00Z")]}}).encode()
    page = alpaca().decode_history(BarsQuery("AAPL", "1d", 0, DAY_NS), HttpResponse(200, body))
    assert [bar.start_ns % DAY_NS for bar in page.bars] == [0, 0]


def test_conditions_of_past_trades_are_read_as_those_of_live_ones() -> None:
    rows = [{"t": "2026-11-27T15:00:00.000000001Z", "p": 2, "s": 1, "i": 7, "x": "D", "c": ["@", "I"], "z": "C"}]
    body = json.dumps({"trades": {"AAPL": rows}}).encode()
    (trade,) = alpaca().decode_trades(TradesQuery("AAPL", 0, 1), HttpResponse(200, body)).trades
    assert (trade.conditions, trade.updates, trade.time_ns) == (("@", "I"), Updates.VOLUME, 1_795_791_600_000_000_001)


@pytest.mark.parametrize(
    ("url", "key", "address"),
    [
        (STOCKS, "PKEY:secret", "https://paper-api.alpaca.markets/v2/assets?status=active&asset_class=us_equity"),
        (CRYPTO, "AKEY:secret", "https://api.alpaca.markets/v2/assets?status=active&asset_class=crypto"),
    ],
)
def test_the_list_of_symbols_is_requested_where_the_key_belongs(url: str, key: str, address: str) -> None:
    assert alpaca(url, key).catalog_request().url == address


def test_the_list_contains_the_symbols_that_can_be_traded() -> None:
    response = responses(venue.respond, HttpRequest("https://api.alpaca.markets/v2/assets?x=1", QUERY_HEADERS))
    found = alpaca().decode_catalog(response)
    assert [(each.symbol, each.venue, each.tick_size) for each in found] == [
        ("AAPL", "NASDAQ", None),
        ("BTC/USD", "CRYPTO", 0.01),
    ]
    assert found[0].name.startswith("Apple")


QUERY_HEADERS = alpaca().catalog_request().headers
BARS = responses(venue.respond, alpaca().history_request(QUERY)).body
TRADES = responses(
    venue.respond,
    HttpRequest(
        alpaca()._trades_request(TradesQuery("AAPL", NOW_NS - HOUR_NS, NOW_NS - HOUR_NS + SECOND_NS), None).url,
        QUERY_HEADERS,
    ),
).body


@given(mutated(BARS))
def test_any_body_gives_bars_or_an_error(body: bytes) -> None:
    decode_or_refuse(alpaca().decode_history, QUERY, body)


@given(mutated(TRADES))
def test_any_body_gives_trades_or_an_error(body: bytes) -> None:
    decode_or_refuse(alpaca().decode_trades, TradesQuery("AAPL", 0, 1), body)
