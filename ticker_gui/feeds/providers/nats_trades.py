"""The stored trades of a gap, selected in the order in which the publisher sent them.

A desktop receives the messages of a subject in the order in which the server stores them, and live messages are stored
byte by byte as they were delivered. So nothing is missing between two connections if the stored messages

- begin at or before the last trade of the connection before,
- reach the first live one of this connection, and
- have sequence numbers without a gap, which `nats_fetch.Fetch` verifies.

What the publisher itself has missed is stored, too, before the first trade after that.

Times and ids need not increase: a publisher that backfills its own gap sends older trades after newer ones.
"""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.events import PastTrades, Refusal, Trade
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import TradesQuery
from ticker_gui.feeds.json_facts import read_fact
from ticker_gui.feeds.nats_desk import TICKS, BackfillState, GapMessage, read_gap
from ticker_gui.feeds.nats_wire import Msg
from ticker_gui.feeds.providers.nats_fetch import explain
from ticker_gui.feeds.wire import parse_timestamp_ns

MAX_TRADES: Final = 20_000
LEADS_NS: Final = (10 * SECOND_NS, 600 * SECOND_NS)  # how far the clocks of the exchange and of the server may differ
_TOO_MANY: Final = f"More than {MAX_TRADES:,} trades were made in this period."
_NOT_STORED: Final = "The NATS server has not stored all trades of this period yet."
_NO_START: Final = "The NATS server no longer has the trades from the beginning of this period."


class StoredTrades:
    """Selects the trades between two that were received.

    ``first_live`` is the first live message of this connection; empty if there was none yet.
    """

    def __init__(self, query: TradesQuery, first_live: bytes) -> None:
        self._query: Final = query
        self._first_live: Final = first_live
        self._before: set[tuple[object, ...]] = set()  # the trades that were stored before the gap
        self._trades: list[Trade] = []
        self._gaps: dict[tuple[str, str], GapMessage] = {}
        self.has_start = False
        self._has_passed = self._is_complete = False

    def add(self, msg: Msg) -> bool:
        """Add a stored message, oldest first; return whether more are needed."""
        trade = read_fact(msg.payload, self._query.symbol)
        if type(trade) is not Trade:
            return True
        time_ns, key = trade.time_ns or 0, (trade.venue, trade.trade_id, trade.time_ns, trade.price)
        if not self.has_start:
            if time_ns < self._query.after_ns:
                self._before.add(key)
                return True
            self.has_start = bool(self._before) or time_ns == self._query.after_ns
            if not self.has_start:
                return False
        if self._is_end(msg, time_ns):
            self._is_complete = True
        elif key not in self._before:  # one may be sent again after the server was killed
            self._trades.append(trade)
        return not self._is_complete and len(self._trades) <= MAX_TRADES

    def _is_end(self, msg: Msg, time_ns: int) -> bool:
        if self._first_live and msg.payload == self._first_live:
            return True
        # Otherwise the trade after the gap was received earlier, over another connection.
        self._has_passed |= time_ns >= self._query.before_ns
        return time_ns > self._query.before_ns + LEADS_NS[0]

    def add_gap(self, msg: Msg) -> bool:
        """Add what the publisher reports about a gap of its own, oldest first."""
        gap = read_gap(msg.payload)
        start_ns, end_ns = parse_timestamp_ns(gap.start) or 0, parse_timestamp_ns(gap.end) or 0
        if start_ns < self._query.before_ns and end_ns > self._query.after_ns:
            self._gaps[gap.start, gap.end] = gap
        return True

    def result(self, error: str) -> PastTrades:
        """Return the trades, or why they cannot be complete."""
        query, refusal, error = self._query, Refusal.FAILED, explain(error, TICKS)
        if not error and not self.has_start:
            error, refusal = _NO_START, Refusal.OUT_OF_RANGE
        elif not error and not self._is_complete and (self._first_live or not self._has_passed):
            error = _NOT_STORED
            if len(self._trades) > MAX_TRADES:
                error, refusal = _TOO_MANY, Refusal.OUT_OF_RANGE
        elif not error and (gap := self._unfilled_gap()) is not None:
            error = f"The publisher of this desk has missed trades: {sanitize_text(gap.reason)}"
            refusal = Refusal.FAILED if gap.backfill is BackfillState.OPEN else Refusal.OUT_OF_RANGE
        return PastTrades(query.symbol, () if error else tuple(self._trades), error, refusal)

    def _unfilled_gap(self) -> GapMessage | None:
        unfilled = [gap for gap in self._gaps.values() if gap.backfill is not BackfillState.FILLED]
        return unfilled[0] if unfilled else None
