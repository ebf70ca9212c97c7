"""The past bars that a chart needs: those in view, those that a pan would show, and the warm-up of its indicators."""

from __future__ import annotations

from typing import Final, NamedTuple

from ticker_gui.bars.series import TimeSeries
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.timeframe import Timeframe

_SCREEN_BARS: Final = 120


class NeededBars(NamedTuple):
    """The bars of a timeframe in ``start_ns <= time < end_ns``, in nanoseconds since the epoch."""

    timeframe: Timeframe
    start_ns: int
    end_ns: int


def needed_bars(data: ChartData, left: float, right: float, from_ns: int | None, now_ns: int) -> NeededBars | None:
    """Return the bars that a chart needs; ``None`` if it shows trades or bars of a number of trades.

    Args:
        data: the data of the chart.
        left: the left end of the view, as a position of the time scale.
        right: the right end of the view.
        from_ns: the start of the range that the user asked for, if any.
        now_ns: the current time of the exchange.
    """
    series = data.series
    if data.is_ticks or not isinstance(series, TimeSeries):
        return None
    width_ns = series.timeframe.width_ns
    start_ns, end_ns = now_ns - _SCREEN_BARS * width_ns, now_ns
    if len(series):
        left_ns, right_ns = (data.time_scale.time_at(series, position) for position in (left, right))
        start_ns, end_ns = min(start_ns, left_ns) if right_ns >= now_ns else left_ns, min(right_ns, now_ns)
    if from_ns is not None:
        start_ns = min(start_ns, from_ns)
    warm_up = max((study.required_bars for study in data.studies), default=0)
    start_ns -= max(end_ns - start_ns, 0) + warm_up * width_ns
    # Whole bars, so that the need changes with the bars and not with every pixel.
    timeframe = series.timeframe
    return NeededBars(timeframe, timeframe.start_of(max(start_ns, 0)), timeframe.end_of(timeframe.start_of(end_ns)))
