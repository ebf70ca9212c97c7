from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, StillClock, until
from tests.feeds.past_data import responses
from tests.feeds.venues import massive, yahoo
from ticker_gui.catalog.saved_catalogs import SavedCatalogs
from ticker_gui.command_palette.fuzzy import Rank
from ticker_gui.config.settings import BUILT_IN, Feed, validated
from ticker_gui.domain.events import Refusal
from ticker_gui.engine import provider_search
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.symbol_catalogs import SymbolCatalogs
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.massive import Massive
from ticker_gui.feeds.providers.yahoo import Yahoo

FEEDS = (
    validated(Feed(Yahoo.url, ("AAPL",), "yahoo", "yahoo")),
    validated(Feed(Yahoo.url, ("MSFT",), "second", "yahoo")),
    validated(Feed("wss://socket.massive.com/stocks", ("AAPL",), "massive", "massive")),
    msgspec.structs.replace(BUILT_IN, symbols=("NIMB",)),
)


class Setup:
    """An engine that is not running, and its symbols."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.engine = Engine(
            FEEDS,
            clock=StillClock(),
            connector=ScriptedConnector(),
            http_get=self._get,
            find_credentials=lambda feed: Credentials(feed.url, massive.KEY),
        )
        self.catalogs = SymbolCatalogs(self.engine, SavedCatalogs(None))

    async def _get(self, request: HttpRequest, credentials: Credentials) -> HttpResponse:
        host = urlsplit(request.url).netloc
        self.asked.append(host)
        return responses(yahoo.respond if "yahoo" in host else massive.respond, request)

    async def searched(self, typed: str, feeds: list[str]) -> list[tuple[str, str, Rank]]:
        self.catalogs.online.request(typed, feeds)
        task = self.catalogs.online.search._task
        if task is not None:
            await task
        return [(one.feed, one.instrument.symbol, one.rank) for one in self.catalogs.search(typed, feeds, 12)]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_search.ProviderSearch.__init__, "__defaults__", (None, 0.0))


def test_the_providers_of_all_feeds_are_searched_once_and_the_answers_are_ranked_together(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup()
        found = await setup.searched("nimb", list(setup.engine.feeds))
        assert sorted(setup.asked) == ["api.massive.com", "query2.finance.yahoo.com"]
        exact = [(feed, symbol) for feed, symbol, rank in found if rank is Rank.EXACT]
        assert exact == [("yahoo", "NIMB"), ("second", "NIMB"), ("massive", "NIMB")]
        assert [rank for *_, rank in found] == sorted(rank for *_, rank in found)
        named = setup.catalogs.find("massive", "NIMB")
        assert named is not None
        assert named.venue == "XNAS"

    run(test())


def test_rows_get_the_name_of_a_symbol_that_was_found_before_or_after_they_were_added(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup()
        (first, second) = (setup.engine.feeds[name].market for name in ("yahoo", "massive"))
        before = first.watch("nimb", "NIMB")
        await setup.searched("nimb", list(setup.engine.feeds))
        after = second.watch("nimb", "NIMB")
        assert before.name
        assert after.name
        assert before.instrument == setup.catalogs.find("yahoo", "NIMB")
        other = first.find("AAPL")
        assert other is not None
        assert other.instrument is None
        version = before.version
        await setup.searched("nim", list(setup.engine.feeds))
        assert before.version == version  # the same name again is no change

    run(test())


def test_a_symbol_that_does_not_contain_the_text_is_last(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    quote = {"symbol": "ODD", "shortname": "Other Co", "longname": None, "note": "nimb"}
    monkeypatch.setattr(yahoo, "QUOTES", [quote, *yahoo.QUOTES])

    async def test() -> None:
        found = await Setup().searched("nimb", ["yahoo"])
        assert [symbol for _, symbol, _ in found] == ["NIMB", "NIMB-USD", "ODD"]

    run(test())


def test_a_provider_in_the_dialog_is_searched_with_the_typed_key(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup()
        without_key, coins = Credentials(Massive.url), Credentials("wss://socket.massive.com/crypto", massive.KEY)
        assert setup.catalogs.search_provider("nimb", "massive", 12, without_key) == []
        assert setup.catalogs.search_provider("nimb", "kraken", 12, Credentials("wss://ws.kraken.com/v2")) == []
        await asyncio.sleep(0)
        assert setup.asked == []
        assert setup.catalogs.search_provider("nimb", "massive", 12, coins) == []
        await until(lambda: bool(setup.catalogs.search_provider("nimb", "massive", 12, coins)))
        (found,) = setup.catalogs.search_provider("nimb", "massive", 12, coins)
        assert found.symbol == "NIMB-USD"
        assert setup.asked == ["api.massive.com"]

    run(test())


def test_a_limit_of_the_provider_holds_for_all_requests_to_it(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(setup: Setup, request: HttpRequest, credentials: Credentials) -> HttpResponse:
        raise HistoryError("Too many requests.", Refusal.RATE_LIMITED, 90.0)

    monkeypatch.setattr(Setup, "_get", refuse)

    async def test() -> None:
        setup, limits = Setup(), list[float | None]()
        await setup.searched("nimb", ["yahoo"])  # limits that concern nobody else
        setup.engine.on_http_limited = lambda request, credentials, pause_s: limits.append(pause_s)
        await setup.searched("nimb", ["massive"])
        assert limits == [90.0]

    run(test())
