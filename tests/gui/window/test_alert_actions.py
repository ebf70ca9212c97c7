from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from tests.conftest import RunQt
from tests.gui.alerts.test_alert_rows import FIRING
from tests.gui.window.test_stored_data import make_window
from ticker_gui.alerts.actions.actions import Action, NotificationAction
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.result import ActionResult
from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.saved_alerts import SavedAlerts
from ticker_gui.engine import alert_actions as runners
from ticker_gui.gui.window.alert_actions import AlertActions
from ticker_gui.logs.internal_errors import InternalErrors

ALERT = Alert("id", "last > 5", "A", actions=(NotificationAction(),))


class Runner:
    """Runs nothing, and reports a result."""

    def __init__(self) -> None:
        self.messages: list[AlertMessage] = []
        self.is_closed = False

    def start(self, actions: Sequence[Action], message: AlertMessage, on_results: Callable[[Any], object]) -> None:
        self.messages.append(message)
        on_results([ActionResult("Notification", True, "It was shown.")])

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Runner:
    runner = Runner()
    monkeypatch.setattr(runners, "make_action_runner", lambda on_click, errors: runner)
    return runner


def make_actions() -> AlertActions:
    book = AlertBook(SavedAlerts(history=(FIRING,)))
    return AlertActions(book, make_window(), InternalErrors("alerts"))


def test_a_firing_runs_the_actions_and_their_results_are_in_the_history(run_qt: RunQt, runner: Runner) -> None:
    async def test() -> None:
        actions = make_actions()
        actions.on_firing(FIRING, ALERT)
        assert [message.title for message in runner.messages] == ["A: Above 5"]
        assert actions._book.history[0].results == ("Notification: It was shown.",)
        assert not runner.is_closed
        await actions.close()
        assert runner.is_closed

    run_qt(test())


@pytest.mark.parametrize("firing", [replace(FIRING, is_replay=True), replace(FIRING, is_muted=True)])
def test_replayed_and_muted_firings_run_nothing(run_qt: RunQt, runner: Runner, firing: Any) -> None:
    async def test() -> None:
        actions = make_actions()
        actions.on_firing(firing, ALERT)
        assert not runner.messages
        await actions.close()

    run_qt(test())


def test_a_test_is_marked_as_one(run_qt: RunQt, runner: Runner) -> None:
    async def test() -> None:
        results = list[ActionResult]()
        make_actions().run_test(NotificationAction(), results.append)
        assert runner.messages[0].is_test
        assert results[0].is_success

    run_qt(test())
