"""Every provider with past data over HTTP, from the request of a chart to the bars, with its stand-in on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import numpy as np
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, StillClock, until
from tests.engine.test_engine import running
from tests.feeds import past_data, past_figures, past_market
from tests.feeds.past_data import Respond, fetched_bars
from tests.feeds.venues import venue
from tests.rest_servers import Handler, RestServer, by_stand_in, serving_rest
from ticker_gui.bars.provided_bars import ProvidedColumns
from ticker_gui.config.settings import Feed, validated
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import SECOND_NS, timeframe_named
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feeds.history import BarsQuery, HistoryError, HistoryOffer
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.history.bar_download import resampled
from ticker_gui.history.bar_loader import BarsRequest
from ticker_gui.history.cleaning import clean_bars, to_dates
from ticker_gui.history.limits import describe_pause
from ticker_gui.history.paging import base_of
from ticker_gui.market.session_calendar import ROLLING, calendar_of

FIGURES_NS = past_figures.NOW_S * SECOND_NS


class Case(NamedTuple):
    """A provider, a symbol that its stand-in has, and the time there."""

    provider: str
    symbol: str
    now_ns: int
    url: str = ""


CASES = [
    Case("alpaca", "AAPL", past_data.NOW_NS),
    Case("alpaca", "BTC/USD", past_data.NOW_NS, "wss://stream.data.alpaca.markets/v1beta3/crypto/us"),
    Case("binance", "BTCUSDT", past_market.NOW_NS),
    Case("bitfinex", "tBTCUSD", FIGURES_NS),
    Case("bitstamp", "btcusd", FIGURES_NS),
    Case("bybit", "BTCUSDT", past_market.NOW_NS),
    Case("coinbase", "BTC-USD", past_market.NOW_NS),
    Case("coinbase_advanced", "BTC-USD", past_market.NOW_NS),
    Case("eodhd", "AAPL", FIGURES_NS, "wss://ws.eodhistoricaldata.com/ws/us"),
    Case("finnhub", "AAPL", past_data.NOW_NS),
    Case("massive", "MSFT", past_data.NOW_NS, "wss://socket.massive.com/stocks"),
    Case("okx", "BTC-USDT", past_market.NOW_NS),
    Case("tiingo", "vym", past_data.NOW_NS, "wss://api.tiingo.com/iex"),
    Case("twelvedata", "AAPL", past_data.NOW_NS),
    Case("yahoo", "AAPL", FIGURES_NS),
]
BINANCE = next(case for case in CASES if case.provider == "binance")


def test_every_provider_with_past_bars_over_http_is_a_case() -> None:
    offers = {name: provider.history for name, provider in PROVIDERS.items()}
    over_http = {name for name, offer in offers.items() if offer is not None and not offer.over_socket}
    assert {case.provider for case in CASES} == over_http


def respond_of(case: Case) -> Respond:
    respond: Respond = venue(case.provider).respond  # type: ignore[attr-defined]
    return respond


@asynccontextmanager
async def loading(case: Case, server: RestServer) -> AsyncIterator[EngineFeed]:
    """Run a feed whose WebSocket is scripted and whose past data comes from a server on loopback."""
    url = case.url or PROVIDERS[case.provider].url
    settings = validated(Feed(url, (case.symbol,), "desk", case.provider, history_url=server.url))
    credentials = Credentials(url, venue(case.provider).KEY or None, history_url=settings.history_url)
    connector = ScriptedConnector()
    engine = Engine(
        [settings], clock=StillClock(case.now_ns), connector=connector, find_credentials=lambda feed: credentials
    )
    async with running(engine):
        await connector.connection()
        yield engine.feeds["desk"]


def request_of(case: Case, timeframe: str = "1m", count: int = 200) -> BarsRequest:
    provider = PROVIDERS[case.provider]
    wire_symbol = provider.wire_symbol(case.symbol)
    unit = timeframe_named(timeframe, (calendar_of(wire_symbol) if provider.trades_us_stocks else ROLLING).days)
    end_ns = unit.step(unit.start_of(case.now_ns), -5)
    return BarsRequest(wire_symbol, unit, unit.step(end_ns, -count), end_ns)


def expected_bars(case: Case, request: BarsRequest) -> list[Bar]:
    """Return the bars of a period that the stand-in has, requested without HTTP."""
    key = venue(case.provider).KEY or None
    protocol = PROVIDERS[case.provider](Credentials(case.url or PROVIDERS[case.provider].url, key))
    base = base_of(required(protocol.history_offer), request.timeframe)
    assert base is not None
    period = request.start_ns, request.end_ns
    query = to_dates(BarsQuery(request.symbol, base.name, *period), base.days)
    bars = clean_bars(fetched_bars(protocol, query, respond_of(case)), query, case.now_ns, base.days)
    return resampled(bars, request.timeframe, base, period, case.now_ns)


def required(offer: HistoryOffer | None) -> HistoryOffer:
    assert offer is not None
    return offer


def provided(feed: EngineFeed, request: BarsRequest) -> ProvidedColumns:
    (state,) = feed.market.states
    return state.bars.provided.read(request.timeframe)


@pytest.mark.parametrize("timeframe", ["1m", "1d"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.provider} {case.symbol}")
def test_the_bars_on_a_chart_are_those_of_the_provider(run: RunQt, case: Case, timeframe: str) -> None:
    async def test() -> None:
        count = 100 if timeframe == "1m" else 2 if "crypto" in case.url else 30  # these days are made of hours
        request = request_of(case, timeframe, count)
        expected = expected_bars(case, request)
        assert len(expected) > count // 2
        with serving_rest(by_stand_in(respond_of(case))) as server:
            async with loading(case, server) as feed:
                feed.past.bars.set_requests([request])
                await until(lambda: len(provided(feed, request).start_ns) >= len(expected) or problem(feed, request))
                assert problem(feed, request) == ""
                columns = provided(feed, request)
        assert columns.start_ns.tolist() == [bar.start_ns for bar in expected]
        for name in ("open", "high", "low", "close"):
            assert getattr(columns, name).tolist() == [getattr(bar, name) for bar in expected]
        volumes = [np.nan if bar.volume is None else bar.volume for bar in expected]
        np.testing.assert_array_equal(columns.volume, volumes)

    run(test())


def problem(feed: EngineFeed, request: BarsRequest) -> str:
    return feed.past.bars.status(request.symbol).problem


def limited_first(case: Case, status: int, headers: dict[str, str]) -> Handler:
    """Return a handler that refuses the first request."""
    answers = iter([(status, b"{}", headers)])
    stand_in = by_stand_in(respond_of(case))
    return lambda asked: next(answers, None) or stand_in(asked)


def test_a_limit_of_the_rate_is_shown_and_obeyed(run: RunQt) -> None:
    async def test() -> None:
        request = request_of(BINANCE)
        with serving_rest(limited_first(BINANCE, 429, {"Retry-After": "40"})) as server:
            async with loading(BINANCE, server) as feed:
                feed.past.bars.set_requests([request])
                await until(lambda: problem(feed, request))
                assert "limits the rate of requests" in problem(feed, request)
                assert problem(feed, request).endswith(describe_pause(BINANCE.now_ns, 40.0, "Past bars are requested"))
                feed.past.bars.set_requests([request, request])  # wakes the loader
                await asyncio.sleep(0.05)
                assert len(server.asked) == 1

    run(test())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda: (418, b"{}", {}), describe_pause(BINANCE.now_ns, 60.0, "Past bars are requested")),
        (lambda: (200, b"x" * ((16 << 20) + 1), {}), "more than 16 MB"),
        (lambda: (302, b"", {"Location": "https://elsewhere.test"}), "redirected the request to another address"),
        (lambda: b"HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\n[[1", "incomplete or damaged response"),
        (lambda: b"HTTP/1.1 200 OK\r\n\x00\x00: \xff\r\n\r\n", "not valid HTTP"),
        (lambda: (451, b"{}", {}), "does not serve past data in this country"),
    ],
)
def test_what_goes_wrong_is_stated_where_the_bars_would_be(
    run: RunQt, answer: Callable[[], tuple[int, bytes, dict[str, str]] | bytes], reason: str
) -> None:
    async def test() -> None:
        request = request_of(BINANCE)
        with serving_rest(lambda asked: answer()) as server:
            async with loading(BINANCE, server) as feed:
                feed.past.bars.set_requests([request])
                await until(lambda: problem(feed, request))
                assert reason in problem(feed, request)
                assert len(provided(feed, request).start_ns) == 0

    run(test())


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        ("bybit", b'{"retCode":10006,"retMsg":"Too many visits!","result":{}}'),
        ("okx", b'{"code":"50011","msg":"Too Many Requests","data":[]}'),
        (
            "twelvedata",
            b'{"code":429,"message":"You have run out of API credits for the current minute.","status":"error"}',
        ),
    ],
)
def test_an_error_in_a_response_with_the_status_of_success_is_recognized(
    run: RunQt, provider: str, body: bytes
) -> None:
    async def test() -> None:
        case = next(case for case in CASES if case.provider == provider)
        request = request_of(case)
        with serving_rest(lambda asked: (200, body, {})) as server:
            async with loading(case, server) as feed:
                feed.past.bars.set_requests([request])
                await until(lambda: problem(feed, request))
                assert "limits the rate of requests" in problem(feed, request)
                assert "Past bars are requested again at" in problem(feed, request)
                query = BarsQuery(request.symbol, "1m", request.start_ns, request.start_ns + 60 * SECOND_NS)
                with pytest.raises(HistoryError, match=r"^127\.0\.0\.1 limits the rate"):  # also of another feed
                    await feed.past.client.bars(query)
                assert len(server.asked) == 1

    run(test())


def test_on_the_loop_of_the_window_a_slow_request_is_cancelled_when_it_is_not_needed(run_qt: RunQt) -> None:
    async def test() -> None:
        request = request_of(BINANCE)
        with serving_rest(lambda asked: None) as server:
            async with loading(BINANCE, server) as feed:
                feed.past.bars.set_requests([request])
                await until(lambda: server.open_connections)
                assert feed.past.bars.status(request.symbol).is_loading
                feed.past.bars.set_requests([])
                await until(lambda: not server.open_connections)

    run_qt(test())


def test_the_end_of_the_engine_closes_the_connections(run: RunQt) -> None:
    async def test() -> None:
        request = request_of(BINANCE)
        with serving_rest(by_stand_in(respond_of(BINANCE))) as server:
            async with loading(BINANCE, server) as feed:
                feed.past.bars.set_requests([request])
                await until(lambda: len(provided(feed, request).start_ns))
                assert server.open_connections
            await until(lambda: not server.open_connections)

    run(test())


def test_keys_go_to_the_address_for_past_data_and_to_no_other(run: RunQt) -> None:
    async def test() -> None:
        case = next(case for case in CASES if case.provider == "massive")
        request, following = request_of(case), "https://elsewhere.test/v2/aggs?cursor=1"
        body = f'{{"status":"OK","results":[],"next_url":"{following}"}}'.encode()
        with serving_rest(lambda asked: (200, body, {})) as server:
            async with loading(case, server) as feed:
                feed.past.bars.set_requests([request])
                await until(lambda: problem(feed, request) or len(server.asked) > 1)
        assert all(asked.headers["Authorization"] == "Bearer massive-key" for asked in server.asked)

    run(test())


@pytest.mark.parametrize("status", [200, 400, 403, 429, 500])
@pytest.mark.parametrize("provider", ["alpaca", "eodhd", "finnhub", "massive", "tiingo", "twelvedata"])
def test_a_key_that_the_server_repeats_is_in_no_message(run: RunQt, provider: str, status: int) -> None:
    async def test() -> None:
        case = next(case for case in CASES if case.provider == provider)
        request, keys = request_of(case), venue(provider).KEY.split(":")
        text = f"Who is {' and '.join(keys)}?"
        body = {"error": text, "errors": [text], "message": text, "detail": text, "status": "error", "code": 400}
        with serving_rest(lambda asked: (status, json.dumps(body).encode(), {"X-Echo": text})) as server:
            async with loading(case, server) as feed:
                feed.past.bars.set_requests([request])
                status_of = feed.past.bars.status
                await until(
                    lambda: problem(feed, request) or (server.asked and not status_of(request.symbol).is_loading)
                )
                assert not any(key in problem(feed, request) for key in keys)

    run(test())


def test_trades_of_a_gap_are_requested_at_the_same_address(run: RunQt) -> None:
    async def test() -> None:
        query = past_market.gap(20_000, 20_600, "BTCUSDT")
        with serving_rest(by_stand_in(respond_of(BINANCE))) as server:
            async with loading(BINANCE, server) as feed:
                trades = await feed.past.client.trades(query)
        assert [trade.trade_id for trade in trades] == list(range(20_001, 20_600))

    run(test())
