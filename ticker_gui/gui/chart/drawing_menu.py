"""The menus of drawings: the tools, and the commands of the drawing at the pointer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMetaMethod, QPoint, QPointF, QRect, QSizeF

from ticker_gui.chart.drawings import COLORS, TITLES, Drawing, DrawingKind
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.drawing_pointer import DrawingPointer
from ticker_gui.gui.chart.drawing_tools import DrawingTools
from ticker_gui.gui.chart.menu import DRAW
from ticker_gui.gui.chart.options import zone_by_name
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, RadioGroup, Submenu, Toggle

if TYPE_CHECKING:  # loaded when it is opened
    from ticker_gui.gui.chart.drawing_dialog import DrawingDialog

_MNEMONICS: Final = {
    DrawingKind.HORIZONTAL: "&Horizontal line",
    DrawingKind.TREND: "&Trend line",
    DrawingKind.RAY: "&Ray",
}


class DrawingMenu:
    """The menu items of the drawings of one chart."""

    def __init__(self, tools: DrawingTools, pointer: DrawingPointer) -> None:
        self._tools, self._pointer = tools, pointer
        self.dialog: DrawingDialog | None = None
        tools.edit_requested.connect(self.edit)

    def tool_items(self) -> Sequence[MenuItem]:
        """Return the items that choose a tool, and those for all drawings."""
        tools = self._tools
        return (
            *(
                MenuCommand(text, partial(tools.choose, kind), unavailable=self._no_symbol)
                for kind, text in _MNEMONICS.items()
            ),
            None,
            Toggle("Hide &all drawings", lambda: tools.book.is_hidden, tools.set_hidden),
            MenuCommand("&Delete all drawings for this symbol", tools.delete_all, unavailable=self._no_drawings),
        )

    def items_at(self, at: QPoint) -> Sequence[MenuItem]:
        """Return the items for a point of the screen: of the drawing there, or else for a new one."""
        tools, point = self._tools, self._tools.chart.price.point_at(at)
        drawing = tools.selected if point is None else tools.drawing_at(point.x(), point.y())
        if drawing is not None:
            tools.select(drawing.id)
            return (*self._items_of(drawing), None)
        return (Submenu(DRAW, self._items_for_new(point)), None) if point is not None else ()

    def edit(self, drawing: Drawing) -> None:
        """Open the dialog for the times and prices of a drawing, where it does not cover that."""
        from ticker_gui.gui.chart.drawing_dialog import DrawingDialog, free_corner

        tools = self._tools
        if self.dialog is not None:
            self.dialog.close()
        zone = zone_by_name(tools.chart.options.zone)  # the axis of daily bars has another one, for dates
        self.dialog = dialog = DrawingDialog(drawing, zone, tools.decimals, tools.chart)
        dialog.accepted.connect(lambda: tools.put("edit", dialog.drawing))
        dialog.finished.connect(lambda: setattr(self, "dialog", None))
        tools.chart.symbol_changed.connect(dialog.reject)
        pane = tools.chart.price
        area = QRect(pane.mapToGlobal(pane.corner), QSizeF(*pane.extent).toSize())
        dialog.adjustSize()
        dialog.move(free_corner(area, dialog.frameSize(), tools.lines(drawing)))
        dialog.open()

    def _items_for_new(self, point: QPointF) -> Sequence[MenuItem]:
        projection = self._tools.projection
        if projection is None:
            return ()
        anchor = projection.anchor(point.x(), point.y(), self._tools.decimals)
        text = numbers.on_screen(numbers.price(anchor.price, numbers.decimals(anchor.price)))
        begin = self._pointer.begin_at
        return (
            MenuCommand(f"&Horizontal line at {text}", partial(begin, DrawingKind.HORIZONTAL, anchor)),
            MenuCommand("&Trend line from here", partial(begin, DrawingKind.TREND, anchor)),
            MenuCommand("&Ray from here", partial(begin, DrawingKind.RAY, anchor)),
            *self.tool_items()[len(_MNEMONICS) :],
        )

    def _items_of(self, drawing: Drawing) -> Sequence[MenuItem]:
        tools, title = self._tools, TITLES[drawing.kind].lower()
        timeframe = tools.chart.options.timeframe
        alert = MenuCommand(
            "Edit &alert…" if tools.alert_of(drawing) else "Alert w&hen the price crosses…",
            partial(tools.alert_requested.emit, drawing),
            unavailable=_no_price(drawing),
        )
        offers_alerts = tools.isSignalConnected(QMetaMethod.fromSignal(tools.alert_requested))
        return (
            *((alert, None) if offers_alerts else ()),
            MenuCommand(f"Edit {title}…", partial(self.edit, drawing)),
            Submenu(
                "Color",
                [RadioGroup(COLORS, lambda: drawing.color, lambda color: tools.change("color", drawing, color=color))],
            ),
            Toggle("Loc&k", lambda: drawing.is_locked, partial(tools.set_locked, drawing)),
            Toggle(
                "This time&frame only",
                lambda: bool(drawing.timeframe),
                lambda is_on: tools.change("edit", drawing, timeframe=timeframe if is_on else ""),
            ),
            MenuCommand(f"Delete {title}", partial(tools.delete, drawing), unavailable=_locked(drawing)),
        )

    def _no_symbol(self) -> str:
        return "" if self._tools.symbol is not None else "No symbol on the chart"

    def _no_drawings(self) -> str:
        symbol = self._tools.symbol
        return "" if symbol is not None and self._tools.book.of(symbol) else "No drawings for this symbol"


def _locked(drawing: Drawing) -> Callable[[], str]:
    return lambda: "The line is locked" if drawing.is_locked else ""


def _no_price(drawing: Drawing) -> Callable[[], str]:
    is_vertical = drawing.end is not None and drawing.end.time_ns == drawing.begin.time_ns
    return lambda: "The line is vertical" if is_vertical else ""
