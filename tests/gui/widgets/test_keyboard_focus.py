from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.application import Application
from ticker_gui.gui.widgets.keyboard_focus import is_ring_visible


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
def form(qapp: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Form:
    monkeypatch.setattr("ticker_gui.gui.widgets.keyboard_focus._LastInput.is_keyboard", None)  # as at the start
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


def test_a_deleted_control_is_not_a_problem(form: Form) -> None:
    form.qtbot.keyClick(form.field, Qt.Key.Key_Tab)
    form.button.deleteLater()
    form.qtbot.wait(1)
    form.field.setFocus()
    assert form.box.property("keyboard") is None


def test_the_focus_that_a_program_sets_is_marked_after_a_key_and_not_after_a_click(form: Form) -> None:
    window = form.window.windowHandle()
    QTest.keyClick(window, Qt.Key.Key_A)  # by way of the window, as from a keyboard
    form.button.setFocus()
    assert form.marked == [form.button]
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, form.field.geometry().center())
    assert form.field.hasFocus()
    form.box.setFocus()
    assert form.marked == []
    QTest.keyClick(window, Qt.Key.Key_Shift)  # is held for a click
    form.button.setFocus()
    assert form.marked == []


@pytest.mark.parametrize("was_visible", [True, False])
def test_the_ring_is_as_before_after_a_menu_or_another_window(was_visible: bool) -> None:
    for reason in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
        assert is_ring_visible(reason, was_visible=was_visible) is was_visible


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
@pytest.mark.parametrize("is_default", [True, False])
def test_enter_and_space_press_the_focused_button_once(form: Form, key: Qt.Key, is_default: bool) -> None:
    pressed: list[str] = []
    form.button.clicked.connect(lambda: pressed.append("clicked"))
    form.button.setAutoDefault(is_default)
    form.button.setFocus()
    QTest.keyClick(form.window.windowHandle(), key)
    assert len(pressed) == 1
    form.button.setEnabled(False)
    QTest.keyClick(form.window.windowHandle(), key)
    form.button.setEnabled(True)
    form.field.setFocus()
    QTest.keyClick(form.window.windowHandle(), key)
    assert len(pressed) == 1
