"""The closed minute bars of a feed that are complete and not published yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ticker_gui.bars.bar_columns import CLOSE, HIGH, LOW, OPEN, START, VOLUME
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS
from ticker_gui.market.symbol_state import SymbolState

_NEWEST: Final = 120  # minutes that are looked at: those before may have been backfilled
_LATE_NS: Final = 2_000_000_000  # trades of a minute may arrive this much after its end


class MinuteBars:
    """Yields each closed minute bar of a symbol once, when all of its trades were received."""

    def __init__(self) -> None:
        self._published: dict[tuple[str, str], set[int]] = {}

    def note_provided(self, feed: str, bar: Bar) -> bool:
        """Note a bar of the provider; return whether it is a closed minute bar, to be published."""
        if bar.timeframe != MINUTE.name or not bar.is_closed:
            return False
        starts = self._starts(feed, bar.symbol)
        starts.add(bar.start_ns)
        if len(starts) > 2 * _NEWEST:  # a symbol without trades, of which no bars are built
            starts.intersection_update(sorted(starts)[-_NEWEST:])
        return True

    def new_bars(self, state: SymbolState, now_ns: int) -> Iterator[Bar]:
        """Yield the bars of a symbol that were built from its trades, oldest first."""
        history = state.bars
        history.aggregate_pending()
        ring = history.minutes
        starts = ring.column(START)[-_NEWEST:].copy()
        starts = starts[starts + MINUTE_NS + _LATE_NS <= now_ns]
        if not len(starts):
            return
        published = self._starts(state.feed, state.wire_symbol)
        first = int(np.searchsorted(ring.column(START), starts[0]))
        columns = [ring.column(column)[first : first + len(starts)] for column in (OPEN, HIGH, LOW, CLOSE, VOLUME)]
        complete = history.missing_data.sources(starts, starts + MINUTE_NS) <= BarSource.BACKFILLED
        for at in np.flatnonzero(complete):
            start_ns = int(starts[at])
            if start_ns not in published and np.isfinite(columns[0][at]):
                published.add(start_ns)
                opened, high, low, close, volume = (float(column[at]) for column in columns)
                yield Bar(state.symbol, MINUTE.name, start_ns, opened, high, low, close, volume, is_closed=True)
        self._published[state.feed, state.wire_symbol] = {start for start in published if start >= starts[0]}

    def _starts(self, feed: str, symbol: str) -> set[int]:
        return self._published.setdefault((feed, symbol), set())
