"""Backfills gaps: requests the trades that were missed while a feed was disconnected, one symbol after the other."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from itertools import filterfalse
from typing import Final, NamedTuple

import numpy as np

from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.events import Correction, Trade
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import BY_NAME, HOUR_NS, SECOND_NS
from ticker_gui.feeds.history import HistoryError, HistoryOffer, TradesQuery
from ticker_gui.formatting.numbers import counted
from ticker_gui.history.bar_loader import BarLoader, BarsRequest
from ticker_gui.history.past_data_client import PastDataClient
from ticker_gui.history.received_trades import ReceivedTrades, TradePoint, first_after, last_before
from ticker_gui.history.retries import Retries, pause
from ticker_gui.history.session_start import (
    LoadEarlier,
    first_trade,
    has_continued,
    query_between,
    restore_trades,
    restored_since,
)
from ticker_gui.market.backfills import Backfill, describe_backfill
from ticker_gui.market.held_trades import BAND
from ticker_gui.market.market import FeedMarket
from ticker_gui.market.symbol_state import SymbolState

_LOG: Final = logging.getLogger(__name__)
POLL_S: Final = 1.0
_SLICE_S: Final = 0.008  # of work per turn of the event loop
_MAX_QUEUED: Final = 1_000
_RETRIES_S: Final = (2.0, 10.0, 60.0)  # the pauses before a failed request is repeated
_MINUTE: Final = BY_NAME["1m"]
# The symbols that are not on charts: of how many the last session is continued, among how many of the first symbols,
# after how long a gap, and by how much slower than the provider's rate allows.
MAX_UNCHARTED: Final = 100
_MAX_UNCHARTED_SEARCHED: Final = 400
_MAX_UNCHARTED_GAP_NS: Final = HOUR_NS
_UNCHARTED_SLOWDOWN: Final = 4
_NOT_RECOGNIZED: Final = "The trades before and after it are not known."


class _Edge(NamedTuple):
    """What had been received of a symbol at the start of a gap: how many trades, and how many of them with an id.

    ``last`` is the last trade before it, and ``since`` the position of the first one that may be sent again.
    """

    state: SymbolState
    start_ns: int
    trades: int
    position: int
    last: TradePoint | None
    since: int


class _Job(NamedTuple):
    """A request for the trades of a gap. ``received`` are trades with ids around it, which may be sent again.

    Without a query, the trades at its ends are not known. ``since_ns`` is the time since which all trades before the
    gap are known, if that is not the time of the last one.
    """

    state: SymbolState
    gap: Gap
    query: TradesQuery | None = None
    received: ReceivedTrades | None = None
    since_ns: int | None = None


class Backfiller:
    """Backfills the gaps of one feed while it is connected and ``is_enabled``.

    `note_gap` is called when the connection is lost. `run` requests the trades once the first trade after the gap has
    arrived, and counts them as backfilled; ``on_added`` is called with each of them and the time, and with the
    corrections of them that arrived earlier; ``on_finished`` with the symbol and the result. Where the provider has no
    trades, its minute bars are requested.

    The time since the last session is a gap, too. ``load_earlier`` returns the last trades of that session for a symbol
    and the gap; those are counted, and then what was traded since is requested. Symbols on charts are first. Of the
    others, the first 100 follow slowly, if the gap is at most an hour and the provider has a list of trades; the gaps
    of the rest are filled when they are on a chart. The last session is not continued for symbols that were added after
    the feed had connected, because of those even more was missed.
    """

    def __init__(
        self, client: PastDataClient, market: FeedMarket, bars: BarLoader, clock: Clock, poll_s: float = POLL_S
    ) -> None:
        self.is_enabled = False
        self.on_added: Callable[[Trade | Correction, int], object] = lambda fact, received_ns: None
        self.on_finished: Callable[[SymbolState, Backfill], object] = lambda state, result: None
        self.load_earlier: LoadEarlier | None = None
        self._continued: dict[str, SymbolState] = {}  # after the last session
        self._uncharted = 0  # of these, those that were not on a chart
        self._poll_s: Final = poll_s  # between two searches for the first trade after a gap
        self._client: Final = client
        self._market: Final = market
        self._bars: Final = bars
        self._clock: Final = clock
        self._offer: HistoryOffer | None = None
        self._edges: dict[str, _Edge] = {}
        self._jobs: deque[_Job] = deque()
        self._is_working = False  # on a job
        self._refusal = ""  # why the provider has no past data for this key

    @property
    def is_pending(self) -> bool:
        """Whether a gap waits for its trades, or they are being requested."""
        return self._is_working or bool(self._edges or self._jobs)

    def is_pending_for(self, wire_symbol: str) -> bool:
        """Return whether a gap of a symbol waits for its trades, or they may be requested now."""
        waits = wire_symbol in self._edges or any(job.state.wire_symbol == wire_symbol for job in self._jobs)
        return self._offer is not None and (self._is_working or waits)

    def set_offer(self, offer: HistoryOffer | None) -> None:
        """Set what the provider offers; ``None`` while there is no connection."""
        self._offer = offer
        if offer is not None:
            self._refusal = ""

    def note_gap(self) -> None:
        """Note how much was received before a gap that has just begun. Gaps without a trade between them are one."""
        gaps = self._market.coverage.gaps
        if not self.is_enabled or not gaps or gaps[-1].end_ns is not None:
            return
        for state in self._market.states:
            if state.trades and state.wire_symbol not in self._edges:
                start_ns, position = gaps[-1].start_ns, state.ids.position
                edge = _Edge(state, start_ns, state.trades, position, *last_before(state, start_ns))
                self._edges[state.wire_symbol] = edge

    async def run(self) -> None:
        """Backfill until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._find_ends())
            tasks.create_task(self._work())

    async def _find_ends(self) -> None:
        """Find the symbols whose first trade after a gap has arrived, until cancelled."""
        while True:
            await asyncio.sleep(self._poll_s)
            await self._find_starts()
            stop_s = time.perf_counter() + _SLICE_S
            for symbol, edge in list(self._edges.items()) if self._offer is not None else ():
                gaps = self._market.coverage.gaps
                end_ns = gaps[-1].end_ns if gaps else None
                if end_ns is None:
                    break
                is_pending = self._edges.get(symbol) is edge  # otherwise the symbol was removed meanwhile
                if is_pending and len(self._jobs) < _MAX_QUEUED and (job := _job_of(edge, end_ns)) is not None:
                    del self._edges[symbol]
                    self._jobs.append(job)
                if time.perf_counter() > stop_s:
                    await asyncio.sleep(0)
                    stop_s = time.perf_counter() + _SLICE_S

    async def _find_starts(self) -> None:
        """Continue the last session: find the symbols whose first trade has arrived, those on charts first."""
        self.forget_removed()
        gap = self._market.coverage.gap_before_session
        if gap is None or self.load_earlier is None or self._offer is None or not self.is_enabled:
            return
        charted = [state for each in self._bars.requested_symbols if (state := self._market.find(each)) is not None]
        waiting = [state for state in charted if self._may_continue(state, gap)]
        for state in waiting or self._next_uncharted(gap):
            symbol = state.wire_symbol
            self._continued[symbol] = state
            earlier = await self.load_earlier(symbol, gap)
            if earlier and self._market.find(symbol) is state:
                query = query_between(state, gap, earlier, first_trade(state, gap))
                received = None
                if query is not None and state.ids.position:
                    received = ReceivedTrades(state, 0, query)
                    query = query if received.are_recognized else None
                await self._in_slices(symbol, restore_trades(state, gap, earlier))
                self._jobs.append(_Job(state, gap, query, received, restored_since(gap, earlier)))

    def forget_removed(self) -> None:
        """Forget the symbols that are no longer watched, so that their data is freed."""
        find = self._market.find
        self._continued = {symbol: state for symbol, state in self._continued.items() if find(symbol) is state}
        self._edges = {symbol: edge for symbol, edge in self._edges.items() if find(symbol) is edge.state}
        self._jobs = deque(filter(self._is_watched, self._jobs))

    def _may_continue(self, state: SymbolState, gap: Gap) -> bool:
        is_new = self._continued.get(state.wire_symbol) is not state
        return is_new and state.was_watched_at_start and has_continued(state, gap)

    def _next_uncharted(self, gap: Gap) -> list[SymbolState]:
        """Return the next symbol that is not on a chart and whose gap is filled nevertheless, if there is one."""
        if self._jobs or self._uncharted >= MAX_UNCHARTED or (gap.end_ns or 0) - gap.start_ns > _MAX_UNCHARTED_GAP_NS:
            return []
        first = self._market.states[:_MAX_UNCHARTED_SEARCHED]
        state = next((state for state in first if self._may_continue(state, gap)), None)
        if state is None:
            return []
        if not self._client.lists_trades(state.wire_symbol, gap.start_ns, gap.end_ns or gap.start_ns):
            self._uncharted = MAX_UNCHARTED
            return []
        self._uncharted += 1
        return [state]

    async def _in_slices(self, symbol: str, steps: Iterator[object]) -> None:
        """Run through steps without delaying the event loop."""
        stop_s = time.perf_counter() + _SLICE_S
        for _ in steps:
            if time.perf_counter() > stop_s:
                self._market.note_past_data(symbol, self._clock())
                await asyncio.sleep(0)
                stop_s = time.perf_counter() + _SLICE_S

    async def _work(self) -> None:
        """Backfill one gap after the other, until cancelled; symbols on charts are first."""
        while True:
            if self._offer is None or not self._jobs:
                await asyncio.sleep(self._poll_s)
                continue
            charted = self._bars.requested_symbols
            job = next((job for job in self._jobs if job.state.wire_symbol in charted), self._jobs[0])
            self._jobs.remove(job)
            if self._is_watched(job):
                self._is_working = True
                try:
                    await self._backfill(job)
                finally:
                    self._is_working = False
                slowdown = 1 if job.state.wire_symbol in charted else _UNCHARTED_SLOWDOWN
                await asyncio.sleep(slowdown / self._offer.requests_per_second if self._offer else 0.0)

    def _is_watched(self, job: _Job) -> bool:
        return self._market.find(job.state.wire_symbol) is job.state

    async def _backfill(self, job: _Job) -> None:
        """Backfill one gap, and note the result."""
        trades, reason = ([], _NOT_RECOGNIZED) if job.query is None else await self._request(job.query)
        if not self._is_watched(job):
            return
        added = 0 if job.query is None else await self._add(job, job.query, trades)
        if not reason and job.query is not None and (missing := _missing(job.state, job.query, trades)):
            reason = f"The provider's list lacks {counted(missing, 'trade')}."
        after_ns, before_ns = _period(job)
        result = Backfill(job.gap, after_ns, before_ns, added, reason)
        symbol = job.state.wire_symbol
        job.state.backfills.note(result)
        self.on_finished(job.state, result)
        if reason and job.gap.end_ns is not None:
            self._bars.add_request(BarsRequest(symbol, _MINUTE, job.gap.start_ns, job.gap.end_ns))
        self._market.note_past_data(symbol, self._clock())
        _LOG.info("Feed %s, %s: %s", self._market.name, job.state.symbol, describe_backfill(result, _utc))

    async def _request(self, query: TradesQuery) -> tuple[list[Trade], str]:
        """Return the trades of a gap, or why there are none; repeat the request after a failure or a demanded pause."""
        if isinstance(query.after_id, int) and query.before_id == query.after_id + 1:
            return [], ""
        retries = Retries(_RETRIES_S)
        while not self._refusal:
            if self._offer is None:  # disconnected again
                await asyncio.sleep(self._poll_s)
                continue
            try:
                return await self._client.trades(query), ""
            except HistoryError as error:
                if error.refusal.concerns_key:
                    self._refusal = str(error)
                if (pause_s := retries.next_pause_s(error)) is None:
                    return [], str(error)
                await pause(pause_s)
        return [], self._refusal

    async def _add(self, job: _Job, query: TradesQuery, trades: list[Trade]) -> int:
        """Count the trades of a gap that were not received live; return how many there were."""
        added, was_received = list[Trade](), _matcher(job.received, query)
        selects = self._offer is not None and self._offer.selects_trades

        def add() -> Iterator[None]:
            for trade in _plausible(job.state, filterfalse(was_received, trades)):
                # A trade that was sent before another one precedes it, unless times decide.
                before_ns = max(query.before_ns, (trade.time_ns or 0) + 1) if selects else query.before_ns
                if (corrections := job.state.add_backfilled(trade, before_ns)) is not None:
                    added.append(trade)
                    self.on_added(trade, self._clock())
                    for correction in corrections:
                        self.on_added(correction, self._clock())
                yield

        await self._in_slices(query.symbol, add())
        return len(added)


def _job_of(edge: _Edge, end_ns: int) -> _Job | None:
    """Return the request for the trades of a gap; ``None`` if the first trade after it has not arrived yet."""
    state = edge.state
    if state.ids.position == edge.position:
        return None if state.trades == edge.trades else _job_without_ids(edge, end_ns)
    first, gap = first_after(state, end_ns, edge.position), Gap(edge.start_ns, end_ns)
    if first is None:
        return None
    if edge.last is None:
        return _Job(state, gap)
    (after_ns, after_id), (before_ns, before_id) = edge.last, first
    if after_id is not None and before_id is not None and before_id <= after_id:  # the numbering began again
        after_id = before_id = None
    query = TradesQuery(state.wire_symbol, after_ns, before_ns, after_id, before_id)
    received = ReceivedTrades(state, edge.since, query)
    return _Job(state, gap, query, received) if received.are_recognized else _Job(state, gap)


def _job_without_ids(edge: _Edge, end_ns: int) -> _Job | None:
    """Return the request for the trades between the times of two trades, if none was received between them."""
    state, gap, times_ns = edge.state, Gap(edge.start_ns, end_ns), edge.state.tape.times_ns
    after = int(np.searchsorted(times_ns, edge.start_ns, side="right")) - 1
    if not len(times_ns) or times_ns[-1] < end_ns:
        return None
    if after < 0 or times_ns[after + 1] < end_ns:
        return _Job(state, gap)
    return _Job(state, gap, TradesQuery(state.wire_symbol, int(times_ns[after]), int(times_ns[after + 1])))


def _period(job: _Job) -> tuple[int, int]:
    """Return the time of which all trades are known if a request succeeds: the gap, and all between two trades."""
    start_ns, end_ns = job.gap.start_ns, job.gap.end_ns or job.gap.start_ns
    if job.query is None:
        return start_ns, end_ns
    after_ns = job.query.after_ns if job.since_ns is None else min(job.query.after_ns, job.since_ns)
    return min(start_ns, after_ns), max(end_ns, job.query.before_ns)


def _matcher(received: ReceivedTrades | None, query: TradesQuery) -> Callable[[Trade], bool]:
    """Return a predicate: whether a trade was received before; without ids, whether it is not between the two."""
    if received is not None:
        return received.matcher()
    return lambda trade: trade.time_ns is None or not query.after_ns < trade.time_ns < query.before_ns


def _plausible(state: SymbolState, trades: Iterable[Trade]) -> Iterator[Trade]:
    """Yield trades without prices that are far from those before and after."""
    previous = state.last
    for trade in trades:
        if any(_is_near(trade.price, price) for price in (previous, state.last)):
            previous = trade.price
            yield trade


def _is_near(price: float, known: float | None) -> bool:
    """Return whether a price is plausible next to a known one. Those of spreads may be negative."""
    if known is None or known <= 0.0:
        return True
    return known <= price * BAND <= known * BAND**2


def _missing(state: SymbolState, query: TradesQuery, trades: list[Trade]) -> int:
    """Return how many trades are missing in a list if the ids are numbers without gaps."""
    after, before = query.after_id, query.before_id
    if not (state.ids.is_sequential and isinstance(after, int) and isinstance(before, int)):
        return 0
    return max(0, before - after - 1 - len(trades))


def _utc(time_ns: int) -> str:
    return f"{local_time(time_ns // SECOND_NS, UTC):%H:%M}"
