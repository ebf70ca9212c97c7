"""How long to wait before reconnecting: exponential backoff with jitter."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from ticker_gui.domain.errors import ConnectionLost, InternalError
from ticker_gui.stream.timeouts import Timeouts

_MIN_SHARE: Final = 0.1
_INTERNAL_JITTER: Final = 0.1


class Backoff:
    """Exponential backoff with full jitter (RFC 6455 section 7.2.3): a base doubled up to a cap, times a random share.

    Only a connection that brought market data for a while resets it, so a server that accepts and then hangs up is
    not hit without pause.
    """

    def __init__(self, timeouts: Timeouts | None = None, chance: Callable[[], float] = random.random) -> None:
        self._timeouts = timeouts or Timeouts()
        self._chance = chance
        self.attempts = 0
        self._internal_errors = 0

    def next_delay(self, loss: ConnectionLost) -> float:
        """Return the seconds to wait after a loss; what the server asks for counts, within a quarter of an hour."""
        timeouts = self._timeouts
        if isinstance(loss, InternalError):
            return self._after_internal_error()
        ceiling = min(
            timeouts.backoff_max,
            (timeouts.backoff_slow_base if loss.slow_backoff else timeouts.backoff_base)
            * 2.0 ** min(self.attempts, 16),
        )
        is_first = not self.attempts
        self.attempts += 1
        if loss.retry_after is not None and loss.retry_after > timeouts.backoff_base:  # else ours is longer
            return min(loss.retry_after, timeouts.max_retry_after)
        if loss.immediate and is_first:
            return 0.0
        # Never zero: two zero delays in a row would busy-loop.
        return max(ceiling * self._chance(), timeouts.backoff_base * _MIN_SHARE)

    def reset(self) -> None:
        """Start over: the connection has been healthy for a while, or the user asked to retry."""
        self.attempts = self._internal_errors = 0

    def _after_internal_error(self) -> float:
        """Return a long wait that doubles each time: the same bug is likely to happen again."""
        timeouts = self._timeouts
        ceiling = min(
            timeouts.backoff_internal_max, timeouts.backoff_internal_base * 2.0 ** min(self._internal_errors, 16)
        )
        self.attempts += 1
        self._internal_errors += 1
        return ceiling * (1 - _INTERNAL_JITTER * self._chance())
