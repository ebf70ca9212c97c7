"""How symbols are spelled: ``btcusd``, ``BTC/USD`` and ``btc-usd`` are one pair."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from ticker_gui.domain.text import SYMBOL_LENGTH

# What prices are told in, the pegged coins first: BTCUSDT is BTC in USDT. TUSD and BUSD are left out, as DOTUSD is DOT
# in USD.
_PEGGED: Final = ("FDUSD", "PYUSD", "RLUSD", "USDT", "USDC", "USDE", "USDS", "EURC", "USDG", "USD1", "DAI")
_FIAT: Final = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "TRY", "ZAR"),
    *("MXN", "BRL", "ARS", "KRW", "INR", "IDR", "SGD", "HKD", "CNY", "CNH", "THB", "UAH", "RUB", "NGN", "AED", "ILS"),
)
_QUOTES: Final = (*_PEGGED, *_FIAT, "BTC", "XBT", "ETH", "BNB", "SOL", "TRX")
_SEPARATORS: Final = re.compile(r"[-/_:]")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_CLASS: Final = re.compile(r"\A([A-Za-z]{1,4})\.([ABab])\Z")
_LONGEST: Final = 128
_MOST_KNOWN: Final = 8192
_LEAST_UNSEPARATED: Final = 6  # shares have at most five letters


class Pair(NamedTuple):
    """What is traded, and what its price is told in; both in capitals."""

    base: str
    quote: str

    def joined(self, separator: str = "") -> str:
        """Return both with something between."""
        return f"{self.base}{separator}{self.quote}"

    @property
    def is_fiat(self) -> bool:
        """Whether both sides are the money of states."""
        return self.base in _FIAT and self.quote in _FIAT


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
            if base and base != parts[0] and base.isalnum():
                return Pair(base, quote)
    return None


def spelled(symbol: str, separator: str) -> str:
    """Return a pair with a separator between, in capitals; what is no pair, in capitals."""
    pair = split_pair(symbol)
    return symbol.upper() if pair is None else pair.joined(separator)


def with_hyphened_class(symbol: str) -> str:
    """Return a symbol with a hyphen before the class of shares: ``BRK.B`` → ``BRK-B``; ``BP.L`` is of a place."""
    return _CLASS.sub(r"\1-\2", symbol)


class Spellings:
    """Which asked symbol a feed means that spells symbols its own way: ``ticker.BTC-USD`` for ``btcusd``."""

    def __init__(self) -> None:
        self._asked: dict[str, str] = {}  # letters and digits alone → as asked
        self._known: dict[str, str] = {}  # as the feed writes it → as asked

    def ask(self, symbols: Iterable[str]) -> None:
        """Expect these symbols."""
        self._asked.update((bare(symbol), symbol) for symbol in symbols)
        self._known.clear()

    def forget(self, symbols: Iterable[str]) -> None:
        """No longer expect these."""
        for symbol in symbols:
            self._asked.pop(bare(symbol), None)
        self._known.clear()

    @property
    def only(self) -> str | None:
        """The one symbol that is asked for, where there is only one: a feed of one need not name it."""
        return next(iter(self._asked.values())) if len(self._asked) == 1 else None

    def asked(self, written: object) -> str | None:
        """Return the symbol asked for that a text names; the text itself where nobody asked; ``None`` for no text."""
        if not isinstance(written, str) or not written:
            return None
        known = self._known.get(written)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[written] = self.match(written) or written[:SYMBOL_LENGTH]
        return known

    def is_asked(self, written: str) -> bool:
        """Return whether a text is a symbol that was asked for, and nothing else."""
        return bare(written) in self._asked

    def match(self, written: str) -> str | None:
        """Return the symbol asked for that a text is, or has in it as whole words."""
        exact = self._asked.get(bare(written))
        if exact is not None:
            return exact
        words = [word.upper() for word in _WORD.findall(written[:_LONGEST])]
        for length in range(len(words), 0, -1):
            for start in range(len(words) - length + 1):
                found = self._asked.get("".join(words[start : start + length]))
                if found is not None:
                    return found
        return None


def bare(symbol: str) -> str:
    """Return the letters and digits of a symbol, in capitals."""
    return "".join(_WORD.findall(symbol)).upper()
