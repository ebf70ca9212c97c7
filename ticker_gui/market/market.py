"""The state of every watched symbol of every feed. Live facts are applied by `FeedMarket.apply`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from ticker_gui.bars.gaps import CoverageTracker
from ticker_gui.domain.errors import FrameError, SettingsError, TradeHeld
from ticker_gui.domain.events import Correction, Fact, MarketFact, Quote, Reply, Trade
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import Instrument, StockHours
from ticker_gui.market.fact_monitor import FactMonitor
from ticker_gui.market.held_trades import HeldTrade
from ticker_gui.market.limits import Limits
from ticker_gui.market.opening_hours import why_market_closed
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.session_calendar import ROLLING, SessionCalendar, provider_calendar
from ticker_gui.market.symbol_state import SymbolState

_MAX_SEEN_SYMBOLS: Final = 5_000

_Report: TypeAlias = Callable[[MarketFact, int], object]


class Changes(NamedTuple):
    """The changes since the last call: the symbols, the number of facts, and when the first one arrived."""

    states: list[SymbolState]
    updates: int
    first_ns: int


def _noop() -> None:
    """No-op default for `wake`."""


def _ignore(fact: MarketFact, received_ns: int) -> None:
    """Ignore a fact, because nothing is monitored."""


class Market:
    """All feeds. ``wake`` is called at the first change after `collect_changes`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits: Final = limits or Limits()
        self.wake: Callable[[], None] = _noop
        self.count = 0  # watched symbols
        self.revision = 0  # counts the changes of which symbols are watched
        self._feeds: dict[str, FeedMarket] = {}
        self._changed: list[SymbolState] = []
        self._first_ns = 0
        self._charted: list[SymbolState] = []

    def feed(
        self,
        name: str,
        *,
        has_sequential_trade_ids: bool = False,
        has_us_stocks: bool = False,
        stock_hours: StockHours = StockHours.ON_THE_HOUR,
    ) -> FeedMarket:
        """Return the part of one feed, which is created at the first call.

        ``has_sequential_trade_ids``: ids are numbers without gaps. ``has_us_stocks``: plain tickers are US stocks, of
        which the provider's hourly bars begin at ``stock_hours``.
        """
        if name not in self._feeds:
            self._feeds[name] = FeedMarket(
                self,
                name,
                has_sequential_trade_ids=has_sequential_trade_ids,
                has_us_stocks=has_us_stocks,
                stock_hours=stock_hours,
            )
        return self._feeds[name]

    def drop(self, name: str) -> None:
        """Remove a feed and all of its data."""
        if (feed := self._feeds.pop(name, None)) is not None:
            for state in feed.states:
                feed.unwatch(state.wire_symbol)

    def set_order(self, names: Iterable[str]) -> None:
        """Set the order of the feeds."""
        self._feeds = {name: self._feeds[name] for name in names if name in self._feeds}

    @property
    def states(self) -> list[SymbolState]:
        """Every watched symbol, ordered by feed and then by time of watching."""
        return [state for feed in self._feeds.values() for state in feed.states]

    def holds(self, state: SymbolState) -> bool:
        """Return whether a symbol is still watched."""
        feed = self._feeds.get(state.feed)
        return feed is not None and feed.find(state.wire_symbol) is state

    def collect_changes(self) -> Changes:
        """Return the changes since the last call."""
        states, self._changed = self._changed, []
        updates = 0
        for state in states:
            state.is_changed = False
            updates += state.version - state.collected_version
            state.collected_version = state.version
        return Changes(states, updates, self._first_ns)

    def note_changed(self, state: SymbolState, received_ns: int) -> None:
        """Add a symbol to the changes; called once per symbol between two calls of `collect_changes`."""
        state.is_changed = True
        if not self._changed:
            self._first_ns = received_ns
            self.wake()
        self._changed.append(state)

    def forget(self, state: SymbolState) -> None:
        """Forget a symbol that is no longer watched."""
        self.count -= 1
        self.revision += 1
        state.monitor = None
        state.discard_held()
        if state in self._charted:
            self._charted.remove(state)

    def chart(self, state: SymbolState) -> None:
        """Give a symbol the history of a chart; with too many of them, reset the least recent one."""
        if state in self._charted:
            self._charted.remove(state)
        self._charted.append(state)
        state.bars.set_capacity(self.limits.charted)
        while len(self._charted) > self.limits.charts:
            dropped = self._charted.pop(0)
            dropped.bars.set_capacity(self.limits.watched)
            dropped.bars.provided.clear()


class FeedMarket:
    """The watched symbols of one feed.

    ``outdated_updates`` counts updates that were ignored as duplicates or as older than what is known;
    ``unsubscribed_updates`` counts those for symbols that are not watched, of which ``seen_symbols`` has some names.
    ``related_facts`` are the held trades that the last trade confirmed, which count before it, and the corrections of
    the last trade that arrived before it, which apply after it.
    """

    def __init__(
        self,
        market: Market,
        name: str,
        *,
        has_sequential_trade_ids: bool = False,
        has_us_stocks: bool = False,
        stock_hours: StockHours = StockHours.ON_THE_HOUR,
    ) -> None:
        self.name: Final = name
        self.has_us_stocks, self.stock_hours = has_us_stocks, stock_hours
        self.coverage: Final = CoverageTracker()
        self._has_sequential_trade_ids = has_sequential_trade_ids
        self.outdated_updates = 0
        self.unsubscribed_updates = 0
        self.seen_symbols: dict[str, None] = {}  # an ordered set
        self.last_error = ""  # the last refusal that named no symbol
        self.related_facts: Final[list[HeldTrade | Correction]] = []
        self._market = market
        self._states: dict[str, SymbolState] = {}
        self._instruments: Mapping[str, Instrument] = {}
        self._report_monitored: _Report = _ignore

    @property
    def states(self) -> list[SymbolState]:
        """The watched symbols, in the order in which they were added."""
        return list(self._states.values())

    @property
    def room(self) -> int:
        """How many symbols of this feed can be watched, those that are watched already included."""
        return self._market.limits.symbols - self._market.count + len(self._states)

    def watch(self, symbol: str, wire_symbol: str) -> SymbolState:
        """Start watching a symbol, unless it is already watched; return its state.

        Raises:
            SettingsError: the limit of symbols is reached.
        """
        state = self._states.get(wire_symbol)
        if state is None:
            if self._market.count >= self._market.limits.symbols:
                raise SettingsError(
                    f"Cannot add {symbol}: the limit of {self._market.limits.symbols:,} symbols is reached. "
                    "Remove some, or raise limits.symbols in the settings."
                )
            state = self._states[wire_symbol] = self._new_state(symbol, wire_symbol)
        return state

    def _new_state(self, symbol: str, wire_symbol: str) -> SymbolState:
        state = SymbolState(
            self.name,
            symbol,
            wire_symbol,
            self._market.limits.watched,
            self.coverage,
            has_sequential_trade_ids=self._has_sequential_trade_ids,
            calendar=self._calendar_of(wire_symbol),
            related_facts=self.related_facts,
        )
        state.set_instrument(self._instruments.get(wire_symbol))
        self._market.count += 1
        self._market.revision += 1
        return state

    def _calendar_of(self, wire_symbol: str) -> SessionCalendar:
        return provider_calendar(wire_symbol, self.stock_hours) if self.has_us_stocks else ROLLING

    def set_us_stocks(self, stock_hours: StockHours) -> None:
        """Note that plain tickers are US stocks. Symbols whose sessions are others now begin again without data."""
        self.has_us_stocks, self.stock_hours = True, stock_hours
        for wire_symbol, state in self._states.items():
            if state.day.calendar != self._calendar_of(wire_symbol):
                self._market.forget(state)
                self._states[wire_symbol] = self._new_state(state.symbol, wire_symbol)

    def unwatch(self, wire_symbol: str) -> None:
        """Stop watching a symbol and drop its data."""
        state = self._states.pop(wire_symbol, None)
        if state is not None:
            self._market.forget(state)

    def find(self, wire_symbol: str) -> SymbolState | None:
        """Return the state of a watched symbol."""
        return self._states.get(wire_symbol)

    def remember(self, wire_symbol: str, values: RememberedValues, now_ns: int) -> None:
        """Set the last known values of a watched symbol from an earlier session, unless it has received data."""
        state = self._states.get(wire_symbol)
        if state is not None and state.received_ns is None:
            state.remembered = values.of_one_session(state.day.calendar)
            self.note_past_data(wire_symbol, now_ns)

    def on_connected(self, now_ns: int) -> None:
        """Note a new connection; replies to earlier subscriptions no longer count."""
        self.coverage.mark_connected(now_ns)
        self.last_error = ""
        for state in self._states.values():
            state.forget_reply()

    def on_disconnected(self, from_ns: int) -> None:
        """Note the end of the connection; data is complete up to ``from_ns``."""
        self.coverage.mark_disconnected(from_ns)

    def data_expected(self, now_ns: int) -> bool:
        """Return whether data should have arrived by now: a symbol is overdue, or none has ever received data.

        Symbols whose market is closed do not count.
        """
        hours = {(state.day.calendar, state.trading_period) for state in self._states.values()}
        closed = {each for each in hours if why_market_closed(*each, now_ns)}
        expected = [each for each in self._states.values() if (each.day.calendar, each.trading_period) not in closed]
        if self._states and not expected:
            return False
        known = [state for state in expected if state.received_ns is not None]
        return not known or any(state.is_overdue(now_ns) for state in known)

    def why_closed(self, now_ns: int) -> str:
        """Return a sentence if the market of every watched symbol is closed, otherwise an empty text."""
        states = self._states.values()
        reasons = [why_market_closed(state.day.calendar, state.trading_period, now_ns) for state in states]
        return reasons[0] if reasons and all(reasons) else ""

    def has_data_since(self, wire_symbol: str, time_ns: int) -> bool:
        """Return whether market data has arrived for a symbol since then, or nobody watches it."""
        state = self._states.get(wire_symbol)
        return state is None or (state.received_ns is not None and state.received_ns >= time_ns)

    def note_overdue(self, wire_symbols: Iterable[str], now_ns: int, failure: str) -> None:
        """Note that acknowledgements are overdue; ``failure`` is the reason if they are not expected any more."""
        for wire_symbol in wire_symbols:
            state = self._states.get(wire_symbol)
            if state is not None:
                state.overdue = failure
                self._note_version(state, now_ns)

    def apply(self, fact: Fact, received_ns: int) -> bool:
        """Apply one fact that arrived at ``received_ns``; return whether it was new, for a watched symbol.

        Raises:
            FrameError: a value is impossible, or has to be confirmed first.
        """
        if type(fact) is Reply:
            return self._apply_reply(fact, received_ns)
        state = self._states.get(fact.symbol)
        if state is None:
            self._note_unsubscribed(fact.symbol)
            return False
        try:
            is_news = state.apply(fact, received_ns)
        except FrameError as error:
            self._note_rejected(state, error, received_ns)
            raise
        monitor = state.monitor
        if not is_news:
            self.outdated_updates += 1
            if monitor is not None and type(fact) is Correction:  # of a trade that only the monitor may have
                self._report_monitored(fact, received_ns)
            return False
        if not state.is_changed:
            self._market.note_changed(state, received_ns)
        if monitor is not None:
            if type(fact) is Trade:
                matters = not state.ignored_low < fact.price < state.ignored_high
            else:
                matters = type(fact) is not Quote or monitor.needs_all
            if matters or self.related_facts:
                self._report_monitored(fact, received_ns)
        return True

    def set_monitors(self, monitors: Mapping[str, FactMonitor], report: _Report | None) -> None:
        """Set the monitors by symbol; ``report`` is called with each fact that may matter to one, once it was applied.

        Deciding that here instead of in a reader of all facts saves a call per trade.
        """
        self._report_monitored = report or _ignore
        for wire_symbol, state in self._states.items():
            state.monitor = monitors.get(wire_symbol)

    def set_instruments(self, instruments: Mapping[str, Instrument], now_ns: int) -> None:
        """Set the provider's list of symbols, for watched symbols and for those that will be watched."""
        if instruments is self._instruments:
            return
        self._instruments = instruments
        for wire_symbol, state in self._states.items():
            instrument = instruments.get(wire_symbol)
            if instrument != state.instrument:
                state.set_instrument(instrument)
                self._note_version(state, now_ns)

    def add_instruments(self, instruments: Mapping[str, Instrument], now_ns: int) -> None:
        """Add symbols that were found at the provider; those that are known already are replaced."""
        if any(self._instruments.get(symbol) != one for symbol, one in instruments.items()):
            self.set_instruments({**self._instruments, **instruments}, now_ns)

    def forget_stored(self, now_ns: int) -> None:
        """Remove what an earlier session has stored: last known values and bars. Bars in view are requested again."""
        for state in self._states.values():
            state.remembered = None
            state.bars.provided.clear()
            state.version += 1
            if not state.is_changed:
                self._market.note_changed(state, now_ns)

    def set_trading_period(self, wire_symbol: str, period: TradingPeriod, now_ns: int) -> None:
        """Set when the market of a watched symbol opens and closes, as the provider states it."""
        state = self._states.get(wire_symbol)
        if state is not None and state.trading_period != period:
            state.trading_period = period
            self.note_past_data(wire_symbol, now_ns)

    def note_past_data(self, wire_symbol: str, now_ns: int) -> None:
        """Note that the past data of a symbol has changed, or whether it is being loaded."""
        state = self._states.get(wire_symbol)
        if state is not None:
            state.collected_version += 1  # not an update that could be combined with others
            self._note_version(state, now_ns)

    def _note_rejected(self, state: SymbolState, error: FrameError, received_ns: int) -> None:
        """Note a change of a symbol that has a held price, or no data because it is rejected."""
        is_new = not isinstance(error, TradeHeld) and state.rejection is None
        if not isinstance(error, TradeHeld):
            state.rejection = str(error)
        if state.held_price is not None or (is_new and not state.has_data):
            self._note_version(state, received_ns)

    def _note_version(self, state: SymbolState, now_ns: int) -> None:
        """Note a change of a symbol that is not a fact."""
        state.version += 1
        if not state.is_changed:
            self._market.note_changed(state, now_ns)

    def _note_unsubscribed(self, symbol: str) -> None:
        self.unsubscribed_updates += 1
        if len(self.seen_symbols) < _MAX_SEEN_SYMBOLS and len(symbol) <= SYMBOL_LENGTH:
            self.seen_symbols[symbol] = None

    def _apply_reply(self, reply: Reply, received_ns: int) -> bool:
        message = sanitize_text(reply.message)
        if not reply.ok and not reply.symbols:
            self.last_error = message
        for symbol in reply.symbols:
            state = self._states.get(symbol)
            if state is not None:
                state.note_reply(None if reply.ok else message)
                if not state.is_changed:
                    self._market.note_changed(state, received_ns)
        return True
