"""What is known about one symbol of one feed."""

from __future__ import annotations

from typing import Final

import msgspec

from ticker_gui.domain.events import Bar, DayStats, MarketFact, Quote, Trade
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.market import formats
from ticker_gui.market.bars import BarHistory
from ticker_gui.market.recent_ids import RecentIds
from ticker_gui.market.tape import Tape
from ticker_gui.market.tempo import Tempo

# No instrument costs this much; a comparison with it also turns away NaN and the infinities.
IMPOSSIBLE: Final = 1e15

# A price so many times higher or lower than the last one, or not above zero where that was, wants a second one that
# confirms it.
_BAND: Final = 5.0
_BAND_SQUARED: Final = _BAND**2
_NEAR: Final = 0.1
_EARLIEST_NS: Final = 946_684_800 * SECOND_NS  # the year 2000: what claims to be older has no time


class Budget(msgspec.Struct, frozen=True):
    """How much history one symbol keeps: rows of each kind."""

    trades: int
    second_bars: int
    minute_bars: int


class SymbolState:
    """One symbol's figures, tape and bars. Only `Market` changes it; everyone may read it.

    ``symbol`` is spelled as the user gave it, ``wire_symbol`` as the provider does. Prices are ``None`` until known.
    ``version`` grows with every change; ``received_ns`` is when the last market fact arrived.
    """

    __slots__ = (
        "_held",
        "_high",
        "_learned",
        "_low",
        "_quote_ns",
        "_watched_volume",
        "ask",
        "ask_size",
        "bars",
        "bid",
        "bid_size",
        "day_volume",
        "feed",
        "ids",
        "is_changed",
        "last",
        "last_ns",
        "last_size",
        "open",
        "previous_close",
        "price_digits",
        "received_ns",
        "refusal",
        "symbol",
        "taken_version",
        "tape",
        "tempo",
        "tick",
        "version",
        "wire_symbol",
    )

    def __init__(self, feed: str, symbol: str, wire_symbol: str, budget: Budget) -> None:
        self.feed = feed
        self.symbol = symbol
        self.wire_symbol = wire_symbol
        self.last: float | None = None
        self.last_size = 0.0
        self.last_ns = -(2**63)
        self.tick = 0  # direction of the last change of price: 1 up, -1 down
        self.bid: float | None = None
        self.bid_size: float | None = None
        self.ask: float | None = None
        self.ask_size: float | None = None
        self._quote_ns = -(2**63)
        self.open: float | None = None
        self._high = -IMPOSSIBLE
        self._low = IMPOSSIBLE
        self.previous_close: float | None = None
        self.day_volume: float | None = None
        self._watched_volume = 0.0
        self._held: float | None = None  # a price that is not believed yet
        self.received_ns: int | None = None
        self.tempo = Tempo()
        self.refusal: str | None = None
        self.price_digits = 0
        self._learned: tuple[float | None, float | None, float | None] = (None, None, None)
        self.version = 0
        self.taken_version = 0  # the version at the last look at the changes
        self.is_changed = False
        self.tape = Tape(budget.trades)
        self.bars = BarHistory(self.tape, budget.second_bars, budget.minute_bars)
        self.ids = RecentIds()

    @property
    def high(self) -> float | None:
        """The day's high as the provider tells it, raised by later trades; the watched high where it tells none."""
        return self._high if self._high > -IMPOSSIBLE else None

    @property
    def low(self) -> float | None:
        """The day's low, likewise."""
        return self._low if self._low < IMPOSSIBLE else None

    @property
    def trades(self) -> int:
        """How many trades have been seen."""
        return self.tape.begin + len(self.tape)

    @property
    def volume(self) -> float | None:
        """The provider's volume of the day; what was seen traded where it tells none, if sizes are told at all."""
        return self._watched_volume or None if self.day_volume is None else self.day_volume

    @property
    def change(self) -> float | None:
        """The last price against the previous close, or against the open where no close is told."""
        reference = self._reference
        return None if self.last is None or reference is None else self.last - reference

    @property
    def change_percent(self) -> float | None:
        """`change` in per cent of what it is measured against."""
        change, reference = self.change, self._reference
        return None if change is None or not reference else 100.0 * change / abs(reference)

    @property
    def _reference(self) -> float | None:
        return self.open if self.previous_close is None else self.previous_close

    def age_s(self, now_ns: int) -> int | None:
        """Return how long ago the last market fact arrived, in whole seconds."""
        return None if self.received_ns is None else max(0, now_ns - self.received_ns) // SECOND_NS

    def is_silent(self, now_ns: int) -> bool:
        """Return whether nothing has come for so long that it is improbable for this symbol."""
        return self.received_ns is not None and now_ns - self.received_ns > self.tempo.patience_ns

    def learn_digits(self) -> int:
        """Return the decimals to show prices with: the most that any of this symbol's has needed so far."""
        prices = (self.last, self.bid, self.ask)
        if prices != self._learned:
            for price, known in zip(prices, self._learned, strict=True):
                if price is None or price == known:
                    continue
                digits = max(self.price_digits, formats.usual_decimals(price))
                if round(price, digits) != price:  # most prices need no more, and this is the cheap way to know
                    digits = max(digits, formats.decimals(price))
                self.price_digits = digits
            self._learned = prices
        return self.price_digits

    def keep(self, budget: Budget) -> None:
        """Change how much history is kept."""
        self.bars.count()
        for ring, capacity in (
            (self.tape, budget.trades),
            (self.bars.seconds, budget.second_bars),
            (self.bars.minutes, budget.minute_bars),
        ):
            if ring.capacity != capacity:
                ring.capacity = capacity

    def apply(self, fact: MarketFact, received_ns: int) -> bool:  # noqa: C901  # a trade is taken in without a call
        """Take in one fact; return whether it was news. Cost does not depend on what is held."""
        if not isinstance(fact, Trade):
            is_news = self._apply_other(fact)
            if is_news:
                self._note_arrival(received_ns)
            return is_news

        price = fact.price
        if not -IMPOSSIBLE < price < IMPOSSIBLE:
            return False
        trade_id = fact.trade_id
        if trade_id is not None and not self.ids.is_new(trade_id):
            return False
        known = self.last
        if known is not None and known > 0.0 and not known <= price * _BAND <= known * _BAND_SQUARED:  # noqa: SIM102
            if not self._is_confirmed(price):  # asked in the rare case only
                return False
        self._note_arrival(received_ns)
        time_ns = fact.time_ns
        if time_ns is None or not _EARLIEST_NS < time_ns <= received_ns + DAY_NS:
            time_ns = received_ns
        size = fact.size
        if size is None or not 0.0 <= size < IMPOSSIBLE:
            size = 0.0
        if price > self._high:
            self._high = price
        if price < self._low:
            self._low = price
        self._watched_volume += size
        if time_ns < self.last_ns:
            self._add_late(time_ns, price, size)
            return True
        if self.tape.add(time_ns, price, size):
            self.bars.count()
        last = self.last
        if price != last:
            self.tick = 0 if last is None else 1 if price > last else -1
            self.last = price
        self.last_ns = time_ns
        self.last_size = size
        return True

    def _note_arrival(self, received_ns: int) -> None:
        before_ns, self.received_ns = self.received_ns, received_ns
        if before_ns is not None and before_ns < received_ns:  # what one read brings has one time
            self.tempo.note(received_ns - before_ns)
        self.version += 1

    def _is_confirmed(self, price: float) -> bool:
        """Return whether a price far from the last one is the second of its kind; the first is held back."""
        held, self._held = self._held, price
        if held is not None and abs(price - held) <= _NEAR * abs(held):
            self._held = None
            return True
        return False

    def _add_late(self, time_ns: int, price: float, size: float) -> None:
        """Count a late trade in its own bar and place; it is no news about the last price."""
        self.bars.count()
        self.tape.add_late(time_ns, price, size)
        self.bars.count_late(time_ns, price, size)

    def _apply_other(self, fact: Quote | DayStats | Bar) -> bool:
        match fact:
            case Quote():
                return self._apply_quote(fact)
            case DayStats():
                return self._apply_day(fact)
            case Bar():
                return self._apply_bar(fact)

    def _apply_quote(self, quote: Quote) -> bool:
        if quote.time_ns is not None:
            if quote.time_ns < self._quote_ns:
                return False
            self._quote_ns = quote.time_ns
        if quote.digits is not None:
            self.price_digits = max(self.price_digits, min(quote.digits, formats.MOST_DECIMALS))
        self.bid = _possible(quote.bid, self.bid)
        self.bid_size = _possible(quote.bid_size, self.bid_size)
        self.ask = _possible(quote.ask, self.ask)
        self.ask_size = _possible(quote.ask_size, self.ask_size)
        return True

    def _apply_day(self, day: DayStats) -> bool:
        self.open = _possible(day.open, self.open)
        high, low = _possible(day.high, None), _possible(day.low, None)
        if high is not None:
            self._high = high
        if low is not None:
            self._low = low
        self.previous_close = _possible(day.previous_close, self.previous_close)
        self.day_volume = _possible(day.volume, self.day_volume)
        return True

    def _apply_bar(self, bar: Bar) -> bool:
        if not all(abs(value) < IMPOSSIBLE for value in (bar.open, bar.high, bar.low, bar.close, bar.volume)):
            return False
        self.bars.add_provided(bar)
        return True


def _possible(value: float | None, otherwise: float | None) -> float | None:
    """Return ``value`` where it was told and can be true, else what was known before."""
    return value if value is not None and -IMPOSSIBLE < value < IMPOSSIBLE else otherwise
