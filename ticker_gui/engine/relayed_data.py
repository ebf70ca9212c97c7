"""What the relay of a feed, such as a desk, has reported: its symbols, and which kind of data it passes on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ticker_gui.config.settings import parse_symbols
from ticker_gui.domain.events import Relay
from ticker_gui.feeds.history import StockHours
from ticker_gui.market.market import FeedMarket


class RelayedData:
    """The last report of a relay, which still applies while the connection is lost.

    ``symbols`` are those that can be watched, at most as many as the market has room for; ``left_out`` counts the
    others.
    """

    def __init__(self, market: FeedMarket) -> None:
        self._market: Final = market
        self.report = Relay()
        self.symbols: tuple[str, ...] = ()
        self.left_out = 0

    def receive(self, report: Relay) -> list[str]:
        """Receive a report; return the symbols that are new."""
        self.report = report
        if report.has_us_stocks:
            self._set_us_stocks(report.stock_hours)
        usable = [symbol for symbol in report.symbols if parse_symbols(symbol)[0] == [symbol]]
        before, room = self.symbols, self._market.room
        self.symbols = tuple(usable[:room])
        self.left_out = len(usable) - len(self.symbols)
        known = set(before)
        return [symbol for symbol in self.symbols if symbol not in known]

    def leave_out(self, symbols: Collection[str]) -> None:
        """Note that there was no room for these symbols; they are new again in the next report."""
        self.symbols = tuple(symbol for symbol in self.symbols if symbol not in symbols)
        self.left_out += len(symbols)

    def _set_us_stocks(self, stock_hours: str) -> None:
        values = {one.value: one for one in StockHours}
        hours = values.get(stock_hours, StockHours.ON_THE_HOUR)
        if (self._market.has_us_stocks, self._market.stock_hours) != (True, hours):
            self._market.set_us_stocks(hours)

    def describe_left_out(self) -> str:
        """Return a sentence about the symbols that are left out; empty if there are none."""
        if not self.left_out:
            return ""
        are = "is" if self.left_out == 1 else "are"
        return (
            f"{self._market.name}: {self.left_out:,} of {self.left_out + len(self.symbols):,} symbols {are} left out, "
            "because the symbol limit is reached. List the symbols that you need in its settings, or raise "
            "limits.symbols."
        )
