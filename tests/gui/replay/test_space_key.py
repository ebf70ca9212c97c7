"""Space, which pauses a replay, and keeps its use in the focused control."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QTableWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.replay.space_key import SpaceKey


@pytest.mark.parametrize(
    ("kind", "is_kept"),
    [(QPushButton, True), (QCheckBox, True), (QLineEdit, True), (QTableWidget, False), (QWidget, False)],
)
def test_space_is_a_shortcut_unless_the_focused_control_needs_it(
    qtbot: QtBot, kind: type[QWidget], is_kept: bool
) -> None:
    window, control = QWidget(), kind()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(control)
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    pressed: list[str] = []
    QShortcut(QKeySequence("Space"), window).activated.connect(lambda: pressed.append("shortcut"))
    SpaceKey(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    control.setFocus()
    if isinstance(control, QPushButton):
        control.clicked.connect(lambda: pressed.append("button"))
    QTest.keyClick(control, Qt.Key.Key_Space)
    assert pressed == ([] if is_kept and kind is not QPushButton else ["button" if is_kept else "shortcut"])
