"""Reads the JSON lines that ``stream`` prints and a desk publishes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias

import msgspec

from ticker_gui.domain.decode_errors import DECODE_ERRORS
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import (
    UPDATES_EVERYTHING,
    Bar,
    Correction,
    DayStats,
    Fact,
    MarketFact,
    Quote,
    Trade,
    Updates,
)
from ticker_gui.feeds.wire import json_reader

_FLAGS: Final = {"last": Updates.LAST, "high_low": Updates.HIGH_LOW, "volume": Updates.VOLUME}
Time = Annotated[datetime, msgspec.Meta(tz=True)]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class FactsBeforeError(list[Fact]):
    """The facts of a frame of which one message was rejected: it raises the error after the last fact."""

    def __init__(self, facts: Iterable[Fact], error: FrameError) -> None:
        super().__init__(facts)
        self._error = error

    def __iter__(self) -> Iterator[Fact]:
        yield from super().__iter__()
        raise self._error


class TradeLine(msgspec.Struct, gc=False, tag_field="event", tag="trade"):
    """A line of a trade."""

    price: float
    size: float | None = None
    time: Time | None = None
    trade_id: str | None = None
    venue: str | None = None
    conditions: tuple[str, ...] = ()
    updates: tuple[str, ...] | None = None


class CorrectionLine(msgspec.Struct, gc=False, tag_field="event", tag="correction"):
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


class QuoteLine(msgspec.Struct, gc=False, tag_field="event", tag="quote"):
    """A line of a quote. A side that is ``null`` is empty; one that is absent is unchanged."""

    bid: float | msgspec.UnsetType | None = msgspec.UNSET
    bid_size: float | None = None
    ask: float | msgspec.UnsetType | None = msgspec.UNSET
    ask_size: float | None = None
    time: Time | None = None


class DayLine(msgspec.Struct, gc=False, tag_field="event", tag="day"):
    """A line of day statistics."""

    open: float | None = None
    high: float | None = None
    low: float | None = None
    previous_close: float | None = None
    volume: float | None = None
    last: float | None = None
    time: Time | None = None


class BarLine(msgspec.Struct, gc=False, tag_field="event", tag="bar"):
    """A line of a bar."""

    timeframe: str
    start: Time
    open: float
    high: float
    low: float
    close: float
    volume: float | None = None
    closed: bool = False


class _Received(msgspec.Struct):
    received: str = ""


Line: TypeAlias = TradeLine | CorrectionLine | QuoteLine | DayLine | BarLine
_decode: Final[Callable[[bytes], Line]] = msgspec.json.Decoder(Line).decode
_read: Final[Callable[[bytes], Line]] = json_reader(Line)  # type: ignore[arg-type]  # a union
_read_received: Final = json_reader(_Received)


def read_fact(payload: bytes, symbol: str) -> MarketFact:
    """Return the event of a line under this symbol.

    Raises:
        FrameError: the line is not one of market data.
    """
    line = _read(payload)
    return _FACT_OF[type(line)](line, symbol)


def read_facts(symbols: Sequence[str], payloads: Sequence[bytes]) -> tuple[list[MarketFact], FrameError | None]:
    """Return the events of lines under these symbols, and the error of the last line that is none."""
    try:
        # In two passes for speed: each runs the same instructions again and again.
        lines = list(map(_decode, payloads))
        return [_FACT_OF[type(line)](line, symbol) for symbol, line in zip(symbols, lines, strict=True)], None
    except (*DECODE_ERRORS, FrameError):
        return _read_each(zip(symbols, payloads, strict=True))


def _read_each(items: Iterable[tuple[str, bytes]]) -> tuple[list[MarketFact], FrameError | None]:
    facts: list[MarketFact] = []
    rejected: FrameError | None = None
    for symbol, payload in items:
        try:
            facts.append(read_fact(payload, symbol))
        except FrameError as error:
            rejected = error
    return facts, rejected


def read_received(payload: bytes) -> str:
    """Return when the program that wrote a line had received the event, as text."""
    return _read_received(payload).received


def _trade(line: TradeLine, symbol: str) -> Trade:
    time_ns = None
    if line.time is not None:
        since = line.time - _EPOCH
        time_ns = ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000
    return Trade(
        symbol,
        line.price,
        line.size,
        time_ns,
        line.trade_id,
        line.venue,
        line.conditions,
        UPDATES_EVERYTHING if line.updates is None else _updates(line.updates),
    )


def _correction(line: CorrectionLine, symbol: str) -> Correction:
    return Correction(
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


def _quote(line: QuoteLine, symbol: str) -> Quote:
    bid, ask = line.bid, line.ask
    return Quote(
        symbol,
        None if bid is msgspec.UNSET else bid,
        line.bid_size,
        None if ask is msgspec.UNSET else ask,
        line.ask_size,
        _time(line.time),
        has_no_bid=bid is None,
        has_no_ask=ask is None,
    )


def _day(line: DayLine, symbol: str) -> DayStats:
    return DayStats(
        symbol, line.open, line.high, line.low, line.previous_close, line.volume, _time(line.time), line.last
    )


def _bar(line: BarLine, symbol: str) -> Bar:
    return Bar(
        symbol,
        line.timeframe,
        _ns(line.start),
        line.open,
        line.high,
        line.low,
        line.close,
        line.volume,
        line.closed,
    )


_FACT_OF: Final[Mapping[type, Callable[[Any, str], MarketFact]]] = {
    TradeLine: _trade,
    CorrectionLine: _correction,
    QuoteLine: _quote,
    DayLine: _day,
    BarLine: _bar,
}


def _time(time: datetime | None) -> int | None:
    return None if time is None else _ns(time)


def _ns(time: datetime) -> int:
    """Return nanoseconds since the epoch."""
    since = time - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def _updates(names: Sequence[str]) -> Updates:
    flags = Updates.NOTHING
    for name in names:
        if name not in _FLAGS:
            raise FrameError("a trade that updates an unknown value")
        flags |= _FLAGS[name]
    return flags
