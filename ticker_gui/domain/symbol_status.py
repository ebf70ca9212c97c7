"""The status of a symbol: whether its data is fresh, and otherwise why not."""

from __future__ import annotations

from enum import Enum


class SymbolStatus(Enum):
    """The status of a symbol; `formatting.status_words` has the displayed words."""

    NOT_CONNECTED = "not_connected"  # the feed is disconnected
    REFUSED = "refused"  # the provider, or its protocol, does not accept the symbol
    REJECTED = "rejected"  # all data that arrives for the symbol is rejected
    PRICE_HELD = "price_held"  # the newest price waits for a second trade to confirm it
    PENDING = "pending"  # no data on this connection yet
    NO_ANSWER = "no_answer"  # no data, and the subscription was not acknowledged in time
    STALE = "stale"  # no data from the whole feed, or for longer than is usual for the symbol
    LIVE = "live"
