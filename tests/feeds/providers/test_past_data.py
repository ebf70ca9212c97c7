"""Past data of the crypto exchanges that answer over HTTP: whatever they send, the bars and trades are theirs."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds import venues
from tests.feeds.past_market import (
    LAST_ID,
    LISTED_NS,
    NOW_NS,
    Answer,
    Respond,
    ask,
    assert_robust,
    bars_between,
    execution,
    executions,
    gap,
    past_bars,
    past_trades,
    values,
)
from tests.feeds.venues import bybit, okx
from ticker_gui.domain.capability import Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal, Updates
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, MINUTE_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpRequest, HttpResponse, Instrument
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.feeds.providers.binance import Binance
from ticker_gui.feeds.providers.bybit import Bybit
from ticker_gui.feeds.providers.coinbase import CoinbaseExchange
from ticker_gui.feeds.providers.coinbase_advanced import CoinbaseAdvanced
from ticker_gui.feeds.providers.okx import Okx


class Exchange(NamedTuple):
    """An exchange of the invented market, and how it writes things."""

    protocol: type[FeedProtocol]
    symbol: str
    rows: tuple[str | int, ...] = ()  # the way to the rows of bars in an answer
    has_silent_rows: bool = True
    has_text_ids: bool = False
    high: int = 2  # the column

    @property
    def respond(self) -> Respond:
        respond: Respond = venues.venue(self.protocol.name).respond  # type: ignore[attr-defined]
        return respond

    def minutes(self, symbol: str = "") -> BarsQuery:
        """Return the request for the last hours."""
        count = min(200, self.protocol.history.bars_per_request) if self.protocol.history else 0
        return BarsQuery(symbol or self.symbol, "1m", NOW_NS - count * MINUTE_NS, NOW_NS)


EXCHANGES = [
    Exchange(Binance, "BTCUSDT"),
    Exchange(CoinbaseExchange, "BTC-USD", has_silent_rows=False),
    Exchange(CoinbaseAdvanced, "BTC-USD", ("candles",)),
    Exchange(Okx, "BTC-USDT", ("data",), has_text_ids=True),
    Exchange(Bybit, "BTCUSDT", ("result", "list"), has_text_ids=True),
]
ALL = pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda each: each.protocol.name)
BY_ID = pytest.mark.parametrize(
    "exchange", [each for each in EXCHANGES if each.protocol.name != "bybit"], ids=lambda each: each.protocol.name
)


@ALL
@given(data=st.data())
def test_the_bars_of_a_period_are_those_of_the_exchange(exchange: Exchange, data: st.DataObject) -> None:
    offer = exchange.protocol.history
    assert offer is not None
    timeframe = BY_NAME[data.draw(st.sampled_from(sorted(offer.timeframes)))]
    longest_ns = offer.bars_per_request * timeframe.width_ns
    end_ns = data.draw(st.integers(LISTED_NS, NOW_NS + timeframe.width_ns))
    start_ns = data.draw(st.integers(max(end_ns - longest_ns, LISTED_NS - 10 * DAY_NS), end_ns - 1))
    query = BarsQuery(exchange.symbol, timeframe.name, start_ns, end_ns)
    expected = [
        bar
        for bar in bars_between(timeframe.name, start_ns, end_ns - 1)
        if exchange.has_silent_rows or not bar.is_silent
    ]
    assert values(past_bars(exchange.protocol(), query, exchange.respond)) == expected


@BY_ID
@given(after_id=st.integers(1, LAST_ID - 2), count=st.integers(2, 2_500))
def test_the_trades_of_a_gap_are_complete(exchange: Exchange, after_id: int, count: int) -> None:
    before_id = min(after_id + count, LAST_ID)
    query = gap(after_id, before_id, exchange.symbol, as_text=exchange.has_text_ids)
    trades = past_trades(exchange.protocol(), query, exchange.respond)
    expected = [
        (each.id, each.price, each.size, each.time_ns // 1_000_000)
        for each in executions(after_id + 1, before_id - 1)
        if not exchange.has_text_ids or each.time_ns // 1_000_000 < execution(before_id).time_ns // 1_000_000
    ]
    assert [
        (int(each.trade_id or 0), each.price, each.size, (each.time_ns or 0) // 1_000_000) for each in trades or ()
    ] == expected


SYMBOLS = {
    "coinbase": [Instrument("BTC-USD", "BTC / USD", "Coinbase Exchange", 0.01)],
    "coinbase_advanced": [Instrument("BTC-USD", "Bitcoin / US Dollar", "Coinbase Advanced Trade", 0.01)],
    "okx": [Instrument("BTC-USDT", "BTC / USDT", "OKX", 0.1)],
    "bybit": [Instrument("BTCUSDT", "BTC / USDT", "Bybit", 0.01)],
}


@pytest.mark.parametrize("exchange", EXCHANGES[1:], ids=lambda each: each.protocol.name)
def test_the_catalog_has_the_symbols_that_are_traded(exchange: Exchange) -> None:
    it = exchange.protocol()
    request = it.catalog_request()
    assert request is not None
    assert it.decode_catalog(ask(request, exchange.respond)) == SYMBOLS[exchange.protocol.name]


@ALL
def test_past_data_are_declared(exchange: Exchange) -> None:
    offer = exchange.protocol.history
    assert offer is not None
    assert Capability.HISTORY in exchange.protocol.capabilities
    assert set(offer.timeframes) <= set(BY_NAME)
    assert offer.requests_per_second > 0


@ALL
def test_an_unknown_symbol_is_refused_for_good(exchange: Exchange) -> None:
    with pytest.raises(HistoryError) as error:
        past_bars(exchange.protocol(), exchange.minutes("NOPE-USDT"), exchange.respond)
    assert error.value.refusal is Refusal.UNKNOWN_SYMBOL
    assert str(error.value).startswith(exchange.protocol.title)


@ALL
def test_a_rejection_for_too_many_requests_is_a_limit_of_the_rate(exchange: Exchange) -> None:
    limited: Answer = venues.venue(exchange.protocol.name).LIMITED  # type: ignore[attr-defined]
    request = exchange.protocol().history_request(exchange.minutes())
    assert isinstance(request, HttpRequest)
    response = ask(request, lambda *_: limited)
    with pytest.raises(HistoryError) as error:
        exchange.protocol().decode_history(exchange.minutes(), response)
    assert error.value.refusal is Refusal.RATE_LIMITED
    assert "retry-after" not in limited[2] or error.value.retry_after_s == float(limited[2]["retry-after"])


@ALL
def test_the_ban_of_an_address_is_a_limit_of_the_rate(exchange: Exchange) -> None:
    with pytest.raises(HistoryError) as error:
        exchange.protocol().decode_history(exchange.minutes(), HttpResponse(429, b"<html>", retry_after_s=8.0))
    assert (error.value.refusal, error.value.retry_after_s) == (Refusal.RATE_LIMITED, 8.0)


def answer_and_rows(exchange: Exchange) -> tuple[HttpResponse, Any, list[list[Any]]]:
    request = exchange.protocol().history_request(exchange.minutes())
    assert isinstance(request, HttpRequest)
    response = ask(request, exchange.respond)
    rows = answer = json.loads(response.body)
    for step in exchange.rows:
        rows = rows[step]
    return response, answer, rows


@ALL
def test_an_impossible_row_costs_that_row_only(exchange: Exchange) -> None:
    response, answer, rows = answer_and_rows(exchange)
    count, column = len(rows), "high" if isinstance(rows[0], dict) else exchange.high
    rows[3][column], rows[5][column] = "1.0", "NaN"
    rows[8] = []
    page = exchange.protocol().decode_history(
        exchange.minutes(), HttpResponse(200, json.dumps(answer).encode(), url=response.url)
    )
    assert len(page.bars) == count - 3


@ALL
def test_rows_of_another_format_are_an_error_and_not_an_empty_period(exchange: Exchange) -> None:
    response, answer, rows = answer_and_rows(exchange)
    rows[:] = [["not", "a", "bar"]] * 5
    with pytest.raises(FrameError):
        exchange.protocol().decode_history(
            exchange.minutes(), HttpResponse(200, json.dumps(answer).encode(), url=response.url)
        )


@ALL
def test_damaged_responses_give_results_or_documented_errors(exchange: Exchange) -> None:
    it, bars = exchange.protocol(), BarsQuery(exchange.symbol, "1m", NOW_NS - 50 * MINUTE_NS, NOW_NS)
    trades = gap(10, 60, exchange.symbol, as_text=exchange.has_text_ids)
    requests = (it.history_request(bars), it.trades_request(trades), it.catalog_request())
    decoders = (
        lambda answer: it.decode_history(bars, answer),
        lambda answer: it.decode_trades(trades, answer),
        it.decode_catalog,
    )
    for request, decode in zip(requests, decoders, strict=True):
        assert isinstance(request, HttpRequest)
        assert_robust(decode, ask(request, exchange.respond))


@ALL
def test_a_symbol_does_not_change_the_address_of_a_request(exchange: Exchange) -> None:
    it, symbol = exchange.protocol(), "../A?b=c&d#e/f g"
    proper, odd = it.history_request(exchange.minutes()), it.history_request(exchange.minutes(symbol))
    assert isinstance(proper, HttpRequest)
    assert isinstance(odd, HttpRequest)
    for part in ("?b=c", "&d", "#", "/f", " "):
        assert part not in odd.url
    assert odd.url.split("://")[1].split("/")[0] == proper.url.split("://")[1].split("/")[0]


def test_bars_of_okx_that_are_older_than_the_newest_have_another_address() -> None:
    start_ns = NOW_NS - 1_500 * MINUTE_NS
    query = BarsQuery("BTC-USDT", "1m", start_ns, start_ns + 200 * MINUTE_NS)
    recent = Okx().history_request(query)
    page = Okx().decode_history(query, ask(recent, okx.respond))
    assert len(page.bars) == 140
    assert page.next_request is not None
    assert "/history-candles?" in page.next_request.url
    assert Okx().decode_history(query, ask(page.next_request, okx.respond)).next_request is None


def test_okx_s_forming_bar_is_not_closed() -> None:
    query = BarsQuery("BTC-USDT", "1h", NOW_NS - 5 * 60 * MINUTE_NS, NOW_NS)
    assert [bar.is_closed for bar in past_bars(Okx(), query, okx.respond)] == [True] * 4 + [False]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ('{"code":"50011","msg":"Too Many Requests","data":[]}', Refusal.RATE_LIMITED),
        ('{"code":"51001","msg":"Instrument ID does not exist","data":[]}', Refusal.UNKNOWN_SYMBOL),
        ('{"code":"51000","msg":"Parameter bar error","data":[]}', Refusal.FAILED),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_okx_s_errors_are_recognized_with_any_status(status: int, body: str, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        Okx().decode_history(EXCHANGES[3].minutes(), HttpResponse(status, body.encode()))
    assert error.value.refusal is refusal


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("", "https://www.okx.com"),
        ("wss://wseea.okx.com:8443/ws/v5/public", "https://eea.okx.com"),
        ("wss://wspap.okx.com:8443/ws/v5/public", "https://www.okx.com"),
    ],
)
def test_okx_s_past_data_are_of_the_same_site(url: str, base: str) -> None:
    request = Okx(Credentials(url)).history_request(EXCHANGES[3].minutes())
    assert request.url.startswith(f"{base}/api/v5/market/candles?instId=BTC-USDT&bar=1m&before=")
    assert request.headers == ({"x-simulated-trading": "1"} if "wspap" in url else {})


def test_bybit_s_newest_trades_fill_a_short_gap() -> None:
    query = gap(LAST_ID - 50, LAST_ID, "BTCUSDT", as_text=True)
    trades = past_trades(Bybit(), query, bybit.respond)
    assert trades is not None
    assert [int(each.trade_id or 0) for each in trades] == list(range(LAST_ID - 49, LAST_ID))
    blocks = [each for each in trades if int(each.trade_id or 0) % 10 == 0]
    assert {each.updates for each in blocks} == {Updates.VOLUME}


def test_a_gap_that_bybit_s_newest_trades_do_not_reach_is_an_error() -> None:
    with pytest.raises(HistoryError, match="only the newest trades") as error:
        past_trades(Bybit(), gap(LAST_ID - 90, LAST_ID, "BTCUSDT", as_text=True), bybit.respond)
    assert error.value.refusal is Refusal.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (403, "access too frequent", Refusal.RATE_LIMITED),
        (200, '{"retCode":10006,"retMsg":"Too many visits!","result":{}}', Refusal.RATE_LIMITED),
        (200, '{"retCode":10001,"retMsg":"params error: symbol invalid","result":{}}', Refusal.UNKNOWN_SYMBOL),
        (200, '{"retCode":10001,"retMsg":"Invalid period!","result":{}}', Refusal.FAILED),
    ],
)
def test_bybit_s_errors_are_recognized(status: int, body: str, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        Bybit().decode_history(EXCHANGES[4].minutes(), HttpResponse(status, body.encode()))
    assert error.value.refusal is refusal
    assert error.value.retry_after_s == (600.0 if status == 403 else None)


@pytest.mark.parametrize("category", ["spot", "linear", "inverse", "option"])
def test_bybit_s_category_is_that_of_the_stream(category: str) -> None:
    it = Bybit(Credentials(f"wss://stream.bybit.com/v5/public/{category}"))
    if category == "option":
        with pytest.raises(HistoryError) as error:
            it.history_request(EXCHANGES[4].minutes())
        assert error.value.refusal is Refusal.NOT_OFFERED
        assert it.trades_request(gap(1, 2, "BTC-26DEC25-100000-C")) is None
    else:
        assert f"category={category}&" in it.history_request(EXCHANGES[4].minutes()).url
