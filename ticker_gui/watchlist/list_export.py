"""Lists as text: for TradingView, with exchanges and sections, and as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ticker_gui.feeds.symbols import exchange_of, typed_pair
from ticker_gui.watchlist.lists import ListEntry, NamedList
from ticker_gui.watchlist.section_layout import Heading, lay_out

_SECTION_MARK: Final = "###"


def to_tradingview(named: NamedList, exchanges: Mapping[str, str]) -> str:
    """Return a list that TradingView reads: symbols and sections, separated by commas.

    ``exchanges`` has the prefix of each feed whose symbols are all of one exchange.
    """
    return ",".join(
        f"{_SECTION_MARK}{_one_line(item.name)}"
        if isinstance(item, Heading)
        else _tradingview_symbol(item, exchanges.get(item.feed, ""))
        for item in _items(named)
    )


def to_plain_text(named: NamedList) -> str:
    """Return the symbols of a list, one per line, below the names of their sections."""
    lines = (
        f"{_SECTION_MARK}{_one_line(one.name)}" if isinstance(one, Heading) else one.symbol for one in _items(named)
    )
    return "".join(f"{line}\n" for line in lines)


def _items(named: NamedList) -> list[ListEntry | Heading]:
    """Return all symbols in manual order below their headings, also the pinned ones."""
    return lay_out(named.entries, {section.name: section.entries for section in named.sections})


def _tradingview_symbol(entry: ListEntry, exchange: str) -> str:
    """Return a symbol in TradingView notation: ``COINBASE:BTCUSD``."""
    if exchange_of(entry.symbol) is not None or not exchange:
        return entry.symbol
    pair = typed_pair(entry.symbol)
    return f"{exchange}:{entry.symbol if pair is None else pair.joined()}"


def _one_line(name: str) -> str:
    return " ".join(name.replace(",", " ").split())
