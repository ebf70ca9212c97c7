"""The main window: what stands where. No logic: it shows what it is given and says what the user wants."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QSplitter,
    QToolBar,
    QWidget,
)

from ticker_gui.domain.text import display_text
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.status.bar import StatusBar
from ticker_gui.gui.status.details import Details
from ticker_gui.gui.text import plain_label
from ticker_gui.gui.theme import Theme
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.market.columns import COLUMNS
from ticker_gui.market.indicators import INDICATORS
from ticker_gui.stream.clock import Clock

_TITLE: Final = "Ticker GUI"
_UPDATE_REQUEST: Final = QEvent.Type.UpdateRequest


class MainWindow(QMainWindow):
    """Left the watchlist, right the chart, above the tool bar, below the status bar.

    Signals:
        symbols_wanted: a feed's name and the text typed into the field.
        reload_wanted: the settings have been changed and should be read again.
        closing: the user wants to leave; the window is hidden, and the program ends by itself.
        theme_wanted: system, dark or light.
        painted: all that was marked has been painted, and how many seconds that took.
    """

    symbols_wanted = Signal(str, str)
    reload_wanted = Signal()
    closing = Signal()
    theme_wanted = Signal(str)
    painted = Signal(float)

    def __init__(
        self,
        feeds: Sequence[str],
        clock: Clock,
        theme: Theme,
        *,
        theme_name: str = "system",
        flashes: bool = True,
        simulated: bool = False,
        delayed: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._theme_name = theme_name
        self.setObjectName("main_window")
        self.setAccessibleName("main window")
        self.resize(1400, 760)
        self.model = WatchlistModel(clock, self)
        self.watchlist = WatchlistView(self.model, theme, flashes=flashes)
        self.chart = PriceChart(theme, clock)
        self.status = StatusBar()
        self.details = Details(self)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.watchlist)
        self.splitter.addWidget(self.chart)
        self.splitter.setSizes([880, 520])
        self.splitter.setChildrenCollapsible(False)
        self.setCentralWidget(self.splitter)
        self.setStatusBar(self.status)
        self._add_tool_bar()
        self._add_menus()
        self.use_feeds(feeds, simulated=simulated, delayed=delayed)
        self.watchlist.setFocus()

    def use_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self.watchlist.use_theme(theme)
        self.chart.use_theme(theme)

    def use_feeds(self, feeds: Sequence[str], *, simulated: bool, delayed: Sequence[str]) -> None:
        """Show which feeds there are, and for good what kind of prices theirs are, where they are not those of now."""
        self.setWindowTitle(f"{_TITLE} – simulated market" if simulated else _TITLE)
        self.watchlist.setColumnHidden(_column("feed"), len(feeds) < 2)
        self._feed.clear()
        self._feed.addItems(list(feeds))
        self._feed_action.setVisible(len(feeds) > 1)
        self.details.use_feeds(feeds)
        self._simulated.setVisible(simulated)
        self._delayed_label.setText(f"Delayed prices: {', '.join(map(display_text, delayed))}")
        self._delayed.setVisible(bool(delayed))

    def _add_tool_bar(self) -> None:
        bar = QToolBar("Tools", self)
        bar.setObjectName("tools")
        bar.setMovable(False)
        self._feed = QComboBox()
        self._feed.setObjectName("add_to_feed")
        self._feed.setAccessibleName("feed to add the symbol to")
        label = plain_label("&Add symbol")
        self._field = QLineEdit()
        self._field.setObjectName("add_symbol")
        self._field.setAccessibleName("add symbol")
        self._field.setPlaceholderText("BTC-USD, ETH-USD")
        self._field.setMaximumWidth(220)
        self._field.returnPressed.connect(self._want_symbols)
        label.setBuddy(self._field)
        bar.addWidget(label)
        bar.addWidget(self._field)
        self._feed_action = bar.addWidget(self._feed)
        bar.addWidget(_spacer())
        self._simulated = bar.addWidget(plain_label("Simulated market: every price is invented", "simulated"))
        self._delayed_label = plain_label("", "delayed")
        self._delayed = bar.addWidget(self._delayed_label)
        self.addToolBar(bar)

    def _add_menus(self) -> None:
        bar = self.menuBar()
        file = bar.addMenu("&File")
        _add_action(file, "&Reload settings", self.reload_wanted.emit)
        _add_action(file, "&Quit", self.close, QKeySequence.StandardKey.Quit)
        watchlist = bar.addMenu("&Watchlist")
        _add_action(watchlist, "&Add symbol", self._field.setFocus, QKeySequence.StandardKey.New)
        _add_action(watchlist, "&Remove selected", self.watchlist.want_removal)
        chart = bar.addMenu("&Chart")
        _add_action(chart, "&Follow the newest price", self.chart.follow)
        chart.addSeparator()
        for indicator in INDICATORS:
            action = _add_action(chart, indicator.title)
            action.setCheckable(True)
            action.toggled.connect(partial(self.chart.show_indicator, indicator))
        feed = bar.addMenu("F&eed")
        _add_action(feed, "&Details …", self.status.details_wanted.emit)
        _add_action(feed, "&Why is the symbol quiet?", self.watchlist.want_why)
        _add_action(feed, "&Retry now", self.status.retry_wanted.emit, QKeySequence.StandardKey.Refresh)
        view = bar.addMenu("&View")
        themes = QActionGroup(self)
        for name in ("system", "dark", "light"):
            action = _add_action(view, f"&{name.capitalize()} theme", partial(self.theme_wanted.emit, name))
            action.setCheckable(True)
            action.setChecked(name == self._theme_name)
            themes.addAction(action)

    def _want_symbols(self) -> None:
        text = self._field.text()
        if text.strip():
            self._field.clear()
            self.symbols_wanted.emit(self._feed.currentText(), text)

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


def _add_action(
    menu: QMenu,
    text: str,
    act: Callable[[], object] | None = None,
    key: QKeySequence.StandardKey | None = None,
) -> QAction:
    action = menu.addAction(text)
    if act is not None:
        action.triggered.connect(act)
    if key is not None:
        action.setShortcut(QKeySequence(key))
    return action


def _spacer() -> QWidget:
    spacer = QWidget()
    spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spacer


def _column(key: str) -> int:
    return next(index for index, column in enumerate(COLUMNS) if column.key == key)
