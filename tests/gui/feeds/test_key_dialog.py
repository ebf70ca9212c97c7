from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.config.settings import Feed, validated
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.gui.feeds.key_dialog import KeyDialog

FINNHUB = validated(Feed("wss://ws.finnhub.io", ("AAPL",)))
KEY = "s3cret-4711"


@pytest.fixture
def dialog(qtbot: QtBot) -> KeyDialog:
    dialog = KeyDialog(FINNHUB, "The key was rejected.")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_reason_has_a_mark_and_without_a_reason_there_is_none(dialog: KeyDialog, qtbot: QtBot) -> None:
    other = KeyDialog(FINNHUB, "")
    qtbot.addWidget(other)
    other.show()
    for shown, is_visible in ((dialog, True), (other, False)):
        assert shown._reason.isVisible() is is_visible
        assert shown._mark.isVisible() is is_visible
    assert not dialog._mark.pixmap().isNull()


@pytest.mark.parametrize("reason", ["Rejected.", "The key was rejected by the provider. " * 6])
def test_the_mark_is_at_the_height_of_the_first_line_of_the_reason(qtbot: QtBot, reason: str) -> None:
    dialog = KeyDialog(FINNHUB, reason)
    qtbot.addWidget(dialog)
    dialog.show()
    line_height = dialog._reason.fontMetrics().height()
    assert dialog._mark.geometry().center().y() == dialog._reason.geometry().top() + (line_height - 1) // 2


def test_a_typed_key_is_hidden_and_entered_with_return(dialog: KeyDialog, qtbot: QtBot) -> None:
    assert dialog.key.echoMode() is QLineEdit.EchoMode.Password
    assert not dialog.use_key.isEnabled()
    qtbot.keyClicks(dialog.key, f" {KEY} ")
    with qtbot.waitSignal(dialog.key_entered) as emitted:
        qtbot.keyClick(dialog.key, Qt.Key.Key_Return)
    assert emitted.args == [KEY, KeyStorage.SESSION]


def test_a_typed_key_can_be_read_and_hidden_again(dialog: KeyDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.key, KEY)
    hidden = dialog.key.displayText()
    for shown in (KEY, hidden):
        dialog.show_key.click()
        assert dialog.key.displayText() == shown
    assert KEY not in hidden


def test_the_storage_is_chosen_in_words(dialog: KeyDialog, qtbot: QtBot) -> None:
    dialog.set_storages([KeyStorage.KEYRING, KeyStorage.SESSION])
    assert dialog.storage.currentText() == KeyStorage.KEYRING.value
    qtbot.keyClicks(dialog.key, KEY)
    with qtbot.waitSignal(dialog.key_entered) as emitted:
        qtbot.mouseClick(dialog.use_key, Qt.MouseButton.LeftButton)
    assert emitted.args == [KEY, KeyStorage.KEYRING]


def test_a_key_that_cannot_be_sent_cannot_be_entered(dialog: KeyDialog) -> None:
    dialog.key.setText("a\x07b")
    assert not dialog.use_key.isEnabled()
    assert "control character" in dialog.use_key.accessibleDescription()


def test_while_the_key_is_tried_it_cannot_be_entered_again(dialog: KeyDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.key, KEY)
    dialog.use_key.click()
    dialog.show_trying()
    assert dialog._reason.text() == "Connecting with this key…"
    assert not dialog._mark.isVisible()
    assert not dialog.use_key.isEnabled()
    assert dialog.cancel.isEnabled()
    dialog.finish("The key was rejected.")
    assert dialog._mark.isVisible()
    assert dialog.key.hasFocus()
    assert dialog.key.selectedText()


def test_a_failure_is_shown_and_the_key_can_be_entered_again(dialog: KeyDialog) -> None:
    dialog.key.setText(KEY)
    dialog.use_key.click()
    dialog.finish("The keyring is locked.")
    reason = dialog.findChild(QLabel, "key_reason")
    assert isinstance(reason, QLabel)
    assert reason.text() == "The keyring is locked."
    assert dialog.isVisible()
    assert dialog.use_key.isEnabled()
    dialog.finish()
    assert not dialog.isVisible()


def test_the_key_appears_in_no_accessible_text(dialog: KeyDialog) -> None:
    dialog.key.setText(KEY)
    widgets = [dialog, *dialog.findChildren(QWidget)]
    assert not [one for one in widgets if KEY in one.accessibleName() + one.accessibleDescription() + one.toolTip()]


def test_the_page_for_keys_is_opened_on_request_only(dialog: KeyDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.key_page_requested) as emitted:
        dialog.get_key.click()
    assert emitted.args == [FINNHUB.protocol.key_url]
    other = KeyDialog(Feed("ws://127.0.0.1:9", ("A",), "desk", "demo"), "")
    qtbot.addWidget(other)
    assert other.get_key.isHidden()
