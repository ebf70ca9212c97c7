"""Which figures of a symbol can be true: impossible ones are refused, unlikely ones wait for a second that agrees."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Quote

# No instrument costs this much; a comparison with it also turns away NaN and the infinities.
IMPOSSIBLE: Final = 1e15

# A price so many times higher or lower than the last one, or not above zero where that was, has to be confirmed.
BAND: Final = 5.0
BAND_SQUARED: Final = BAND**2
_NEAR: Final = 0.1
# Figures of a whole day, and bars of long ago, may be further away than that.
_DAY_BAND: Final = 1000.0


class Plausible:
    """What is known of a symbol's unlikely figures. Every check raises `FrameError` where a figure is not believed."""

    __slots__ = ("_held", "_held_at", "_is_far_quote_held", "_symbol")

    def __init__(self, symbol: str) -> None:
        self._symbol = symbol
        self._held: float | None = None
        self._held_at = -1
        self._is_far_quote_held = False

    def check_trade(self, price: float, last: float | None, trades: int) -> None:
        """Look at a price that is the first, or outside the band around the last one; it is finite.

        ``trades`` is how many were believed until now: with one between them, two far ones confirm nothing.
        """
        if (last is None and price > 0.0) or (last is not None and last <= 0.0):
            return
        if price == 0.0:
            raise FrameError(f"the price 0 of {self._symbol} is none")
        held = self._held if self._held_at == trades else None
        if held is not None and abs(price - held) <= _NEAR * abs(held):
            self._held = None
            return
        self._held, self._held_at = price, trades
        what = "is the first, and below zero" if last is None else f"is far from the last one, {last:g}"
        raise FrameError(f"the price {price:g} of {self._symbol} {what}: held until a second one confirms it")

    def check_quote(self, quote: Quote, last: float | None) -> None:
        """Look at a bid and an offer; one far from the last price has to come twice."""
        bid, ask, bid_size, ask_size = quote.bid, quote.ask, quote.bid_size, quote.ask_size
        if (  # nearly all of them: whole, and around the last price
            last is not None
            and bid is not None
            and ask is not None
            and last <= bid * BAND
            and bid <= ask <= last * BAND
            and (bid_size is None or 0.0 <= bid_size < IMPOSSIBLE)
            and (ask_size is None or 0.0 <= ask_size < IMPOSSIBLE)
        ):
            self._is_far_quote_held = False
            return
        self._check_unusual(quote, last)

    def _check_unusual(self, quote: Quote, last: float | None) -> None:
        for size in (quote.bid_size, quote.ask_size):
            if size is not None and not 0.0 <= size < IMPOSSIBLE:
                raise FrameError(f"the size {size:g} of {self._symbol}'s quote is not possible")
        is_far = False
        for price in (quote.bid, quote.ask):
            if not price:  # nobody bids, or offers
                continue
            if not -IMPOSSIBLE < price < IMPOSSIBLE:
                raise FrameError(f"the quote {price:g} of {self._symbol} is not possible")
            if last is not None and last > 0.0 and not last <= price * BAND <= last * BAND_SQUARED:
                if price < 0.0:
                    raise FrameError(f"the quote {price:g} of {self._symbol} is below zero")
                is_far = True
        was_held, self._is_far_quote_held = self._is_far_quote_held, is_far
        if is_far and not was_held:
            raise FrameError(f"a quote of {self._symbol} is far from the last price, {last:g}: held until a second one")

    def check_day(self, day: DayStats, last: float | None) -> None:
        """Look at the figures of a day."""
        for name, price in (("open", day.open), ("high", day.high), ("low", day.low), ("close", day.previous_close)):
            if price:  # zero is said where there is none
                self._check_figure(name, price, last)
        if day.high is not None and day.low is not None and day.high < day.low:
            raise FrameError(f"the high of {self._symbol} is below its low")
        if day.volume is not None and not 0.0 <= day.volume < IMPOSSIBLE:
            raise FrameError(f"the volume {day.volume:g} of {self._symbol} is not possible")

    def check_bar(self, bar: Bar, last: float | None) -> None:
        """Look at a bar that the provider made."""
        for name, price in (("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close)):
            self._check_figure(name, price, last)
        if not bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high:
            raise FrameError(f"a bar of {self._symbol} does not hold its own open and close")
        if not 0.0 <= bar.volume < IMPOSSIBLE:
            raise FrameError(f"the volume {bar.volume:g} of a bar of {self._symbol} is not possible")

    def _check_figure(self, name: str, price: float, last: float | None) -> None:
        if not -IMPOSSIBLE < price < IMPOSSIBLE:
            raise FrameError(f"the {name} {price:g} of {self._symbol} is not possible")
        if last is not None and last > 0.0 and not last / _DAY_BAND <= price <= last * _DAY_BAND:
            raise FrameError(f"the {name} {price:g} of {self._symbol} is nowhere near its last price, {last:g}")
