"""One feed as a row: its mark, its word, since when, and what the user can do with it."""

from __future__ import annotations

from typing import Final, NamedTuple

from ticker_gui.domain.feed_state import FeedState, FeedStatus, Phase
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.state_mark import FeedMark, StateMark
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.formatting.numbers import clock_time
from ticker_gui.formatting.status_words import FEED_MARK_WORDS, FEED_WORDS, REPLAY_WORD, describe_feed

_MARKS: Final = {
    FeedStatus.CONNECTING: FeedMark.CONNECTING,
    FeedStatus.SUBSCRIBING: FeedMark.WAITING_FOR_DATA,
    FeedStatus.LIVE: FeedMark.LIVE,
    FeedStatus.QUIET: FeedMark.QUIET,
    FeedStatus.WAITING: FeedMark.NOT_CONNECTED,
    FeedStatus.REJECTED: FeedMark.REJECTED,
    FeedStatus.STOPPED: FeedMark.NOT_CONNECTED,
}
_MUTED: Final = "Its alerts are muted."
_NAME_LENGTH: Final = 40


class FeedRow(NamedTuple):
    """A feed at one moment; ``rate`` is in messages per second. ``is_saved``: it is in the settings file.

    ``catalog_note`` says how old the feed's list of symbols is, or why there is none; empty if it is current.
    ``is_muted``: alerts on its symbols run no actions.
    """

    name: str
    provider: str
    mark: FeedMark
    word: str
    since: str
    rate: int
    description: str
    state: FeedState
    is_built_in: bool = False
    is_simulated: bool = False
    is_saved: bool = True
    delay_minutes: int = 0  # if its data is delayed and the delay is known
    catalog_note: str = ""
    is_replay: bool = False
    is_muted: bool = False
    is_delayed: bool = False
    is_relayed: bool = False  # the provider is a desk, whose publisher may have the symbols of any other

    @property
    def display_name(self) -> str:
        """The name as it is displayed in texts."""
        return sanitize_text(self.name, _NAME_LENGTH)

    @property
    def is_disabled(self) -> bool:
        """Whether the feed is not to be connected."""
        return self.mark is FeedMark.DISABLED

    @property
    def details(self) -> str:
        """The description of the state, and what there is to know about the list of symbols."""
        notes = [note for note in (_MUTED if self.is_muted else "", self.catalog_note) if note]
        ended = self.description if self.description.endswith((".", "…", "!")) else f"{self.description}."
        return " ".join((ended, *notes)) if notes else self.description

    @property
    def can_be_changed(self) -> bool:
        """Whether the feed can be edited, disabled or removed; the built-in market cannot if no settings name it."""
        return not self.is_replay and (self.is_saved or not self.is_built_in)

    @property
    def can_be_saved(self) -> bool:
        """Whether the feed is not in the settings file, and could be."""
        return not self.is_replay and not self.is_saved and not self.is_built_in


def feed_row(feed: EngineFeed, now_ns: int, rate: int = 0, *, is_saved: bool = True, catalog_note: str = "") -> FeedRow:
    """Return the row of a feed."""
    settings, state, kind = feed.settings, feed.state, feed.kind
    mark = mark_of(state, is_disabled=settings.disabled)
    if mark is FeedMark.LIVE:
        mark = _mark_of_data(feed)
    elif mark is FeedMark.QUIET and feed.market.why_closed(now_ns):
        mark = FeedMark.CLOSED
    phase = feed.session.phase
    disabled = FEED_MARK_WORDS[FeedMark.REJECTED if feed.is_replay else FeedMark.DISABLED]  # recorded: it was stopped
    description = disabled if settings.disabled else describe_feed(state, now_ns, phase, live_word(feed))
    return FeedRow(
        feed.name,
        settings.protocol.title,
        mark,
        disabled if settings.disabled else _word(mark, phase),
        clock_time(state.down_since_ns or state.since_ns),
        rate,
        sanitize_text(description, limit=1_000),
        state,
        settings.is_built_in,
        kind.is_simulated,
        is_saved,
        kind.delay_minutes,
        sanitize_text(catalog_note, limit=400),
        feed.is_replay,
        is_delayed=kind.is_delayed,
        is_relayed=settings.protocol.announces_symbols,
    )


def _word(mark: FeedMark, phase: Phase) -> str:
    word = FEED_MARK_WORDS[mark]
    return f"{word}: {phase}" if mark is FeedMark.CONNECTING and phase is not Phase.OPEN else word


def _mark_of_data(feed: EngineFeed) -> FeedMark:
    """Return the mark of a feed that delivers data, for the kind of its data."""
    if feed.is_replay:
        return FeedMark.REPLAY
    if feed.kind.is_simulated:
        return FeedMark.DEMO
    return FeedMark.DELAYED if feed.kind.is_delayed else FeedMark.LIVE


def live_word(feed: EngineFeed) -> str:
    """Return the word for a feed that delivers data."""
    return REPLAY_WORD if feed.is_replay else FEED_WORDS[FeedStatus.LIVE]


def state_mark(feed: EngineFeed) -> StateMark:
    """Return the mark of a feed for its symbols: while it is connected, which kind of prices it delivers."""
    settings = feed.settings
    if feed.state.is_connected and not settings.disabled:
        return _mark_of_data(feed).state_mark
    if feed.is_replay and settings.disabled:
        return StateMark.NO_FEED  # it was stopped at this time of the recording
    return mark_of(feed.state, is_disabled=settings.disabled).state_mark


def mark_of(state: FeedState, *, is_disabled: bool = False) -> FeedMark:
    """Return the mark of a feed in this state."""
    if is_disabled:
        return FeedMark.DISABLED
    return FeedMark.KEY_NEEDED if state.kind is FeedStatus.REJECTED and state.wants_key else _MARKS[state.kind]
