"""The stored minute bars of a period."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.events import Bar, PastBars, Refusal
from ticker_gui.feeds.history import BarsQuery
from ticker_gui.feeds.json_facts import read_fact
from ticker_gui.feeds.nats_desk import BARS
from ticker_gui.feeds.nats_wire import Msg
from ticker_gui.feeds.providers.nats_fetch import explain


class StoredBars:
    """Collects the bars of a query, oldest first."""

    def __init__(self, query: BarsQuery) -> None:
        self._query: Final = query
        self._bars: list[Bar] = []

    def add(self, msg: Msg) -> bool:
        """Add a stored message; return whether more are needed."""
        bar = read_fact(msg.payload, self._query.symbol)
        if type(bar) is not Bar:
            return True
        if self._query.start_ns <= bar.start_ns < self._query.end_ns:
            self._bars.append(bar)
        return bar.start_ns < self._query.end_ns

    def result(self, error: str) -> PastBars:
        """Return the bars, or why there are none."""
        query = self._query
        return PastBars(query.symbol, query.timeframe, tuple(self._bars), explain(error, BARS), Refusal.FAILED)
