"""Downloads the past bars of one symbol, newest first: a period or a number of bars."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple

from ticker_gui.bars.provided_bars import ProvidedBars
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.events import Bar, Refusal
from ticker_gui.domain.timeframe import Timeframe
from ticker_gui.feeds.history import BarsQuery, HistoryError, HistoryOffer
from ticker_gui.history.paging import EmptyPages, base_of, next_start, oldest_offered, pages, sections, timeframes_of
from ticker_gui.history.past_data_client import PastDataClient
from ticker_gui.history.retries import Retries, pause

_RETRIES_S: Final = (1.0, 3.0)  # the pauses before a failed request is repeated
_MAX_PAUSE_S: Final = 600.0


class DownloadRequest(NamedTuple):
    """Bars of ``timeframe`` that begin in ``start_ns <= time < end_ns``, at most the ``max_bars`` newest of them."""

    timeframe: Timeframe
    start_ns: int
    end_ns: int
    max_bars: int


class BarDownload:
    """One download. ``bars`` contains what has arrived, newest first; the first one may still be forming.

    ``on_progress`` is called after each request, with the seconds until it is repeated and the reason if it failed.
    """

    def __init__(
        self,
        client: PastDataClient,
        title: str,
        offer: HistoryOffer | None,
        clock: Clock,
        on_progress: Callable[[float, HistoryError | None], object] = lambda pause_s, problem: None,
    ) -> None:
        self.bars: list[Bar] = []
        self.is_cut = False  # the provider's bars do not go back as far as requested
        self._client: Final = client
        self._title: Final = title
        self._offer: Final = offer
        self._clock: Final = clock
        self._on_progress: Final = on_progress
        self._empty: Final = EmptyPages()
        self._has_requested = False

    async def run(self, symbol: str, request: DownloadRequest) -> None:
        """Download the bars of a symbol, which is in the provider's notation.

        Raises:
            HistoryError: the provider does not offer them, or a request failed; ``bars`` are those before that.
        """
        offer, base = find_base(self._title, self._offer, request.timeframe)
        now_ns, timeframe = self._clock(), request.timeframe
        oldest_ns = next_start(timeframe, max(request.start_ns, oldest_offered(offer, base, now_ns)))
        self.is_cut = oldest_ns > next_start(timeframe, request.start_ns)
        newest_ns = min(next_start(timeframe, request.end_ns), timeframe.end_of(timeframe.start_of(now_ns)))
        for start_ns, end_ns in sections(timeframe, base, offer, oldest_ns, newest_ns):
            try:
                bars, is_first = await self._section(symbol, base, offer, start_ns, end_ns)
            except HistoryError as error:
                if error.refusal is Refusal.OUT_OF_RANGE and self.bars:
                    self.is_cut = True
                    return
                raise
            self.bars += reversed(resampled(bars, timeframe, base, (start_ns, end_ns), self._clock()))
            is_full = len(self.bars) >= request.max_bars
            del self.bars[request.max_bars :]
            self._on_progress(0.0, None)
            if is_full:
                self.is_cut = False
                return
            if is_first:
                self.is_cut = True
                return

    async def _section(
        self, symbol: str, base: Timeframe, offer: HistoryOffer, start_ns: int, end_ns: int
    ) -> tuple[list[Bar], bool]:
        """Return the provider's bars of a section, and whether there are probably none before it."""
        bars: list[Bar] = []
        for query in pages(symbol, base, offer, start_ns, end_ns):
            if self._has_requested:
                await asyncio.sleep(1.0 / offer.requests_per_second)
            self._has_requested = True
            bars += await self._page(query, base)
        return bars, self._empty.note(BarsQuery(symbol, base.name, start_ns, end_ns), has_bars=bool(bars))

    async def _page(self, query: BarsQuery, base: Timeframe) -> list[Bar]:
        """Return the bars of one page; repeat the request after a failure or a pause that the provider demands."""
        retries = Retries(_RETRIES_S, _MAX_PAUSE_S)
        while True:
            try:
                return await self._client.bars(query, base.days)
            except HistoryError as error:
                pause_s = retries.next_pause_s(error)
                if pause_s is None:
                    raise
                self._on_progress(pause_s, error)
                await pause(pause_s)


def find_base(title: str, offer: HistoryOffer | None, timeframe: Timeframe) -> tuple[HistoryOffer, Timeframe]:
    """Return what a provider offers, and the timeframe of it from which another is made.

    Raises:
        HistoryError: it has no past bars, or none from which those of the timeframe can be made.
    """
    if offer is None:
        raise HistoryError(f"{title} has no past bars.", Refusal.NOT_OFFERED)
    base = base_of(offer, timeframe)
    if base is None:
        possible = ", ".join(timeframes_of(offer))
        raise HistoryError(f"{title} has no past {timeframe.name} bars. Choose {possible}.", Refusal.NOT_OFFERED)
    return offer, base


def resampled(
    bars: list[Bar], timeframe: Timeframe, base: Timeframe, covered: tuple[int, int], now_ns: int
) -> list[Bar]:
    """Return bars of a timeframe, oldest first, made of all bars of ``base`` in the covered time."""
    if timeframe == base or not bars:
        return bars
    provided = ProvidedBars()
    provided.add(base, bars, covered)
    has_volume = any(bar.volume is not None for bar in bars)
    rows = zip(*(column.tolist() for column in provided.read(timeframe)[:6]), strict=True)
    return [
        Bar(
            bars[0].symbol,
            timeframe.name,
            start_ns,
            open_,
            high,
            low,
            close,
            volume if has_volume else None,
            is_closed=timeframe.end_of(start_ns) <= now_ns,
        )
        for start_ns, open_, high, low, close, volume in rows
    ]
