"""Notations of symbols: ``btcusd``, ``BTC/USD`` and ``btc-usd`` are the same pair.

A symbol that may be in the provider's notation is sent as typed, because case and punctuation matter to providers
(``AAPLx/USD``, ``BTC-27DEC24``). Only a pair in another notation is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from ticker_gui.domain.sanitize import SYMBOL_LENGTH

# Quote currencies, stablecoins first: BTCUSDT is BTC in USDT. TUSD and BUSD are left out, because DOTUSD is DOT in USD.
_PEGGED: Final = ("FDUSD", "PYUSD", "RLUSD", "USDT", "USDC", "USDE", "USDS", "EURC", "USDG", "USD1", "DAI")
_FIAT: Final = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "TRY", "ZAR"),
    *("MXN", "BRL", "ARS", "KRW", "INR", "IDR", "SGD", "HKD", "CNY", "CNH", "THB", "UAH", "RUB", "NGN", "AED", "ILS"),
)
_QUOTES: Final = (*_PEGGED, *_FIAT, "BTC", "XBT", "ETH", "BNB", "SOL", "TRX")
# Words in the names of derivatives where pairs have the quote currency.
_CONTRACTS: Final = ("PERP", "SWAP", "SPOT", "INTX", "CDE", "CALL", "PUT")
_CURRENCY: Final = re.compile(r"[A-Za-z]{3,5}")
_SEPARATORS: Final = re.compile(r"[-/_:]")
_CAPITALS: Final = re.compile(r"[A-Z]+")
_SMALL: Final = re.compile(r"[a-z]+")
ALL_SYMBOLS: Final = "*"  # in the settings of a feed whose server announces its symbols
_PERPETUAL: Final = ".P"  # the ending of perpetual contracts in TradingView notation
# Prefixes of exchanges and data sources in TradingView notation: ``BINANCE:BTCUSDT``.
_EXCHANGES: Final = frozenset(
    (
        *("BINANCE", "BINANCEUS", "BITFINEX", "BITSTAMP", "BYBIT", "COINBASE", "CRYPTO", "CRYPTOCAP", "CRYPTOCOM"),
        *("DERIBIT", "GEMINI", "KRAKEN", "OKX", "OKCOIN", "BITGET", "BITMEX", "BITFLYER", "BITHUMB", "BITTREX"),
        *("BITVAVO", "BINGX", "BLOFIN", "COINEX", "GATE", "GATEIO", "HITBTC", "HTX", "HUOBI", "HYPERLIQUID"),
        *("KUCOIN", "MEXC", "PHEMEX", "POLONIEX", "UPBIT", "WHITEBIT", "WOONETWORK", "UNISWAP", "UNISWAP3ETH"),
        *("NASDAQ", "NYSE", "AMEX", "CBOE", "OTC", "TSX", "TSXV", "LSE", "XETR", "FWB", "EURONEXT", "SIX", "ASX"),
        *("NSE", "BSE", "HKEX", "TSE", "CME", "CME_MINI", "CBOT", "COMEX", "NYMEX", "ICEUS", "EUREX", "INDEX", "SP"),
        *("TVC", "DJ", "FX", "FX_IDC", "FXCM", "FOREXCOM", "OANDA", "SAXO", "PEPPERSTONE", "CAPITALCOM", "ICMARKETS"),
    )
)
_WORD: Final = re.compile(r"[^\W_]+")
_LETTER: Final = re.compile(r"[A-Za-z]")
_MARK: Final = re.compile(r"[^A-Za-z0-9]")
_MIXED: Final = re.compile(r"[A-Z][a-z]|[a-z][A-Z]")
_CLASS: Final = re.compile(r"\A([A-Za-z]{1,4})[./]([ABab])\Z")
_AFTER: Final = re.compile(r"[-_/]([A-Za-z0-9]+)")
_BEFORE: Final = re.compile(r"([A-Za-z0-9]+)[-_/]\Z")
_DERIVED: Final = ("PERP", "SWAP", "FUT", "FUTURE", "FUTURES", "QUARTER", "INDEX", "MARK", "OPTION", "CALL", "PUT")
_KIND_WORDS: Final = frozenset(
    ("TRADE", "TRADES", "TICKER", "TICKERS", "QUOTE", "QUOTES", "MATCH", "DEAL", "DEALS", "MARKET", "KLINE", "SPOT")
)
_MIN_DATE: Final = 4  # digits of the strike or the date of a derivative
LONGEST_SEARCHED: Final = 128  # how much of a text is searched for a symbol
_MAX_RESOLVED: Final = 8192
_MIN_UNSEPARATED: Final = 6  # letters; shares have at most five


class Pair(NamedTuple):
    """A base and the quote currency of its price, both in capitals."""

    base: str
    quote: str

    def joined(self, separator: str = "") -> str:
        """Return base and quote with a separator between them."""
        return f"{self.base}{separator}{self.quote}"

    @property
    def is_fiat(self) -> bool:
        """Whether base and quote are both fiat currencies."""
        return self.base in _FIAT and self.quote in _FIAT


def split_pair(symbol: str) -> Pair | None:
    """Return base and quote of a pair, written with or without a separator; ``None`` for other symbols.

    A share class (``BRK.B``, ``BRK-B``) is not a pair.
    """
    parts = _SEPARATORS.split(symbol.upper())
    if len(parts) == 2 and parts[0] and len(parts[1]) >= 3:
        return Pair(*parts)
    if len(parts) == 1 and len(symbol) >= _MIN_UNSEPARATED:
        for quote in _QUOTES:
            base = parts[0].removesuffix(quote)
            if base and base != parts[0] and base.isalnum():
                return Pair(base, quote)
    return None


def in_notation(symbol: str, separator: str) -> str:
    """Return a pair in another notation with the provider's separator, and every other symbol as typed.

    A symbol that contains the separator may already be in the provider's notation.
    """
    pair = None if separator and separator in symbol else typed_pair(symbol, joined=bool(separator))
    return in_capitals(symbol) if pair is None else pair.joined(separator)


def typed_pair(symbol: str, *, joined: bool = True) -> Pair | None:
    """Return base and quote of a pair as the user typed it; ``None`` for other symbols. The case of the base is kept.

    ``BTC-27DEC24`` and ``BTCUSDT_240628`` are contracts: no currency follows the separator. Without ``joined``, only
    pairs with a separator count.
    """
    parts = _SEPARATORS.split(symbol)
    if exchange_of(symbol) is not None:
        return None
    if len(parts) == 2:
        base, quote = parts[0], upper(parts[1])
        is_currency = quote in _QUOTES or (_CURRENCY.fullmatch(quote) is not None and quote not in _CONTRACTS)
        return Pair(in_capitals(base), quote) if base and is_currency else None
    if joined and len(parts) == 1 and len(symbol) >= _MIN_UNSEPARATED:
        for quote in _QUOTES:
            base, end = symbol[: -len(quote)], symbol[-len(quote) :]
            if base.isalnum() and end in (quote, lower(quote)):  # and not AAAcNY, which is a stock
                return Pair(in_capitals(base), quote)
    return None


def is_quote_currency(code: str) -> bool:
    """Return whether this is a known quote currency or coin."""
    return code in _QUOTES


def in_capitals(symbol: str) -> str:
    """Return a symbol in capitals, unless it already has a capital letter."""
    return symbol if _CAPITALS.search(symbol) else upper(symbol)


def upper(text: str) -> str:
    """Return a text with the letters a to z in capitals; other scripts stay, because ``ß`` is not ``SS``."""
    return _SMALL.sub(lambda letters: letters[0].upper(), text)


def lower(text: str) -> str:
    """Return a text with the letters A to Z in lower case; other scripts stay."""
    return _CAPITALS.sub(lambda letters: letters[0].lower(), text)


def without_exchange(symbol: str, own: Iterable[str]) -> str:
    """Return a symbol in TradingView notation without the prefix of one of the provider's own exchanges."""
    while True:
        exchange, colon, rest = symbol.partition(":")
        if not colon or not rest or upper(exchange) not in own:
            return symbol
        symbol = rest


def without_perpetual(symbol: str) -> str | None:
    """Return the pair of a perpetual contract in TradingView notation (``BTCUSDT.P`` → ``BTCUSDT``), or ``None``."""
    is_perpetual = upper(symbol[-2:]) == _PERPETUAL and len(symbol) > len(_PERPETUAL)
    return symbol[: -len(_PERPETUAL)] if is_perpetual else None


def exchange_of(symbol: str) -> str | None:
    """Return the exchange prefix of a symbol in TradingView notation: ``BYBIT`` for ``BYBIT:BTCUSDT``."""
    exchange, colon, rest = symbol.partition(":")
    is_pair = not colon or not rest or upper(rest) in _QUOTES  # HTX:USDT is a coin and a quote currency
    return upper(exchange) if not is_pair and upper(exchange) in _EXCHANGES else None


def with_hyphened_class(symbol: str) -> str:
    """Return a symbol with a hyphen before the share class: ``BRK.B``, ``BRK/B`` → ``BRK-B``; ``BP.L`` has none."""
    return _CLASS.sub(r"\1-\2", symbol)


class SymbolResolver:
    """Finds the requested symbol that a feed means by its own notation: ``ticker.BTC-USD`` for ``btcusd``.

    A text that equals a requested symbol means that symbol. Otherwise case and punctuation are ignored, unless they are
    part of a name: ``AMpB`` is not ``AMPB``, and ``@107`` is not the number 107.
    """

    def __init__(self) -> None:
        self._requested: dict[str, None] = {}
        self._by_letters: dict[str, tuple[str, ...]] = {}  # letters and digits in capitals → requested symbols
        self._resolve_text = lru_cache(maxsize=_MAX_RESOLVED)(
            lambda written: self.match(written) or written[:SYMBOL_LENGTH]
        )
        # Detection asks for the same texts repeatedly.
        self._match_short = lru_cache(maxsize=_MAX_RESOLVED)(self._match)
        self._find_short = lru_cache(maxsize=_MAX_RESOLVED)(self._find_exact)

    def add(self, symbols: Iterable[str]) -> None:
        """Add requested symbols."""
        self._requested.update(dict.fromkeys(symbols))
        self._index()

    def remove(self, symbols: Iterable[str]) -> None:
        """Remove requested symbols."""
        for symbol in symbols:
            self._requested.pop(symbol, None)
        self._index()

    def _index(self) -> None:
        self._resolve_text.cache_clear()
        self._match_short.cache_clear()
        self._find_short.cache_clear()
        self._by_letters.clear()
        for symbol in self._requested:
            letters = bare(symbol)
            if letters:
                self._by_letters[letters] = (*self._by_letters.get(letters, ()), symbol)

    @property
    def only(self) -> str | None:
        """The requested symbol if there is only one: messages of such a feed need not name it."""
        return next(iter(self._requested)) if len(self._requested) == 1 else None

    def resolve(self, written: object) -> str | None:
        """Return the requested symbol that a text names, or the text itself if there is none; ``None`` for no text."""
        return self._resolve_text(written) if isinstance(written, str) and written else None

    def is_requested(self, written: str) -> bool:
        """Return whether a text is a requested symbol without additions."""
        find = self._find_short if len(written) <= SYMBOL_LENGTH else self._find_exact
        return find(written) is not None

    def match(self, written: str) -> str | None:
        """Return the requested symbol that a text is or contains as whole words; ``None`` if there is none.

        If the text continues as a longer symbol, it is another instrument: ``BTC-USD-PERP`` is not ``BTC-USD``.
        """
        return self._match_short(written) if len(written) <= SYMBOL_LENGTH else self._match(written)

    def _match(self, written: str) -> str | None:
        exact = self._find_exact(written)
        if exact is not None:
            return exact
        text = written[:LONGEST_SEARCHED]
        words = list(_WORD.finditer(text))
        for length in range(len(words), 0, -1):
            for start in range(len(words) - length + 1):
                found = self._find("".join(word[0] for word in words[start : start + length]), text)
                if found is not None:
                    begin, end = words[start].start(), words[start + length - 1].end()
                    return None if _is_in_longer_name(text[:begin], text[end:]) else found
        return None

    def _find_exact(self, written: str) -> str | None:
        return self._find(written, written)

    def _find(self, written: str, text: str) -> str | None:
        """Return the requested symbol with this name; ``text`` is the text that contains the name."""
        if written in self._requested:
            return written
        if len(written) > LONGEST_SEARCHED:
            return None
        candidates = self._by_letters.get(bare(written), ())
        return min(
            (symbol for symbol in candidates if _may_be(symbol, written, text)),
            key=lambda symbol: symbol not in text,  # prefer the one that is written as requested
            default=None,
        )


def _may_be(symbol: str, written: str, text: str) -> bool:
    """Return whether a name with the same letters as a symbol may mean it."""
    if symbol.isascii() and not _LETTER.search(symbol) and _MARK.search(symbol):
        return symbol in text
    return not _MIXED.search(symbol) or "".join(_WORD.findall(symbol)) == "".join(_WORD.findall(written))


def _is_in_longer_name(before: str, after: str) -> bool:
    """Return whether the text before or after a symbol makes it part of a longer one."""
    first, last = _AFTER.match(after), _BEFORE.search(before)
    return any(match is not None and _is_part(match[1]) for match in (first, last))


def _is_part(word: str) -> bool:
    if word.upper() in _KIND_WORDS:
        return False
    return word.isupper() or word.upper() in (*_DERIVED, *_QUOTES) or (word.isdecimal() and len(word) >= _MIN_DATE)


def bare(symbol: str) -> str:
    """Return the letters and digits of a symbol, in capitals."""
    return upper("".join(_WORD.findall(symbol)))
