"""What is written to the archive and read from it."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from ticker_gui.bars.provided_bars import ProvidedColumns
from ticker_gui.domain.event_time import EARLIEST_NS, TOLERANCE_NS
from ticker_gui.domain.events import Correction, Trade
from ticker_gui.market.trade_identity import key_of

_MAX_TIMES: Final = 4096  # of which the numbers of trades are remembered
_MIN_INT64: Final = -(2**63)
_MAX_INT64: Final = 2**63 - 1


BACKFILLED: Final = "It was backfilled."  # the end of the reason for a gap
BACKFILLED_FLAG: Final = 8  # added to the updates of a stored trade that was requested after a gap


class TradeRecord(NamedTuple):
    """A trade of a feed or its correction; the symbol is in the provider's notation.

    ``received_ns`` is when it arrived, by the clock of the exchange. ``is_backfilled`` is set if the trade was not
    received live but requested after a gap.
    """

    feed: str
    trade: Trade | Correction
    received_ns: int
    is_backfilled: bool = False


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
    """Bars of one timeframe; a forming one is marked as partial."""

    feed: str
    symbol: str
    timeframe: str
    bars: ProvidedColumns


class LoadedRange(NamedTuple):
    """A range of time of which the provider has sent all bars of a timeframe: where it has none, nothing was traded."""

    feed: str
    symbol: str
    timeframe: str
    start_ns: int
    end_ns: int


class GapRecord(NamedTuple):
    """A period of which trades are missing, of one symbol or, if ``symbol`` is empty, of all symbols of the feed."""

    feed: str
    symbol: str
    start_ns: int
    end_ns: int
    missed: int
    reason: str

    @property
    def is_backfilled(self) -> bool:
        """Whether all its trades were requested afterwards."""
        return self.reason.endswith(BACKFILLED)


class RecordedUntil(NamedTuple):
    """A feed has been recorded until this time, so that a later start knows how long the program was not running."""

    feed: str
    until_ns: int


class LastKnown(NamedTuple):
    """The last values of a symbol that are stored."""

    day: DayRecord | None
    quote: QuoteRecord | None


Record: TypeAlias = QuoteRecord | DayRecord | BarsRecord | LoadedRange | GapRecord | RecordedUntil


def trade_time(trade: Trade, received_ns: int) -> int:
    """Return the time of a trade, or when it arrived if its time is missing or impossible."""
    time_ns = trade.time_ns
    if time_ns is None or not EARLIEST_NS < time_ns <= received_ns + TOLERANCE_NS:
        return received_ns
    return time_ns


class TradeNumbers:
    """Numbers the trades of one symbol that have no id: it counts those of the same time.

    So the same trade has the same number in every program that stores it.
    """

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def next(self, time_ns: int) -> int:
        """Return the number of one more trade of this time."""
        counts = self._counts
        number = counts[time_ns] = counts.get(time_ns, -1) + 1
        if len(counts) > _MAX_TIMES:
            for old_ns in list(counts)[: _MAX_TIMES // 2]:
                del counts[old_ns]
        return number

    def take_back(self, time_ns: int) -> None:
        """Give the newest number of this time again, because its trade was not stored."""
        if time_ns in self._counts:
            self._counts[time_ns] -= 1


def stored_id(trade_id: int | str | None, venue: int | str | None) -> int | str | None:
    """Return the id of a trade as it is stored: a number, a text, or ``None`` if it has none.

    Another channel may send a number as a text. An id that is unique only at its venue is followed by the venue.
    """
    if trade_id is None:
        return None
    if venue is not None:
        return plain_text(f"{trade_id}@{venue}")
    if isinstance(trade_id, str):
        number = key_of(trade_id, None)  # negative unless the text is a number
        return plain_text(trade_id) if number < 0 else number
    return trade_id if _MIN_INT64 <= trade_id <= _MAX_INT64 else str(trade_id)


def plain_text(text: str) -> str:
    """Return a text that can be stored: without zeros and lone surrogates."""
    return text if text.isascii() and "\0" not in text else text.replace("\0", "").encode("utf-8", "replace").decode()
