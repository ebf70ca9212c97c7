"""Optional values of a message: stated, stated to be absent (null), or left out.

``null`` and empty text state that there is no value: an order book with an empty side. A field that the message
leaves out (`msgspec.UNSET`) is unchanged.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import UNSET, UnsetType

from ticker_gui.domain.events import Quote

Stated: TypeAlias = float | UnsetType | None


def quote_of(
    symbol: str,
    bid: Stated,
    bid_size: Stated,
    ask: Stated,
    ask_size: Stated,
    time_ns: int | None = None,
    digits: int | None = None,
) -> Quote:
    """Return the best bid and ask of a message. A side without a price, or with a size of zero, is empty."""
    if bid and ask:  # both sides are stated, which is the usual case
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


def value_of(stated: Stated) -> float | None:
    """Return a stated value; ``None`` if it is left out."""
    return None if stated is UNSET else stated


def price_of(stated: Stated) -> float | None:
    """Return a stated price; ``None`` for zero, which means that there is none."""
    return None if stated is UNSET else stated or None


def _is_empty(price: Stated, size: Stated) -> bool:
    """Return whether a side is stated to be empty. With a size, zero is a price: that of a spread, for example."""
    if price is UNSET:
        return False
    return price is None or size == 0 or (price == 0 and not size)
