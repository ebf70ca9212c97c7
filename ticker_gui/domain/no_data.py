"""The causes of missing market data, with the details that explain them."""

from __future__ import annotations

from enum import Enum, auto

import msgspec

from ticker_gui.domain.feed_state import Phase


class NoDataCause(Enum):
    """Why a feed, or one of its symbols, delivers no market data."""

    # The feed is not connected.
    CONNECTING = auto()
    DISCONNECTED = auto()  # it reconnects by itself
    INTERNAL_ERROR = auto()  # likewise
    REJECTED = auto()  # the user has to act
    STOPPED = auto()
    # The feed is connected, but delivers nothing.
    NO_SYMBOLS = auto()  # none is subscribed
    NOTHING_RECEIVED = auto()  # the server sends no messages
    NOT_DECODED = auto()  # most messages cannot be decoded
    QUIET_AT_RELAY = auto()  # the publisher of a desk receives nothing
    NO_MARKET_DATA = auto()  # the messages contain no market data
    OTHER_SYMBOLS = auto()  # market data arrives for other symbols only
    # The feed delivers, but not for this symbol.
    SYMBOL_REFUSED = auto()
    DATA_REJECTED = auto()  # all data that arrives is rejected, for the symbol or the whole feed
    PRICE_HELD = auto()  # the newest price waits for confirmation
    NO_ANSWER = auto()  # the subscription was not acknowledged in time
    NOT_REQUESTED = auto()  # the subscription is about to be sent
    NOT_RECEIVED = auto()  # subscribed, no data yet
    MARKET_CLOSED = auto()
    STALE = auto()  # no data for longer than is usual for the symbol
    INFREQUENT = auto()  # no data for a while, as is usual for the symbol
    # The data arrives.
    RECEIVING = auto()


class NoData(msgspec.Struct, frozen=True):
    """One cause and its details; those that do not apply to the cause keep their defaults.

    ``reason`` is what the server or an error says, and ``closed`` a sentence if the market is closed. ``hint`` is the
    provider's advice. ``quiet_s`` is the time since the last message, or for `NoDataCause.NOTHING_RECEIVED` since the
    last sign of activity. ``sample`` is a message that could not be decoded; ``others`` are symbols that deliver data
    without being subscribed.
    """

    cause: NoDataCause
    reason: str = ""
    hint: str = ""
    closed: str = ""
    phase: Phase = Phase.NAME
    attempt: int = 1
    retry_s: int = 0
    quiet_s: int = 0
    sample: str = ""
    others: tuple[str, ...] = ()
    provider: str = ""
    symbol: str = ""
    wire_symbol: str = ""
    is_acknowledged: bool = False
    held_price: float | None = None
    last_price: float | None = None
    longest_gap_s: int = 0
