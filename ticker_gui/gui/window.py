"""The main window: what stands where. No logic: it shows what it is given and says what the user wants."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QComboBox, QDialog, QMainWindow, QSizePolicy, QSplitter, QToolBar, QWidget

from ticker_gui.domain.text import display_text
from ticker_gui.gui import menus
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.dialogs.columns import ColumnChooser
from ticker_gui.gui.dialogs.keys import KeySheet
from ticker_gui.gui.menus import Choice, Command, Line, Submenu, Switch
from ticker_gui.gui.status.bar import StatusBar
from ticker_gui.gui.status.details import Details
from ticker_gui.gui.text import mnemonic_free, plain_label
from ticker_gui.gui.theme import PALETTES, Theme
from ticker_gui.gui.watchlist.add_field import AddField
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.market.columns import COLUMNS, Look
from ticker_gui.market.indicators import INDICATORS
from ticker_gui.market.sparkline import SPANS
from ticker_gui.stream.clock import Clock

_TITLE: Final = "Ticker GUI"
_UPDATE_REQUEST: Final = QEvent.Type.UpdateRequest
_THEMES: Final = {"system": "&System theme", "dark": "&Dark theme", "light": "&Light theme"}
_StandardKey = QKeySequence.StandardKey


class MainWindow(QMainWindow):
    """Left the watchlist, right the chart, above the tool bar, below the status bar.

    Signals:
        symbols_wanted: a feed's name and the text typed into the field.
        reload_wanted: the settings have been changed and should be read again.
        closing: the user wants to leave; the window is hidden, and the program ends by itself.
        theme_wanted: system, dark or light.
        palette_wanted: a key of `PALETTES`.
        undo_wanted, redo_wanted: a change of the lists is to be taken back, or made again.
        painted: all that was marked has been painted, and how many seconds that took.
    """

    symbols_wanted = Signal(str, str)
    reload_wanted = Signal()
    closing = Signal()
    theme_wanted = Signal(str)
    palette_wanted = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    painted = Signal(float)

    def __init__(
        self,
        feeds: Sequence[str],
        clock: Clock,
        theme: Theme,
        *,
        theme_name: str = "system",
        palette_name: str = "safe",
        flashes: bool = True,
        simulated: bool = False,
        delayed: Sequence[str] = (),
        known_symbols: Callable[[str], Sequence[str]] = lambda feed: (),
    ) -> None:
        super().__init__()
        self._theme_name = theme_name
        self._palette_name = palette_name
        self._known_symbols = known_symbols
        self.setObjectName("main_window")
        self.setAccessibleName("main window")
        self.resize(1400, 760)
        self.panel = WatchlistPanel(clock, theme, flashes=flashes)
        self.model, self.watchlist = self.panel.model, self.panel.table
        self.chart = PriceChart(theme, clock)
        self.status = StatusBar()
        self.details = Details(self)
        self._columns = ColumnChooser(self)
        self._columns.chosen.connect(self.watchlist.use_columns)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.panel)
        self.splitter.addWidget(self.chart)
        self.splitter.setSizes([940, 460])
        self.splitter.setChildrenCollapsible(False)
        self.setCentralWidget(self.splitter)
        self.setStatusBar(self.status)
        self._add_tool_bar()
        menus.fill(self.menuBar(), self._menus())
        self.watchlist.titles.columns_wanted.connect(self._choose_columns)
        self.use_feeds(feeds, simulated=simulated, delayed=delayed)
        self.watchlist.setFocus()

    def use_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self.watchlist.use_theme(theme)
        self.chart.use_theme(theme)

    def use_feeds(self, feeds: Sequence[str], *, simulated: bool, delayed: Sequence[str]) -> None:
        """Show which feeds there are, and for good what kind of prices theirs are, where they are not those of now."""
        self.setWindowTitle(f"{_TITLE} – simulated market" if simulated else _TITLE)
        self.watchlist.show_feeds(len(feeds) > 1)
        self._feed.clear()
        self._feed.addItems(list(feeds))
        self._feed_action.setVisible(len(feeds) > 1)
        self.details.use_feeds(feeds)
        self._simulated.setVisible(simulated)
        self._delayed_label.setText(f"Delayed prices: {', '.join(map(display_text, delayed))}")
        self._delayed.setVisible(bool(delayed))

    @property
    def feed_to_add_to(self) -> str:
        """The feed that new symbols are of."""
        return self._feed.currentText()

    def _add_tool_bar(self) -> None:
        bar = QToolBar("Tools", self)
        bar.setObjectName("tools")
        bar.setMovable(False)
        self._feed = QComboBox()
        self._feed.setObjectName("add_to_feed")
        self._feed.setAccessibleName("feed to add the symbol to")
        label = plain_label("&Add symbol")
        self._field = AddField(lambda: self._known_symbols(self.feed_to_add_to))
        self._field.setMaximumWidth(260)
        self._field.confirmed.connect(self._want_symbols)
        label.setBuddy(self._field)
        bar.addWidget(label)
        bar.addWidget(self._field)
        self._feed_action = bar.addWidget(self._feed)
        bar.addWidget(_spacer())
        self._simulated = bar.addWidget(plain_label("Simulated market: every price is invented", "simulated"))
        self._delayed_label = plain_label("", "delayed")
        self._delayed = bar.addWidget(self._delayed_label)
        self.addToolBar(bar)

    def _menus(self) -> Mapping[str, Sequence[Line]]:
        table, tabs, status, chart = self.watchlist, self.panel.tabs, self.status, self.chart
        titles, sortable = table.titles, [column for column in COLUMNS if column.look is not Look.LINE]
        return {
            "&File": (
                Command("E&xport what is shown as CSV …", partial(table.export_wanted.emit, False), _StandardKey.Save),
                Command("Export &all rows and columns …", partial(table.export_wanted.emit, True)),
                Command("&Reload settings", self.reload_wanted.emit),
                Command("&Quit", self.close, _StandardKey.Quit),
            ),
            "&Edit": (
                Command("&Undo", self.undo_wanted.emit, _StandardKey.Undo, name="undo"),
                Command("&Redo", self.redo_wanted.emit, _StandardKey.Redo, name="redo"),
                None,
                Command("&Copy rows", table.copy_rows, _StandardKey.Copy, on=table),
                Command("Copy c&ell", table.copy_cell, "Ctrl+Shift+C", on=table),
                Command("Copy table as p&icture", table.copy_picture, "Ctrl+Alt+C"),
                Command("&Paste symbols", table.paste, _StandardKey.Paste, on=table),
                None,
                Command("&Find and filter", self.panel.filter.open_it, _StandardKey.Find),
            ),
            "&Watchlist": (
                Command("&Add symbol", self._field.setFocus, _StandardKey.New),
                Command("&Remove selected", table.want_removal, _StandardKey.Delete, on=table),
                Command("Move &up", partial(table.want_shift, -1), "Alt+Up", on=table),
                Command("Move &down", partial(table.want_shift, 1), "Alt+Down", on=table),
                Command("&Pin to top, or unpin", table.want_pin, "Ctrl+D", on=table),
                Command("A&lias …", table.edit_alias, "F2", on=table),
                Submenu("Keep &sorted by", [Command(one.title, partial(titles.sort_by, one.key)) for one in sortable]),
                Command("My &order", partial(titles.sorting_wanted.emit, None), "Ctrl+0"),
                Command("&Columns …", self._choose_columns, "Ctrl+Shift+L"),
                None,
                Command("Ne&w list", tabs.new_wanted.emit, _StandardKey.AddTab),
                Command("Rena&me list …", tabs.rename_shown, "Ctrl+Shift+R"),
                Command("D&elete list", tabs.delete_shown),
                Command("Ne&xt list", partial(tabs.step, 1), "Ctrl+Tab"),
                Command("Pre&vious list", partial(tabs.step, -1), "Ctrl+Shift+Tab"),
            ),
            "&Chart": (
                Command("&Follow the newest price", chart.follow),
                None,
                *(Switch(one.title, False, partial(chart.show_indicator, one)) for one in INDICATORS),
            ),
            "Fee&d": (
                Command("&Details …", status.details_wanted.emit),
                Command("&Why is the symbol quiet?", table.want_why, "Ctrl+I"),
                Command("&Retry now", status.retry_wanted.emit, _StandardKey.Refresh),
            ),
            "&View": (
                Choice(_THEMES, self._theme_name, self.theme_wanted.emit),
                None,
                Choice({key: one.title for key, one in PALETTES.items()}, self._palette_name, self.palette_wanted.emit),
                None,
                Choice({span.name: f"Trend over {span.name}" for span in SPANS}, SPANS[0].name, table.use_span),
                None,
                Switch("Light up di&gits that change", table.flashes, table.use_flashes),
            ),
            "&Help": (Command("&Keys", self._show_keys, _StandardKey.HelpContents),),
        }

    def show_history(self, undo: str, redo: str, *, can_undo: bool, can_redo: bool) -> None:
        """Say in the menu what can be taken back, and what can be made again."""
        for name, text, can in (("undo", undo, can_undo), ("redo", redo, can_redo)):
            action = self.findChild(QAction, name)
            assert action is not None
            action.setText(f"&{mnemonic_free(display_text(text))}")
            action.setEnabled(can)

    def _want_symbols(self, text: str) -> None:
        self.symbols_wanted.emit(self.feed_to_add_to, text)

    def _choose_columns(self) -> None:
        self._columns.show_columns(self.watchlist.columns)
        _bring(self._columns)

    def _show_keys(self) -> None:
        sheet = self.findChild(KeySheet)
        if sheet is None:
            sheet = KeySheet(menus.keys_of(self.menuBar()), self)
            sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        _bring(sheet)

    def event(self, event: QEvent) -> bool:
        if event.type() != _UPDATE_REQUEST:
            return super().event(event)
        began = time.monotonic()
        was_handled = super().event(event)  # Qt paints all of the window in here
        self.painted.emit(time.monotonic() - began)
        return was_handled

    def closeEvent(self, event: QCloseEvent) -> None:
        # Qt must not end the loop under the running tasks: they end first, and with them the program.
        event.ignore()
        self.hide()
        self.closing.emit()


def _bring(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def _spacer() -> QWidget:
    spacer = QWidget()
    spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spacer
