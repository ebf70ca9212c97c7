"""Runs the actions of a firing, and reports each result as a sentence; it never raises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from ticker_gui.alerts.actions.actions import (
    Action,
    CommandAction,
    NotificationAction,
    SoundAction,
    WebhookAction,
    describe_action,
)
from ticker_gui.alerts.actions.command import CommandRunner
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.notification import NotificationMerger, Notifier
from ticker_gui.alerts.actions.result import ActionError, ActionResult, ActionSuccess
from ticker_gui.alerts.actions.sound import SoundPlayer
from ticker_gui.alerts.actions.webhook import Post, WebhookSender
from ticker_gui.logs.internal_errors import InternalErrors

MAX_ACTIONS: Final = 10  # of one alert
MAX_RUNS: Final = 100
_TOO_MANY: Final = f"Not run, because the actions of {MAX_RUNS} earlier firings are still running."
_INTERNAL_ERROR: Final = "Not run because of an internal error. Details are in the log."

OnResults = Callable[[list[ActionResult]], object]


class HttpPoster(Protocol):
    """An HTTP client that can send data."""

    @property
    def post(self) -> Post:
        """Sends data by an HTTP POST request."""

    async def close(self) -> None:
        """Close all connections."""


class ActionRunner:
    """Runs the actions of alerts; those of one firing run at once. Nothing is run for a replay."""

    def __init__(
        self,
        notifier: Notifier,
        http: HttpPoster,
        read_keyring: Callable[[str], str],
        errors: InternalErrors,
        sounds: SoundPlayer | None = None,
    ) -> None:
        self._notifier: Final = notifier
        self._http: Final = http
        self._errors: Final = errors
        self._notifications: Final = NotificationMerger(notifier)
        self._sounds: Final = sounds or SoundPlayer()
        self._commands: Final = CommandRunner()
        self._webhooks: Final = WebhookSender(http.post, read_keyring)
        self._runs: Final = set[asyncio.Task[None]]()

    def start(self, actions: Sequence[Action], message: AlertMessage, on_results: OnResults) -> None:
        """Run actions in the background; ``on_results`` is called once with their results, unless there are none."""
        if message.is_replay or not actions:
            return
        if len(self._runs) >= MAX_RUNS:
            results = [ActionResult(describe_action(action), False, _TOO_MANY) for action in actions[:MAX_ACTIONS]]
            self._errors.guard(lambda: on_results(results), "recording the results of actions")
            return
        run = asyncio.create_task(self._run_and_report(actions, message, on_results))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)

    def test(self, action: Action, message: AlertMessage, on_result: Callable[[ActionResult], object]) -> None:
        """Run an action in the background because the user tests it; its message is marked as a test."""
        marked = msgspec.structs.replace(message, is_test=True, is_replay=False)
        self.start((action,), marked, lambda results: on_result(results[0]))

    async def run(self, actions: Sequence[Action], message: AlertMessage) -> list[ActionResult]:
        """Run actions and return their results, in the same order; for a replay, none are run and none returned."""
        if message.is_replay:
            return []
        return list(await asyncio.gather(*(self._perform(action, message) for action in actions[:MAX_ACTIONS])))

    async def close(self) -> None:
        """End what is running: commands are killed, and sounds stop."""
        for run in self._runs:
            run.cancel()
        if self._runs:
            await asyncio.wait(self._runs)
        self._notifications.close()
        self._notifier.close()
        self._sounds.close()
        await self._http.close()

    async def _run_and_report(self, actions: Sequence[Action], message: AlertMessage, on_results: OnResults) -> None:
        results = await self.run(actions, message)
        self._errors.guard(lambda: on_results(results), "recording the results of actions")

    async def _perform(self, action: Action, message: AlertMessage) -> ActionResult:
        name = describe_action(action)
        with self._errors.contained("running an action of an alert"):
            try:
                done = await self._dispatch(action, message)
            except ActionError as error:
                return ActionResult(name, False, str(error), error.output)
            return ActionResult(name, True, done.text, done.output)
        return ActionResult(name, False, _INTERNAL_ERROR)

    async def _dispatch(self, action: Action, message: AlertMessage) -> ActionSuccess:
        match action:
            case NotificationAction():
                return await self._notifications.show(message, has_sound=action.has_sound)
            case SoundAction():
                return await self._sounds.play(action)
            case CommandAction():
                return await self._commands.run(action, message)
            case WebhookAction():
                return await self._webhooks.send(action, message)
