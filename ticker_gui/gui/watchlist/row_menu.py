"""The items of the watchlist's context menus: of rows, of headings, and of the lists to add rows to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QKeySequence

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, Submenu
from ticker_gui.gui.widgets.plain_text import mnemonic_free
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.section_heading import SectionHeading

_StandardKey = QKeySequence.StandardKey


class MenuTable(Protocol):
    """The table, as far as its menus need it."""

    other_lists: Callable[[], Sequence[str]]
    extra_row_items: list[Callable[[Sequence[SymbolState]], Sequence[MenuItem]]]

    @property
    def watchlist(self) -> WatchlistModel: ...
    @property
    def is_selection_pinned(self) -> bool: ...
    @property
    def connection_requested(self) -> SignalInstance: ...
    @property
    def copy_requested(self) -> SignalInstance: ...
    @property
    def export_requested(self) -> SignalInstance: ...
    @property
    def fold_requested(self) -> SignalInstance: ...
    @property
    def section_removal_requested(self) -> SignalInstance: ...
    @property
    def shift_requested(self) -> SignalInstance: ...
    def copy_cell(self) -> None: ...
    def copy_image(self) -> None: ...
    def copy_rows(self) -> None: ...
    def edit_alias(self) -> None: ...
    def edit_section(self, heading: SectionHeading) -> None: ...
    def paste(self) -> None: ...
    def request_chart(self) -> None: ...
    def request_diagnosis(self) -> None: ...
    def request_pin(self) -> None: ...
    def request_removal(self) -> None: ...
    def request_section(self) -> None: ...


def row_items(table: MenuTable, selected: Sequence[SymbolState]) -> Sequence[MenuItem]:
    """Return the items for the selected rows, or those for the table if none is selected."""
    pin = "Un&pin" if table.is_selection_pinned else "&Pin to top"
    extra = tuple(item for items in table.extra_row_items for item in items(selected))
    of_rows: tuple[MenuItem, ...] = (
        MenuCommand("&Open chart", table.request_chart, "Enter"),
        *extra,
        MenuCommand(pin, table.request_pin, "Ctrl+D"),
        MenuCommand("Edit &alias", table.edit_alias, "F2"),
        Submenu("Add to &list", list_items(table, selected)),
        MenuCommand("New section &with these rows", table.request_section, "Ctrl+Shift+G"),
        MenuCommand("Symbol &diagnostics", table.request_diagnosis, "Ctrl+I"),
        None,
        MenuCommand("&Copy rows", table.copy_rows, _StandardKey.Copy),
        MenuCommand("Copy c&ell", table.copy_cell, "Ctrl+Shift+C"),
    )
    of_all: tuple[MenuItem, ...] = (
        MenuCommand("Copy table as &image", table.copy_image, "Ctrl+Alt+C"),
        MenuCommand("Pa&ste symbols", table.paste, _StandardKey.Paste),
        MenuCommand("E&xport visible rows to CSV…", partial(table.export_requested.emit, False), _StandardKey.Save),
    )
    removal: tuple[MenuItem, ...] = (None, MenuCommand("&Remove from list", table.request_removal, _StandardKey.Delete))
    return (*_connection_items(table, selected), *of_rows, *of_all, *removal) if selected else of_all


def list_items(table: MenuTable, states: Sequence[SymbolState]) -> Sequence[MenuItem]:
    """Return an item for each list to which rows can be added, and one for a new list."""
    items: list[MenuItem] = [
        MenuCommand(mnemonic_free(name), partial(table.copy_requested.emit, states, name))
        for name in table.other_lists()
    ]
    return [
        *items,
        *((None,) if items else ()),
        MenuCommand("&New list", partial(table.copy_requested.emit, states, None)),
    ]


def heading_items(table: MenuTable, heading: SectionHeading) -> Sequence[MenuItem]:
    """Return the items for the heading of a section."""
    fold = "Un&fold section" if heading.is_folded else "&Fold section"
    return (
        MenuCommand(fold, partial(table.fold_requested.emit, heading, not heading.is_folded)),
        MenuCommand("&Rename section", partial(table.edit_section, heading)),
        MenuCommand("Move section &up", partial(table.shift_requested.emit, [heading], -1)),
        MenuCommand("Move section &down", partial(table.shift_requested.emit, [heading], 1)),
        None,
        MenuCommand("Re&move section, keep its symbols", partial(table.section_removal_requested.emit, heading)),
    )


def _connection_items(table: MenuTable, states: Sequence[SymbolState]) -> Sequence[MenuItem]:
    """Return an item that connects a feed if the only selected symbol is not available."""
    model = table.watchlist
    if len(states) != 1 or (row := model.row_of(states[0])) is None:
        return ()
    if model.read(row, model.now_ns()).status.mark not in (StateMark.NO_FEED, StateMark.REFUSED):
        return ()
    symbol = states[0].symbol
    title = f"Connect a &feed for {mnemonic_free(sanitize_text(symbol, 40))}…"
    return MenuCommand(title, partial(table.connection_requested.emit, symbol)), None
