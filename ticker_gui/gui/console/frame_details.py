"""The selected frame as a tree, as text or in hex, and what became of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.console.frame_text import hex_dump, whole_text
from ticker_gui.console.frame_type import is_text
from ticker_gui.console.outcome import Outcome
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feed_setup.frame_mapping import messages_of
from ticker_gui.formatting.numbers import size_text
from ticker_gui.gui.console.frame_model import time_text
from ticker_gui.gui.console.frame_tree import FrameTree
from ticker_gui.gui.widgets.measures import GAP, GRID, PANEL_MARGIN
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property
from ticker_gui.gui.widgets.theme import Theme

_TREE, _TEXT, _HEX = range(3)
_VIEWS: Final = ("Tree", "Text", "Hex")
_TOP: Final = Qt.AlignmentFlag.AlignTop
_MIN_FOOT_HEIGHT: Final = 64
_NOTHING: Final = "Select a message to see its values and how it was decoded."
_DIRECTIONS: Final = {"in": "received from", "out": "sent to"}


class FrameDetails(QWidget):
    """Shows one frame, which stays even after it is dropped from the table.

    Signals:
        mapping_requested: the user wants to connect a feed with this frame as the example for its mapping.
    """

    mapping_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.entry: FrameEntry | None = None
        self._outcome = Outcome("")
        self.setObjectName("frame_details")
        self.setAccessibleName("Selected message")
        self.views = QTabBar()
        self.views.setObjectName("frame_views")
        self.views.setAccessibleName("View of the message")
        self.views.setDrawBase(False)
        for title in _VIEWS:
            self.views.addTab(title)
        self.views.currentChanged.connect(self._show)
        self.mapping = QPushButton("Use as a mapping…")
        self.mapping.setObjectName("use_as_mapping")
        set_tooltip(self.mapping, "Connect a feed, and assign the values of this message to its fields")
        self.mapping.clicked.connect(lambda: self.entry and self.mapping_requested.emit(self.entry))
        self.tree = FrameTree(theme)
        self.text = QPlainTextEdit()
        self.text.setObjectName("frame_text")
        self.text.setAccessibleName("Text of the message")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.empty = plain_label(_NOTHING, "muted")
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(PANEL_MARGIN, PANEL_MARGIN, PANEL_MARGIN, PANEL_MARGIN)
        self._stack = QStackedWidget()
        for widget in (self.tree, self.text, self.empty):
            self._stack.addWidget(widget)
        self.heading = plain_label("", "note")
        self.outcome_title = plain_label("", "outcome_title")
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(GAP)
        self._lines.setVerticalSpacing(2)
        self._lines.setColumnStretch(1, 1)
        self._foot = QFrame()
        self._foot.setObjectName("frame_outcome")
        self._foot.setAccessibleName("How the message was decoded")
        self._foot_area = _FootArea(self._foot)
        self._lay_out()
        self.setFocusProxy(self.views)
        self.show_frame(None, Outcome(""))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(GRID, 0, GAP, 0)
        head.addWidget(self.views)
        head.addStretch(1)
        head.addWidget(self.mapping)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(PANEL_MARGIN, GAP, PANEL_MARGIN, GAP)
        foot.setSpacing(GRID)
        foot.addWidget(self.heading)
        foot.addWidget(self.outcome_title)
        foot.addLayout(self._lines)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._foot_area)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        self.tree.set_theme(theme)
        self._show()

    def show_frame(self, entry: FrameEntry | None, outcome: Outcome) -> None:
        """Show a frame and what became of it, or nothing."""
        self.entry, self._outcome = entry, outcome
        self.mapping.setEnabled(entry is not None)
        self._foot_area.setVisible(entry is not None)
        self._show()
        if entry is not None:
            self._show_outcome(entry)

    def _show(self) -> None:
        if self.entry is None:
            self._stack.setCurrentWidget(self.empty)
            return
        payload, view = self.entry.frame.payload, self.views.currentIndex()
        messages = messages_of(payload) if view == _TREE else []
        if messages and view == _TREE:
            self.tree.show_messages(messages, self._outcome.facts)
            self._stack.setCurrentWidget(self.tree)
            return
        is_hex = view == _HEX or (view == _TREE and not is_text(payload))
        self.text.setPlainText(hex_dump(payload) if is_hex else whole_text(payload))
        self.text.setLineWrapMode(
            QPlainTextEdit.LineWrapMode.NoWrap if is_hex else QPlainTextEdit.LineWrapMode.WidgetWidth
        )
        self._stack.setCurrentWidget(self.text)

    def _show_outcome(self, entry: FrameEntry) -> None:
        frame, outcome = entry.frame, self._outcome
        feed = sanitize_text(entry.feed, 60)
        where = f"{_DIRECTIONS[frame.direction]} {feed} at {time_text(frame.time_ns)}"
        self.heading.setText(f"{size_text(len(frame.payload))} {where}")
        self.outcome_title.setText(outcome.title)
        set_style_property(self.outcome_title, "problem", outcome.is_problem)
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, line in enumerate(outcome.lines):
            title, text, age = plain_label(line.title), plain_label(line.text), plain_label(line.age, "note")
            if line.text:
                title.setObjectName("section")
            else:
                title.setWordWrap(True)
            text.setWordWrap(True)
            self._lines.addWidget(title, row, 0, 1, 1 if line.text else 3, _TOP)
            if line.text:
                self._lines.addWidget(text, row, 1)
                self._lines.addWidget(age, row, 2, _TOP)
        described = [f"{line.title} {line.text} {line.age}".strip() for line in outcome.lines]
        self._foot.setAccessibleDescription(". ".join([outcome.title, *described]))


class _FootArea(QScrollArea):
    """Scrolls the outcome of a message where the panel is too low for all of it, instead of cutting its texts."""

    def __init__(self, foot: QWidget) -> None:
        super().__init__()
        self._foot: Final = foot
        self.setWidget(foot)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        foot = self._foot
        height = foot.heightForWidth(self.viewport().width()) if foot.hasHeightForWidth() else foot.sizeHint().height()
        return QSize(foot.sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(self.sizeHint().height(), _MIN_FOOT_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # other lines are wrapped

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().viewportEvent(event)
