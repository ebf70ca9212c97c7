from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.conftest import RunQt
from tests.doubles import UNEXPECTED, until
from ticker_gui.alerts.actions import runner
from ticker_gui.alerts.actions.actions import Action, CommandAction, NotificationAction, SoundAction, WebhookAction
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.result import ActionError, ActionResult, ActionSuccess
from ticker_gui.alerts.actions.runner import ActionRunner
from ticker_gui.alerts.actions.sound import SoundPlayer
from ticker_gui.feeds.history import HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.logs.internal_errors import InternalErrors

MESSAGE = AlertMessage("BTC-USD above 100", "Last 100.5")
COMMAND = CommandAction((sys.executable, "-c", "pass"))
EACH: list[Action] = [NotificationAction(), SoundAction("bell"), COMMAND, WebhookAction("https://example.com/")]


class Desktop:
    """The notifications, sounds and network of a computer; each fails with ``error`` if there is one."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.error: BaseException | None = None
        self.is_closed = False

    async def show(self, title: str, text: str, *, has_sound: bool) -> None:
        self._note(f"shown {title}")

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials) -> HttpResponse:
        self._note(f"posted {body.decode()}")
        return HttpResponse(200, b"")

    def play(self, sound: str) -> ActionSuccess:
        self._note(f"played {sound}")
        return ActionSuccess("Playing.")

    def close_notifier(self) -> None:
        self.is_closed = True

    def _note(self, text: str) -> None:
        self.done.append(text)
        if self.error is not None:
            raise self.error


class Notifier:
    def __init__(self, desktop: Desktop) -> None:
        self.show = desktop.show
        self.close = desktop.close_notifier


class Http:
    def __init__(self, desktop: Desktop) -> None:
        self.post = desktop.post

    async def close(self) -> None:
        """There are no connections."""


class Sounds(SoundPlayer):
    def __init__(self, desktop: Desktop) -> None:
        super().__init__()
        self._desktop = desktop

    async def play(self, action: SoundAction) -> ActionSuccess:
        return self._desktop.play(action.sound)


@asynccontextmanager
async def action_runner(desktop: Desktop, errors: InternalErrors | None = None) -> AsyncIterator[ActionRunner]:
    errors = errors or InternalErrors("the alerts")
    actions = ActionRunner(Notifier(desktop), Http(desktop), lambda name: "", errors, Sounds(desktop))
    try:
        yield actions
    finally:
        await actions.close()


def test_each_action_of_a_firing_is_run_and_reported_in_order(run: RunQt) -> None:
    async def test() -> None:
        desktop = Desktop()
        async with action_runner(desktop) as actions:
            results = await actions.run(EACH, MESSAGE)
        assert [result.sentence for result in results] == [
            "Notification: The notification was shown.",
            "Sound: Bell: Playing.",
            f"Command: {Path(sys.executable).name}: {Path(sys.executable).name} ran successfully.",
            "Webhook: example.com: example.com accepted the webhook (HTTP 200).",
        ]
        assert all(result.is_success for result in results)
        assert desktop.is_closed

    run(test())


def test_a_replay_runs_nothing(run: RunQt) -> None:
    async def test() -> None:
        desktop = Desktop()
        replayed = AlertMessage("BTC-USD above 100", "", is_replay=True)
        async with action_runner(desktop) as actions:
            assert await actions.run(EACH, replayed) == []
            actions.start(EACH, replayed, lambda results: desktop.done.append("results"))
            await asyncio.sleep(0)
        assert not desktop.done

    run(test())


def test_a_test_is_marked_in_what_is_sent(run: RunQt) -> None:
    async def test() -> None:
        desktop = Desktop()
        async with action_runner(desktop) as actions:
            await actions.run([EACH[0], EACH[3]], AlertMessage("BTC-USD", "", is_test=True))
        assert "shown Test: BTC-USD" in desktop.done
        assert '"test":true' in "".join(desktop.done)

    run(test())


def test_the_user_can_test_an_action_also_while_a_recording_is_replayed(run: RunQt) -> None:
    async def test() -> None:
        desktop = Desktop()
        results: list[ActionResult] = []
        async with action_runner(desktop) as actions:
            actions.test(EACH[0], AlertMessage("BTC-USD", "", is_replay=True), results.append)
            await until(lambda: results)
        assert desktop.done == ["shown Test: BTC-USD"]
        assert results[0].is_success

    run(test())


def test_the_failure_of_one_action_is_a_sentence_and_the_others_run(run: RunQt) -> None:
    async def test() -> None:
        desktop = Desktop()
        desktop.error = ActionError("There is none.", "its output")
        async with action_runner(desktop) as actions:
            results = await actions.run([EACH[0], COMMAND], MESSAGE)
        assert results[0] == ActionResult("Notification", False, "There is none.", "its output")
        assert results[1].is_success

    run(test())


@pytest.mark.parametrize("make", UNEXPECTED[:3])
def test_a_bug_in_an_action_is_counted_and_reported(run: RunQt, make: Callable[[], BaseException]) -> None:
    errors = InternalErrors("the alerts")

    async def test() -> None:
        desktop = Desktop()
        desktop.error = make()
        async with action_runner(desktop, errors) as actions:
            results = await actions.run([EACH[0], EACH[1], EACH[3]], MESSAGE)
        assert {result.text for result in results} == {"Not run because of an internal error. Details are in the log."}

    run(test())
    assert errors.count == 3


def test_results_of_the_background_are_reported_once_and_a_bug_in_that_ends_nothing(run: RunQt) -> None:
    errors = InternalErrors("the alerts")
    reported: list[list[ActionResult]] = []

    def report(results: list[ActionResult]) -> None:
        reported.append(results)
        raise KeyError("a bug")

    async def test() -> None:
        async with action_runner(Desktop(), errors) as actions:
            actions.start([], MESSAGE, report)
            actions.start([EACH[1]], MESSAGE, report)
            await until(lambda: reported)
            actions.start([EACH[1]], MESSAGE, report)
            await until(lambda: len(reported) == 2)

    run(test())
    assert errors.count == 2
    assert [result.text for results in reported for result in results] == ["Playing."] * 2


def test_runs_and_actions_are_bounded(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MAX_RUNS", 1)
    reported: list[list[ActionResult]] = []

    async def test() -> None:
        desktop = Desktop()
        async with action_runner(desktop) as actions:
            actions.start([SoundAction()] * 50, MESSAGE, reported.append)
            actions.start([SoundAction()], MESSAGE, reported.append)
            assert "earlier firings are still running" in reported[0][0].text
            await until(lambda: len(reported) == 2)
            assert len(reported[1]) == len(desktop.done) == runner.MAX_ACTIONS

    run(test())


@pytest.mark.skipif(sys.platform == "win32", reason="the command is a script of a shell")
def test_closing_kills_what_runs(run: RunQt, tmp_path: Path) -> None:
    reported: list[list[ActionResult]] = []
    text = f"echo begun > {tmp_path}/begun; exec sleep 1000"

    async def test() -> None:
        async with action_runner(Desktop()) as actions:
            actions.start([CommandAction(("/bin/sh", "-c", text), timeout_s=100)], MESSAGE, reported.append)
            await until((tmp_path / "begun").exists)

    run(test())
    assert not reported
