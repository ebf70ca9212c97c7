"""The Feeds panel: the state, the start and the message rate of each feed, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.gui.feeds.feed_requests import FeedRequests
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.measures import MARK_SIZE, ROW_HEIGHT, TABLE_HEAD_HEIGHT
from ticker_gui.gui.widgets.plain_text import escaped_tooltip, plain_label, set_tooltip
from ticker_gui.gui.widgets.state_marks import mark_icon
from ticker_gui.gui.widgets.theme import Theme

_NAME: Final = Qt.ItemDataRole.UserRole
_FEED, _STATE, _SINCE, _RATE, _DETAILS = range(5)
_TITLES: Final = ("Feed", "State", "Since", "Messages/s", "Details")
_WIDTHS: Final = (160, 160, 80, 90)
_VISIBLE_ROWS: Final = 4  # until the user makes the panel higher
_EDIT_TIP: Final = "Change address, key and symbols"
_CHECK_TIP: Final = "Uncheck a feed to disconnect it and keep its settings."


class FeedsPanel(QWidget):
    """A row for each feed with a check box that enables it, and buttons for the current feed.

    ``requests`` emits what the user requests. Until `make_parts` is called, nothing is displayed.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[str, FeedRow] = {}
        self._items: dict[str, QTreeWidgetItem] = {}
        self._removal_message = ""
        self._is_made = False
        self.requests = FeedRequests(self)
        self.setObjectName("feeds_panel")
        self.setAccessibleName("Feeds")

    def make_parts(self) -> None:
        """Make the parts of the panel, unless they exist."""
        if self._is_made:
            return
        self._is_made = True
        self.tree = _FeedTree()
        self._removed = plain_label("", "removed_feed")
        self._undo = _button("Undo", "undo_removal", "Restore the removed feed")
        self._buttons = {
            name: _button(text, name, tip)
            for name, text, tip in (
                ("reconnect_feed", "Reconnect", "Close the connection and connect again"),
                ("enter_key", "Enter a key…", "Enter another API key and reconnect with it"),
                ("remember_feed", "Remember this feed", "Add the feed to the settings file"),
                ("edit_feed", "Edit…", _EDIT_TIP),
                ("remove_feed", "Remove", "Remove the feed from the settings; Undo restores it"),
            )
        }
        self._connect_button = _button("Connect a feed…", "connect_another", "Choose a provider, or enter an address")
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.tree)
        self.show_removed(self._removal_message)
        self.refresh()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._connect_button)
        buttons.addStretch(1)
        for button in self._buttons.values():
            buttons.addWidget(button)
        removed = QHBoxLayout()
        removed.addWidget(self._removed)
        removed.addWidget(self._undo)
        removed.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.tree, 1)
        layout.addLayout(removed)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        requests, buttons = self.requests, self._buttons
        for name, signal in (
            ("reconnect_feed", requests.reconnect_requested),
            ("enter_key", requests.key_requested),
            ("remember_feed", requests.saving_requested),
            ("edit_feed", requests.edit_requested),
            ("remove_feed", requests.removal_requested),
        ):
            buttons[name].clicked.connect(lambda checked=False, signal=signal: signal.emit(self.current_feed))
        self._connect_button.clicked.connect(requests.connection_requested)
        self._undo.clicked.connect(requests.undo_requested)
        self.tree.currentItemChanged.connect(self._update_buttons)
        self.tree.itemChanged.connect(self._note_check)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self.tree.removal_key.connect(lambda: buttons["remove_feed"].click())
        self.tree.undo_key.connect(requests.undo_requested)
        self.tree.itemDoubleClicked.connect(lambda: buttons["edit_feed"].click())

    def set_theme(self, theme: Theme) -> None:
        """Set the colors of the marks."""
        self._theme = theme
        self.refresh()

    def refresh(self) -> None:
        """Show all rows again, also where a check box was clicked and nothing could be changed."""
        rows, self._rows = list(self._rows.values()), {}
        self.show_rows(rows)

    @property
    def current_feed(self) -> str:
        """The name of the current feed; empty if there is none."""
        item = self.tree.currentItem()
        return "" if item is None else str(item.data(_FEED, _NAME))

    @property
    def rows(self) -> Sequence[FeedRow]:
        """The feeds that are displayed."""
        return list(self._rows.values())

    def show_rows(self, rows: Sequence[FeedRow]) -> None:
        """Show these feeds; the current feed stays the current one."""
        before, self._rows = self._rows, {row.name: row for row in rows}
        if not self._is_made:
            return
        if list(before) != list(self._rows):
            self._set_items(list(self._rows))
            before = {}  # the new items are empty
        self.tree.blockSignals(True)  # a check box that changes here was not clicked
        for row in rows:
            if row != before.get(row.name):
                self._fill(self._items[row.name], row)
        self.tree.blockSignals(False)
        self._update_buttons()

    def forbid_connecting(self, reason: str) -> None:
        """Disable the button that connects another feed, for a reason."""
        self.make_parts()
        self._connect_button.setEnabled(False)
        set_tooltip(self._connect_button, reason)
        set_tooltip(self._buttons["reconnect_feed"], reason)

    def show_removed(self, message: str) -> None:
        """Show which feed was removed, with a button that brings it back; an empty text hides both."""
        self._removal_message = message
        if not self._is_made:
            return
        self._removed.setText(message)
        self.tree.can_undo = bool(message)
        self._removed.setVisible(bool(message))
        self._offer(self._undo, QPushButton.setVisible, bool(message))

    def _set_items(self, names: Sequence[str]) -> None:
        current = self.current_feed
        self.tree.blockSignals(True)
        self.tree.clear()
        self._items = {name: QTreeWidgetItem(self.tree) for name in names}
        for name, item in self._items.items():
            item.setData(_FEED, _NAME, name)
            item.setTextAlignment(_RATE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tree.blockSignals(False)
        if names:
            self.tree.setCurrentItem(self._items[current if current in names else names[0]])

    def _fill(self, item: QTreeWidgetItem, row: FeedRow) -> None:
        item.setText(_FEED, sanitize_text(row.name, 60))
        item.setToolTip(_FEED, escaped_tooltip(f"{row.provider}. {_CHECK_TIP}" if row.can_be_changed else row.provider))
        item.setIcon(_STATE, mark_icon(row.mark.state_mark, self._theme))
        item.setText(_STATE, row.word)
        item.setText(_SINCE, row.since)
        item.setText(_RATE, f"{row.rate:,}" if row.state.is_connected and not row.is_disabled else "–")
        item.setText(_DETAILS, row.details)
        item.setToolTip(_DETAILS, escaped_tooltip(row.details))
        flags = item.flags()
        if row.can_be_changed:
            item.setFlags(flags | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(_FEED, Qt.CheckState.Unchecked if row.is_disabled else Qt.CheckState.Checked)
        else:
            item.setFlags(flags & ~Qt.ItemFlag.ItemIsUserCheckable)
            item.setData(_FEED, Qt.ItemDataRole.CheckStateRole, None)

    def _note_check(self, item: QTreeWidgetItem, column: int) -> None:
        row = self._rows.get(str(item.data(_FEED, _NAME)))
        is_on = item.checkState(_FEED) is Qt.CheckState.Checked
        if column == _FEED and row is not None and row.can_be_changed and is_on is row.is_disabled:
            self.requests.enabling_requested.emit(row.name, is_on)

    def _update_buttons(self) -> None:
        row = self._rows.get(self.current_feed)
        buttons = self._buttons
        is_replay = row is not None and row.is_replay
        is_on = row is not None and not row.is_disabled and not is_replay
        is_key_needed = row is not None and row.mark is FeedMark.KEY_NEEDED
        self._offer(buttons["reconnect_feed"], QPushButton.setEnabled, is_on)
        self._offer(buttons["enter_key"], QPushButton.setVisible, is_key_needed)
        self._offer(buttons["remember_feed"], QPushButton.setVisible, row is not None and row.can_be_saved)
        is_saved = row is not None and row.can_be_changed and row.is_saved
        self._offer(buttons["edit_feed"], QPushButton.setEnabled, is_saved)
        set_tooltip(buttons["edit_feed"], _EDIT_TIP if is_saved or row is None else _why_not_edited(row))
        self._offer(buttons["remove_feed"], QPushButton.setEnabled, row is not None and row.can_be_changed)

    def _offer(self, button: QPushButton, offer: Callable[[QPushButton, bool], None], is_offered: bool) -> None:
        """Offer a button or not; if it goes while it is focused, the focus stays in the panel.

        Qt would give it to the next button, which may be Remove, also while a dialog has the keyboard.
        """
        if button.window().focusWidget() is button and not is_offered:
            self.tree.setFocus()
        offer(button, is_offered)

    def _open_menu(self, at: QPoint) -> None:
        row = self._rows.get(self.current_feed)
        if row is not None and self.tree.itemAt(at) is not None:
            menus.popup(self, self.tree.viewport().mapToGlobal(at), self.requests.items(row))


class _FeedTree(QTreeWidget):
    """The rows. Space checks and unchecks the current feed, Delete removes it, and Undo brings it back."""

    removal_key = Signal()
    undo_key = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.can_undo = False  # otherwise the key is that of the window
        self.setObjectName("feeds")
        self.setAccessibleName("Feeds")
        self.setHeaderLabels(list(_TITLES))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setIconSize(QSize(MARK_SIZE, MARK_SIZE))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)
        header = self.header()
        header.setHighlightSections(False)
        header.setSectionsMovable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.headerItem().setTextAlignment(_RATE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), TABLE_HEAD_HEIGHT + _VISIBLE_ROWS * ROW_HEIGHT)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._is_undo(event):
            event.accept()
            return True
        return super().event(event)

    def _is_undo(self, event: QKeyEvent) -> bool:
        return self.can_undo and event.matches(QKeySequence.StandardKey.Undo)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete):
            self.removal_key.emit()
        elif self._is_undo(event):
            self.undo_key.emit()
        else:
            super().keyPressEvent(event)


def _why_not_edited(row: FeedRow) -> str:
    if row.is_replay:
        return "The feed of a recording cannot be edited"
    return "Choose Remember this feed first" if row.can_be_saved else "The built-in market has nothing to edit"


def _button(text: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    set_tooltip(button, tip)
    return button
