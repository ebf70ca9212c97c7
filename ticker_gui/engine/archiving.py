"""Recording into the archive: trades as they arrive; quotes, statistics, bars and gaps a few seconds later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final, Protocol

import numpy as np

from ticker_gui.archive.archive import Archive
from ticker_gui.archive.records import (
    BACKFILLED,
    BarsRecord,
    DayRecord,
    GapRecord,
    LoadedRange,
    QuoteRecord,
    RecordedUntil,
)
from ticker_gui.bars.bar_columns import CLOSE, HIGH, LOW, OPEN, START, VOLUME
from ticker_gui.bars.day_numbers import day_numbers
from ticker_gui.bars.gaps import NO_CONNECTION, NOT_RUNNING, Gap, Gaps
from ticker_gui.bars.provided_bars import BarSource, ProvidedBars, from_columns
from ticker_gui.bars.stored_bars import add_stored
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.events import Bar, Correction, Fact, Trade
from ticker_gui.domain.timeframe import DAY_NS, HOUR_NS, MINUTE, MINUTE_NS, NEVER_NS, Timeframe
from ticker_gui.engine.earlier_session import MAX_TRADES, as_gaps, last_trades
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.taps import Taps
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.market import Market
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.symbol_state import SymbolState

_STEP_S: Final = 0.05
_RESTART_S: Final = 1.0  # after an unexpected exception
_STEPS_PER_ROUND: Final = 200  # each symbol is visited once per round, every ten seconds
_RESTORED_NS: Final = 2 * DAY_NS  # of minute bars
_MISSED: Final = "The provider did not send all trades."


class ArchivedEngine(Protocol):
    """What the recorder needs of the engine."""

    market: Market
    clock: Clock
    feeds: dict[str, EngineFeed]

    @property
    def taps(self) -> Taps[EngineFeed]:
        """The callbacks for facts, frames and states."""


class _Visited:
    """What was stored of a symbol at the last visit."""

    def __init__(self, state: SymbolState) -> None:
        self.state: Final = state
        self.version = -1
        self.bars_from_ns = NEVER_NS  # the start of the newest bar that was stored
        self.gaps = Gaps()
        self.results: Sequence[Backfill] = ()


class ArchiveRecorder:
    """Stores what the feeds deliver, except those of simulated markets, and restores what earlier runs have stored.

    Unexpected exceptions are counted in ``errors``.
    """

    def __init__(self, engine: ArchivedEngine, archive: Archive, errors: InternalErrors | None = None) -> None:
        self._engine: Final = engine
        self.archive: Final = archive
        self._visited: dict[tuple[str, str], _Visited] = {}
        self._attached: dict[str, EngineFeed] = {}
        self._gaps: dict[str, Gaps] = {}  # by feed: those that are stored
        self._marked: set[str] = set()  # the feeds of which a trade was stored
        self._gaps_restored: dict[str, EngineFeed] = {}  # the feeds whose earlier gaps are known
        self._recorded_until_ns: dict[str, int] = {}  # by name of a feed: in this run
        self._replaced_ns: dict[str, int | None] = {}  # by name: until when the feed before it was recorded
        self._errors: Final = errors or InternalErrors("the archive")

    async def run(self, received: Iterable[tuple[EngineFeed, Fact, int]] = ()) -> None:
        """Record until cancelled, beginning with facts that were received before."""
        self._engine.taps.facts.add(self._on_fact)
        for fact in received:
            self._on_fact(*fact)
        storing = asyncio.create_task(self.archive.run(), name="archive")
        restoring = asyncio.create_task(self._restore_all(), name="stored bars")
        try:
            while True:
                with self._errors.contained("recording"):
                    for portion in self._round():
                        for feed, state in portion:
                            self._visit(feed, state)
                        await asyncio.sleep(_STEP_S)
                    self._visit_feeds()
                    continue
                await asyncio.sleep(_RESTART_S)  # a bug may have occurred before any other wait
        finally:
            self._engine.taps.facts.remove(self._on_fact)
            restoring.cancel()
            self._errors.guard(self.finish, "recording the last values")
            storing.cancel()
            await asyncio.wait((storing, restoring))

    def finish(self) -> None:
        """Record what has changed since the last visits."""
        for feed in self._recorded_feeds():
            for state in feed.market.states:
                self._visit(feed, state)
        self._visit_feeds()

    def _on_fact(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        if (type(fact) is Trade or type(fact) is Correction) and not feed.kind.is_simulated:
            name = feed.settings.name
            if name not in self._marked:  # in the batch of the first trade, so that no kill can separate them
                self._marked.add(name)
                self.archive.record(RecordedUntil(name, received_ns - feed.market.coverage.exchange_lag_ns))
            self.archive.record_trade(name, fact, feed.market.coverage.exchange_time(received_ns))
            if type(fact) is Correction:
                self._note_bars_changed(name, fact.symbol, fact.original_time_ns)

    def _recorded_feeds(self) -> list[EngineFeed]:
        return [feed for feed in self._engine.feeds.values() if not feed.kind.is_simulated]

    def _round(self) -> Iterator[Sequence[tuple[EngineFeed, SymbolState]]]:
        """Yield all symbols in portions; meanwhile record what concerns whole feeds, once per second."""
        self._forget_removed()
        states = [(feed, state) for feed in self._recorded_feeds() for state in feed.market.states]
        per_step = -(-len(states) // _STEPS_PER_ROUND)
        for step in range(_STEPS_PER_ROUND):
            if step % int(1 / _STEP_S) == 0:
                self._visit_feeds()
            yield states[step * per_step : (step + 1) * per_step]

    def _forget_removed(self) -> None:
        """Forget the symbols and feeds that are no longer watched, so that their data is freed."""
        market, feeds = self._engine.market, self._engine.feeds
        self._visited = {key: visited for key, visited in self._visited.items() if market.holds(visited.state)}
        self._attached = {name: feed for name, feed in self._attached.items() if feeds.get(name) is feed}
        self._gaps_restored = {name: feed for name, feed in self._gaps_restored.items() if feeds.get(name) is feed}

    # Feeds

    def _visit_feeds(self) -> None:
        """Store until when each feed has been recorded, and its new gaps."""
        for feed in self._recorded_feeds():
            if self._attached.get(feed.name) is not feed:
                self._attached[feed.name] = feed
                self._replaced_ns[feed.name] = self._recorded_until_ns.get(feed.name)
                self._attach(feed)
            coverage = feed.market.coverage
            if coverage.is_connected and coverage.was_connected:
                until_ns = feed.complete_until_ns - coverage.exchange_lag_ns
                self._recorded_until_ns[feed.name] = max(until_ns, self._recorded_until_ns.get(feed.name, 0))
                self.archive.record(RecordedUntil(feed.name, until_ns))
            if coverage.gaps is not self._gaps.get(feed.name):
                self._record_gaps(feed, self._gaps.get(feed.name, ()))
                self._gaps[feed.name] = coverage.gaps

    def _attach(self, feed: EngineFeed) -> None:
        """Store the past data that a feed loads, and let it use what is stored."""
        feed.past.bars.on_loaded = partial(self._record_bars, feed)
        feed.past.bars.set_store(partial(self.archive.load_stored_bars, feed.name))
        feed.past.backfill.on_added = partial(self._record_backfilled, feed)
        feed.past.backfill.load_earlier = partial(self._load_earlier, feed.name)

    def _record_gaps(self, feed: EngineFeed, stored: Sequence[Gap]) -> None:
        for gap in feed.market.coverage.gaps:
            if gap.end_ns is not None and gap not in stored:
                self.archive.record(GapRecord(feed.name, "", gap.start_ns, gap.end_ns, gap.missed, _reason(gap)))

    # Symbols

    def _visit(self, feed: EngineFeed, state: SymbolState) -> None:
        """Store what has changed since the last visit of a symbol."""
        key = state.feed, state.wire_symbol
        visited = self._visited.get(key)
        if visited is None or visited.state is not state:
            visited = self._visited[key] = _Visited(state)
        if visited.version == state.version or state.received_ns is None:
            return
        visited.version = state.version
        now_ns = self._engine.clock()
        if state.bid is not None or state.ask is not None:
            self.archive.record(QuoteRecord(*key, now_ns, state.bid, state.bid_size, state.ask, state.ask_size))
        day = state.day
        stats = day.open, day.high, day.low, day.previous_close, day.volume
        last_ns = state.provider_last_ns if state.is_last_from_provider else state.last_ns
        self.archive.record(DayRecord(*key, now_ns, *stats, state.last, None if state.last is None else last_ns))
        for gap in state.gaps if state.gaps is not visited.gaps else ():
            if gap.end_ns is not None and gap not in visited.gaps:
                self.archive.record(GapRecord(*key, gap.start_ns, gap.end_ns, gap.missed, _MISSED))
        visited.gaps = state.gaps
        if state.backfills.results is not visited.results:
            self._record_backfills(state, visited)
        self._record_minutes(visited, feed.complete_until_ns - state.coverage.exchange_lag_ns)

    def _record_backfills(self, state: SymbolState, visited: _Visited) -> None:
        """Store which gaps of a symbol were backfilled, and why others were not."""
        for result in state.backfills.results:
            gap = result.gap
            if gap.end_ns is not None and result not in visited.results:
                reason = f"{_reason(gap)} {result.reason or BACKFILLED}"
                record = GapRecord(state.feed, state.wire_symbol, gap.start_ns, gap.end_ns, gap.missed, reason)
                self.archive.record(record)
                self._note_bars_changed(state.feed, state.wire_symbol, result.after_ns)
        visited.results = state.backfills.results

    def _record_minutes(self, visited: _Visited, complete_until_ns: int) -> None:
        """Store the minute bars since the last visit. One of which more trades may arrive, or were missed, is partial.

        A bar that was once stored as complete is not replaced by a partial one.
        """
        history, state = visited.state.bars, visited.state
        history.aggregate_pending()
        starts = history.minutes.column(START)
        first = int(np.searchsorted(starts, visited.bars_from_ns))
        if first == len(starts):
            return
        starts = starts[first:].copy()
        columns = [history.minutes.column(column)[first:].copy() for column in (OPEN, HIGH, LOW, CLOSE, VOLUME)]
        sources = history.missing_data.sources(starts, starts + MINUTE_NS)
        sources[starts + MINUTE_NS > complete_until_ns] = BarSource.PARTIAL
        visited.bars_from_ns = int(starts[-1])
        bars = from_columns([starts, *columns, sources])
        bars = bars.where(np.isfinite(bars.close))
        self.archive.record(BarsRecord(state.feed, state.wire_symbol, MINUTE.name, bars))

    def _record_bars(
        self, feed: EngineFeed, symbol: str, timeframe: Timeframe, bars: Iterable[Bar], covered: tuple[int, int]
    ) -> None:
        """Store bars that were loaded from the provider, and the time of which these are all bars."""
        if feed.kind.is_simulated:  # as its relay has reported meanwhile
            return
        now_ns = self._engine.clock()
        start_ns, end_ns = covered[0], timeframe.start_of(min(covered[1], now_ns))
        if start_ns < end_ns:
            dates = timeframe.date_of(start_ns), timeframe.date_of(end_ns)
            self.archive.record(LoadedRange(feed.name, symbol, timeframe.name, *dates))
        loaded = ProvidedBars()
        loaded.add(timeframe, [bar for bar in bars if timeframe.end_of(bar.start_ns) <= now_ns])
        columns = loaded.read(timeframe)
        if timeframe.consists_of_days:
            columns = columns._replace(start_ns=day_numbers(columns.start_ns, timeframe.days) * DAY_NS)
        self.archive.record(BarsRecord(feed.name, symbol, timeframe.name, columns))

    def _record_backfilled(self, feed: EngineFeed, fact: Trade | Correction, received_ns: int) -> None:
        """Store a trade that was requested after a gap, or its correction; its bar is stored again."""
        if not feed.kind.is_simulated:
            arrived_ns = feed.market.coverage.exchange_time(received_ns)
            self.archive.record_trade(feed.name, fact, arrived_ns, is_backfilled=True)
            self._note_bars_changed(feed.name, fact.symbol, fact.time_ns)

    def _note_bars_changed(self, feed: str, symbol: str, time_ns: int | None) -> None:
        """Store the bars from a time on again at the next visit of a symbol, or those of the last hour."""
        visited = self._visited.get((feed, symbol))
        if visited is not None and visited.bars_from_ns > 0:
            first_ns = visited.bars_from_ns - HOUR_NS if time_ns is None else MINUTE.start_of(time_ns)
            visited.bars_from_ns = min(visited.bars_from_ns, first_ns)

    # Earlier runs

    async def _restore_all(self) -> None:
        """Restore every symbol, also those that are added later: the last values of all, and then the bars of each."""
        restored: dict[str, set[SymbolState]] = {}
        while True:
            with self._errors.contained("restoring bars"):
                feeds = self._recorded_feeds()
                restored = {
                    feed.name: restored.get(feed.name, set()).intersection(feed.market.states) for feed in feeds
                }
                for feed in feeds:
                    is_attached = self._attached.get(feed.name) is feed
                    if is_attached and self._gaps_restored.get(feed.name) is not feed:
                        await self._restore_gaps(feed)
                        self._gaps_restored[feed.name] = feed
                    await self._remember(feed, [one for one in feed.market.states if one not in restored[feed.name]])
                for feed in feeds:
                    for state in feed.market.states:
                        if state not in restored[feed.name]:
                            restored[feed.name].add(state)
                            await self._restore(state)
            await asyncio.sleep(1.0)

    async def _remember(self, feed: EngineFeed, states: Sequence[SymbolState]) -> None:
        """Set the last known values of symbols that have not received data yet, all at once."""
        waiting = [(state.feed, state.wire_symbol) for state in states if state.received_ns is None]
        if not waiting:
            return
        for (_, symbol), (day, quote) in (await self.archive.load_last(waiting)).items():
            if day is not None:
                bid, ask = (None, None) if quote is None or day.last is not None else (quote.bid, quote.ask)
                stats = day.open, day.high, day.low, day.previous_close, day.volume
                values = RememberedValues(day.time_ns, day.last, day.last_ns, *stats, bid, ask)
                feed.market.remember(symbol, values, self._engine.clock())

    async def _restore_gaps(self, feed: EngineFeed) -> None:
        """Restore the gaps of a feed in earlier runs, and the one since the last of them.

        If a feed of this name was removed or changed in this run, the last gap is the one since then.
        """
        until_ns, reason = self._replaced_ns[feed.name], ""
        if until_ns is None:
            until_ns, reason = await self.archive.load_recorded_until(feed.name), NOT_RUNNING
        if until_ns is not None:
            earlier = as_gaps(await self.archive.load_gaps(feed.name, "", 0, until_ns))
            feed.market.coverage.restore(earlier, until_ns, reason)
            self._gaps[feed.name] = Gaps((*earlier, *self._gaps.get(feed.name, ())))
            self._engine.market.wake()

    async def _load_earlier(self, feed: str, symbol: str, gap: Gap) -> Sequence[Trade]:
        """Return the last trades of the session before a gap."""
        end_ns = gap.start_ns if gap.end_ns is None else gap.end_ns
        stored = await self.archive.load_trades(feed, symbol, MAX_TRADES, end_ns)
        return await asyncio.to_thread(last_trades, symbol, stored, gap)

    async def _restore(self, state: SymbolState) -> None:
        """Add the stored minute bars of a symbol to its provided bars, and the gaps of this symbol only."""
        now_ns = self._engine.clock()
        key = state.feed, state.wire_symbol
        stored = await self.archive.load_stored_bars(*key, MINUTE, now_ns - _RESTORED_NS, now_ns)
        add_stored(state.bars.provided, stored)
        gaps = [gap for gap in await self.archive.load_gaps(*key, 0, now_ns) if gap.symbol]
        filled = as_gaps(gap for gap in gaps if gap.is_backfilled)
        unfilled = [gap for gap in gaps if not gap.is_backfilled]
        missed = as_gaps(gap for gap in unfilled if gap.missed)
        state.backfills.restore(missed, filled, as_gaps(gap for gap in unfilled if not gap.missed))


def _reason(gap: Gap) -> str:
    return gap.reason or NO_CONNECTION
