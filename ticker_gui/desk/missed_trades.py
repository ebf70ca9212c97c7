"""Reports the trades that a publisher has missed, so that no desktop takes what is stored for complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ticker_gui.bars.gaps import Gap
from ticker_gui.desk.takeover import line_time
from ticker_gui.domain.events import Trade
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feeds.json_facts import read_fact
from ticker_gui.feeds.nats_desk import BackfillState, GapMessage
from ticker_gui.feeds.wire import parse_timestamp_ns
from ticker_gui.formatting.json_lines import iso_time
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.symbol_state import SymbolState


class MissedTrades:
    """The gaps of a feed, each with the symbols that it concerns: open until its trades are backfilled, or are lost.

    ``put(symbol, message)`` publishes. Gaps are reported before the first trade after them.
    """

    def __init__(self, feed: EngineFeed, put: Callable[[str, GapMessage], object]) -> None:
        self._feed: Final = feed
        self._put: Final = put
        self._reported: set[int] = set()  # their starts

    @property
    def is_interrupted(self) -> bool:
        """Whether no publisher was running before this one, so that its first trades do not follow the stored ones."""
        return self._feed.market.coverage.last_session_ns is not None

    def note_stored(self, last_line: bytes | None) -> None:
        """Note the last trade of the feed that another publisher has stored, if there is one."""
        if last_line is not None and (time_ns := parse_timestamp_ns(line_time(last_line))) and not self.is_interrupted:
            self._feed.market.coverage.restore((), time_ns)
            self.report()

    def report(self) -> None:
        """Report the gaps that have ended since the last time."""
        ended = [gap for gap in self._feed.market.coverage.gaps if gap.end_ns is not None]
        for gap in ended:
            if gap.start_ns not in self._reported:
                for state in self._feed.market.states:
                    self._publish(state, gap, BackfillState.OPEN, "The publisher has not received them yet.")
        self._reported = {gap.start_ns for gap in ended}

    def note_result(self, state: SymbolState, result: Backfill) -> None:
        """Report whether the trades of a gap were backfilled."""
        state_of_it = BackfillState.LOST if result.reason else BackfillState.FILLED
        self._publish(state, result.gap, state_of_it, result.reason)

    def _publish(self, state: SymbolState, gap: Gap, backfill: BackfillState, reason: str) -> None:
        self._put(state.symbol, gap_message(self._feed.name, state.symbol, gap, backfill, reason))


def gap_message(feed: str, symbol: str, gap: Gap, backfill: BackfillState, reason: str) -> GapMessage:
    """Return the report of a gap that has ended."""
    return GapMessage(feed, symbol, iso_time(gap.start_ns), iso_time(gap.end_ns or gap.start_ns), backfill, reason)


def as_earlier_trade(symbol: str, payload: bytes) -> list[Trade]:
    """Return the stored trade of an earlier publisher, with an id as the provider sends it."""
    trade = read_fact(payload, symbol)
    if type(trade) is not Trade:
        return []
    text = str(trade.trade_id or "")
    number = int(text) if text.isascii() and text.isdecimal() and text == str(int(text)) else trade.trade_id
    return [Trade(symbol, trade.price, trade.size, trade.time_ns, number, trade.venue, trade.conditions, trade.updates)]
