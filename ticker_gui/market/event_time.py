"""Which of the times that a provider states can be true, and whether its clock was set back."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.timeframe import SECOND_NS

# The year 2000: a fact that claims to be older has no time.
EARLIEST_NS: Final = 946_684_800 * SECOND_NS
# Clocks differ by so much without being wrong.
TOLERANCE_NS: Final = 2 * SECOND_NS

_PATIENCE_NS: Final = 10 * SECOND_NS
_MIN_FACTS: Final = 3
_RUNS: Final = 3


class ClockStep:
    """Recognises that a clock was set back: only older facts arrive, and all of them with about the same delay.

    A resend or a page of old trades is also older than the newest fact, but it arrives faster than it took place, so
    that its delay changes. Where two exchanges share a feed and one of them is slower, newer facts come in between; the
    longest such wait of the past is then exceeded before the newest fact counts as the wrong one.
    """

    __slots__ = ("_began_ns", "_count", "_delay_ns", "_newest_ns", "_patience_ns", "_seen_ns")

    def __init__(self) -> None:
        self._newest_ns = -(2**63)  # the newest fact during the run of older ones
        self._began_ns = self._seen_ns = 0  # when the run of older facts began, and when its last one arrived
        self._delay_ns = 0
        self._count = 0
        self._patience_ns = _PATIENCE_NS

    def is_confirmed_by(self, time_ns: int, newest_ns: int, received_ns: int) -> bool:
        """Return whether a fact older than ``newest_ns`` shows that the clock was set back since then."""
        delay_ns = received_ns - time_ns
        if newest_ns != self._newest_ns:
            self._patience_ns = max(self._patience_ns, _RUNS * (self._seen_ns - self._began_ns))
            self._newest_ns = newest_ns
            self._count = 0
        if not self._count or abs(delay_ns - self._delay_ns) > TOLERANCE_NS:
            self._began_ns, self._delay_ns, self._count = received_ns, delay_ns, 0
        self._count += 1
        self._seen_ns = received_ns
        return self._count >= _MIN_FACTS and received_ns - self._began_ns >= self._patience_ns
