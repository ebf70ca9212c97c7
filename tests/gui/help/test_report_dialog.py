from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ticker_gui.gui.help.report_dialog import ReportDialog


def make(qtbot: QtBot, *, has_log: bool = True) -> ReportDialog:
    dialog = ReportDialog("all about it", has_log=has_log)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_report_is_shown_before_anything_is_done_with_it(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    assert dialog.report.toPlainText() == "all about it"
    assert dialog.report.isReadOnly()
    assert any("Nothing is sent" in label.text() for label in dialog.findChildren(QLabel))


def test_the_report_is_copied_saved_and_completed_by_the_log(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    QTest.keyClick(dialog.copy_button, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == "all about it"
    assert any(label.text() == "Copied." for label in dialog.findChildren(QLabel))
    with qtbot.waitSignal(dialog.save_requested) as save:
        QTest.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert save.args == ["all about it"]
    with qtbot.waitSignal(dialog.log_folder_requested):
        QTest.mouseClick(dialog.log_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


@pytest.mark.parametrize("has_log", [False, True])
def test_without_a_log_file_its_folder_cannot_be_opened(qtbot: QtBot, has_log: bool) -> None:
    dialog = make(qtbot, has_log=has_log)
    assert dialog.log_button.isEnabled() is has_log
    assert ("no log file" in dialog.log_button.toolTip()) is not has_log
