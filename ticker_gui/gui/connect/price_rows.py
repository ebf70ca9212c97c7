"""The first prices of a test: symbol, last price and age."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.market.symbol_state import SymbolState

_MAX_ROWS: Final = 8
_ROW_HEIGHT: Final = 26
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PriceRows(QTableWidget):
    """One row for each symbol that has sent data."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self.setObjectName("first_prices")
        self.setAccessibleName("First prices")
        for column, title in enumerate(("Symbol", "Last", "Age")):
            head = QTableWidgetItem(title)
            head.setTextAlignment(_RIGHT if column else _LEFT)
            self.setHorizontalHeaderItem(column, head)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)

    def show_states(self, states: Sequence[SymbolState], now_ns: int) -> None:
        """Show the symbols that have a price."""
        priced = [state for state in states if state.last is not None or state.bid is not None or state.ask is not None]
        priced = priced[:_MAX_ROWS]
        self.setRowCount(len(priced))
        for row, state in enumerate(priced):
            age_s = max(0, now_ns - (state.received_ns or now_ns)) // SECOND_NS
            texts = (sanitize_text(state.symbol), _price(state), numbers.age(age_s))
            for column, text in enumerate(texts):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    item.setTextAlignment(_RIGHT if column else _LEFT)
                    self.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
        self.setVisible(bool(priced))
        height = self.horizontalHeader().sizeHint().height() + _ROW_HEIGHT * max(1, len(priced)) + 4
        self.setFixedHeight(height)


def _price(state: SymbolState) -> str:
    decimals = state.price_decimals
    if state.last is not None:
        return numbers.price(state.last, decimals)
    sides = (("bid", state.bid), ("ask", state.ask))
    return ", ".join(f"{name} {numbers.price(value, decimals)}" for name, value in sides if value is not None)
