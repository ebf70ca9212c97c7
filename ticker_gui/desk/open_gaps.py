"""Fills the gaps that an earlier publisher has reported and not filled, because it was killed meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol

from ticker_gui.bars.gaps import Gap
from ticker_gui.desk.missed_trades import gap_message
from ticker_gui.desk.takeover import PublishedTrades
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feeds.history import HistoryError, TradesQuery
from ticker_gui.feeds.nats_desk import TICKS, BackfillState, GapMessage, read_gap
from ticker_gui.feeds.nats_subjects import GAPS, PREFIX, encode_token, event_subject
from ticker_gui.feeds.wire import parse_timestamp_ns
from ticker_gui.formatting.json_lines import iso_time
from ticker_gui.history.retries import Retries, pause
from ticker_gui.market.symbol_state import SymbolState

MAX_AGE_S: Final = 600.0  # of a gap that is filled for another publisher
_MARGIN_NS: Final = 5 * SECOND_NS  # before and after a gap, because clocks differ
_RETRIES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)  # the pauses before a failed request is repeated
_MAX_GAPS: Final = 1_000
_NO_IDS: Final = (
    "The previous publisher was stopped, and trades without IDs cannot be compared with those that it stored."
)


class StoredMessages(Protocol):
    """What is needed of the broker: the messages of a subject that were stored in the last ``seconds``."""

    def stored_since(self, stream: str, subject: str, seconds: float) -> AsyncIterator[list[tuple[str, bytes]]]:
        """Yield subjects and payloads, oldest first."""


class OpenGaps:
    """The open gaps of a feed that this publisher has not reported itself.

    ``add(trade)`` publishes a trade, and ``put_gap(symbol, message)`` the result.
    """

    def __init__(
        self,
        feed: EngineFeed,
        clock: Clock,
        add: Callable[[Trade], object],
        put_gap: Callable[[str, GapMessage], object],
    ) -> None:
        self._feed: Final = feed
        self._clock: Final = clock
        self._add: Final = add
        self._put_gap: Final = put_gap
        self._open: list[tuple[SymbolState, Gap]] = []
        self._has_open: Final = asyncio.Event()

    async def find(self, broker: StoredMessages) -> None:
        """Find the gaps that are open according to what is stored; call it after taking over.

        Raises:
            nats.errors.Error: the connection is lost, or the broker does not answer.
        """
        messages = dict[tuple[str, str, str], GapMessage]()
        async for batch in broker.stored_since(TICKS, f"{PREFIX}.{encode_token(self._feed.name)}.{GAPS}.*", MAX_AGE_S):
            for _, payload in batch:
                if (message := _read(payload)) is not None:
                    messages[message.symbol, message.start, message.end] = message
        own = {(iso_time(gap.start_ns), iso_time(gap.end_ns or 0)) for gap in self._feed.market.coverage.gaps}
        by_symbol = {state.symbol: state for state in self._feed.market.states}
        self._open = [
            (by_symbol[symbol], gap)
            for (symbol, start, end), message in messages.items()
            if message.backfill is BackfillState.OPEN and symbol in by_symbol and (start, end) not in own
            if (gap := _gap_of(message)) is not None
        ][-_MAX_GAPS:]
        if self._open:
            self._has_open.set()

    async def fill(self, broker: StoredMessages) -> None:
        """Request the trades of the gaps that were found, and publish those that are missing, until cancelled.

        Raises:
            nats.errors.Error: the connection is lost, or the broker does not answer.
        """
        while True:
            await self._has_open.wait()
            while self._open:
                state, gap = self._open[0]
                reason = await self._fill(broker, state, gap)
                self._open = [(other, one) for other, one in self._open if one is not gap]
                backfill = BackfillState.LOST if reason else BackfillState.FILLED
                self._put_gap(state.symbol, gap_message(self._feed.name, state.symbol, gap, backfill, reason))
            self._has_open.clear()

    async def _fill(self, broker: StoredMessages, state: SymbolState, gap: Gap) -> str:
        """Publish the missing trades of a gap; return the reason if that is not possible."""
        trades, reason = await self._request(state, gap)
        if reason:
            return reason
        if any(trade.trade_id is None for trade in trades):
            return _NO_IDS
        published = PublishedTrades()
        subject = event_subject(self._feed.name, "trade", state.symbol)
        age_s = (self._clock() - gap.start_ns + 2 * _MARGIN_NS) / SECOND_NS
        async for batch in broker.stored_since(TICKS, subject, age_s):
            published.add(batch)
            await asyncio.sleep(0)
        known = published.ids()
        for trade in trades:
            if (str(trade.trade_id), None if trade.venue is None else str(trade.venue)) not in known:
                self._add(trade)
        return ""

    async def _request(self, state: SymbolState, gap: Gap) -> tuple[list[Trade], str]:
        end_ns = gap.end_ns or gap.start_ns
        query = TradesQuery(state.wire_symbol, gap.start_ns - _MARGIN_NS, end_ns + _MARGIN_NS)
        retries = Retries(_RETRIES_S, MAX_AGE_S)  # desktops and the next gaps do not wait for a ban of days
        while True:
            try:
                return await self._feed.past.client.trades(query), ""
            except HistoryError as error:
                if (pause_s := retries.next_pause_s(error)) is None:
                    return [], str(error)
                await pause(pause_s)


def _read(payload: bytes) -> GapMessage | None:
    try:
        return read_gap(payload)
    except FrameError:  # another program published it
        return None


def _gap_of(message: GapMessage) -> Gap | None:
    try:
        start_ns, end_ns = parse_timestamp_ns(message.start), parse_timestamp_ns(message.end)
    except FrameError:
        return None
    return None if start_ns is None or end_ns is None else Gap(start_ns, end_ns)
