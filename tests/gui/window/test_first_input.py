from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.window.first_input import FirstInput


class Window(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            self.log.append(event.type().name)
        return super().event(event)


def shown(qtbot: QtBot) -> Window:
    window = Window()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_the_window_is_complete_when_it_gets_the_first_input_and_once_only(qtbot: QtBot) -> None:
    window = shown(qtbot)
    FirstInput(window.windowHandle(), lambda: window.log.append("complete"))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert window.log == ["complete", "KeyPress", "MouseButtonPress"]


def test_movements_of_the_mouse_are_no_input(qtbot: QtBot) -> None:
    window = shown(qtbot)
    FirstInput(window.windowHandle(), lambda: window.log.append("complete"))
    QTest.mouseMove(window.windowHandle(), QPoint(5, 5))
    assert not window.log
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert window.log == ["complete", "MouseButtonPress"]


def test_a_window_that_is_complete_waits_no_more(qtbot: QtBot) -> None:
    window = shown(qtbot)
    first_input = FirstInput(window.windowHandle(), lambda: window.log.append("complete"))
    first_input.stop()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)
    assert window.log == ["KeyPress"]
