"""Runs the actions of alerts that fire, and asks the user for attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QApplication

from ticker_gui.alerts.actions.actions import Action
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.result import ActionResult
from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.firing import Firing
from ticker_gui.alerts.firing_text import describe_firing
from ticker_gui.gui.widgets.activation import raise_window
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import InternalErrors

if TYPE_CHECKING:
    from ticker_gui.alerts.actions.runner import ActionRunner


class AlertActions:
    """Runs the actions of alerts; the history of the book contains their results."""

    def __init__(self, book: AlertBook, window: MainWindow, errors: InternalErrors) -> None:
        self._book: Final = book
        self._window: Final = window
        self._errors: Final = errors
        self._runner: ActionRunner | None = None

    @property
    def runner(self) -> ActionRunner:
        """What runs the actions; it is made for the first one."""
        if self._runner is None:
            from ticker_gui.engine.alert_actions import make_action_runner

            self._runner = make_action_runner(lambda: raise_window(self._window, ""), self._errors)
        return self._runner

    def on_firing(self, firing: Firing, alert: Alert) -> None:
        """Run the actions of an alert, and ask for attention; those of a replay only appear in the history."""
        if firing.is_replay:
            return
        self._window.status.show_message(f"{firing.symbol}: {describe_firing(firing)}")
        if firing.may_run_actions:
            QApplication.alert(self._window)
            if alert.actions:
                from ticker_gui.engine.alert_actions import FiringActions  # loads all kinds of actions

                FiringActions(self._book, self.runner).run(firing, alert)

    def run_test(self, action: Action, on_result: Callable[[ActionResult], None]) -> None:
        """Run an action as a test."""
        message = AlertMessage("Ticker GUI", "This is a test of an alert.", {"event": "alert"}, is_test=True)
        self.runner.start([action], message, lambda results: on_result(results[0]))

    async def close(self) -> None:
        """End the actions that run."""
        if self._runner is not None:
            await self._runner.close()
