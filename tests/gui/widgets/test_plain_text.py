import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.plain_text import escaped_tooltip, name_clear_button, plain_label, set_tooltip

HOSTILE = ["<img src=x width=9999>", "<b>bold</b>", "<a href='file:///etc'>x</a>", "AT&T"]


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_show_text_literally(qtbot: QtBot, text: str) -> None:
    label = plain_label(text, "some_state")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == text
    assert label.sizeHint().width() < 1000
    assert label.objectName() == "some_state"
    read = QAccessible.queryAccessibleInterface(label)
    assert read.text(QAccessible.Text.Name) == text


def test_tooltips_are_escaped() -> None:
    assert escaped_tooltip("<b>&") == "<qt>&lt;b&gt;&amp;</qt>"
    assert escaped_tooltip("") == ""


def test_a_command_and_its_key_stay_on_one_line_of_a_tooltip(qtbot: QtBot) -> None:
    assert escaped_tooltip("Find and filter  Ctrl+F") == "<qt>Find&nbsp;and&nbsp;filter&nbsp;&nbsp;Ctrl+F</qt>"
    label = QLabel(escaped_tooltip("Find and filter  Ctrl+F"), wordWrap=True)  # as Qt shows tooltips
    qtbot.addWidget(label)
    assert label.sizeHint().height() < 2 * label.fontMetrics().height()
    assert "&nbsp;" not in escaped_tooltip("The price waits for a second trade  " + "x" * 60)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_tooltip_is_plain_text_for_screen_readers(qtbot: QtBot, text: str) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    set_tooltip(widget, text)
    assert widget.toolTip() == escaped_tooltip(text)
    assert widget.accessibleDescription() == text


def test_the_button_that_clears_a_field_has_a_name(qtbot: QtBot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    field.setClearButtonEnabled(True)
    name_clear_button(field)
    assert [button.accessibleName() for button in field.findChildren(QToolButton)] == ["Clear"]
