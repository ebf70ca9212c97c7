"""Connects the alerts with the window: the panel, the chart's lines, the title, the actions and the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox

from ticker_gui.alerts.actions.actions import Action, NotificationAction
from ticker_gui.alerts.alert import Alert, AlertStatus
from ticker_gui.alerts.alerts_file import AlertsFile
from ticker_gui.alerts.book import AlertBook, new_alert_id
from ticker_gui.alerts.condition import PriceLevel, number_text
from ticker_gui.alerts.condition_language import ConditionError
from ticker_gui.alerts.firing import Firing
from ticker_gui.alerts.saved_alerts import AlertRecord
from ticker_gui.chart.drawings import Drawing
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.engine.alerting import Alerting
from ticker_gui.engine.engine import Engine
from ticker_gui.formatting import numbers
from ticker_gui.gui.alerts.alert_files import AlertFiles
from ticker_gui.gui.alerts.alert_requests import NO_ALERTS, NO_HISTORY
from ticker_gui.gui.alerts.alert_rows import alert_row, describe_condition, history_row, line_sentence, shown_price
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.chart.alert_lines import AlertLine, AlertState
from ticker_gui.gui.widgets.dialogs import plain_message_box, show_in_front
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem
from ticker_gui.gui.window.alert_actions import AlertActions
from ticker_gui.gui.window.alert_drawings import AlertDrawings
from ticker_gui.gui.window.alert_entries import alert_entries
from ticker_gui.gui.window.alert_muting import AlertMuting
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.undo_history import StepHistory
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.lists import Lists

if TYPE_CHECKING:
    from pathlib import Path

    from ticker_gui.gui.alerts.alert_dialog import AlertDialog

_REFRESH_MS: Final = 50
_MAX_LINES: Final = 100  # on one chart
_MAX_HISTORY_ROWS: Final = 300
_DEFAULT_ACTIONS: Final[tuple[Action, ...]] = (NotificationAction(),)
_StatesById: TypeAlias = Mapping[str, Sequence[SymbolState]]


class AlertsPresenter(QObject):
    """Shows the alerts and carries out what the user requests.

    Without a ``folder``, and in a replay, nothing is saved; in a replay, no actions run.

    Signals:
        step_recorded: the alerts were changed by a step that can be undone.
    """

    step_recorded = Signal()

    def __init__(
        self,
        engine: Engine,
        window: MainWindow,
        tasks: BackgroundTasks,
        lists: Callable[[], Lists],
        folder: Path | None,
    ) -> None:
        super().__init__(window)
        self._engine: Final = engine
        self._window: Final = window
        self._offer_undo: Final = window.status.offer_undo
        self._lists: Final = lists
        self._errors: Final = tasks.errors
        self.book: Final = AlertBook()
        self.file: Final = None if folder is None or engine.is_replay else AlertsFile(folder / "alerts.json", self.book)
        self.alerting: Final = Alerting(engine, self.book, list_entries=self._list_entries, errors=tasks.errors)
        self.actions: Final = AlertActions(self.book, window, self._errors)
        self.alerting.evaluator.on_firing = self.actions.on_firing
        self._muting: Final = AlertMuting(self.book, engine, window)
        self.drawings: Final = AlertDrawings(self.book, window, engine.clock)
        self.files: Final = AlertFiles(window, tasks, window.status.show_message, self._add_imported)
        self.dialog: AlertDialog | None = None
        self.question: QMessageBox | None = None
        self._refresh_timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._refresh_timer.timeout.connect(lambda: self._errors.guard(self.refresh, "showing the alerts"))
        self._connect()

    def _connect(self) -> None:
        window, requests = self._window, self._window.alerts.requests
        self.book.observers.append(self._refresh_timer.start)
        self.book.on_step = self.step_recorded.emit
        window.status.alerts_requested.connect(lambda: window.docks.open(window.alerts))
        window.alerts.shown.connect(self.refresh)
        window.chart.symbol_changed.connect(self._refresh_timer.start)
        window.alert_lines.create_requested.connect(lambda price: self.create(window.chart.state, price))
        window.alert_lines.moved.connect(self._move)
        window.alert_lines.sentence_at = self._sentence_at
        window.drawings.alert_requested.connect(self._create_on_drawing)
        window.watchlist.extra_row_items.append(self._row_items)
        window.extra_entries.append(partial(alert_entries, add=self._add_typed))
        requests.why_no_export = lambda: "" if self.book.records else NO_ALERTS
        requests.why_no_history = lambda: "" if self.book.history else NO_HISTORY
        requests.new_requested.connect(self.create)
        requests.edit_requested.connect(self.edit)
        requests.removal_requested.connect(self.remove)
        requests.pause_requested.connect(self._pause)
        requests.resumption_requested.connect(self._resume)
        requests.acknowledgement_requested.connect(self._acknowledge)
        requests.firing_requested.connect(self.alerting.fire_now)
        requests.chart_requested.connect(self._show_on_chart)
        requests.firing_chosen.connect(self._show_firing)
        requests.duplication_requested.connect(self._duplicate)
        requests.import_requested.connect(self.files.choose_import)
        requests.export_requested.connect(self._export)
        requests.history_removal_requested.connect(self._clear_history)

    @property
    def notices(self) -> list[str]:
        """What the user should know at the start: that the saved alerts could not be read."""
        return [] if self.file is None or not self.file.notice else [self.file.notice]

    async def run(self) -> None:
        """Evaluate the alerts until cancelled."""
        await self.alerting.run()

    async def save_changes(self) -> None:
        """Save changes until cancelled."""
        if self.file is not None:
            self.file.on_failure = self._window.status.show_message
            await self.file.run()

    async def close(self) -> None:
        """Save what was not saved, and end the actions that run."""
        if self.file is not None:
            await self.file.close()
        await self.actions.close()

    def _list_entries(self, name: str) -> Iterable[tuple[str, str]] | None:
        for one in self._lists().lists:
            if one.name == name:
                return [(entry.feed, entry.symbol) for entry in one.entries]
        return None

    # Undo

    @property
    def history(self) -> StepHistory:
        """The steps that can be undone."""
        return self.book.steps

    def undo(self) -> None:
        """Undo the last change of the alerts."""
        self._window.status.show_message(self.history.undo_text)
        self.book.undo()

    def redo(self) -> None:
        """Redo the change of the alerts that was undone last."""
        self._window.status.show_message(self.history.redo_text)
        self.book.redo()

    # What is shown

    def refresh(self) -> None:
        """Show everything again."""
        now_ns, fired = self._engine.clock(), self.book.unacknowledged
        self._window.title.set_fired_alerts(fired)
        self._window.status.show_fired_alerts(fired)
        self._window.tool_bar.bell.show_fired(fired)
        states = {record.alert.id: self.alerting.states_of(record.alert) for record in self.book.records}
        self._show_lines(states)
        self._show_bells(states)
        if (panel := self._window.alerts.built_panel) is not None and panel.isVisible():
            rows = [alert_row(record, self.alerting.view(record.alert.id), now_ns) for record in self.book.records]
            panel.show_rows(rows, fired, problem=" ".join(self.notices))
            newest = list(reversed(self.book.history))[:_MAX_HISTORY_ROWS]
            panel.show_history([history_row(firing, now_ns, self._decimals(firing)) for firing in newest])
            self._muting.show(panel, now_ns)

    def _decimals(self, firing: Firing) -> int:
        """Return the decimals with which prices of a symbol are shown; 0 if it is not watched, or it is no price."""
        feed, observation = self._engine.feeds.get(firing.feed), firing.observation
        if feed is None or observation.size is None:
            return 0
        state = feed.find(firing.symbol)
        return 0 if state is None else state.price_decimals

    def show_second(self) -> None:
        """Show the values that change with time; called once per second."""
        if self.book.records and not self._refresh_timer.isActive():
            self.refresh()

    def _show_bells(self, states: _StatesById) -> None:
        """Mark the rows of the watchlist that have alerts."""
        alerted: dict[SymbolState, bool] = {}
        for record in self.book.records:
            for state in states[record.alert.id] if not record.is_done or record.is_fired else ():
                alerted[state] = alerted.get(state, False) or record.is_fired
        self._window.watchlist.show_alerts(alerted)

    def _show_lines(self, states: _StatesById) -> None:
        state = self._window.chart.state
        lines: list[AlertLine] = []
        for record in self.book.records if state is not None else ():
            if state is None or state not in states[record.alert.id] or len(lines) >= _MAX_LINES:
                continue
            if (line := self._line(record, state)) is not None:
                lines.append(line)
        self._window.alert_lines.set_lines(lines)

    def _line(self, record: AlertRecord, state: SymbolState) -> AlertLine | None:
        """Return the line of an alert on the chart of a symbol."""
        alert = record.alert
        try:
            condition = self.book.condition_of(alert.id)
        except ConditionError:
            return None
        if not isinstance(condition, PriceLevel):
            return None
        view = self.alerting.view(alert.id)
        if view.status in (AlertStatus.DONE, AlertStatus.EXPIRED):
            return None
        is_monitored = view.status in (AlertStatus.ARMED, AlertStatus.WAITING)
        look = AlertState.MONITORED if is_monitored else AlertState.NOT_MONITORED
        if view.status is AlertStatus.FIRED:
            look = AlertState.FIRED
        return AlertLine(alert.id, condition.level, line_sentence(alert, state.price_decimals), look)

    def _sentence_at(self, line: AlertLine, price: float) -> str:
        """Return the sentence of a line of the chart at another price."""
        alert, state = self._moved(line.id, price), self._window.chart.state
        return line.sentence if alert is None or state is None else line_sentence(alert, state.price_decimals)

    # What the user requests

    def create(self, state: SymbolState | None = None, price: float | None = None) -> None:
        """Open the dialog for a new alert on a symbol, or on that of the chart."""
        state = state or self._window.chart.state
        symbol, feed = ("", "") if state is None else (state.symbol, state.feed)
        last = price if price is not None else None if state is None else state.last
        alert = Alert(new_alert_id(), "", symbol, feed, actions=_DEFAULT_ACTIONS)
        self._open_dialog(alert, is_new=True, price=last)

    def edit(self, alert_id: str) -> None:
        """Open the dialog for an alert."""
        if (record := self.book.find(alert_id)) is not None:
            self._open_dialog(record.alert, is_new=False)

    def _duplicate(self, alert_id: str) -> None:
        """Open the dialog for a copy of an alert."""
        if (record := self.book.find(alert_id)) is not None:
            self._open_dialog(replace(record.alert, id=new_alert_id(), drawing_id=""), is_new=True)

    def remove(self, ids: Sequence[str]) -> None:
        """Delete alerts; Undo brings them back."""
        text = "delete an alert" if len(ids) == 1 else f"delete {len(ids):,} alerts"
        self.book.remove(ids, text)
        self._offer_undo("The alert was deleted." if len(ids) == 1 else f"{len(ids):,} alerts were deleted.")

    def add(self, alerts: Sequence[Alert], message: str) -> None:
        """Add alerts; say why if that is not possible."""
        try:
            self.book.add(alerts, "add an alert" if len(alerts) == 1 else f"add {len(alerts):,} alerts")
        except TickerError as error:
            self._window.status.show_message(error.for_user)
            return
        self._show_armed(alerts, message)

    def _show_armed(self, alerts: Sequence[Alert], message: str) -> None:
        """Say that alerts are armed; of a single one, also say why it is not, or ask whether it is to fire now."""
        alert = alerts[0] if len(alerts) == 1 else None
        reason = "" if alert is None else self.alerting.view(alert.id).why_not_armed
        self._offer_undo(reason or message)
        if alert is not None:
            self._ask_if_true(alert)

    def _add_typed(self, alert: Alert) -> None:
        self.add([replace(alert, actions=_DEFAULT_ACTIONS)], "The alert is armed.")

    def _row_items(self, states: Sequence[SymbolState]) -> Sequence[MenuItem]:
        if len(states) != 1:
            return ()
        (state,) = states
        price = numbers.on_screen(shown_price(state.last, state.price_decimals))
        text = "New a&lert…" if state.last is None else f"A&lert at {price}…"
        return (MenuCommand(text, partial(self.create, state)),)

    def _create_on_drawing(self, drawing: Drawing) -> None:
        """Open the dialog for the alert of a drawing, or for a new one when the price crosses it."""
        if alert_id := self._window.drawings.alert_of(drawing):
            self.edit(alert_id)
        elif (alert := self.drawings.new_alert(drawing)) is not None:
            self._open_dialog(replace(alert, actions=_DEFAULT_ACTIONS), is_new=True)

    def _open_dialog(self, alert: Alert, *, is_new: bool, price: float | None = None) -> None:
        from ticker_gui.gui.alerts.alert_dialog import AlertDialog, AlertTargets  # not needed at the start

        if self.dialog is None:
            self.dialog = AlertDialog(self.actions.run_test, self._window)
            self.dialog.saved.connect(self._save)
        targets = AlertTargets(list(self._engine.feeds), [one.name for one in self._lists().lists if one.name])
        self.dialog.show_alert(alert, targets, is_new=is_new, price=price)
        show_in_front(self.dialog)

    def _save(self, alert: Alert) -> None:
        record = self.book.find(alert.id)
        if record is None:
            self.add([alert if self.drawings.fits(alert) else replace(alert, drawing_id="")], "The alert is armed.")
            return
        try:
            self._change(alert, "change an alert")
        except TickerError as error:
            self._window.status.show_message(error.for_user)
            return
        self._ask_if_true(alert)

    def _change(self, alert: Alert, description: str, message: str = "The alert was changed.") -> None:
        """Replace an alert, and move its drawing; where only that has moved, it is the step that can be undone."""
        alert = self.drawings.move(alert)
        record = self.book.find(alert.id)
        if record is None or record.alert != alert:
            self.book.edit(alert, description)
            self._offer_undo(message)

    def _move(self, alert_id: str, price: float) -> None:
        """Move the level of an alert, which was dragged on the chart."""
        if (alert := self._moved(alert_id, price)) is not None:
            self._change(alert, f"move an alert to {number_text(price)}", "The alert was moved.")

    def _moved(self, alert_id: str, price: float) -> Alert | None:
        """Return an alert with another level; None if it has no level."""
        record = self.book.find(alert_id)
        if record is None or not isinstance(condition := self.book.condition_of(alert_id), PriceLevel):
            return None
        return replace(record.alert, condition=replace(condition, level=price).text)

    def _ask_if_true(self, alert: Alert) -> None:
        """Ask whether an alert whose condition is already true is to fire now."""
        view = self.alerting.view(alert.id)
        if not view.is_true or not self.book.find(alert.id):
            return
        condition = describe_condition(alert, max((state.price_decimals for state in view.states), default=0))
        question = self.question = plain_message_box(
            self._window,
            "already_true_question",
            QMessageBox.Icon.Question,
            "Already true",
            f"{sanitize_text(alert.target)}: {condition} is already true.",
            "Fire now, or the next time it becomes true?",
        )
        now = question.addButton("Fire now", QMessageBox.ButtonRole.AcceptRole)
        later = question.addButton("Next time", QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(later)
        question.setEscapeButton(later)
        now.clicked.connect(partial(self.alerting.fire_now, alert.id))
        show_in_front(question)

    def _pause(self, ids: Sequence[str]) -> None:
        if self.book.pause(ids):
            self._offer_undo("The alert was paused." if len(ids) == 1 else f"{len(ids):,} alerts were paused.")

    def _resume(self, ids: Sequence[str]) -> None:
        if self.book.resume(ids):
            alerts = [record.alert for alert_id in ids if (record := self.book.find(alert_id)) is not None]
            message = "The alert is armed." if len(alerts) == 1 else f"{len(alerts):,} alerts are armed."
            self._show_armed(alerts, message)

    def _acknowledge(self, ids: Sequence[str] | None) -> None:
        if self.book.acknowledge(ids):
            is_one = ids is not None and len(ids) == 1
            self._offer_undo("The alert was acknowledged." if is_one else "The alerts were acknowledged.")

    def _clear_history(self) -> None:
        if self.book.clear_history():
            self._offer_undo("The alert history was cleared.")

    def _show_on_chart(self, alert_id: str) -> None:
        if states := self.alerting.view(alert_id).states:
            self._window.symbol_chosen.emit(states[0].feed, states[0].symbol)

    def _show_firing(self, number: int) -> None:
        for firing in self.book.history:
            if firing.number == number and firing.feed in self._engine.feeds:
                self._window.symbol_chosen.emit(firing.feed, firing.symbol)

    # Files

    def _add_imported(self, alerts: Sequence[Alert]) -> None:
        renamed = [replace(alert, id=new_alert_id(), drawing_id="") for alert in alerts]
        is_one = len(renamed) == 1
        self.add(renamed, "1 alert was imported." if is_one else f"{len(renamed):,} alerts were imported.")

    def _export(self) -> None:
        self.files.choose_export([record.alert for record in self.book.records])
