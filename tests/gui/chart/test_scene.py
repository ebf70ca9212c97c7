from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.chart.visible_bars import VisibleLine
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.accessible_summary import summary
from ticker_gui.gui.chart.annotations.legend import comparison_legend
from ticker_gui.gui.chart.annotations.price_lines import price_text
from ticker_gui.gui.chart.annotations.price_tags import comparison_tags
from ticker_gui.gui.chart.scene import Crosshair, bar_middle, crosshair_row, first_price
from ticker_gui.indicators.registry import IndicatorConfig


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    driver = ChartDriver(qtbot, timeframe="1s", kind="candles")
    driver.trades(*(100.0 + index for index in range(20)))
    return driver


def test_the_row_is_that_under_the_crosshair_or_the_newest(driver: ChartDriver) -> None:
    chart_data = driver.scene.chart_data
    newest = len(chart_data.series) - 1
    assert crosshair_row(chart_data, None) == newest
    for row in range(newest + 1):
        start_s = int(chart_data.series.bars.start_ns[row]) / SECOND_NS
        for within in (0.01, 0.5, 0.99):
            assert crosshair_row(chart_data, Crosshair(start_s + within)) == row
    assert crosshair_row(chart_data, Crosshair(start_s + 1000.0)) == newest
    assert crosshair_row(chart_data, Crosshair(0.0)) == 0


def test_in_a_gap_the_row_is_the_next_bar(driver: ChartDriver) -> None:
    driver.trades(200.0, after_s=30.0)
    chart_data = driver.scene.chart_data
    assert crosshair_row(chart_data, Crosshair(driver.desk.now_ns / SECOND_NS - 10)) == len(chart_data.series) - 1


def test_the_crosshair_snaps_to_bars_and_is_free_right_of_the_newest(driver: ChartDriver) -> None:
    chart_data = driver.scene.chart_data
    start_s = int(chart_data.series.bars.start_ns[3]) / SECOND_NS
    assert driver.scene._replace(crosshair=Crosshair(start_s + 0.9)).crosshair_position == pytest.approx(start_s + 0.5)
    assert bar_middle(chart_data, 3) == pytest.approx(start_s + 0.5)
    behind = driver.chart.time_range.right - 0.1
    assert driver.scene._replace(crosshair=Crosshair(behind)).crosshair_position == behind
    assert driver.scene.crosshair_position is None


def test_the_baseline_is_the_previous_close_or_the_first_visible_price(driver: ChartDriver) -> None:
    assert driver.scene.reference == 100.0
    driver.desk.day("A", 95.0)
    driver.trades(120.0)
    assert driver.scene.reference == 95.0


def test_prices_are_highs_and_lows_of_bars_or_the_points_of_the_line(driver: ChartDriver) -> None:
    visible = driver.visible_data.visible
    assert sorted(driver.scene.prices.prices) == sorted([*visible.bars.high, *visible.bars.low])
    driver.choose(kind="line")
    assert list(driver.scene.prices.prices) == list(driver.visible_data.line.prices)


@pytest.mark.parametrize(
    ("prices", "first"), [([], None), ([np.nan, np.nan], None), ([np.nan, 5.0, 6.0], 5.0), ([0.0, 1.0], 0.0)]
)
def test_the_first_price_of_a_line_is_its_first_finite_one(prices: list[float], first: float | None) -> None:
    assert first_price(VisibleLine(np.arange(len(prices), dtype=float), np.array(prices))) == first


@pytest.mark.parametrize(("base", "other"), [(-10.0, 100.0), (10.0, -100.0), (-10.0, -100.0)])
def test_a_compared_symbol_rises_with_its_price_if_prices_are_negative(qtbot: QtBot, base: float, other: float) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s")
    for number in range(10):
        driver.trade(base)
        driver.trade(other + number, 0.0, "B")
    driver.chart.compare([driver.desk.market.states[1]])
    driver.chart.refresh()
    (line,) = driver.scene.compared()
    assert price_text(driver.scene, float(line.prices[0])) == "0.00%"
    assert price_text(driver.scene, float(line.prices[-1])) == "+9.00%"


@pytest.mark.parametrize(("timeframe", "kind"), [("1s", "candles"), ("ticks", "line")])
def test_changes_are_those_of_closes_also_where_a_line_is_downsampled(qtbot: QtBot, timeframe: str, kind: str) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe=timeframe, kind=kind)
    begin_s = driver.desk.now_ns // SECOND_NS
    for second in range(begin_s, begin_s + 1500):
        driver.desk.now_ns = second * SECOND_NS
        for price in (102.0, 105.0, 95.0, 100.0):
            driver.trade(price, 0.1)
            driver.trade(2 * price, 0.0, "B")
    driver.chart.compare([driver.desk.market.states[1]])
    driver.chart.time_range.show(begin_s + 100.0, begin_s + 1500.0)
    driver.chart.invalidate()
    driver.chart.refresh()
    scene = driver.scene
    assert scene.visible_data.line.prices.min() == 95.0
    assert scene.base == 100.0
    assert "change 0.00%" in summary(scene)
    assert comparison_legend(scene, 0, scene.colors.text)[1].text == "0.00%"
    assert comparison_tags(driver.viewport, scene)[0].lines == ("0.00%",)


def test_a_compared_symbol_without_prices_has_no_line(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s")
    driver.trades(1.0, 2.0)
    driver.chart.compare([driver.desk.market.states[1]])
    driver.chart.refresh()
    assert len(driver.scene.compared()[0].prices) == 0
    from_zero = driver.visible_data._replace(compared=[VisibleLine(np.arange(2.0), np.array([0.0, 1.0]))])
    assert np.isnan(driver.scene._replace(visible_data=from_zero).compared()[0].prices).all()


def test_a_compared_symbol_and_an_indicator_never_share_a_color(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s")
    driver.trades(1.0, 2.0)
    driver.chart.compare([driver.desk.market.states[1]])
    (free,) = driver.scene.compared_colors()
    driver.choose(indicators=(IndicatorConfig("sma", color=free.name()),))
    (color,) = driver.scene.compared_colors()
    assert driver.scene.indicator_color(0) == free
    assert color != free
