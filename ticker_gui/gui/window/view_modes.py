"""The view modes of the window: full screen, the chart alone and the list alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QWidget

from ticker_gui.gui.widgets.menus import MenuItem, Toggle
from ticker_gui.gui.window.docks import PanelDocks

_FULL_SCREEN = Qt.WindowState.WindowFullScreen


class ViewModes:
    """Switches the modes of a window; the layout before a mode returns after it, and is the one that is saved."""

    def __init__(self, window: QMainWindow, docks: PanelDocks, chart: QWidget, watchlist: QWidget) -> None:
        self._window, self._docks = window, docks
        self._chart, self._watchlist = chart, watchlist

    def menu_items(self) -> list[MenuItem]:
        """Return the items of the View menu."""
        docks, chart, watchlist = self._docks, self._chart, self._watchlist
        return [
            Toggle("Cha&rt only", lambda: docks.only_part is chart, self._chart_only, "Ctrl+Shift+F11"),
            Toggle("&List only", lambda: docks.only_part is watchlist, self._list_only, "Ctrl+Shift+F10"),
            Toggle("Full scree&n", self._window.isFullScreen, self.set_full_screen, "F11"),
        ]

    def leave(self) -> bool:
        """Leave all modes and return whether one was on."""
        was_on = self._docks.only_part is not None or self._window.isFullScreen()
        self._docks.show_all()
        self.set_full_screen(False)
        return was_on

    def _chart_only(self, is_on: bool) -> None:
        self._show_only(self._chart, is_on)

    def _list_only(self, is_on: bool) -> None:
        self._show_only(self._watchlist, is_on)

    def _show_only(self, widget: QWidget, is_on: bool) -> None:
        if is_on:
            self._docks.show_only(widget)
        else:
            self._docks.show_all()

    def set_full_screen(self, is_on: bool) -> None:
        """Enter or leave full screen; a maximized window is maximized again afterwards."""
        if is_on is not self._window.isFullScreen():
            self._window.setWindowState(self._window.windowState() ^ _FULL_SCREEN)
