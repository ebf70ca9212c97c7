"""The analysis of why a feed, or one of its symbols, delivers no market data."""

from __future__ import annotations

from typing import Final

from ticker_gui.config.settings import Feed
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.market import FeedMarket
from ticker_gui.market.opening_hours import why_market_closed
from ticker_gui.market.subscription import symbol_failure
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.session import Session

_MAX_OTHERS: Final = 5
_OTHER_KEY: Final = "Enter another key, or check what the plan of your account includes."
_RECENT_NS: Final = 10 * SECOND_NS


class NoDataAnalysis:
    """Analyzes one feed. The status bar, the diagnostics and ``ticker-gui check`` describe the results."""

    def __init__(self, settings: Feed, session: Session, market: FeedMarket) -> None:
        self._settings = settings
        self._session = session
        self._market = market

    def analyze(self, now_ns: int, symbol: SymbolState | None = None) -> NoData:
        """Return why no market data arrives from the feed, or for one of its symbols."""
        state = self._session.state
        if not state.is_connected:
            return self._disconnected(now_ns)
        if not self._market.states or state.kind is not FeedStatus.LIVE:
            return self.analyze_quiet(now_ns)
        return self._live(now_ns) if symbol is None else self._symbol(symbol, now_ns)

    def analyze_quiet(self, now_ns: int) -> NoData:
        """Return why no market data arrives over an open connection, even if the feed still counts as live."""
        connection, market = self._session.connection, self._market
        if not market.states:
            return NoData(NoDataCause.NO_SYMBOLS)
        hint, closed = self._hint(), market.why_closed(now_ns)
        protocol = self._session.protocol
        if protocol is not None and protocol.quiet_reason:
            return NoData(NoDataCause.QUIET_AT_RELAY, protocol.quiet_reason, hint, closed)
        if connection is None or not connection.frames_since_data:
            # The connection may be dead without having been closed, so the last activity is worth reporting.
            quiet_s = max(0, now_ns - (self._session.last_activity_ns or now_ns)) // SECOND_NS
            return NoData(NoDataCause.NOTHING_RECEIVED, hint=hint, closed=closed, quiet_s=quiet_s)
        if rejections := [state.rejection for state in market.states if state.rejection is not None]:
            return NoData(NoDataCause.DATA_REJECTED, sanitize_text(rejections[0]), hint)
        if 2 * connection.decode_errors_since_data > connection.frames_since_data:
            frame, reason = self._session.rejected_frames.frames[-1]
            sample = sanitize_text(frame.payload.decode("utf-8", "replace"))
            return NoData(NoDataCause.NOT_DECODED, reason, hint, sample=sample)
        return NoData(NoDataCause.NO_MARKET_DATA, market.last_error, hint, closed)

    def _hint(self) -> str:
        mapping = self._settings.mapping
        return "" if mapping is not None and mapping.subscribe else self._settings.protocol.no_data_hint

    def _disconnected(self, now_ns: int) -> NoData:
        state = self._session.state
        match state.kind:
            case FeedStatus.CONNECTING:
                phase, attempt = self._session.phase, max(1, state.attempt)
                return NoData(NoDataCause.CONNECTING, state.reason, phase=phase, attempt=attempt)
            case FeedStatus.WAITING:
                cause = NoDataCause.INTERNAL_ERROR if state.is_internal else NoDataCause.DISCONNECTED
                return NoData(cause, state.reason, retry_s=state.seconds_left(now_ns))
            case FeedStatus.REJECTED:
                return NoData(NoDataCause.REJECTED, state.reason, _OTHER_KEY if state.wants_key else "")
            case _:
                return NoData(NoDataCause.STOPPED)

    def _live(self, now_ns: int) -> NoData:
        market = self._market
        if any(state.has_data for state in market.states):
            return NoData(NoDataCause.RECEIVING)
        unknown = [symbol for symbol in market.seen_symbols if market.find(symbol) is None]
        if not unknown:  # such as after the only symbol with data was removed
            return self.analyze_quiet(now_ns)
        others = tuple(sanitize_text(symbol, SYMBOL_LENGTH) for symbol in unknown[:_MAX_OTHERS])
        return NoData(NoDataCause.OTHER_SYMBOLS, market.last_error, others=others)

    def _symbol(self, symbol: SymbolState, now_ns: int) -> NoData:
        cause, reason, closed = self._symbol_cause(symbol, now_ns)
        return NoData(
            cause,
            reason,
            closed=closed,
            quiet_s=max(0, now_ns - (symbol.received_ns or now_ns)) // SECOND_NS,
            provider=self._settings.protocol.title,
            symbol=sanitize_text(symbol.symbol, SYMBOL_LENGTH),
            wire_symbol=sanitize_text(symbol.wire_symbol, SYMBOL_LENGTH),
            is_acknowledged=symbol.is_acknowledged,
            held_price=symbol.held_price,
            last_price=symbol.last,
            longest_gap_s=symbol.staleness.longest_ns // SECOND_NS,
        )

    def _symbol_cause(self, symbol: SymbolState, now_ns: int) -> tuple[NoDataCause, str, str]:
        """Return the cause, what the provider says, and why the market is closed."""
        failure = symbol_failure(symbol)
        if symbol.held_price is not None and symbol.refusal is None:
            return NoDataCause.PRICE_HELD, "", ""
        if failure is not None:
            return failure.cause, failure.reason, ""
        connection = self._session.connection
        if connection is None or symbol.wire_symbol not in connection.requested:
            return NoDataCause.NOT_REQUESTED, "", ""
        if symbol.received_ns is None or not symbol.has_data:
            return NoDataCause.NOT_RECEIVED, "", ""
        if now_ns - symbol.received_ns < _RECENT_NS:
            return NoDataCause.RECEIVING, "", ""
        if closed := why_market_closed(symbol.day.calendar, symbol.trading_period, now_ns):
            return NoDataCause.MARKET_CLOSED, "", closed
        return (NoDataCause.STALE if symbol.is_overdue(now_ns) else NoDataCause.INFREQUENT), "", ""
