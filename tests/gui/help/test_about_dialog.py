from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ticker_gui import __version__
from ticker_gui.gui.help.about_dialog import AboutDialog


def test_version_license_and_libraries_are_shown_and_copied(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    dialog.show()
    qtbot.waitExposed(dialog)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for part in (f"Ticker GUI {__version__}", "MIT License", "LGPL", "Python", "Qt", "websockets"):
        assert part in words
    QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith(f"Ticker GUI {__version__}\nPython ")
    with qtbot.waitSignal(dialog.destroyed):
        QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
