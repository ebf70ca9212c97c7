from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.application import Application


class Form:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.window = QWidget()
        self.field, self.button, self.box = QLineEdit(), QPushButton("Test"), QComboBox()
        row = QHBoxLayout(self.window)
        for widget in (self.field, self.button, self.box):
            row.addWidget(widget)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        self.field.setFocus()
        qtbot.waitUntil(self.field.hasFocus)

    @property
    def marked(self) -> list[QWidget]:
        return [widget for widget in (self.field, self.button, self.box) if widget.property("keyboard")]


@pytest.fixture
def form(qapp: Application, qtbot: QtBot) -> Form:
    assert qapp.keyboard_focus is not None
    return Form(qtbot)


def test_the_tab_key_marks_the_control_that_it_reaches(form: Form) -> None:
    form.qtbot.keyClick(form.field, Qt.Key.Key_Tab)
    assert form.marked == [form.button]
    form.qtbot.keyClick(form.button, Qt.Key.Key_Tab)
    assert form.marked == [form.box]
    form.qtbot.keyClick(form.box, Qt.Key.Key_Backtab)
    assert form.marked == [form.button]


def test_a_click_marks_nothing(form: Form) -> None:
    form.qtbot.mouseClick(form.button, Qt.MouseButton.LeftButton)
    assert form.button.hasFocus()
    assert form.marked == []


def test_a_deleted_control_is_no_problem(form: Form) -> None:
    form.qtbot.keyClick(form.field, Qt.Key.Key_Tab)
    form.button.deleteLater()
    form.qtbot.wait(1)
    form.field.setFocus()
    assert form.box.property("keyboard") is None
