from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.key_hint import KeyHint


def test_the_shortcut_is_at_the_right_end_of_an_empty_field(qtbot: QtBot) -> None:
    field = QLineEdit()
    hint = KeyHint(field, QKeySequence("Ctrl+N"))
    qtbot.addWidget(field)
    field.resize(300, 28)
    field.show()
    assert hint.label.isVisible()
    assert 300 - 20 < hint.label.geometry().right() < 300
    field.setText("A")
    assert not hint.label.isVisible()
    field.setText("")
    assert hint.label.isVisible()


def test_the_shortcut_yields_where_it_has_no_room(qtbot: QtBot) -> None:
    button = QPushButton()
    hint = KeyHint(button, QKeySequence("Ctrl+K"))
    qtbot.addWidget(button)
    button.resize(300, 28)
    button.show()
    assert hint.label.isVisible()
    button.resize(28, 28)
    assert not hint.label.isVisible()
    button.resize(300, 28)
    hint.is_needed = False
    hint.update()
    assert not hint.label.isVisible()


def test_clicks_on_the_shortcut_reach_the_button(qtbot: QtBot) -> None:
    button = QPushButton()
    hint = KeyHint(button, QKeySequence("Ctrl+K"))
    qtbot.addWidget(button)
    button.resize(300, 28)
    button.show()
    assert button.childAt(hint.label.geometry().center()) is None
