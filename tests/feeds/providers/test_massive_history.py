from __future__ import annotations

import json
from typing import Any

import msgspec
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
from tests.feeds.venues import massive as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import BY_NAME, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpResponse, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.massive import Massive

STOCKS = "wss://socket.massive.com/stocks"
TIMEFRAMES = tuple(Massive.history.timeframes)
QUERY = BarsQuery("MSFT", "1m", NOW_NS - 9 * MINUTE_NS, NOW_NS - 3 * MINUTE_NS)
MS_NS = 1_000_000


def massive(url: str = STOCKS, key: str = venue.KEY) -> Massive:
    return Massive(Credentials(url, key))


def page(**fields: Any) -> HttpResponse:
    return HttpResponse(200, json.dumps({"status": "OK", **fields}).encode())


@given(queries(("MSFT", "AMpB"), TIMEFRAMES, 100))
def test_the_bars_of_a_stock_are_those_of_the_period(query: BarsQuery) -> None:
    if BY_NAME[query.timeframe].width_ns >= HOUR_NS:  # of which one page of the stand-in has few
        query = msgspec.structs.replace(
            query, end_ns=min(query.end_ns, query.start_ns + 50 * BY_NAME[query.timeframe].width_ns)
        )
    assert fetched_bars(massive(), query, venue.respond) == expected_bars(query)


@pytest.mark.parametrize(
    ("path", "symbol", "ticker"),
    [
        ("crypto", "BTC-USD", "X:BTCUSD"),
        ("crypto", "X:BTCUSD", "X:BTCUSD"),
        ("forex", "EUR-USD", "C:EURUSD"),
        ("indices", "I:SPX", "I:SPX"),
        ("indices", "SPX", "I:SPX"),
        ("options", "O:SPY251219C00650000", "O:SPY251219C00650000"),
        ("stocks", "BRK.B", "BRK.B"),
    ],
)
def test_pairs_have_their_prefix_in_the_request_and_their_own_name_in_the_response(
    path: str, symbol: str, ticker: str
) -> None:
    protocol = massive(f"wss://socket.massive.com/{path}")
    query = BarsQuery(symbol, "1m", QUERY.start_ns, QUERY.end_ns)
    bars = fetched_bars(protocol, query, venue.respond)
    expected = expected_bars(BarsQuery(ticker, "1m", QUERY.start_ns, QUERY.end_ns), has_volume=path != "forex")
    assert bars == [msgspec.structs.replace(bar, symbol=symbol) for bar in expected]
    assert (protocol.trades_request(TradesQuery(symbol, 0, 1)) is None) == (path in ("forex", "indices"))


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_the_last_bar_of_a_period_is_found(timeframe: str) -> None:
    frame = BY_NAME[timeframe]
    first_ns = frame.start_of(NOW_NS - 9 * frame.width_ns)
    query = BarsQuery("MSFT", timeframe, first_ns, frame.end_of(frame.end_of(first_ns)))
    assert fetched_bars(massive(), query, venue.respond) == expected_bars(query)


def test_the_first_and_the_last_trade_of_a_gap_are_found() -> None:
    time_ns = (NOW_NS // venue.TRADE_PAUSE_NS - 999) * venue.TRADE_PAUSE_NS
    before_ns = (time_ns // MS_NS + 1) * MS_NS
    query = TradesQuery("MSFT", before_ns - 2 * MS_NS, before_ns)
    assert len(fetched_trades(massive(), query, venue.respond)) == 1


@given(st.integers(0, 40 * SECOND_NS), st.integers(1, 60 * SECOND_NS))
def test_the_trades_of_a_gap_are_found_without_those_that_were_cancelled(before: int, width: int) -> None:
    after_ns = (NOW_NS - HOUR_NS - before) // MS_NS * MS_NS
    query = TradesQuery("MSFT", after_ns, after_ns + width // MS_NS * MS_NS)
    trades = fetched_trades(massive(), query, venue.respond)
    times = {
        str(number): number * venue.TRADE_PAUSE_NS // MS_NS * MS_NS
        for number in range(after_ns // venue.TRADE_PAUSE_NS, query.before_ns // venue.TRADE_PAUSE_NS + 2)
        if number % 25
    }
    assert {trade.trade_id: trade.time_ns for trade in trades} == {
        number: time_ns for number, time_ns in times.items() if after_ns < time_ns < query.before_ns
    }
    assert {trade.venue for trade in trades} <= {"4.202"}


def test_a_past_trade_has_the_id_and_the_venue_of_the_live_one() -> None:
    (live, _) = massive().decode(venue.TRADE.encode())
    row = {"id": "12345", "exchange": 4, "trf_id": 202, "price": 114.125, "size": 100, "conditions": [14, 41]}
    response = page(results=[{**row, "sip_timestamp": 1_700_000_000_784_123_456, "participant_timestamp": 1}])
    (past,) = massive().decode_trades(TradesQuery("MSFT", 0, 1), response).trades
    assert past == live


def test_the_key_is_in_a_header_and_goes_to_the_host_of_the_feed_only() -> None:
    request = massive().history_request(QUERY)
    assert request.url.startswith("https://api.massive.com/v2/aggs/ticker/MSFT/range/1/minute/")
    assert request.headers == {"Authorization": "Bearer massive-key"}
    assert venue.KEY not in request.url + repr(request)
    next_url = "https://evil.test/v2/aggs/ticker/MSFT/range/1/minute/1/2?cursor=abc"
    following = massive().decode_history(QUERY, page(results=[], next_url=next_url)).next_request
    assert following is not None
    assert following.url == "https://api.massive.com/v2/aggs/ticker/MSFT/range/1/minute/1/2?cursor=abc"
    former = massive("wss://socket.polygon.io/stocks").history_request(QUERY)
    assert former.url.startswith("https://api.polygon.io/")


@pytest.mark.parametrize("next_url", ["https://api.massive.com/v1/account", "https://[", "//x", "/../v2/aggs/"])
def test_a_next_page_of_something_else_is_refused(next_url: str) -> None:
    with pytest.raises(FrameError):
        massive().decode_history(QUERY, page(results=[], next_url=next_url))


def test_a_symbol_does_not_leave_its_part_of_the_path() -> None:
    url = massive().history_request(BarsQuery("../x?y#z", "1m", 0, MINUTE_NS)).url
    assert "/ticker/..%2Fx%3Fy%23z/range/" in url


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (403, {"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}, Refusal.NOT_OFFERED),
        (
            403,
            {"status": "NOT_AUTHORIZED", "message": "Your plan doesn't include this data timeframe."},
            Refusal.OUT_OF_RANGE,
        ),
        (200, {"status": "NOT_AUTHORIZED", "message": "You are not entitled."}, Refusal.NOT_OFFERED),
        (200, {"status": "ERROR", "error": "internal"}, Refusal.FAILED),
        (401, {"status": "ERROR", "error": "Unknown API Key massive-key"}, Refusal.KEY_REFUSED),
        (429, {"status": "ERROR", "error": "You've exceeded the maximum requests per minute."}, Refusal.RATE_LIMITED),
        (404, {"status": "NOT_FOUND", "message": "Ticker not found."}, Refusal.UNKNOWN_SYMBOL),
        (500, {}, Refusal.FAILED),
    ],
)
def test_a_refusal_says_whether_the_request_may_be_repeated(status: int, body: Any, refusal: Refusal) -> None:
    response = HttpResponse(status, json.dumps(body).encode())
    with pytest.raises(HistoryError) as of_bars:
        massive().decode_history(QUERY, response)
    with pytest.raises(HistoryError) as of_trades:
        massive().decode_trades(TradesQuery("MSFT", 0, 1), response)
    assert of_bars.value.refusal is of_trades.value.refusal is refusal
    assert "massive-key" not in str(of_bars.value)


def test_a_volume_may_be_written_with_an_exponent() -> None:
    body = b'{"status":"OK","results":[{"t":1700000040000,"o":2,"h":3,"l":1,"c":2,"v":1.029145e+06,"vw":2.1,"n":9}]}'
    (bar,) = massive().decode_history(QUERY, HttpResponse(200, body)).bars
    assert (bar.start_ns, bar.volume) == (1_700_000_040 * SECOND_NS, 1_029_145.0)


def row(**fields: Any) -> dict[str, Any]:
    return {"t": 1_700_000_040_000, "o": 2, "h": 3, "l": 1, "c": 2, "v": 5, **fields}


@pytest.mark.parametrize("bad", [{"o": 9}, {"v": -1}, {"t": 1_700_000_041_000}, {"t": 10**19}, {"t": -1}, {"h": None}])
def test_a_row_with_impossible_values_costs_that_row_only(bad: dict[str, Any]) -> None:
    assert len(massive().decode_history(QUERY, page(results=[row(), row(**bad)])).bars) == 1


BARS = responses(venue.respond, massive().history_request(QUERY)).body
GAP = TradesQuery("MSFT", NOW_NS - HOUR_NS, NOW_NS - HOUR_NS + SECOND_NS)
GAP_REQUEST = massive().trades_request(GAP)
assert GAP_REQUEST is not None
TRADES = responses(venue.respond, GAP_REQUEST).body


@given(mutated(BARS))
def test_any_body_gives_bars_or_an_error(body: bytes) -> None:
    decode_or_refuse(massive().decode_history, QUERY, body)


@given(mutated(TRADES))
def test_any_body_gives_trades_or_an_error(body: bytes) -> None:
    decode_or_refuse(massive().decode_trades, GAP, body)
