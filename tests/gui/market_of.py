"""A small market for tests of the user interface."""

from __future__ import annotations

from contextlib import suppress

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import FeedMarket, Market
from ticker_gui.market.remembered_values import RememberedValues

NOW_NS = 1_700_000_000 * SECOND_NS


class Desk:
    """A market with one feed, a manual clock, and shortcuts for events."""

    def __init__(self, *symbols: str, limits: Limits | None = None) -> None:
        self.now_ns = NOW_NS
        self.market = Market(limits)
        self.feed: FeedMarket = self.market.feed("desk")
        for symbol in symbols:
            self.feed.watch(symbol, symbol)

    def clock(self) -> int:
        return self.now_ns

    def trade(self, symbol: str, price: float, size: float = 1.0) -> None:
        """Advance the clock by a millisecond and apply a trade."""
        self.now_ns += 1_000_000
        with suppress(FrameError):  # held until it is confirmed
            self.feed.apply(Trade(symbol, price, size, self.now_ns), self.now_ns)

    def quote(self, symbol: str, bid: float, ask: float) -> None:
        self.feed.apply(Quote(symbol, bid, 1.0, ask, 1.0, self.now_ns), self.now_ns)

    def remember(self, symbol: str, last: float, *, days: int = 1, reference: float | None = None) -> None:
        """Set remembered values of a symbol that were current some days ago."""
        time_ns = self.now_ns - days * DAY_NS
        values = RememberedValues(time_ns, last, time_ns, None, 2 * last, last / 2, reference, 1000.0)
        self.feed.remember(symbol, values, self.now_ns)

    def day(self, symbol: str, reference: float) -> None:
        self.feed.apply(DayStats(symbol, previous_close=reference, time_ns=self.now_ns), self.now_ns)
