from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, StillClock, until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.catalog.saved_catalogs import SavedCatalogs
from ticker_gui.config.settings import BUILT_IN
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Refusal, Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.symbol_catalogs import SymbolCatalogs
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse, Instrument
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.wire import json_reader

HOUR = 3_600
LISTED = [Instrument("NIMB", "Nimbus", "Demo", 0.1), Instrument("BTC-USD", "Bitcoin"), Instrument("not a symbol")]
_read = json_reader(list[Instrument])


class Server:
    """Answers requests for a list of symbols: with ``answer``, or with an error if that is set."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.answer = msgspec.json.encode(LISTED)
        self.error: Exception | None = None

    async def get(self, request: HttpRequest, credentials: Credentials) -> HttpResponse:
        self.requests.append(request.url)
        if self.error is not None:
            raise self.error
        return HttpResponse(200, self.answer)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    def catalog_request(self: Demo) -> HttpRequest:
        return HttpRequest(f"{self.credentials.url}/symbols")

    def decode_catalog(self: Demo, response: HttpResponse) -> list[Instrument]:
        return _read(response.body)

    monkeypatch.setattr(Demo, "catalog_request", catalog_request)
    monkeypatch.setattr(Demo, "decode_catalog", decode_catalog)
    return Server()


class Setup:
    """An engine with two feeds of different addresses, and the lists of symbols of its feeds."""

    def __init__(self, server: Server, folder: Path | None = None) -> None:
        self.clock = StillClock()
        self.connector = ScriptedConnector()
        feeds = [feed("desk", "NIMB"), feed("coins", "BTC-USD")]
        self.engine = Engine(feeds, clock=self.clock, connector=self.connector, http_get=server.get)
        self.catalogs = SymbolCatalogs(self.engine, SavedCatalogs(folder), delay_s=0.001)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loading = asyncio.create_task(self.catalogs.run())
        async with running(self.engine):
            yield
        loading.cancel()
        await asyncio.wait((loading,))

    def found(self, typed: str) -> list[tuple[str, str]]:
        matches = self.catalogs.search(typed, list(self.engine.feeds), 5)
        return [(match.feed, match.instrument.symbol) for match in matches]


async def checked_again(setup: Setup, is_done: Callable[[], bool]) -> None:
    """Wake the lists until something is done."""

    def wake() -> bool:
        setup.catalogs._changed.set()
        return is_done()

    await until(wake)


def test_lists_are_loaded_when_feeds_are_connected_and_their_instruments_are_found(run: RunQt, server: Server) -> None:
    async def test() -> None:
        setup = Setup(server)
        async with setup.running():
            await until(lambda: len(setup.found("nimb")) == 2)
            assert sorted(server.requests) == ["ws://coins/symbols", "ws://desk/symbols"]
            (nimbus, _) = setup.engine.market.states
            assert (nimbus.name, nimbus.feed) == ("Nimbus", "desk")
            (line, *_) = setup.connector.connections
            line.deliver(payload(Trade("NIMB", 5.0)))
            setup.engine.market.collect_changes()
            assert nimbus.price_decimals == 1
            found = setup.catalogs.find("desk", "nimb")
            assert found is not None
            assert (found.name, found.venue) == ("Nimbus", "Demo")
            assert setup.catalogs.find("desk", "GHOST") is setup.catalogs.find("removed", "NIMB") is None
            assert [one.symbol for one in setup.catalogs.search_provider("bit", "demo", 5)] == ["BTC-USD"]
            assert setup.catalogs.search_provider("bit", "kraken", 5) == []
            assert setup.catalogs.describe("desk") == setup.catalogs.describe("removed") == ""

    run(test())


def test_a_list_is_loaded_once_a_day(run: RunQt, server: Server) -> None:
    async def test() -> None:
        setup = Setup(server)
        async with setup.running():
            await until(lambda: len(setup.found("nimb")) == 2)
            await asyncio.sleep(0.01)
            setup.clock.advance(23 * HOUR)
            reads = setup.clock.reads
            await checked_again(setup, lambda: setup.clock.reads > reads + 20)
            assert len(server.requests) == 2
            setup.clock.advance(2 * HOUR)
            await checked_again(setup, lambda: len(server.requests) == 4)

    run(test())


def test_the_list_of_an_earlier_session_is_used_without_a_connection(
    run: RunQt, server: Server, tmp_path: Path
) -> None:
    async def first() -> None:
        setup = Setup(server, tmp_path)
        async with setup.running():
            await until(lambda: len(list(tmp_path.glob("symbols/*.jsonl"))) == 2 and len(setup.found("nimb")) == 2)

    async def second() -> None:
        setup = Setup(server, tmp_path)
        setup.connector.failures = [ConnectionLost("no network") for _ in range(50)]
        setup.clock.advance(40 * HOUR)
        async with setup.running():
            await until(lambda: len(setup.found("nimb")) == 2)
            assert setup.engine.market.states[0].name == "Nimbus"
            assert setup.catalogs.describe("desk").startswith("List of symbols from ")

    run(first())
    server.requests.clear()
    run(second())
    assert server.requests == []


@pytest.mark.parametrize(
    ("error", "answer", "reason"),
    [
        (HistoryError("The server wants a pause."), b"", "The server wants a pause."),
        (None, b"[{", "The response from Built-in demo market cannot be read: it is incomplete."),
        (None, b"\xef\xbb\xbf<html>", "Built-in demo market returned a web page instead of its list of symbols. "),
        (None, b"[]", "sent an empty list of symbols."),
    ],
)
def test_a_failure_is_described_and_tried_again_after_an_hour(
    run: RunQt, server: Server, error: Exception | None, answer: bytes, reason: str
) -> None:
    async def test() -> None:
        setup = Setup(server)
        good, server.answer, server.error = server.answer, answer, error
        async with setup.running():
            await until(lambda: setup.catalogs.describe("desk") != "" != setup.catalogs.describe("coins"))
            assert setup.catalogs.describe("desk").startswith("The list of symbols could not be loaded. ")
            assert reason in setup.catalogs.describe("desk")
            assert setup.engine.feeds["desk"].errors.count == 0
            server.answer, server.error = good, None
            setup.clock.advance(HOUR + 1)
            await checked_again(setup, lambda: len(setup.found("nimb")) == 2)
            assert setup.catalogs.describe("desk") == ""

    run(test())


def test_without_access_the_list_is_requested_again_after_a_day(run: RunQt, server: Server) -> None:
    async def test() -> None:
        setup = Setup(server)
        server.error = HistoryError("Not in this plan.", Refusal.NOT_OFFERED)
        async with setup.running():
            await until(lambda: len(server.requests) == 2 and setup.catalogs.describe("coins") != "")
            setup.clock.advance(23 * HOUR)
            reads = setup.clock.reads
            await checked_again(setup, lambda: setup.clock.reads > reads + 20)
            assert len(server.requests) == 2
            setup.clock.advance(2 * HOUR)
            await checked_again(setup, lambda: len(server.requests) == 4)

    run(test())


def test_a_limit_delays_the_request_and_the_user_sees_until_when(run: RunQt, server: Server) -> None:
    async def test() -> None:
        server.error = HistoryError("Too many requests.", Refusal.RATE_LIMITED, 7_200.0)
        setup = Setup(server)
        noted: list[float | None] = []
        setup.engine.on_http_limited = lambda request, credentials, pause_s: noted.append(pause_s)
        async with setup.running():
            await until(lambda: len(server.requests) == 2)
            text = "Too many requests. The list is requested again at "
            await until(lambda: text in setup.catalogs.describe("coins"))
            assert noted[0] == 7_200.0
            setup.clock.advance(7_100)
            reads = setup.clock.reads
            await checked_again(setup, lambda: setup.clock.reads > reads + 20)
            assert len(server.requests) == 2
            setup.clock.advance(200)
            await checked_again(setup, lambda: len(server.requests) == 4)

    run(test())


def test_feeds_share_a_list_unless_their_addresses_differ(run: RunQt, server: Server) -> None:
    async def test() -> None:
        same = {"url": "ws://same"}
        feeds = [feed("one", "A", **same), feed("two", "A", **same)]
        feeds.append(feed("mirror", "A", history_url="http://127.0.0.1:1", **same))
        engine = Engine(feeds, connector=ScriptedConnector(), http_get=server.get)
        catalogs = SymbolCatalogs(engine, SavedCatalogs(None), delay_s=0.001)
        loading = asyncio.create_task(catalogs.run())
        async with running(engine):
            await until(lambda: len(catalogs.search("nimb", list(engine.feeds), 5)) == 3)
            assert server.requests == ["ws://same/symbols"] * 2
        loading.cancel()
        await asyncio.wait((loading,))

    run(test())


def test_an_unexpected_exception_does_not_end_the_loading_of_other_lists(run: RunQt, server: Server) -> None:
    async def test() -> None:
        setup = Setup(server)
        server.error = KeyError("bug")
        async with setup.running():
            await until(lambda: all(one.errors.count for one in setup.engine.feeds.values()))
            assert len(server.requests) == 2
            assert setup.found("nimb") == []

    run(test())


def test_the_built_in_market_has_a_list_without_a_request(run: RunQt, server: Server) -> None:
    async def test() -> None:
        engine = Engine([msgspec.structs.replace(BUILT_IN, symbols=("NIMB",))], http_get=server.get)
        catalogs = SymbolCatalogs(engine, SavedCatalogs(None), delay_s=0.001)
        loading = asyncio.create_task(catalogs.run())
        await until(lambda: bool(catalogs.search("airlines", [BUILT_IN.name], 3)))
        assert engine.market.states[0].name == "Nimbus Computing"
        assert catalogs.describe(BUILT_IN.name) == ""
        loading.cancel()
        await asyncio.wait((loading,))
        assert server.requests == []

    run(test())
