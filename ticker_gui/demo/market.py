"""A simulated market with realistic opening prices, tick sizes, volatilities and bursts of volume."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from ticker_gui.domain.events import DayStats, MarketFact, Quote, Trade
from ticker_gui.domain.timeframe import SECOND_NS

_HISTORY_TRADES: Final = 400  # the number of trades that a client recognizes after a reconnect
_MIN_PAUSE_NS: Final = SECOND_NS // 5
_TRADES: Final = 0.5  # the share of trades in all events
_QUOTES: Final = 0.44  # the share of quotes; the rest are day statistics
_BURST_DECAY: Final = 0.15  # the decay of a burst of activity per trade of the symbol


class Instrument(msgspec.Struct, frozen=True):
    """A simulated instrument. ``volatility`` is the typical relative change between two trades."""

    symbol: str
    opening: float
    tick: float
    volatility: float
    activity: float
    lot: float


INSTRUMENTS: Final = (
    Instrument("NIMB", 184.20, 0.01, 0.00012, 3.0, 100),
    Instrument("ZEPH", 61.75, 0.01, 0.00025, 2.0, 100),
    Instrument("ORCA", 412.60, 0.01, 0.00010, 2.5, 50),
    Instrument("KITE", 8.34, 0.01, 0.00070, 1.0, 500),
    Instrument("LUMEN", 27.915, 0.005, 0.00035, 0.8, 200),
    Instrument("FERN", 133.05, 0.01, 0.00018, 1.2, 100),
    Instrument("QUARTZ", 2_918.5, 0.5, 0.00012, 0.7, 5),
    Instrument("VELA", 0.8452, 0.0001, 0.00055, 1.5, 5_000),
    Instrument("AUR/USX", 1.08235, 0.00005, 0.00004, 3.0, 10_000),
    Instrument("BOLT-X", 43_215.0, 5.0, 0.00030, 4.0, 0.05),
    Instrument("DUNE-X", 2_284.30, 0.1, 0.00040, 2.5, 0.8),
    Instrument("MOTE-X", 0.00001832, 0.00000001, 0.00090, 0.6, 2_000_000),
)


def make_instrument(symbol: str) -> Instrument:
    """Return an instrument for any symbol, always the same one."""
    for existing in INSTRUMENTS:
        if existing.symbol == symbol:
            return existing
    rng = random.Random(symbol)
    opening = 10 ** rng.uniform(0.3, 3.3)
    return Instrument(symbol, round(opening, 2), 0.01, rng.uniform(0.0001, 0.0006), rng.uniform(0.5, 3.0), 100)


class _Listing:
    """The current state of an instrument: its price fluctuates around a level, with bursts of activity."""

    def __init__(self, instrument: Instrument, rng: random.Random) -> None:
        self.instrument = instrument
        self.burst = 0.0
        self.history: deque[Trade] = deque(maxlen=_HISTORY_TRADES)
        self._rng = rng
        gap = rng.gauss(0.0, 12 * instrument.volatility)
        self._previous_close = self._on_tick(instrument.opening * (1 - gap))
        self._level = self._price = instrument.opening
        self._open = self._high = self._low = self._on_tick(instrument.opening)
        self._volume = 0.0
        self._trades = 0

    @property
    def activity(self) -> float:
        return self.instrument.activity * (1.0 + self.burst)

    def trade(self, time_ns: int) -> Trade:
        rng, instrument = self._rng, self.instrument
        step = instrument.volatility * (1.0 + 0.2 * self.burst)
        self._level *= math.exp(rng.gauss(0.0, step / 3))
        self._price *= math.exp(rng.gauss(0.0, step) + 0.05 * math.log(self._level / self._price))
        self.burst *= 1.0 - _BURST_DECAY
        if rng.random() < 0.004:
            self.burst = rng.uniform(4.0, 14.0)
        price = self._on_tick(self._price)
        size = instrument.lot * max(1, round(rng.lognormvariate(0.3 + 0.1 * self.burst, 0.9)))
        self._high, self._low = max(self._high, price), min(self._low, price)
        self._volume += size
        self._trades += 1
        trade = Trade(instrument.symbol, price, round(size, 6), time_ns, self._trades)
        self.history.append(trade)
        return trade

    def quote(self, time_ns: int) -> Quote:
        instrument, rng = self.instrument, self._rng
        half = instrument.tick * rng.choice((0.5, 0.5, 1.0, 1.5))
        bid, ask = self._on_tick(self._price - half), self._on_tick(self._price + half)
        if ask <= bid:
            ask = self._on_tick(bid + instrument.tick)
        sizes = [round(instrument.lot * rng.randint(1, 40), 6) for _ in range(2)]
        return Quote(instrument.symbol, bid, sizes[0], ask, sizes[1], time_ns)

    def day(self, time_ns: int) -> DayStats:
        return DayStats(
            self.instrument.symbol,
            open=self._open,
            high=self._high,
            low=self._low,
            previous_close=self._previous_close,
            volume=round(self._volume, 6),
            time_ns=time_ns,
        )

    def _on_tick(self, price: float) -> float:
        tick = self.instrument.tick
        return round(max(1, round(price / tick)) * tick, 10)


class DemoMarket:
    """All listed instruments. The prices are simulated."""

    def __init__(self, symbols: Sequence[str] = (), seed: int | None = None) -> None:
        self._rng = random.Random(seed)
        names = symbols or [instrument.symbol for instrument in INSTRUMENTS]
        self._listings = {name: _Listing(make_instrument(name), self._rng) for name in names}

    @property
    def symbols(self) -> tuple[str, ...]:
        """The listed symbols."""
        return tuple(self._listings)

    def generate_history(self, now_ns: int, rate: float) -> None:
        """Generate the trades of the minutes before ``now_ns``, at ``rate`` events per second."""
        activity = sum(listing.instrument.activity for listing in self._listings.values())
        for listing in self._listings.values():
            trades_per_second = rate * _TRADES * listing.instrument.activity / activity
            pause_ns = max(_MIN_PAUSE_NS, int(SECOND_NS / trades_per_second))
            for index in range(_HISTORY_TRADES, 0, -1):
                listing.trade(now_ns - index * pause_ns + self._rng.randrange(pause_ns))

    def snapshot(self, symbol: str, now_ns: int) -> list[MarketFact]:
        """Return the current data of a symbol for a new subscriber: last trades, day statistics and quote."""
        listing = self._listings[symbol]
        return [*listing.history, listing.day(now_ns), listing.quote(now_ns)]

    def generate(self, count: int, now_ns: int) -> Iterator[MarketFact]:
        """Generate ``count`` events: trades and quotes in similar numbers, and some day statistics."""
        listings = list(self._listings.values())
        weights = [listing.activity for listing in listings]
        for listing in self._rng.choices(listings, weights, k=count):
            draw = self._rng.random()
            if draw < _TRADES:
                yield listing.trade(now_ns)
            elif draw < _TRADES + _QUOTES:
                yield listing.quote(now_ns)
            else:
                yield listing.day(now_ns)
