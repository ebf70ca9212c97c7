from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations.crosshair import time_tags
from ticker_gui.indicators.registry import Chosen


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    shown = Shown(qtbot, timeframe="5s", kind="line", indicators=(Chosen("rsi"),))
    shown.trades(*(100.0 + index % 7 for index in range(600)))
    return shown


def test_the_vertical_line_crosses_all_panes_and_the_horizontal_one_the_pane_under_the_mouse(shown: Shown) -> None:
    before = [pane.grab().toImage() for pane in shown.chart.panes.visible_panes]
    shown.move(301, 43)
    x = round(float(shown.viewport.x(shown.scene.cursor_position)))
    muted = shown.scene.palette.muted
    for number, pane in enumerate(shown.chart.panes.visible_panes):
        image = pane.grab().toImage()
        height = round(pane.extent[1])
        column = [image.pixelColor(x, y) == muted for y in range(height // 2, height)]
        assert sum(column) > 0.8 * len(column)
        row = [image.pixelColor(across, 43) == muted for across in range(400, 500)]
        assert (sum(row) > 80) is (number == 0)
        assert image != before[number]


def test_the_time_tag_shows_the_time_of_the_bar_and_right_of_the_newest_that_of_the_mouse(shown: Shown) -> None:
    shown.move(301, 43)
    (tag,) = time_tags(shown.scene, shown.viewport)
    start = int(shown.scene.bar(shown.scene.row).start_ns[0])
    assert start % (5 * SECOND_NS) == 0
    assert tag.lines[0].endswith(f":{start // SECOND_NS % 60:02}")
    assert shown.chart.panes.visible_panes[-1].time_axis.tags == [tag.lines]
    shown.move(shown.chart.price.extent[0] - 2, 43)
    (behind,) = time_tags(shown.scene, shown.viewport)
    assert behind.at == pytest.approx(shown.chart.price.extent[0] - 2, abs=1.0)


def test_there_are_no_tags_without_a_crosshair(shown: Shown) -> None:
    assert time_tags(shown.scene, shown.viewport) == []
    assert shown.chart.panes.visible_panes[-1].time_axis.tags == []


def place_of(shown: Shown) -> float:
    assert shown.scene.cursor is not None
    return shown.scene.cursor.position


def test_the_crosshair_stays_under_the_mouse_while_the_chart_scrolls(shown: Shown) -> None:
    shown.move(300, 43)
    before = place_of(shown)
    bar = shown.viewport.width / 120
    for index in range(30):
        shown.trades(110.0 + index, after_s=5.0)
        assert float(shown.viewport.x(place_of(shown))) == pytest.approx(300, abs=0.01)
        series, position = shown.scene.chart_data.series, shown.viewport.position(300)
        assert shown.scene.row == shown.scene.chart_data.time_scale.rows(series, position, position)[0]
        (tag,) = time_tags(shown.scene, shown.viewport)
        assert tag.at == pytest.approx(300, abs=bar)
        price = float(shown.chart.price.price_axis.tags[-1][0])
        assert price == pytest.approx(shown.viewport.price(43), abs=0.02)
    assert place_of(shown) > before + 100.0


def test_the_crosshair_stays_under_the_mouse_when_keys_change_the_view(shown: Shown, qtbot: QtBot) -> None:
    shown.move(300, 43)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Minus, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_Plus):
        qtbot.keyClick(shown.chart, key)
        shown.chart.refresh()
        assert float(shown.viewport.x(place_of(shown))) == pytest.approx(300, abs=0.01)
    shown.choose(timeframe="1s")
    shown.trades(100.0)
    assert float(shown.viewport.x(place_of(shown))) == pytest.approx(300, abs=0.01)
    for key in (Qt.Key.Key_End, Qt.Key.Key_R):
        qtbot.keyClick(shown.chart, key)
        shown.chart.refresh()
        assert float(shown.viewport.x(place_of(shown))) == pytest.approx(300, abs=0.01)
    qtbot.keyClick(shown.chart, Qt.Key.Key_Escape)
    shown.chart.refresh()
    assert shown.scene.cursor is None


def test_a_crosshair_placed_by_keys_stays_at_its_bar_while_the_chart_scrolls(shown: Shown, qtbot: QtBot) -> None:
    for _ in range(5):
        qtbot.keyClick(shown.chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    shown.chart.refresh()
    before = place_of(shown)
    shown.trades(100.0, 101.0, 102.0, after_s=5.0)
    assert place_of(shown) == before
    qtbot.keyClick(shown.chart, Qt.Key.Key_End)
    shown.chart.refresh()
    assert shown.scene.cursor is None


@pytest.mark.parametrize("scale", ["linear", "log", "percent"])
def test_a_symbol_without_trades_has_no_crosshair_price(qtbot: QtBot, scale: str) -> None:
    shown = Shown(qtbot, "A", "B", timeframe="5s", scale=scale)
    shown.trades(*(100.0 + index % 7 for index in range(60)))
    shown.move(301, 43)
    assert shown.chart.price.price_axis.tags
    shown.show(1)
    shown.chart.refresh()
    shown.move(302, 43)
    assert shown.scene.cursor is not None
    assert shown.chart.price.price_axis.tags == []
    shown.trade(5.0, symbol="B")
    shown.chart.refresh()
    assert len(shown.chart.price.price_axis.tags) > 1
