"""Values that a provider does not state, calculated from those it states: the mid price, and the open from a change."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite

from ticker_gui.domain.events import Quote, Trade


def mid_price(quote: Quote) -> float | None:
    """Return the price halfway between bid and ask; ``None`` unless the quote has both."""
    return None if quote.bid is None or quote.ask is None else _halfway(quote.bid, quote.ask)


def _halfway(bid: float, ask: float) -> float:
    """Return the mid price with the digits that a price has, without the noise of binary numbers."""
    return float(f"{(bid + ask) / 2:.15g}")


def with_mid_trade(quote: Quote) -> tuple[Quote] | tuple[Quote, Trade]:
    """Return a quote and, if it has both sides, its mid price as a trade: currencies have no public trades."""
    bid, ask = quote.bid, quote.ask
    if bid is None or ask is None:
        return (quote,)
    return quote, Trade(quote.symbol, _halfway(bid, ask), None, quote.time_ns)


def open_from_change(last: float | None, change: float | None, decimals: int | None = None) -> float | None:
    """Return the open from the last price and the change since then, rounded to ``decimals`` if given."""
    if last is None or change is None:
        return None
    if decimals is not None or not (isfinite(last) and isfinite(change)):
        return last - change if decimals is None else round(last - change, decimals)
    return float(Decimal(repr(last)) - Decimal(repr(change)))  # binary numbers would add noise


def open_from_percent(last: float | None, percent: float | None) -> float | None:
    """Return the open from the last price and the change since then in percent; ``None`` for -100 % and below."""
    return None if last is None or percent is None or percent <= -100 else last / (1 + percent / 100)
