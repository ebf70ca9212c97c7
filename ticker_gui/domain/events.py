"""What one frame can tell. Facts are frozen, and tagged ``event`` when written as JSON.

Times are integer nanoseconds since the epoch, UTC. Prices and sizes are finite floats in the instrument's own
unit. ``None`` means that the provider did not say.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Trade(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="trade"):
    """One execution.

    ``trade_id`` is the provider's own name for it, unique per symbol: two channels that tell the same execution
    tell the same id.
    """

    symbol: str
    price: float
    size: float | None = None
    time_ns: int | None = None
    trade_id: int | str | None = None


class Quote(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="quote"):
    """The best bid and offer. A side that is ``None`` is unchanged.

    ``digits`` are the decimals that the provider writes prices with, where its trailing zeros have a meaning.
    """

    symbol: str
    bid: float | None = None
    bid_size: float | None = None
    ask: float | None = None
    ask_size: float | None = None
    time_ns: int | None = None
    digits: int | None = None


class DayStats(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="day"):
    """The provider's own figures of the session or of the last 24 hours. ``None`` is unchanged."""

    symbol: str
    open: float | None = None
    high: float | None = None
    low: float | None = None
    previous_close: float | None = None
    volume: float | None = None
    time_ns: int | None = None


class Bar(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="bar"):
    """A bar that the provider made; ``timeframe`` is a name of `domain.timeframe.TIMEFRAMES` or the provider's own."""

    symbol: str
    timeframe: str
    start_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    is_closed: bool


class Reply(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="reply"):
    """The provider's acknowledgement or refusal of something we sent; no symbols named means the whole request."""

    symbols: tuple[str, ...]
    ok: bool
    message: str = ""


MarketFact: TypeAlias = Trade | Quote | DayStats | Bar
Fact: TypeAlias = MarketFact | Reply
