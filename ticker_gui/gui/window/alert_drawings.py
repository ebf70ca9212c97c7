"""Keeps the alerts that were made of drawings where these are, and the drawings where their alerts are."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec.structs import replace
from PySide6.QtWidgets import QMessageBox

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.book import AlertBook, new_alert_id
from ticker_gui.alerts.drawing_link import alert_at, condition_at, drawing_at, expiry_at
from ticker_gui.chart.drawing_book import SymbolKey
from ticker_gui.chart.drawings import Drawing, price_at
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.gui.chart.move_question import ask_to_move
from ticker_gui.gui.window.main_window import MainWindow

_LOCKED: Final = "The line of this alert is locked. Unlock it in its menu first."


class AlertDrawings:
    """A step that moves a drawing moves its alert as well, so that undo moves both.

    A deleted drawing leaves its alert where it is, and is its drawing again when the deletion is undone.
    """

    def __init__(self, book: AlertBook, window: MainWindow, clock: Clock) -> None:
        self._book: Final = book
        self._window: Final = window
        self._clock: Final = clock
        self._tools: Final = window.drawings
        self.question: QMessageBox | None = None
        self._linked: dict[tuple[SymbolKey, str], str] = {}
        self._tools.changed.connect(self._follow)
        book.observers.append(self._follow)
        self._tools.alert_of = self._alert_of
        self._tools.has_bell = self._has_bell
        self._tools.hold_move = self._ask_if_across
        self._follow()

    def new_alert(self, drawing: Drawing) -> Alert | None:
        """Return a new alert on a drawing of the charted symbol; None without a symbol."""
        state = self._window.chart.state
        if state is None:
            return None
        condition, expires_ns = condition_at(drawing).text, expiry_at(drawing, self._clock())
        return Alert(new_alert_id(), condition, state.symbol, state.feed, expires_ns=expires_ns, drawing_id=drawing.id)

    def move(self, alert: Alert) -> Alert:
        """Move the drawing of an alert that is to be changed to its new place; return the alert that can be saved.

        An alert that leaves its drawing, because the condition or the symbol is of another kind, is no longer linked.
        """
        drawing = self._drawing_of(alert)
        target = None if drawing is None else drawing_at(drawing, alert.condition)
        if drawing is None or target is None:
            record = self._book.find(alert.id)
            is_same = record is not None and record.alert.condition == alert.condition
            return alert if is_same and drawing is not None else replace(alert, drawing_id="")
        there = alert_at(alert, drawing, self._clock())
        if there is not None and there.condition == alert.condition:
            return alert
        if drawing.is_locked:
            self._window.status.show_message(_LOCKED)
            return there or alert
        self._tools.put("move", target, symbol=(alert.feed, alert.symbol))
        self._window.status.offer_undo("The line and its alert were moved.")
        return alert

    def fits(self, alert: Alert) -> bool:
        """Return whether an alert is where its drawing is."""
        drawing = self._drawing_of(alert)
        there = None if drawing is None else alert_at(alert, drawing, self._clock())
        return there is not None and there.condition == alert.condition

    def _drawing_of(self, alert: Alert) -> Drawing | None:
        return self._tools.book.find((alert.feed, alert.symbol), alert.drawing_id) if alert.drawing_id else None

    def _alert_of(self, drawing: Drawing) -> str:
        """Return the id of the alert of a drawing of the charted symbol; empty if it has none."""
        symbol = self._tools.symbol
        return "" if symbol is None else self._linked.get((symbol, drawing.id), "")

    def _has_bell(self, drawing: Drawing) -> bool:
        """Return whether the alert of a drawing may still fire, or has fired and is not acknowledged."""
        record = self._book.find(self._alert_of(drawing))
        return record is not None and (record.is_fired or not record.is_done)

    def _follow(self) -> None:
        """Move the alerts whose drawings are somewhere else."""
        now_ns = self._clock()
        linked = [record.alert for record in self._book.records if record.alert.drawing_id]
        self._linked = {((alert.feed, alert.symbol), alert.drawing_id): alert.id for alert in linked}
        for alert in linked:
            drawing = self._drawing_of(alert)
            there = None if drawing is None else alert_at(alert, drawing, now_ns)
            if there is not None and there is not alert:
                self._book.follow(there)

    def _ask_if_across(self, drawing: Drawing) -> bool:
        """Ask before a drawing with an alert is moved across the current price; return whether there is a question."""
        state, now_ns = self._window.chart.state, self._clock()
        before = None if self._tools.symbol is None else self._tools.book.find(self._tools.symbol, drawing.id)
        if state is None or state.last is None or before is None or not self._alert_of(drawing):
            return False
        prices = [price_at(one, now_ns, extrapolated=True) for one in (before, drawing)]
        then, there = prices
        if then is None or there is None or (then < state.last) is (there < state.last):
            return False
        move = partial(self._tools.put, "move", drawing, symbol=self._tools.symbol)
        symbol = sanitize_text(state.symbol, 40)
        details = f"The line has an alert. The price of {symbol} is between the line's old and new positions."
        self.question = ask_to_move(self._window, details, move, self._finish)
        return True

    def _finish(self) -> None:
        self._tools.show_draft(None)
        if self.question is not None:
            self.question.deleteLater()
            self.question = None
