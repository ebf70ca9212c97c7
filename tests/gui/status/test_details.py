from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from ticker_gui.engine.diagnosis import Diagnosis
from ticker_gui.gui.status.details import Details

HOSTILE = "<img src=x width=9999>"


@pytest.fixture
def details(qtbot: QtBot) -> Details:
    details = Details()
    details.set_feeds(["one", "two"])
    qtbot.addWidget(details)
    details.make_parts()
    details.show()
    return details


def press(details: Details, qtbot: QtBot, name: str) -> None:
    button = details.findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def report_of(details: Details) -> QPlainTextEdit:
    report = details.findChild(QPlainTextEdit, "report")
    assert isinstance(report, QPlainTextEdit)
    return report


def test_texts_are_shown_literally_and_empty_ones_are_hidden(details: Details) -> None:
    details.show_diagnosis(Diagnosis(HOSTILE, "", "Wait."), HOSTILE)
    labels = {label.objectName(): label for label in details.findChildren(QLabel)}
    assert labels["answer"].text() == HOSTILE
    assert labels["answer"].textFormat() == Qt.TextFormat.PlainText
    assert not labels["answer_why"].isVisible()
    assert labels["next_step"].isVisible()
    assert report_of(details).toPlainText() == HOSTILE


def test_a_long_line_of_the_report_and_a_long_feed_name_do_not_widen_the_panel(details: Details) -> None:
    details.show_diagnosis(Diagnosis("Down."), f"Log file: /home/{'deep/' * 200}it.log")
    details.set_feeds(["one", "name" * 100])
    assert details.minimumSizeHint().width() < 600


def test_a_few_lines_of_the_report_are_visible_at_first(details: Details) -> None:
    details.show_diagnosis(Diagnosis("Down.", "The server is gone.", "Wait."), "line\n" * 50)
    assert details.minimumSizeHint().height() < details.sizeHint().height() < 220


def test_the_selected_feed_stays_selected_when_the_feeds_change(details: Details, qtbot: QtBot) -> None:
    details.choose("two")
    with qtbot.assertNotEmitted(details.diagnosis_requested):
        details.set_feeds(["zero", "one", "two"])
    assert details.feed == "two"
    with qtbot.waitSignal(details.diagnosis_requested):
        details.set_feeds(["zero", "one"])
    assert details.feed == "zero"


def test_the_report_is_copied(details: Details, qtbot: QtBot) -> None:
    details.show_diagnosis(Diagnosis("Down."), "all of it")
    press(details, qtbot, "copy_report")
    assert QGuiApplication.clipboard().text() == "all of it"


def test_the_report_does_not_change_while_text_is_selected(details: Details) -> None:
    details.show_diagnosis(Diagnosis("Down."), "before")
    report_of(details).selectAll()
    details.show_diagnosis(Diagnosis("Down."), "after")
    assert report_of(details).toPlainText() == "before"


def test_selecting_a_feed_and_pressing_retry_emit_requests(details: Details, qtbot: QtBot) -> None:
    with qtbot.waitSignal(details.diagnosis_requested):
        details.choose("two")
    assert details.feed == "two"
    with qtbot.waitSignal(details.retry_requested):
        press(details, qtbot, "details_retry")


def test_another_key_can_be_entered_where_one_is_needed(details: Details, qtbot: QtBot) -> None:
    button = details.findChild(QPushButton, "details_key")
    assert isinstance(button, QPushButton)
    for wants_key in (True, False):
        details.show_diagnosis(Diagnosis("Down."), "", wants_key=wants_key)
        assert button.isVisible() is wants_key
    details.show_diagnosis(Diagnosis("Down."), "", wants_key=True)
    details.choose("two")
    with qtbot.waitSignal(details.key_requested) as requested:
        press(details, qtbot, "details_key")
    assert requested.args == ["two"]


def test_retry_is_enabled_only_when_it_helps(details: Details) -> None:
    retry = details.findChild(QPushButton, "details_retry")
    assert isinstance(retry, QPushButton)
    for can_retry in (False, True):
        details.show_diagnosis(Diagnosis("Receiving data normally."), "", can_retry=can_retry)
        assert retry.isEnabled() is can_retry


def test_the_settings_of_a_detected_format_are_copied(details: Details, qtbot: QtBot) -> None:
    button = details.findChild(QPushButton, "copy_settings")
    assert isinstance(button, QPushButton)
    assert not button.isVisible()
    details.show_settings('[feeds.mapping]\nprice = "p"')
    assert button.isVisible()
    press(details, qtbot, "copy_settings")
    assert QGuiApplication.clipboard().text() == '[feeds.mapping]\nprice = "p"'
    details.show_settings("")
    assert not button.isVisible()


def test_a_diagnosis_is_requested_whenever_the_panel_is_shown(details: Details, qtbot: QtBot) -> None:
    details.hide()
    with qtbot.waitSignal(details.diagnosis_requested):
        details.show()


def test_a_small_report_shows_whole_lines(details: Details) -> None:
    report = report_of(details)
    assert report.minimumSizeHint().height() >= 2 * report.fontMetrics().lineSpacing()


def test_what_is_set_before_the_parts_are_made_is_displayed_by_them(qtbot: QtBot) -> None:
    details = Details()
    qtbot.addWidget(details)
    with qtbot.waitSignal(details.diagnosis_requested):
        details.set_feeds(["one", "two"])
    with qtbot.waitSignal(details.diagnosis_requested):
        details.choose("two")
    details.choose("unknown")
    details.show_settings("symbol = 's'")
    details.show_diagnosis(Diagnosis("Down."), "report")
    assert details.feed == "two"
    details.make_parts()
    details.show()
    box = details.findChild(QComboBox, "details_feed")
    assert isinstance(box, QComboBox)
    assert ([box.itemText(0), box.itemText(1)], box.currentText(), box.isVisible()) == (["one", "two"], "two", True)
    copy = details.findChild(QPushButton, "copy_settings")
    assert isinstance(copy, QPushButton)
    assert copy.isVisible()
