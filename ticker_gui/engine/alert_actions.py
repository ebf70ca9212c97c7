"""The actions of firings: run with this computer's desktop, network and keyring, and noted in the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import msgspec

from ticker_gui.alerts.actions.actions import NotificationAction
from ticker_gui.alerts.actions.desktop_notifier import DesktopNotifier
from ticker_gui.alerts.actions.result import ActionResult
from ticker_gui.alerts.actions.runner import ActionRunner
from ticker_gui.alerts.actions.webhook import MAX_ANSWER_BYTES, TIMEOUT_S
from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.firing import Firing, Outcome
from ticker_gui.alerts.firing_text import firing_message
from ticker_gui.config.credentials import read_key
from ticker_gui.history.http_client import HttpClient
from ticker_gui.logs.internal_errors import InternalErrors


def make_action_runner(on_click: Callable[[], object], errors: InternalErrors) -> ActionRunner:
    """Return a runner; ``on_click`` is called when the user clicks a notification. Close it at the end."""
    return ActionRunner(DesktopNotifier(on_click, errors), HttpClient(TIMEOUT_S, MAX_ANSWER_BYTES), read_key, errors)


class FiringActions:
    """Runs the actions of firings, and notes the results in the history of a book."""

    def __init__(self, book: AlertBook, runner: ActionRunner) -> None:
        self._book: Final = book
        self._runner: Final = runner

    def run(self, firing: Firing, alert: Alert) -> None:
        """Run the actions of an alert for a firing, in the background; `AlertEvaluator.on_firing` may be this function.

        None are run if the firing is replayed or muted. An alert that has paused itself is reported by its
        notification only, because commands and webhooks expect that the condition has become true.
        """
        if not firing.may_run_actions:
            return
        actions = alert.actions
        if firing.outcome is Outcome.PAUSED:
            actions = tuple(action for action in actions if isinstance(action, NotificationAction))
        self._runner.start(actions, firing_message(firing, alert), partial(self._note, firing.number))

    def _note(self, number: int, results: Sequence[ActionResult]) -> None:
        """Note the results in the entry of the history, which may be another one than at first, or deleted."""
        entry = next((entry for entry in reversed(self._book.history) if entry.number == number), None)
        if entry is not None:
            sentences = tuple(result.sentence for result in results)
            self._book.amend(msgspec.structs.replace(entry, results=sentences))
