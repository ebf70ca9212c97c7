"""Past data of a provider: what it offers, the requests for it, and their responses.

A provider's protocol builds the requests and decodes the responses; it sends nothing. The package `history` sends them,
in the order of time, and no faster than the provider allows. Times are nanoseconds since the epoch, UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from ticker_gui.domain.errors import FrameError, TickerError
from ticker_gui.domain.events import Bar, Refusal, Trade
from ticker_gui.domain.timeframe import BY_NAME, Timeframe, timeframe_named
from ticker_gui.domain.trading_days import TradingDays

RATE_LIMITED: Final = (418, 429)
_KEY_REFUSED: Final = 401
_NO_ACCESS: Final = (402, 403)
_NOT_FOUND: Final = 404
_BARRED: Final = 451
_OK: Final = range(200, 300)


class StockHours(Enum):
    """When a provider's hourly bars of stocks begin. Those of coins and currencies begin on the hour everywhere."""

    ON_THE_HOUR = "on the hour"
    WITH_SESSION = "with the session"  # at half past for US stocks
    UNKNOWN = "unknown"


class HistoryOffer(msgspec.Struct, frozen=True):
    """The past bars that a provider offers.

    ``timeframes`` are the names of `domain.timeframe.TIMEFRAMES` with the provider's own spelling. One request returns
    at most ``bars_per_request`` bars. If only the newest bars of each timeframe exist, ``newest_bars`` is their number;
    ``depth_s`` is the age of the oldest bar of a timeframe, in seconds, where that is limited. ``note`` is a
    restriction that the user should know, as a sentence. With ``over_socket``, bars are requested over the feed's
    connection, and not over HTTP. ``stock_hours`` says when hourly bars of stocks begin. If it ``selects_trades``, a
    list of past trades is exactly what was sent between two trades, in that order, whatever its times and ids are.
    """

    timeframes: Mapping[str, str]
    bars_per_request: int
    requests_per_second: float
    newest_bars: int | None = None
    depth_s: Mapping[str, float] = {}
    note: str = ""
    over_socket: bool = False
    stock_hours: StockHours = StockHours.ON_THE_HOUR
    selects_trades: bool = False

    @property
    def without_hours(self) -> HistoryOffer:
        """The same offer without hourly bars, for symbols of which it is unknown when these begin."""
        names = {name: own for name, own in self.timeframes.items() if not BY_NAME[name].consists_of_hours}
        return replace(self, timeframes=names)


class BarsQuery(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request for the bars of ``symbol`` that begin in ``start_ns <= time < end_ns``.

    ``symbol`` is in the provider's notation, and ``timeframe`` one of its `HistoryOffer.timeframes`. The period is
    never longer than ``bars_per_request`` bars. Hourly bars begin at the minute ``hours_minute`` past the hour.
    """

    symbol: str
    timeframe: str
    start_ns: int
    end_ns: int
    hours_minute: int = 0

    @property
    def bars(self) -> Timeframe:
        """The timeframe; bars that consist of days have the dates of the market as UTC days."""
        return timeframe_named(self.timeframe, TradingDays(hours_minute=self.hours_minute))


class TradesQuery(msgspec.Struct, frozen=True):
    """A request for the trades of ``symbol`` after one trade and before another, both of which were received.

    The ids are those of the two trades; ``None`` if the provider sent none.
    """

    symbol: str
    after_ns: int
    before_ns: int
    after_id: int | str | None = None
    before_id: int | str | None = None


class HttpRequest(msgspec.Struct, frozen=True):
    """A GET request. The ``repr`` contains neither the query nor the headers, which may contain the key.

    ``requests_per_second`` is the documented rate of its host, which the sender of the request adds.
    """

    url: str
    headers: Mapping[str, str] = {}
    requests_per_second: float | None = None

    def __repr__(self) -> str:
        parts = urlsplit(self.url)
        return f"HttpRequest({parts.scheme}://{parts.hostname}{parts.path})"


class HttpResponse(msgspec.Struct, frozen=True):
    """The response to an `HttpRequest`.

    The names of ``headers`` are in small letters; ``retry_after_s`` is the pause that they demand, in seconds. ``url``
    is that of the request, for providers that split a period between several addresses.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
    retry_after_s: float | None = None
    url: str = ""

    def __repr__(self) -> str:
        return f"HttpResponse({self.status}, {len(self.body)} bytes)"


class BarsPage(msgspec.Struct, frozen=True):
    """Bars in any order, and the request for the rest of the period if the provider splits it."""

    bars: list[Bar]
    next_request: HttpRequest | None = None

    @property
    def rows(self) -> list[Bar]:
        """The bars."""
        return self.bars


class TradesPage(msgspec.Struct, frozen=True):
    """Trades in any order, and the request for the rest of the period if the provider splits it."""

    trades: list[Trade]
    next_request: HttpRequest | None = None

    @property
    def rows(self) -> list[Trade]:
        """The trades."""
        return self.trades


class Instrument(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A symbol in a provider's catalog. ``tick_size`` is the smallest step of its price; ``None`` if unknown."""

    symbol: str
    name: str = ""
    venue: str = ""
    tick_size: float | None = None


_REFUSED: Final = {
    Refusal.KEY_REFUSED: "does not accept the API key for past data",
    Refusal.NOT_OFFERED: "does not allow access to past data",
    Refusal.UNKNOWN_SYMBOL: "has no past data for this symbol",
    Refusal.OUT_OF_RANGE: "has no past data for this period",
    Refusal.RATE_LIMITED: "limits the rate of requests",
    Refusal.OFFLINE: "cannot be reached for past data",
    Refusal.FAILED: "cannot answer a request for past data",
}


class HistoryError(TickerError):
    """A request for past data was refused or its response cannot be used. ``retry_after_s`` is the pause to make."""

    def __init__(self, message: str, refusal: Refusal = Refusal.FAILED, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.refusal: Final = refusal
        self.retry_after_s: Final = retry_after_s


def refusal_error(title: str, refusal: Refusal, reason: str = "", retry_after_s: float | None = None) -> HistoryError:
    """Return the error for a refusal.

    Args:
        title: the name of the provider.
        refusal: why there is no past data.
        reason: what the provider says about it, in its own words; see `past_rows.reason_text`.
        retry_after_s: the pause that it demands.
    """
    said = f": {reason}" if reason else ""
    return HistoryError(f"{title} {_REFUSED[refusal]}{said}.", refusal, retry_after_s)


def unreadable_error(title: str, response: HttpResponse, error: FrameError, content: str) -> HistoryError:
    """Return the error for a response that cannot be decoded.

    Args:
        title: the name of the provider.
        response: the response. A web page is often that of a network that requires a sign-in.
        error: why it cannot be decoded.
        content: what was requested, such as "past data".
    """
    if response.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):  # perhaps after a byte order mark
        return HistoryError(
            f"{title} returned a web page instead of {content}. Check whether the network requires you to sign in."
        )
    if not response.body.strip():
        return HistoryError(f"The response from {title} is empty.")
    return HistoryError(f"The response from {title} cannot be read: {error}.")


def check_status(title: str, response: HttpResponse, reason: str = "") -> None:
    """Raise an error if the status of a response is not one of success.

    Args:
        title: the name of the provider, for the message.
        response: the response.
        reason: what the provider says about it, in its own words.

    Raises:
        HistoryError: the status is not between 200 and 299.
    """
    status = response.status
    if status in _OK:
        return
    if status in RATE_LIMITED:
        raise refusal_error(title, Refusal.RATE_LIMITED, reason, response.retry_after_s)
    if status == _KEY_REFUSED:
        raise refusal_error(title, Refusal.KEY_REFUSED, reason)
    if status in _NO_ACCESS:
        raise refusal_error(title, Refusal.NOT_OFFERED, reason)
    if status == _NOT_FOUND:
        raise refusal_error(title, Refusal.UNKNOWN_SYMBOL, reason)
    said = f": {reason}" if reason else ""
    if status == _BARRED:
        raise HistoryError(f"{title} does not serve past data in this country{said}.", Refusal.NOT_OFFERED)
    raise HistoryError(f"{title} answered with HTTP status {status}{said}.")
