"""Decides which past bars are requested, and when: only what charts show, newest first, and nothing twice."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from ticker_gui.bars.bar_history import BarHistory
from ticker_gui.bars.provided_bars import ProvidedBars
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.events import Bar, Refusal
from ticker_gui.domain.timeframe import SECOND_NS, Timeframe
from ticker_gui.feeds.history import BarsQuery, HistoryError, HistoryOffer
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.limits import describe_pause
from ticker_gui.history.paging import EARLIEST_NS, EmptyPages, base_of, oldest_offered
from ticker_gui.history.past_data_client import PastDataClient
from ticker_gui.history.retries import rate_pause_s
from ticker_gui.history.stored_loading import LoadStored, RangesOfBars, StoredLoading

_FIRST_RETRY_S: Final = 5.0
_LONGEST_RETRY_S: Final = 300.0
_MAX_FAILURES: Final = 10
_MAX_ADDED: Final = 200
_INTERNAL: Final = "Could not load past bars because of an internal error. Details are in the log."
_CLOSING_DELAY_NS: Final = 3 * SECOND_NS  # until a provider has the final values of a bar
_LATE_DELAYS_NS: Final = (10 * SECOND_NS, 30 * SECOND_NS)  # after the end of a bar that the provider does not have yet


OnLoaded: TypeAlias = Callable[[str, Timeframe, Sequence[Bar], tuple[int, int]], object]


class BarsRequest(NamedTuple):
    """Bars that a chart shows: those of ``timeframe`` in ``start_ns <= time < end_ns``.

    ``symbol`` is in the provider's notation.
    """

    symbol: str
    timeframe: Timeframe
    start_ns: int
    end_ns: int


class LoadStatus(NamedTuple):
    """Whether bars of a symbol are being loaded, and why not all of them can be, as a sentence and its kind."""

    is_loading: bool = False
    problem: str = ""
    refusal: Refusal | None = None


_Problem: TypeAlias = tuple[str, Refusal]


class _Progress(RangesOfBars):
    """What was requested of the bars of one symbol in one timeframe."""

    def __init__(self, provided: ProvidedBars) -> None:
        super().__init__(provided)
        self.oldest_ns = EARLIEST_NS  # there are no bars before
        self.empty = EmptyPages()
        # When to request each bar again that was forming or late, by its start; then the starts of those that are due.
        self.again_ns: dict[int, int] = {}
        self.reopened: set[int] = set()


class BarLoader:
    """Loads the past bars of the symbols of one feed that are on charts.

    `set_requests` states what the charts show; `run` loads it. The bars are added to the history that ``find_history``
    returns for a symbol, ``None`` for one that is no longer watched. ``on_change`` is called with the symbol before
    and after each request. ``exchange_clock`` decides which bars have closed; it may differ from ``clock``, which
    measures pauses.
    """

    def __init__(
        self,
        client: PastDataClient,
        find_history: Callable[[str], BarHistory | None],
        clock: Clock,
        on_change: Callable[[str], object] = lambda symbol: None,
        exchange_clock: Clock | None = None,
    ) -> None:
        self._client: Final = client
        self._find_history: Final = find_history
        self._clock: Final = clock
        self._exchange_clock: Final = exchange_clock or clock
        self._on_change: Final = on_change
        self.on_loaded: OnLoaded = lambda symbol, timeframe, bars, covered: None
        self._stored: Final = StoredLoading()
        self._offer: HistoryOffer | None = None
        self._requests: Sequence[BarsRequest] = ()
        self._added: deque[BarsRequest] = deque(maxlen=_MAX_ADDED)
        self._progress: dict[tuple[str, str], _Progress] = {}
        self._problems: dict[str, _Problem] = {}  # by symbol; of all symbols under ""
        self._loading: tuple[BarsRequest, asyncio.Task[None]] | None = None
        self._changed = asyncio.Event()
        self._retry_ns = 0  # nothing is requested before
        self._failure: _Problem | None = None  # why nothing is requested until then
        self._failures = 0
        self._credentials: Credentials | None = None

    def set_offer(self, offer: HistoryOffer | None, credentials: Credentials | None = None) -> None:
        """Set what the provider offers; ``None`` while there is no connection.

        What was refused before is requested again only with other credentials, and what failed without a connection
        as soon as there is one.
        """
        if offer is not None and credentials != self._credentials:
            self._credentials = credentials
            self._problems.clear()
        if self._offer is None and self._failure is not None and self._failure[1] is Refusal.OFFLINE:
            self._retry_ns = 0
        self._offer = offer
        self._changed.set()

    def set_store(self, load: LoadStored | None) -> None:
        """Set what reads the stored bars, which are used before others are requested, also without a connection."""
        self._stored.load = load
        self._changed.set()

    def set_requests(self, requests: Sequence[BarsRequest]) -> None:
        """State what the charts show. A request for bars that are no longer shown is cancelled."""
        if requests == self._requests:
            return
        self._requests = requests
        if self._loading is not None:
            request, task = self._loading
            others = (*requests, *self._added)
            if not any((other.symbol, other.timeframe) == (request.symbol, request.timeframe) for other in others):
                task.cancel()
        self._changed.set()

    def add_request(self, request: BarsRequest) -> None:
        """Request bars of a gap, or that alerts need, after those that charts show; of more than 200, the newest."""
        self._added.append(request)
        self._changed.set()

    @property
    def requested_symbols(self) -> set[str]:
        """The symbols on charts."""
        return {request.symbol for request in self._requests}

    def status(self, symbol: str) -> LoadStatus:
        """Return the state of the past bars of a symbol."""
        is_loading = self._loading is not None and self._loading[0].symbol == symbol
        problem = self._problems.get(symbol) or self._problems.get("") or self._failure
        return LoadStatus(is_loading) if problem is None else LoadStatus(is_loading, *problem)

    def retry(self) -> None:
        """Repeat a failed request at once, unless the provider demands a pause."""
        if self._failure is not None and self._failure[1] is not Refusal.RATE_LIMITED:
            self._retry_ns = 0
            self._changed.set()

    async def run(self) -> None:
        """Load what is requested until cancelled."""
        while True:
            self._changed.clear()
            now_ns = self._exchange_clock()
            if await self._add_stored(now_ns):
                continue
            found = None if self._clock() < self._retry_ns else self._next_query(now_ns)
            if found is None:
                await self._wait()
                continue
            request, base, query = found
            task = asyncio.ensure_future(self._load(base, query))
            self._loading = request, task
            self._on_change(request.symbol)
            try:
                await asyncio.wait((task,))
            finally:
                self._loading = None
                task.cancel()
            self._on_change(request.symbol)
            if not task.cancelled() and (error := task.exception()) is not None:
                self._note_failure(query, HistoryError(_INTERNAL))  # the same bug is likely to happen again
                raise error

    async def _add_stored(self, now_ns: int) -> bool:
        """Add stored bars for the first request of which some were not read yet; return whether there was one."""
        for request in (*self._requests, *self._added):
            if (history := self._find_history(request.symbol)) is None:
                continue
            symbol, timeframe, *period = request
            part = self._stored.missing(symbol, timeframe, (period[0], period[1]), history.provided)
            if part is not None:
                await self._stored.add(symbol, timeframe, part, history.provided, now_ns)
                self._on_change(symbol)
                return True
        return False

    async def _wait(self) -> None:
        """Wait until the requests change, a pause ends, or a bar that was forming or late can be requested again."""
        pause_ns = self._retry_ns - self._clock()
        waits_ns = [pause_ns] if pause_ns > 0 else [time - self._exchange_clock() for time in self._closing_times()]
        delay_s = min(waits_ns) / SECOND_NS if waits_ns else None
        try:
            async with asyncio.timeout(None if delay_s is None else max(delay_s, 0.1)):
                await self._changed.wait()
        except TimeoutError:
            pass

    def _closing_times(self) -> list[int]:
        """Return when the final values of the bars that are shown and were forming or late can be requested."""
        times = list[int]()
        for request, base, _ in self._possible_requests():
            progress = self._progress.get((request.symbol, base.name))
            if progress is not None:
                times += progress.again_ns.values()
        return times

    def _possible_requests(self) -> Iterator[tuple[BarsRequest, Timeframe, BarHistory]]:
        """Yield the requests that the provider may answer, each with its timeframe and the history of its symbol."""
        if self._offer is None or "" in self._problems:
            return
        for request in (*self._requests, *self._added):
            base, history = base_of(self._offer, request.timeframe), self._find_history(request.symbol)
            if base is not None and history is not None and request.symbol not in self._problems:
                yield request, base, history

    def _next_query(self, now_ns: int) -> tuple[BarsRequest, Timeframe, BarsQuery] | None:
        """Return the next query and its timeframe: the newest part of the first request that is not complete."""
        for request, base, history in self._possible_requests():
            progress = self._progress_of(request.symbol, base, history.provided)
            self._reopen_closed(progress, base, now_ns)
            page = self._missing_page(request, base, progress, history, now_ns)
            if page is not None:
                return request, base, BarsQuery(request.symbol, base.name, *page)
        return None

    def _progress_of(self, symbol: str, base: Timeframe, provided: ProvidedBars) -> _Progress:
        progress = self._progress.get((symbol, base.name))
        if progress is None or not progress.is_of(provided):
            self._progress = {key: one for key, one in self._progress.items() if one.is_needed}
            progress = self._progress[symbol, base.name] = _Progress(provided)
        return progress

    def _reopen_closed(self, progress: _Progress, base: Timeframe, now_ns: int) -> None:
        """Request bars again that have closed since they were requested, unless all their trades were received."""
        for start_ns in [start_ns for start_ns, at_ns in progress.again_ns.items() if now_ns >= at_ns]:
            progress.ranges.remove(start_ns, base.end_of(start_ns))
            progress.reopened.add(start_ns)
            del progress.again_ns[start_ns]

    def _missing_page(
        self, request: BarsRequest, base: Timeframe, progress: _Progress, history: BarHistory, now_ns: int
    ) -> tuple[int, int] | None:
        """Return the newest part of a request that was neither asked for before nor received; one page at most."""
        offer = self._offer
        assert offer is not None
        known = progress.ranges.copy()
        for start_ns, end_ns in history.provided.complete(base):
            known.add(start_ns, end_ns)
        for start_ns in progress.reopened:  # the provider had no bar there, but may have one now
            known.remove(start_ns, base.end_of(start_ns))
        for start_ns, end_ns in history.received(base):
            known.add(start_ns, end_ns)
        start_ns = max(base.start_of(request.start_ns), progress.oldest_ns, oldest_offered(offer, base, now_ns))
        end_ns = min(base.end_of(base.start_of(request.end_ns - 1)), base.end_of(base.start_of(now_ns)))
        missing = known.missing(start_ns, end_ns)
        if not missing:
            return None
        first_ns, last_ns = missing[-1]
        earliest_ns = base.step(base.start_of(last_ns - 1), 1 - offer.bars_per_request)
        return max(base.start_of(first_ns), earliest_ns), last_ns

    async def _load(self, base: Timeframe, query: BarsQuery) -> None:
        """Load one page, and note the reason if that fails."""
        sent_ns = self._exchange_clock()
        try:
            bars = await self._client.bars(query, base.days)
        except HistoryError as error:
            self._note_failure(query, error)
            return
        self._failures, self._failure = 0, None
        progress = self._progress[query.symbol, query.timeframe]
        progress.ranges.add(query.start_ns, query.end_ns)
        progress.reopened -= {start_ns for start_ns in progress.reopened if query.start_ns <= start_ns < query.end_ns}
        progress.again_ns.update(_unfinished(base, query, bars, sent_ns))
        if progress.empty.note(query, has_bars=bool(bars)):
            progress.oldest_ns = query.end_ns
        history = self._find_history(query.symbol)
        if history is not None:
            covered = query.start_ns, min(query.end_ns, sent_ns)
            history.provided.add(base, bars, covered)
            self.on_loaded(query.symbol, base, bars, covered)
        self._pause(1.0 / self._offer.requests_per_second if self._offer else 0.0)

    def _note_failure(self, query: BarsQuery, error: HistoryError) -> None:
        self._failure = None
        match error.refusal:
            case Refusal.NOT_OFFERED | Refusal.KEY_REFUSED:
                self._problems[""] = str(error), error.refusal
            case Refusal.UNKNOWN_SYMBOL:
                self._problems[query.symbol] = str(error), error.refusal
            case Refusal.OUT_OF_RANGE:
                self._progress[query.symbol, query.timeframe].oldest_ns = query.end_ns
            case Refusal.RATE_LIMITED:
                pause_s = rate_pause_s(error)
                until = describe_pause(self._clock(), pause_s, "Past bars are requested")
                self._failure = f"{error} {until}", error.refusal
                self._pause(pause_s)
            case Refusal.FAILED | Refusal.OFFLINE:
                self._failure = str(error), error.refusal
                self._pause(min(_FIRST_RETRY_S * 2**self._failures, _LONGEST_RETRY_S))
                self._failures = min(self._failures + 1, _MAX_FAILURES)

    def _pause(self, seconds: float) -> None:
        self._retry_ns = self._clock() + int(seconds * SECOND_NS)


def _unfinished(base: Timeframe, query: BarsQuery, bars: Sequence[Bar], sent_ns: int) -> Iterator[tuple[int, int]]:
    """Yield the start of each bar that was not final when its request was sent, and when to request it again.

    That is the forming bar, and the one before it if the provider does not have it yet, unless it is old enough for it
    to be certain that nothing was traded.
    """
    forming_ns = base.start_of(sent_ns)
    if query.end_ns > sent_ns:
        yield forming_ns, base.end_of(forming_ns) + _CLOSING_DELAY_NS
    late_ns = base.start_of(forming_ns - 1)
    end_ns = base.end_of(late_ns)
    if query.start_ns <= late_ns < query.end_ns and all(bar.start_ns != late_ns for bar in bars):
        yield from [(late_ns, end_ns + delay_ns) for delay_ns in _LATE_DELAYS_NS if end_ns + delay_ns > sent_ns][:1]
