from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_data import fetched_bars, responses
from tests.feeds.past_figures import NOW_S, expected_bars, is_decoded, mutations, queries
from tests.feeds.venues import eodhd as venue
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpResponse, Instrument, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.eodhd import Eodhd

QUERY = BarsQuery("AAPL", "1m", (NOW_S - 3_600) * SECOND_NS, NOW_S * SECOND_NS)
DAYS = BarsQuery("AAPL", "1d", (NOW_S - 40 * 86_400) * SECOND_NS, NOW_S * SECOND_NS)


def feed(market: str = "us", key: str = venue.KEY) -> Eodhd:
    return Eodhd(Credentials(f"wss://ws.eodhistoricaldata.com/ws/{market}", key))


PAGE = responses(venue.respond, feed().history_request(QUERY)).body
PAGE_OF_DAYS = responses(venue.respond, feed().history_request(DAYS)).body


@given(queries("AAPL", ("1m", "5m", "1d", "1w", "1M")))
def test_any_period_has_the_bars_of_the_interface_also_across_a_split(query: BarsQuery) -> None:
    assert fetched_bars(feed(), query, venue.respond) == expected_bars(query)


@pytest.mark.parametrize(
    ("market", "symbol", "has_volume"),
    [("us-quote", "AAPL", True), ("forex", "EURUSD", False), ("crypto", "BTC-USD", True)],
)
def test_the_ending_of_a_symbol_is_that_of_the_market(market: str, symbol: str, has_volume: bool) -> None:
    query = BarsQuery(symbol, "5m", QUERY.start_ns, QUERY.end_ns)
    assert fetched_bars(feed(market), query, venue.respond) == expected_bars(query, has_volume=has_volume)


def test_a_share_class_has_a_hyphen() -> None:
    request = feed().history_request(BarsQuery("BRK.B", "1d", QUERY.start_ns, QUERY.end_ns))
    assert request.url.startswith("https://eodhd.com/api/eod/BRK-B.US?period=d&from=2026-")


def test_an_address_of_another_market_has_no_past_data() -> None:
    with pytest.raises(HistoryError, match="US stocks, forex and crypto only") as error:
        feed("index").history_request(QUERY)
    assert error.value.refusal is Refusal.NOT_OFFERED


def test_the_key_is_not_in_the_repr_of_a_request_and_not_in_an_error() -> None:
    request = feed().history_request(QUERY)
    assert f"api_token={venue.KEY}" in request.url
    assert venue.KEY not in repr(request)
    with pytest.raises(HistoryError) as error:
        feed().decode_history(QUERY, HttpResponse(403, f"Forbidden for {venue.KEY}. Contact support.".encode()))
    assert venue.KEY not in str(error.value)
    assert error.value.refusal is Refusal.NOT_OFFERED


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (401, b"Unauthenticated", Refusal.KEY_REFUSED),
        (402, b"You exceeded your daily API requests limit", Refusal.RATE_LIMITED),
        (404, b"Ticker Not Found.", Refusal.UNKNOWN_SYMBOL),
        (422, b'{"errors":{"to":["Max period length is 120 days"]}}', Refusal.OUT_OF_RANGE),
        (422, b'{"errors":{"interval":"invalid","from":["a","b"]}}', Refusal.FAILED),
        (429, b"", Refusal.RATE_LIMITED),
        (200, b"Only EOD data allowed for free users.", Refusal.NOT_OFFERED),
        (200, b'{"message":"Try again"}', Refusal.FAILED),
        (502, b"<html>", Refusal.FAILED),
    ],
)
def test_an_error_says_whether_a_request_may_be_repeated(status: int, body: bytes, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        feed().decode_history(QUERY, HttpResponse(status, body))
    assert error.value.refusal is refusal


def test_a_period_that_is_too_long_is_out_of_range() -> None:
    with pytest.raises(HistoryError, match="Max period length is 120 days") as error:
        fetched_bars(feed(), BarsQuery("AAPL", "1m", 0, 200 * DAY_NS), venue.respond)
    assert error.value.refusal is Refusal.OUT_OF_RANGE


def test_the_longest_request_is_within_the_limits_of_the_interface() -> None:
    longest_days = feed().history.bars_per_request / (24 * 60)
    assert longest_days < venue.MAX_DAYS["1m"]
    assert longest_days * 5 < venue.MAX_DAYS["5m"]


def test_an_impossible_row_costs_that_row_only() -> None:
    rows = json.loads(PAGE)
    whole = len(feed().decode_history(QUERY, HttpResponse(200, PAGE)).bars)
    rows[1]["high"] = 1
    rows[2]["volume"] = -1
    rows[3]["timestamp"] = None
    rows[4]["open"] = "?"
    assert len(feed().decode_history(QUERY, HttpResponse(200, json.dumps(rows).encode())).bars) == whole - 4


def test_the_list_of_symbols_has_names_and_venues() -> None:
    assert feed().decode_catalog(responses(venue.respond, feed().catalog_request())) == [
        Instrument("AAPL", "Apple Inc", "NASDAQ"),
        Instrument("NONAME"),
    ]
    assert feed().trades_request(TradesQuery("AAPL", 1, 2)) is None


@given(body=mutations(PAGE) | mutations(PAGE_OF_DAYS), status=st.sampled_from([200, 200, 200, 400, 500]))
def test_damaged_responses_give_possible_bars_or_an_error(body: bytes, status: int) -> None:
    is_decoded(lambda: feed().decode_history(QUERY, HttpResponse(status, body)))
    is_decoded(lambda: feed().decode_history(DAYS, HttpResponse(status, body)))
    is_decoded(lambda: feed().decode_catalog(HttpResponse(status, body)))
