"""The condition of an alert as a simple form and as text; each follows the other."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from ticker_gui.alerts.condition import FeedEvent, MoveDirection, number_text
from ticker_gui.alerts.condition_language import EXAMPLES, MAX_DAYS, MAX_DURATION_NS, ConditionError, parse_condition
from ticker_gui.alerts.simple_condition import ConditionKind, SimpleCondition, simple_form
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.gui.alerts.form_parts import combo, named, row
from ticker_gui.gui.alerts.indicator_fields import IndicatorFields
from ticker_gui.gui.alerts.number_field import read_number
from ticker_gui.gui.widgets.measures import GRID
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

if TYPE_CHECKING:
    from collections.abc import Iterator

_AMOUNT: Final = (
    ConditionKind.ABOVE,
    ConditionKind.BELOW,
    ConditionKind.CROSSES,
    ConditionKind.MOVES,
    ConditionKind.VOLUME,
)
_NEEDS_NUMBER: Final = "Enter a number."
_UNITS: Final = ("%", "in price")
_MOVES: Final = {MoveDirection.ANY: "up or down", MoveDirection.UP: "up", MoveDirection.DOWN: "down"}
_MAX_MINUTES: Final = MAX_DURATION_NS / MINUTE_NS
_MAX_SECONDS: Final = MAX_DURATION_NS // SECOND_NS


class ConditionForm(QWidget):
    """Edits a condition.

    Signals:
        changed: the condition has changed; see `text` and `problem`.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind: Final = combo("alert_kind", "Kind of condition", [str(kind) for kind in ConditionKind])
        self.amount: Final = QLineEdit()
        self.unit: Final = combo("alert_unit", "Unit", _UNITS)
        self.direction: Final = combo("alert_direction", "Direction", list(_MOVES.values()))
        self.minutes: Final = QDoubleSpinBox(decimals=1, minimum=0.1, maximum=_MAX_MINUTES, suffix=" min")
        self.seconds: Final = QSpinBox(maximum=_MAX_SECONDS, suffix=" s")
        self.days: Final = QSpinBox(minimum=1, maximum=MAX_DAYS, suffix=" days")
        self.feed_event: Final = combo("alert_event", "State", [event.value for event in FeedEvent])
        self.factor_note: Final = QLabel("times its average")
        self.indicator: Final = IndicatorFields()
        self.expression: Final = QLineEdit()
        self.problem_label: Final = plain_label("", "alert_problem")
        self.seconds.setSpecialValueText("longer than usual")
        self.days.setSpecialValueText("of the day")
        self._is_following = False
        self._minutes = (self.minutes.value(), self.minutes.value())  # as shown, and the exact time
        for field, name, title in (
            (self.amount, "alert_amount", "Value"),
            (self.minutes, "alert_minutes", "Within"),
            (self.seconds, "alert_seconds", "Time without data"),
            (self.days, "alert_days", "Period"),
            (self.expression, "alert_expression", "Condition as text"),
        ):
            named(field, name, title)
        self.expression.setPlaceholderText(f"Such as {EXAMPLES[0]}")
        set_tooltip(self.expression, "Examples: " + "; ".join(EXAMPLES))
        self.problem_label.setWordWrap(True)
        self._lay_out()
        self._connect()
        self.set_text("")

    def _lay_out(self) -> None:
        fields = row(
            self.kind, self.direction, self.amount, self.unit, self.factor_note, self.minutes, self.days, self.seconds,
            self.feed_event,
        )  # fmt: skip
        self.amount.setMinimumWidth(110)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(GRID)
        layout.addLayout(fields, 0, 0, 1, 2)
        layout.addWidget(self.indicator, 1, 0, 1, 2)
        layout.addWidget(QLabel("As text"), 2, 0)
        layout.addWidget(self.expression, 2, 1)
        layout.addWidget(self.problem_label, 3, 1)
        layout.setColumnStretch(1, 1)

    def _connect(self) -> None:
        for choice in (self.kind, self.unit, self.direction, self.feed_event):
            choice.currentIndexChanged.connect(self._follow_form)
        for box in (self.minutes, self.seconds, self.days):
            box.valueChanged.connect(self._follow_form)
        self.amount.textEdited.connect(self._follow_form)
        self.indicator.changed.connect(self._follow_form)
        self.expression.textEdited.connect(self._follow_text)

    @property
    def text(self) -> str:
        """The condition as text."""
        return self.expression.text().strip()

    @property
    def problem(self) -> str:
        """Why the condition is not valid, or empty."""
        if self._lacks_number:
            return _NEEDS_NUMBER
        try:
            parse_condition(self.text)
        except ConditionError as error:
            return str(error)
        return ""

    def set_text(self, text: str) -> None:
        """Show a condition."""
        self.expression.setText(text)
        self._follow_text()

    def propose_price(self, price: float | None) -> None:
        """Propose a price level for a condition that is new; without a price, only the user knows the level."""
        self.set_text("" if price is None else f"last crosses {number_text(price)}")
        self.kind.setCurrentIndex(list(ConditionKind).index(ConditionKind.CROSSES))

    @property
    def _selected_kind(self) -> ConditionKind:
        return list(ConditionKind)[self.kind.currentIndex()]

    @property
    def _amount(self) -> float | None:
        return read_number(self.amount.text())

    @property
    def _lacks_number(self) -> bool:
        if self._selected_kind is ConditionKind.INDICATOR:
            return self.indicator.level is None
        return self._selected_kind in _AMOUNT and self._amount is None

    @contextmanager
    def _following(self) -> Iterator[None]:
        self._is_following = True
        try:
            yield
        finally:
            self._is_following = False

    def _follow_form(self) -> None:
        """Show the form as text."""
        if self._is_following:
            return
        kind = self._selected_kind
        if kind is ConditionKind.INDICATOR:
            self.indicator.show_level(None)
        shown_minutes, exact_minutes = self._minutes
        form = SimpleCondition(
            kind,
            self._amount or 0.0,
            self.unit.currentIndex() == 0,
            exact_minutes if self.minutes.value() == shown_minutes else self.minutes.value(),
            float(self.seconds.value()),
            self.days.value(),
            list(_MOVES)[self.direction.currentIndex()],
            list(FeedEvent)[self.feed_event.currentIndex()],
            self.indicator.level,
            self.text,
        )
        with self._following():
            if kind is not ConditionKind.EXPRESSION and not self._lacks_number:
                self.expression.setText(form.condition_text)
            self._show_fields(kind)
        self._note_change()

    def _follow_text(self) -> None:
        """Show the text as a form, if it can express it."""
        form = simple_form(self.text)
        with self._following():
            self.kind.setCurrentIndex(list(ConditionKind).index(form.kind))
            if form.kind in _AMOUNT:
                self.amount.setText(number_text(form.amount))
                self.unit.setCurrentIndex(0 if form.is_percent else 1)
                self.minutes.setValue(form.minutes)
                self._minutes = self.minutes.value(), form.minutes
            if form.indicator is not None:
                self.indicator.show_level(form.indicator)
            self.direction.setCurrentIndex(list(_MOVES).index(form.direction))
            self.seconds.setValue(int(form.seconds))
            self.days.setValue(form.days)
            self.feed_event.setCurrentIndex(list(FeedEvent).index(form.event))
            self._show_fields(form.kind)
        self._note_change()

    def _show_fields(self, kind: ConditionKind) -> None:
        self.amount.setVisible(kind in _AMOUNT)
        for field in (self.unit, self.direction, self.minutes):
            field.setVisible(kind is ConditionKind.MOVES)
        self.indicator.setVisible(kind is ConditionKind.INDICATOR)
        self.factor_note.setVisible(kind is ConditionKind.VOLUME)
        self.days.setVisible(kind in (ConditionKind.NEW_HIGH, ConditionKind.NEW_LOW))
        self.seconds.setVisible(kind is ConditionKind.SILENT)
        self.feed_event.setVisible(kind is ConditionKind.FEED)

    def _note_change(self) -> None:
        self.problem_label.setText(self.problem if self.text or self._lacks_number else "")
        self.problem_label.setVisible(bool(self.problem_label.text()))
        self.changed.emit()
