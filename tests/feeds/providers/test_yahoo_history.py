from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_data import fetched_bars, responses
from tests.feeds.past_figures import NOW_S, expected_bars, is_decoded, mutations, queries
from tests.feeds.venues import yahoo as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpRequest, HttpResponse, TradesQuery
from ticker_gui.feeds.providers.yahoo import Yahoo

QUERY = BarsQuery("AAPL", "1m", (NOW_S - 3_600) * SECOND_NS, NOW_S * SECOND_NS)
DAYS = BarsQuery("AAPL", "1d", (NOW_S - 40 * 86_400) * SECOND_NS, NOW_S * SECOND_NS)
PAGE = responses(venue.respond, Yahoo().history_request(QUERY)).body


@given(queries("AAPL", ("1m", "2m", "5m", "15m")))
def test_any_period_has_the_bars_of_the_interface(query: BarsQuery) -> None:
    assert fetched_bars(Yahoo(), query, venue.respond) == expected_bars(query)


@given(queries("AAPL", ("1d",)))
def test_a_day_begins_at_midnight_of_its_date_in_new_york(query: BarsQuery) -> None:
    opened_s = NOW_S - venue.OPENING_S
    expected = [bar for bar in expected_bars(query) if bar.start_ns < opened_s * SECOND_NS]
    assert fetched_bars(Yahoo(), query, venue.respond) == expected


@given(queries("EURUSD=X", ("1m", "1d")))
def test_a_currency_has_no_volume(query: BarsQuery) -> None:
    assert fetched_bars(Yahoo(), query, venue.respond) == expected_bars(query, has_volume=False)


@pytest.mark.parametrize(
    ("zone", "offset_s", "stamp"),
    [
        ("Europe/London", 0, "2026-07-14T23:00:00Z"),  # midnight in summer, requested in winter
        ("Europe/London", 3600, "2026-01-15T00:00:00Z"),
        ("Asia/Tokyo", 32400, "2026-07-15T00:00:00Z"),
        ("Australia/Sydney", 36000, "2026-07-14T23:00:00Z"),
        ("../etc/passwd", 36000, "2026-07-14T23:00:00Z"),
        ("", 36000, "2026-07-14T23:00:00Z"),
        ("Europe", 10**9, "2026-07-15T23:00:00Z"),
    ],
)
def test_the_date_of_a_day_is_that_of_the_exchange(zone: str, offset_s: int, stamp: str) -> None:
    time_s = int(datetime.fromisoformat(stamp).timestamp())
    meta = {"exchangeTimezoneName": zone, "gmtoffset": offset_s}
    columns = {name: [1.0] for name in ("open", "high", "low", "close", "volume")}
    result = {"meta": meta, "timestamp": [time_s], "indicators": {"quote": [columns]}}
    (bar,) = Yahoo().decode_history(DAYS, answer(result)).bars
    assert bar.start_ns % DAY_NS == 0
    assert datetime.fromtimestamp(bar.start_ns / SECOND_NS, UTC).day == 15


def answer(result: object) -> HttpResponse:
    return HttpResponse(200, json.dumps({"chart": {"result": [result], "error": None}}).encode())


@given(st.integers(1, 10**9), st.sampled_from([10**2, 10**4, 10**6]), st.booleans())
def test_prices_have_no_noise_of_32_bits(number: int, units: int, is_exact: bool) -> None:
    price = number / units
    sent = price if is_exact else float(np.float32(price))
    columns = {name: [sent] for name in ("open", "high", "low", "close")}
    result = {"meta": {}, "timestamp": [QUERY.start_ns // DAY_NS * 86_400], "indicators": {"quote": [columns]}}
    (bar,) = Yahoo().decode_history(QUERY, answer(result)).bars
    assert np.float32(bar.close) == np.float32(sent)
    has_noise = float(np.float32(sent)) == sent  # or may have: some prices are numbers of 32 bits
    assert bar.close == price or (has_noise and bar.close == pytest.approx(price, rel=1e-7))
    if number < 10**7:  # seven digits fit into 32 bits
        assert bar.close == price
    assert bar.volume is None


def test_the_user_agent_is_one_that_is_served() -> None:
    request = Yahoo().history_request(QUERY)
    assert request.headers["User-Agent"].startswith("Mozilla/5.0 (compatible; ")
    with pytest.raises(HistoryError) as error:
        Yahoo().decode_history(QUERY, responses(venue.respond, HttpRequest(request.url)))
    assert error.value.refusal is Refusal.RATE_LIMITED


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (404, venue._failure("Not Found", "No data found, symbol may be delisted"), Refusal.UNKNOWN_SYMBOL),
        (200, venue._failure("Not Found", "No data found"), Refusal.UNKNOWN_SYMBOL),
        (422, venue._failure("Unprocessable Entity", "1m data not available for startTime=1."), Refusal.OUT_OF_RANGE),
        (400, venue._failure("Bad Request", "Data doesn't exist for startDate = 1"), Refusal.OUT_OF_RANGE),
        (200, venue._failure("Internal", ""), Refusal.FAILED),
        (401, b'{"finance":{"result":null,"error":{"code":"Unauthorized"}}}', Refusal.FAILED),
        (429, b"Too Many Requests\r\n", Refusal.RATE_LIMITED),
        (502, b"<html>", Refusal.FAILED),
    ],
)
def test_an_error_says_whether_a_request_may_be_repeated(status: int, body: bytes, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        Yahoo().decode_history(QUERY, HttpResponse(status, body))
    assert error.value.refusal is refusal


def test_minutes_of_more_than_the_offered_age_are_out_of_range() -> None:
    with pytest.raises(HistoryError, match="within the last 60 days") as error:
        fetched_bars(Yahoo(), BarsQuery("AAPL", "1m", DAY_NS, 2 * DAY_NS), venue.respond)
    assert error.value.refusal is Refusal.OUT_OF_RANGE


def test_a_response_without_bars_is_empty() -> None:
    results: list[object] = [
        {"meta": {}, "indicators": {"quote": [{}]}},
        {"meta": {}, "indicators": {}, "timestamp": []},
    ]
    for result in results:
        assert Yahoo().decode_history(QUERY, answer(result)).bars == []
    assert Yahoo().decode_history(QUERY, HttpResponse(200, b'{"chart":{"result":[],"error":null}}')).bars == []


def test_columns_of_different_lengths_are_refused() -> None:
    result = json.loads(PAGE)["chart"]["result"][0]
    result["indicators"]["quote"][0]["low"].pop()
    with pytest.raises(FrameError, match="differ in length"):
        Yahoo().decode_history(QUERY, answer(result))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_first_columns_of_several_are_read(count: int) -> None:
    columns = [{name: [float(n)] for name in ("open", "high", "low", "close", "volume")} for n in range(1, count + 1)]
    result = {"meta": {}, "timestamp": [NOW_S // 60 * 60], "indicators": {"quote": columns}}
    (bar,) = Yahoo().decode_history(QUERY, answer(result)).bars
    assert bar.close == 1.0


def test_an_impossible_row_costs_that_row_only() -> None:
    result = json.loads(PAGE)["chart"]["result"][0]
    (columns,) = result["indicators"]["quote"]
    whole = len(Yahoo().decode_history(QUERY, answer(result)).bars)
    traded = [index for index, price in enumerate(columns["open"]) if price is not None]
    columns["high"][traded[0]] = 1.0
    columns["volume"][traded[1]] = -1
    columns["close"][traded[2]] = True
    columns["close"][traded[3]] = "1e999"
    result["timestamp"][traded[4]] = None
    result["timestamp"][traded[5]] = "nan"
    assert len(Yahoo().decode_history(QUERY, answer(result)).bars) == whole - 6


def test_there_are_neither_past_trades_nor_a_list_of_symbols() -> None:
    assert Yahoo().trades_request(TradesQuery("AAPL", 1, 2)) is None
    assert Yahoo().catalog_request() is None


@given(body=mutations(PAGE), status=st.sampled_from([200, 200, 200, 400, 500]), query=st.sampled_from([QUERY, DAYS]))
def test_damaged_responses_give_possible_bars_or_an_error(body: bytes, status: int, query: BarsQuery) -> None:
    is_decoded(lambda: Yahoo().decode_history(query, HttpResponse(status, body)))


def stated(zone: str = "Asia/Seoul", **periods: tuple[int, int]) -> HttpResponse:
    stated_periods = {name: {"timezone": "X", "start": start, "end": end} for name, (start, end) in periods.items()}
    meta = {"exchangeTimezoneName": zone, "gmtoffset": 32400, "currentTradingPeriod": stated_periods}
    return answer({"meta": meta, "indicators": {"quote": [{}]}})


def test_trading_hours_reach_from_early_to_late_trading() -> None:
    response = stated(pre=(1693521000, 1693526400), regular=(1693526400, 1693548000), post=(1693548000, 1693558800))
    period = Yahoo().decode_hours(response, NOW_S * SECOND_NS)
    assert period is not None
    assert (period.opens_ns, period.closes_ns) == (1693521000 * SECOND_NS, 1693558800 * SECOND_NS)
    assert str(period.zone) == "Asia/Seoul"


def test_an_exchange_without_early_trading_has_empty_periods() -> None:
    response = stated(pre=(1611014400, 1611014400), regular=(1611014400, 1611036000), post=(1611036000, 1611036000))
    period = Yahoo().decode_hours(response, NOW_S * SECOND_NS)
    assert period is not None
    assert (period.opens_ns, period.closes_ns) == (1611014400 * SECOND_NS, 1611036000 * SECOND_NS)


@pytest.mark.parametrize("periods", [{}, {"regular": (0, 0)}, {"regular": (20, 10)}, {"pre": (10, 20)}])
def test_a_response_without_a_regular_period_states_no_hours(periods: dict[str, tuple[int, int]]) -> None:
    assert Yahoo().decode_hours(stated("Asia/Seoul", **periods), NOW_S * SECOND_NS) is None
    assert Yahoo().decode_hours(answer({"meta": {}, "indicators": {}}), NOW_S * SECOND_NS) is None


@pytest.mark.parametrize("regular", [(1, 10**9), (10**12, 10**12 + 10)])
def test_an_impossible_period_is_an_error(regular: tuple[int, int]) -> None:
    with pytest.raises(FrameError, match="not a trading period"):
        Yahoo().decode_hours(stated(regular=regular), NOW_S * SECOND_NS)


@given(mutations(stated(regular=(1611014400, 1611036000)).body))
def test_any_response_to_a_request_for_hours_is_a_period_or_an_error(body: bytes) -> None:
    with contextlib.suppress(FrameError, HistoryError):
        Yahoo().decode_hours(HttpResponse(200, body), NOW_S * SECOND_NS)


def test_the_trading_hours_of_a_symbol_are_those_of_its_exchange() -> None:
    groups = [Yahoo().hours_group(symbol) for symbol in ("SAP.DE", "BMW.DE", "BRK-B.MX", "^N225")]
    assert groups == ["DE", "DE", "MX", "^N225"]
    assert "/v8/finance/chart/SAP.DE?" in Yahoo().hours_request("SAP.DE").url


def test_hours_of_stocks_begin_with_the_session_and_the_current_price_is_not_a_bar() -> None:
    opening_s = int(datetime(2026, 3, 9, 13, 30, tzinfo=UTC).timestamp())
    times = [opening_s, opening_s + 3600, opening_s + 7200, opening_s + 7300]
    columns = {name: [5.0] * 4 for name in ("open", "high", "low", "close")}
    result = {"meta": {}, "timestamp": times, "indicators": {"quote": [columns]}}
    query = BarsQuery("AAPL", "1h", opening_s * SECOND_NS, (opening_s + 9000) * SECOND_NS, hours_minute=30)
    request = Yahoo().history_request(query)
    assert f"interval=60m&period1={opening_s}&" in request.url
    bars = Yahoo().decode_history(query, answer(result)).bars
    assert [bar.start_ns // SECOND_NS for bar in bars] == times[:3]
