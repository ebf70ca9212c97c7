from __future__ import annotations

import numpy as np
import pytest

from tests.market.test_bars import Counted
from ticker_gui.domain.timeframe import SECOND_NS, TIMEFRAMES
from ticker_gui.market.ruler import TickRuler, TimeRuler, ruler_for
from ticker_gui.market.series import TickSeries, TimeSeries

T0 = 1_700_000_000


def counted(*seconds: float) -> Counted:
    it = Counted()
    for second in seconds:
        it.tell(int((T0 + second) * SECOND_NS), 5.0, 1.0)
    return it


def test_each_series_has_its_ruler() -> None:
    it = counted(0)
    assert isinstance(ruler_for(TimeSeries(it.bars, TIMEFRAMES[0])), TimeRuler)
    assert isinstance(ruler_for(TickSeries(it.tape, 3)), TickRuler)


def test_on_a_ruler_of_time_a_gap_is_as_wide_as_it_was_long() -> None:
    series = TimeSeries(counted(0, 5, 60).bars, TIMEFRAMES[1])
    ruler = ruler_for(series)
    lefts, rights = ruler.edges(series.bars.start_ns, series.ends_ns, np.arange(3), 3)
    assert (lefts - T0).tolist() == [0, 5, 60]
    assert (rights - T0).tolist() == [5, 10, 65]
    assert ruler.newest(series) == T0 + 65
    assert ruler.place_of(series, ruler.time_of(series, T0 + 12.5)) == T0 + 12.5


@pytest.mark.parametrize(
    ("left", "right", "rows"),
    [(0, 65, (0, 3)), (4.9, 5, (0, 1)), (5, 60, (1, 2)), (10.5, 30, (2, 2)), (66, 99, (3, 3))],
)
def test_the_rows_of_a_stretch_are_those_that_reach_into_it(left: float, right: float, rows: tuple[int, int]) -> None:
    series = TimeSeries(counted(0, 5, 60).bars, TIMEFRAMES[1])
    assert ruler_for(series).rows(series, T0 + left, T0 + right) == rows


def test_on_a_ruler_of_ticks_all_bars_are_of_one_width() -> None:
    series = TickSeries(counted(0, 1, 2, 3, 100, 101, 102).tape, 2)
    ruler = ruler_for(series)
    assert ruler.rows(series, 0.5, 2.5) == (0, 3)
    assert ruler.rows(series, -5, 1) == (0, 1)
    assert ruler.rows(series, 9, 12) == (4, 4)
    lefts, rights = ruler.edges(series.bars.start_ns, series.ends_ns, np.arange(4), 4)
    assert (lefts.tolist(), rights.tolist()) == ([0, 1, 2, 3], [1, 2, 3, 4])
    lefts, rights = ruler.edges(series.bars.start_ns[::2], series.ends_ns[::2], np.array([0, 3]), 4)
    assert (lefts.tolist(), rights.tolist()) == ([0, 3], [3, 4])
    assert ruler.newest(series) == 4
    assert ruler.place_of(series, (T0 + 51) * SECOND_NS) == pytest.approx(1.5, abs=0.02)
    assert ruler.time_of(series, 2.0) == (T0 + 100) * SECOND_NS


def test_nothing_has_a_ruler_too() -> None:
    empty = Counted()
    for series in (TimeSeries(empty.bars, TIMEFRAMES[0]), TickSeries(empty.tape, 5)):
        ruler = ruler_for(series)
        assert ruler.rows(series, 0, 100) == (0, 0)
        assert ruler.newest(series) == 0
        assert isinstance(ruler.time_of(series, 3.0), int)
        assert isinstance(ruler.place_of(series, 3), float)
