from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_data import NOW_NS, decode_or_refuse, expected_bars, fetched_bars, mutated, queries, responses
from tests.feeds.venues import tiingo as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import DAY_NS, HOUR_NS, MINUTE_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpResponse, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.tiingo import Tiingo

TIMEFRAMES = tuple(Tiingo.history.timeframes)
QUERY = BarsQuery("vym", "1m", NOW_NS - 9 * MINUTE_NS, NOW_NS - 3 * MINUTE_NS)


def tiingo(market: str = "iex", key: str = venue.KEY) -> Tiingo:
    return Tiingo(Credentials(f"wss://api.tiingo.com/{market}", key))


@pytest.mark.parametrize(("market", "symbol"), [("iex", "vym"), ("crypto", "btcusd"), ("fx", "eurnok")])
@given(data=st.data())
def test_the_bars_are_those_of_the_period(market: str, symbol: str, data: st.DataObject) -> None:
    query = data.draw(queries((symbol,), TIMEFRAMES, 200))
    assert fetched_bars(tiingo(market), query, venue.respond) == expected_bars(query, has_volume=market != "fx")


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
@pytest.mark.parametrize(("market", "symbol"), [("iex", "vym"), ("crypto", "btcusd")])
def test_the_longest_period_is_complete_although_a_response_has_the_newest_rows_only(
    market: str, symbol: str, timeframe: str
) -> None:
    bars = Tiingo.history.bars_per_request
    width_ns = DAY_NS if timeframe == "1d" else int(timeframe[:-1]) * MINUTE_NS
    end_ns = NOW_NS - 10 * HOUR_NS - (NOW_NS - 10 * HOUR_NS) % width_ns
    query = BarsQuery(symbol, timeframe, end_ns - bars * width_ns, end_ns)
    assert fetched_bars(tiingo(market), query, venue.respond) == expected_bars(query)


def test_the_request_names_dates_and_columns_and_has_the_key_in_a_header() -> None:
    request = tiingo().history_request(BarsQuery("brk-b", "5m", 0, HOUR_NS))
    assert request.url == (
        "https://api.tiingo.com/iex/brk-b/prices?startDate=1970-01-01&endDate=1970-01-01&resampleFreq=5min"
        "&columns=open%2Chigh%2Clow%2Cclose%2Cvolume"
    )
    assert request.headers == {"Authorization": "Token tiingo-key"}
    assert venue.KEY not in repr(request)
    days = tiingo().history_request(BarsQuery("vym", "1d", 0, 3 * DAY_NS))
    assert days.url == "https://api.tiingo.com/tiingo/daily/vym/prices?startDate=1970-01-01&endDate=1970-01-03"
    pair = tiingo("crypto").history_request(BarsQuery("btcusd", "1d", 0, DAY_NS))
    assert pair.url.startswith("https://api.tiingo.com/tiingo/crypto/prices?tickers=btcusd&startDate=1970-01-01")
    assert tiingo("fx").history_request(QUERY).url.startswith("https://api.tiingo.com/tiingo/fx/vym/prices?")


def test_there_are_no_past_trades() -> None:
    assert tiingo().trades_request(TradesQuery("vym", 0, 1)) is None


@pytest.mark.parametrize(
    ("symbol", "key", "refusal"),
    [
        ("vym", "wrong", Refusal.KEY_REFUSED),
        ("ghost", venue.KEY, Refusal.UNKNOWN_SYMBOL),
        ("busy", venue.KEY, Refusal.RATE_LIMITED),
    ],
)
def test_a_refusal_says_whether_the_request_may_be_repeated(symbol: str, key: str, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        fetched_bars(tiingo(key=key), BarsQuery(symbol, "1m", NOW_NS - HOUR_NS, NOW_NS), venue.respond)
    assert error.value.refusal is refusal
    assert (error.value.retry_after_s is not None) == (refusal is Refusal.RATE_LIMITED)


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (200, b"", Refusal.FAILED),
        (200, b"<html>tiingo-key</html>", Refusal.FAILED),
        (200, b'{"detail":"You do not have permission to access this"}', Refusal.NOT_OFFERED),
        (429, b"", Refusal.RATE_LIMITED),
        (403, b"{}", Refusal.NOT_OFFERED),
        (502, b"<html>", Refusal.FAILED),
    ],
)
def test_a_response_without_rows_is_a_refusal(status: int, body: bytes, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        tiingo().decode_history(QUERY, HttpResponse(status, body))
    assert error.value.refusal is refusal
    assert venue.KEY not in str(error.value)


def row(**fields: Any) -> dict[str, Any]:
    return {"date": "2026-11-27T15:00:00.000Z", "open": 2, "high": 3, "low": 1, "close": 2, "volume": 4, **fields}


@pytest.mark.parametrize("bad", [{"open": 9}, {"volume": -1}, {"date": "soon"}, {"high": "x"}, {"close": None}])
def test_a_row_with_impossible_values_costs_that_row_only(bad: dict[str, Any]) -> None:
    body = json.dumps([row(), row(**bad)]).encode()
    page = tiingo().decode_history(QUERY, HttpResponse(200, body))
    assert len(page.bars) == 1
    assert page.next_request is None


def test_the_list_contains_the_stocks_that_are_still_listed() -> None:
    request = tiingo().catalog_request()
    assert request is not None
    assert not request.headers
    found = tiingo().decode_catalog(responses(venue.respond, request))
    assert [(each.symbol, each.venue) for each in found] == [("AAPL", "NASDAQ"), ("SPY", "NYSE ARCA")]
    assert tiingo("crypto").catalog_request() is None


@pytest.mark.parametrize("body", [b"", b"no archive", venue.packed(venue.TICKERS)[:-60]])
def test_a_list_that_is_damaged_is_refused(body: bytes) -> None:
    with pytest.raises(FrameError, match="list of stocks"):
        tiingo().decode_catalog(HttpResponse(200, body))


@pytest.mark.parametrize("text", ["", "a,b\n1,2"])
def test_a_list_without_stocks_is_empty(text: str) -> None:
    assert tiingo().decode_catalog(HttpResponse(200, venue.packed(text))) == []


@given(mutated(venue.packed(venue.TICKERS)))
def test_any_list_gives_stocks_or_an_error(body: bytes) -> None:
    with suppress(FrameError):
        assert all(each.symbol for each in tiingo().decode_catalog(HttpResponse(200, body)))


def test_a_list_that_is_too_long_when_it_is_unpacked_is_refused() -> None:
    with pytest.raises(FrameError, match="too long"):
        tiingo().decode_catalog(HttpResponse(200, venue.packed("a" * (33 << 20))))


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_list_is_an_error_with_a_short_reason(kind: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", kind) as archive:
        archive.writestr("list.csv", "ticker,exchange,assetType,endDate\nAAPL,NASDAQ,Stock,2026-11-30\n" * 9)
    whole = packed.getvalue()

    @given(st.integers(0, len(whole) - 1), st.binary(min_size=1, max_size=4))
    def check(at: int, damage: bytes) -> None:
        body = whole[:at] + damage + whole[at + len(damage) :]
        reasons = [""]
        try:
            tiingo().decode_catalog(HttpResponse(200, body))
        except FrameError as error:
            reasons.append(str(error))
        assert len(reasons[-1]) < 200

    check()


BARS = responses(venue.respond, tiingo().history_request(QUERY)).body
COINS = responses(venue.respond, tiingo("crypto").history_request(QUERY)).body


@given(mutated(BARS[:300] + b"]"), mutated(COINS[:300]))
def test_any_body_gives_bars_or_an_error(body: bytes, coins: bytes) -> None:
    decode_or_refuse(tiingo().decode_history, QUERY, body)
    decode_or_refuse(tiingo("crypto").decode_history, QUERY, coins)
