"""Chooses and configures the actions of an alert, each with a button that tests it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from ticker_gui.alerts.actions.actions import (
    Action,
    CommandAction,
    NotificationAction,
    SoundAction,
    WebhookAction,
    describe_action,
    find_problem,
)
from ticker_gui.alerts.actions.result import ActionResult
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.gui.alerts.action_fields import (
    ActionFields,
    CommandFields,
    NotificationFields,
    SoundFields,
    WebhookFields,
)
from ticker_gui.gui.widgets.dialog_parts import action_button
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import GAP, GRID, ICON_SIZE
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_TESTING: Final = "Testing…"
_TEST_TIP: Final = "Run the action as it is entered here, marked as a test"
_MAX_OUTPUT: Final = 160
_KINDS: Final[dict[type[Action], type[ActionFields]]] = {
    NotificationAction: NotificationFields,
    SoundAction: SoundFields,
    CommandAction: CommandFields,
    WebhookAction: WebhookFields,
}

RunTest = Callable[[Action, Callable[[ActionResult], None]], object]
"""Runs an action as a test, and calls the function with its result; see `ActionRunner.start`."""


class ActionEditor(QWidget):
    """One row for each kind of action. Further actions of the same kind, such as imported ones, are kept as they are.

    Signals:
        changed: another action is chosen, or one is edited; see `chosen_actions` and `problem`.
        result_shown: the result of a test is shown by this widget, which has to be in view.
    """

    changed = Signal()
    result_shown = Signal(QWidget)

    def __init__(self, run_test: RunTest, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("action_editor")
        self.setAccessibleName("Actions")
        self._others: tuple[Action, ...] = ()
        self._others_note = plain_label("", "other_actions")
        self._others_note.setWordWrap(True)
        self._layout: Final = QGridLayout(self)
        layout = self._layout
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(GAP)
        layout.setVerticalSpacing(GRID)
        layout.setColumnStretch(1, 1)
        self.rows: Final = {kind: _Row(fields(), run_test, self) for kind, fields in _KINDS.items()}
        for number, row in enumerate(self.rows.values()):
            row.lay_out(layout, 2 * number)
            row.changed.connect(self.changed)
            row.result_shown.connect(self.result_shown)
        layout.addWidget(self._others_note, 2 * len(self.rows), 1, 1, 2)
        layout.setRowStretch(2 * len(self.rows) + 1, 1)
        self.show_actions(())

    @property
    def chosen_actions(self) -> tuple[Action, ...]:
        """The chosen actions; those that are not valid are left out, see `problem`."""
        return (*(row.action for row in self.rows.values() if row.is_chosen and row.action is not None), *self._others)

    @property
    def problem(self) -> str:
        """Why a chosen action cannot work, or empty."""
        return next((row.problem for row in self.rows.values() if row.is_chosen and row.problem), "")

    @property
    def title_width(self) -> int:
        """The width of the longest title."""
        boxes = [row.check_box for row in self.rows.values()]
        for box in boxes:
            box.ensurePolished()
        return max(box.sizeHint().width() for box in boxes)

    def set_title_width(self, width: int) -> None:
        """Begin the fields below those of a form whose labels have this width."""
        self._layout.setColumnMinimumWidth(0, width)

    def show_actions(self, actions: Sequence[Action]) -> None:
        """Show the actions of an alert; `changed` is not emitted."""
        first: dict[type[Action], Action] = {}
        others: list[Action] = []
        for action in actions:
            if type(action) in first:
                others.append(action)
            else:
                first[type(action)] = action
        self._others = tuple(others)
        for kind, row in self.rows.items():
            row.show_action(first.get(kind), kind())
        names = ", ".join(sanitize_text(describe_action(action), 60) for action in self._others)
        self._others_note.setText(f"Also: {names}" if names else "")
        self._others_note.setVisible(bool(names))


class _Row(QObject):
    """The check box, the fields, the button and the result of one kind of action.

    Signals:
        changed: the action is chosen or not, or is edited.
        result_shown: the result of a test is shown by this widget.
    """

    changed = Signal()
    result_shown = Signal(QWidget)

    def __init__(self, fields: ActionFields, run_test: RunTest, parent: QWidget) -> None:
        super().__init__(parent)
        self.fields: Final = fields
        self._run_test: Final = run_test
        self._tests = 0  # counts tests, so that the result of an earlier one is not shown
        name = type(fields).__name__.removesuffix("Fields").lower()
        self.check_box: Final = QCheckBox(fields.title)
        self.check_box.setObjectName(f"{name}_chosen")
        self.button: Final = action_button(fields.test_title, f"test_{name}", _TEST_TIP)
        self.button.setAccessibleName(f"{fields.test_title}: {fields.title.replace('&', '')}")
        self.result: Final = QWidget()
        self.mark: Final = QLabel()
        self.message: Final = plain_label("", f"{name}_result")
        self.message.setWordWrap(True)
        self.check_box.toggled.connect(self._update)
        self.check_box.clicked.connect(self.changed)
        fields.edited.connect(self._edit)
        self.button.clicked.connect(self._test)

    @property
    def is_chosen(self) -> bool:
        """Whether the alert has this action."""
        return self.check_box.isChecked()

    @property
    def action(self) -> Action | None:
        """The action, or ``None`` if a text is not valid."""
        try:
            return self.fields.action
        except SettingsError:
            return None

    @property
    def problem(self) -> str:
        """Why the action cannot work, or empty."""
        try:
            return find_problem(self.fields.action) or ""
        except SettingsError as error:
            return str(error)

    def lay_out(self, layout: QGridLayout, row: int) -> None:
        """Add the widgets to a grid: a row for the fields, and one for the result."""
        layout.addWidget(self.check_box, row, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.fields, row, 1)
        layout.addWidget(self.button, row, 2, Qt.AlignmentFlag.AlignTop)
        inner = QGridLayout(self.result)
        inner.setContentsMargins(0, 0, 0, GRID)
        inner.setColumnStretch(1, 1)
        inner.addWidget(self.mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        inner.addWidget(self.message, 0, 1)
        layout.addWidget(self.result, row + 1, 1, 1, 2)

    def show_action(self, action: Action | None, default: Action) -> None:
        """Show the action of an alert, or the defaults if it has none of this kind."""
        self._tests += 1
        self.fields.show_action(action or default)
        self.check_box.setChecked(action is not None)
        self._update()

    def _edit(self) -> None:
        """Choose the action, because the user has edited it."""
        self._tests += 1
        self.check_box.setChecked(True)
        self._update()
        self.changed.emit()

    def _update(self) -> None:
        problem = self.problem
        self.button.setEnabled(not problem)
        set_tooltip(self.button, problem or _TEST_TIP)
        self._show_message(problem if self.is_chosen else "", is_warning=True)

    def _test(self) -> None:
        action = self.action
        if action is None:
            return
        self._tests += 1
        number = self._tests
        self.button.setEnabled(False)
        self._show_message(_TESTING, is_warning=False)
        self.mark.clear()
        self._run_test(action, lambda result: self._show_result(number, result))

    def _show_result(self, number: int, result: ActionResult) -> None:
        if number != self._tests:  # the action was edited meanwhile
            return
        self.button.setEnabled(True)
        output = sanitize_text(result.output, _MAX_OUTPUT)
        text = f"{result.text} {self.fields.output_title}: {output}" if output else result.text
        self._show_message(text, is_warning=not result.is_success)
        set_tooltip(self.message, result.output)
        self.result_shown.emit(self.result)

    def _show_message(self, text: str, *, is_warning: bool) -> None:
        self.message.setText(sanitize_text(text, 2 * _MAX_OUTPUT))
        set_tooltip(self.message, "")
        mark = icon("warn", "warning") if is_warning else icon("check")
        self.mark.setPixmap(mark.pixmap(QSize(ICON_SIZE, ICON_SIZE), self.button.devicePixelRatioF()))
        self.result.setVisible(bool(text))
