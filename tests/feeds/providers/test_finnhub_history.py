from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_data import NOW_NS, decode_or_refuse, expected_bars, fetched_bars, mutated, queries, responses
from tests.feeds.venues import finnhub as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpResponse, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.finnhub import Finnhub

TIMEFRAMES = tuple(Finnhub.history.timeframes)
QUERY = BarsQuery("AAPL", "1m", NOW_NS - 9 * MINUTE_NS, NOW_NS - 3 * MINUTE_NS)


def finnhub(key: str = venue.KEY) -> Finnhub:
    return Finnhub(Credentials(Finnhub.url, key))


@pytest.mark.parametrize("symbol", ["AAPL", "BINANCE:BTCUSDT", "OANDA:EUR_USD"])
@given(data=st.data())
def test_the_bars_are_those_of_the_period(symbol: str, data: st.DataObject) -> None:
    query = data.draw(queries((symbol,), TIMEFRAMES, 200))
    has_volume = not symbol.startswith("OANDA")
    assert fetched_bars(finnhub(), query, venue.respond) == expected_bars(query, has_volume=has_volume)


def test_a_free_plan_has_no_past_bars_but_the_list_of_stocks() -> None:
    with pytest.raises(HistoryError, match="plan of this key does not include this data: You don") as error:
        fetched_bars(finnhub(venue.FREE_KEY), QUERY, venue.respond)
    assert error.value.refusal is Refusal.NOT_OFFERED
    request = finnhub(venue.FREE_KEY).catalog_request()
    (stock,) = finnhub().decode_catalog(responses(venue.respond, request))
    assert (stock.symbol, stock.name, stock.venue) == ("AAPL", "APPLE INC", "XNAS")


@pytest.mark.parametrize(
    ("symbol", "key", "refusal"),
    [("AAPL", "wrong", Refusal.KEY_REFUSED), ("BUSY", venue.KEY, Refusal.RATE_LIMITED)],
)
def test_a_refusal_says_whether_the_request_may_be_repeated(symbol: str, key: str, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        fetched_bars(finnhub(key), BarsQuery(symbol, "1m", NOW_NS - HOUR_NS, NOW_NS), venue.respond)
    assert error.value.refusal is refusal


def test_the_reason_of_a_refusal_contains_no_key() -> None:
    for status in (200, 403, 429, 500):
        with pytest.raises(HistoryError) as error:
            finnhub().decode_history(QUERY, HttpResponse(status, b'{"error":"finnhub-key is wrong","s":"x"}'))
        assert venue.KEY not in str(error.value)


def test_the_key_is_in_a_header_and_not_in_the_address() -> None:
    request = finnhub().history_request(BarsQuery("OANDA:EUR_USD", "1m", 60 * SECOND_NS, 180 * SECOND_NS))
    assert request.url == ("https://finnhub.io/api/v1/forex/candle?symbol=OANDA%3AEUR_USD&resolution=1&from=60&to=120")
    assert request.headers == {"X-Finnhub-Token": "finnhub-key"}
    assert venue.KEY not in repr(request)
    assert finnhub().trades_request(TradesQuery("AAPL", 0, 1)) is None


def columns(**changes: Any) -> bytes:
    two = {"t": [1_700_000_040, 1_700_000_100], "o": [2, 2], "h": [3, 3], "l": [1, 1], "c": [2, 2], "v": [5, 5]}
    return json.dumps({"s": "ok", **two, **changes}).encode()


@pytest.mark.parametrize(
    "bad",
    [
        {"o": [2, 9]},
        {"v": [5, -1]},
        {"t": [1_700_000_040, 1_700_000_101]},
        {"t": [1_700_000_040, 10**15]},
        {"t": [1_700_000_040, "soon"]},
        {"h": [3, None]},
        {"c": [2, "x"]},
    ],
)
def test_a_row_with_impossible_values_costs_that_row_only(bad: dict[str, Any]) -> None:
    assert len(finnhub().decode_history(QUERY, HttpResponse(200, columns())).bars) == 2
    assert len(finnhub().decode_history(QUERY, HttpResponse(200, columns(**bad))).bars) == 1


@pytest.mark.parametrize("bad", [{"o": [2]}, {"v": []}, {"t": None}])
def test_columns_of_different_lengths_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(FrameError, match="different lengths"):
        finnhub().decode_history(QUERY, HttpResponse(200, columns(**bad)))


@given(mutated(responses(venue.respond, finnhub().history_request(QUERY)).body))
def test_any_body_gives_bars_or_an_error(body: bytes) -> None:
    decode_or_refuse(finnhub().decode_history, QUERY, body)
