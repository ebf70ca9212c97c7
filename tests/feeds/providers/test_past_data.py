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
from ticker_gui.domain.capability import Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, MINUTE_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpRequest, HttpResponse, Refusal
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.binance import Binance
from ticker_gui.feeds.providers.coinbase import CoinbaseExchange


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
def test_damaged_answers_give_results_or_documented_errors(exchange: Exchange) -> None:
    it, bars = exchange.protocol(), exchange.minutes()
    trades = gap(10, 1_200, exchange.symbol, as_text=exchange.has_text_ids)
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
