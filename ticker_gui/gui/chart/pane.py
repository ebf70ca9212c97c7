"""One pane of a chart: a canvas in pixels with a price axis, and its mouse events."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, Final, TypeAlias

from pyqtgraph.widgets.GraphicsView import GraphicsView
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QMouseEvent, QPainter, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsView, QGraphicsWidget, QToolTip, QWidget

from ticker_gui.gui.chart.axes.axis import Axis
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.pointer_tool import PointerTool
from ticker_gui.gui.chart.view.price_range import PriceRange
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.measures import SMALL_TEXT
from ticker_gui.gui.widgets.paint_guard import PaintGuard, draw_failures
from ticker_gui.gui.widgets.plain_text import escaped_tooltip
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.gui.widgets.theme import scaled, tabular

Layer: TypeAlias = Callable[[QPainter, Viewport], None]

MIN_AXIS_WIDTH: Final = 64
_TIME_AXIS_HEIGHT: Final = 24
MIN_PANE_HEIGHT: Final = 48
_WHEEL_NOTCH: Final = 120.0  # angle of one wheel notch, in Qt's units
_ZOOM_PER_NOTCH: Final = 1.2
_PIXELS_PER_E_FOLD: Final = 200.0  # dragging an axis by this scales by e


@dataclass(frozen=True, slots=True)
class TitledLayer:
    """A layer with a title, by which error messages name it."""

    title: str
    draw: Layer

    def __call__(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw the layer."""
        self.draw(painter, viewport)


class _DragMode(Enum):
    """What a drag changes."""

    CANVAS = auto()
    PRICES = auto()
    TIMES = auto()
    MEASURE = auto()


class Canvas(QGraphicsWidget):
    """Paints layers, in pixels.

    A layer that fails is left out, and its title is shown. ``unprepared`` holds the titles of parts that failed
    before painting.
    """

    def __init__(self, texts: TextPainter) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # with the exposed area
        self.layers: Sequence[Layer] = ()
        self.viewport: Viewport | None = None
        self.unprepared: Sequence[str] = ()
        self.colors: ChartColors | None = None
        self.guard: Final = PaintGuard()
        self.axis_guards: Sequence[PaintGuard] = ()
        self._texts = texts

    def paint(self, painter: QPainter, option: Any, /, widget: Any = None) -> None:
        if option.exposedRect.isEmpty():  # Qt also asks for an item that only touches the area to paint
            return
        painter.save()
        try:
            painter.setClipRect(self.boundingRect(), Qt.ClipOperation.IntersectClip)
            self.draw(painter)
        finally:
            painter.restore()

    def draw(self, painter: QPainter) -> None:
        """Draw all layers; the origin is the upper left corner."""
        self.guard.begin()
        if self.viewport is not None:
            parts = [(_title(layer), partial(layer, painter, self.viewport)) for layer in self.layers]
            self.guard.paint_parts(painter, parts)
        failed = [*self.unprepared, *self.guard.failed, *(title for one in self.axis_guards for title in one.failed)]
        if failed and self.colors is not None:
            area, colors = self.boundingRect().toAlignedRect(), self.colors
            draw_failures(painter, area, failed, self._texts, colors.warning, colors.base)


def _title(layer: Layer) -> str:
    return layer.title if isinstance(layer, TitledLayer) else "a part of the chart"


class Pane(GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """A canvas with a price axis on its right; the lowest pane also has the time axis.

    Coordinates in signals are pixels of the canvas. The pane places canvas and axes itself: the layout and the view box
    of pyqtgraph's plots would take a tenth of the time to the first paint, and a part of each frame.

    Signals:
        resized: the canvas has a new size and must be redrawn.
        zoomed: zoom the time range by a factor, around an x coordinate.
        panned: pan by some pixels to the right and down.
        scaled: scale the price range by a factor.
        hovered, hover_ended: the mouse moved to a point of the canvas, or left the canvas.
        measured: measure from one point to another; the second one is still moving.
        released: a drag has ended.
        price_reset_requested, reset: auto-scale this pane, or reset the whole chart.
        menu_requested: open the context menu, at a point of the screen.
    """

    resized = Signal()
    zoomed = Signal(float, float)
    panned = Signal(float, float)
    scaled = Signal(float)
    hovered = Signal(QPointF)
    hover_ended = Signal()
    measured = Signal(QPointF, QPointF)
    released = Signal()
    price_reset_requested = Signal()
    reset = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._has_items = False  # pyqtgraph calls `resizeEvent` before there are any
        super().__init__(parent, useOpenGL=False, background=None)
        self.setCentralItem(None)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the chart has the focus, and handles the keys
        self.price_range: Final = PriceRange()
        self.texts: Final = TextPainter(tabular(scaled(QApplication.font(), SMALL_TEXT)))
        self.is_lowest = False
        self.tools: Final[list[PointerTool]] = []
        self._tool: PointerTool | None = None  # that handles the pressed button
        self._drag_mode: _DragMode | None = None
        self._pressed = self._last = QPointF()
        self.setMinimumHeight(MIN_PANE_HEIGHT)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)  # no bitmap of a plain background
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # the pane fills its background
        self.setMouseTracking(True)
        self._axis_width = MIN_AXIS_WIDTH
        self.canvas: Final = Canvas(self.texts)
        self.price_axis: Final = Axis("right")
        self.time_axis: Final = Axis("bottom")
        self.canvas.axis_guards = (self.price_axis.guard, self.time_axis.guard)
        for item in (self.canvas, self.price_axis, self.time_axis):
            self.addItem(item)
        self._has_items = True
        self._place_items()

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the canvas, in pixels."""
        size = self.canvas.size()
        return max(1.0, size.width()), max(1.0, size.height())

    @property
    def corner(self) -> QPoint:
        """The upper left corner of the canvas within the pane."""
        corner: QPoint = self.viewport().pos()
        return corner

    @property
    def current_viewport(self) -> Viewport | None:
        """The viewport that was drawn last."""
        return self.canvas.viewport

    @property
    def is_dragged(self) -> bool:
        """Whether the user is dragging."""
        return self._drag_mode is not None

    def set_colors(self, colors: ChartColors) -> None:
        """Set the colors."""
        self.setBackgroundBrush(colors.base)
        self.canvas.colors = colors

    def show_time_axis(self, is_shown: bool) -> None:
        """Show or hide the time axis, which only the lowest pane of a chart has."""
        self.is_lowest = is_shown
        self._place_items()

    def set_axis_width(self, width: int) -> None:
        """Set the width of the price axis."""
        self._axis_width = width
        self._place_items()

    def close(self) -> bool:
        return QGraphicsView.close(self)  # pyqtgraph would take the view apart, although its chart still has it

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._has_items:
            self._place_items()

    def _place_items(self) -> None:
        """Give the canvas what the axes leave of the pane; time runs to the right in all languages."""
        area, before = self.viewport().rect(), self.canvas.size()
        below = _TIME_AXIS_HEIGHT if self.is_lowest else 0
        width, height = max(0, area.width() - self._axis_width), max(0, area.height() - below)
        self.canvas.setGeometry(QRectF(0, 0, width, height))
        self.price_axis.setGeometry(QRectF(width, 0, self._axis_width, height))
        self.time_axis.setGeometry(QRectF(0, height, width, below))
        self.time_axis.setVisible(self.is_lowest)
        if self.canvas.size() != before:
            self.resized.emit()

    def draw(self, viewport: Viewport, layers: Sequence[Layer]) -> None:
        """Draw these layers, the first one at the bottom, and the axes if their labels have changed."""
        self.canvas.viewport, self.canvas.layers = viewport, layers
        # One update for all: updates of single items are painted one event loop iteration later, in another frame.
        changed = QRegion(self.viewport().rect())
        for axis in (self.price_axis, self.time_axis):
            changed -= QRegion(axis.unchanged_area())
        self.viewport().update(changed)

    def update_axis(self) -> None:
        """Draw the price axis if its labels have changed, and nothing else."""
        area = self.price_axis.mapRectToScene(self.price_axis.rect()).toRect()
        self.viewport().update(QRegion(area) - QRegion(self.price_axis.unchanged_area()))

    def point_at(self, at: QPoint) -> QPointF | None:
        """Return the point of the canvas at a point of the screen; None if that is not on the canvas."""
        point, (width, height) = QPointF(self.mapFromGlobal(at) - self.corner), self.extent
        return point if 0 <= point.x() < width and 0 <= point.y() < height else None

    @abstractmethod
    def tooltip_at(self, point: QPointF) -> str:
        """Return the explanation of what is drawn at a point of the canvas."""

    # Mouse events

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            point = QPointF(event.pos())
            text = self.price_axis.tick_at(point.y()) if point.x() >= self.extent[0] else self.tooltip_at(point)
            QToolTip.showText(event.globalPos(), escaped_tooltip(text), self)
            return True
        return bool(super().viewportEvent(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._pressed = self._last = at = event.position()
        self._drag_mode = self._drag_mode_at(at)
        if self._drag_mode is _DragMode.CANVAS:
            self._tool = next((tool for tool in self.tools if tool.press(at, event.modifiers())), None)
            if self._tool is not None:
                self._drag_mode = None
                return
        if self._drag_mode is _DragMode.CANVAS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._drag_mode = _DragMode.MEASURE

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        at = event.position()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._end_drag(at, event.modifiers())  # it was released where Qt did not say so, as under a dialog
        by = at - self._last
        match self._drag_mode:
            case _DragMode.CANVAS:
                self.panned.emit(by.x(), by.y())
            case _DragMode.PRICES:
                self.scaled.emit(_scale_factor(by.y()))
            case _DragMode.TIMES:
                self.zoomed.emit(_scale_factor(by.x()), self.extent[0])
            case _DragMode.MEASURE:
                self.measured.emit(self._pressed, at)
        self._last = at
        if self._tool is not None:
            self._tool.move(at, event.modifiers())
        elif self.tools and self._drag_mode is None:
            self._show_shape(at)
        if self._tool is None and self._drag_mode_at(at) is _DragMode.CANVAS:  # a dragged line needs no crosshair
            self.hovered.emit(at)
        else:
            self.hover_ended.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is Qt.MouseButton.LeftButton:
            self._end_drag(event.position(), event.modifiers())

    def _end_drag(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._tool is not None:
            tool, self._tool = self._tool, None
            tool.release(at, modifiers)
        if self._drag_mode is not None:
            self._drag_mode = None
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position()
        mode = self._drag_mode_at(at)
        if mode is _DragMode.CANVAS and any(tool.double_click(at) for tool in self.tools):
            return
        (self.price_reset_requested if mode is _DragMode.PRICES else self.reset).emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        turned, at = event.angleDelta(), event.position()
        if self._drag_mode_at(at) is _DragMode.PRICES:
            self.scaled.emit(_ZOOM_PER_NOTCH ** (-turned.y() / _WHEEL_NOTCH))
        elif turned.y():
            self.zoomed.emit(_ZOOM_PER_NOTCH ** (-turned.y() / _WHEEL_NOTCH), at.x())
        elif turned.x():
            self.panned.emit(float(turned.x()), 0.0)

    def leaveEvent(self, event: QEvent) -> None:
        self.hover_ended.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        self.menu_requested.emit(event.globalPos())

    def _show_shape(self, at: QPointF) -> None:
        """Show by the shape of the mouse what a tool would do at a point."""
        is_on_canvas = self._drag_mode_at(at) is _DragMode.CANVAS
        shapes = (tool.hover(at) for tool in self.tools) if is_on_canvas else ()
        shape = next((shape for shape in shapes if shape is not None), None)
        viewport = self.viewport()
        if shape is None:
            viewport.unsetCursor()
        elif viewport.cursor().shape() is not shape:
            viewport.setCursor(shape)

    def _drag_mode_at(self, at: QPointF) -> _DragMode:
        width, height = self.extent
        if at.x() >= width:
            return _DragMode.PRICES
        return _DragMode.TIMES if at.y() >= height else _DragMode.CANVAS


def _scale_factor(pixels: float) -> float:
    return math.exp(pixels / _PIXELS_PER_E_FOLD)
