"""Helpers for past data: URLs and times of requests, checked rows, and what a server says about an error.

A row that cannot be used costs that row only. Rows of other times than requested are not removed here: the package
`history` sorts the rows and removes those and duplicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import UPDATES_EVERYTHING, Bar, Trade, Updates
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery

R = TypeVar("R")
T = TypeVar("T")

_MS_NS: Final = 1_000_000
_MAX_ROWS: Final = 250_000  # in one response; a list of symbols may have more than 100,000
_MAX_UNREADABLE: Final = 1_000  # rows before the first that can be read
_REASON_LENGTH: Final = 120
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


# Requests


def url_with(base: str, path: str, query: Mapping[str, object] | None = None) -> str:
    """Return a URL; values of the query that are ``None`` are left out. Escape symbols in a path with `segment`."""
    present = {name: value for name, value in (query or {}).items() if value is not None}
    return f"{base}{path}?{urlencode(present, quote_via=quote)}" if present else f"{base}{path}"


def segment(symbol: str) -> str:
    """Return a symbol as a part of a path, which it does not leave."""
    return quote(symbol, safe="").replace(".", "%2E") if set(symbol) <= {"."} else quote(symbol, safe="")


def first_and_last(query: BarsQuery) -> tuple[int, int]:
    """Return the starts of the first and the last bar that a query asks for, in nanoseconds.

    If no bar begins in the period, both are the first start after it.
    """
    timeframe = query.bars
    first = timeframe.start_of(query.start_ns)
    if first < query.start_ns:
        first = timeframe.end_of(first)
    return first, max(first, timeframe.start_of(query.end_ns - 1))


def seconds(time_ns: int) -> int:
    """Return whole seconds since the epoch, rounded down."""
    return time_ns // SECOND_NS


def milliseconds(time_ns: int) -> int:
    """Return whole milliseconds since the epoch, rounded down."""
    return time_ns // _MS_NS


def iso_text(time_ns: int) -> str:
    """Return a time as RFC 3339 text in UTC, with microseconds if there are any: ``2026-01-02T03:04:05Z``."""
    moment = _EPOCH + timedelta(microseconds=time_ns // 1_000)
    return moment.replace(tzinfo=None).isoformat() + "Z"


# Rows


def read_rows(rows: Iterable[R], read: Callable[[R], T | None]) -> list[T]:
    """Return what ``read`` makes of each row, without the rows for which it raises `FrameError` or returns ``None``.

    The envelope declares its rows as a list of `msgspec.Raw`, which ``read`` decodes one by one.

    Raises:
        FrameError: there are rows, and ``read`` raises the error for all of them, or for the first thousand: the format
            differs. Or there are too many rows.
    """
    found: list[T] = []
    is_readable = False
    first_error: FrameError | None = None
    for number, row in enumerate(rows):
        if number >= _MAX_ROWS:
            raise FrameError(f"more than {_MAX_ROWS:,} rows")
        try:
            item = read(row)
        except FrameError as error:
            first_error = first_error or error
            if number >= _MAX_UNREADABLE and not is_readable:
                break
            continue
        is_readable = True
        if item is not None:
            found.append(item)
    if first_error is not None and not is_readable:
        raise first_error
    return found


def past_bar(
    query: BarsQuery,
    time_ns: int,
    prices: tuple[float, float, float, float],
    volume: float | None,
    *,
    is_closed: bool = True,
) -> Bar:
    """Return a bar from the values in a row.

    Args:
        query: the request, with the symbol and the timeframe.
        time_ns: the start of the bar. For a day and longer, any time of its first date in UTC.
        prices: open, high, low and close, in this order.
        volume: the volume; ``None`` if the provider has none.
        is_closed: the provider's flag; without one, `True`, because `history` compares the end with the time.

    Raises:
        FrameError: a value is impossible, or no bar of the timeframe starts at this time.
    """
    opened, high, low, close = prices
    if not (isfinite(opened) and isfinite(high) and isfinite(low) and isfinite(close)):
        raise FrameError("a price of a past bar is not a finite number")
    if not (low <= opened <= high and low <= close <= high):
        raise FrameError("open or close of a past bar is not between its low and its high")
    if volume is not None and not (isfinite(volume) and volume >= 0):
        raise FrameError("the volume of a past bar is negative or not a finite number")
    timeframe = query.bars
    start_ns = timeframe.start_of(time_ns)
    if start_ns != time_ns and timeframe.width_ns < DAY_NS:
        raise FrameError(f"no bar of {query.timeframe} starts at the time of a past bar")
    return Bar(query.symbol, query.timeframe, start_ns, opened, high, low, close, volume, is_closed=is_closed)


def past_trade(
    symbol: str,
    price: float,
    size: float | None,
    time_ns: int,
    trade_id: int | str | None = None,
    *,
    venue: int | str | None = None,
    conditions: tuple[str, ...] = (),
    updates: Updates = UPDATES_EVERYTHING,
) -> Trade:
    """Return a trade from the values in a row.

    Raises:
        FrameError: a value is impossible.
    """
    if not isfinite(price):
        raise FrameError("the price of a past trade is not a finite number")
    if size is not None and not (isfinite(size) and size >= 0):
        raise FrameError("the size of a past trade is negative or not a finite number")
    return Trade(symbol, price, size, time_ns, trade_id, venue, conditions, updates)


def tick_of(value: float | None) -> float | None:
    """Return the step of a price in a list of symbols; ``None`` if it is absent or impossible."""
    return value if value is not None and isfinite(value) and value > 0 else None


def tick_of_decimals(decimals: int | None) -> float | None:
    """Return the step of a price with this number of decimals; ``None`` if the number is absent or impossible."""
    return float(f"1e{-decimals}") if decimals is not None and -18 <= decimals <= 18 else None


# Errors


def reason_text(redact: Callable[[str], str], text: str) -> str:
    """Return what a server says about an error, for a sentence: safe, short, without secrets and a final period."""
    return sanitize_text(redact(text), _REASON_LENGTH).rstrip(". ")


def read_or(read: Callable[[bytes], T], body: bytes, default: T) -> T:
    """Return the contents of a body, or ``default`` if it does not have the declared shape, as an error may be."""
    try:
        return read(body)
    except FrameError:
        return default
