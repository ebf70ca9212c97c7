"""Heikin-Ashi bars: averaged with the bars before them, which smooths out single prices and shows the trend."""

from __future__ import annotations

from typing import Final

import numpy as np

from ticker_gui.bars.bar_history import Bars

WARM_UP: Final = 64  # bars after which the first bar no longer influences the result, in floating-point precision


def heikin_ashi(bars: Bars) -> Bars:
    """Return Heikin-Ashi bars: each opens in the middle of the previous body and closes at the mean of its OHLC."""
    closes = (bars.open + bars.high + bars.low + bars.close) / 4
    opens = np.empty_like(closes)
    opened = float(bars.open[0] + bars.close[0]) / 2 if len(closes) else 0.0
    for row, closed in enumerate(closes.tolist()):
        opens[row] = opened
        opened = (opened + closed) / 2
    highs, lows = np.maximum(bars.high, np.maximum(opens, closes)), np.minimum(bars.low, np.minimum(opens, closes))
    return Bars(bars.start_ns, opens, highs, lows, closes, bars.volume)
