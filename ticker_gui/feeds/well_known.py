"""Popular symbols, the default proposals for providers without a list of their symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

US_STOCKS: Final = (
    "AAPL", "MSFT", "NVDA", "AMZN", "GOOGL", "META", "TSLA", "AVGO", "BRK.B", "JPM", "LLY", "V", "UNH", "XOM", "MA",
    "COST", "HD", "PG", "NFLX", "JNJ", "WMT", "ABBV", "BAC", "CRM", "ORCL", "AMD", "KO", "CVX", "MRK", "ADBE",
    "PEP", "TMO", "CSCO", "ACN", "LIN", "MCD", "ABT", "WFC", "IBM", "GE", "INTC", "DIS", "CAT", "QCOM", "TXN", "VZ",
    "PFE", "BA", "UBER", "PLTR", "COIN", "SPY", "QQQ", "IWM", "DIA", "VTI", "GLD", "SLV", "TLT",
)  # fmt: skip
COINS: Final = (
    "BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "AVAX", "LINK", "DOT", "LTC", "BCH", "UNI", "ATOM", "XLM", "ETC",
    "NEAR", "APT", "ARB", "OP", "SUI",
)  # fmt: skip
CURRENCIES: Final = (
    "EUR/USD", "GBP/USD", "USD/JPY", "USD/CHF", "AUD/USD", "USD/CAD", "NZD/USD", "EUR/GBP", "EUR/JPY", "EUR/CHF",
)  # fmt: skip


# What people call these symbols, in lower case.
NAMES: Final = {
    "apple": "AAPL", "microsoft": "MSFT", "nvidia": "NVDA", "amazon": "AMZN", "google": "GOOGL", "alphabet": "GOOGL",
    "meta": "META", "facebook": "META", "tesla": "TSLA", "broadcom": "AVGO", "berkshire": "BRK.B", "jpmorgan": "JPM",
    "lilly": "LLY", "visa": "V", "exxon": "XOM", "mastercard": "MA", "costco": "COST", "netflix": "NFLX",
    "walmart": "WMT", "oracle": "ORCL", "coca-cola": "KO", "intel": "INTC", "disney": "DIS", "boeing": "BA",
    "uber": "UBER", "palantir": "PLTR", "s&p 500": "SPY", "nasdaq": "QQQ", "gold": "GLD", "silver": "SLV",
    "bitcoin": "BTC", "ethereum": "ETH", "ether": "ETH", "solana": "SOL", "ripple": "XRP", "dogecoin": "DOGE",
    "cardano": "ADA", "avalanche": "AVAX", "chainlink": "LINK", "polkadot": "DOT", "litecoin": "LTC",
}  # fmt: skip


_QUOTES: Final = ("USD", "USDT", "USDC", "PERPETUAL")
_MIN_PREFIX: Final = 3  # characters of a name that is not completely typed


def symbol_called(name: str) -> str:
    """Return what people call by a name or its beginning: ``BTC`` for Bitcoin; empty if that is unknown."""
    typed = name.strip().casefold()
    begun = NAMES if len(typed) >= _MIN_PREFIX else {}
    return NAMES.get(typed) or next((symbol for one, symbol in begun.items() if one.startswith(typed)), "")


def spellings(symbol: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the known symbols of a stock, or of a coin against the dollar: ``BINANCE:BTCUSDT`` for ``BTC``."""
    texts = {symbol, *(f"{symbol}{separator}{quote}" for separator in ("", "-", "/", "_") for quote in _QUOTES)}
    return (one for one in known if one in texts or one.rpartition(":")[2] in texts)


def against(quote: str, coins: Iterable[str] = COINS) -> tuple[str, ...]:
    """Return pairs of coins and a quote currency: ``BTC-USD`` for ``-USD``."""
    return tuple(f"{coin}{quote}" for coin in coins)
