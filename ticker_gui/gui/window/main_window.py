"""The main window: arranges its parts, displays what it is given and emits what the user requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QMenu

from ticker_gui.command_palette.entries import Entry
from ticker_gui.command_palette.symbols import SymbolDirectory
from ticker_gui.config.settings import Feed
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.feed_setup.symbol_suggestions import SymbolSuggestion, suggest_symbols
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.alerts.dock import AlertsDock
from ticker_gui.gui.chart.alert_lines import AlertLines
from ticker_gui.gui.chart.controls import ChartControls
from ticker_gui.gui.chart.drawing_menu import DrawingMenu
from ticker_gui.gui.chart.drawing_pointer import DrawingPointer
from ticker_gui.gui.chart.drawing_tools import DrawingTools
from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.range_bar import RangeBar
from ticker_gui.gui.connect.preset import ConnectPreset
from ticker_gui.gui.console.dock import ConsoleDock
from ticker_gui.gui.feeds.banner_bar import BannerBar
from ticker_gui.gui.feeds.feeds_menu import FeedsMenu
from ticker_gui.gui.feeds.panel import FeedsPanel
from ticker_gui.gui.recording.recording_actions import RecordingActions
from ticker_gui.gui.status.bar import StatusBar
from ticker_gui.gui.status.details import Details
from ticker_gui.gui.watchlist.add_field import AddField
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.widgets.plain_text import mnemonic_free
from ticker_gui.gui.widgets.text_field_shortcuts import TextFieldShortcuts
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.gui.window.actions import COMMAND_PALETTE_KEY, COMMAND_PALETTE_NAME, window_menus
from ticker_gui.gui.window.command_palette import CommandPalette
from ticker_gui.gui.window.docks import PanelDocks
from ticker_gui.gui.window.focus_areas import FocusAreas
from ticker_gui.gui.window.narrow_view import NarrowView
from ticker_gui.gui.window.palette_entries import (
    command_entries,
    indicator_entries,
    list_entries,
    note_entries,
    recent_symbol_entries,
    setting_entries,
    symbol_entries,
    timeframe_entries,
)
from ticker_gui.gui.window.panels import PANELS, Panel, PanelContext
from ticker_gui.gui.window.proportions import Area, first_area
from ticker_gui.gui.window.separator_grips import SeparatorGrips
from ticker_gui.gui.window.tool_bar import ToolBar
from ticker_gui.gui.window.view_modes import ViewModes
from ticker_gui.gui.window.window_placement import is_forced_growth, keep_on_screen
from ticker_gui.gui.window.window_title import WindowTitle

if TYPE_CHECKING:
    from ticker_gui.gui.watchlist.column_chooser import ColumnChooser

_SIZE: Final = QSize(1600, 1000)
_UPDATE_REQUEST: Final = QEvent.Type.UpdateRequest


class MainWindow(QMainWindow):
    """The chart in the center, a dock for each panel around it, a toolbar above and a status bar below.

    Signals:
        connect_feed_requested: open the dialog that connects a feed, with a `ConnectPreset`.
        open_recording_requested: choose a recording, and play it in a window of its own.
        symbols_requested: the name of a feed, empty for the one that has the symbol, and the text typed into the field.
        reload_requested: read the settings again.
        deletion_requested: delete the stored market data, after a confirmation.
        closing: the user has closed the window; it is hidden, and the program shuts down.
        theme_requested: system, dark or light.
        palette_requested: a key of `PALETTES`.
        flash_requested: whether digits that change are highlighted.
        settings_requested: open the settings, at the one with this key; it may be empty.
        help_requested: a `HelpTopic` to show.
        undo_requested: undo the last change of the lists or the drawings.
        redo_requested: redo the change that was undone last.
        symbol_chosen: a feed and a symbol to show on the chart, which may be in no list.
        painted: the window has been painted; how many seconds that took.
    """

    connect_feed_requested = Signal(object)
    open_recording_requested = Signal()
    symbols_requested = Signal(str, str)
    reload_requested = Signal()
    deletion_requested = Signal()
    closing = Signal()
    theme_requested = Signal(str)
    palette_requested = Signal(str)
    flash_requested = Signal(bool)
    settings_requested = Signal(str)
    help_requested = Signal(object)
    undo_requested = Signal()
    redo_requested = Signal()
    symbol_chosen = Signal(str, str)
    painted = Signal(float)

    def __init__(
        self,
        feeds: Sequence[str],
        clock: Clock,
        theme: Theme,
        *,
        theme_name: str = "system",
        palette_name: str = "safe",
        flash_enabled: bool = True,
        columns_without_data: frozenset[str] = frozenset(),
        panels: Sequence[Panel] = PANELS,
    ) -> None:
        super().__init__()
        self.theme_name = theme_name
        self.palette_name = palette_name
        self.replay_reason = ""  # why commands for feeds and files cannot be chosen, in a replay
        self.title = WindowTitle(self)
        self.extra_entries: list[Callable[[str], Iterable[Entry]]] = []  # of the command palette, for a typed text
        self.setObjectName("main_window")
        self.setAccessibleName("Main window")
        self.resize(_SIZE)
        self.chart = PriceChart(theme, clock, self)
        self.setCentralWidget(self.chart)
        self.docks = PanelDocks(self, PanelContext(clock, theme, flash_enabled), panels)
        self.docks.painted.connect(self.painted)
        self._grips = SeparatorGrips(self, self.chart)
        self.docks.changed.connect(self._grips.follow)
        self._grips.dragged.connect(self.docks.note_size)
        self._grips.reset_requested.connect(self.docks.reset_size)
        self.docks.arranged.connect(self.chart.panes.reset_sizes)
        self.panel, self.details = self.docks.widget(WatchlistPanel), self.docks.widget(Details)
        self.console, self.alerts = self.docks.widget(ConsoleDock), self.docks.widget(AlertsDock)
        self.model, self.watchlist = self.panel.model, self.panel.table
        self.modes = ViewModes(self, self.docks, self.chart, self.panel)
        self._make_chart_tools()
        self._make_bars(theme)
        menus.fill_menu_bar(self.menuBar(), window_menus(self))
        self.symbol_directory: SymbolDirectory | None = None
        self.search_online: Callable[[str], str] = lambda typed: ""  # searches at providers and returns its status
        self.command_palette = CommandPalette(self, theme, self._palette_entries, self._symbol_entries)
        TextFieldShortcuts([COMMAND_PALETTE_KEY], self)
        self._connect_watchlist()
        self.set_feeds(feeds, columns_without_data=columns_without_data)
        self.docks.share_space()
        self.watchlist.setFocus()

    def _make_chart_tools(self) -> None:
        self.drawings, self.alert_lines = DrawingTools(self.chart), AlertLines(self.chart)
        self.drawing_menu = DrawingMenu(self.drawings, DrawingPointer(self.drawings))
        self.chart_menu = ChartMenu(self.chart, self.drawing_menu.tool_items())
        self.chart_menu.pointer_items += [self.drawing_menu.items_at, self.alert_lines.menu_items]
        self.chart_controls = ChartControls(self.chart, self.chart_menu, self.chart)
        self.range_bar = RangeBar(self.chart, self.chart)
        self.chart_controls.indicators_requested.connect(self.chart_menu.choose_indicators)
        self.chart_controls.alert_requested.connect(self.alerts.requests.new_requested)
        self.drawings.tool_changed.connect(lambda: self.chart_controls.show_drawing(self.drawings.tool is not None))
        self.chart.set_bars(self.chart_controls, self.range_bar)

    def _make_bars(self, theme: Theme) -> None:
        self.status = StatusBar()
        self.status.undo_requested.connect(self.undo_requested)
        self.status.feeds_requested.connect(self.open_feeds)
        self.feeds_panel, self.banner = self.docks.widget(FeedsPanel), BannerBar(theme, self)
        self.feeds_menu, self.feeds_submenu = self._make_feeds_menu(theme), self._make_feeds_menu(theme)
        self.feeds_menu.add_first(menus.MenuCommand("&Connect a feed…", self.connect_feed))
        self.setStatusBar(self.status)
        self.recording = RecordingActions(self)
        self.tool_bar = self._make_tool_bar()
        self.areas = FocusAreas(self.tool_bar, self.add_field, self.docks)
        self.narrow_view = NarrowView(self, self.docks, self.panel, self.chart)
        self.addToolBar(self.tool_bar)
        for bar in (self.banner, self.narrow_view):
            self.addToolBarBreak()
            self.addToolBar(bar)

    def _connect_watchlist(self) -> None:
        self.watchlist.header.columns_requested.connect(self.choose_columns)
        self.watchlist.connection_requested.connect(lambda symbol: self.connect_feed(symbol=symbol))
        self.panel.connection_requested.connect(self.connect_feed)
        self.panel.add_requested.connect(self.focus_add_field)
        self.panel.tabs.new_list_named.connect(self.focus_add_field)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors of all parts."""
        self.docks.set_theme(theme)
        self.chart.set_theme(theme)
        self.command_palette.set_theme(theme)
        self.banner.set_theme(theme)
        self.feeds_menu.theme = self.feeds_submenu.theme = theme

    def set_style(self, style: NumberStyle) -> None:
        """Set the number format of all parts."""
        self.docks.set_style(style)
        self.chart.set_style(style)

    def set_feeds(self, feeds: Sequence[str], *, columns_without_data: frozenset[str]) -> None:
        """Set the feeds, and the columns that none of them provides."""
        self.watchlist.set_feed_column_visible(len(feeds) > 1)
        self.watchlist.set_columns_without_data(columns_without_data)
        self.tool_bar.set_feeds(feeds)
        self.details.set_feeds(feeds)

    @property
    def feed_to_add_to(self) -> str:
        """The chosen feed for new symbols; if none is chosen, that of the current row, or the first one."""
        current = self.watchlist.current_state
        return self.tool_bar.feed or (current.feed if current is not None else self.tool_bar.first_feed)

    def _make_tool_bar(self) -> ToolBar:
        self.add_field = AddField(self._suggest_symbols)
        self.add_field.connection_requested.connect(lambda symbol: self.connect_feed(symbol=symbol))
        self.add_field.list_pasted.connect(self.watchlist.text_dropped)
        self.add_field.confirmed.connect(lambda text: self.symbols_requested.emit(self.tool_bar.feed, text))
        toggle = self.docks.toggle
        bar = ToolBar(self.add_field, self.feeds_menu, toggle(self.panel), toggle(self.alerts), self)
        bar.bell.clicked.connect(self._toggle_alerts)
        bar.search_requested.connect(self.toggle_command_palette)
        bar.bottom_toggled.connect(self.docks.show_bottom)
        bar.full_screen_toggled.connect(self.modes.set_full_screen)
        bar.settings_requested.connect(self.open_settings)
        self.docks.changed.connect(self._show_parts)
        return bar

    def _toggle_alerts(self) -> None:
        if self.docks.is_in_front(self.alerts):
            self.docks.close(self.alerts)
        else:
            self.docks.open(self.alerts)
        self._show_parts()  # a click has switched the bell

    def _show_parts(self) -> None:
        self.tool_bar.bell.setChecked(self.docks.is_in_front(self.alerts))
        self.tool_bar.show_parts(is_bottom_open=self.docks.is_bottom_open, is_full_screen=self.isFullScreen())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._show_parts()

    def _make_feeds_menu(self, theme: Theme) -> FeedsMenu:
        panel = self.feeds_panel
        return FeedsMenu(panel.requests, lambda: panel.rows, self.open_feeds, theme, self)

    def open_feeds(self) -> None:
        self.docks.open(self.feeds_panel)

    def fit_into(self, available: QRect) -> None:
        """Set the size and the position of a new window on a screen with this available space."""
        self.setGeometry(QRect(*first_area(Area(*available.getRect()))))  # type: ignore[misc]
        self.docks.share_space()

    def keep_on_screen(self) -> None:
        """Move the window completely onto a screen, smaller if necessary: the screens may have changed."""
        keep_on_screen(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.docks.follow_width(event.oldSize().width(), event.size().width())
        self.docks.follow_height(event.oldSize().height(), event.size().height())
        self.narrow_view.follow(event.size().width())
        self.command_palette.fit_to_window()
        if is_forced_growth(self, event):
            QTimer.singleShot(0, self, lambda: keep_on_screen(self, keeps_size=True))

    def show_history(self, undo: str, redo: str, *, can_undo: bool, can_redo: bool) -> None:
        """Set the texts of Undo and Redo after a change, and whether each of them is possible."""
        self.status.withdraw_undo()
        for name, text, can in (("undo", undo, can_undo), ("redo", redo, can_redo)):
            action = self.findChild(QAction, name)
            assert action is not None
            action.setText(f"&{mnemonic_free(sanitize_text(text))}")
            menus.set_available(action, "" if can else f"Nothing to {name}")

    def _suggest_symbols(self, typed: str) -> Sequence[SymbolSuggestion]:
        if self.symbol_directory is None:
            return []
        status = self.search_online(typed)
        notes = [SymbolSuggestion("", status, is_note=True)] if status else []
        return [*suggest_symbols(typed, self.symbol_directory), *notes]

    def refresh_symbols(self) -> None:
        """Show the suggestions for what was typed again, after more were found."""
        self.add_field.refresh()
        self.command_palette.refresh()

    def focus_add_field(self) -> None:
        self.activateWindow()  # a floating panel may be the active window
        self.add_field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def find_symbol(self, symbol: str) -> None:
        """Offer the symbols of all feeds that resemble one."""
        self.focus_add_field()
        self.add_field.clear()
        self.add_field.insert(sanitize_text(symbol, SYMBOL_LENGTH))  # as if typed, with suggestions

    def toggle_command_palette(self) -> None:
        self.command_palette.toggle()

    def _palette_entries(self) -> Iterator[Entry]:
        yield from command_entries(self.menuBar(), without=COMMAND_PALETTE_NAME)
        yield from list_entries(self.panel.tabs, self._show_list)
        yield from indicator_entries(self.chart_menu)
        yield from setting_entries(self.settings_requested.emit)

    def _symbol_entries(self, typed: str) -> Iterator[Entry]:
        for entries in self.extra_entries:
            yield from entries(typed)
        yield from timeframe_entries(typed, self.chart_menu)
        if self.symbol_directory is not None:
            tabs = self.panel.tabs
            target = tabs.names[tabs.bar.currentIndex()] if tabs.names else "the list"
            directory, choose = self.symbol_directory, self.symbol_chosen.emit
            if typed:
                status = self.search_online(typed)
                yield from symbol_entries(typed, directory, target, choose, lambda one: self.connect_feed(symbol=one))
                yield from note_entries(status)
            else:
                yield from recent_symbol_entries(self.command_palette.recent.ids, directory, target, choose)

    def _show_list(self, name: str) -> None:
        self.docks.reveal(self.panel)
        self.panel.tabs.request(name)

    def connect_feed(
        self,
        *,
        provider: str = "",
        address: str = "",
        symbol: str = "",
        more_symbols: Sequence[str] = (),
        feed: Feed | None = None,
        messages: Sequence[Any] = (),
    ) -> None:
        """Request the dialog that connects a feed, with what is known of it; see `ConnectPreset`."""
        self.connect_feed_requested.emit(ConnectPreset(provider, address, symbol, more_symbols, feed, messages))

    def open_settings(self) -> None:
        self.settings_requested.emit("")

    @cached_property
    def _columns(self) -> ColumnChooser:
        from ticker_gui.gui.watchlist.column_chooser import ColumnChooser  # not needed at the start of the program

        dialog = ColumnChooser(self)
        dialog.edit(self.watchlist)
        return dialog

    def choose_columns(self) -> None:
        self._columns.show_columns(self.watchlist.column_choice, self.watchlist.columns_without_data)
        show_in_front(self._columns)

    def show_shortcuts(self) -> None:
        from ticker_gui.gui.window.shortcuts_dialog import ShortcutsDialog

        dialog = self.findChild(ShortcutsDialog)
        if dialog is None:
            dialog = ShortcutsDialog(menus.menu_shortcuts(self.menuBar()), self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show_in_front(dialog)

    def createPopupMenu(self) -> QMenu:
        menu = QMenu(self)  # Qt's own menu could hide the toolbar, and no other menu shows it again
        menus.fill_menu(menu, self.docks.menu_items())
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or not self.modes.leave():
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() != _UPDATE_REQUEST:
            return super().event(event)
        began = time.monotonic()
        was_handled = super().event(event)  # Qt paints all of the window in here
        self.painted.emit(time.monotonic() - began)
        return was_handled

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Only after the window itself is on the screen, otherwise it would cover its panels.
        QTimer.singleShot(0, self.docks.show_floating)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Qt must not quit the event loop while tasks are running: the program ends when they have ended.
        event.ignore()
        self.docks.hide_floating()
        self.hide()
        self.closing.emit()
