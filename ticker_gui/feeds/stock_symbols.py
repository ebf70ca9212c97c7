"""How symbols are written for providers of US stocks, whose names distinguish case: ``AMpB`` is not ``AMPB``."""

from __future__ import annotations

import re
from typing import Final

from ticker_gui.feeds.symbols import Pair, in_capitals, is_quote_currency, typed_pair, upper, without_exchange

# How TradingView names the exchanges and the trading venues of the consolidated tapes before a symbol.
US_EXCHANGES: Final = ("NASDAQ", "NYSE", "AMEX", "ARCA", "NYSEARCA", "BATS", "CBOE", "IEX", "OTC")

_CLASS: Final = re.compile(r"\A([A-Z]{1,5})[-/]([A-Z])\Z")


def as_typed(symbol: str) -> str:
    """Return a symbol as it was typed, without a US exchange before it; one typed in small letters in capitals."""
    return in_capitals(without_exchange(symbol, US_EXCHANGES))


def currency_pair(symbol: str) -> Pair | None:
    """Return the two sides of a pair against a known currency; ``None`` otherwise.

    ``BAC-PRL`` and ``RY:TSX`` are stocks, and so is a name in which small letters follow capitals.
    """
    pair = typed_pair(symbol)
    is_pair = pair is not None and is_quote_currency(pair.quote) and pair.base == upper(pair.base)
    return pair if is_pair else None


def with_dotted_class(symbol: str) -> str:
    """Return a symbol with a dot before the class of shares: ``BRK-B`` → ``BRK.B``."""
    return _CLASS.sub(r"\1.\2", symbol)
