"""The watchlist panel: the tabs of the lists, the filter and the table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ticker_gui.domain.clock import Clock
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.watchlist.columns_button import ColumnsButton
from ticker_gui.gui.watchlist.filter_bar import FilterBar
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_ordering import RowSorter
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.watchlist.tabs import ListTabs
from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.watchlist.sorting import Filter

_NO_MATCHES = "No matches. Press Esc to clear the filter."


class WatchlistPanel(QWidget):
    """The widgets of the watchlist in one column."""

    def __init__(self, clock: Clock, theme: Theme, *, flash_enabled: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = WatchlistModel(clock, self)
        self.tabs = ListTabs(self)
        self.filter = FilterBar(self)
        self.table = WatchlistTable(self.model, theme, flash_enabled=flash_enabled, parent=self)
        self.order = RowSorter(self.table, self)
        # Beside the tabs, where it takes no height, so that no row moves under the pointer.
        self._sort_paused_label = plain_label("Sorting paused while the pointer is over the list.", "held")
        self._sort_paused_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sort_paused_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._sort_paused_label.hide()
        self.header = QWidget(self)
        top = QHBoxLayout(self.header)
        top.setSpacing(0)
        top.setContentsMargins(0, 0, 6, 0)
        top.addWidget(self.tabs)
        top.addWidget(self._sort_paused_label, 1)
        top.addStretch()
        top.addWidget(ColumnsButton(self.table, self.header))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.filter)
        layout.addWidget(self.table)
        self.filter.filter_changed.connect(self._set_filter)
        self.filter.finished.connect(self.table.setFocus)
        self.table.header.sorting_requested.connect(self.order.keep_sorted)
        self.order.sorting_changed.connect(self.table.header.show_sorting)
        self.order.sort_paused.connect(self._sort_paused_label.setVisible)
        self.setFocusProxy(self.table)

    def set_theme(self, theme: Theme) -> None:
        """Draw the table in these colors."""
        self.table.set_theme(theme)

    def set_style(self, style: NumberStyle) -> None:
        """Show numbers in this format, and parse those of the filter in it."""
        self.model.set_style(style)
        self.filter.set_style(style)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.filter.isVisible():
            self.filter.close_filter()
        else:
            super().keyPressEvent(event)

    def _set_filter(self, row_filter: Filter | None) -> None:
        self.table.empty_text = self.table.EMPTY_TEXT if row_filter is None else _NO_MATCHES
        self.order.set_filter(row_filter)
