"""Every command of the window with its key, menu by menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QKeySequence

from ticker_gui.gui.widgets.menus import NEXT_TAB, PREVIOUS_TAB, Choice, Command, Line, Submenu, Switch
from ticker_gui.gui.widgets.theme import PALETTES
from ticker_gui.watchlist.columns import COLUMNS, Look
from ticker_gui.watchlist.sparkline import SPANS

if TYPE_CHECKING:
    from ticker_gui.gui.window.main_window import MainWindow

_THEMES: Final = {"system": "&System theme", "dark": "&Dark theme", "light": "&Light theme"}
_StandardKey = QKeySequence.StandardKey


def commands(window: MainWindow) -> Mapping[str, Sequence[Line]]:
    """Return the menus of a window."""
    table, tabs, status = window.watchlist, window.panel.tabs, window.status
    titles, sortable = table.titles, [column for column in COLUMNS if column.look is not Look.LINE]
    return {
        "&File": (
            Command("E&xport what is shown as CSV …", partial(table.export_wanted.emit, False), _StandardKey.Save),
            Command("Export &all rows and columns …", partial(table.export_wanted.emit, True)),
            Command("&Reload settings", window.reload_wanted.emit),
            Command("&Quit", window.close, _StandardKey.Quit),
        ),
        "&Edit": (
            Command("&Undo", window.undo_wanted.emit, _StandardKey.Undo, name="undo"),
            Command("&Redo", window.redo_wanted.emit, _StandardKey.Redo, name="redo"),
            None,
            Command("&Copy rows", table.copy_rows, _StandardKey.Copy, on=table),
            Command("Copy c&ell", table.copy_cell, "Ctrl+Shift+C", on=table),
            Command("Copy table as p&icture", table.copy_picture, "Ctrl+Alt+C"),
            Command("&Paste symbols", table.paste, _StandardKey.Paste, on=table),
            None,
            Command("&Find and filter", window.panel.filter.open_it, _StandardKey.Find),
        ),
        "&Watchlist": (
            Command("&Add symbol", window.add_field.setFocus, _StandardKey.New),
            Command("&Remove selected", table.want_removal, _StandardKey.Delete, on=table),
            Command("Move &up", partial(table.want_shift, -1), "Alt+Up", on=table),
            Command("Move &down", partial(table.want_shift, 1), "Alt+Down", on=table),
            Command("&Pin to top, or unpin", table.want_pin, "Ctrl+D", on=table),
            Command("A&lias …", table.edit_alias, "F2", on=table),
            Submenu("Keep &sorted by", [Command(one.title, partial(titles.sort_by, one.key)) for one in sortable]),
            Submenu("Sort &now by", [Command(one.title, partial(titles.sort_once, one.key)) for one in sortable]),
            Command("My &order", partial(titles.sorting_wanted.emit, None), "Ctrl+0"),
            Command("&Columns …", window.choose_columns, "Ctrl+Shift+L"),
            None,
            Command("Ne&w list", tabs.new_wanted.emit, _StandardKey.AddTab),
            Command("Rena&me list …", tabs.rename_shown, "Ctrl+Shift+R"),
            Command("D&elete list", tabs.delete_shown),
            Command("Ne&xt list", partial(tabs.step, 1), NEXT_TAB),
            Command("Pre&vious list", partial(tabs.step, -1), PREVIOUS_TAB),
        ),
        "&Chart": window.chart_menu.lines(),
        "Fee&d": (
            Command("&Details …", status.details_wanted.emit),
            Command("&Why is the symbol quiet?", table.want_why, "Ctrl+I"),
            Command("&Retry now", status.retry_wanted.emit, _StandardKey.Refresh),
        ),
        "&View": (
            Choice(_THEMES, lambda: window.theme_name, window.theme_wanted.emit),
            None,
            Choice(
                {key: one.title for key, one in PALETTES.items()},
                lambda: window.palette_name,
                window.palette_wanted.emit,
            ),
            None,
            Choice(
                {span.name: f"Trend over {span.name}" for span in SPANS},
                lambda: table.watchlist.trend_span.name,
                table.use_span,
            ),
            None,
            Switch("Light up di&gits that change", lambda: table.flashes, table.use_flashes),
        ),
        "&Help": (Command("&Keys", window.show_keys, _StandardKey.HelpContents),),
    }
