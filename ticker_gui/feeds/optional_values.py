"""Optional numbers of a message: a value, null, or left out.

``null`` and empty text state that there is no value: an order book with an empty side. A field that the message
leaves out (`msgspec.UNSET`) is unchanged.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import UNSET, UnsetType

from ticker_gui.domain.events import Quote

OptionalNumber: TypeAlias = float | UnsetType | None  # in a declared shape, with the default ``UNSET``


def quote_of(
    symbol: str,
    bid: OptionalNumber,
    bid_size: OptionalNumber,
    ask: OptionalNumber,
    ask_size: OptionalNumber,
    time_ns: int | None = None,
    digits: int | None = None,
) -> Quote:
    """Return the best bid and ask of a message. A side without a price, or with a size of zero, is empty."""
    if bid and ask:  # both sides have a price, which is the usual case
        if bid_size and ask_size:
            return Quote(symbol, bid, bid_size, ask, ask_size, time_ns, digits)
        if bid_size is UNSET and ask_size is UNSET:
            return Quote(symbol, bid, None, ask, None, time_ns, digits)
    has_no_bid, has_no_ask = _is_empty(bid, bid_size), _is_empty(ask, ask_size)
    return Quote(
        symbol,
        None if has_no_bid else value_of(bid),
        None if has_no_bid else value_of(bid_size),
        None if has_no_ask else value_of(ask),
        None if has_no_ask else value_of(ask_size),
        time_ns,
        digits,
        has_no_bid,
        has_no_ask,
    )


def value_of(number: OptionalNumber) -> float | None:
    """Return a number; ``None`` if it is null or left out."""
    return None if number is UNSET else number


def price_of(number: OptionalNumber) -> float | None:
    """Return a price; ``None`` if it is null, left out or zero, which means that there is none."""
    return None if number is UNSET else number or None


def _is_empty(price: OptionalNumber, size: OptionalNumber) -> bool:
    """Return whether a side is empty. With a size, zero is a price: that of a spread, for example."""
    if price is UNSET:
        return False
    return price is None or size == 0 or (price == 0 and not size)
