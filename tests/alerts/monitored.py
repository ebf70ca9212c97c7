"""A market with one symbol whose alerts are evaluated as the engine does it, and a simple model of its last price."""

from __future__ import annotations

from ticker_gui.alerts.firing import Crossing
from ticker_gui.alerts.symbol_monitor import SymbolMonitor
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Correction, DayStats, MarketFact, Quote, Trade, Updates
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.market import Market

START_NS = 1_700_000_000 * SECOND_NS


class Monitored:
    """One symbol: `apply` gives a fact to the market and, if it was new, to the alerts."""

    def __init__(self) -> None:
        self.market = Market().feed("f")
        self.state = self.market.watch("A", "A")
        self.market.on_connected(START_NS - SECOND_NS)
        self.fired: list[tuple[str, Crossing]] = []
        self.monitor = SymbolMonitor(self.state, lambda name, monitor, crossing: self.fired.append((name, crossing)))
        self.now_ns = START_NS
        self.calls = 0

    def apply(self, fact: MarketFact) -> bool:
        """Apply a fact that arrives now; return whether it was new."""
        try:
            is_news = self.market.apply(fact, self.now_ns)
        except FrameError:
            return False
        if is_news or type(fact) is Correction:
            self.deliver(fact)
        return is_news

    def deliver(self, fact: MarketFact) -> None:
        """Evaluate a fact that was applied."""
        monitor = self.monitor
        if type(fact) is Trade:
            if not self.state.ignored_low < fact.price < self.state.ignored_high:
                self.calls += 1
                monitor.apply_trade(fact, self.now_ns)
        elif type(fact) is not Quote or monitor.needs_all:
            monitor.apply(fact, self.now_ns)

    def trade(self, price: float, time_s: float = 0.0, number: int | None = None, updates: int = 7) -> bool:
        """Apply a trade some seconds after the start; the clock is not behind it."""
        time_ns = START_NS + int(time_s * SECOND_NS)
        self.now_ns = max(self.now_ns, time_ns)
        return self.apply(Trade("A", price, 1.0, time_ns, number, updates=Updates(updates)))

    def trades(self, *prices: float) -> None:
        """Apply trades one second apart."""
        for price in prices:
            self.now_ns += SECOND_NS
            self.apply(Trade("A", price, 1.0, self.now_ns))

    def stated(self, last: float, volume: float) -> None:
        """Apply statistics with a last price."""
        self.now_ns += SECOND_NS
        self.apply(DayStats("A", last=last, volume=volume))

    def disconnect(self) -> None:
        """Lose the connection."""
        self.market.on_disconnected(self.now_ns)
        self.monitor.begin_gap()

    def connect(self, after_s: float = 60.0) -> None:
        """Connect again after a time."""
        self.now_ns += int(after_s * SECOND_NS)
        self.market.on_connected(self.now_ns)

    def crossings(self, name: str) -> list[Crossing]:
        """Return the crossings of an alert."""
        return [crossing for one, crossing in self.fired if one == name]

    def prices(self, name: str) -> list[float | None]:
        """Return the prices at which an alert fired."""
        return [crossing.observation.price for crossing in self.crossings(name)]


class LastPrice:
    """The model: all trades that count, of which the newest is the last price."""

    def __init__(self) -> None:
        self.trades: list[list[float]] = []  # time, order of arrival, price
        self.is_corrected = False

    @property
    def last(self) -> float | None:
        """The price of the newest trade."""
        return max(self.trades)[2] if self.trades else None

    def add(self, time_s: float, price: float) -> bool:
        """Add a trade; return whether it is the newest one."""
        self.trades.append([time_s, len(self.trades), price])
        return max(self.trades) is self.trades[-1]
