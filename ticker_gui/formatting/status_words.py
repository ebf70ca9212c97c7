"""The words for the status of symbols and feeds, in the table, the status bar, the diagnostics and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ticker_gui.domain.feed_state import FeedState, FeedStatus, Phase
from ticker_gui.domain.state_mark import FeedMark, StateMark
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.formatting import numbers

SYMBOL_WORDS: Final[Mapping[SymbolStatus, str]] = {
    SymbolStatus.NOT_CONNECTED: "not connected",
    SymbolStatus.REFUSED: "unavailable",
    SymbolStatus.REJECTED: "rejected",
    SymbolStatus.PRICE_HELD: "price held",
    SymbolStatus.PENDING: "pending",
    SymbolStatus.NO_ANSWER: "no answer",
    SymbolStatus.STALE: "quiet",
    SymbolStatus.LIVE: "live",
}
FEED_WORDS: Final[Mapping[FeedStatus, str]] = {
    FeedStatus.CONNECTING: "connecting",
    FeedStatus.SUBSCRIBING: "connected",
    FeedStatus.LIVE: "live",
    FeedStatus.QUIET: "quiet",
    FeedStatus.WAITING: "not connected",
    FeedStatus.REJECTED: "stopped",
    FeedStatus.STOPPED: "ended",
}
MARK_WORDS: Final[Mapping[StateMark, str]] = {
    StateMark.LIVE: "Live",
    StateMark.QUIET: "Quiet",
    StateMark.DELAYED: "Delayed",
    StateMark.CLOSED: "Closed",
    StateMark.CONNECTING: "Connecting",
    StateMark.NOT_CONNECTED: "Not connected",
    StateMark.KEY_NEEDED: "Key needed",
    StateMark.REFUSED: "Unavailable",
    StateMark.NO_FEED: "No feed",
    StateMark.DISABLED: "Disabled",
    StateMark.DEMO: "Demo",
    StateMark.REPLAY: "Replay",
}
FEED_MARK_WORDS: Final[Mapping[FeedMark, str]] = {
    **{mark: MARK_WORDS[mark.state_mark] for mark in FeedMark},
    FeedMark.WAITING_FOR_DATA: "Connected",
    FeedMark.REJECTED: "Stopped",
}
DATA_REJECTED: Final = "Data rejected"  # everything that arrives for a symbol is rejected
REPLAY_WORD: Final = "replay"  # instead of the words for live data: nothing of a recording is live
NOT_IN_REPLAY: Final = "Not available in a replay: its feeds are recorded, and nothing is saved."
NO_DATA: Final = "no data"  # instead of the age of a symbol that has not received any


def describe_feed(
    state: FeedState, now_ns: int, phase: Phase = Phase.NAME, live: str = FEED_WORDS[FeedStatus.LIVE]
) -> str:
    """Return the status of a feed with its start and reason.

    ``phase`` is the phase of the connection attempt, ``live`` the word for a feed that delivers data.
    """
    since = numbers.clock_time(state.since_ns)
    match state.kind:
        case FeedStatus.CONNECTING:
            attempt = f", attempt {state.attempt}" if state.attempt > 1 else ""
            return f"Connecting since {since} ({phase}{attempt}){f': {state.reason}' if state.reason else ''}"
        case FeedStatus.SUBSCRIBING:
            return f"Connected since {since}, waiting for the first data"
        case FeedStatus.LIVE:
            return f"{live.capitalize()} since {since}"
        case FeedStatus.QUIET:
            return f"No data since {since}: {state.reason}"
        case FeedStatus.WAITING:
            return _describe_waiting(state, now_ns)
        case FeedStatus.REJECTED:
            return f"{'API key needed since' if state.wants_key else 'Stopped at'} {since}: {state.reason}"
        case FeedStatus.STOPPED:
            return "Ended"


def _describe_waiting(state: FeedState, now_ns: int) -> str:
    if state.is_internal:
        return state.reason_at(now_ns)
    attempt = f" (attempt {state.attempt})" if state.attempt > 1 else ""
    retry = f"{describe_retry(state, now_ns)}{attempt}."
    if state.is_limited:
        return f"Rate limited until {numbers.clock_time(state.retry_at_ns or now_ns)}: {state.reason} {retry}"
    return f"Not connected since {numbers.clock_time(state.down_since_ns or state.since_ns)}: {state.reason} {retry}"


def describe_retry(state: FeedState, now_ns: int) -> str:
    """Return when a waiting feed reconnects, without a full stop."""
    if state.waits_for_relay:
        return "Waiting for the publisher"
    return f"Reconnecting in {state.seconds_left(now_ns)} s"


def summarize_feeds(feeds: Sequence[tuple[str, FeedState]], descriptions: Sequence[str]) -> str:
    """Return the descriptions of the feeds that are not live, or that all of them are."""
    if not feeds:
        return "All feeds are disabled"
    others = [
        f"{name}: {description}"
        for (name, state), description in zip(feeds, descriptions, strict=True)
        if state.kind is not FeedStatus.LIVE
    ]
    return " · ".join(others) or FEED_WORDS[FeedStatus.LIVE].capitalize()


def count_feeds(feeds: Sequence[tuple[str, FeedState]]) -> str:
    """Return how many of several feeds are live; empty for a single one."""
    live = sum(state.kind is FeedStatus.LIVE for _, state in feeds)
    return f"{live} of {len(feeds)} feeds" if len(feeds) > 1 else ""
