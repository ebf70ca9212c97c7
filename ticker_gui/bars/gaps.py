"""Coverage of a feed: the periods without a connection, and those with missed trades. Gaps are never interpolated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.domain.event_time import TOLERANCE_NS

_MAX_GAPS: Final = 200
NOT_RUNNING: Final = "The program was not running."
NO_CONNECTION: Final = "There was no connection."


class Gap(NamedTuple):
    """A period without data, in nanoseconds since the epoch; ``end_ns`` is None while it lasts.

    ``missed`` is the number of trades that are known to be missing in it, 0 if unknown. ``is_backfilled`` is set when
    all its trades were requested afterwards. ``reason`` is why there is no data, as sentences; it is empty if the feed
    was merely disconnected.
    """

    start_ns: int
    end_ns: int | None
    missed: int = 0
    is_backfilled: bool = False
    reason: str = ""


class Gaps(tuple[Gap, ...]):
    """The most recent gaps, oldest first."""

    __slots__ = ()

    def appended(self, gap: Gap) -> Gaps:
        """Return these gaps and another one; beyond 200 gaps, the oldest is dropped."""
        return Gaps((*self[-_MAX_GAPS + 1 :], gap))


class CoverageTracker:
    """Tracks whether a feed is connected and since when; shared by all of its symbols.

    ``since_ns`` is when the current connection was opened; data that arrived earlier may be out of date. Gaps are in
    exchange time, like trades: data that arrives now is ``exchange_lag_ns`` old, because clocks differ or the provider
    delays it. A timestamp more than ``max_ahead_ns`` after its arrival is wrong; this is the known offset of the
    exchange's clock plus a tolerance. ``epoch`` counts the changes between connected and disconnected. The feed
    ``is_quiet`` if it is connected and has not delivered market data for a while. The gap since the last session, if
    there was one, begins at ``last_session_ns``. ``is_replay``: the connection is a recorded one, so nothing is live.
    ``is_relayed``: it is one to a relay, such as a desk.
    """

    __slots__ = (
        "_began_ns",
        "epoch",
        "exchange_lag_ns",
        "gaps",
        "is_connected",
        "is_quiet",
        "is_relayed",
        "is_replay",
        "last_session_ns",
        "max_ahead_ns",
        "since_ns",
        "was_connected",
    )

    def __init__(self) -> None:
        self.is_connected = True
        self.was_connected = self.is_quiet = self.is_replay = self.is_relayed = False
        self.epoch = 0
        self.since_ns = self.exchange_lag_ns = 0
        self.max_ahead_ns = TOLERANCE_NS
        self.gaps = Gaps()
        self.last_session_ns: int | None = None
        self._began_ns: int | None = None  # when the first connection was opened

    def restore(self, earlier: Iterable[Gap], last_session_ns: int, reason: str = NOT_RUNNING) -> None:
        """Add the gaps of earlier sessions, and the one since the end of the last one, which has this reason."""
        gaps = [*earlier, *self.gaps]
        if self._began_ns is None or self._began_ns > last_session_ns:  # otherwise another program is receiving, too
            self.last_session_ns = last_session_ns
            gaps = [*earlier, Gap(last_session_ns, self._began_ns, reason=reason), *self.gaps]
        self.gaps = Gaps(gaps[-_MAX_GAPS:])

    @property
    def gap_before_session(self) -> Gap | None:
        """The time during which the program was not running, once it has ended."""
        gaps = (gap for gap in self.gaps if gap.start_ns == self.last_session_ns and gap.end_ns is not None)
        return next(gaps, None)

    def set_clock(self, exchange_lag_ns: int, clock_offset_ns: int) -> None:
        """Set the age of data on arrival, and by how much the local clock is ahead of the exchange's."""
        self.exchange_lag_ns = exchange_lag_ns
        self.max_ahead_ns = TOLERANCE_NS - clock_offset_ns

    def exchange_time(self, received_ns: int) -> int:
        """Return an arrival time by the clock of the exchange, as far as its offset is known."""
        return received_ns + self.max_ahead_ns - TOLERANCE_NS

    def mark_connected(self, now_ns: int) -> None:
        """Note a new connection; it ends the current gap."""
        end_ns = now_ns - self.exchange_lag_ns
        if self._began_ns is None:
            self._began_ns = end_ns
        if self.gaps and self.gaps[-1].end_ns is None:
            last = self.gaps[-1]._replace(end_ns=end_ns)
            self.gaps = Gaps((*self.gaps[:-1], last) if last.start_ns < end_ns else self.gaps[:-1])
        self.is_connected, self.was_connected, self.since_ns = True, True, now_ns
        self.epoch += 1

    def mark_disconnected(self, from_ns: int) -> None:
        """Note the end of the connection and begin a gap; data is certainly complete only until ``from_ns``."""
        if self.is_connected and self.was_connected:
            self.gaps = self.gaps.appended(Gap(max(from_ns, self.since_ns) - self.exchange_lag_ns, None))
        self.is_connected = False
        self.epoch += 1


def overlaps_gap(
    starts_ns: npt.NDArray[np.int64],
    ends_ns: npt.NDArray[np.int64],
    gaps: Iterable[Gap],
    partial_since_ns: int | None = None,
) -> npt.NDArray[np.bool_]:
    """Return a mask of the periods that overlap a gap, or within which recording started (at ``partial_since_ns``).

    Periods must be ascending. A gap that still lasts counts as if it ended at its start.
    """
    mask = np.zeros(len(starts_ns), bool)
    if partial_since_ns is not None:
        mask |= (starts_ns <= partial_since_ns) & (partial_since_ns < ends_ns)
    for gap in gaps:
        first = np.searchsorted(ends_ns, gap.start_ns, side="right")
        mask[first : np.searchsorted(starts_ns, gap.end_ns or gap.start_ns, side="left")] = True
    return mask


def gaps_in_range(gaps: Iterable[Gap], left_ns: int, right_ns: int, now_ns: int) -> list[Gap]:
    """Return the gaps that overlap a period, sorted; a gap that still lasts ends at ``now_ns``."""
    ended = (gap if gap.end_ns is not None else gap._replace(end_ns=now_ns) for gap in gaps)
    return sorted(gap for gap in ended if gap.start_ns < right_ns and (gap.end_ns or 0) > left_ns)
