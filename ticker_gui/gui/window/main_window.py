"""The main window: what stands where. No logic: it shows what it is given and says what the user wants."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.chart.controls import ChartControls
from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.status.bar import StatusBar
from ticker_gui.gui.status.details import Details
from ticker_gui.gui.watchlist.add_field import AddField
from ticker_gui.gui.watchlist.column_dialog import ColumnChooser
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.widgets.plain_text import mnemonic_free, plain_label, set_tooltip
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.gui.window.actions import window_menus
from ticker_gui.gui.window.docks import PanelDocks
from ticker_gui.gui.window.panels import PanelContext
from ticker_gui.gui.window.shortcuts_dialog import ShortcutsDialog

_TITLE: Final = "Ticker GUI"
_SIZE: Final = QSize(1400, 760)
_FRAME: Final = QSize(16, 48)  # about as much as borders and a title bar take
_UPDATE_REQUEST: Final = QEvent.Type.UpdateRequest


class MainWindow(QMainWindow):
    """Left the watchlist, right the chart, above the tool bar, below the status bar.

    Signals:
        symbols_requested: a feed's name and the text typed into the field.
        reload_requested: the settings have been changed and should be read again.
        closing: the user wants to leave; the window is hidden, and the program ends by itself.
        theme_requested: system, dark or light.
        palette_requested: a key of `PALETTES`.
        undo_requested, redo_requested: a change of the lists is to be taken back, or made again.
        painted: all that was marked has been painted, and how many seconds that took.
    """

    symbols_requested = Signal(str, str)
    reload_requested = Signal()
    closing = Signal()
    theme_requested = Signal(str)
    palette_requested = Signal(str)
    undo_requested = Signal()
    redo_requested = Signal()
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
        simulated: bool = False,
        delayed: Sequence[str] = (),
        known_symbols: Callable[[str], Sequence[str]] = lambda feed: (),
    ) -> None:
        super().__init__()
        self.theme_name = theme_name
        self.palette_name = palette_name
        self._known_symbols = known_symbols
        self.setObjectName("main_window")
        self.setAccessibleName("main window")
        self.resize(_SIZE)
        self.chart = PriceChart(theme, clock)
        self.setCentralWidget(self.chart)
        self.docks = PanelDocks(self, PanelContext(clock, theme, flash_enabled))
        self.docks.painted.connect(self.painted)
        self.panel, self.details = self.docks.widget(WatchlistPanel), self.docks.widget(Details)
        self.model, self.watchlist = self.panel.model, self.panel.table
        self.chart_menu = ChartMenu(self.chart)
        self.status = StatusBar()
        self._columns = ColumnChooser(self)
        self._columns.chosen.connect(self.watchlist.set_columns)
        self.setStatusBar(self.status)
        self._add_tool_bar()
        menus.fill_menu_bar(self.menuBar(), window_menus(self))
        self.watchlist.header.columns_requested.connect(self.choose_columns)
        self.set_feeds(feeds, simulated=simulated, delayed=delayed)
        self.docks.share_space()
        self.watchlist.setFocus()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self.docks.set_theme(theme)
        self.chart.set_theme(theme)

    def set_style(self, style: NumberStyle) -> None:
        """Write numbers like this from now on."""
        self.docks.set_style(style)
        self.chart.set_style(style)

    def set_feeds(self, feeds: Sequence[str], *, simulated: bool, delayed: Sequence[str]) -> None:
        """Show which feeds there are, and for good what kind of prices theirs are, where they are not those of now."""
        self.setWindowTitle(f"{_TITLE} – simulated market" if simulated else _TITLE)
        self.watchlist.set_feed_column_visible(len(feeds) > 1)
        self._feed.clear()
        self._feed.addItems(list(feeds))
        self._feed_action.setVisible(len(feeds) > 1)
        self.details.set_feeds(feeds)
        self._simulated.setVisible(simulated)
        self._delayed_label.setText(f"Delayed prices: {', '.join(map(sanitize_text, delayed))}")
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
        set_tooltip(self._feed, "Feed to add the symbol to")
        label = plain_label("&Add symbol")
        self.add_field = AddField(lambda: self._known_symbols(self.feed_to_add_to))
        self.add_field.setMaximumWidth(260)
        self.add_field.confirmed.connect(self._want_symbols)
        label.setBuddy(self.add_field)
        bar.addWidget(label)
        bar.addWidget(self.add_field)
        self._feed_action = bar.addWidget(self._feed)
        controls = ChartControls(self.chart)
        controls.indicators_requested.connect(self.chart_menu.choose_indicators)
        bar.addWidget(_spacer())
        bar.addWidget(controls)
        self._simulated = bar.addWidget(plain_label("Simulated market: every price is invented", "simulated"))
        self._delayed_label = plain_label("", "delayed")
        self._delayed = bar.addWidget(self._delayed_label)
        for more in bar.findChildren(QToolButton, "qt_toolbar_ext_button"):  # for what finds no room; Qt names it not
            more.setAccessibleName("more tools")
        self.addToolBar(bar)

    def fit_into(self, available: QSize) -> None:
        """Take the usual size, or less where the screen has no room for it."""
        self.resize(_SIZE.boundedTo(available - _FRAME))
        self.docks.share_space()

    def show_history(self, undo: str, redo: str, *, can_undo: bool, can_redo: bool) -> None:
        """Say in the menu what can be taken back, and what can be made again."""
        for name, text, can in (("undo", undo, can_undo), ("redo", redo, can_redo)):
            action = self.findChild(QAction, name)
            assert action is not None
            action.setText(f"&{mnemonic_free(sanitize_text(text))}")
            action.setEnabled(can)

    def _want_symbols(self, text: str) -> None:
        self.symbols_requested.emit(self.feed_to_add_to, text)

    def choose_columns(self) -> None:
        self._columns.show_columns(self.watchlist.columns)
        show_in_front(self._columns)

    def show_keys(self) -> None:
        sheet = self.findChild(ShortcutsDialog)
        if sheet is None:
            sheet = ShortcutsDialog(menus.menu_shortcuts(self.menuBar()), self)
            sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show_in_front(sheet)

    def createPopupMenu(self) -> QMenu:
        menu = QMenu(self)  # Qt's own could also hide the tool bar, and no menu would bring it back
        menus.fill_menu(menu, self.docks.menu_items())
        return menu

    def event(self, event: QEvent) -> bool:
        if event.type() != _UPDATE_REQUEST:
            return super().event(event)
        began = time.monotonic()
        was_handled = super().event(event)  # Qt paints all of the window in here
        self.painted.emit(time.monotonic() - began)
        return was_handled

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Only once the window itself is on the screen: else it would cover its panels.
        QTimer.singleShot(0, self.docks.show_floating)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Qt must not end the loop under the running tasks: they end first, and with them the program.
        event.ignore()
        self.docks.hide_floating()
        self.hide()
        self.closing.emit()


def _spacer() -> QWidget:
    spacer = QWidget()
    spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spacer
