"""How long to wait before dialling again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

BASE_S: Final = 0.5
CAP_S: Final = 30.0
SLOW_BASE_S: Final = 5.0
MOST_RETRY_AFTER_S: Final = 900.0
HEALTHY_AFTER_S: Final = 30.0


class Backoff:
    """Exponential backoff with full jitter (RFC 6455 section 7.2.3): 0.5 s doubled up to 30 s, times a random share.

    Only a connection that brought market data for 30 seconds resets it, so a server that accepts and then hangs up
    is not hit without pause.
    """

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self.attempts = 0

    def next_delay(self, *, retry_after: float | None = None, slowly: bool = False) -> float:
        """Return the seconds to wait now; a server's own wish counts, within a quarter of an hour."""
        ceiling = min(CAP_S, (SLOW_BASE_S if slowly else BASE_S) * 2.0 ** min(self.attempts, 16))
        self.attempts += 1
        if retry_after is not None:
            return min(max(retry_after, BASE_S), MOST_RETRY_AFTER_S)
        # Never quite nothing: two waits of zero in a row would be a hot loop.
        return max(ceiling * self._chance(), BASE_S / 10)

    def reset(self) -> None:
        """Begin anew: the connection has proved itself, or the user asks for it."""
        self.attempts = 0
