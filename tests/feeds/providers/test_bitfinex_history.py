from __future__ import annotations

import json
from unittest.mock import patch

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
from tests.feeds.venues import bitfinex as venue
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpResponse, Instrument, TradesQuery
from ticker_gui.feeds.providers import bitfinex
from ticker_gui.feeds.providers.bitfinex import Bitfinex

QUERY = BarsQuery("tBTCUSD", "1m", (NOW_S - 3_600) * SECOND_NS, NOW_S * SECOND_NS)
PAGE = responses(venue.respond, Bitfinex().history_request(QUERY)).body


def gap(pair: tuple[Execution, Execution]) -> TradesQuery:
    after, before = pair
    return TradesQuery("tBTCUSD", after.time_ms * 10**6, before.time_ms * 10**6, after.id, before.id)


WHOLE = gap((executions()[0], executions()[-1]))
TRADES = responses(venue.respond, Bitfinex().trades_request(gap((executions()[-30], executions()[-1])))).body


@given(queries("tBTCUSD", ("1m", "5m", "15m", "30m", "1h", "4h", "6h", "12h", "1d", "1M")))
def test_any_period_has_the_bars_of_the_interface(query: BarsQuery) -> None:
    assert fetched_bars(Bitfinex(), query, venue.respond) == expected_bars(query)


@given(gaps(), st.integers(5, 500))
def test_any_gap_is_filled_exactly_with_pages_of_any_size(pair: tuple[Execution, Execution], size: int) -> None:
    size = max(size, len(between(pair)) // 40)
    with patch.object(bitfinex, "_MAX_ROWS", size):
        found = fetch_trades(Bitfinex(), gap(pair), venue.respond)
    assert [(trade.trade_id, trade.price, trade.size, trade.time_ns) for trade in found] == [
        (each.id, each.price, each.size, each.time_ms * 10**6) for each in between(pair)
    ]


def test_more_trades_at_one_time_than_a_page_has_are_refused() -> None:
    rows = [[number, NOW_S * 1000, 1.0, 100.0] for number in range(10_000)]
    with pytest.raises(HistoryError, match="too many trades at one time") as error:
        Bitfinex().decode_trades(WHOLE, HttpResponse(200, json.dumps(rows).encode()))
    assert error.value.refusal is Refusal.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (500, venue.RATE_EXCEEDED, Refusal.RATE_LIMITED),
        (429, b"", Refusal.RATE_LIMITED),
        (500, b'["error",10020,"symbol: invalid"]', Refusal.UNKNOWN_SYMBOL),
        (500, b'["error",10020,"time: invalid"]', Refusal.FAILED),
        (200, b'["error",10000,"unknown"]', Refusal.FAILED),
        (200, b'["error",null,null]', Refusal.FAILED),
    ],
)
def test_an_error_says_whether_a_request_may_be_repeated(status: int, body: bytes, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        Bitfinex().decode_history(QUERY, HttpResponse(status, body, retry_after_s=60.0))
    assert error.value.refusal is refusal
    assert error.value.retry_after_s == (60.0 if refusal is Refusal.RATE_LIMITED else None)


def test_bars_of_the_funding_market_are_those_of_all_periods_together() -> None:
    request = Bitfinex().history_request(BarsQuery("fUSD", "1h", QUERY.start_ns, QUERY.end_ns))
    assert request.url.startswith("https://api-pub.bitfinex.com/v2/candles/trade:1h:fUSD:a30:p2:p30/hist?")


def test_an_impossible_row_costs_that_row_only() -> None:
    rows = json.loads(PAGE)
    rows[0][3] = 1.0
    rows[1][5] = -1
    rows[2] = rows[2][:3]
    rows[3][1] = None
    rows[4].append("a column that is new")
    assert len(Bitfinex().decode_history(QUERY, HttpResponse(200, json.dumps(rows).encode())).bars) == len(rows) - 4


def test_the_catalog_has_the_pairs_with_the_names_of_their_currencies() -> None:
    assert Bitfinex().decode_catalog(responses(venue.respond, Bitfinex().catalog_request())) == [
        Instrument("tBTCUSD", "Bitcoin / US dollar", "Bitfinex"),
        Instrument("tAVAX:USD", "Avalanche / US dollar", "Bitfinex"),
        Instrument("tTESTBTC:TESTUSD", "", "Bitfinex"),
    ]


@given(body=mutations(PAGE) | mutations(TRADES), status=st.sampled_from([200, 200, 200, 400, 500]))
def test_damaged_responses_give_possible_values_or_an_error(body: bytes, status: int) -> None:
    is_decoded(lambda: Bitfinex().decode_history(QUERY, HttpResponse(status, body)))
    is_decoded(lambda: Bitfinex().decode_catalog(HttpResponse(status, body)))
    is_decoded(lambda: Bitfinex().decode_trades(WHOLE, HttpResponse(status, body)))


@given(body=mutations(json.dumps(venue.CATALOG).encode()))
def test_a_damaged_catalog_gives_instruments_or_an_error(body: bytes) -> None:
    is_decoded(lambda: Bitfinex().decode_catalog(HttpResponse(200, body)))
