"""A simulated market with realistic prices, tick sizes, volatilities, bursts of volume, and years of past."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from ticker_gui.demo.history import InstrumentHistory
from ticker_gui.demo.instruments import INSTRUMENTS, DemoInstrument, make_instrument
from ticker_gui.demo.past import Candle, Past, id_at
from ticker_gui.domain.events import DayStats, MarketFact, Quote, Trade
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.feeds.providers.demo import Demo

_LATEST_TRADES: Final = 400  # the number of trades that a client recognizes after a reconnect
_MIN_PAUSE_NS: Final = SECOND_NS // 5
_HISTORY_NS: Final = 15 * MINUTE_NS
_TRADES: Final = 0.5  # the share of trades in all events
_QUOTES: Final = 0.44  # the share of quotes; the rest are day statistics
_DAY_S: Final = 86_400
_STEP_S: Final = 15  # how often the simulation sets the level around which the price fluctuates
_STEP_NS: Final = _STEP_S * SECOND_NS
_STEP_SIZE: Final = 0.75  # of the volatility, so that a minute moves as far as the minutes of the past
_BURST_DECAY: Final = 0.15  # the decay of a burst of activity per trade of the symbol


class _Listing:
    """The current state of an instrument: its price fluctuates around that of the simulation, with bursts of activity.

    It starts with the first event, where its past ends.
    """

    def __init__(self, instrument: DemoInstrument, rng: random.Random) -> None:
        self.instrument = instrument
        self.burst = 0.0
        self.latest: deque[Trade] = deque(maxlen=_LATEST_TRADES)
        self._rng = rng
        self._past = Past(instrument)
        self._history: InstrumentHistory | None = None
        self._level = self._price = instrument.opening
        self._open = self._high = self._low = self._previous_close = instrument.opening
        self._volume = 0.0
        self._step = self._day = self._first_id = 0
        self._trades = 0

    def history(self, now_ns: int) -> InstrumentHistory:
        """Return the past of the instrument, including its trades until now."""
        self._advance(now_ns)
        assert self._history is not None
        return self._history

    def _advance(self, time_ns: int) -> None:
        """Follow the price of the simulation, and begin a new day at midnight."""
        step = time_ns // _STEP_NS
        if step == self._step:
            return
        self._step = step
        second = step * _STEP_S
        self._level = self._past.price(second)
        if self._history is None:
            self._start(time_ns // SECOND_NS)
        elif second // _DAY_S > self._day:
            self._begin_day(second, self._on_tick(self._price), None)

    def _start(self, second: int) -> None:
        self._history = InstrumentHistory(self._past, second)
        self._price = self._past.price(second)
        self._first_id = id_at(second)
        midnight = second - second % _DAY_S
        self._begin_day(second, self._past.price(midnight), self._past.candle(midnight, second))

    def _begin_day(self, second: int, previous_close: float, candle: Candle | None) -> None:
        self._day = second // _DAY_S
        self._previous_close = previous_close
        self._open = self._high = self._low = self._on_tick(self._price)
        self._volume = 0.0
        if candle is not None:
            self._open, self._high, self._low, _, self._volume = candle

    @property
    def activity(self) -> float:
        return self.instrument.activity * (1.0 + self.burst)

    def trade(self, time_ns: int) -> Trade:
        self._advance(time_ns)
        rng, instrument = self._rng, self.instrument
        step = _STEP_SIZE * instrument.volatility * (1.0 + 0.2 * self.burst)
        self._price *= math.exp(rng.gauss(0.0, step) + 0.12 * math.log(self._level / self._price))
        self.burst *= 1.0 - _BURST_DECAY
        if rng.random() < 0.004:
            self.burst = rng.uniform(4.0, 14.0)
        price = self._on_tick(self._price)
        size = instrument.lot * max(1, round(rng.lognormvariate(0.3 + 0.1 * self.burst, 0.9)))
        if not self._volume:  # the first one of the day
            self._open = self._high = self._low = price
        self._high, self._low = max(self._high, price), min(self._low, price)
        self._volume += size
        trade = Trade(instrument.symbol, price, round(size, 6), time_ns, self._first_id + self._trades)
        self._trades += 1
        self.latest.append(trade)
        self.history(time_ns).add(trade)
        return trade

    def quote(self, time_ns: int) -> Quote:
        self._advance(time_ns)
        instrument, rng = self.instrument, self._rng
        half = instrument.tick * rng.choice((0.5, 0.5, 1.0, 1.5))
        bid, ask = self._on_tick(self._price - half), self._on_tick(self._price + half)
        if ask <= bid:
            ask = self._on_tick(bid + instrument.tick)
        sizes = [round(instrument.lot * rng.randint(1, 40), 6) for _ in range(2)]
        return Quote(instrument.symbol, bid, sizes[0], ask, sizes[1], time_ns)

    def day(self, time_ns: int) -> DayStats:
        self._advance(time_ns)
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
    """All listed instruments, by the symbols that clients request. The prices are simulated."""

    def __init__(self, symbols: Sequence[str] = (), seed: int | None = None) -> None:
        self._rng = random.Random(seed)
        names = map(Demo.wire_symbol, symbols) if symbols else (instrument.symbol for instrument in INSTRUMENTS)
        self._listings = {name: _Listing(make_instrument(name), self._rng) for name in dict.fromkeys(names)}

    @property
    def symbols(self) -> tuple[str, ...]:
        """The listed symbols."""
        return tuple(self._listings)

    def generate_history(self, now_ns: int, rate: float) -> Iterator[Trade]:
        """Generate the trades of the minutes before ``now_ns``, at ``rate`` events per second, symbol by symbol.

        A quarter of an hour of them is enough for a client that has lost its connection.
        """
        activity = sum(listing.instrument.activity for listing in self._listings.values())
        for listing in self._listings.values():
            if listing.latest:  # the market continues where it was
                continue
            trades_per_second = rate * _TRADES * listing.instrument.activity / activity
            pause_ns = max(_MIN_PAUSE_NS, int(SECOND_NS / trades_per_second))
            for index in range(min(_LATEST_TRADES, max(1, _HISTORY_NS // pause_ns)), 0, -1):
                yield listing.trade(now_ns - index * pause_ns + self._rng.randrange(pause_ns))

    def history(self, symbol: str, now_ns: int) -> InstrumentHistory:
        """Return the past of a listed symbol."""
        return self._listings[symbol].history(now_ns)

    def snapshot(self, symbol: str, now_ns: int) -> list[MarketFact]:
        """Return the current data of a symbol for a new subscriber: last trades, day statistics and quote."""
        listing = self._listings[symbol]
        return [*listing.latest, listing.day(now_ns), listing.quote(now_ns)]

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
