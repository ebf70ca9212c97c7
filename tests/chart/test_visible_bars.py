from __future__ import annotations

import numpy as np
import pytest

from tests.bars.test_bar_history import Counted
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.series import Series, TimeSeries, TradeCountBars
from ticker_gui.chart.visible_bars import BarReader, MinMaxReader, VisibleBars
from ticker_gui.domain.timeframe import SECOND_NS, TIMEFRAMES

T0 = 1_700_000_000


def counted(count: int) -> Counted:
    it, chance = Counted(trades=100_000, second_bars=100_000), np.random.default_rng(1)
    for number, price in enumerate(chance.integers(50, 150, count).tolist()):
        it.tell((T0 + number) * SECOND_NS, float(price), 2.0)
    return it


def whole(visible: VisibleBars) -> tuple[float, float, float]:
    return float(visible.bars.high.max()), float(visible.bars.low.min()), float(visible.bars.volume.sum())


def test_few_bars_are_as_they_are() -> None:
    series = TimeSeries(counted(100).bars, TIMEFRAMES[1])
    visible = BarReader(series).read(T0 + 20, T0 + 40, 50)
    assert visible.bars_per_point == 1
    assert (visible.begin, visible.end) == (4, 8)
    assert visible.bars.open.tolist() == series.bars.open[4:8].tolist()
    assert (visible.left - T0).tolist() == [20, 25, 30, 35]
    assert (visible.right - visible.left == 5).all()


@pytest.mark.parametrize("kind", ["time", "ticks"])
def test_many_are_merged_and_nothing_that_can_be_seen_is_lost(kind: str) -> None:
    it = counted(20_000)
    series: Series = TimeSeries(it.bars, TIMEFRAMES[0]) if kind == "time" else TradeCountBars(it.tape, 1)
    view = BarReader(series)
    left = T0 if kind == "time" else 0
    few, many = view.read(left, left + 20_000, 300), view.read(left, left + 20_000, 50_000)
    assert len(few.bars.open) < 340 < len(many.bars.open)
    assert whole(few) == whole(many)
    assert few.bars_per_point > 1
    assert (few.left[1:] == few.right[:-1]).all()
    assert few.right[-1] >= many.right[-1]
    assert few.bars.close[-1] == many.bars.close[-1]
    assert few.bars.open[0] == many.bars.open[0]


def test_bars_that_were_watched_in_part_are_known_also_when_merged() -> None:
    series = TimeSeries(counted(20_000).bars, TIMEFRAMES[0])
    view, gap = BarReader(series), Gap((T0 + 700) * SECOND_NS, (T0 + 705) * SECOND_NS)
    seen = view.read(T0, T0 + 20_000, 50_000, [gap], (T0 + 3) * SECOND_NS)
    assert seen.is_partial.nonzero()[0].tolist() == [3, 700, 701, 702, 703, 704]
    merged = view.read(T0, T0 + 20_000, 300, [gap], T0 * SECOND_NS)
    assert 2 <= merged.is_partial.sum() <= 4
    assert merged.is_partial[0]


def test_an_indicator_is_merged_as_its_bars_are() -> None:
    series = TimeSeries(counted(20_000).bars, TIMEFRAMES[0])
    view, extremes = BarReader(series), MinMaxReader()
    values = np.sin(np.arange(20_000) / 50)
    values[:40] = np.nan
    for left, right, most in ((0, 20_000, 300), (5_000, 20_000, 100), (19_000, 20_000, 2_000)):
        visible = view.read(T0 + left, T0 + right, most)
        lows, highs = extremes.read(values, series, visible, most)
        assert len(lows) == len(highs) == len(visible.left)
        assert np.nanmin(lows) == np.nanmin(values[visible.begin : visible.end])
        assert np.nanmax(highs) == np.nanmax(values[visible.begin : visible.end])


def test_nothing_in_view_is_nothing() -> None:
    view = BarReader(TimeSeries(Counted().bars, TIMEFRAMES[0]))
    assert len(view.read(0, 100, 50).bars.open) == 0
    view = BarReader(TimeSeries(counted(10).bars, TIMEFRAMES[0]))
    assert len(view.read(T0 + 500, T0 + 600, 50).left) == 0
