from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.rest_servers import serving_rest
from ticker_gui.alerts.actions.actions import Action, NotificationAction, SoundAction, WebhookAction
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.result import ActionResult
from ticker_gui.alerts.actions.runner import ActionRunner, OnResults
from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.firing import Crossing, Firing, Observation, Outcome
from ticker_gui.engine.alert_actions import FiringActions, make_action_runner
from ticker_gui.logs.internal_errors import InternalErrors


def test_a_webhook_goes_through_the_http_client_of_the_program(run: RunQt) -> None:
    async def test() -> None:
        errors = InternalErrors("the alerts")
        actions = make_action_runner(lambda: None, errors)
        with serving_rest(lambda asked: (200, b"thanks", {})) as server:
            results = await actions.run([WebhookAction(server.url)], AlertMessage("BTC-USD", "above 100"))
            await actions.close()
        assert [result.output for result in results] == ["thanks"]
        assert not errors.count

    run(test())


def test_a_runner_loads_no_library_before_an_action_needs_it() -> None:
    late = ("aiohttp", "dbus_fast", "desktop_notifier", "keyring", "miniaudio")
    code = f"import sys, ticker_gui.engine.alert_actions\nprint([name for name in {late!r} if name in sys.modules])"
    assert programs.call_new_python(code).stdout.strip() == "[]"
    assert "ticker_gui.engine.alert_actions" in sys.modules


ALERT = Alert("a", "last > 100", "A", repeat=Repeat.EVERY_TIME, actions=(NotificationAction(), SoundAction()))


class Runner(ActionRunner):
    """Keeps what it is asked to run."""

    def __init__(self) -> None:
        self.started: list[tuple[Sequence[Action], AlertMessage, OnResults]] = []

    def start(self, actions: Sequence[Action], message: AlertMessage, on_results: OnResults) -> None:
        self.started.append((actions, message, on_results))


def fired(*, is_replay: bool = False, is_muted: bool = False, times: int = 1) -> tuple[AlertBook, Firing]:
    book = AlertBook()
    book.add([ALERT])
    book.set_muted("f", is_muted=is_muted)
    crossing = Crossing(Outcome.FIRED, Observation(100.5, 1, 2))
    return book, [book.note_crossing("a", "f", "A", crossing, 5, is_replay=is_replay) for _ in range(times)][-1]


def test_the_results_of_actions_are_in_the_history() -> None:
    book, firing = fired()
    runner = Runner()
    FiringActions(book, runner).run(firing, ALERT)
    actions, message, on_results = runner.started[0]
    assert (actions, message.title) == (ALERT.actions, "A: Above 100")
    book.acknowledge()  # meanwhile
    on_results([ActionResult("Notification", True, "Shown."), ActionResult("Sound: Chime", False, "No device.")])
    assert book.history[0].results == ("Notification: Shown.", "Sound: Chime: No device.")
    assert book.history[0].is_acknowledged


def test_results_of_a_firing_that_was_deleted_are_dropped() -> None:
    book, firing = fired()
    runner = Runner()
    FiringActions(book, runner).run(firing, ALERT)
    book.clear_history()
    runner.started[0][2]([ActionResult("Notification", True, "Shown.")])
    assert not book.history


@pytest.mark.parametrize("reason", ["is_replay", "is_muted"])
def test_nothing_is_run_in_a_replay_or_while_the_feed_is_muted(reason: str) -> None:
    book, firing = fired(is_replay=reason == "is_replay", is_muted=reason == "is_muted")
    runner = Runner()
    FiringActions(book, runner).run(firing, ALERT)
    assert not runner.started


def test_an_alert_that_has_paused_itself_is_only_shown() -> None:
    book, firing = fired(times=16)
    assert firing.outcome is Outcome.PAUSED
    runner = Runner()
    FiringActions(book, runner).run(firing, ALERT)
    assert runner.started[0][0] == (NotificationAction(),)


def test_the_actions_of_a_firing_are_run_by_the_runner_of_the_program(run: RunQt) -> None:
    async def test() -> None:
        book, firing = fired()
        runner = make_action_runner(lambda: None, InternalErrors("the alerts"))
        with serving_rest(lambda asked: (200, b"", {})) as server:
            FiringActions(book, runner).run(firing, Alert("a", "last > 100", "A", actions=(WebhookAction(server.url),)))
            await until(lambda: book.history[0].results)
            await runner.close()
        assert b'"price":100.5' in server.asked[0].body

    run(test())
