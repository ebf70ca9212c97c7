"""The head of the console: which feed, which frames, pause and save."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from ticker_gui.console.frame_list import FrameFilter
from ticker_gui.console.frame_query import QueryError, compile_query
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.labeled_button import set_icon_beside_text, show_label
from ticker_gui.gui.widgets.measures import GRID, PANEL_MARGIN
from ticker_gui.gui.widgets.plain_text import mnemonic_free, name_clear_button, plain_label, set_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property

ALL_FEEDS: Final = ""
WEBSOCKET: Final = "\0websocket"  # no feed has this name
_FULL_WIDTH: Final = 820
_MEDIUM_WIDTH: Final = 520
_MIN_WIDTH: Final = 200
_ICON_ONLY: Final = Qt.ToolButtonStyle.ToolButtonIconOnly
_ALL_TYPES: Final = "All types"
_SEARCH_TIP: Final = (
    "Text, a /regular expression/ (/…/i ignores case), or a JSON path such as $.price or $.type == 'match'"
)


class ConsoleHeader(QWidget):
    """Chooses the feed and the frames that are shown; it is in the title bar of the dock.

    Signals:
        feed_changed: another feed is chosen, or `WEBSOCKET`.
        filter_changed: show other frames; see `frame_filter`.
        search_failed: why the search is invalid; empty if it is not.
        pause_requested: pause the view (true) or continue it (false).
        save_requested: save the frames that are shown.
        finished: the user has finished the search, and the frames should get the focus.
    """

    feed_changed = Signal()
    filter_changed = Signal()
    search_failed = Signal(str)
    pause_requested = Signal(bool)
    save_requested = Signal()
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("console_header")
        self.setProperty("strip", True)
        self._filter = FrameFilter()
        self._types: Sequence[str] = ()
        self.feed = _combo("console_feed", "Feed", "The feed whose messages are shown, and to which messages are sent")
        self.feed.addItem("All feeds", ALL_FEEDS)
        self.feed.addItem("Other WebSocket…", WEBSOCKET)
        self.type = _combo("console_type", "Type", "Show only messages of one type")
        self.type.addItem(_ALL_TYPES, "")
        self.search = _SearchField()
        self.search.setObjectName("console_search")
        self.search.setAccessibleName("Search messages")
        self.search.setPlaceholderText("Text, /regex/ or $.path")
        set_tooltip(self.search, _SEARCH_TIP)
        self.search.setClearButtonEnabled(True)
        name_clear_button(self.search)
        self.search.addAction(icon("filter"), QLineEdit.ActionPosition.LeadingPosition).setText("Search messages")
        self.search.setMinimumWidth(60)
        self.search.setMaximumWidth(300)
        self.incoming = _toggle("In", "in", "show_incoming", "Show received messages")
        self.outgoing = _toggle("Out", "out", "show_outgoing", "Show sent messages")
        self.pause = _toggle("Pause view", "pause", "pause_view", "Pause the view; messages are still received")
        self.save = _button("Save…", "save", "save_frames", "Save the messages that are shown as JSON lines")
        self.incoming.setChecked(True)
        self.outgoing.setChecked(True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.title = title = plain_label("Console", "console_title")
        title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PANEL_MARGIN, 1, GRID, 1)
        layout.setSpacing(GRID)
        layout.addWidget(title, 1)
        layout.addWidget(self.feed)
        layout.addWidget(self.search, 2)
        for widget in (self.type, self.incoming, self.outgoing, self.pause, self.save):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self.feed.currentIndexChanged.connect(self._on_feed_changed)
        self.type.currentIndexChanged.connect(self._update_filter)
        self.incoming.toggled.connect(self._update_filter)
        self.outgoing.toggled.connect(self._update_filter)
        self.search.textChanged.connect(self._update_filter)
        self.search.returnPressed.connect(self.finished)
        self.search.escaped.connect(self._leave_search)
        self.pause.toggled.connect(self.pause_requested)
        self.save.clicked.connect(self.save_requested)

    def minimumSizeHint(self) -> QSize:
        return QSize(_MIN_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the texts of buttons, and then the types and the title, where there is no room."""
        super().resizeEvent(event)
        width = event.size().width()
        for button in (self.incoming, self.outgoing, self.pause, self.save):
            show_label(button, has_label=width >= _FULL_WIDTH)
        self.type.setVisible(width >= _MEDIUM_WIDTH)
        self.title.setVisible(width >= _MEDIUM_WIDTH)

    @property
    def frame_filter(self) -> FrameFilter:
        """The frames to show; while a search is invalid, the last valid one."""
        return self._filter

    @property
    def current_feed(self) -> str:
        """The chosen feed, `ALL_FEEDS` or `WEBSOCKET`."""
        return str(self.feed.currentData())

    def choose_feed(self, name: str) -> None:
        """Choose a feed, if it exists."""
        index = self.feed.findData(name)
        if index >= 0:
            self.feed.setCurrentIndex(index)

    def set_feeds(self, names: Sequence[str]) -> None:
        """Set the feeds to choose from; the chosen one stays as long as it exists."""
        before = [self.feed.itemData(index) for index in range(1, self.feed.count() - 1)]
        if before == list(names):
            return
        current = self.current_feed
        with QSignalBlocker(self.feed):
            self.feed.clear()
            self.feed.addItem("All feeds", ALL_FEEDS)
            for name in names:
                self.feed.addItem(mnemonic_free(sanitize_text(name, 40)), name)
            self.feed.addItem("Other WebSocket…", WEBSOCKET)
            self.feed.setCurrentIndex(max(0, self.feed.findData(current)))
        if self.current_feed != current:
            self._on_feed_changed()

    def set_types(self, types: Sequence[str]) -> None:
        """Set the types of frames to choose from; the chosen one stays."""
        current = str(self.type.currentData())
        if types == self._types or self.type.view().isVisible():  # an open list must not change
            return
        self._types = types
        with QSignalBlocker(self.type):
            self.type.clear()
            self.type.addItem(_ALL_TYPES, "")
            for name in dict.fromkeys((*types, *filter(None, (current,)))):
                self.type.addItem(name, name)
            self.type.setCurrentIndex(max(0, self.type.findData(current)))

    def clear_filter(self) -> None:
        """Show all frames of the chosen feed."""
        for blocked in (self.search, self.type, self.incoming, self.outgoing):
            blocked.blockSignals(True)
        self.search.clear()
        self.type.setCurrentIndex(0)
        self.incoming.setChecked(True)
        self.outgoing.setChecked(True)
        for blocked in (self.search, self.type, self.incoming, self.outgoing):
            blocked.blockSignals(False)
        self._update_filter()

    def _on_feed_changed(self) -> None:
        self._update_filter()
        self.feed_changed.emit()

    def _update_filter(self) -> None:
        query = compile_query(self.search.text())
        message = query.message if isinstance(query, QueryError) else ""
        set_style_property(self.search, "wrong", bool(message))
        self.search_failed.emit(message)
        if isinstance(query, QueryError):
            query = self._filter.query
        feed = self.current_feed
        self._filter = FrameFilter(
            feed=feed,
            has_incoming=self.incoming.isChecked(),
            has_outgoing=self.outgoing.isChecked(),
            type=str(self.type.currentData() or ""),
            query=query,
        )
        self.filter_changed.emit()

    def _leave_search(self) -> None:
        self.search.clear()
        self.finished.emit()


class _SearchField(QLineEdit):
    """Escape clears it and leaves it."""

    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


def _combo(name: str, title: str, tip: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setAccessibleName(title)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    combo.setMaximumWidth(180)
    set_tooltip(combo, tip)
    return combo


def _button(text: str, icon_name: str, name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    set_icon_beside_text(button, icon_name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAutoRaise(True)
    button.setObjectName(name)
    button.setAccessibleName(text)
    set_tooltip(button, tip)
    return button


def _toggle(text: str, icon_name: str, name: str, tip: str) -> QToolButton:
    button = _button(text, icon_name, name, tip)
    button.setCheckable(True)
    return button
