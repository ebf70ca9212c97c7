"""The requests for a period: which bars of the provider are needed, and how many pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ticker_gui.bars.provided_bars import divides
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS, TIMEFRAMES, Timeframe, timeframe_named
from ticker_gui.feeds.history import BarsQuery, HistoryOffer

_EMPTY_PAGES: Final = 3  # in a row, and as long as this, before the provider is taken to have no older bars
_EMPTY_NS: Final = 10 * DAY_NS
EARLIEST_NS: Final = 0


class EmptyPages:
    """Counts the pages in a row that had no bars, newest first."""

    def __init__(self) -> None:
        self._pages = self._length_ns = 0

    def note(self, query: BarsQuery, *, has_bars: bool) -> bool:
        """Note the response to a request; return whether there are probably no older bars."""
        if has_bars:
            self._pages = self._length_ns = 0
            return False
        self._pages += 1
        self._length_ns += query.end_ns - query.start_ns
        return self._pages >= _EMPTY_PAGES and self._length_ns >= _EMPTY_NS


def base_of(offer: HistoryOffer, timeframe: Timeframe) -> Timeframe | None:
    """Return the longest timeframe of the provider from which the bars of another can be made."""
    offered = [timeframe_named(name, timeframe.days) for name in offer.timeframes]
    has_hours = timeframe.days.hours_minute is not None
    usable = [base for base in offered if divides(base, timeframe) and (has_hours or not base.consists_of_hours)]
    return max(usable, key=lambda base: base.width_ns, default=None)


def timeframes_of(offer: HistoryOffer) -> list[str]:
    """Return the names of the timeframes that can be made of the bars of a provider, the shortest first."""
    return [timeframe.name for timeframe in TIMEFRAMES if base_of(offer, timeframe) is not None]


def oldest_offered(offer: HistoryOffer, base: Timeframe, now_ns: int) -> int:
    """Return the time before which the provider has no bars of one of its timeframes; it is never negative."""
    depth_s = offer.depth_s.get(base.name)
    oldest_ns = EARLIEST_NS if depth_s is None else now_ns - int(depth_s * SECOND_NS)
    if offer.newest_bars is not None:
        oldest_ns = max(oldest_ns, now_ns - offer.newest_bars * base.width_ns)
    return base.end_of(base.start_of(oldest_ns)) if oldest_ns > EARLIEST_NS else next_start(base, EARLIEST_NS)


def next_start(timeframe: Timeframe, time_ns: int) -> int:
    """Return the first start of a bar that is not before a time."""
    start_ns = timeframe.start_of(time_ns)
    return start_ns if start_ns == time_ns else timeframe.end_of(start_ns)


def sections(
    timeframe: Timeframe, base: Timeframe, offer: HistoryOffer, start_ns: int, end_ns: int
) -> Iterator[tuple[int, int]]:
    """Yield sections of a period, newest first. Each consists of whole bars of ``timeframe``, at least one.

    A section needs one request for bars of ``base``, unless one bar of ``timeframe`` already needs several.
    ``start_ns`` and ``end_ns`` are starts of bars of ``timeframe``.
    """
    while start_ns < end_ns:
        last_ns = timeframe.start_of(end_ns - 1)
        earliest_ns = base.step(base.start_of(end_ns - 1), 1 - offer.bars_per_request)
        first_ns = min(next_start(timeframe, max(earliest_ns, EARLIEST_NS)), last_ns)
        yield max(first_ns, start_ns), end_ns
        end_ns = first_ns


def pages(symbol: str, base: Timeframe, offer: HistoryOffer, start_ns: int, end_ns: int) -> Iterator[BarsQuery]:
    """Yield the requests for the bars of a period, oldest first, none longer than the provider allows."""
    while start_ns < end_ns:
        page_end_ns = min(base.step(base.start_of(start_ns), offer.bars_per_request), end_ns)
        yield BarsQuery(symbol, base.name, start_ns, page_end_ns)
        start_ns = page_end_ns
