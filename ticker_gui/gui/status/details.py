"""The feed diagnostics panel: why data is missing, what the user can do, and a report to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.engine.diagnosis import Diagnosis
from ticker_gui.gui.widgets.measures import GAP, PANEL_MARGIN
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_LINES: Final = 4  # of the report, until the user makes the panel higher
_MIN_LINES: Final = 2


class Details(QWidget):
    """Displays the diagnosis of a feed or of one of its symbols, which is updated while the panel is open.

    Until `make_parts` is called, nothing is displayed.

    Signals:
        diagnosis_requested: the panel was opened, or another feed was selected.
        retry_requested: reconnect now.
        key_requested: open the field for the key of this feed.
    """

    diagnosis_requested = Signal()
    retry_requested = Signal()
    key_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("feed_details")
        self.setAccessibleName("Feed diagnostics")
        self._feeds: Sequence[str] = ()
        self._chosen = ""
        self._settings = ""
        self._is_made = False

    def make_parts(self) -> None:
        """Make the parts of the panel, unless they exist."""
        if self._is_made:
            return
        self._is_made = True
        self._feed = QComboBox()
        self._feed.setObjectName("details_feed")
        self._feed.setAccessibleName("Feed")
        self._feed.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._feed.setMinimumContentsLength(10)
        set_tooltip(self._feed, "The feed to diagnose")
        self._feed.currentTextChanged.connect(self.choose)
        self._labels = [plain_label("", name) for name in ("answer", "answer_why", "next_step")]
        for label in self._labels:
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._report = _Report()
        self._report.setObjectName("report")
        self._report.setAccessibleName("Report")
        self._buttons: dict[str, QPushButton] = {}
        answer, *explanations = self._labels
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self._feed)
        head.addWidget(answer, 1)
        self._add_buttons(head)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PANEL_MARGIN, GAP, PANEL_MARGIN, GAP)
        layout.setSpacing(GAP // 2)
        layout.addLayout(head)
        for label in explanations:
            layout.addWidget(label)
        layout.addWidget(self._report, 1)
        self.setFocusProxy(self._report)
        self.show_settings(self._settings)
        self._offer_feeds()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.diagnosis_requested.emit()

    def set_feeds(self, feeds: Sequence[str]) -> None:
        """Set the feeds to select from; the selected one stays selected."""
        before, self._feeds = self._chosen, feeds
        if before not in feeds:
            self._chosen = next(iter(feeds), "")
        if self._is_made:
            self._offer_feeds()
        if self._chosen != before:
            self.diagnosis_requested.emit()

    def _offer_feeds(self) -> None:
        with QSignalBlocker(self._feed):
            self._feed.clear()
            self._feed.addItems(list(self._feeds))
            self._feed.setCurrentText(self._chosen)
        self._feed.setVisible(len(self._feeds) > 1)

    @property
    def feed(self) -> str:
        """The name of the selected feed."""
        return self._chosen

    def choose(self, feed: str) -> None:
        """Select a feed."""
        if feed in self._feeds and feed != self._chosen:
            self._chosen = feed
            if self._is_made:
                self._feed.setCurrentText(feed)
            self.diagnosis_requested.emit()

    def show_diagnosis(
        self, diagnosis: Diagnosis, report: str, *, can_retry: bool = True, wants_key: bool = False
    ) -> None:
        """Show a diagnosis and a report; the report does not change while text in it is selected."""
        if not self._is_made:
            return  # another one is requested when the panel is shown
        self._buttons["details_retry"].setEnabled(can_retry)
        self._buttons["details_key"].setVisible(wants_key)
        for label, text in zip(self._labels, diagnosis, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        if report != self._report.toPlainText() and not self._report.textCursor().hasSelection():
            bar = self._report.verticalScrollBar()
            position = bar.value()
            self._report.setPlainText(report)
            bar.setValue(position)

    def show_settings(self, settings: str) -> None:
        """Set the settings of a detected format; the button that copies them is hidden if there are none."""
        self._settings = settings
        if self._is_made:
            self._buttons["copy_settings"].setVisible(bool(settings))

    def copy(self) -> None:
        """Copy the report."""
        QGuiApplication.clipboard().setText(self._report.toPlainText())

    def copy_settings(self) -> None:
        """Copy the settings of the detected format."""
        QGuiApplication.clipboard().setText(self._settings)

    def _add_buttons(self, row: QHBoxLayout) -> None:
        for text, name, act in (
            ("Enter a &key…", "details_key", lambda: self.key_requested.emit(self.feed)),
            ("Re&try now", "details_retry", self.retry_requested.emit),
            ("Copy detected &settings", "copy_settings", self.copy_settings),
            ("Copy re&port", "copy_report", self.copy),
        ):
            button = QPushButton(text)
            button.setObjectName(name)
            button.clicked.connect(act)
            row.addWidget(button)
            self._buttons[name] = button


class _Report(QPlainTextEdit):
    """The report, of which a few lines are visible at first."""

    def __init__(self) -> None:
        super().__init__(readOnly=True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height(_LINES))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height(_MIN_LINES))

    def _height(self, lines: int) -> int:
        edges = 2 * (self.frameWidth() + int(self.document().documentMargin()))
        return lines * self.fontMetrics().lineSpacing() + edges
