"""The states of data that have a mark of their own, for feeds and for symbols."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final


class StateMark(Enum):
    """A state with a mark; `formatting.status_words` has the displayed words."""

    LIVE = "live"
    QUIET = "quiet"
    DELAYED = "delayed"
    CLOSED = "closed"  # the market
    CONNECTING = "connecting"
    NOT_CONNECTED = "not_connected"
    KEY_NEEDED = "key_needed"
    REFUSED = "refused"  # the provider does not accept the symbol, or the feed was stopped
    NO_FEED = "no_feed"
    DISABLED = "disabled"  # the user has disconnected the feed
    DEMO = "demo"
    REPLAY = "replay"


class FeedMark(Enum):
    """The state of a feed, in more detail than its mark; `formatting.status_words` has the displayed words."""

    LIVE = "live"
    QUIET = "quiet"
    CLOSED = "closed"
    DELAYED = "delayed"
    CONNECTING = "connecting"
    WAITING_FOR_DATA = "waiting_for_data"
    NOT_CONNECTED = "not_connected"
    KEY_NEEDED = "key_needed"
    REJECTED = "rejected"
    DISABLED = "disabled"
    DEMO = "demo"
    REPLAY = "replay"

    @property
    def state_mark(self) -> StateMark:
        """The mark that is drawn beside the word."""
        return _STATE_MARKS[self]


_STATE_MARKS: Final[Mapping[FeedMark, StateMark]] = {
    FeedMark.LIVE: StateMark.LIVE,
    FeedMark.QUIET: StateMark.QUIET,
    FeedMark.CLOSED: StateMark.CLOSED,
    FeedMark.DELAYED: StateMark.DELAYED,
    FeedMark.CONNECTING: StateMark.CONNECTING,
    FeedMark.WAITING_FOR_DATA: StateMark.CONNECTING,
    FeedMark.NOT_CONNECTED: StateMark.NOT_CONNECTED,
    FeedMark.KEY_NEEDED: StateMark.KEY_NEEDED,
    FeedMark.REJECTED: StateMark.REFUSED,
    FeedMark.DISABLED: StateMark.DISABLED,
    FeedMark.DEMO: StateMark.DEMO,
    FeedMark.REPLAY: StateMark.REPLAY,
}
