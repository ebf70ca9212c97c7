"""One sentence for each cause of missing market data, as in the status bar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.formatting import numbers

_CLOSED: Final = "The markets of its symbols are closed."
# Sentences about a feed contain no changing numbers, because each change of the reason is a new state of the feed.
_SENTENCES: Final[Mapping[NoDataCause, Callable[[NoData], str]]] = {
    NoDataCause.CONNECTING: lambda it: f"Connecting ({it.phase}).",
    NoDataCause.DISCONNECTED: lambda it: "The connection is down.",
    NoDataCause.INTERNAL_ERROR: lambda it: "An internal error interrupted this feed.",
    NoDataCause.REJECTED: lambda it: "The feed stopped and will not reconnect by itself.",
    NoDataCause.STOPPED: lambda it: "The feed has ended.",
    NoDataCause.NO_SYMBOLS: lambda it: "This feed has no symbols.",
    NoDataCause.NOTHING_RECEIVED: lambda it: "Connected, but the server is not sending anything.",
    NoDataCause.NOT_DECODED: lambda it: f"Messages are arriving, but most cannot be decoded: {it.reason}.",
    NoDataCause.QUIET_AT_RELAY: lambda it: it.reason,
    NoDataCause.NO_MARKET_DATA: lambda it: "Messages are arriving, but they contain no market data.",
    NoDataCause.OTHER_SYMBOLS: lambda it: "Market data is arriving, but only for other symbols.",
    NoDataCause.SYMBOL_REFUSED: lambda it: f"{it.symbol} is not available: {it.reason}",
    NoDataCause.DATA_REJECTED: lambda it: f"{_describe_data(it)} is arriving, but is being rejected: {it.reason}.",
    NoDataCause.PRICE_HELD: lambda it: f"{it.symbol}: {describe_held_price(it.held_price, it.last_price)}.",
    NoDataCause.NO_ANSWER: lambda it: f"{it.symbol}: {it.reason}",
    NoDataCause.NOT_REQUESTED: lambda it: f"Subscribing to {it.symbol}…",
    NoDataCause.NOT_RECEIVED: lambda it: f"No data for {it.symbol} yet: {_describe_subscription(it)}.",
    NoDataCause.MARKET_CLOSED: lambda it: f"{_describe_silence(it)}: the market is closed.",
    NoDataCause.STALE: lambda it: f"{_describe_silence(it)}, which is unusually long.",
    NoDataCause.INFREQUENT: lambda it: f"{_describe_silence(it)}.",
    NoDataCause.RECEIVING: lambda it: f"Receiving data {f'for {it.symbol} ' if it.symbol else ''}normally.",
}


def describe_no_data(no_data: NoData) -> str:
    """Return the cause as one sentence."""
    return _SENTENCES[no_data.cause](no_data)


def status_reason(no_data: NoData) -> str:
    """Return the cause and the provider's advice, as the reason of a quiet feed in the status bar.

    Closed markets explain it; when they open differs from symbol to symbol.
    """
    if no_data.closed:
        return _CLOSED
    return f"{describe_no_data(no_data)} {no_data.hint}".rstrip()


def describe_held_price(held: float | None, last: float | None) -> str:
    """Return which price is held and why, or an empty text."""
    if held is None:
        return ""
    distance = "" if last is None else f"far from {numbers.exact(last)}, "
    return f"price {numbers.exact(held)} held: {distance}waiting for confirmation"


def _describe_data(no_data: NoData) -> str:
    return f"Data for {no_data.symbol}" if no_data.symbol else "Market data"


def _describe_silence(no_data: NoData) -> str:
    return f"No data for {no_data.symbol} for {numbers.age(no_data.quiet_s)}"


def _describe_subscription(no_data: NoData) -> str:
    return f"the subscription was {'confirmed' if no_data.is_acknowledged else 'sent, but not confirmed'}"
