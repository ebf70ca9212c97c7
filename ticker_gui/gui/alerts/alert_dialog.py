"""The dialog for a new alert, or to edit one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QDateTime, QSize, Qt, QTime, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.alerts.alert import (
    DEFAULT_COOLDOWN_S,
    MAX_DURATION_S,
    MAX_NOTE_LENGTH,
    ActiveHours,
    Alert,
    Repeat,
)
from ticker_gui.domain.local_time import FIRST_SECOND, LAST_SECOND
from ticker_gui.domain.timeframe import SECOND_NS, TIMEFRAMES
from ticker_gui.gui.alerts.action_editor import ActionEditor, RunTest
from ticker_gui.gui.alerts.condition_form import ConditionForm
from ticker_gui.gui.alerts.form_parts import named, row
from ticker_gui.gui.widgets.dialog_parts import rule
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP
from ticker_gui.gui.widgets.parameter_form import add_field
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_SIZE: Final = QSize(840, 720)
_ANY_FEED: Final = "Any feed that has it"
_REPEATS: Final = {
    Repeat.ONCE: "Once, until you arm it again",
    Repeat.EVERY_TIME: "Every time",
    Repeat.PER_BAR: "Once per bar",
    Repeat.PER_DAY: "Once per day",
}
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MAX_SECONDS: Final = int(MAX_DURATION_S)
_DAYS_AHEAD: Final = 7
_EXPIRY_WIDTH: Final = 190


class AlertTargets(NamedTuple):
    """What an alert can be about: the names of the feeds and of the lists."""

    feeds: Sequence[str]
    lists: Sequence[str]


class AlertDialog(QDialog):
    """Edits one alert. Values that the user does not change stay exactly as they are, also parts of seconds.

    Signals:
        saved: the `Alert` as it is entered now.
    """

    saved = Signal(object)

    def __init__(self, run_test: RunTest, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alert_dialog")
        self._alert = Alert("", "")
        self._shown_expiry = QDateTime()
        self.is_symbol: Final = QRadioButton("S&ymbol")
        self.is_list: Final = QRadioButton("Every row of the &list")
        self.symbol: Final = named(QLineEdit(), "alert_symbol", "Symbol")
        self.feed: Final = named(QComboBox(), "alert_feed", "Feed")
        self.list_name: Final = named(QComboBox(), "alert_list", "List")
        self.condition: Final = ConditionForm()
        self.is_confirmed: Final = named(
            QCheckBox("Wait for a second trade to con&firm it"),
            "alert_confirmed",
            "Wait for a second trade to confirm it",
        )
        self.is_confirmed.setTristate(True)
        set_tooltip(self.is_confirmed, "Partly checked: only for price levels, which a single odd trade could reach")
        self.hold: Final = named(QSpinBox(maximum=_MAX_SECONDS, suffix=" s"), "alert_hold", "True for at least")
        set_tooltip(self.hold, "How long the condition has to be true before the alert fires")
        self.repeat: Final = named(QComboBox(), "alert_repeat", "Repeat")
        self.timeframe: Final = named(QComboBox(), "alert_timeframe", "Bar")
        self.cooldown: Final = named(QSpinBox(maximum=_MAX_SECONDS, suffix=" s"), "alert_cooldown", "Cooldown")
        set_tooltip(self.cooldown, "How long the alert waits after it has fired before it can fire again")
        self.expires: Final = named(QCheckBox("E&xpires"), "alert_expires", "Expires")
        self.expiry: Final = named(QDateTimeEdit(calendarPopup=True), "alert_expiry", "Expiry")
        self.has_hours: Final = named(QCheckBox("Only from"), "alert_has_hours", "Only from: active hours")
        self.begin: Final = named(QTimeEdit(), "alert_begin", "Start")
        self.end: Final = named(QTimeEdit(), "alert_end", "End")
        self.weekdays: Final = [named(QCheckBox(day), f"alert_{day.lower()}", day) for day in _WEEKDAYS]
        self.note: Final = named(QLineEdit(maxLength=MAX_NOTE_LENGTH), "alert_note", "Note")
        self.actions_editor: Final = ActionEditor(run_test)
        self.problem_label: Final = plain_label("", "alert_dialog_problem")
        self.buttons: Final = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save_button: Final = QPushButton("Save")
        self._lay_out()
        self._connect()
        resize_within_screen(self, _SIZE)

    def _lay_out(self) -> None:
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, GAP)
        inside.setSpacing(GAP)
        inside.addLayout(self._make_form())
        inside.addWidget(rule())
        inside.addWidget(plain_label("When it fires", "alert_actions_title"))
        inside.addWidget(self.actions_editor)
        inside.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields have the focus, and it has no name
        # Once it has its place.
        self.actions_editor.result_shown.connect(
            lambda shown: QTimer.singleShot(0, scroll, lambda: scroll.ensureWidgetVisible(shown))
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(rule())
        layout.addLayout(self._make_foot())

    def _make_form(self) -> QFormLayout:
        for repeat, text in _REPEATS.items():
            self.repeat.addItem(text, repeat)
        self.timeframe.addItems([timeframe.name for timeframe in TIMEFRAMES])
        self.expiry.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.expiry.setMinimumWidth(_EXPIRY_WIDTH)
        for box in (self.is_symbol, self.is_list):
            box.ensurePolished()  # for its width
        self.is_list.setMinimumWidth(max(self.is_list.sizeHint().width(), self.actions_editor.title_width))
        self.actions_editor.set_title_width(self.is_list.minimumWidth())
        group = QButtonGroup(self)
        group.addButton(self.is_symbol)
        group.addButton(self.is_list)
        form = QFormLayout()
        form.setSpacing(GAP)
        form.addRow(self.is_symbol, row(self.symbol, self.feed))
        form.addRow(self.is_list, self.list_name)
        add_field(form, "Condition", self.condition)
        form.addRow("", self.is_confirmed)
        add_field(form, "True for at least", self.hold, row(self.hold))
        add_field(form, "Repeat", self.repeat, row(self.repeat, self.timeframe))
        add_field(form, "Cooldown", self.cooldown, row(self.cooldown))
        form.addRow(self.expires, row(self.expiry))
        form.addRow(self.has_hours, row(self.begin, plain_label("to", "alert_to"), self.end))
        form.addRow("", row(*self.weekdays))
        add_field(form, "Note", self.note)
        return form

    def _make_foot(self) -> QHBoxLayout:
        self.save_button.setObjectName("save_alert")
        self.save_button.setProperty("primary", True)
        self.buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.AcceptRole)
        foot = QHBoxLayout()
        foot.setContentsMargins(DIALOG_MARGIN, GAP, DIALOG_MARGIN, GAP)
        foot.addWidget(self.problem_label, 1)
        foot.addWidget(self.buttons)
        self.problem_label.setWordWrap(True)
        return foot

    def _connect(self) -> None:
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        self.is_symbol.toggled.connect(self._update)
        for signal in (
            self.symbol.textChanged, self.list_name.currentIndexChanged, self.condition.changed,
            self.hold.valueChanged, self.repeat.currentIndexChanged, self.expires.toggled,
            self.expiry.dateTimeChanged, self.has_hours.toggled,
            self.actions_editor.changed, *(day.toggled for day in self.weekdays),
        ):  # fmt: skip
            signal.connect(self._update)

    # Showing an alert

    def show_alert(self, alert: Alert, targets: AlertTargets, *, is_new: bool, price: float | None = None) -> None:
        """Show an alert; a new one without a condition gets a level, at a price if one is known."""
        self._alert = alert
        self.setWindowTitle("New alert" if is_new else "Edit alert")
        self._show_target(alert, targets)
        if alert.condition:
            self.condition.set_text(alert.condition)
        else:
            self.condition.propose_price(price)
        self.is_confirmed.setCheckState(
            Qt.CheckState.PartiallyChecked
            if alert.is_confirmed is None
            else Qt.CheckState.Checked
            if alert.is_confirmed
            else Qt.CheckState.Unchecked
        )
        self.repeat.setCurrentIndex(list(_REPEATS).index(alert.repeat))
        self.timeframe.setCurrentText(alert.timeframe)
        self.cooldown.setValue(_whole_seconds(alert.cooldown_s))
        self.hold.setValue(_whole_seconds(alert.hold_s))
        self._show_times(alert)
        self.note.setText(alert.note)
        self.actions_editor.show_actions(alert.actions)
        self._update()
        (self.symbol if self.is_symbol.isChecked() and not alert.symbol else self.condition.amount).setFocus()

    def _show_target(self, alert: Alert, targets: AlertTargets) -> None:
        self.feed.clear()
        self.feed.addItem(_ANY_FEED, "")
        for name in dict.fromkeys((*targets.feeds, *filter(None, (alert.feed,)))):
            self.feed.addItem(name, name)
        self.feed.setCurrentIndex(max(0, self.feed.findData(alert.feed)))
        self.list_name.clear()
        self.list_name.addItems(list(dict.fromkeys((*targets.lists, *filter(None, (alert.list_name,))))))
        self.list_name.setCurrentText(alert.list_name)
        self.symbol.setText(alert.symbol)
        (self.is_list if alert.list_name and not alert.symbol else self.is_symbol).setChecked(True)

    def _show_times(self, alert: Alert) -> None:
        self.expires.setChecked(alert.expires_ns is not None)
        ahead = QDateTime.currentDateTime().addDays(_DAYS_AHEAD)
        seconds = 0 if alert.expires_ns is None else min(max(alert.expires_ns // SECOND_NS, FIRST_SECOND), LAST_SECOND)
        self.expiry.setDateTime(ahead if alert.expires_ns is None else QDateTime.fromSecsSinceEpoch(seconds))
        self._shown_expiry = self.expiry.dateTime()
        hours = alert.active_hours
        self.has_hours.setChecked(hours is not None)
        shown = hours or ActiveHours(9 * 60, 17 * 60, (0, 1, 2, 3, 4))
        self.begin.setTime(QTime(shown.start_minute // 60 % 24, shown.start_minute % 60))
        self.end.setTime(QTime(shown.end_minute // 60 % 24, shown.end_minute % 60))
        for day, box in enumerate(self.weekdays):
            box.setChecked(day in shown.weekdays)

    # Reading it

    @property
    def alert(self) -> Alert:
        """The alert as it is entered."""
        is_symbol, state = self.is_symbol.isChecked(), self.is_confirmed.checkState()
        return replace(
            self._alert,
            symbol=self.symbol.text().strip() if is_symbol else "",
            feed=self.feed.currentData() or "" if is_symbol else "",
            list_name="" if is_symbol else self.list_name.currentText(),
            condition=self.condition.text,
            is_confirmed=None if state is Qt.CheckState.PartiallyChecked else state is Qt.CheckState.Checked,
            repeat=Repeat(self.repeat.currentData()),  # Qt returns a plain text
            timeframe=self.timeframe.currentText(),
            cooldown_s=_seconds_in(self.cooldown, self._alert.cooldown_s),
            hold_s=_seconds_in(self.hold, self._alert.hold_s),
            expires_ns=self._expires_ns if self.expires.isChecked() else None,
            active_hours=self._hours if self.has_hours.isChecked() else None,
            note=self.note.text().strip(),
            actions=self.actions_editor.chosen_actions,
        )

    @property
    def _expires_ns(self) -> int:
        entered, before_ns = self.expiry.dateTime(), self._alert.expires_ns
        if before_ns is not None and entered == self._shown_expiry:
            return before_ns  # exactly, although the field shows only minutes of the years that it knows
        return entered.toSecsSinceEpoch() * SECOND_NS

    @property
    def _hours(self) -> ActiveHours:
        begin, end = (time.hour() * 60 + time.minute() for time in (self.begin.time(), self.end.time()))
        return ActiveHours(begin, end, tuple(day for day, box in enumerate(self.weekdays) if box.isChecked()))

    @property
    def problem(self) -> str:
        """Why the alert cannot be saved, or empty."""
        if self.is_symbol.isChecked() and not self.symbol.text().strip():
            return "Enter a symbol."
        if self.is_list.isChecked() and not self.list_name.currentText():
            return "There is no list to choose."
        if self.condition.problem:
            return self.condition.problem
        if self.expires.isChecked() and self._expires_ns <= QDateTime.currentSecsSinceEpoch() * SECOND_NS:
            return "The expiry is in the past."
        if self.has_hours.isChecked() and not self._hours.weekdays:
            return "Choose at least one day of the week."
        return self.actions_editor.problem

    def _update(self) -> None:
        is_symbol = self.is_symbol.isChecked()
        self.symbol.setEnabled(is_symbol)
        self.feed.setEnabled(is_symbol)
        self.list_name.setEnabled(not is_symbol)
        self.is_confirmed.setEnabled(not self.hold.value())  # the time confirms it
        self.timeframe.setVisible(self.repeat.currentData() == Repeat.PER_BAR)
        self.expiry.setEnabled(self.expires.isChecked())
        for field in (self.begin, self.end, *self.weekdays):
            field.setEnabled(self.has_hours.isChecked())
        problem = self.problem
        self.problem_label.setText("" if problem == self.condition.problem else problem)
        self.save_button.setEnabled(not problem)
        set_tooltip(self.save_button, problem or "Save the alert and arm it")

    def _save(self) -> None:
        if not self.problem:
            self.saved.emit(self.alert)
            self.accept()


def _whole_seconds(seconds: float) -> int:
    """Return a time as a field shows it: rounded up, so that a short one is not shown as none."""
    return math.ceil(min(max(seconds, 0.0), MAX_DURATION_S))


def _seconds_in(field: QSpinBox, shown: float) -> float:
    """Return the time in a field; the exact one that it shows if the user has not changed it."""
    return shown if field.value() == _whole_seconds(shown) else float(field.value())


def new_alert(alert_id: str, symbol: str = "", feed: str = "") -> Alert:
    """Return an alert as the dialog proposes it."""
    return Alert(alert_id, "", symbol, feed, cooldown_s=DEFAULT_COOLDOWN_S)
