from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.text_field_shortcuts import TextFieldShortcuts

CTRL = Qt.KeyboardModifier.ControlModifier


def editable_combo() -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    return box


def claims(widget: QWidget, key: Qt.Key) -> bool:
    """Return whether a widget claims Ctrl and a key for itself when Qt asks it."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, CTRL)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


# Offscreen, Ctrl+K has no meaning in a text field, so that Ctrl+A stands for it.
@pytest.mark.parametrize("make", [QLineEdit, QSpinBox, editable_combo, QPlainTextEdit])
def test_a_focused_text_field_does_not_claim_the_keys_of_the_window(qtbot: QtBot, make: Callable[[], QWidget]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field, other = make(), QLineEdit()
    layout = QVBoxLayout(window)
    layout.addWidget(field)
    layout.addWidget(other)
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    assert claims(field, Qt.Key.Key_A)
    other.setFocus()
    shortcuts = TextFieldShortcuts(["Ctrl+A"], window)
    field.setFocus()
    assert not claims(field, Qt.Key.Key_A)
    assert claims(field, Qt.Key.Key_V)
    other.setFocus()
    assert claims(field, Qt.Key.Key_A)  # without the focus, it is not filtered
    shortcuts.deleteLater()
