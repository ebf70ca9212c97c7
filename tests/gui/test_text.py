import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from ticker_gui.gui.text import plain_box, plain_label, tool_tip

HOSTILE = ["<img src=x width=9999>", "<b>bold</b>", "<a href='file:///etc'>x</a>", "AT&T"]


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_show_text_literally(qtbot: QtBot, text: str) -> None:
    label = plain_label(text, "some_state")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == text
    assert label.sizeHint().width() < 1000
    assert (label.objectName(), label.accessibleName()) == ("some_state", "some state")


@pytest.mark.parametrize("text", HOSTILE)
def test_boxes_show_text_literally(qtbot: QtBot, text: str) -> None:
    box = plain_box(None, QMessageBox.Icon.Warning, "Title", text)
    qtbot.addWidget(box)
    assert box.textFormat() == Qt.TextFormat.PlainText
    assert box.text() == text


def test_tool_tips_are_escaped() -> None:
    assert tool_tip("<b>&") == "<qt>&lt;b&gt;&amp;</qt>"
    assert tool_tip("") == ""
