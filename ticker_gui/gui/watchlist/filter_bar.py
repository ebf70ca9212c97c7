"""The field that finds rows as one types: by a part of their name, or by an expression."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.gui.widgets.plain_text import name_clear_button, plain_label, set_tooltip
from ticker_gui.watchlist.filter_language import FilterError, parse

_COMPARISONS: Final = frozenset("<>=~")
_HINT = "Part of a symbol, or: change% > 2 and volume > 1M"
_HELP = (
    "A part of a symbol, alias or feed finds rows by their name. Figures are compared by <, <=, >, >=, = and !=, words "
    "by ~, and joined by and, or and not: bid_size > 10k or symbol ~ 'btc'. Columns are called by their titles."
)


class FilterBar(QWidget):
    """Hidden until it is asked for; empty and hidden again with Escape.

    Signals:
        wanted: a filter, or nothing for all rows.
        left: the user has finished typing and goes back to the rows.
    """

    filter_changed = Signal(object)
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last_valid = ""
        self._style = PLAIN
        self._field = QLineEdit()
        self._field.setObjectName("filter")
        self._field.setAccessibleName("find and filter")
        self._field.setPlaceholderText(_HINT)
        set_tooltip(self._field, _HELP)
        self._field.setClearButtonEnabled(True)
        name_clear_button(self._field)
        self._field.textChanged.connect(self._on_text_changed)
        self._field.returnPressed.connect(self.finished)
        self._error_label = plain_label("", "filter_complaint")
        # A line of its own, as half a sentence helps nobody; also while it is empty, so that no row moves for it.
        # Many words must not make the window wider: what does not fit is in the tool tip.
        self._error_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label = plain_label("F&ind")  # Alt+F is the menu's
        label.setBuddy(self._field)
        close = QToolButton()
        close.setText("×")
        close.setAutoRaise(True)
        close.setAccessibleName("close the filter")
        close.clicked.connect(self.close_filter)
        line = QHBoxLayout()
        line.addWidget(label)
        line.addWidget(self._field)
        line.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 3, 6, 3)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self._error_label)
        self.hide()

    def set_style(self, style: NumberStyle) -> None:
        """Also understand numbers written in this style."""
        self._style = style

    def open_filter(self) -> None:
        """Show the field and type into it."""
        self.show()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def close_filter(self) -> None:
        """Show all rows again."""
        self._field.clear()
        self.hide()
        self.finished.emit()

    def _on_text_changed(self, text: str) -> None:
        """Take over what is typed; while it makes no sense, the rows stay as they were.

        Words alone were but the beginning of what makes no sense yet, and what they found is none of what is wanted.
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
