from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.chart.move_question import ask_to_move


@pytest.mark.parametrize("answer", ["Move alert", "Cancel", "Esc"])
def test_only_the_button_moves_the_alert(qtbot: QtBot, answer: str) -> None:
    window, calls = QWidget(), list[str]()
    qtbot.addWidget(window)
    window.show()
    box = ask_to_move(window, "The <b>price</b>.", lambda: calls.append("move"), lambda: calls.append("finished"))
    assert box.informativeText() == "The <b>price</b>."
    assert box.textFormat() is Qt.TextFormat.PlainText
    if answer == "Esc":
        QTest.keyClick(box, Qt.Key.Key_Escape)
    else:
        (button,) = [one for one in box.findChildren(QPushButton) if one.text().replace("&", "") == answer]
        button.click()
    assert sorted(calls) == (["finished", "move"] if answer == "Move alert" else ["finished"])
