"""Adds the bars that earlier sessions have stored to the held ones, before others are requested from the provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias
from weakref import ref

from ticker_gui.bars.provided_bars import ProvidedBars
from ticker_gui.bars.stored_bars import StoredBars, add_stored
from ticker_gui.bars.time_ranges import TimeRanges
from ticker_gui.domain.timeframe import FOREVER_NS, Timeframe

LoadStored: TypeAlias = Callable[[str, Timeframe, int, int], Awaitable[Sequence[StoredBars]]]
_PAGE_BARS: Final = 50_000


class RangesOfBars:
    """The ranges of time whose bars were read or requested for ``provided``, until those are dropped."""

    def __init__(self, provided: ProvidedBars) -> None:
        self.ranges: Final = TimeRanges()
        self._provided: Final = ref(provided)  # freed when its symbol is removed
        self._clearings: Final = provided.clearings

    @property
    def is_needed(self) -> bool:
        """Whether the symbol is still watched."""
        return self._provided() is not None

    def is_of(self, provided: ProvidedBars) -> bool:
        """Return whether these are the bars of the ranges, and were not dropped since."""
        return self._provided() is provided and self._clearings == provided.clearings


class StoredLoading:
    """What was read of the stored bars of one feed. ``load`` reads them in a thread; ``None`` if none are stored."""

    def __init__(self) -> None:
        self.load: LoadStored | None = None
        self._read: dict[tuple[str, Timeframe], RangesOfBars] = {}

    def missing(
        self, symbol: str, timeframe: Timeframe, period: tuple[int, int], provided: ProvidedBars
    ) -> tuple[int, int] | None:
        """Return the newest part of a period whose stored bars were not read yet."""
        if self.load is None:
            return None
        read = self._read.get((symbol, timeframe))
        ranges = read.ranges if read is not None and read.is_of(provided) else TimeRanges()
        parts = ranges.missing(*period)
        if not parts:
            return None
        start_ns, end_ns = parts[-1]
        return max(start_ns, end_ns - _PAGE_BARS * timeframe.width_ns), end_ns

    async def add(
        self, symbol: str, timeframe: Timeframe, part: tuple[int, int], provided: ProvidedBars, now_ns: int
    ) -> None:
        """Read the stored bars of a part of a period, and add them to ``provided``.

        Bars after ``now_ns`` will be received live, so they count as read.
        """
        assert self.load is not None
        read = self._read.get((symbol, timeframe))
        if read is None or not read.is_of(provided):
            self._read = {key: one for key, one in self._read.items() if one.is_needed}
            read = self._read[symbol, timeframe] = RangesOfBars(provided)
        start_ns, end_ns = part
        read.ranges.add(start_ns, FOREVER_NS if end_ns >= now_ns else end_ns)
        stored = await self.load(symbol, timeframe, start_ns, end_ns)
        if read.is_of(provided):
            add_stored(provided, stored)
