"""The watchlist panel: the tabs of the lists, the filter and the table."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.gui.watchlist.columns_button import ColumnsButton
from ticker_gui.gui.watchlist.filter_bar import FilterBar
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_details import RowDetails
from ticker_gui.gui.watchlist.row_ordering import RowSorter
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.watchlist.tabs import ListTabs
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.empty_view import EmptyText, EmptyView
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.menus import native_key
from ticker_gui.gui.widgets.plain_text import set_tooltip
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.watchlist.row_details import row_info
from ticker_gui.watchlist.sorting import Filter

_MIN_TABLE_HEIGHT: Final = 160  # pixels that the details never take from the list
_ADVICE: Final = "Type symbols, paste a column of them, or drop a file here."
_SORT_PAUSED: Final = "Sorting paused while the pointer is over the list."
_NO_MATCHES: Final = EmptyText("No matches", "", "Clear filter")


class WatchlistPanel(QWidget):
    """The widgets of the watchlist in one column.

    Signals:
        details_fold_changed: the user has folded or unfolded the details of the current row.
        add_requested: the user wants to add symbols to the empty list.
        connection_requested: the user wants to connect a feed.
    """

    details_fold_changed = Signal()
    add_requested = Signal()
    connection_requested = Signal()

    def __init__(self, clock: Clock, theme: Theme, *, flash_enabled: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = PLAIN
        self._has_filter = False
        self.model = WatchlistModel(clock, self)
        self.tabs = ListTabs(self)
        self.filter = FilterBar(self)
        self.table = WatchlistTable(self.model, theme, flash_enabled=flash_enabled, parent=self)
        self.order = RowSorter(self.table, self)
        self.details = RowDetails(theme, self)
        self.details_folded: bool | None = None  # by the user; None means as the room allows
        self.header = self._make_header()
        self._empty = EmptyView("empty_list", "list", self.table.viewport())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.filter)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.details)
        self.setFocusProxy(self.table)
        self._connect_order()
        self._connect_empty_view()
        self._connect_details()
        self._show_details()

    def _make_header(self) -> QWidget:
        """Return the row with the tabs and the buttons of the list."""
        header = QWidget(self)
        # Beside the tabs, where it takes no height, so that no row moves under the pointer.
        self._sort_paused_label = ElidedLabel("held")
        self._sort_paused_label.set_texts(_SORT_PAUSED, "Sorting paused")
        set_tooltip(self._sort_paused_label, _SORT_PAUSED)
        self._sort_paused_label.setContentsMargins(8, 0, 8, 0)
        self._sort_paused_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._sort_paused_label.hide()
        self._filter_button = IconButton("filter", "filter_button", header)
        self._filter_button.setAccessibleName("Find and filter")
        set_tooltip(self._filter_button, f"Find and filter  {native_key('Ctrl+F')}")
        self._filter_button.clicked.connect(self.filter.toggle)
        row = QHBoxLayout(header)
        row.setSpacing(0)
        row.setContentsMargins(0, 0, 6, 0)
        row.addWidget(self.tabs)
        row.addWidget(self._sort_paused_label, 1)
        row.addStretch()
        row.addWidget(self._filter_button)
        row.addWidget(ColumnsButton(self.table, header))
        return header

    def _connect_order(self) -> None:
        self.filter.filter_changed.connect(self._set_filter)
        self.filter.finished.connect(self.table.setFocus)
        self.table.header.sorting_requested.connect(self.order.keep_sorted)
        self.order.sorting_changed.connect(self.table.header.show_sorting)
        self.order.sort_paused.connect(self._sort_paused_label.setVisible)
        self.order.arranged.connect(self._show_count)

    def _connect_empty_view(self) -> None:
        self._empty.action_requested.connect(self._act_on_empty)
        self._empty.second_action_requested.connect(self.connection_requested)
        for changed in (self.order.arranged, self.model.feeds_changed, self.tabs.lists_shown):
            changed.connect(self._show_empty)
        self.table.resized.connect(self._place_empty)

    def _connect_details(self) -> None:
        self.details.update_requested.connect(self._show_details)
        self.details.fold_requested.connect(self.set_details_folded)
        self.model.dataChanged.connect(self.details.schedule_update)
        self.model.values_changed.connect(self.details.schedule_update)
        self.table.selectionModel().currentRowChanged.connect(self._show_details)
        for changed in (self.model.rowsInserted, self.model.rowsRemoved, self.model.layoutChanged, self.order.arranged):
            changed.connect(self._show_details)

    def set_details_folded(self, is_folded: bool | None) -> None:
        """Fold or unfold the details of the current row; None means as the room allows."""
        self.details_folded = is_folded
        self._share_height()
        self.details_fold_changed.emit()

    def _show_details(self, *_: object) -> None:
        """Show the details of the current row, also while the filter hides it."""
        state = self.order.current_state
        if state is not None:
            without_data = self.table.columns_without_data
            self.details.show_info(row_info(state, self.model.now_ns(), without_data, self._style))
        self._share_height()

    def _share_height(self) -> None:
        """Show the details where the rows of the list leave room, or a line of them where they do not."""
        rows = self.table.header.height() + self.model.rowCount() * self.table.verticalHeader().defaultSectionSize()
        others = self.header.height() * self.header.isVisibleTo(self) + self.filter.height() * self.filter.isVisible()
        available, height = self.height() - others, self.details.unfolded_height(self.width())
        has_room = available - rows >= height
        is_folded = not has_room if self.details_folded is None else self.details_folded
        self.details.set_folded(is_folded or available < height + _MIN_TABLE_HEIGHT)
        self.details.setVisible(self.order.current_state is not None and available > _MIN_TABLE_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def set_theme(self, theme: Theme) -> None:
        """Draw the table in these colors."""
        self.table.set_theme(theme)
        self._empty.refresh_icon()
        self.details.set_theme(theme)

    def set_style(self, style: NumberStyle) -> None:
        """Show numbers in this format, and parse those of the filter in it."""
        self.model.set_style(style)
        self.filter.set_style(style)
        self._style = style
        self._show_details()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.filter.isVisible():
            self.filter.close_filter()
        else:
            super().keyPressEvent(event)

    def _set_filter(self, row_filter: Filter | None) -> None:
        self._has_filter = row_filter is not None
        self.order.set_filter(row_filter)

    def _show_empty(self) -> None:
        """Show what the user can do while there are no rows."""
        is_empty = not self.model.rowCount()
        if is_empty:
            names, index = self.tabs.names, self.tabs.bar.currentIndex()
            name = sanitize_text(names[index]) if 0 <= index < len(names) else "This list"
            connect = "Connect a feed…" if self.model.has_only_demo else ""
            is_filtered = self._has_filter and len(self.order.states) > 0
            text = _NO_MATCHES if is_filtered else EmptyText(f"{name} is empty", _ADVICE, "Add symbols", connect)
            self._empty.show_text(text)
            self._place_empty()
        self._empty.setVisible(is_empty)

    def _place_empty(self) -> None:
        self._empty.setGeometry(self.table.viewport().rect())

    def _act_on_empty(self) -> None:
        if self._empty.text == _NO_MATCHES:
            self.filter.close_filter()
        else:
            self.add_requested.emit()

    def _show_count(self) -> None:
        self.filter.show_count(len(self.model.symbols), len(self.order.states))
