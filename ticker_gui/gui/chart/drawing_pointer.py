"""Mouse and keyboard control of drawings: draw, select, move, drag end points, delete."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import msgspec
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from ticker_gui.chart.drawing_geometry import Projection, handle_at, handles
from ticker_gui.chart.drawings import TITLES, Anchor, Drawing, DrawingKind, moved
from ticker_gui.gui.chart.drawing_tools import DrawingTools
from ticker_gui.gui.chart.scene import Crosshair, bar_middle, crosshair_row
from ticker_gui.gui.widgets.key_layout import key_of

_MIN_DRAG: Final = 4.0  # pixels; less is a click
_SHIFT_STEP: Final = 10
_LOCKED: Final = "This line is locked. Unlock it in its menu first."
_DRAWN: Final = "{} drawn. Drag it to move it; press Del to delete it."
_Key = Qt.Key
_Modifier = Qt.KeyboardModifier
_ARROWS: Final = {_Key.Key_Left: (-1, 0), _Key.Key_Right: (1, 0), _Key.Key_Up: (0, -1), _Key.Key_Down: (0, 1)}


class _Gesture(NamedTuple):
    """A drag of a drawing, or of its handle with this number."""

    drawing: Drawing
    handle: int | None
    at: QPointF


class DrawingPointer:
    """Translates mouse and keyboard input into changes of drawings.

    A line is drawn with one drag, or with a click for each of its points. Ctrl moves a point to the nearest price of
    its bar.
    """

    def __init__(self, tools: DrawingTools) -> None:
        self._tools = tools
        self._gesture: _Gesture | None = None
        self._begin: Anchor | None = None  # the first point of a new line
        self._pressed = QPointF()
        self._is_second = False  # the click for the second point
        tools.chart.price.tools.insert(0, self)
        tools.chart.key_handlers.insert(1, self.handle_key)
        tools.tool_changed.connect(self._forget)
        tools.gesture_ended.connect(self._forget)

    def _forget(self) -> None:
        self._begin = self._gesture = None
        self._is_second = False

    # Mouse

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        """Start drawing with the chosen tool, or select the drawing at a point and start moving it."""
        tools, projection = self._tools, self._tools.projection
        if projection is None:
            return False
        if tools.tool is not None:
            self._pressed, self._is_second = at, self._begin is not None
            self._place(tools.tool, self._anchor(projection, at, modifiers))
            return True
        if modifiers & (_Modifier.ShiftModifier | _Modifier.AltModifier):
            return False
        drawing = tools.drawing_at(at.x(), at.y())
        if drawing is None:
            if tools.selected is not None:
                tools.select("")
            return False
        tools.select(drawing.id)
        if drawing.is_locked:
            return False
        handle = None if drawing.end is None else handle_at(handles(drawing, projection), at.x(), at.y())
        self._gesture = _Gesture(drawing, handle, at)
        return True

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Continue to draw or to drag."""
        projection, gesture = self._tools.projection, self._gesture
        if projection is None:
            return
        if self._tools.tool is not None:
            self._place(self._tools.tool, self._anchor(projection, at, modifiers))
        elif gesture is not None and (self._tools.draft is not None or _length(at - gesture.at) >= _MIN_DRAG / 2):
            self._show_moved(gesture, projection, at, modifiers)

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Finish the drawing or the drag, as one step; after a click for the first point, wait for the second one."""
        tools, gesture, draft = self._tools, self._gesture, self._tools.draft
        if tools.tool is not None:
            is_complete = draft is not None and (
                draft.end is None or self._is_second or _length(at - self._pressed) >= _MIN_DRAG
            )
            if is_complete:
                self._finish()
            else:
                tools.show_draft(None)
        elif gesture is not None:
            self._gesture = None
            tools.show_draft(None)
            if draft is not None and draft != gesture.drawing:
                tools.move(draft)

    def double_click(self, at: QPointF) -> bool:
        """Place a point of a new line, or edit the drawing at a point."""
        tools = self._tools
        if tools.tool is not None:  # the second of two fast clicks
            if self.press(at, _Modifier.NoModifier) and tools.draft is not None:
                self._finish()
            return True
        drawing = tools.drawing_at(at.x(), at.y())
        if drawing is not None:
            tools.select(drawing.id)
            tools.edit_requested.emit(drawing)
        return drawing is not None

    def hover(self, at: QPointF) -> Qt.CursorShape | None:
        """Return the shape of the mouse, and let a new line follow the mouse to its second point."""
        tools, projection = self._tools, self._tools.projection
        if projection is None:
            return None
        if tools.tool is not None:
            if self._begin is not None:
                self._place(tools.tool, self._anchor(projection, at, _Modifier.NoModifier))
            return Qt.CursorShape.CrossCursor
        drawing = tools.drawing_at(at.x(), at.y())
        if drawing is None:
            return None
        if drawing.is_locked:
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.SizeVerCursor if drawing.end is None else Qt.CursorShape.SizeAllCursor

    def begin_at(self, kind: DrawingKind, anchor: Anchor) -> None:
        """Draw a horizontal line through a point, or begin another line there."""
        self._tools.choose(kind)
        if self._tools.tool is not None:
            self._place(kind, anchor)
            if kind is DrawingKind.HORIZONTAL:
                self._finish()

    # Keyboard

    def handle_key(self, event: QKeyEvent) -> bool:
        """Run the action of a key for the chosen tool or the selected drawing; return whether it has one."""
        tools, key = self._tools, key_of(event)
        modifiers = event.modifiers() & ~_Modifier.KeypadModifier
        if modifiers & ~_Modifier.ShiftModifier:
            return False
        match key:
            case _Key.Key_Escape:
                self._forget()
                return tools.cancel()
            case _Key.Key_Return | _Key.Key_Enter if tools.tool is not None:
                self._place_at_crosshair(tools.tool)
                return True
            case _Key.Key_D if not modifiers and tools.tool is None:
                return tools.select_next()
        selected = tools.selected
        return selected is not None and self._handle_key_of(selected, key, is_shift=bool(modifiers))

    def _handle_key_of(self, selected: Drawing, key: int, *, is_shift: bool) -> bool:
        match key:
            case _Key.Key_Delete | _Key.Key_Backspace if selected.is_locked:
                self._tools.message_requested.emit(_LOCKED)
            case _Key.Key_Delete | _Key.Key_Backspace:
                self._tools.delete(selected)
            case _Key.Key_Return | _Key.Key_Enter:
                self._tools.edit_requested.emit(selected)
            case _ if key in _ARROWS:
                self._nudge(selected, _Key(key), is_shift=is_shift)
            case _:
                return False
        return True

    def _nudge(self, drawing: Drawing, key: Qt.Key, *, is_shift: bool) -> None:
        """Move the selected drawing by one pixel, or by ten."""
        projection = self._tools.projection
        if drawing.is_locked:
            self._tools.message_requested.emit(_LOCKED)
        elif projection is not None:
            right, down = _ARROWS[key]
            step, (x, y) = (_SHIFT_STEP if is_shift else 1), handles(drawing, projection)[0]
            draft = self._moved(drawing, projection, QPointF(x, y), QPointF(x + step * right, y + step * down))
            if draft is not None:
                self._tools.move(draft, by_key=True)

    def _place_at_crosshair(self, kind: DrawingKind) -> None:
        """Place a point at the crosshair; without one, at the newest bar."""
        chart = self._tools.chart
        chart_data, projection, crosshair = chart.chart_data, self._tools.projection, chart.crosshair
        if chart_data is None or projection is None or not len(chart_data.series):
            return
        if crosshair is not None and crosshair.x is not None:
            anchor = self._anchor(projection, QPointF(crosshair.x, crosshair.y), _Modifier.NoModifier)
        else:
            row = crosshair_row(chart_data, crosshair)
            time_ns = chart_data.time_scale.time_at(chart_data.series, bar_middle(chart_data, row))
            anchor = Anchor(time_ns, float(chart_data.series.bars.close[row]))
        was_begun = self._begin is not None
        self._place(kind, anchor)
        if self._tools.draft is not None and (was_begun or kind is DrawingKind.HORIZONTAL):
            self._finish()

    # Changes

    def _place(self, kind: DrawingKind, anchor: Anchor) -> None:
        """Place the first point of a new drawing, or move its second one."""
        tools, begin = self._tools, self._begin
        drawing_id = tools.draft.id if tools.draft is not None else tools.new_drawing(kind)
        is_log = tools.projection is not None and tools.projection.view.is_log
        if kind is DrawingKind.HORIZONTAL:
            tools.show_draft(Drawing(drawing_id, kind, anchor))
        elif begin is None:
            self._begin = anchor
        else:
            is_log = is_log and min(begin.price, anchor.price) > 0  # as of bars that such a scale does not show
            draft = None if anchor == begin else Drawing(drawing_id, kind, begin, anchor, is_log=is_log)
            tools.show_draft(draft)

    def _finish(self) -> None:
        tools, draft = self._tools, self._tools.draft
        tools.cancel()
        self._forget()
        if draft is not None and tools.put("draw", draft):
            tools.select(draft.id)
            tools.message_requested.emit(_DRAWN.format(TITLES[draft.kind]))

    def _show_moved(
        self, gesture: _Gesture, projection: Projection, at: QPointF, modifiers: Qt.KeyboardModifier
    ) -> None:
        """Show the drawing as it is dragged now; impossible positions are left out."""
        if gesture.handle is None:
            draft = self._moved(gesture.drawing, projection, gesture.at, at)
        else:
            anchor = self._anchor(projection, at, modifiers)
            try:
                draft = msgspec.structs.replace(gesture.drawing, **{("begin", "end")[gesture.handle]: anchor})
            except ValueError:  # both points are the same
                draft = None
        if draft is not None:
            self._tools.show_draft(draft)

    def _moved(self, drawing: Drawing, projection: Projection, begin: QPointF, end: QPointF) -> Drawing | None:
        """Return a drawing moved by the distance of two points; None if it cannot be there."""
        try:
            if drawing.end is None:
                y = projection.y(drawing.begin.price) + (end.y() - begin.y())
                anchor = Anchor(drawing.begin.time_ns, projection.rounded_price(y, self._tools.decimals))
                return msgspec.structs.replace(drawing, begin=anchor)
            by_ns = projection.time_ns(end.x()) - projection.time_ns(begin.x())
            prices = projection.price(begin.y()), projection.price(end.y())
            return moved(drawing, by_ns, *prices, is_log=projection.view.is_log)
        except ValueError:
            return None

    def _anchor(self, projection: Projection, at: QPointF, modifiers: Qt.KeyboardModifier) -> Anchor:
        """Return the time and the price at a point; with Ctrl, the nearest price of the bar there."""
        anchor = projection.anchor(at.x(), at.y(), self._tools.decimals)
        chart_data = self._tools.chart.chart_data
        if chart_data is None or not modifiers & _Modifier.ControlModifier or not len(chart_data.series):
            return anchor
        row = crosshair_row(chart_data, Crosshair(self._tools.chart.position_at(at.x())))
        bars = chart_data.series.bars
        prices = [float(column[row]) for column in (bars.open, bars.high, bars.low, bars.close)]
        return Anchor(anchor.time_ns, min(prices, key=lambda price: abs(projection.y(price) - at.y())))


def _length(point: QPointF) -> float:
    return math.hypot(point.x(), point.y())
