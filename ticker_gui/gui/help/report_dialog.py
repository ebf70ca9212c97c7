"""The dialog that shows the report of a problem before anything is done with it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ticker_gui.gui.widgets.dialog_parts import action_button
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_SIZE: Final = QSize(760, 560)
_WHAT: Final = (
    "This report contains the versions of the program and its libraries, the state and the last errors of each feed, "
    "and your symbols. It contains no API keys. Nothing is sent: read it, then copy or save it and add it to your "
    "message."
)


class ReportDialog(QDialog):
    """Shows a report.

    Signals:
        save_requested: save the report, with its text.
        log_folder_requested: open the folder with the log file.
    """

    save_requested = Signal(str)
    log_folder_requested = Signal()

    def __init__(self, report: str, *, has_log: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("report_problem")
        self.setWindowTitle("Report a problem")
        self.setAccessibleName("Report a problem")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_within_screen(self, _SIZE)
        what = plain_label(_WHAT, "muted")
        what.setWordWrap(True)
        self.report = QPlainTextEdit(report, readOnly=True)
        self.report.setObjectName("problem_report")
        self.report.setAccessibleName("Report")
        self.report.setTabChangesFocus(True)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._done = plain_label("", "muted")
        self.log_button = action_button(
            "Open &log folder", "report_log_folder", "Open the folder that contains the log file"
        )
        self.save_button = action_button("&Save…", "save_problem_report", "Save the report as a text file")
        self.copy_button = action_button("&Copy", "copy_problem_report", "Copy the report")
        self.close_button = action_button("Cl&ose", "close_problem_report", "Close this dialog")
        self.log_button.setEnabled(has_log)
        if not has_log:
            set_tooltip(self.log_button, "There is no log file in this session")
        self._connect()
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(self.log_button)
        foot.addWidget(self._done, 1)
        for button in (self.save_button, self.copy_button, self.close_button):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(GAP)
        layout.addWidget(what)
        layout.addWidget(self.report, 1)
        layout.addLayout(foot)
        self.copy_button.setFocus()

    def _connect(self) -> None:
        self.copy_button.clicked.connect(self._copy)
        self.save_button.clicked.connect(lambda: self.save_requested.emit(self.report.toPlainText()))
        self.log_button.clicked.connect(lambda: self.log_folder_requested.emit())
        self.close_button.clicked.connect(self.close)

    def show_message(self, message: str) -> None:
        """Show what was done with the report."""
        self._done.setText(message)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.show_message("Copied.")
