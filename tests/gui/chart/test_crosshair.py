from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.crosshair import time_tags
from ticker_gui.market.indicators import Chosen


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    shown = Shown(qtbot, timeframe="5s", kind="line", indicators=(Chosen("rsi"),))
    shown.trades(*(100.0 + index % 7 for index in range(600)))
    return shown


def test_it_goes_down_through_all_panes_and_across_where_the_pointer_is(shown: Shown) -> None:
    before = [pane.grab().toImage() for pane in shown.chart.panes.shown]
    shown.move(301, 43)
    x = round(float(shown.frame.x(shown.scene.cursor_place)))
    muted = shown.scene.palette.muted
    for number, pane in enumerate(shown.chart.panes.shown):
        image = pane.grab().toImage()
        height = round(pane.extent[1])
        column = [image.pixelColor(x, y) == muted for y in range(height // 2, height)]
        assert sum(column) > 0.8 * len(column)
        row = [image.pixelColor(across, 43) == muted for across in range(400, 500)]
        assert (sum(row) > 80) is (number == 0)
        assert image != before[number]


def test_its_time_is_that_of_the_bar_and_behind_the_newest_that_of_the_pointer(shown: Shown) -> None:
    shown.move(301, 43)
    (tag,) = time_tags(shown.scene, shown.frame)
    start = int(shown.scene.bar(shown.scene.row).start_ns[0])
    assert start % (5 * SECOND_NS) == 0
    assert tag.lines[0].endswith(f":{start // SECOND_NS % 60:02}")
    assert shown.chart.panes.shown[-1].time_axis.tags == [tag.lines]
    shown.move(shown.chart.price.extent[0] - 2, 43)
    (behind,) = time_tags(shown.scene, shown.frame)
    assert behind.at == pytest.approx(shown.chart.price.extent[0] - 2, abs=1.0)


def test_without_it_nothing_is_said(shown: Shown) -> None:
    assert time_tags(shown.scene, shown.frame) == []
    assert shown.chart.panes.shown[-1].time_axis.tags == []
