from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_market import (
    LAST_ID,
    LISTED_NS,
    NOW_NS,
    ask,
    assert_robust,
    bars_between,
    executions,
    gap,
    past_bars,
    past_trades,
    values,
)
from tests.feeds.venues.binance import respond
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, MINUTE_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpRequest, HttpResponse, Instrument, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.binance import Binance

MINUTES = BarsQuery("BTCUSDT", "1m", NOW_NS - DAY_NS // 2, NOW_NS)


@given(
    timeframe=st.sampled_from(sorted(Binance.history.timeframes)),
    start_ns=st.integers(LISTED_NS - 10 * DAY_NS, NOW_NS),
    count=st.integers(1, Binance.history.bars_per_request),
)
def test_the_bars_of_a_period_are_those_of_the_exchange(timeframe: str, start_ns: int, count: int) -> None:
    query = BarsQuery("BTCUSDT", timeframe, start_ns, start_ns + count * BY_NAME[timeframe].width_ns)
    expected = bars_between(timeframe, query.start_ns, query.end_ns - 1)
    assert values(past_bars(Binance(), query, respond)) == expected


def test_a_minute_without_trades_is_a_bar_with_volume_zero() -> None:
    assert {bar.volume == 0 for bar in past_bars(Binance(), MINUTES, respond)} == {True, False}


@given(after_id=st.integers(1, LAST_ID - 1), count=st.integers(1, 3_000))
def test_the_trades_of_a_gap_are_requested_by_id_and_none_is_left_out(after_id: int, count: int) -> None:
    before_id = min(after_id + count, LAST_ID)
    trades = past_trades(Binance(), gap(after_id, before_id, "BTCUSDT"), respond)
    expected = executions(after_id + 1, before_id - 1)
    assert (trades is None) == (before_id == after_id + 1)
    assert [(each.trade_id, each.price, each.size) for each in trades or ()] == [
        (each.id, each.price, each.size) for each in expected
    ]


def test_a_gap_without_ids_ends_at_its_time() -> None:
    query = TradesQuery("BTCUSDT", 0, executions(1_500, 1_500)[0].time_ns, 10)
    trades = past_trades(Binance(), query, respond)
    assert trades is not None
    assert [each.trade_id for each in trades] == list(range(11, 2_011))  # two pages
    assert Binance().trades_request(TradesQuery("BTCUSDT", 0, 1)) is None


def test_the_catalog_has_names_and_ticks_and_leaves_out_what_cannot_be_read() -> None:
    assert Binance().decode_catalog(ask(Binance().catalog_request(), respond)) == [
        Instrument("BTCUSDT", "BTC / USDT", "Binance spot", 0.01),
        Instrument("币安人生USDT", "币安人生 / USDT", "Binance spot"),
    ]


@pytest.mark.parametrize(
    ("url", "bars", "trades"),
    [
        ("", "data-api.binance.vision/api/v3", "api.binance.com/api/v3"),
        ("wss://stream.binance.us:9443/ws", "api.binance.us/api/v3", "api.binance.us/api/v3"),
        ("wss://fstream.binance.com/ws", "fapi.binance.com/fapi/v1", None),
        ("wss://dstream.binance.com/ws", "dapi.binance.com/dapi/v1", None),
    ],
)
def test_past_data_are_of_the_market_of_the_stream(url: str, bars: str, trades: str | None) -> None:
    it = Binance(Credentials(url))
    request = it.history_request(MINUTES)
    assert request.url.startswith(f"https://{bars}/klines?symbol=BTCUSDT&interval=1m&startTime=")
    past = it.trades_request(gap(10, 20, "BTCUSDT"))
    expected = f"https://{trades}/historicalTrades?symbol=BTCUSDT&fromId=11&limit=9"
    assert past == (None if trades is None else HttpRequest(expected))


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (400, '{"code":-1121,"msg":"Invalid symbol."}', Refusal.UNKNOWN_SYMBOL),
        (400, '{"code":-1120,"msg":"Invalid interval."}', Refusal.FAILED),
        (400, '{"code":-1003,"msg":"Too many requests"}', Refusal.RATE_LIMITED),
        (429, '{"code":-1003,"msg":"Too many requests"}', Refusal.RATE_LIMITED),
        (418, "", Refusal.RATE_LIMITED),
        (403, "<html>", Refusal.FAILED),
        (451, "", Refusal.NOT_OFFERED),
    ],
)
def test_errors_are_recognized(status: int, body: str, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        Binance().decode_history(MINUTES, HttpResponse(status, body.encode(), retry_after_s=40.0))
    assert error.value.refusal is refusal
    assert error.value.retry_after_s == (40.0 if refusal is Refusal.RATE_LIMITED else None)


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(HistoryError, match="Invalid symbol"):
        past_bars(Binance(), BarsQuery("NOPE", "1m", MINUTES.start_ns, MINUTES.end_ns), respond)


def test_an_impossible_row_costs_that_row_only() -> None:
    response = ask(Binance().history_request(MINUTES), respond)
    rows = json.loads(response.body)
    rows[3][2], rows[5][1], rows[8][5], rows[9] = "1.0", "NaN", "-2", None
    page = Binance().decode_history(MINUTES, HttpResponse(200, json.dumps(rows).encode()))
    assert len(page.bars) == len(rows) - 4


def test_damaged_responses_give_results_or_documented_errors() -> None:
    it, trades = Binance(), gap(10, 60, "BTCUSDT")
    request, bars = it.trades_request(trades), BarsQuery("BTCUSDT", "1m", NOW_NS - 50 * MINUTE_NS, NOW_NS)
    assert request is not None
    assert_robust(lambda response: it.decode_history(bars, response), ask(it.history_request(bars), respond))
    assert_robust(lambda response: it.decode_trades(trades, response), ask(request, respond))
    assert_robust(it.decode_catalog, ask(it.catalog_request(), respond))
