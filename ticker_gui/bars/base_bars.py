"""The bars of a base timeframe: those built from received trades, merged with the provided ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ticker_gui.bars.arrays import Times
from ticker_gui.bars.bar_columns import DTYPES, START, Columns, bar_ends
from ticker_gui.bars.merging import MERGED_DTYPES, SOURCE, MissingData, ProvidedBar, append_merged, merge_bars
from ticker_gui.bars.provided_bars import ProvidedBars
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.domain.timeframe import Timeframe


class BaseBars:
    """Bars, oldest first, the forming one last. Without provided bars they are the built ones, not a copy.

    ``generation`` changes when bars other than the last have changed. `update` is O(new rows), unless provided bars or
    gaps have changed.
    """

    def __init__(
        self, built: Ring, timeframe: Timeframe, provided: ProvidedBars, find_missing_data: Callable[[], MissingData]
    ) -> None:
        self.timeframe: Final = timeframe
        self.generation = 0
        self.built: Final = built  # from received trades
        self._provided: Final = provided
        self._find_missing_data: Final = find_missing_data
        self._version: tuple[object, ...] = ()
        self._merged: Ring | None = None
        self._provided_last: ProvidedBar | None = None
        self._included = 0  # the number of built bars before the forming one, counted from the first ever

    @property
    def ring(self) -> Ring:
        """The bars, in the columns of built bars."""
        return self.built if self._merged is None else self._merged

    def sources(self, begin: int = 0, end: int | None = None) -> Times:
        """Return the `BarSource` of the held bars in ``begin:end``."""
        if self._merged is not None:
            sources: Times = self._merged.column(SOURCE)[begin:end]
            return sources
        starts = self.built.column(START)[begin:end]
        return self._find_missing_data().sources(starts, bar_ends(starts, self.timeframe))

    def update(self) -> None:
        """Include the trades and the provided bars that were received since the last call."""
        built, provided = self.built, self._provided
        version: tuple[object, ...] = (built.generation, built.capacity)
        if provided:
            version = (*version, provided.generation, self._find_missing_data())
        if version != self._version or (self._merged is not None and self._included < built.begin):
            self._version = version
            self.generation += 1
            self._rebuild()
        if self._merged is not None:
            self._append_new(self._merged)

    def _rebuild(self) -> None:
        count = len(self._provided.read(self.timeframe).start_ns)
        self._merged = self._provided_last = None
        if not count:
            return
        partial_since_ns = self._find_missing_data().partial_since_ns
        columns, self._provided_last = merge_bars(self._built_rows(0), self._provided, self.timeframe, partial_since_ns)
        self._merged = Ring(self.built.capacity + count, MERGED_DTYPES)
        self._merged.extend(*columns)
        self._included = self.built.begin + max(len(self.built) - 1, 0)

    def _built_rows(self, first: int) -> Columns:
        """Return the built bars from one on, with their sources."""
        columns = [self.built.column(column)[first:].copy() for column in range(len(DTYPES))]
        sources = self._find_missing_data().sources(columns[START], bar_ends(columns[START], self.timeframe))
        return [*columns, sources]

    def _append_new(self, merged: Ring) -> None:
        bars = self._built_rows(self._included - self.built.begin)
        if len(bars[START]):
            self._included = self.built.begin + len(self.built) - 1
            append_merged(merged, bars, self._provided_last)
