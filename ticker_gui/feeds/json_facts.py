"""Reads the JSON lines that ``stream`` prints and a desk publishes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, TypeAlias

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import UPDATES_EVERYTHING, Bar, Correction, DayStats, MarketFact, Quote, Trade, Updates
from ticker_gui.feeds.wire import json_reader

_FLAGS: Final = {"last": Updates.LAST, "high_low": Updates.HIGH_LOW, "volume": Updates.VOLUME}
Time = Annotated[datetime, msgspec.Meta(tz=True)]
ReadFact: TypeAlias = "Callable[[bytes, str], tuple[MarketFact, str]]"


class TradeLine(msgspec.Struct, gc=False):
    """A line of a trade."""

    price: float
    size: float | None = None
    time: Time | None = None
    trade_id: str | None = None
    venue: str | None = None
    conditions: tuple[str, ...] = ()
    updates: tuple[str, ...] | None = None
    received: str = ""


class CorrectionLine(msgspec.Struct, gc=False):
    """A line of a correction."""

    trade_id: str | None = None
    venue: str | None = None
    original_price: float | None = None
    original_size: float | None = None
    original_time: Time | None = None
    price: float | None = None
    size: float | None = None
    time: Time | None = None
    new_trade_id: str | None = None
    conditions: tuple[str, ...] = ()
    updates: tuple[str, ...] | None = None
    received: str = ""


class QuoteLine(msgspec.Struct, gc=False):
    """A line of a quote. A side that is ``null`` is empty; one that is absent is unchanged."""

    bid: float | msgspec.UnsetType | None = msgspec.UNSET
    bid_size: float | None = None
    ask: float | msgspec.UnsetType | None = msgspec.UNSET
    ask_size: float | None = None
    time: Time | None = None
    received: str = ""


class DayLine(msgspec.Struct, gc=False):
    """A line of day statistics."""

    open: float | None = None
    high: float | None = None
    low: float | None = None
    previous_close: float | None = None
    volume: float | None = None
    last: float | None = None
    time: Time | None = None
    received: str = ""


class BarLine(msgspec.Struct, gc=False):
    """A line of a bar."""

    timeframe: str
    start: Time
    open: float
    high: float
    low: float
    close: float
    volume: float | None = None
    closed: bool = False
    received: str = ""


_read_trade: Final = json_reader(TradeLine)
_read_correction: Final = json_reader(CorrectionLine)
_read_quote: Final = json_reader(QuoteLine)
_read_day: Final = json_reader(DayLine)
_read_bar: Final = json_reader(BarLine)


def trade(payload: bytes, symbol: str) -> tuple[Trade, str]:
    """Return the trade of a line under this symbol, and when the program that wrote it had received it."""
    line = _read_trade(payload)
    return (
        Trade(
            symbol,
            line.price,
            line.size,
            None if line.time is None else round(line.time.timestamp() * 1e6) * 1_000,
            line.trade_id,
            line.venue,
            line.conditions,
            UPDATES_EVERYTHING if line.updates is None else _updates(line.updates),
        ),
        line.received,
    )


def correction(payload: bytes, symbol: str) -> tuple[Correction, str]:
    """Return the correction of a line, as `trade` does."""
    line = _read_correction(payload)
    fact = Correction(
        symbol,
        line.trade_id,
        line.price,
        line.size,
        _time(line.time),
        line.venue,
        line.new_trade_id,
        line.original_price,
        line.original_size,
        _time(line.original_time),
        line.conditions,
        UPDATES_EVERYTHING if line.updates is None else _updates(line.updates),
    )
    return fact, line.received


def quote(payload: bytes, symbol: str) -> tuple[Quote, str]:
    """Return the quote of a line, as `trade` does."""
    line = _read_quote(payload)
    bid, ask = line.bid, line.ask
    fact = Quote(
        symbol,
        None if bid is msgspec.UNSET else bid,
        line.bid_size,
        None if ask is msgspec.UNSET else ask,
        line.ask_size,
        None if line.time is None else round(line.time.timestamp() * 1e6) * 1_000,
        has_no_bid=bid is None,
        has_no_ask=ask is None,
    )
    return fact, line.received


def day(payload: bytes, symbol: str) -> tuple[DayStats, str]:
    """Return the day statistics of a line, as `trade` does."""
    line = _read_day(payload)
    fact = DayStats(
        symbol, line.open, line.high, line.low, line.previous_close, line.volume, _time(line.time), line.last
    )
    return fact, line.received


def bar(payload: bytes, symbol: str) -> tuple[Bar, str]:
    """Return the bar of a line, as `trade` does."""
    line = _read_bar(payload)
    start_ns = _ns(line.start)
    fact = Bar(symbol, line.timeframe, start_ns, line.open, line.high, line.low, line.close, line.volume, line.closed)
    return fact, line.received


READERS: Final[Mapping[str, ReadFact]] = {
    "trade": trade,
    "correction": correction,
    "quote": quote,
    "day": day,
    "bar": bar,
}


def _time(time: datetime | None) -> int | None:
    return None if time is None else _ns(time)


def _ns(time: datetime) -> int:
    """Return nanoseconds since the epoch; a float has more digits than the microseconds of the lines until 2255."""
    return round(time.timestamp() * 1e6) * 1_000


def _updates(names: Sequence[str]) -> Updates:
    flags = Updates.NOTHING
    for name in names:
        if name not in _FLAGS:
            raise FrameError("a trade that updates an unknown value")
        flags |= _FLAGS[name]
    return flags
