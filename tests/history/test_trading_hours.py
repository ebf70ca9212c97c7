from __future__ import annotations

import asyncio
import json

import pytest

from tests.conftest import run_plain
from tests.domain.test_trading_period import moment_ns
from tests.doubles import StillClock, until
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.finnhub import Finnhub
from ticker_gui.feeds.providers.twelvedata import TwelveData
from ticker_gui.feeds.providers.yahoo import Yahoo
from ticker_gui.history.trading_hours import TradingHoursLoader
from ticker_gui.market.market import FeedMarket, Market

NOW_NS = moment_ns("2026-11-30T12:00")  # a Monday, after the close in Tokyo and before the one in Frankfurt


def answer(opens: str, closes: str, zone: str) -> bytes:
    start, end = (moment_ns(stamp) // SECOND_NS for stamp in (opens, closes))
    period = {"regular": {"start": start, "end": end}}
    meta = {"exchangeTimezoneName": zone, "currentTradingPeriod": period}
    return json.dumps({"chart": {"result": [{"meta": meta, "indicators": {}}]}}).encode()


def market_state(
    *, is_open: bool, after: str = "00:00:00", to_open: str = "00:00:00", to_close: str = "00:00:00"
) -> bytes:
    times = {"time_after_open": after, "time_to_open": to_open, "time_to_close": to_close}
    return json.dumps([{"name": "TSX", "code": "XTSE", "is_market_open": is_open, **times}]).encode()


class Server:
    """Answers of Yahoo by symbol, and the requests for them."""

    def __init__(self) -> None:
        self.requested: list[str] = []
        self.bodies = {
            "SAP.DE": answer("2026-11-30T08:00", "2026-11-30T16:35", "Europe/Berlin"),
            "7203.T": answer("2026-12-01T00:00", "2026-12-01T06:30", "Asia/Tokyo"),
        }
        self.error: Exception | None = None

    async def get(self, request: HttpRequest, credentials: Credentials) -> HttpResponse:
        symbol = request.url.split("?")[0].rpartition("/")[2]
        self.requested.append(symbol)
        if self.error is not None:
            raise self.error
        return HttpResponse(200, self.bodies[symbol])


def market_of(*symbols: str) -> FeedMarket:
    market = Market().feed("stocks", has_us_stocks=True)
    for symbol in symbols:
        market.watch(symbol, symbol)
    return market


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW_NS)


def load_all(loader: TradingHoursLoader, provider: type[Yahoo | Finnhub | TwelveData] = Yahoo) -> None:
    async def load() -> None:
        while await loader.load_one(provider()):
            pass

    run_plain(load())


def test_one_symbol_of_each_exchange_is_requested_once(server: Server, clock: StillClock) -> None:
    market = market_of("AAPL", "SAP.DE", "BMW.DE", "BTC-USD", "EURUSD=X", "7203.T")
    load_all(TradingHoursLoader(market, server.get, clock, Yahoo))
    assert server.requested == ["SAP.DE", "7203.T"]
    periods = {state.symbol: state.trading_period for state in market.states}
    assert periods["SAP.DE"] == periods["BMW.DE"] != periods["7203.T"]
    assert periods["AAPL"] is periods["BTC-USD"] is periods["EURUSD=X"] is None
    german, japanese = periods["SAP.DE"], periods["7203.T"]
    assert german is not None
    assert japanese is not None
    assert german.is_open(NOW_NS)
    assert japanese.opens_next_ns(NOW_NS) == moment_ns("2026-12-01T00:00")


def test_a_symbol_that_is_added_later_has_the_hours_of_its_exchange_at_once(server: Server, clock: StillClock) -> None:
    market = market_of("SAP.DE")
    loader = TradingHoursLoader(market, server.get, clock, Yahoo)
    load_all(loader)
    market.watch("BMW.DE", "BMW.DE")
    load_all(loader)
    assert server.requested == ["SAP.DE"]
    assert all(state.trading_period for state in market.states)


def test_a_period_is_requested_again_when_it_has_ended(server: Server, clock: StillClock) -> None:
    market = market_of("SAP.DE")
    loader = TradingHoursLoader(market, server.get, clock, Yahoo)
    load_all(loader)
    clock.advance(5 * 3600)  # the provider still states the period of the day
    load_all(loader)
    load_all(loader)
    assert len(server.requested) == 2
    server.bodies["SAP.DE"] = answer("2026-12-01T08:00", "2026-12-01T16:35", "Europe/Berlin")
    clock.advance(1800)
    load_all(loader)
    (state,) = market.states
    assert state.trading_period is not None
    assert state.trading_period.opens_ns == moment_ns("2026-12-01T08:00")


def test_an_exchange_whose_end_is_unknown_is_requested_again_when_it_opens(server: Server, clock: StillClock) -> None:
    market = market_of("RY:TSX", "AAPL")
    loader = TradingHoursLoader(market, server.get, clock, TwelveData)
    server.bodies["market_state"] = market_state(is_open=False, to_open="63:30:00")
    load_all(loader, TwelveData)
    (state, apple) = market.states
    assert state.trading_period is not None
    assert str(state.trading_period.zone) == "America/Toronto"
    assert state.trading_period.why_closed(clock())
    assert apple.trading_period is None  # its hours are known
    clock.advance(63 * 3600)
    load_all(loader, TwelveData)
    assert server.requested == ["market_state"]
    clock.advance(1800)
    server.bodies["market_state"] = market_state(is_open=True, after="00:00:02", to_close="06:29:58")
    load_all(loader, TwelveData)
    assert len(server.requested) == 2
    assert state.trading_period.is_open(clock())


def test_what_the_plan_does_not_have_is_requested_twice_a_day_at_most(server: Server, clock: StillClock) -> None:
    loader = TradingHoursLoader(market_of("SAP.DE"), server.get, clock, Yahoo)
    server.error = HistoryError("not in this plan", Refusal.NOT_OFFERED)
    for _ in range(24):
        load_all(loader)
        clock.advance(3600)
    assert len(server.requested) == 2


def test_a_key_that_was_rejected_may_be_another_one_soon(server: Server, clock: StillClock) -> None:
    loader = TradingHoursLoader(market_of("SAP.DE"), server.get, clock, Yahoo)
    server.error = HistoryError("no such key", Refusal.KEY_REFUSED)
    for _ in range(2):
        load_all(loader)
        clock.advance(300)
    assert len(server.requested) == 2


def test_a_failure_is_repeated_later(server: Server, clock: StillClock) -> None:
    market = market_of("SAP.DE")
    loader = TradingHoursLoader(market, server.get, clock, Yahoo)
    server.error = HistoryError("limited", Refusal.RATE_LIMITED, 3600.0)
    load_all(loader)
    clock.advance(3500)
    load_all(loader)
    assert len(server.requested) == 1
    clock.advance(200)
    server.error = None
    server.bodies["SAP.DE"] = b"{"
    load_all(loader)
    assert len(server.requested) == 2
    assert market.states[0].trading_period is None


def test_after_a_bug_hours_are_not_requested_again_at_once(server: Server, clock: StillClock) -> None:
    loader = TradingHoursLoader(market_of("SAP.DE"), server.get, clock, Yahoo)
    server.error = KeyError("a bug")
    with pytest.raises(KeyError):
        load_all(loader)
    load_all(loader)
    assert server.requested == ["SAP.DE"]


def test_a_provider_that_does_not_state_hours_is_not_asked(server: Server, clock: StillClock) -> None:
    load_all(TradingHoursLoader(market_of("SAP.DE"), server.get, clock, Finnhub), Finnhub)
    assert not server.requested


def test_hours_are_loaded_while_the_feed_is_connected(server: Server, clock: StillClock) -> None:
    market, protocols = market_of("SAP.DE"), [None, Yahoo()]
    loader = TradingHoursLoader(market, server.get, clock, lambda: protocols[-1] if market.states[0].alias else None)

    async def test() -> None:
        loading = asyncio.create_task(loader.run(0.001))
        await asyncio.sleep(0.01)
        assert not server.requested
        market.states[0].alias = "connected"
        await until(lambda: market.states[0].trading_period)
        loading.cancel()

    run_plain(test())
