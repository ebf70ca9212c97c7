"""Tests of showing dialogs."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.dialogs import show_in_front


def test_a_dialog_is_raised_even_if_it_is_open_already(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = QDialog(window)
    for _ in range(2):
        show_in_front(dialog)
        qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
        assert dialog.isVisible()
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
