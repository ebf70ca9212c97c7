"""The states of data that have a mark of their own, for feeds and for symbols."""

from __future__ import annotations

from enum import StrEnum


class StateMark(StrEnum):
    """A state with a mark; the values are its words."""

    LIVE = "Live"
    QUIET = "Quiet"
    DELAYED = "Delayed"
    CLOSED = "Closed"
    CONNECTING = "Connecting"
    NOT_CONNECTED = "Not connected"
    KEY_NEEDED = "Key needed"
    REFUSED = "Refused"
    NO_FEED = "No feed"
    DEMO = "Demo"
    REPLAY = "Replay"
