"""The commands of the window with their shortcuts, menu by menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QKeySequence

from ticker_gui.gui.alerts.dock import AlertsDock
from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.console.dock import ConsoleDock
from ticker_gui.gui.feeds.feeds_menu import FeedsMenu
from ticker_gui.gui.help.topics import HelpTopic
from ticker_gui.gui.recording.recording_actions import RecordingActions
from ticker_gui.gui.status.bar import StatusBar
from ticker_gui.gui.status.details import Details
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.menus import NEXT_TAB, PREVIOUS_TAB, MenuCommand, MenuItem, RadioGroup, Submenu, Toggle
from ticker_gui.gui.widgets.theme import PALETTES
from ticker_gui.gui.window.docks import PanelDocks
from ticker_gui.gui.window.focus_areas import FocusAreas
from ticker_gui.gui.window.view_modes import ViewModes
from ticker_gui.watchlist.columns import COLUMNS, CellKind
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS

_THEMES: Final = {"system": "Same as &system", "dark": "&Dark", "light": "&Light"}
COMMAND_PALETTE_KEY: Final = "Ctrl+K"
SETTINGS_KEY: Final = "Ctrl+,"
COMMAND_PALETTE_NAME: Final = "open_palette"
_StandardKey = QKeySequence.StandardKey


class ActionTarget(Protocol):
    """The main window, as far as the menus need it."""

    docks: PanelDocks
    modes: ViewModes
    areas: FocusAreas
    panel: WatchlistPanel
    watchlist: WatchlistTable
    status: StatusBar
    details: Details
    alerts: AlertsDock
    console: ConsoleDock
    feeds_submenu: FeedsMenu
    recording: RecordingActions
    chart_menu: ChartMenu
    theme_name: str
    palette_name: str

    replay_reason: str

    @property
    def open_recording_requested(self) -> SignalInstance: ...
    @property
    def reload_requested(self) -> SignalInstance: ...
    @property
    def deletion_requested(self) -> SignalInstance: ...
    @property
    def theme_requested(self) -> SignalInstance: ...
    @property
    def palette_requested(self) -> SignalInstance: ...
    @property
    def flash_requested(self) -> SignalInstance: ...
    @property
    def help_requested(self) -> SignalInstance: ...
    @property
    def undo_requested(self) -> SignalInstance: ...
    @property
    def redo_requested(self) -> SignalInstance: ...
    def close(self) -> bool: ...
    def connect_feed(self) -> None: ...
    def choose_columns(self) -> None: ...
    def focus_add_field(self) -> None: ...
    def open_settings(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def toggle_command_palette(self) -> None: ...


def window_menus(window: ActionTarget) -> Mapping[str, Sequence[MenuItem]]:
    """Return the menus of a window by their titles."""
    menus = _WindowMenus(window)
    return {
        "&File": menus.file_items(),
        "&Edit": menus.edit_items(),
        "&Watchlist": menus.watchlist_items(),
        "&Chart": window.chart_menu.items(),
        "Fee&d": menus.feed_items(),
        "&View": menus.view_items(),
        "&Help": menus.help_items(),
    }


class _WindowMenus:
    """The items of the menus of a window.

    A command that changes the watchlist first shows its panel, which may be closed or behind another tab.
    """

    def __init__(self, window: ActionTarget) -> None:
        self._window = window
        self._table, self._tabs = window.watchlist, window.panel.tabs

    def file_items(self) -> Sequence[MenuItem]:
        """Return the commands for files and stored data."""
        window, table = self._window, self._table
        export_rows, export_list = table.export_requested.emit, table.list_export_requested.emit
        return (
            MenuCommand("&Import symbols…", self._shown(table.import_requested.emit), _StandardKey.Open),
            MenuCommand(
                "E&xport visible rows to CSV…",
                partial(export_rows, False),
                _StandardKey.Save,
                unavailable=self._why_empty,
            ),
            MenuCommand(
                "Export &all rows and columns to CSV…", partial(export_rows, True), unavailable=self._why_empty
            ),
            MenuCommand("Export list for &TradingView…", partial(export_list, True), unavailable=self._why_empty),
            MenuCommand("Export &list as text…", partial(export_list, False), unavailable=self._why_empty),
            None,
            *window.recording.items,
            MenuCommand("Open a re&cording…", window.open_recording_requested.emit, name="open_recording"),
            None,
            MenuCommand("&Reload settings", window.reload_requested.emit, unavailable=self._why_replayed),
            MenuCommand(
                "&Delete stored data…",
                window.deletion_requested.emit,
                name="delete_stored_data",
                unavailable=self._why_replayed,
            ),
            None,
            MenuCommand("&Quit", window.close, _StandardKey.Quit),
        )

    def edit_items(self) -> Sequence[MenuItem]:
        """Return the commands for undo, the clipboard, the filter, alerts and settings."""
        window, table = self._window, self._table
        unselected = self._why_unselected
        return (
            MenuCommand("&Undo", window.undo_requested.emit, _StandardKey.Undo, name="undo"),
            MenuCommand("&Redo", window.redo_requested.emit, _StandardKey.Redo, name="redo"),
            None,
            MenuCommand("&Copy rows", table.copy_rows, _StandardKey.Copy, on=table, unavailable=unselected),
            MenuCommand("Copy c&ell", table.copy_cell, "Ctrl+Shift+C", on=table, unavailable=unselected),
            MenuCommand("Copy table as &image", table.copy_image, "Ctrl+Alt+C"),
            MenuCommand("&Paste symbols", self._shown(table.paste), _StandardKey.Paste, on=table),
            None,
            MenuCommand("&Find and filter", self._focused(window.panel.filter.open_filter), _StandardKey.Find),
            None,
            Submenu("&Alerts", window.alerts.requests.file_items),
            None,
            MenuCommand("&Settings…", window.open_settings, SETTINGS_KEY, name="settings_action"),
        )

    def watchlist_items(self) -> Sequence[MenuItem]:
        """Return the commands for the rows, then those for the lists."""
        table, header, shown = self._table, self._table.header, self._shown
        unselected = self._why_unselected
        sortable = [column for column in COLUMNS if column.kind is not CellKind.SPARKLINE]
        return (
            MenuCommand("&Add symbols", shown(self._window.focus_add_field), _StandardKey.New),
            MenuCommand(
                "&Remove from list", shown(table.request_removal), _StandardKey.Delete, on=table, unavailable=unselected
            ),
            MenuCommand("Move &up", shown(table.request_shift, -1), "Alt+Up", on=table, unavailable=unselected),
            MenuCommand("Move &down", shown(table.request_shift, 1), "Alt+Down", on=table, unavailable=unselected),
            Toggle(
                "&Pin to top",
                lambda: table.is_selection_pinned,
                lambda is_on: shown(table.request_pin)(),
                "Ctrl+D",
                on=table,
                unavailable=unselected,
            ),
            MenuCommand("Edit a&lias", self._focused(table.edit_alias), "F2", on=table, unavailable=unselected),
            MenuCommand("Add to l&ist", shown(table.choose_list), unavailable=unselected),
            MenuCommand("New sec&tion", shown(table.request_section), "Ctrl+Shift+G"),
            Submenu("Keep &sorted by", [MenuCommand(one.title, shown(header.sort_by, one.key)) for one in sortable]),
            Submenu("Sort &once by", [MenuCommand(one.title, shown(header.sort_once, one.key)) for one in sortable]),
            MenuCommand("Ma&nual order", shown(header.sorting_requested.emit, None), "Ctrl+0"),
            MenuCommand("Choose &columns…", shown(self._window.choose_columns), "Ctrl+Shift+L"),
            None,
            *self._list_items(),
        )

    def _list_items(self) -> Sequence[MenuItem]:
        tabs, shown = self._tabs, self._shown
        return (
            MenuCommand("Ne&w list", shown(tabs.new_list_requested.emit), _StandardKey.AddTab),
            MenuCommand("Rena&me list", self._focused(tabs.rename_active), "Ctrl+Shift+R"),
            MenuCommand("Delet&e list", shown(tabs.delete_active)),
            MenuCommand("Ne&xt list", shown(tabs.step, 1), NEXT_TAB, unavailable=self._why_single_list),
            MenuCommand("Pre&vious list", shown(tabs.step, -1), PREVIOUS_TAB, unavailable=self._why_single_list),
        )

    def feed_items(self) -> Sequence[MenuItem]:
        """Return the commands for connections and diagnostics."""
        window = self._window
        return (
            MenuCommand(
                "&Connect a feed…",
                window.connect_feed,
                "Ctrl+Shift+N",
                name="connect_feed_action",
                unavailable=self._why_replayed,
            ),
            window.feeds_submenu.menuAction(),
            MenuCommand("Open any &WebSocket in the console", self._open_websocket),
            None,
            MenuCommand("&Feed diagnostics", window.docks.toggle(window.details).trigger),
            MenuCommand(
                "&Symbol diagnostics", self._table.request_diagnosis, "Ctrl+I", unavailable=self._why_unselected
            ),
            MenuCommand(
                "&Retry now",
                window.status.retry_requested.emit,
                _StandardKey.Refresh,
                unavailable=self._why_no_retry,
            ),
        )

    def view_items(self) -> Sequence[MenuItem]:
        """Return the commands for panels, modes and the appearance."""
        window, table = self._window, self._table
        palettes = {key: palette.title for key, palette in PALETTES.items()}
        periods = {period.name: period.name for period in SPARKLINE_PERIODS}
        return (
            *window.docks.menu_items(),
            None,
            MenuCommand(
                "C&ommand palette…", window.toggle_command_palette, COMMAND_PALETTE_KEY, name=COMMAND_PALETTE_NAME
            ),
            None,
            *window.modes.menu_items(),
            *window.areas.menu_items(),
            None,
            Submenu("T&heme", [RadioGroup(_THEMES, lambda: window.theme_name, window.theme_requested.emit)]),
            Submenu(
                "Price &colors", [RadioGroup(palettes, lambda: window.palette_name, window.palette_requested.emit)]
            ),
            Submenu(
                "Trend &period",
                [RadioGroup(periods, lambda: table.watchlist.sparkline_period.name, table.set_sparkline_period)],
            ),
            Toggle("Co&mpact rows", lambda: table.is_dense, table.set_dense),
            Toggle("Flash price chan&ges", lambda: table.flash_enabled, window.flash_requested.emit),
        )

    def help_items(self) -> Sequence[MenuItem]:
        """Return the commands for help."""
        return (
            MenuCommand("&Keyboard shortcuts", self._window.show_shortcuts, _StandardKey.HelpContents),
            self._help_command("&User guide", HelpTopic.README),
            None,
            self._help_command("Report a &problem…", HelpTopic.REPORT),
            self._help_command("Open &log folder", HelpTopic.LOG_FOLDER),
            None,
            self._help_command("&About", HelpTopic.ABOUT),
        )

    def _help_command(self, text: str, topic: HelpTopic) -> MenuCommand:
        return MenuCommand(text, partial(self._window.help_requested.emit, topic), name=topic.value)

    def _open_websocket(self) -> None:
        self._window.docks.open(self._window.console)
        self._window.console.panel.choose_websocket()

    def _shown(self, act: Callable[..., object], *arguments: object) -> Callable[[], None]:
        """Return an action that first shows the watchlist."""
        docks, panel = self._window.docks, self._window.panel
        return partial(_show_and_run, partial(docks.reveal, panel), partial(act, *arguments))

    def _focused(self, act: Callable[[], object]) -> Callable[[], None]:
        """Return an action that first moves the keyboard focus to the watchlist."""
        return partial(_show_and_run, partial(self._window.docks.open, self._window.panel), act)

    # Why a command is unavailable; empty if it is not

    def _why_empty(self) -> str:
        return "" if self._table.watchlist.rowCount() else "The list is empty"

    def _why_unselected(self) -> str:
        return "" if self._table.selected_states() else "No row is selected"

    def _why_single_list(self) -> str:
        return "" if self._tabs.bar.count() > 1 else "This is the only list"

    def _why_no_retry(self) -> str:
        return self._window.replay_reason or (
            "" if self._window.status.can_retry else "No feed is waiting to reconnect"
        )

    def _why_replayed(self) -> str:
        return self._window.replay_reason


def _show_and_run(show: Callable[[], object], act: Callable[[], object]) -> None:
    show()
    act()
