"""Market events, as one frame may contain them: frozen facts, tagged ``event`` when written as JSON.

Times are integer nanoseconds since the epoch, UTC. Prices and sizes are finite floats in the instrument's own
unit. ``None`` means that the provider did not report the value.
"""

from __future__ import annotations

from enum import Enum, IntFlag
from typing import Final, TypeAlias, final

import msgspec


class Updates(IntFlag):
    """The values of a symbol that a trade may update, according to its sale conditions."""

    NOTHING = 0
    LAST = 1
    HIGH_LOW = 2
    VOLUME = 4
    EVERYTHING = 7


# A module constant, because reading an attribute of an enum class for every trade is slow.
UPDATES_EVERYTHING: Final = Updates.EVERYTHING


@final
class Trade(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="event", tag="trade"):
    """One execution.

    ``trade_id`` is the provider's id of the execution, unique per symbol and ``venue``: two channels that report the
    same execution report the same id. ``venue`` is set only where ids are unique per exchange. ``conditions`` are the
    sale conditions as the provider writes them; ``updates`` is what they allow the trade to update.
    """

    symbol: str
    price: float
    size: float | None = None
    time_ns: int | None = None
    trade_id: int | str | None = None
    venue: int | str | None = None
    conditions: tuple[str, ...] = ()
    updates: Updates = UPDATES_EVERYTHING


class Correction(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="event", tag="correction"):
    """A trade reported earlier is cancelled (``price`` is ``None``) or replaced by other values.

    ``trade_id`` and ``venue`` name the earlier trade; ``original_price``, ``original_size`` and ``original_time_ns``
    repeat its values where the provider does. The other fields are those of the trade that replaces it;
    ``new_trade_id`` is its id where that differs.
    """

    symbol: str
    trade_id: int | str | None = None
    price: float | None = None
    size: float | None = None
    time_ns: int | None = None
    venue: int | str | None = None
    new_trade_id: int | str | None = None
    original_price: float | None = None
    original_size: float | None = None
    original_time_ns: int | None = None
    conditions: tuple[str, ...] = ()
    updates: Updates = UPDATES_EVERYTHING


class Quote(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="event", tag="quote"):
    """The best bid and ask. A side that is ``None`` is unchanged; an empty side has no price at all.

    ``has_no_bid`` and ``has_no_ask`` report an empty side of the order book; the price of that side is then ``None``.
    ``digits`` is the number of decimals of the provider's prices, if their trailing zeros are significant.
    """

    symbol: str
    bid: float | None = None
    bid_size: float | None = None
    ask: float | None = None
    ask_size: float | None = None
    time_ns: int | None = None
    digits: int | None = None
    has_no_bid: bool = False
    has_no_ask: bool = False


class DayStats(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="event", tag="day"):
    """The provider's own statistics of the session or of the last 24 hours. ``None`` is unchanged.

    ``last`` is the last price that the provider reports; it is not counted as a trade. ``last_time_ns`` is the time of
    that trade, if the provider reports it, and ``time_ns`` is the time of the statistics.
    """

    symbol: str
    open: float | None = None
    high: float | None = None
    low: float | None = None
    previous_close: float | None = None
    volume: float | None = None
    time_ns: int | None = None
    last: float | None = None
    last_time_ns: int | None = None


class Bar(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="bar"):
    """A bar of the provider; ``timeframe`` is a name in `domain.timeframe.TIMEFRAMES`, or the provider's own name."""

    symbol: str
    timeframe: str
    start_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None
    is_closed: bool


class Refusal(Enum):
    """Why past data is not available; the value says when a request may be repeated."""

    KEY_REFUSED = "with another key"
    NOT_OFFERED = "never for this key"  # the plan of the account has no history
    UNKNOWN_SYMBOL = "never for this symbol"
    OUT_OF_RANGE = "never for this period"
    RATE_LIMITED = "after a pause"
    OFFLINE = "when the server can be reached"
    FAILED = "later"

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self in (Refusal.RATE_LIMITED, Refusal.OFFLINE, Refusal.FAILED)

    @property
    def concerns_key(self) -> bool:
        """Whether other requests with the same key are refused, too."""
        return self in (Refusal.KEY_REFUSED, Refusal.NOT_OFFERED)


@final
class PastBars(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="past_bars"):
    """Past bars that were requested over the open socket; ``error`` says why there are none."""

    symbol: str
    timeframe: str
    bars: tuple[Bar, ...] = ()
    error: str = ""
    refusal: Refusal = Refusal.FAILED  # the kind of the error


@final
class PastTrades(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="past_trades"):
    """Past trades that were requested over the open socket; ``error`` says why there are none."""

    symbol: str
    trades: tuple[Trade, ...] = ()
    error: str = ""
    refusal: Refusal = Refusal.FAILED  # the kind of the error


PastData: TypeAlias = PastBars | PastTrades


class Relay(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a relay, such as a desk, reports: its symbols, and which kind of data it passes on.

    ``stock_hours`` is the value of the provider's `ticker_gui.feeds.history.StockHours`.
    """

    symbols: tuple[str, ...] = ()
    is_simulated: bool = False
    is_delayed: bool = False
    delay_minutes: int = 0  # 0 if unknown
    has_us_stocks: bool = False
    stock_hours: str = ""


@final
class Reply(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="event", tag="reply"):
    """The provider's acknowledgement or rejection of a request; without symbols it concerns the whole request.

    ``past`` is the answer to a request for past data, and ``relay`` the report of a relay; they concern no
    subscription.
    """

    symbols: tuple[str, ...]
    ok: bool
    message: str = ""
    past: PastData | None = None
    relay: Relay | None = None


MarketFact: TypeAlias = Trade | Correction | Quote | DayStats | Bar
Fact: TypeAlias = MarketFact | Reply
