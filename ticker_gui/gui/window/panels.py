"""The registry of panels: a line here gives a panel its dock, menu items, theme and layout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ticker_gui.domain.clock import Clock
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.alerts.dock import AlertsDock
from ticker_gui.gui.console.dock import ConsoleDock
from ticker_gui.gui.feeds.panel import FeedsPanel
from ticker_gui.gui.status.details import Details
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.widgets.theme import Theme

_Area = Qt.DockWidgetArea


class PanelContext(NamedTuple):
    """What a panel may need when it is created; ``parent`` is its dock, which puts it into its place anyway."""

    clock: Clock
    theme: Theme
    flash_enabled: bool = True
    parent: QWidget | None = None


class Panel(NamedTuple):
    """A panel beside the chart, in a dock that the user can close, float, tab and move.

    ``title`` contains the mnemonic of its menu item, ``key`` is the shortcut that opens and closes it. The dock's
    object name is ``NAME_dock``: saved layouts refer to it, so a name never changes. ``size`` is the preferred width
    of a panel at the side, or the height of one at the bottom, in pixels; 0 means a share of the window's width at the
    side, and the widget's own size hint at the bottom.
    """

    name: str
    title: str
    key: str
    area: Qt.DockWidgetArea
    make: Callable[[PanelContext], QWidget]
    is_open: bool = True
    size: int = 0


@runtime_checkable
class HasTheme(Protocol):
    """A panel that paints in the colors of the theme."""

    def set_theme(self, theme: Theme) -> None: ...


@runtime_checkable
class HasNumberStyle(Protocol):
    """A panel that shows numbers."""

    def set_style(self, style: NumberStyle) -> None: ...


@runtime_checkable
class HasHeader(Protocol):
    """A panel that fills the title bar of its dock itself, in place of its title."""

    header: QWidget


@runtime_checkable
class HasParts(Protocol):
    """A panel whose parts are made just before it is shown for the first time: a window starts faster without them."""

    def make_parts(self) -> None: ...


def _make_watchlist(context: PanelContext) -> WatchlistPanel:
    return WatchlistPanel(context.clock, context.theme, flash_enabled=context.flash_enabled)


def _make_details(context: PanelContext) -> Details:
    return Details(context.parent)


def _make_feeds(context: PanelContext) -> FeedsPanel:
    return FeedsPanel(context.theme, context.parent)


def _make_alerts(context: PanelContext) -> AlertsDock:
    return AlertsDock(context.theme, context.parent)


def _make_console(context: PanelContext) -> ConsoleDock:
    return ConsoleDock(context.theme, context.parent)


PANELS: Final = (
    Panel("watchlist", "&Watchlist", "F9", _Area.LeftDockWidgetArea, _make_watchlist),
    Panel("details", "&Feed diagnostics", "Shift+F9", _Area.BottomDockWidgetArea, _make_details, is_open=False),
    Panel("feeds", "F&eeds", "Ctrl+Shift+F9", _Area.BottomDockWidgetArea, _make_feeds, is_open=False),
    Panel("alerts", "&Alerts", "Ctrl+Shift+A", _Area.BottomDockWidgetArea, _make_alerts, is_open=False, size=300),
    Panel("console", "Con&sole", "F12", _Area.BottomDockWidgetArea, _make_console, is_open=False, size=420),
)
