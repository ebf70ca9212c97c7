from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainterPath, QPalette
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.icon_button import IconButton


def test_the_icon_has_the_color_of_the_text(qtbot: QtBot) -> None:
    path = QPainterPath()
    path.addRect(QRectF(4, 4, 8, 8))
    button = IconButton(path, "square")
    qtbot.addWidget(button)
    for color in ("#ff0000", "#0000ff"):
        palette = QPalette(button.palette())
        palette.setColor(QPalette.ColorRole.WindowText, QColor(color))
        button.setPalette(palette)
        button.resize(160, 160)
        assert button.grab().toImage().pixelColor(80, 40).name() == color
