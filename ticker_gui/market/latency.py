"""Percentiles of latencies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

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
    return Percentiles(*np.percentile(durations_ns, (50, 95, 99)).tolist())
