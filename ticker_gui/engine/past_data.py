"""The past data and the trading hours of one feed, loaded while it is connected."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from ticker_gui.bars.bar_history import BarHistory
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.feed_state import FeedState
from ticker_gui.feeds.history import HistoryOffer
from ticker_gui.feeds.protocol import FeedProtocol, Message
from ticker_gui.history.backfill import Backfiller
from ticker_gui.history.bar_loader import BarLoader
from ticker_gui.history.past_data_client import HttpGet, OnLimited, PastDataClient
from ticker_gui.history.trading_hours import TradingHoursLoader
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.market import FeedMarket
from ticker_gui.stream.session import Session

_RESTART_S: Final = 5.0  # after an unexpected exception


class FeedPastData:
    """Loads past bars of the symbols on charts and backfills gaps, over the feed's socket or over HTTP.

    Gaps are backfilled only if ``backfill.is_enabled`` is set.
    """

    def __init__(
        self,
        session: Session,
        market: FeedMarket,
        get: HttpGet,
        clock: Clock,
        errors: InternalErrors,
        on_http_limited: OnLimited | None = None,
    ) -> None:
        self._session: Final = session
        self._market: Final = market
        self._clock: Final = clock
        self._errors: Final = errors
        self.client: Final = PastDataClient(self, get, self._exchange_clock, on_limited=on_http_limited)
        self.bars: Final = BarLoader(self.client, self._find_history, clock, self._note_change, self._exchange_clock)
        self.backfill: Final = Backfiller(self.client, market, self.bars, clock)
        self.hours: Final = TradingHoursLoader(market, get, clock, self._connected_protocol)
        self._offer: HistoryOffer | None = None
        self._is_connected = False  # the feed is connected
        session.callbacks.on_past_data = self.client.deliver

    @property
    def past_data_protocol(self) -> FeedProtocol | None:
        """The protocol of the connection; ``None`` without one."""
        return self._session.protocol

    def _exchange_clock(self) -> int:
        """Return the time of the exchange: a bar that closes there is not final before, if our clock is ahead."""
        return self._market.coverage.exchange_time(self._clock())

    def _connected_protocol(self) -> FeedProtocol | None:
        return self._session.protocol if self._is_connected else None

    def send(self, messages: Sequence[Message]) -> None:
        """Send messages over the open socket."""
        if self._session.connection is not None:
            self._session.connection.request(messages)

    def update_offer(self) -> None:
        """Set what can be requested, which changes while connected if the provider is detected; cheap if it has not."""
        protocol = self.past_data_protocol
        if self._is_connected and protocol is not None and protocol.history_offer is not self._offer:
            self._set_offer(protocol)

    def note_state(self, state: FeedState) -> None:
        """Start loading when the feed is connected, and stop when it is not."""
        protocol = self._session.protocol if state.is_connected else None
        self._is_connected = protocol is not None
        if protocol is None:
            self.bars.set_offer(None)
            self.backfill.set_offer(None)
            self.backfill.note_gap()
        else:
            self._set_offer(protocol)

    def _set_offer(self, protocol: FeedProtocol) -> None:
        self._offer = protocol.history_offer
        self.bars.set_offer(self._offer, protocol.credentials)
        self.backfill.set_offer(self._offer)

    async def run(self) -> None:
        """Load until cancelled; continue after an unexpected exception."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._run("loading past data", self.bars.run))
            tasks.create_task(self._run("backfilling gaps", self.backfill.run))
            tasks.create_task(self._run("loading trading hours", self.hours.run))

    async def _run(self, activity: str, run: Callable[[], Awaitable[None]]) -> None:
        while True:
            with self._errors.contained(activity):
                await run()
            await asyncio.sleep(_RESTART_S)

    def _find_history(self, wire_symbol: str) -> BarHistory | None:
        state = self._market.find(wire_symbol)
        return None if state is None else state.bars

    def _note_change(self, wire_symbol: str) -> None:
        self._market.note_past_data(wire_symbol, self._clock())
