"""Rows of feeds for tests."""

from __future__ import annotations

from typing import Any

from tests.doubles import NOON_NS
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feed_status.feed_row import FeedRow, mark_of
from ticker_gui.formatting.status_words import FEED_MARK_WORDS

NOW_NS = NOON_NS


def row(
    name: str, kind: FeedStatus = FeedStatus.LIVE, *, age_s: float = 60, mark: FeedMark | None = None, **options: Any
) -> FeedRow:
    """Return the row of a feed that has been in a state for some seconds."""
    of_row = {key: options.pop(key) for key in ("is_built_in", "is_simulated", "is_saved") if key in options}
    state = FeedState(kind, NOW_NS - int(age_s * SECOND_NS), **options)
    mark = mark or mark_of(state)
    return FeedRow(
        name,
        "Some provider",
        mark,
        FEED_MARK_WORDS[mark],
        "12:00:00",
        3,
        f"{name} is {FEED_MARK_WORDS[mark]}",
        state,
        **of_row,
    )
