"""Requests when the markets of watched symbols open and close, where providers state it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC
from typing import Final

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import HistoryError
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.history.past_data_client import HttpGet
from ticker_gui.market.market import FeedMarket
from ticker_gui.market.symbol_state import SymbolState

_LOG: Final = logging.getLogger(__name__)
_CHECK_S: Final = 5.0  # for new symbols, and for periods that ended
_REPEAT_NS: Final = 30 * MINUTE_NS  # after a period ended, until the provider states the next one
_RETRY_NS: Final = 5 * MINUTE_NS  # after a failure
_REFUSED_NS: Final = 12 * HOUR_NS  # after a refusal that lasts, because each request costs credits
_LASTING: Final = (Refusal.NOT_OFFERED, Refusal.UNKNOWN_SYMBOL)  # another key may be entered at any time


class TradingHoursLoader:
    """Keeps the trading periods of the watched symbols of one feed up to date.

    Only those are requested whose calendar is neither known, as that of US stocks, nor unnecessary, as that of coins.
    The provider forms groups of symbols with the same hours; one symbol of each group is requested, one after the
    other. A period is requested again when it has ended.
    """

    def __init__(
        self, market: FeedMarket, get: HttpGet, clock: Clock, find_protocol: Callable[[], FeedProtocol | None]
    ) -> None:
        self._market: Final = market
        self._get: Final = get
        self._clock: Final = clock
        self._find_protocol: Final = find_protocol
        self._periods: Final[dict[str, TradingPeriod]] = {}  # by group
        self._next_try_ns: Final[dict[str, int]] = {}

    async def run(self, check_s: float = _CHECK_S) -> None:
        """Load what is due until cancelled. Nothing is requested while the feed is not connected."""
        while True:
            protocol = self._find_protocol()
            if protocol is None or not await self.load_one(protocol):
                await asyncio.sleep(check_s)

    async def load_one(self, protocol: FeedProtocol) -> bool:
        """Request the hours of one group, if any are due, and set those of its symbols; return whether any were."""
        now_ns = self._clock()
        due = ""
        for state in self._market.states:
            group = _group_of(protocol, state)
            if not group:
                continue
            period = self._periods.get(group)
            if period is not None:
                there = period._replace(zone=state.day.calendar.zone or UTC) if period.zone is UTC else period
                self._market.set_trading_period(state.wire_symbol, there, now_ns)
            if not due and now_ns >= self._next_try_ns.get(group, 0) and (period is None or period.is_over(now_ns)):
                due = state.wire_symbol
        if due:
            await self._load(protocol, due)
        return bool(due)

    async def _load(self, protocol: FeedProtocol, symbol: str) -> None:
        group, request = protocol.hours_group(symbol), protocol.hours_request(symbol)
        delay_ns = _REPEAT_NS
        try:
            period = protocol.decode_hours(await self._get(request, protocol.credentials), self._clock())
            if period is not None:
                self._periods[group] = period
        except HistoryError as error:
            _LOG.info("Could not load the trading hours of %s: %s", symbol, error)
            retry_ns = _REFUSED_NS if error.refusal in _LASTING else _RETRY_NS
            delay_ns = max(retry_ns, int((error.retry_after_s or 0.0) * SECOND_NS))
        except FrameError as error:
            _LOG.info("Could not read the trading hours of %s: %s", symbol, error)
        finally:  # also after an internal error: the same bug is likely to happen again
            self._next_try_ns[group] = self._clock() + delay_ns


def _group_of(protocol: FeedProtocol, state: SymbolState) -> str:
    """Return the group of a symbol whose trading hours are requested; empty for other symbols."""
    calendar = state.day.calendar
    is_requested = not (calendar.is_rolling or calendar.begins_hour) and state.refusal is None
    return protocol.hours_group(state.wire_symbol) if is_requested else ""
