"""Details of a feed: why it is quiet, what to do about it, and a report to copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.engine.diagnosis import Diagnosis
from ticker_gui.engine.feed_report import describe_log_file
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip


class Details(QWidget):
    """Answers why a feed, or one of its symbols, is quiet. It is open beside the window and kept up to date.

    Signals:
        wanted: another feed was chosen, so its answer is wanted.
        retry_requested: the user does not want to wait.
    """

    wanted = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("feed_details")
        self.setAccessibleName("details of the feed")
        self._feed = QComboBox()
        self._feed.setObjectName("details_feed")
        self._feed.setAccessibleName("feed")
        self._feed.currentIndexChanged.connect(self.wanted)
        self._labels = [plain_label("", name) for name in ("answer", "answer_why", "next_step")]
        for label in self._labels:
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._report = QPlainTextEdit(readOnly=True)
        self._report.setObjectName("report")
        self._report.setAccessibleName("report")
        self._report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._buttons: dict[str, QPushButton] = {}
        self._settings = ""
        self._log_file = plain_label(describe_log_file(None), "log_file")
        self._log_file.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A long path must not make the dialog wider than the screen: what does not fit is in the tool tip.
        self._log_file.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(self)
        layout.addWidget(self._feed)
        for label in self._labels:
            layout.addWidget(label)
        layout.addWidget(self._report, 1)
        layout.addWidget(self._log_file)
        layout.addLayout(self._make_buttons())
        self.show_settings("")

    def set_feeds(self, feeds: Sequence[str]) -> None:
        """Offer these feeds."""
        self._feed.clear()
        self._feed.addItems(list(feeds))
        self._feed.setVisible(len(feeds) > 1)

    def show_log_file(self, path: Path | None) -> None:
        """Show where the log is."""
        self._log_file.setText(describe_log_file(path))
        set_tooltip(self._log_file, describe_log_file(path))

    @property
    def feed(self) -> str:
        """The name of the feed that is asked about."""
        return self._feed.currentText()

    def choose(self, feed: str) -> None:
        """Ask about this feed."""
        self._feed.setCurrentText(feed)

    def show_answer(self, diagnosis: Diagnosis, report: str, *, can_retry: bool = True) -> None:
        """Show what is so, why, and what to do; the report stays as it is while something in it is selected."""
        self._buttons["details_retry"].setEnabled(can_retry)
        for label, text in zip(self._labels, diagnosis, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        if report != self._report.toPlainText() and not self._report.textCursor().hasSelection():
            bar = self._report.verticalScrollBar()
            position = bar.value()
            self._report.setPlainText(report)
            bar.setValue(position)

    def show_settings(self, settings: str) -> None:
        """Offer to copy the settings of a detected format, where there are any."""
        self._settings = settings
        self._buttons["copy_settings"].setVisible(bool(settings))

    def copy(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self._report.toPlainText())

    def copy_settings(self) -> None:
        """Put the settings of the detected format on the clipboard."""
        QGuiApplication.clipboard().setText(self._settings)

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        for text, name, act in (
            ("&Retry", "details_retry", self.retry_requested.emit),
            ("Copy detected &settings", "copy_settings", self.copy_settings),
            ("&Copy report", "copy_report", self.copy),
        ):
            button = QPushButton(text)
            button.setObjectName(name)
            button.clicked.connect(act)
            row.addWidget(button)
            self._buttons[name] = button
        return row
