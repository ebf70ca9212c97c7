"""The border around the window of a replay."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.replay.frame import WIDTH, ReplayFrame
from ticker_gui.gui.widgets.icons import set_icon_theme
from ticker_gui.gui.widgets.theme import load_theme


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_border_surrounds_the_window_at_every_size_and_covers_nothing(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    set_icon_theme(theme)
    window, content = QMainWindow(), QWidget()
    qtbot.addWidget(window)
    window.setCentralWidget(content)
    ReplayFrame(window)
    window.show()
    for width, height in ((500, 300), (300, 400)):
        window.resize(width, height)
        assert content.geometry() == window.rect().adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        picture = window.grab().toImage()
        middle = QPoint(width // 2, height // 2)
        for edge in (
            QPoint(0, middle.y()),
            QPoint(width - 1, middle.y()),
            QPoint(middle.x(), 0),
            QPoint(0, height - 1),
        ):
            assert picture.pixelColor(edge) == QColor(theme.warning)
        assert picture.pixelColor(middle) != QColor(theme.warning)
    set_icon_theme(load_theme("dark"))
