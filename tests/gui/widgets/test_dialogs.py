"""Tests of showing dialogs."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.dialogs import resize_within_screen, show_in_front


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


def test_a_dialog_is_no_larger_than_its_screen(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    resize_within_screen(dialog, QSize(300, 200))
    assert dialog.size() == QSize(300, 200)
    resize_within_screen(dialog, QSize(100_000, 200))
    assert dialog.width() <= dialog.screen().availableGeometry().width()
    assert dialog.height() == 200
