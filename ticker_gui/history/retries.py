"""When a request for past data that failed is repeated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError

_RATE_PAUSE_S: Final = 60.0


class Retries:
    """The repeats of one request, and the pauses before them."""

    def __init__(self, pauses_s: Iterable[float]) -> None:
        self._pauses_s = list(pauses_s)

    def next_pause_s(self, error: HistoryError) -> float | None:
        """Return how long to wait before the request is repeated; ``None`` if it is not repeated any more."""
        if not error.refusal.is_temporary or not self._pauses_s:
            return None
        pause_s = self._pauses_s.pop(0)
        return rate_pause_s(error) if error.refusal is Refusal.RATE_LIMITED else pause_s


def rate_pause_s(error: HistoryError) -> float:
    """Return the pause that a provider demands which limits the rate; a minute if it does not say how long."""
    return _RATE_PAUSE_S if error.retry_after_s is None else error.retry_after_s
