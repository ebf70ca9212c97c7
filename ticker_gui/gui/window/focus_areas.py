"""Moves the keyboard focus from one area of the window to the next."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem
from ticker_gui.gui.window.docks import PanelDocks


class FocusAreas:
    """The areas are the toolbar, the watchlist, the chart and the open panels, in the order of reading."""

    def __init__(self, tool_bar: QWidget, first_field: QWidget, docks: PanelDocks) -> None:
        self._tool_bar, self._first_field, self._docks = tool_bar, first_field, docks

    def menu_items(self) -> list[MenuItem]:
        """Return the items of the View menu."""
        return [
            MenuCommand("Ne&xt area", partial(self.step, 1), "F6"),
            MenuCommand("Pre&vious area", partial(self.step, -1), "Shift+F6"),
        ]

    def step(self, by: int) -> None:
        """Move the focus by some areas; after the last one, the first one follows."""
        areas = [self._tool_bar, *self._docks.visible_parts()]
        focus = QApplication.focusWidget()
        at = next((index for index, area in enumerate(areas) if focus is not None and _contains(area, focus)), None)
        index = (by > 0) - 1 if at is None else (at + by) % len(areas)
        area = areas[index]
        target = self._first_field if area is self._tool_bar else area
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _contains(area: QWidget, widget: QWidget) -> bool:
    return area is widget or area.isAncestorOf(widget)
