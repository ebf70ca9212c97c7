"""The state of a feed and its recent states, reported after each change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.feed_state import FeedState, FeedStatus

_MAX_STATES: Final = 50


class StateLog:
    """Holds the current state of a feed and the last ones. ``on_change()`` is called after each change.

    ``redact(text)`` removes the API key from reasons; it is replaced with each connection.
    """

    def __init__(self, clock: Clock, on_change: Callable[[], object]) -> None:
        self.current = FeedState(FeedStatus.STOPPED, clock())
        self.history: deque[FeedState] = deque(maxlen=_MAX_STATES)
        self.redact: Callable[[str], str] = str
        self._clock = clock
        self._on_change = on_change

    def set(
        self,
        kind: FeedStatus,
        reason: str = "",
        *,
        since_ns: int | None = None,
        retry_at_ns: int | None = None,
        attempt: int = 0,
        is_limited: bool = False,
        wants_key: bool = False,
        is_internal: bool = False,
        waits_for_relay: bool = False,
    ) -> None:
        """Change the state; the time that a lost connection has been down, or data missing, continues to count."""
        since_ns = since_ns or self._clock()
        if kind is FeedStatus.QUIET and self.current.kind is kind:  # only the reason changes
            since_ns = self.history.pop().since_ns
        is_down = kind in (FeedStatus.CONNECTING, FeedStatus.WAITING)
        self.current = FeedState(
            kind,
            since_ns,
            self.redact(reason),
            retry_at_ns,
            attempt,
            is_limited,
            wants_key,
            (self.current.down_since_ns or since_ns) if is_down else None,
            is_internal,
            waits_for_relay,
        )
        self.history.append(self.current)
        self._on_change()
