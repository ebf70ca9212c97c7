"""Percentiles of latencies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

MIN_DURATIONS: Final = 5


class Percentiles(NamedTuple):
    """The median and the slow tail of some durations, in nanoseconds."""

    p50: float
    p95: float
    p99: float


def percentiles(durations_ns: Sequence[int]) -> Percentiles | None:
    """Return the percentiles of some durations, or ``None`` if there are too few."""
    if len(durations_ns) < MIN_DURATIONS:
        return None
    return percentiles_of(np.sort(np.asarray(durations_ns, np.int64)))


def percentiles_of(ordered_ns: npt.NDArray[np.int64]) -> Percentiles:
    """Return the percentiles of durations in ascending order."""
    return Percentiles(*(percentile_of(ordered_ns, percent) for percent in (50, 95, 99)))


def percentile_of(ordered_ns: npt.NDArray[np.int64], percent: int) -> float:
    """Return a percentile of durations in ascending order; numpy's own function takes many times as long."""
    row, rest = divmod(percent * (len(ordered_ns) - 1), 100)
    low, high = ordered_ns[row : row + 2].tolist() if rest else (int(ordered_ns[row]), 0)
    return low + (high - low) * rest / 100
