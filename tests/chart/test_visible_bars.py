from __future__ import annotations

import numpy as np
import pytest

from tests.bars.test_bar_history import RecordedTape
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.series import Series, TimeSeries, TradeCountBars
from ticker_gui.chart.visible_bars import BarReader, MinMaxReader, VisibleBars
from ticker_gui.domain.timeframe import SECOND_NS, TIMEFRAMES

T0 = 1_700_000_000


def recorded(count: int) -> RecordedTape:
    it, rng = RecordedTape(trades=100_000, second_bars=100_000), np.random.default_rng(1)
    for number, price in enumerate(rng.integers(50, 150, count).tolist()):
        it.add((T0 + number) * SECOND_NS, float(price), 2.0)
    return it


def whole(visible: VisibleBars) -> tuple[float, float, float]:
    return float(visible.bars.high.max()), float(visible.bars.low.min()), float(visible.bars.volume.sum())


def test_few_bars_are_not_downsampled() -> None:
    series = TimeSeries(recorded(100).bars, TIMEFRAMES[1])
    visible = BarReader(series).read(T0 + 20, T0 + 40, 50)
    assert visible.bars_per_point == 1
    assert (visible.begin, visible.end) == (4, 8)
    assert visible.bars.open.tolist() == series.bars.open[4:8].tolist()
    assert (visible.left - T0).tolist() == [20, 25, 30, 35]
    assert (visible.right - visible.left == 5).all()


@pytest.mark.parametrize("kind", ["time", "ticks"])
def test_many_bars_are_downsampled_without_losing_extremes(kind: str) -> None:
    it = recorded(20_000)
    series: Series = TimeSeries(it.bars, TIMEFRAMES[0]) if kind == "time" else TradeCountBars(it.tape, 1)
    reader = BarReader(series)
    left = T0 if kind == "time" else 0
    few, many = reader.read(left, left + 20_000, 300), reader.read(left, left + 20_000, 50_000)
    assert len(few.bars.open) < 340 < len(many.bars.open)
    assert whole(few) == whole(many)
    assert few.bars_per_point > 1
    assert (few.left[1:] == few.right[:-1]).all()
    assert few.right[-1] >= many.right[-1]
    assert few.bars.close[-1] == many.bars.close[-1]
    assert few.bars.open[0] == many.bars.open[0]


def test_partial_bars_are_marked_also_when_downsampled() -> None:
    series = TimeSeries(recorded(20_000).bars, TIMEFRAMES[0])
    reader, gap = BarReader(series), Gap((T0 + 700) * SECOND_NS, (T0 + 705) * SECOND_NS)
    seen = reader.read(T0, T0 + 20_000, 50_000, [gap], (T0 + 3) * SECOND_NS)
    assert seen.is_partial.nonzero()[0].tolist() == [3, 700, 701, 702, 703, 704]
    merged = reader.read(T0, T0 + 20_000, 300, [gap], T0 * SECOND_NS)
    assert 2 <= merged.is_partial.sum() <= 4
    assert merged.is_partial[0]


def test_an_indicator_is_downsampled_like_its_bars() -> None:
    series = TimeSeries(recorded(20_000).bars, TIMEFRAMES[0])
    reader, extremes = BarReader(series), MinMaxReader()
    values = np.sin(np.arange(20_000) / 50)
    values[:40] = np.nan
    for left, right, max_points in ((0, 20_000, 300), (5_000, 20_000, 100), (19_000, 20_000, 2_000)):
        visible = reader.read(T0 + left, T0 + right, max_points)
        lows, highs = extremes.read(values, series, visible, max_points)
        assert len(lows) == len(highs) == len(visible.left)
        assert np.nanmin(lows) == np.nanmin(values[visible.begin : visible.end])
        assert np.nanmax(highs) == np.nanmax(values[visible.begin : visible.end])


def test_a_range_without_bars_is_empty() -> None:
    reader = BarReader(TimeSeries(RecordedTape().bars, TIMEFRAMES[0]))
    assert len(reader.read(0, 100, 50).bars.open) == 0
    reader = BarReader(TimeSeries(recorded(10).bars, TIMEFRAMES[0]))
    assert len(reader.read(T0 + 500, T0 + 600, 50).left) == 0
