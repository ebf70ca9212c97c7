"""The commands that record the feeds, in the File menu and in the command palette."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.menus import set_available

_RECORD: Final = "Rec&ord…"
_STOP: Final = "Stop rec&ording"


class RecordingActions(QObject):
    """Begins and ends a recording into a file, and saves the last minutes.

    Signals:
        record_requested: choose a file and record all feeds into it.
        stop_requested: end the recording.
        report_requested: save the last minutes with a report.
    """

    record_requested = Signal()
    stop_requested = Signal()
    report_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_recording = False
        self.record: Final = self._action("record_action", self._toggle)
        self.record.setText(_RECORD)
        self.report: Final = self._action("save_last_minutes_action", self.report_requested.emit)
        self.report.setIcon(icon("save"))
        self.show_minutes(0, "Nothing is recorded in this session")

    def _action(self, name: str, act: Callable[[], object]) -> QAction:
        action = QAction(self)
        action.setObjectName(name)
        action.setMenuRole(QAction.MenuRole.NoRole)  # on macOS, Qt moves items by their text
        action.triggered.connect(lambda checked: act())
        return action

    @property
    def items(self) -> tuple[QAction, QAction]:
        """The menu items."""
        return self.record, self.report

    def show_recording(self, is_recording: bool) -> None:
        """Offer to end the recording, or to begin one."""
        self._is_recording = is_recording
        self.record.setText(_STOP if is_recording else _RECORD)

    def show_minutes(self, minutes: int, unavailable: str = "") -> None:
        """Offer to save the last minutes, or show why that is not possible."""
        many = "minutes" if minutes == 0 else "minute" if minutes == 1 else f"{minutes:,} minutes"
        self.report.setText(f"&Save the last {many} with a report…")
        set_available(self.report, unavailable)

    def _toggle(self) -> None:
        if self._is_recording:
            self.stop_requested.emit()
        else:
            self.record_requested.emit()
