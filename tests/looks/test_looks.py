"""The structure of the window in screenshots, per theme and size; pixels are not compared."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from tests.looks.look import Pixels, pixels, share
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import Theme, load_theme
from ticker_gui.gui.window.main_window import MainWindow


class Picture:
    """A screenshot of a window and its parts."""

    def __init__(self, qtbot: QtBot, qapp: object, theme: Theme, width: int, height: int) -> None:
        apply_theme(qapp, theme)  # type: ignore[arg-type]
        desk = Desk("UP", "DOWN", "EVEN")
        window = MainWindow(("desk",), desk.clock, theme)
        window.title.set_simulated(True)
        qtbot.addWidget(window)
        window.resize(width, height)
        window.show()
        window.model.show(desk.market.states)
        ends = {"UP": 110.0, "DOWN": 90.0, "EVEN": 100.0}
        for symbol in ends:
            desk.day(symbol, 100.0)
        for index in range(60):
            desk.now_ns += SECOND_NS
            for symbol, last in ends.items():
                desk.trade(symbol, 100.0 + (last - 100.0) * index / 59)
        for symbol, last in ends.items():
            desk.quote(symbol, last - 0.5, last + 0.5)
        window.model.refresh()
        window.chart.show_symbol(desk.market.states[0])
        qtbot.wait(1)
        self.window = window
        self.theme = theme
        self.pixels = pixels(window.grab().toImage())

    def part(self, widget: QWidget) -> Pixels:
        place = widget.mapTo(self.window, widget.rect().topLeft())
        return self.pixels[place.y() : place.y() + widget.height(), place.x() : place.x() + widget.width()]


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


@pytest.mark.parametrize("size", [(1400, 760), (900, 500), (2000, 1200)], ids=str)
def test_all_parts_have_their_positions_and_colors(
    qtbot: QtBot, qapp: object, theme: Theme, size: tuple[int, int]
) -> None:
    picture = Picture(qtbot, qapp, theme, *size)
    table = picture.part(picture.window.watchlist.viewport())
    chart = picture.part(picture.window.chart)
    assert share(table, theme.base) > 0.5
    assert share(chart, theme.base) > 0.5
    assert share(picture.pixels, theme.base) < 0.97
    # The first row has the color of up, the second that of down, the third neither.
    height = picture.window.watchlist.rowHeight(0)
    up, down, even = (table[row * height : (row + 1) * height] for row in range(3))
    assert share(up, theme.up) > 0 < share(down, theme.down)
    assert share(up, theme.down) == share(down, theme.up) == share(even, theme.up) == share(even, theme.down) == 0
    # The line rises from left to right.
    price = picture.part(picture.window.chart.price)
    line = price[price.shape[0] // 8 :, : -price.shape[1] // 4]  # without the legend and the axis
    rows, columns = np.nonzero(line == QColor(theme.text).rgb())
    assert len(rows) > 50
    assert rows[columns < np.median(columns)].mean() > rows[columns > np.median(columns)].mean()
    assert share(chart, theme.grid) > 0.001


def test_the_default_columns_fit_into_the_default_window(qtbot: QtBot, qapp: object, theme: Theme) -> None:
    picture = Picture(qtbot, qapp, theme, 1400, 760)
    view = picture.window.watchlist
    assert view.horizontalHeader().length() <= view.viewport().width()
    assert not view.horizontalScrollBar().isVisible()


def test_themes_have_dark_and_light_backgrounds(qtbot: QtBot, qapp: object) -> None:
    means = []
    for name in ("dark", "light"):
        picture = Picture(qtbot, qapp, load_theme(name), 1000, 600)
        channels = picture.pixels.reshape(-1, 1).view(np.uint8)[:, :3]
        means.append(float(channels.mean()))
    assert means[0] < 60 < 190 < means[1]
