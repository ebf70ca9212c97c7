from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.chart.axis import Axis
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.theme import Theme, load_theme

THEME = load_theme("dark")


def chart(qtbot: QtBot, theme: Theme = THEME) -> PriceChart:
    desk = Desk("A")
    for index in range(50):
        desk.now_ns += 2 * 10**9
        desk.trade("A", 100.0 + index % 7)
    made = PriceChart(theme, desk.clock)
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    made.show_symbol(desk.market.states[0])
    qtbot.wait(1)
    return made


def test_labels_lie_on_the_axis_and_not_on_each_other(qtbot: QtBot) -> None:
    made = chart(qtbot)
    made.grab()
    for name in ("bottom", "right"):
        axis = made._plot.getPlotItem().getAxis(name)
        assert isinstance(axis, Axis)
        assert axis.picture
        at = [label.top if name == "right" else label.left for label in axis.picture]
        assert len(at) >= 3
        distances = [abs(b - a) for a, b in itertools.pairwise(at)]
        assert min(distances) > (axis._texts.metrics.height() if name == "right" else 40)
        assert all(0 <= place <= axis.length for place in at)


def test_labels_are_laid_out_again_only_when_the_range_is_another(qtbot: QtBot) -> None:
    made = chart(qtbot)
    made.grab()
    axis = made._plot.getPlotItem().getAxis("right")
    before = axis.picture
    made.grab()
    assert axis.picture is before
    made._view.setYRange(0, 1, padding=0)
    made.grab()
    assert axis.picture is not before


def test_the_grid_stands_where_the_labels_do(qtbot: QtBot) -> None:
    made = chart(qtbot)
    made._line.hide()
    made._last.hide()
    image: QImage = made.grab().toImage()
    view = made._plot.mapFrom(made._plot, made._plot.pos())
    rect = made._plot.getPlotItem().getViewBox().sceneBoundingRect().translated(view.x(), view.y())
    (_, _), (bottom, top) = made._view.viewRange()
    column = int(rect.left() + rect.width() / 3)
    coloured = [
        y for y in range(int(rect.top()), int(rect.bottom())) if image.pixelColor(column, y).name() == THEME.grid
    ]
    values, _ = made._price_axis.values()
    expected = [
        rect.bottom() - (value - bottom) / (top - bottom) * rect.height() for value in values if bottom < value < top
    ]
    assert len(coloured) >= len(expected) - 1
    assert all(min(abs(y - place) for y in coloured) <= 2 for place in expected[:-1])


def test_a_subclass_has_to_say_what_it_labels(qapp: object) -> None:
    with pytest.raises(NotImplementedError):
        Axis("right").values()
    with pytest.raises(NotImplementedError):
        Axis("right").text(1.0, 1.0)
