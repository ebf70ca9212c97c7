from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chart.test_bar_table import NOW_NS, T0, walk
from ticker_gui.chart.chart_data import TICKS, ChartData
from ticker_gui.chart.needed_bars import needed_bars
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.indicators.registry import IndicatorConfig


def test_a_chart_without_bars_needs_two_screens() -> None:
    needed = needed_bars(ChartData(walk(0), "1m"), 0.0, 1.0, None, NOW_NS)
    assert needed is not None
    assert needed.timeframe == MINUTE
    assert 240 <= (needed.end_ns - needed.start_ns) / MINUTE_NS <= 242
    assert needed.end_ns - MINUTE_NS <= NOW_NS < needed.end_ns


def test_the_bars_in_view_and_as_many_before_are_needed() -> None:
    needed = needed_bars(ChartData(walk(10), "1m"), T0 - 10_000.0, T0 - 4_000.0, None, NOW_NS)
    assert needed is not None
    assert needed.start_ns == MINUTE.start_of((T0 - 16_000) * SECOND_NS)
    assert needed.end_ns == MINUTE.end_of(MINUTE.start_of((T0 - 4_000) * SECOND_NS))


def test_indicators_need_the_bars_of_their_warm_up() -> None:
    config = IndicatorConfig("sma")
    plain, data = ChartData(walk(10), "1m"), ChartData(walk(10), "1m", [config])
    without, needed = (needed_bars(each, T0 - 600.0, float(T0), None, NOW_NS) for each in (plain, data))
    assert needed is not None
    assert without is not None
    assert without.start_ns - needed.start_ns == data.studies[0].required_bars * MINUTE_NS


def test_a_chosen_range_is_needed_from_its_start_on() -> None:
    needed = needed_bars(ChartData(walk(10), "1d"), T0 - 600.0, float(T0), NOW_NS - 365 * DAY_NS, NOW_NS)
    assert needed is not None
    assert needed.start_ns <= NOW_NS - 365 * DAY_NS
    everything = needed_bars(ChartData(walk(10), "1w"), T0 - 600.0, float(T0), 0, NOW_NS)
    assert everything is not None
    assert everything.start_ns <= 0


@pytest.mark.parametrize("timeframe", [TICKS, "100t"])
def test_single_trades_need_no_bars(timeframe: str) -> None:
    assert needed_bars(ChartData(walk(10), timeframe), 0.0, 1.0, None, NOW_NS) is None


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.sampled_from(["1m", "1h", "1d", "1w", "1M"]))
def test_any_view_needs_whole_bars_that_have_begun(left: float, width: float, name: str) -> None:
    needed = needed_bars(ChartData(walk(3), name), T0 + left, T0 + left + width, None, NOW_NS)
    assert needed is not None
    timeframe = BY_NAME[name]
    assert timeframe.start_of(needed.start_ns) == needed.start_ns
    assert timeframe.start_of(needed.end_ns) == needed.end_ns <= timeframe.end_of(timeframe.start_of(NOW_NS))
