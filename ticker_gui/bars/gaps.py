"""When a feed was listened to: since when, and which stretches were missed. A gap stays a gap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.domain.event_time import TOLERANCE_NS

_KEPT: Final = 200


class Gap(NamedTuple):
    """A stretch that nobody saw, in nanoseconds since the epoch; ``None`` where it has not ended.

    ``missed`` is how many trades are known to have happened in it.
    """

    start_ns: int
    end_ns: int | None
    missed: int = 0


class Gaps(tuple[Gap, ...]):
    """The last stretches that were missed, oldest first."""

    __slots__ = ()

    def with_one_more(self, gap: Gap) -> Gaps:
        """Return these and another one, the oldest forgotten where there are many."""
        return Gaps((*self[-_KEPT + 1 :], gap))


class CoverageTracker:
    """Whether a feed is listened to, and since when; all of its symbols share it.

    ``since_ns`` is when the line was opened that is up now; what arrived before it is not known to be true any more.
    Gaps are told by the exchange's clock, as its trades are: what comes now is of ``exchange_lag_ns`` ago by ours, as
    the clocks differ or the provider delays it. A time more than ``max_ahead_ns`` after its arrival is wrong: the known
    offset of the exchange's clock and some tolerance.
    """

    __slots__ = ("epoch", "exchange_lag_ns", "gaps", "is_connected", "max_ahead_ns", "since_ns", "was_connected")

    def __init__(self) -> None:
        self.is_connected = True
        self.was_connected = False
        self.epoch = 0  # counts how often it has been on or off
        self.since_ns = self.exchange_lag_ns = 0
        self.max_ahead_ns = TOLERANCE_NS
        self.gaps = Gaps()

    def set_clock(self, exchange_lag_ns: int, clock_offset_ns: int) -> None:
        """Set how old what arrives now is by our clock, and by how much that clock is ahead of the exchange's."""
        self.exchange_lag_ns = exchange_lag_ns
        self.max_ahead_ns = TOLERANCE_NS - clock_offset_ns

    def mark_connected(self, now_ns: int) -> None:
        """A line is up."""
        if self.gaps and self.gaps[-1].end_ns is None:
            self.gaps = Gaps((*self.gaps[:-1], self.gaps[-1]._replace(end_ns=now_ns - self.exchange_lag_ns)))
        self.is_connected, self.was_connected, self.since_ns = True, True, now_ns
        self.epoch += 1

    def mark_disconnected(self, from_ns: int) -> None:
        """The line is down; the last that is sure to have been seen came before ``from_ns``."""
        if self.is_connected and self.was_connected:
            self.gaps = self.gaps.with_one_more(Gap(max(from_ns, self.since_ns) - self.exchange_lag_ns, None))
        self.is_connected = False
        self.epoch += 1


def overlaps_gap(
    starts_ns: npt.NDArray[np.int64],
    ends_ns: npt.NDArray[np.int64],
    gaps: Iterable[Gap],
    partial_since_ns: int | None = None,
) -> npt.NDArray[np.bool_]:
    """Return of each stretch whether a part of it was missed: by a gap, or as watching began within it.

    Stretches ascend, and gaps have an end each.
    """
    are_so = np.zeros(len(starts_ns), bool)
    if partial_since_ns is not None:
        are_so |= (starts_ns <= partial_since_ns) & (partial_since_ns < ends_ns)
    for gap in gaps:
        first = np.searchsorted(ends_ns, gap.start_ns, side="right")
        are_so[first : np.searchsorted(starts_ns, gap.end_ns or gap.start_ns, side="left")] = True
    return are_so


def within(gaps: Iterable[Gap], left_ns: int, right_ns: int, now_ns: int) -> list[Gap]:
    """Return the gaps that reach into a stretch of time, with an end each, in their order; an open one ends now."""
    ended = (gap if gap.end_ns is not None else gap._replace(end_ns=now_ns) for gap in gaps)
    return sorted(gap for gap in ended if gap.start_ns < right_ns and (gap.end_ns or 0) > left_ns)
