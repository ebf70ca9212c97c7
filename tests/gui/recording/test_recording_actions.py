from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ticker_gui.gui.recording.recording_actions import RecordingActions
from ticker_gui.gui.widgets.menus import reason_of


def test_the_first_command_begins_and_ends_a_recording(qtbot: QtBot) -> None:
    actions = RecordingActions()
    with qtbot.waitSignal(actions.record_requested):
        actions.record.trigger()
    actions.show_recording(True)
    assert actions.record.text() == "Stop rec&ording"
    with qtbot.assertNotEmitted(actions.record_requested), qtbot.waitSignal(actions.stop_requested):
        actions.record.trigger()
    actions.show_recording(False)
    assert actions.record.text() == "Rec&ord…"


@pytest.mark.parametrize(("minutes", "text"), [(1, "last minute with"), (10, "last 10 minutes with")])
def test_the_second_command_names_the_minutes_of_the_settings(minutes: int, text: str, qtbot: QtBot) -> None:
    actions = RecordingActions()
    assert reason_of(actions.report) == "Nothing is recorded in this session"
    actions.show_minutes(minutes)
    assert text in actions.report.text()
    with qtbot.waitSignal(actions.report_requested):
        actions.report.trigger()


def test_the_second_command_cannot_be_chosen_if_nothing_is_recorded(qtbot: QtBot) -> None:
    actions = RecordingActions()
    actions.show_minutes(0, "It is turned off")
    assert actions.report.text() == "&Save the last minutes with a report…"
    assert reason_of(actions.report) == "It is turned off"
    with qtbot.assertNotEmitted(actions.report_requested):
        actions.report.trigger()
