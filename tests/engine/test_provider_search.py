from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import RunQt
from tests.doubles import StillClock, until
from tests.feeds.past_data import responses
from tests.feeds.venues import massive, yahoo
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.events import Refusal
from ticker_gui.engine import provider_search
from ticker_gui.engine.provider_search import ProviderSearch, SearchTarget
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse, Instrument
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.feeds.providers.massive import Massive
from ticker_gui.feeds.providers.yahoo import Yahoo
from ticker_gui.logs.internal_errors import InternalErrors

YAHOO = SearchTarget(("yahoo", ""), "Yahoo Finance", Yahoo)
STOCKS = SearchTarget(
    ("massive", "stocks"), "Massive", partial(Massive, Credentials("wss://socket.massive.com/stocks", massive.KEY))
)
COINS = SearchTarget(
    ("massive", "crypto"), "Massive", partial(Massive, Credentials("wss://socket.massive.com/crypto", massive.KEY))
)


class Setup:
    """A search whose requests are answered by the stand-ins, or held back until ``is_open`` is set."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.clock = StillClock()
        self.errors = InternalErrors("the search")
        self.requests: list[str] = []
        self.running: dict[str, int] = {}
        self.most_running = 0
        self.limits: list[float | None] = []
        self.problem: Exception | None = None
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.changes = 0
        self.search = ProviderSearch(
            self._get, self.clock, self.errors, lambda request, _, pause_s: self.limits.append(pause_s), delay_s
        )
        self.search.on_change.append(self._note_change)

    def _note_change(self) -> None:
        self.changes += 1

    async def _get(self, request: HttpRequest, credentials: Credentials) -> HttpResponse:
        parts = urlsplit(request.url)
        self.requests.append("".join((*parse_qs(parts.query).get("q", ()), *parse_qs(parts.query).get("search", ()))))
        self.running[parts.netloc] = self.running.get(parts.netloc, 0) + 1
        self.most_running = max(self.most_running, *self.running.values())
        try:
            await self.is_open.wait()
            if self.problem is not None:
                raise self.problem
            return responses(yahoo.respond if "yahoo" in parts.netloc else massive.respond, request)
        finally:
            self.running[parts.netloc] -= 1

    def found(self, typed: str, target: SearchTarget = YAHOO) -> list[str]:
        index = self.search.find(typed, target.source)
        return [] if index is None else [match.instrument.symbol for match in index.find(typed)]

    async def answered(self, typed: str, targets: Sequence[SearchTarget] = (YAHOO,)) -> None:
        self.search.request(typed, targets)
        await until(lambda: all(self.search.exact_answer(typed, one.source) for one in targets))


def test_what_is_typed_is_searched_at_all_providers_and_the_responses_are_kept(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup()
        await setup.answered("Nimb", (YAHOO, STOCKS))
        assert setup.found("nimb") == ["NIMB", "NIMB-USD"]
        assert setup.found("nimb", STOCKS) == ["NIMB"]
        assert setup.changes >= 2
        found = setup.search.instrument(YAHOO.source, "NIMB")
        assert found is not None
        assert found.name == "Nimbus Incorporated"
        await setup.answered("zeph")
        await setup.answered("nimb", (YAHOO, STOCKS))
        assert sorted(setup.requests) == ["nimb", "nimb", "zeph"]
        assert setup.search.status == ""
        assert setup.errors.count == 0

    run(test())


def test_less_than_two_characters_are_not_searched_and_longer_texts_use_known_responses_meanwhile(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup()
        for typed in ("", " ", "n", " N "):
            setup.search.request(typed, (YAHOO,))
        await setup.answered("ni")
        assert setup.requests == ["ni"]
        setup.is_open.clear()
        setup.search.request("nimbus inc", (YAHOO,))
        assert setup.found("nimbus inc") == ["NIMB"]
        await until(lambda: setup.search.status == "Searching Yahoo Finance…")
        assert setup.search.exact_answer("nimbus inc", YAHOO.source) == ()
        setup.search.cancel()

    run(test())


def test_keys_in_quick_succession_send_one_request(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup(delay_s=0.02)
        for typed in ("ni", "nim", "nimb", "nimbu"):
            setup.search.request(typed, (YAHOO,))
        await until(lambda: bool(setup.search.exact_answer("nimbu", YAHOO.source)))
        assert setup.requests == ["nimbu"]

    run(test())


def test_a_newer_text_cancels_the_request_for_an_older_one(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup()
        setup.is_open.clear()
        setup.search.request("zeph", (YAHOO,))
        await until(lambda: setup.requests == ["zeph"])
        setup.search.request("nimb", (YAHOO,))
        await until(lambda: setup.requests == ["zeph", "nimb"])
        setup.is_open.set()
        await until(lambda: bool(setup.search.exact_answer("nimb", YAHOO.source)))
        assert setup.search.exact_answer("zeph", YAHOO.source) == ()
        assert setup.most_running == 1

    run(test())


def test_a_host_receives_one_request_at_a_time(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup()
        await setup.answered("nimb", (STOCKS, COINS))
        assert setup.requests == ["nimb", "nimb"]
        assert setup.most_running == 1
        assert setup.found("nimb", COINS) == ["NIMB-USD"]

    run(test())


def test_the_oldest_responses_are_dropped(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_search, "_MAX_ANSWERS", 2)
    monkeypatch.setattr(provider_search, "_MAX_INSTRUMENTS", 2)

    async def test() -> None:
        setup = Setup()
        await setup.answered("ni")
        await setup.answered("ze")
        assert setup.found("ni") == ["NIMB-USD", "NIMB"]  # it is used now
        await setup.answered("nimb")
        assert setup.found("ze") == []
        assert setup.found("ni") == ["NIMB-USD", "NIMB"]
        assert setup.search.instrument(YAHOO.source, "NIMB") is not None

    run(test())


def test_a_response_of_any_length_is_read_in_a_thread_and_its_first_symbols_are_kept(run: RunQt) -> None:
    threads = set[str]()

    class Noting(Yahoo):
        def decode_search(self, response: HttpResponse) -> list[Instrument]:
            threads.add(threading.current_thread().name)
            return [Instrument(f"LONG{number}") for number in range(1_000)]

    async def test() -> None:
        setup = Setup()
        await setup.answered("long", (YAHOO._replace(protocol=Noting),))
        kept = setup.search.exact_answer("long", YAHOO.source)
        assert [one.symbol for one in kept] == [f"LONG{number}" for number in range(100)]
        assert threading.main_thread().name not in threads

    run(test())


def limited() -> Exception:
    return HistoryError("Yahoo Finance limits the rate.", Refusal.RATE_LIMITED, 90.0)


@pytest.mark.parametrize(
    ("problem", "text", "pause_s"),
    [
        (lambda: HistoryError("The host cannot be reached."), "The host cannot be reached.", 60),
        (limited, "Yahoo Finance limits the rate. It is searched again at ", 90),
    ],
)
def test_a_problem_is_stated_once_and_after_a_pause_the_provider_is_searched_again(
    run: RunQt, problem: Callable[[], Exception], text: str, pause_s: int
) -> None:
    async def test() -> None:
        setup = Setup()
        setup.problem = problem()
        setup.search.request("nimb", (YAHOO,))
        await until(lambda: f"Yahoo Finance cannot be searched. {text}" in setup.search.status)
        setup.search.request("nimbu", (YAHOO,))
        assert setup.search.status == ""
        setup.clock.advance(pause_s + 1)
        setup.search.request("nimbus", (YAHOO,))
        await until(lambda: len(setup.requests) == 2 and not setup.running["query2.finance.yahoo.com"])
        assert setup.search.status in ("", "Searching Yahoo Finance…")
        setup.clock.advance(pause_s + 1)
        setup.problem = None
        await setup.answered("nimb")
        assert setup.requests == ["nimb", "nimbus", "nimb"]
        assert setup.limits == ([90.0, 90.0] if pause_s == 90 else [])

    run(test())


def test_a_missing_key_and_an_unreadable_response_are_stated(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_key() -> FeedProtocol:
        raise SettingsError("Massive needs a key.")

    async def test() -> None:
        setup = Setup()
        setup.search.request("nimb", (STOCKS._replace(protocol=without_key),))
        await until(lambda: setup.search.status == "Massive cannot be searched. Massive needs a key.")
        assert setup.requests == []
        monkeypatch.setattr(yahoo, "QUOTES", [{"symbol": 5, "name": "ghost"}])
        setup.search.request("ghost", (YAHOO,))
        await until(lambda: "The response from Yahoo Finance cannot be read" in setup.search.status)

    run(test())


def test_an_unexpected_exception_is_counted_and_ends_the_search_for_that_text_only(run: RunQt) -> None:
    async def test() -> None:
        setup = Setup()
        setup.problem = KeyError("a bug")
        setup.search.request("nimb", (YAHOO,))
        await until(lambda: setup.errors.count == 1)
        await until(lambda: setup.search.status == "")
        setup.problem = None
        await setup.answered("zeph")

    run(test())


def test_no_key_is_logged(run: RunQt, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        setup = Setup()
        setup.problem = HistoryError(f"The key {massive.KEY} is unknown.", Refusal.NOT_OFFERED)
        setup.search.request("nimb", (STOCKS,))
        await until(lambda: setup.search.status.startswith("Massive cannot be searched."))
        assert massive.KEY not in setup.search.status + caplog.text

    with caplog.at_level("DEBUG"):
        run(test())
