"""The runner of alert actions, with this computer's notifications, HTTP client and keyring."""

from __future__ import annotations

from collections.abc import Callable

from ticker_gui.alerts.actions.desktop_notifier import DesktopNotifier
from ticker_gui.alerts.actions.runner import ActionRunner
from ticker_gui.alerts.actions.webhook import MAX_ANSWER_BYTES, TIMEOUT_S
from ticker_gui.config.credentials import read_key
from ticker_gui.history.http_client import HttpClient
from ticker_gui.logs.internal_errors import InternalErrors


def make_action_runner(on_click: Callable[[], object], errors: InternalErrors) -> ActionRunner:
    """Return a runner; ``on_click`` is called when the user clicks a notification. Close it at the end."""
    return ActionRunner(DesktopNotifier(on_click, errors), HttpClient(TIMEOUT_S, MAX_ANSWER_BYTES), read_key, errors)
