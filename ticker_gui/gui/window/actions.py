"""Every command of the window with its key, menu by menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QKeySequence

from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.status.bar import StatusBar
from ticker_gui.gui.watchlist.add_field import AddField
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.menus import NEXT_TAB, PREVIOUS_TAB, MenuCommand, MenuItem, RadioGroup, Submenu, Toggle
from ticker_gui.gui.widgets.theme import PALETTES
from ticker_gui.gui.window.docks import PanelDocks
from ticker_gui.watchlist.columns import COLUMNS, CellKind
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS

_THEMES: Final = {"system": "&System theme", "dark": "&Dark theme", "light": "&Light theme"}
_StandardKey = QKeySequence.StandardKey


class ActionTarget(Protocol):
    """What the menus act on: the main window."""

    docks: PanelDocks
    panel: WatchlistPanel
    watchlist: WatchlistTable
    status: StatusBar
    add_field: AddField
    chart_menu: ChartMenu
    theme_name: str
    palette_name: str

    @property
    def reload_requested(self) -> SignalInstance: ...
    @property
    def theme_requested(self) -> SignalInstance: ...
    @property
    def palette_requested(self) -> SignalInstance: ...
    @property
    def undo_requested(self) -> SignalInstance: ...
    @property
    def redo_requested(self) -> SignalInstance: ...
    def close(self) -> bool: ...
    def choose_columns(self) -> None: ...
    def show_keys(self) -> None: ...


def window_menus(window: ActionTarget) -> Mapping[str, Sequence[MenuItem]]:
    """Return the menus of a window."""
    table, tabs, status = window.watchlist, window.panel.tabs, window.status
    header, sortable = table.header, [column for column in COLUMNS if column.kind is not CellKind.SPARKLINE]
    return {
        "&File": (
            MenuCommand(
                "E&xport what is shown as CSV …", partial(table.export_requested.emit, False), _StandardKey.Save
            ),
            MenuCommand("Export &all rows and columns …", partial(table.export_requested.emit, True)),
            MenuCommand("&Reload settings", window.reload_requested.emit),
            MenuCommand("&Quit", window.close, _StandardKey.Quit),
        ),
        "&Edit": (
            MenuCommand("&Undo", window.undo_requested.emit, _StandardKey.Undo, name="undo"),
            MenuCommand("&Redo", window.redo_requested.emit, _StandardKey.Redo, name="redo"),
            None,
            MenuCommand("&Copy rows", table.copy_rows, _StandardKey.Copy, on=table),
            MenuCommand("Copy c&ell", table.copy_cell, "Ctrl+Shift+C", on=table),
            MenuCommand("Copy table as p&icture", table.copy_image, "Ctrl+Alt+C"),
            MenuCommand("&Paste symbols", table.paste, _StandardKey.Paste, on=table),
            None,
            MenuCommand("&Find and filter", window.panel.filter.open_filter, _StandardKey.Find),
        ),
        "&Watchlist": (
            MenuCommand("&Add symbol", window.add_field.setFocus, _StandardKey.New),
            MenuCommand("&Remove selected", table.request_removal, _StandardKey.Delete, on=table),
            MenuCommand("Move &up", partial(table.request_shift, -1), "Alt+Up", on=table),
            MenuCommand("Move &down", partial(table.request_shift, 1), "Alt+Down", on=table),
            MenuCommand("&Pin to top, or unpin", table.request_pin, "Ctrl+D", on=table),
            MenuCommand("A&lias …", table.edit_alias, "F2", on=table),
            Submenu("Keep &sorted by", [MenuCommand(one.title, partial(header.sort_by, one.key)) for one in sortable]),
            Submenu("Sort &now by", [MenuCommand(one.title, partial(header.sort_once, one.key)) for one in sortable]),
            MenuCommand("My &order", partial(header.sorting_requested.emit, None), "Ctrl+0"),
            MenuCommand("&Columns …", window.choose_columns, "Ctrl+Shift+L"),
            None,
            MenuCommand("Ne&w list", tabs.new_list_requested.emit, _StandardKey.AddTab),
            MenuCommand("Rena&me list …", tabs.rename_active, "Ctrl+Shift+R"),
            MenuCommand("D&elete list", tabs.delete_active),
            MenuCommand("Ne&xt list", partial(tabs.step, 1), NEXT_TAB),
            MenuCommand("Pre&vious list", partial(tabs.step, -1), PREVIOUS_TAB),
        ),
        "&Chart": window.chart_menu.items(),
        "Fee&d": (
            MenuCommand("&Details …", status.details_requested.emit),
            MenuCommand("&Why is the symbol quiet?", table.request_diagnosis, "Ctrl+I"),
            MenuCommand("&Retry", status.retry_requested.emit, _StandardKey.Refresh),
        ),
        "&View": (
            *window.docks.menu_items(),
            None,
            RadioGroup(_THEMES, lambda: window.theme_name, window.theme_requested.emit),
            None,
            RadioGroup(
                {key: one.title for key, one in PALETTES.items()},
                lambda: window.palette_name,
                window.palette_requested.emit,
            ),
            None,
            RadioGroup(
                {span.name: f"Trend over {span.name}" for span in SPARKLINE_PERIODS},
                lambda: table.watchlist.sparkline_period.name,
                table.set_sparkline_period,
            ),
            None,
            Toggle("Light up di&gits that change", lambda: table.flash_enabled, table.set_flash_enabled),
        ),
        "&Help": (MenuCommand("&Keys", window.show_keys, _StandardKey.HelpContents),),
    }
