from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from ticker_gui.alerts.actions.actions import Action, CommandAction, NotificationAction, SoundAction, WebhookAction
from ticker_gui.alerts.actions.result import ActionResult
from ticker_gui.gui.alerts.action_editor import ActionEditor
from ticker_gui.gui.alerts.action_fields import CommandFields, NotificationFields, WebhookFields

EACH: tuple[Action, ...] = (
    NotificationAction(), SoundAction("bell"), CommandAction(("notify.sh",)), WebhookAction("https://example.com/")
)  # fmt: skip


class RequestedTests:
    """The tests that an editor has requested, and the functions that receive their results."""

    def __init__(self) -> None:
        self.requested: list[Action] = []
        self.finish: Callable[[ActionResult], None] = lambda result: None

    def run(self, action: Action, done: Callable[[ActionResult], None]) -> None:
        self.requested.append(action)
        self.finish = done


@pytest.fixture
def tests() -> RequestedTests:
    return RequestedTests()


@pytest.fixture
def editor(qtbot: QtBot, tests: RequestedTests) -> ActionEditor:
    editor = ActionEditor(tests.run)
    qtbot.addWidget(editor)
    editor.show()
    return editor


def command(editor: ActionEditor) -> QLineEdit:
    fields = editor.rows[CommandAction].fields
    assert isinstance(fields, CommandFields)
    return fields.command


def test_a_new_alert_has_no_action(editor: ActionEditor) -> None:
    assert editor.chosen_actions == ()
    assert editor.problem == ""


def test_the_actions_of_an_alert_are_shown_and_returned(editor: ActionEditor, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(editor.changed):
        editor.show_actions(EACH)
    assert editor.chosen_actions == EACH
    editor.show_actions(EACH[1:2])
    assert editor.chosen_actions == EACH[1:2]


def test_further_actions_of_a_kind_are_named_and_kept(editor: ActionEditor) -> None:
    other = WebhookAction("https://hooks.test/secret-path")
    editor.show_actions((*EACH, other, EACH[0]))
    assert editor.chosen_actions == (*EACH, other, EACH[0])
    assert editor._others_note.text() == "Also: Webhook: hooks.test, Notification"
    editor.show_actions(EACH)
    assert not editor._others_note.isVisible()


def test_a_check_box_chooses_an_action_and_editing_chooses_it_as_well(editor: ActionEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        editor.rows[SoundAction].check_box.click()
    assert editor.chosen_actions == (SoundAction(),)
    with qtbot.waitSignal(editor.changed):
        qtbot.keyClicks(command(editor), "x")
    assert editor.chosen_actions == (SoundAction(), CommandAction(("x",)))
    with qtbot.waitSignal(editor.changed):
        editor.rows[SoundAction].check_box.click()
    assert editor.chosen_actions == (CommandAction(("x",)),)


def test_an_incomplete_action_cannot_be_tested_and_says_why_once_it_is_chosen(
    editor: ActionEditor, qtbot: QtBot
) -> None:
    row = editor.rows[CommandAction]
    assert not row.button.isEnabled()
    assert row.button.accessibleDescription() == "Enter the program to run."
    assert not row.result.isVisible()
    row.check_box.click()
    assert row.message.text() == editor.problem == "Enter the program to run."
    qtbot.keyClicks(command(editor), 'a "b')
    assert "quotation mark" in editor.problem
    assert editor.chosen_actions == ()
    qtbot.keyClicks(command(editor), '"')
    assert editor.problem == ""
    assert row.button.isEnabled()
    assert not row.result.isVisible()


def test_a_test_runs_what_is_entered_and_shows_its_result(
    editor: ActionEditor, qtbot: QtBot, tests: RequestedTests
) -> None:
    qtbot.keyClicks(command(editor), "notify.sh")
    row = editor.rows[CommandAction]
    row.button.click()
    assert tests.requested == [CommandAction(("notify.sh",))]
    assert row.message.text() == "Testing…"
    assert not row.button.isEnabled()
    tests.finish(ActionResult("Command", False, "notify.sh ended with exit code 3.", "no such\ndevice"))
    assert row.message.text() == "notify.sh ended with exit code 3. Output: no such device"
    assert "no such<br>device" in row.message.toolTip()
    assert row.button.isEnabled()


def test_the_output_of_a_webhook_is_called_a_response(editor: ActionEditor, tests: RequestedTests) -> None:
    editor.show_actions(EACH)
    row = editor.rows[WebhookAction]
    row.button.click()
    tests.finish(ActionResult("Webhook", True, "example.com accepted the webhook (HTTP 200).", "queued"))
    assert row.message.text().endswith("(HTTP 200). Response: queued")


def test_an_action_that_is_not_chosen_can_be_tested(editor: ActionEditor, tests: RequestedTests) -> None:
    row = editor.rows[SoundAction]
    assert row.button.text() == "Play"
    row.button.click()
    tests.finish(ActionResult("Sound", True, "Playing Chime."))
    assert row.message.text() == "Playing Chime."
    assert editor.chosen_actions == ()


def test_the_result_of_an_earlier_test_is_not_shown_for_another_action(
    editor: ActionEditor, qtbot: QtBot, tests: RequestedTests
) -> None:
    qtbot.keyClicks(command(editor), "a")
    row = editor.rows[CommandAction]
    row.button.click()
    finish_first = tests.finish
    qtbot.keyClicks(command(editor), "b")
    assert row.button.isEnabled()
    row.button.click()
    finish_first(ActionResult("Command", True, "a ran successfully."))
    assert row.message.text() == "Testing…"
    tests.finish(ActionResult("Command", True, "ab ran successfully."))
    assert row.message.text() == "ab ran successfully."
    editor.show_actions(())
    assert not row.result.isVisible()


def test_markup_in_an_output_is_shown_as_text(editor: ActionEditor, tests: RequestedTests) -> None:
    row = editor.rows[SoundAction]
    row.button.click()
    tests.finish(ActionResult("Sound", True, "<b>x</b>", "<img src=x>"))
    assert row.message.text() == "<b>x</b> Output: <img src=x>"
    assert "<img" not in row.message.toolTip()


def test_every_control_has_a_name_and_the_focus_goes_from_row_to_row(editor: ActionEditor) -> None:
    fields = editor.rows[WebhookAction].fields
    assert isinstance(fields, WebhookFields)
    kinds = QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox
    own = [
        widget for kind in kinds for widget in editor.findChildren(kind) if widget.objectName() != "qt_spinbox_lineedit"
    ]
    assert all(widget.accessibleName() or getattr(widget, "text", str)() for widget in own)
    first = editor.rows[NotificationAction]
    assert isinstance(first.fields, NotificationFields)
    assert first.check_box.nextInFocusChain() in (first.fields, first.fields.has_sound)
    chain = []
    widget = first.check_box.nextInFocusChain()
    while widget is not None and widget is not first.check_box:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    order = [chain.index(row.button) for row in editor.rows.values()]
    assert order == sorted(order)
