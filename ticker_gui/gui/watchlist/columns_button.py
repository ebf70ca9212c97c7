"""The button in the watchlist's header row that shows and hides the most common columns."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, Toggle, popup
from ticker_gui.gui.widgets.plain_text import set_tooltip
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS

_COLUMNS: Final = ("change", "bid", "ask", "range", "volume", "age")


class ColumnsButton(IconButton):
    """Opens a menu with a switch for each of the most common columns; all others are in the column dialog."""

    def __init__(self, table: WatchlistTable, parent: QWidget | None = None) -> None:
        super().__init__("columns", "columns_button", parent, is_small=True)
        self._table = table
        self.setAccessibleName("Columns")
        set_tooltip(self, "Show or hide columns")
        self.clicked.connect(self._open_menu)

    def _open_menu(self) -> None:
        items: list[MenuItem] = [self._toggle(key) for key in _COLUMNS]
        items += [None, MenuCommand("&More columns…", self._table.header.columns_requested.emit)]
        popup(self, self.mapToGlobal(self.rect().bottomLeft()), items)

    def _toggle(self, key: str) -> Toggle:
        table, column = self._table, COLUMN_INDEX[key]
        return Toggle(
            COLUMNS[column].title, lambda: not table.isColumnHidden(column), lambda is_on: table.toggle_column(key)
        )
