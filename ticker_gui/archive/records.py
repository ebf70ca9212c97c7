"""What is written to the archive and read from it."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from ticker_gui.bars.provided_bars import ProvidedColumns
from ticker_gui.domain.event_time import EARLIEST_NS, TOLERANCE_NS
from ticker_gui.domain.events import Correction, Trade

_MAX_TIMES: Final = 4096  # of which the numbers of trades are remembered
_MIN_INT64: Final = -(2**63)
_MAX_INT64: Final = 2**63 - 1


class TradeRecord(NamedTuple):
    """A trade of a feed or its correction; the symbol is in the provider's notation."""

    feed: str
    trade: Trade | Correction
    received_ns: int


class QuoteRecord(NamedTuple):
    """The newest quote of a minute. ``time_ns`` is when it arrived."""

    feed: str
    symbol: str
    time_ns: int
    bid: float | None
    bid_size: float | None
    ask: float | None
    ask_size: float | None


class DayRecord(NamedTuple):
    """The statistics of a session, and the last price with its time; ``time_ns`` is when they were noted."""

    feed: str
    symbol: str
    time_ns: int
    open: float | None
    high: float | None
    low: float | None
    previous_close: float | None
    volume: float | None
    last: float | None
    last_ns: int | None


class BarsRecord(NamedTuple):
    """Closed bars of one timeframe."""

    feed: str
    symbol: str
    timeframe: str
    bars: ProvidedColumns


class GapRecord(NamedTuple):
    """A period of which trades are missing, of one symbol or, if ``symbol`` is empty, of all symbols of the feed."""

    feed: str
    symbol: str
    start_ns: int
    end_ns: int
    missed: int
    reason: str


class RecordedUntil(NamedTuple):
    """A feed has been recorded until this time, so that a later start knows how long the program was not running."""

    feed: str
    until_ns: int


class CatalogRecord(NamedTuple):
    """The symbols of a provider, encoded by the owner of the catalog."""

    feed: str
    fetched_ns: int
    data: bytes


class LastKnown(NamedTuple):
    """The last values of a symbol that are stored."""

    day: DayRecord | None
    quote: QuoteRecord | None


Record: TypeAlias = QuoteRecord | DayRecord | BarsRecord | GapRecord | RecordedUntil | CatalogRecord


def trade_time(trade: Trade, received_ns: int) -> int:
    """Return the time of a trade, or when it arrived if its time is missing or impossible."""
    time_ns = trade.time_ns
    if time_ns is None or not EARLIEST_NS < time_ns <= received_ns + TOLERANCE_NS:
        return received_ns
    return time_ns


class TradeNumbers:
    """Numbers the trades of one symbol, so that the same trade has the same number in every program that stores it.

    The number is the provider's id where that is an integer, and otherwise counts the trades of the same time.
    """

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def number(self, trade: Trade, time_ns: int) -> int:
        """Return the number of a trade."""
        trade_id = trade.trade_id
        if type(trade_id) is int and trade.venue is None and _MIN_INT64 <= trade_id <= _MAX_INT64:
            return trade_id
        counts = self._counts
        number = counts[time_ns] = counts.get(time_ns, -1) + 1
        if len(counts) > _MAX_TIMES:
            for old_ns in list(counts)[: _MAX_TIMES // 2]:
                del counts[old_ns]
        return number


def text_id(trade_id: int | str | None) -> str | None:
    """Return an id that is stored as text; an id without a number is ``None``."""
    return plain_text(str(trade_id)) if isinstance(trade_id, str) or _is_large(trade_id) else None


def _is_large(trade_id: int | None) -> bool:
    return trade_id is not None and not _MIN_INT64 <= trade_id <= _MAX_INT64


def plain_text(text: str) -> str:
    """Return a text that can be stored: without zeros and lone surrogates."""
    return text if text.isascii() and "\0" not in text else text.replace("\0", "").encode("utf-8", "replace").decode()
