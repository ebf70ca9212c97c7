"""Notation of US stock symbols, in which case matters: ``AMpB`` is not ``AMPB``."""

from __future__ import annotations

import re
from typing import Final

from ticker_gui.feeds.symbols import Pair, in_capitals, is_quote_currency, typed_pair, upper, without_exchange

# The prefixes of US exchanges and trading venues in TradingView notation.
US_EXCHANGES: Final = ("NASDAQ", "NYSE", "AMEX", "ARCA", "NYSEARCA", "BATS", "CBOE", "IEX", "OTC")

_CLASS: Final = re.compile(r"\A([A-Z]{1,5})[-/]([A-Z])\Z")


def as_typed(symbol: str) -> str:
    """Return a symbol as typed, without the prefix of a US exchange; in capitals if it has no capital letter."""
    return in_capitals(without_exchange(symbol, US_EXCHANGES))


def currency_pair(symbol: str) -> Pair | None:
    """Return the base and the known quote currency of a pair; ``None`` if the symbol is not a pair.

    ``BAC-PRL`` and ``RY:TSX`` are stocks, and so are symbols with both small and capital letters.
    """
    pair = typed_pair(symbol)
    is_pair = pair is not None and is_quote_currency(pair.quote) and pair.base == upper(pair.base)
    return pair if is_pair else None


def with_dotted_class(symbol: str) -> str:
    """Return a symbol with a dot before the share class: ``BRK-B`` → ``BRK.B``."""
    return _CLASS.sub(r"\1.\2", symbol)
