"""Which of the times that a provider states can be true, and whether its clock was set back."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS, SECOND_NS, TIMEFRAMES

# The year 2000: a fact that claims to be older has no time.
EARLIEST_NS: Final = 946_684_800 * SECOND_NS
# Clocks differ by so much without being wrong.
TOLERANCE_NS: Final = 2 * SECOND_NS

_WIDTHS_NS: Final = {timeframe.name: timeframe.width_ns for timeframe in TIMEFRAMES}
_PATIENCE_NS: Final = 10 * SECOND_NS
_MIN_FACTS: Final = 3
_RUNS: Final = 3


def arrival_time(stamp_ns: int | None, received_ns: int, ahead_ns: int) -> tuple[int, int, int]:
    """Return the time of a trade whose own cannot be true: its arrival, by the exchange's clock where known.

    It is also returned as a negative number, for `RecentIds`, and with the delay to be measured: a clock that is ahead
    by less than a day is, so that its offset becomes known. A time may be ``ahead_ns`` after its arrival.
    """
    time_ns = received_ns + ahead_ns - TOLERANCE_NS
    if stamp_ns is None or not EARLIEST_NS < stamp_ns <= received_ns + DAY_NS:
        return time_ns, -time_ns, 0
    return time_ns, -time_ns, received_ns - stamp_ns


def is_possible_start(bar: Bar, latest_ns: int) -> bool:
    """Return whether a bar does not begin at no time, or later than one that follows the bar of ``latest_ns``."""
    return EARLIEST_NS <= bar.start_ns <= latest_ns + _WIDTHS_NS.get(bar.timeframe, MINUTE_NS)


class ClockStep:
    """Recognises that a clock was set back: only older facts arrive, and all of them with about the same delay.

    A resend or a page of old trades is also older than the newest fact, but it arrives faster than it took place, so
    that its delay changes. Where two exchanges share a feed and one of them is slower, newer facts come in between; the
    longest such wait of the past is then exceeded before the newest fact counts as the wrong one.
    """

    __slots__ = ("_began_ns", "_count", "_delay_ns", "_newest_ns", "_patience_ns", "_seen_ns", "misdated_ns")

    def __init__(self) -> None:
        self._newest_ns = -(2**63)  # the newest fact during the run of older ones
        self._began_ns = self._seen_ns = 0  # when the run of older facts began, and when its last one arrived
        self._delay_ns = 0
        self._count = 0
        self._patience_ns = _PATIENCE_NS
        self.misdated_ns = -(2**63)  # the arrival of the last fact that had a wrong time

    def is_newest(self, time_ns: int, newest_ns: int, received_ns: int) -> bool:
        """Return whether a fact is not older than the newest, or shows that the newest had a wrong time.

        A fact with a wrong time took place some time before it arrived.
        """
        tolerance_ns = TOLERANCE_NS if newest_ns == self.misdated_ns else 0
        return time_ns >= newest_ns - tolerance_ns or self.is_confirmed_by(time_ns, newest_ns, received_ns)

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
