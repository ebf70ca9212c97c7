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
    """Return the menus of a window.

    A command that changes the watchlist first shows its panel, which may be closed or behind another tab.
    """

    def shown(act: Callable[..., object], *arguments: object) -> Callable[[], None]:
        return partial(_show_and_run, partial(window.docks.reveal, window.panel), partial(act, *arguments))

    def focused(act: Callable[[], object]) -> Callable[[], None]:
        return partial(_show_and_run, partial(window.docks.open, window.panel), act)

    table, tabs, status = window.watchlist, window.panel.tabs, window.status

    def empty() -> str:
        return "" if table.watchlist.rowCount() else "The list is empty"

    def unselected() -> str:
        return "" if table.selected_states() else "No row is selected"

    def single_list() -> str:
        return "" if tabs.bar.count() > 1 else "This is the only list"

    def connected() -> str:
        return window.replay_reason or ("" if status.can_retry else "No feed is waiting to reconnect")

    def replayed() -> str:
        return window.replay_reason

    def open_websocket() -> None:
        window.docks.open(window.console)
        window.console.panel.choose_websocket()

    def help_command(text: str, topic: HelpTopic) -> MenuCommand:
        return MenuCommand(text, partial(window.help_requested.emit, topic), name=topic.value)

    header, sortable = table.header, [column for column in COLUMNS if column.kind is not CellKind.SPARKLINE]
    palettes = {key: palette.title for key, palette in PALETTES.items()}
    periods = {period.name: period.name for period in SPARKLINE_PERIODS}
    return {
        "&File": (
            MenuCommand("&Import symbols…", shown(table.import_requested.emit), _StandardKey.Open),
            MenuCommand(
                "E&xport visible rows to CSV…",
                partial(table.export_requested.emit, False),
                _StandardKey.Save,
                unavailable=empty,
            ),
            MenuCommand(
                "Export &all rows and columns to CSV…", partial(table.export_requested.emit, True), unavailable=empty
            ),
            MenuCommand(
                "Export list for &TradingView…", partial(table.list_export_requested.emit, True), unavailable=empty
            ),
            MenuCommand("Export &list as text…", partial(table.list_export_requested.emit, False), unavailable=empty),
            None,
            *window.recording.items,
            MenuCommand("Open a re&cording…", window.open_recording_requested.emit, name="open_recording"),
            None,
            MenuCommand("&Reload settings", window.reload_requested.emit, unavailable=replayed),
            MenuCommand(
                "&Delete stored data…",
                window.deletion_requested.emit,
                name="delete_stored_data",
                unavailable=replayed,
            ),
            None,
            MenuCommand("&Quit", window.close, _StandardKey.Quit),
        ),
        "&Edit": (
            MenuCommand("&Undo", window.undo_requested.emit, _StandardKey.Undo, name="undo"),
            MenuCommand("&Redo", window.redo_requested.emit, _StandardKey.Redo, name="redo"),
            None,
            MenuCommand("&Copy rows", table.copy_rows, _StandardKey.Copy, on=table, unavailable=unselected),
            MenuCommand("Copy c&ell", table.copy_cell, "Ctrl+Shift+C", on=table, unavailable=unselected),
            MenuCommand("Copy table as &image", table.copy_image, "Ctrl+Alt+C"),
            MenuCommand("&Paste symbols", shown(table.paste), _StandardKey.Paste, on=table),
            None,
            MenuCommand("&Find and filter", focused(window.panel.filter.open_filter), _StandardKey.Find),
            None,
            Submenu("&Alerts", window.alerts.requests.file_items),
            None,
            MenuCommand("&Settings…", window.open_settings, SETTINGS_KEY, name="settings_action"),
        ),
        "&Watchlist": (
            MenuCommand("&Add symbols", shown(window.focus_add_field), _StandardKey.New),
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
            MenuCommand("Edit a&lias", focused(table.edit_alias), "F2", on=table, unavailable=unselected),
            MenuCommand("Add to l&ist", shown(table.choose_list), unavailable=unselected),
            MenuCommand("New sec&tion", shown(table.request_section), "Ctrl+Shift+G"),
            Submenu("Keep &sorted by", [MenuCommand(one.title, shown(header.sort_by, one.key)) for one in sortable]),
            Submenu("Sort &once by", [MenuCommand(one.title, shown(header.sort_once, one.key)) for one in sortable]),
            MenuCommand("Ma&nual order", shown(header.sorting_requested.emit, None), "Ctrl+0"),
            MenuCommand("Choose &columns…", shown(window.choose_columns), "Ctrl+Shift+L"),
            None,
            MenuCommand("Ne&w list", shown(tabs.new_list_requested.emit), _StandardKey.AddTab),
            MenuCommand("Rena&me list", focused(tabs.rename_active), "Ctrl+Shift+R"),
            MenuCommand("Delet&e list", shown(tabs.delete_active)),
            MenuCommand("Ne&xt list", shown(tabs.step, 1), NEXT_TAB, unavailable=single_list),
            MenuCommand("Pre&vious list", shown(tabs.step, -1), PREVIOUS_TAB, unavailable=single_list),
        ),
        "&Chart": window.chart_menu.items(),
        "Fee&d": (
            MenuCommand(
                "&Connect a feed…",
                window.connect_feed,
                "Ctrl+Shift+N",
                name="connect_feed_action",
                unavailable=replayed,
            ),
            window.feeds_submenu.menuAction(),
            MenuCommand("Open any &WebSocket in the console", open_websocket),
            None,
            MenuCommand("&Feed diagnostics", window.docks.toggle(window.details).trigger),
            MenuCommand("&Symbol diagnostics", table.request_diagnosis, "Ctrl+I", unavailable=unselected),
            MenuCommand("&Retry now", status.retry_requested.emit, _StandardKey.Refresh, unavailable=connected),
        ),
        "&View": (
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
        ),
        "&Help": (
            MenuCommand("&Keyboard shortcuts", window.show_shortcuts, _StandardKey.HelpContents),
            help_command("&User guide", HelpTopic.README),
            None,
            help_command("Report a &problem…", HelpTopic.REPORT),
            help_command("Open &log folder", HelpTopic.LOG_FOLDER),
            None,
            help_command("&About", HelpTopic.ABOUT),
        ),
    }


def _show_and_run(show: Callable[[], object], act: Callable[[], object]) -> None:
    show()
    act()
