"""Validation of the provider's timestamps, and detection of clocks that were set back."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, MINUTE, NEVER_NS, SECOND_NS

# The year 2000; older timestamps are treated as missing.
EARLIEST_NS: Final = 946_684_800 * SECOND_NS
# Normal difference between clocks.
TOLERANCE_NS: Final = 2 * SECOND_NS

_CONFIRM_AFTER_NS: Final = 10 * SECOND_NS
_MIN_FACTS: Final = 3
_RUN_FACTOR: Final = 3  # a run of older facts must last this many times longer than the longest earlier one


def arrival_time(stamp_ns: int | None, received_ns: int, ahead_ns: int) -> tuple[int, int, int]:
    """Return the replacement of an impossible timestamp: the arrival time, corrected by the known clock offset.

    Args:
        stamp_ns: the timestamp of the trade, if it has one.
        received_ns: the arrival by the local clock.
        ahead_ns: how long after its arrival a timestamp may be.

    Returns:
        The time, the same time negated (for `RecentIds`), and the delay to measure; that is 0 unless the clock is ahead
        by less than a day, in which case it makes the offset of the clock known. All are in nanoseconds.
    """
    time_ns = received_ns + ahead_ns - TOLERANCE_NS
    if stamp_ns is None or not EARLIEST_NS < stamp_ns <= received_ns + DAY_NS:
        return time_ns, -time_ns, 0
    return time_ns, -time_ns, received_ns - stamp_ns


def is_possible_start(bar: Bar, latest_ns: int) -> bool:
    """Return whether the start of a bar is valid: not before the year 2000, and at most one bar after ``latest_ns``."""
    width_ns = BY_NAME.get(bar.timeframe, MINUTE).width_ns
    return EARLIEST_NS <= bar.start_ns <= latest_ns + width_ns


class ClockStep:
    """Detects that a clock was set back: only older facts arrive, all with about the same delay.

    Old trades that are sent again or in pages are older than the newest fact, too, but arrive faster than they took
    place, so that their delay changes. If a slower and a faster exchange share a feed, newer facts arrive in between;
    the newest fact is then considered wrong only if a run of older ones is longer than all runs before.
    """

    __slots__ = ("_began_ns", "_confirm_after_ns", "_count", "_delay_ns", "_newest_ns", "_seen_ns", "misdated_ns")

    def __init__(self) -> None:
        self._newest_ns = NEVER_NS  # the newest fact during the run of older ones
        self._began_ns = self._seen_ns = 0  # when the run of older facts began, and when its last one arrived
        self._delay_ns = 0
        self._count = 0
        self._confirm_after_ns = _CONFIRM_AFTER_NS
        self.misdated_ns = NEVER_NS  # the arrival of the last fact that had a wrong time

    def is_newest(self, time_ns: int, newest_ns: int, received_ns: int) -> bool:
        """Return whether a fact is the newest, or proves that the newest had a wrong timestamp.

        A fact whose timestamp was replaced by its arrival took place a little earlier, so that a tolerance applies.
        """
        tolerance_ns = TOLERANCE_NS if newest_ns == self.misdated_ns else 0
        return time_ns >= newest_ns - tolerance_ns or self.is_confirmed_by(time_ns, newest_ns, received_ns)

    def is_confirmed_by(self, time_ns: int, newest_ns: int, received_ns: int) -> bool:
        """Return whether a fact older than ``newest_ns`` shows that the clock was set back since then."""
        delay_ns = received_ns - time_ns
        if newest_ns != self._newest_ns:
            self._confirm_after_ns = max(self._confirm_after_ns, _RUN_FACTOR * (self._seen_ns - self._began_ns))
            self._newest_ns = newest_ns
            self._count = 0
        if not self._count or abs(delay_ns - self._delay_ns) > TOLERANCE_NS:
            self._began_ns, self._delay_ns, self._count = received_ns, delay_ns, 0
        self._count += 1
        self._seen_ns = received_ns
        return self._count >= _MIN_FACTS and received_ns - self._began_ns >= self._confirm_after_ns
