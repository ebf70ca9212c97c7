from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations.crosshair import time_tags
from ticker_gui.indicators.registry import IndicatorConfig


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    driver = ChartDriver(qtbot, timeframe="5s", kind="line", indicators=(IndicatorConfig("rsi"),))
    driver.trades(*(100.0 + index % 7 for index in range(600)))
    return driver


def test_the_vertical_line_crosses_all_panes_and_the_horizontal_one_the_pane_under_the_mouse(
    driver: ChartDriver,
) -> None:
    before = [pane.grab().toImage() for pane in driver.chart.panes.visible_panes]
    driver.move(301, 43)
    x = math.floor(float(driver.viewport.x(driver.scene.crosshair_position)) - 0.5)
    muted = driver.scene.colors.muted
    for number, pane in enumerate(driver.chart.panes.visible_panes):
        image = pane.grab().toImage()
        height = round(pane.extent[1])
        column = [image.pixelColor(x, y) == muted for y in range(height // 2, height)]
        assert 0.5 * len(column) < sum(column) < 0.8 * len(column)  # dashed
        row = [image.pixelColor(across, 43) == muted for across in range(400, 500)]
        assert (50 < sum(row) < 80) is (number == 0)
        assert image != before[number]


def test_the_time_tag_shows_the_time_of_the_bar_and_right_of_the_newest_that_of_the_mouse(driver: ChartDriver) -> None:
    driver.move(301, 43)
    (tag,) = time_tags(driver.scene, driver.viewport)
    start = int(driver.scene.bar(driver.scene.row).start_ns[0])
    assert start % (5 * SECOND_NS) == 0
    assert tag.lines[0].endswith(f":{start // SECOND_NS % 60:02}")
    assert driver.chart.panes.visible_panes[-1].time_axis.tags == [tag.lines]
    driver.move(driver.chart.price.extent[0] - 2, 43)
    (behind,) = time_tags(driver.scene, driver.viewport)
    assert behind.at == pytest.approx(driver.chart.price.extent[0] - 2, abs=1.0)


def test_there_are_no_tags_without_a_crosshair(driver: ChartDriver) -> None:
    assert time_tags(driver.scene, driver.viewport) == []
    assert driver.chart.panes.visible_panes[-1].time_axis.tags == []


def crosshair_position(driver: ChartDriver) -> float:
    assert driver.scene.crosshair is not None
    return driver.scene.crosshair.position


def test_the_crosshair_stays_under_the_mouse_while_the_chart_scrolls(driver: ChartDriver) -> None:
    driver.move(300, 43)
    before = crosshair_position(driver)
    bar = driver.viewport.width / 120
    for index in range(30):
        driver.trades(110.0 + index, after_s=5.0)
        assert float(driver.viewport.x(crosshair_position(driver))) == pytest.approx(300, abs=0.01)
        series, position = driver.scene.chart_data.series, driver.viewport.position(300)
        assert driver.scene.row == driver.scene.chart_data.time_scale.rows(series, position, position)[0]
        (tag,) = time_tags(driver.scene, driver.viewport)
        assert tag.at == pytest.approx(300, abs=bar)
        price = float(driver.chart.price.price_axis.tags[-1][0])
        assert price == pytest.approx(driver.viewport.price(43), abs=0.02)
    assert crosshair_position(driver) > before + 100.0


def test_the_crosshair_stays_under_the_mouse_when_keys_change_the_view(driver: ChartDriver, qtbot: QtBot) -> None:
    driver.move(300, 43)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Minus, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_Plus):
        qtbot.keyClick(driver.chart, key)
        driver.chart.refresh()
        assert float(driver.viewport.x(crosshair_position(driver))) == pytest.approx(300, abs=0.01)
    driver.choose(timeframe="1s")
    driver.trades(100.0)
    assert float(driver.viewport.x(crosshair_position(driver))) == pytest.approx(300, abs=0.01)
    for key in (Qt.Key.Key_End, Qt.Key.Key_R):
        qtbot.keyClick(driver.chart, key)
        driver.chart.refresh()
        assert float(driver.viewport.x(crosshair_position(driver))) == pytest.approx(300, abs=0.01)
    qtbot.keyClick(driver.chart, Qt.Key.Key_Escape)
    driver.chart.refresh()
    assert driver.scene.crosshair is None


def test_a_crosshair_placed_by_keys_stays_at_its_bar_while_the_chart_scrolls(driver: ChartDriver, qtbot: QtBot) -> None:
    for _ in range(5):
        qtbot.keyClick(driver.chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    driver.chart.refresh()
    before = crosshair_position(driver)
    driver.trades(100.0, 101.0, 102.0, after_s=5.0)
    assert crosshair_position(driver) == before
    qtbot.keyClick(driver.chart, Qt.Key.Key_End)
    driver.chart.refresh()
    assert driver.scene.crosshair is None


@pytest.mark.parametrize("scale", ["linear", "log", "percent"])
def test_a_symbol_without_trades_has_no_crosshair_price(qtbot: QtBot, scale: str) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="5s", scale=scale)
    driver.trades(*(100.0 + index % 7 for index in range(60)))
    driver.move(301, 43)
    assert driver.chart.price.price_axis.tags
    driver.show(1)
    driver.chart.refresh()
    driver.move(302, 43)
    assert driver.scene.crosshair is not None
    assert driver.chart.price.price_axis.tags == []
    driver.trade(5.0, symbol="B")
    driver.chart.refresh()
    assert len(driver.chart.price.price_axis.tags) > 1
