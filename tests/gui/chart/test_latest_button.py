from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.chart.latest_button import LatestButton


def test_the_button_is_beside_the_axes_at_the_lower_right(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    button = LatestButton(parent)
    area = QRect(0, 50, 600, 400)
    button.place(area, 80)
    assert area.contains(button.geometry())
    assert button.geometry().right() < area.right() - 80
    assert button.geometry().bottom() < area.bottom() - 24
    assert button.isHidden()
    assert "End" in button.toolTip()
