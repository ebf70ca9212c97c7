"""The bar that finds and filters rows as the user types."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ticker_gui.formatting.numbers import PLAIN, NumberStyle, counted
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import GAP, GRID, PANEL_MARGIN
from ticker_gui.gui.widgets.menus import native_key
from ticker_gui.gui.widgets.plain_text import name_clear_button, plain_label, set_tooltip
from ticker_gui.watchlist.filter_language import FilterError, parse

_COMPARISONS: Final = frozenset("<>=~")
_HINT = "Search, or filter: change% > 2 and volume > 1M"
_HELP = (
    "Type part of a symbol, alias or feed to search. Compare numbers with <, <=, >, >=, = and !=, and text with ~. "
    "Combine conditions with and, or and not: bid_size > 10k or symbol ~ 'btc'. Columns are named by their titles."
)


class FilterBar(QWidget):
    """Hidden until it is opened; Escape clears and hides it.

    Signals:
        filter_changed: a filter, or None for all rows.
        finished: the user has finished typing, and the rows should get the focus.
    """

    filter_changed = Signal(object)
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last_valid = ""
        self._style = PLAIN
        self._field = QLineEdit()
        self._field.setObjectName("filter")
        self._field.setAccessibleName("Find and filter")
        self._field.setPlaceholderText(_HINT)
        set_tooltip(self._field, _HELP)
        self._field.setClearButtonEnabled(True)
        name_clear_button(self._field)
        self._field.textChanged.connect(self._on_text_changed)
        self._field.returnPressed.connect(self.finished)
        self._error_label = ElidedLabel("filter_complaint")
        # Keeps its line while empty, so that rows do not move. A long message must not widen the window: its tooltip
        # has the full text.
        self._error_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._count_label = plain_label("", "filter_count")
        self._count_label.setAccessibleName("Rows that match the filter")
        label = plain_label("F&ind")  # Alt+F is the menu's
        label.setBuddy(self._field)
        self._field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition).setText("Find and filter")
        close = IconButton("close", "close_filter", self, is_small=True)
        close.setAccessibleName("Close filter")
        set_tooltip(close, f"Close and clear the filter  {native_key('Esc')}")
        close.clicked.connect(self.close_filter)
        line = QHBoxLayout()
        line.addWidget(label)
        line.addWidget(self._field)
        line.addWidget(self._count_label)
        line.addWidget(close)
        layout = QVBoxLayout(self)
        line.setSpacing(GAP)
        layout.setContentsMargins(PANEL_MARGIN, GRID, GAP, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self._error_label)
        self.hide()

    def set_style(self, style: NumberStyle) -> None:
        """Also accept numbers in this style."""
        self._style = style

    def show_count(self, shown: int, total: int) -> None:
        """Show how many rows match the filter; nothing while there is none."""
        text = f"{shown:,} of {total:,}" if self._field.text().strip() else ""
        self._count_label.setText(text)
        match = "matches" if shown == 1 else "match"
        tip = f"{shown:,} of {counted(total, 'row')} {match} the filter"
        set_tooltip(self._count_label, tip if text else "")

    def open_filter(self) -> None:
        """Show the field and focus it."""
        self.show()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def toggle(self) -> None:
        """Open the filter, or close it if it is open."""
        (self.close_filter if self.isVisible() else self.open_filter)()

    def close_filter(self) -> None:
        """Clear the filter and hide the bar."""
        self._field.clear()
        self.hide()
        self.finished.emit()

    def _on_text_changed(self, text: str) -> None:
        """Apply the text as filter; while it is invalid, the last valid filter stays.

        An exception is a plain search that was only the beginning of an expression: then all rows are shown.
        """
        try:
            row_filter = parse(text, self._style) if text.strip() else None
        except FilterError as error:
            self._error_label.setText(error.for_user)
            set_tooltip(self._error_label, error.for_user)
            if _COMPARISONS.isdisjoint(self._last_valid):
                self.filter_changed.emit(None)
            return
        self._last_valid = text
        self._error_label.setText("")
        set_tooltip(self._error_label, "")
        self.filter_changed.emit(row_filter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_filter()
        else:
            super().keyPressEvent(event)
