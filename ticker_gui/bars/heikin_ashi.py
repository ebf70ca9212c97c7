"""Heikin-Ashi: bars averaged with those before them, so that a trend shows and single prices do not."""

from __future__ import annotations

from typing import Final

import numpy as np

from ticker_gui.bars.bar_history import Bars

WARM_UP: Final = 64  # bars after which the starting point makes no difference that a float can hold


def heikin_ashi(bars: Bars) -> Bars:
    """Return averaged bars: each opens in the middle of the one before and closes at the mean of its own prices."""
    closes = (bars.open + bars.high + bars.low + bars.close) / 4
    opens = np.empty_like(closes)
    opened = float(bars.open[0] + bars.close[0]) / 2 if len(closes) else 0.0
    for row, closed in enumerate(closes.tolist()):
        opens[row] = opened
        opened = (opened + closed) / 2
    highs, lows = np.maximum(bars.high, np.maximum(opens, closes)), np.minimum(bars.low, np.minimum(opens, closes))
    return Bars(bars.start_ns, opens, highs, lows, closes, bars.volume)
