"""The outlier filter of quotes, day statistics and bars. Impossible values are rejected, unlikely quotes held."""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Quote
from ticker_gui.formatting.numbers import exact_if_short
from ticker_gui.market.held_trades import BAND, BAND_SQUARED

# No price is as high. Comparisons with it also reject NaN and infinities.
MAX_ABS_PRICE: Final = 1e15
# Some coins have 10^15 units, and others a smallest unit of 10^-18.
MAX_SIZE: Final = 1e30

# Values of a whole day and old bars may be far from the last price: LUNA fell by a factor of 20,000 in a day.
_MAX_DAY_RATIO: Final = 1e6
# At or below zero, ratios do not apply: oil was at -37.63 one day and at 9.06 the next.
_MAX_DAY_DISTANCE: Final = 1000.0
_BID, _ASK = 1, 2


class OutlierFilter:
    """The outlier filter of one symbol. Every check raises `FrameError` for a value that is rejected."""

    __slots__ = ("_far_sides", "_held_quote", "_symbol")

    def __init__(self, symbol: str) -> None:
        self._symbol = symbol
        self._held_quote: Quote | None = None
        self._far_sides = 0  # of the last accepted quote

    def checked_quote(self, quote: Quote, last: float | None) -> Quote:
        """Return a quote that is accepted; one far from the last price is held until the next quote.

        The next quote confirms it if it is far, too, or omits that side, which is then unchanged. Sides that the next
        quote omits are taken from the held one.
        """
        bid, ask, bid_size, ask_size = quote.bid, quote.ask, quote.bid_size, quote.ask_size
        if (  # nearly all quotes: complete, and near the last price
            last is not None
            and bid is not None
            and ask is not None
            and last <= bid * BAND
            and bid <= ask <= last * BAND
            and (bid_size is None or 0.0 <= bid_size < MAX_SIZE)
            and (ask_size is None or 0.0 <= ask_size < MAX_SIZE)
        ):
            self._held_quote, self._far_sides = None, 0
            return quote
        return self._checked_unusual(quote, last)

    def _checked_unusual(self, quote: Quote, last: float | None) -> Quote:
        held = self._held_quote
        if held is not None:
            quote = _completed(quote, held)
        for size in (quote.bid_size, quote.ask_size):
            if size is not None and not 0.0 <= size < MAX_SIZE:
                raise FrameError(f"size {exact_if_short(size)} in a quote of {self._symbol} is not possible")
        far_sides = near_sides = 0
        for price, side in ((quote.bid, _BID), (quote.ask, _ASK)):
            if not price:  # zero is an empty side
                continue
            if not -MAX_ABS_PRICE < price < MAX_ABS_PRICE:
                raise impossible_price("quote", price, self._symbol)
            if last is not None and last > 0.0 and _is_far(price, last):
                far_sides |= side
            else:
                near_sides |= side
        if held is None and far_sides & ~self._far_sides:
            self._held_quote = quote
            distance = "" if last is None else f"far from the last price {exact_if_short(last)}, "
            raise FrameError(f"quote of {self._symbol} held: {distance}waiting for a second quote")
        self._held_quote = None
        self._far_sides = (self._far_sides | far_sides) & ~near_sides
        return quote

    def check_day(self, day: DayStats, last: float | None) -> None:
        """Check the provider's statistics of a day."""
        for name, price in (
            ("open", day.open),
            ("high", day.high),
            ("low", day.low),
            ("close", day.previous_close),
            ("last price", day.last),
        ):
            if price:  # zero is an unknown value
                self._check_value(name, price, last)
        if day.high is not None and day.low is not None and day.high < day.low:
            raise FrameError(f"high of {self._symbol} is below its low")
        if day.volume is not None and not 0.0 <= day.volume < MAX_SIZE:
            raise FrameError(f"volume {exact_if_short(day.volume)} of {self._symbol} is not possible")

    def check_bar(self, bar: Bar, last: float | None) -> None:
        """Check a bar from the provider."""
        for name, price in (("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close)):
            self._check_value(name, price, last)
        if not bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high:
            raise FrameError(f"bar of {self._symbol} has its open or close outside its range")
        if bar.volume is not None and not 0.0 <= bar.volume < MAX_SIZE:
            raise FrameError(f"volume {exact_if_short(bar.volume)} in a bar of {self._symbol} is not possible")

    def _check_value(self, name: str, price: float, last: float | None) -> None:
        if not -MAX_ABS_PRICE < price < MAX_ABS_PRICE:
            raise impossible_price(name, price, self._symbol)
        if last is None or last <= 0.0:
            return
        if price > 0.0:
            is_possible = last / _MAX_DAY_RATIO <= price <= last * _MAX_DAY_RATIO
        else:
            is_possible = -price <= last * _MAX_DAY_DISTANCE
        if not is_possible:
            value, distance = exact_if_short(price), f"too far from its last price {exact_if_short(last)}"
            raise FrameError(f"{name} {value} of {self._symbol} is {distance}")


def impossible_price(name: str, price: float, symbol: str) -> FrameError:
    """Return the error for a price that is not accepted for any instrument."""
    rule = f": prices have to be below {exact_if_short(MAX_ABS_PRICE)}" if math.isfinite(price) else ""
    return FrameError(f"the {name} {exact_if_short(price)} of {symbol} is not possible{rule}")


def _is_far(price: float, last: float) -> bool:
    """Return whether a quote is far from a last price above zero; bids below zero are normal near zero."""
    return not last <= price * BAND <= last * BAND_SQUARED and not -last <= price < 0.0


def _completed(quote: Quote, held: Quote) -> Quote:
    """Return a quote whose missing sides are those of the held one."""
    changes: dict[str, Any] = {}
    if quote.bid is None and not quote.has_no_bid:
        size = held.bid_size if quote.bid_size is None else quote.bid_size
        changes |= {"bid": held.bid, "bid_size": size, "has_no_bid": held.has_no_bid}
    if quote.ask is None and not quote.has_no_ask:
        size = held.ask_size if quote.ask_size is None else quote.ask_size
        changes |= {"ask": held.ask, "ask_size": size, "has_no_ask": held.has_no_ask}
    return msgspec.structs.replace(quote, **changes)
