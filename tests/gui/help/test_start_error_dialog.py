from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ticker_gui.gui.help.start_error_dialog import StartErrorDialog

MESSAGE = "The settings file /nowhere.toml does not exist."


def test_the_message_is_shown_copied_and_closed_with_enter(qtbot: QtBot) -> None:
    dialog = StartErrorDialog(MESSAGE)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.text.text() == MESSAGE
    assert not dialog.open_button.isVisible()
    QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == MESSAGE
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_a_file_that_exists_can_be_opened(qtbot: QtBot) -> None:
    dialog = StartErrorDialog(MESSAGE, "/etc/config.toml")
    qtbot.addWidget(dialog)
    dialog.show()
    assert "/etc/config.toml" in dialog.open_button.toolTip()
    with qtbot.waitSignal(dialog.file_requested):
        QTest.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()


def test_markup_in_a_message_is_text(qtbot: QtBot) -> None:
    dialog = StartErrorDialog("unknown option <b>--x</b>")
    qtbot.addWidget(dialog)
    assert dialog.text.textFormat() is Qt.TextFormat.PlainText


def test_a_program_that_has_run_has_ended(qtbot: QtBot) -> None:
    for has_started, words in ((False, "could not start"), (True, "has stopped")):
        dialog = StartErrorDialog(MESSAGE, has_started=has_started)
        qtbot.addWidget(dialog)
        assert words in dialog.accessibleName()
