from __future__ import annotations

from ticker_gui.alerts.actions.result import ActionError, ActionResult, ActionSuccess
from ticker_gui.domain.errors import TickerError


def test_a_failure_keeps_what_the_command_printed_and_is_a_sentence_for_the_user() -> None:
    error = ActionError("The command ended with code 3.", "no such device")
    assert isinstance(error, TickerError)
    assert (error.for_user, error.output) == ("The command ended with code 3.", "no such device")


def test_only_commands_have_an_output() -> None:
    assert ActionSuccess("Shown.").output == ActionError("Not shown.").output == ""


def test_a_result_is_a_line_of_the_history() -> None:
    result = ActionResult("Sound: Bell", False, "No sound device was found.")
    assert result.sentence == "Sound: Bell: No sound device was found."
