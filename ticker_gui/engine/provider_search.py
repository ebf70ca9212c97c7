"""Search for symbols at providers without a list of them, while the user types."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from ticker_gui.catalog.catalog import clean_instruments
from ticker_gui.catalog.index import FeedIndex
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import FrameError, TickerError
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse, Instrument, unreadable_error
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.history.limits import describe_pause
from ticker_gui.history.past_data_client import HttpGet, OnLimited
from ticker_gui.logs.internal_errors import InternalErrors, in_thread

_LOG: Final = logging.getLogger(__name__)
DELAY_S: Final = 0.25  # after the last key
MIN_TYPED: Final = 2
_MAX_TYPED: Final = 64
_MAX_ANSWERS: Final = 200
_MAX_PER_ANSWER: Final = 100  # providers are asked for a dozen
_MAX_INSTRUMENTS: Final = 4_000
_REQUESTS_PER_SECOND: Final = 4.0
_RETRY_S: Final = 60.0  # after a failure, and after a limit of unknown length

Source: TypeAlias = tuple[str, str]  # the provider and its addresses


class SearchTarget(NamedTuple):
    """A provider to search: ``protocol`` returns one with the credentials, and may be slow to do so."""

    source: Source
    title: str
    protocol: Callable[[], FeedProtocol]


class _Answer(NamedTuple):
    """The instruments of one answer, in the provider's order and searchable."""

    instruments: Sequence[Instrument]
    searchable: FeedIndex


class ProviderSearch:
    """Requests what the user types from providers, and keeps the newest answers.

    A request is sent when no key was pressed for a moment. A newer text replaces it, also while its answer is awaited.
    Each host receives one request at a time. ``on_change`` are called when there are new answers or another `status`.
    """

    def __init__(
        self,
        get: HttpGet,
        clock: Clock,
        errors: InternalErrors,
        on_limited: OnLimited | None = None,
        delay_s: float = DELAY_S,
    ) -> None:
        self.on_change: Final[list[Callable[[], object]]] = []
        self._get: Final = get
        self._clock: Final = clock
        self._errors: Final = errors
        self._on_limited: Final = on_limited
        self._delay_s: Final = delay_s
        self._answers: OrderedDict[tuple[Source, str], _Answer] = OrderedDict()
        self._instruments: dict[tuple[Source, str], Instrument] = {}
        self._requested: tuple[str, frozenset[Source]] = "", frozenset()
        self._task: asyncio.Task[None] | None = None
        self._searching: dict[Source, str] = {}  # the titles of providers whose answer is awaited
        self._next_try_ns: dict[Source, int] = {}
        self._stated: dict[Source, str] = {}  # problems that were stated, until a search succeeds
        self._problem = ""

    def request(self, typed: str, targets: Sequence[SearchTarget]) -> None:
        """Search for a text after a pause, unless its answers are known; earlier requests are cancelled."""
        query = _query(typed)
        wanted = query, frozenset(target.source for target in targets)
        if wanted == self._requested:
            return
        self._requested, self._problem = wanted, ""
        self.cancel()
        now_ns = self._clock()
        missing = [
            target
            for target in targets
            if (target.source, query) not in self._answers and now_ns >= self._next_try_ns.get(target.source, 0)
        ]
        if len(query) >= MIN_TYPED and missing:
            self._task = asyncio.ensure_future(self._search(query, missing))

    def cancel(self) -> None:
        """Cancel the requests that are not answered."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._searching.clear()

    def find(self, typed: str, source: Source) -> FeedIndex | None:
        """Return the answer for a text, or for the longest known beginning of it; ``None`` if there is none."""
        query = _query(typed)
        for length in range(len(query), MIN_TYPED - 1, -1):
            key = source, query[:length]
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key].searchable
        return None

    def exact_answer(self, typed: str, source: Source) -> Sequence[Instrument]:
        """Return the answer for exactly this text, which may have symbols that do not contain it."""
        answer = self._answers.get((source, _query(typed)))
        return () if answer is None else answer.instruments

    def instruments(self, source: Source) -> list[Instrument]:
        """Return all instruments that were found at a provider before."""
        return [one for (found_at, _), one in self._instruments.items() if found_at == source]

    def instrument(self, source: Source, symbol: str) -> Instrument | None:
        """Return an instrument that was found before."""
        return self._instruments.get((source, symbol))

    @property
    def status(self) -> str:
        """That providers are being searched, or why one of them cannot be, as a sentence; empty if neither is true."""
        if self._searching:
            return f"Searching {', '.join(dict.fromkeys(self._searching.values()))}…"
        return self._problem

    async def _search(self, query: str, targets: Iterable[SearchTarget]) -> None:
        """Send the requests for a text after a pause, to all hosts at the same time."""
        await asyncio.sleep(self._delay_s)
        by_host: dict[str, list[tuple[SearchTarget, FeedProtocol, HttpRequest]]] = {}
        for target in targets:
            with self._errors.contained("preparing a search for symbols"):
                try:
                    protocol = await in_thread(target.protocol)
                    request = protocol.search_request(query)
                except TickerError as error:
                    self._note_problem(target, str(error), _RETRY_S)
                    continue
                if request is not None:
                    host = urlsplit(request.url).netloc
                    by_host.setdefault(host, []).append((target, protocol, request))
                    self._searching[target.source] = target.title
        self._report()
        await asyncio.gather(*(self._search_host(query, searches) for searches in by_host.values()))

    async def _search_host(
        self, query: str, searches: Iterable[tuple[SearchTarget, FeedProtocol, HttpRequest]]
    ) -> None:
        for target, protocol, request in searches:
            with self._errors.contained("searching for symbols"):
                await self._search_one(query, target, protocol, request)
            self._searching.pop(target.source, None)
            self._report()

    async def _search_one(self, query: str, target: SearchTarget, protocol: FeedProtocol, request: HttpRequest) -> None:
        """Request one answer and keep it, or note why there is none."""
        limited = HttpRequest(request.url, request.headers, _REQUESTS_PER_SECOND)
        try:
            response = await self._get(limited, protocol.credentials)
            answer = await in_thread(partial(_decoded, protocol, response))  # it may be long
        except HistoryError as error:
            pause_s = _RETRY_S
            text = protocol.credentials.redact(str(error))
            if error.refusal is Refusal.RATE_LIMITED:
                pause_s = error.retry_after_s or _RETRY_S
                text = f"{text} {describe_pause(self._clock(), pause_s, 'It is searched')}"
                if self._on_limited is not None:
                    self._on_limited(limited, protocol.credentials, error.retry_after_s)
            self._note_problem(target, text, pause_s)
        else:
            self._stated.pop(target.source, None)
            self._answers[target.source, query] = answer
            while len(self._answers) > _MAX_ANSWERS:
                self._answers.popitem(last=False)
            if len(self._instruments) >= _MAX_INSTRUMENTS:
                self._instruments.clear()
            self._instruments.update({(target.source, one.symbol): one for one in answer.instruments})

    def _note_problem(self, target: SearchTarget, text: str, pause_s: float) -> None:
        """Note why a provider cannot be searched; the user sees it once, until a search succeeds."""
        self._next_try_ns[target.source] = self._clock() + int(pause_s * SECOND_NS)
        if target.source not in self._stated:
            self._stated[target.source] = text
            self._problem = f"{target.title} cannot be searched. {text}"
            _LOG.info("%s cannot be searched for symbols: %s", target.title, text)

    def _report(self) -> None:
        for changed in self.on_change:
            self._errors.guard(changed, "showing the symbols that were found")


def _decoded(protocol: FeedProtocol, response: HttpResponse) -> _Answer:
    """Return the first instruments in a response.

    Raises:
        HistoryError: the provider refused the request, or the response cannot be decoded.
    """
    try:
        instruments = clean_instruments(islice(protocol.decode_search(response), _MAX_PER_ANSWER))
    except FrameError as error:
        raise unreadable_error(protocol.title, response, error, "symbols") from error
    return _Answer(instruments, FeedIndex(instruments))


def _query(typed: str) -> str:
    return " ".join(typed.casefold().split())[:_MAX_TYPED]
