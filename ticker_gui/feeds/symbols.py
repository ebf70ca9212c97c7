"""How symbols are spelled: ``btcusd``, ``BTC/USD`` and ``btc-usd`` are one pair."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# What prices are told in. The pegged coins go first: BTCUSDT is BTC in USDT, and ETHFDUSD not ETHFD in USD.
_PEGGED: Final = (
    *("FDUSD", "PYUSD", "RLUSD", "USDT", "USDC", "TUSD"),
    *("BUSD", "USDE", "USDS", "EURC", "USDG", "USD1", "DAI"),
)
FIAT: Final = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "TRY", "ZAR"),
    *("MXN", "BRL", "ARS", "KRW", "INR", "IDR", "SGD", "HKD", "CNY", "CNH", "THB", "UAH", "RUB", "NGN", "AED", "ILS"),
)
_QUOTES: Final = (*_PEGGED, *FIAT, "BTC", "XBT", "ETH", "BNB", "SOL", "TRX")
_SEPARATORS: Final = re.compile(r"[-/_:]")
_LEAST_UNSEPARATED: Final = 6  # shares have at most five letters


class Pair(NamedTuple):
    """What is traded, and what its price is told in; both in capitals."""

    base: str
    quote: str

    def joined(self, separator: str = "") -> str:
        """Return both with something between."""
        return f"{self.base}{separator}{self.quote}"


def split_pair(symbol: str) -> Pair | None:
    """Return the two sides of a pair, with or without a separator between; ``None`` where it is none.

    A class of shares (``BRK.B``, ``BRK-B``) is no pair.
    """
    parts = _SEPARATORS.split(symbol.upper())
    if len(parts) == 2 and parts[0] and len(parts[1]) >= 3:
        return Pair(*parts)
    if len(parts) == 1 and len(symbol) >= _LEAST_UNSEPARATED:
        for quote in _QUOTES:
            base = parts[0].removesuffix(quote)
            # USDTUSD is USDT in USD, and not USD in TUSD.
            if base and base != parts[0] and base.isalnum() and not (base == "USD" and quote in _PEGGED):
                return Pair(base, quote)
    return None


def spelled(symbol: str, separator: str) -> str:
    """Return a pair with a separator between, in capitals; what is no pair, in capitals."""
    pair = split_pair(symbol)
    return symbol.upper() if pair is None else pair.joined(separator)
