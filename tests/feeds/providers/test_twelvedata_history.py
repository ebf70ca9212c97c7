from __future__ import annotations

import contextlib
import json
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given

from tests.feeds.past_data import NOW_NS, decode_or_refuse, expected_bars, fetched_bars, mutated, queries, responses
from tests.feeds.venues import twelvedata as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpResponse, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.twelvedata import TwelveData

NOT_NOW = "00:00:00"
TIMEFRAMES = tuple(TwelveData.history.timeframes)
QUERY = BarsQuery("AAPL", "1m", NOW_NS - 9 * MINUTE_NS, NOW_NS - 3 * MINUTE_NS)


def twelve(key: str = venue.KEY) -> TwelveData:
    return TwelveData(Credentials(TwelveData.url, key))


@given(queries(("AAPL", "BTC/USD"), TIMEFRAMES, 300))
def test_the_bars_are_those_of_the_period(query: BarsQuery) -> None:
    assert fetched_bars(twelve(), query, venue.respond) == expected_bars(query)


@given(queries(venue.CURRENCIES, TIMEFRAMES, 50))
def test_bars_of_currencies_have_no_volume(query: BarsQuery) -> None:
    assert fetched_bars(twelve(), query, venue.respond) == expected_bars(query, has_volume=False)


def test_the_longest_period_fits_into_one_response() -> None:
    days = TwelveData.history.bars_per_request  # which have no silent ones among them
    midnight_ns = NOW_NS - NOW_NS % DAY_NS
    query = BarsQuery("AAPL", "1d", midnight_ns - (days + 3) * DAY_NS, midnight_ns - 3 * DAY_NS)
    assert fetched_bars(twelve(), query, venue.respond) == expected_bars(query)


def test_the_request_demands_utc_and_has_the_key_in_a_header() -> None:
    request = twelve().history_request(BarsQuery("EUR/USD", "1m", 1_700_000_040 * SECOND_NS, 1_700_000_160 * SECOND_NS))
    assert request.url == (
        "https://api.twelvedata.com/time_series?symbol=EUR%2FUSD&interval=1min&start_date=2023-11-14%2022%3A14%3A00"
        "&end_date=2023-11-14%2022%3A16%3A00&timezone=UTC&order=ASC&outputsize=5000"
    )
    assert request.headers == {"Authorization": "apikey twelve-key"}
    assert venue.KEY not in repr(request)
    days = twelve().history_request(BarsQuery("AAPL", "1d", 0, 3 * DAY_NS)).url
    assert "start_date=1970-01-01&end_date=1970-01-04&" in days


def test_there_are_no_past_trades() -> None:
    assert twelve().trades_request(TradesQuery("AAPL", 0, 1)) is None


@pytest.mark.parametrize(
    ("symbol", "key", "refusal", "pause_s"),
    [
        ("AAPL", "wrong", Refusal.KEY_REFUSED, None),
        ("NOPE", venue.KEY, Refusal.UNKNOWN_SYMBOL, None),
        ("RY:TSX", venue.KEY, Refusal.UNKNOWN_SYMBOL, None),
        ("BUSY", venue.KEY, Refusal.RATE_LIMITED, 60.0),
    ],
)
def test_an_error_in_the_body_is_a_refusal_although_the_status_is_that_of_success(
    symbol: str, key: str, refusal: Refusal, pause_s: float | None
) -> None:
    with pytest.raises(HistoryError) as error:
        fetched_bars(twelve(key), BarsQuery(symbol, "1m", NOW_NS - HOUR_NS, NOW_NS), venue.respond)
    assert error.value.refusal is refusal
    assert error.value.retry_after_s == pause_s


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (429, b"", Refusal.RATE_LIMITED),
        (500, b"<html>", Refusal.FAILED),
        (200, b'{"status":"error"}', Refusal.FAILED),
        (200, b'{"status":"error","code":500,"message":"Internal"}', Refusal.FAILED),
        (401, b'{"status":"error","code":401,"message":"wrong twelve-key"}', Refusal.KEY_REFUSED),
    ],
)
def test_a_status_of_failure_is_a_refusal_too(status: int, body: bytes, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as of_bars:
        twelve().decode_history(QUERY, HttpResponse(status, body))
    with pytest.raises(HistoryError) as of_catalog:
        twelve().decode_catalog(HttpResponse(status, body))
    assert of_bars.value.refusal is of_catalog.value.refusal is refusal
    assert venue.KEY not in str(of_bars.value)


def test_the_end_of_the_credits_of_a_day_demands_a_longer_pause() -> None:
    body = json.dumps({"status": "error", "code": 429, "message": "You have run out of API credits for the day."})
    with pytest.raises(HistoryError) as error:
        twelve().decode_history(QUERY, HttpResponse(200, body.encode()))
    assert error.value.retry_after_s == 3_600.0


def test_a_period_without_data_is_empty_and_no_error() -> None:
    future = BarsQuery("AAPL", "1m", NOW_NS + HOUR_NS, NOW_NS + 2 * HOUR_NS)
    assert fetched_bars(twelve(), future, venue.respond) == []


def row(**fields: Any) -> dict[str, Any]:
    return {"datetime": "2026-11-27 15:00:00", "open": "2", "high": "3", "low": "1", "close": "2", **fields}


@pytest.mark.parametrize("bad", [{"open": "9"}, {"volume": "-1"}, {"datetime": "soon"}, {"high": "NaN"}, {"close": ""}])
def test_a_row_with_impossible_values_costs_that_row_only(bad: dict[str, Any]) -> None:
    body = json.dumps({"values": [row(), row(**bad)], "status": "ok"}).encode()
    assert len(twelve().decode_history(QUERY, HttpResponse(200, body)).bars) == 1


def test_the_list_has_the_symbols_names_and_exchanges() -> None:
    request = twelve().catalog_request()
    assert request.url == "https://api.twelvedata.com/stocks?country=United%20States"
    (found,) = twelve().decode_catalog(responses(venue.respond, request))
    assert (found.symbol, found.name, found.venue) == ("AAPL", "Apple Inc", "NASDAQ")


BARS = responses(venue.respond, twelve().history_request(QUERY)).body


@given(mutated(BARS))
def test_any_body_gives_bars_or_an_error(body: bytes) -> None:
    decode_or_refuse(twelve().decode_history, QUERY, body)


def state(
    name: str, *, is_open: bool = False, after: str = NOT_NOW, opens: str = NOT_NOW, closes: str = NOT_NOW
) -> Any:
    times = {"time_after_open": after, "time_to_open": opens, "time_to_close": closes}
    return {"name": name, "code": "XTSE", "country": "Canada", "is_market_open": is_open, **times}


def hours(*states: Any) -> TradingPeriod | None:
    return twelve().decode_hours(HttpResponse(200, json.dumps(states).encode()), NOW_NS)


def test_the_hours_of_an_exchange_are_requested_by_its_name_or_code() -> None:
    request = twelve().hours_request("RY:TSX")
    assert request.url == "https://api.twelvedata.com/market_state?exchange=TSX"
    assert request.headers == {"Authorization": "apikey twelve-key"}
    assert twelve().hours_request("SAP:XETR").url.endswith("?exchange=XETR")
    assert twelve().hours_request("RY:XTSE").url.endswith("?code=XTSE")
    assert [twelve().hours_group(symbol) for symbol in ("RY:TSX", "TD:TSX", "AAPL", "EUR/USD")] == [
        "TSX",
        "TSX",
        "",
        "",
    ]


def test_an_open_exchange_states_since_and_until_when() -> None:
    period = hours(state("TSX", is_open=True, after="02:39:03", closes="03:50:57"))
    assert period is not None
    assert period.opens_ns == NOW_NS - (2 * 3600 + 39 * 60 + 3) * SECOND_NS
    assert period.length_ns == 6 * HOUR_NS + 30 * MINUTE_NS
    assert period.is_open(NOW_NS)


def test_a_closed_exchange_states_when_it_opens_also_after_a_weekend() -> None:
    period = hours(state("TSX", opens="63:30:00"))
    assert period == TradingPeriod(NOW_NS + 63 * HOUR_NS + 30 * MINUTE_NS, None, UTC)


def test_markets_of_one_exchange_with_other_hours_state_nothing() -> None:
    paris, lisbon = state("Euronext", opens="10:00:00"), state("Euronext", opens="11:00:00")
    assert hours(paris, paris) is not None
    assert hours(paris, lisbon) is None
    assert hours() is None
    assert hours(state("TSX")) is None


def test_durations_that_cannot_be_read_are_an_error() -> None:
    for text in ("1 day, 2:00:00", "", "02:60:00", "-1:00:00"):
        with pytest.raises(FrameError, match="not a duration"):
            hours(state("TSX", opens=text))


def test_a_refused_request_for_hours_says_why() -> None:
    answer = json.dumps({"code": 403, "message": "Available with the Pro plan.", "status": "error"}).encode()
    with pytest.raises(HistoryError, match="Pro plan"):
        twelve().decode_hours(HttpResponse(200, answer), NOW_NS)


@given(mutated(json.dumps([state("TSX", is_open=True, after="02:39:03", closes="03:50:57")]).encode()))
def test_any_response_to_a_request_for_hours_is_a_period_or_an_error(body: bytes) -> None:
    with contextlib.suppress(FrameError, HistoryError):
        twelve().decode_hours(HttpResponse(200, body), NOW_NS)
