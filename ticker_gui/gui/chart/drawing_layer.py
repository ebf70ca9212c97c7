"""Painting of drawings; their pixels are computed when the drawing or the view has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ticker_gui.bars.arrays import Floats
from ticker_gui.chart.axis_tags import Role
from ticker_gui.chart.drawing_geometry import Point, Projection, handles, visible_lines
from ticker_gui.chart.drawings import Drawing
from ticker_gui.gui.chart.alert_lines import BELL_SIZE, draw_bell
from ticker_gui.gui.chart.annotations.price_lines import price_text
from ticker_gui.gui.chart.annotations.price_tags import PriceTag
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import MAX_PIXELS, Viewport
from ticker_gui.gui.widgets.measures import GAP, INSET

_MAX_LINES: Final = 500
_HANDLE: Final = 7  # pixels
_LOCKED_HANDLE: Final = 5
_TOLERANCE: Final = 1.0


class LineGroup(NamedTuple):
    """Lines that are drawn at once, as rows of x1, y1, x2, y2."""

    color: str
    is_sloping: bool
    rows: Floats


class LineCache:
    """The pixels of the drawings of one chart."""

    def __init__(self) -> None:
        self._key: object = None
        self._lines: dict[Drawing, Floats] = {}
        self._groups_key: object = None
        self._groups: list[LineGroup] = []

    def lines(self, drawing: Drawing, projection: Projection) -> Floats:
        """Return the visible lines of a drawing, as rows of x1, y1, x2, y2."""
        key = projection.key, projection.series
        if key != self._key or len(self._lines) > _MAX_LINES:  # each step of a drag adds one
            self._key, self._lines = key, {}
        found = self._lines.get(drawing)
        if found is None:
            found = self._lines[drawing] = visible_lines(drawing, projection)
        return found

    def groups(self, drawings: Sequence[Drawing], projection: Projection) -> list[LineGroup]:
        """Return the lines of several drawings, those with the same color and smoothing together."""
        key = projection.key, projection.series, tuple(drawings)
        if key != self._groups_key:
            rows: dict[tuple[str, bool], list[Floats]] = {}
            for drawing in drawings:
                lines, is_sloping = self.lines(drawing, projection), drawing.end is not None
                rows.setdefault((drawing.color, is_sloping), []).append(lines if is_sloping else lines.round())
            self._groups_key = key
            self._groups = [LineGroup(*look, np.concatenate(parts)) for look, parts in rows.items()]
        return self._groups


def color_of(drawing: Drawing, colors: ChartColors) -> QColor:
    """Return the color of a drawing."""
    return line_color(drawing.color, colors)


def line_color(color: str, colors: ChartColors) -> QColor:
    """Return a color of `COLORS`; by default, lines are less prominent than prices."""
    return colors.indicator(color, 0) if color else colors.muted


def draw_lines(
    painter: QPainter,
    viewport: Viewport,
    drawings: Sequence[Drawing],
    cache: LineCache,
    projection: Projection,
    colors: ChartColors,
) -> None:
    """Draw hairlines; sloping ones are smoothed."""
    for color, is_sloping, rows in cache.groups(drawings, projection):
        painter.setPen(line_color(color, colors))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, is_sloping)
        batch.prepared_lines(painter, rows)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_handles(
    painter: QPainter, viewport: Viewport, drawing: Drawing, projection: Projection, colors: ChartColors
) -> None:
    """Draw the handles of the selected drawing: squares, small and filled if it is locked."""
    color = color_of(drawing, colors)
    painter.setPen(color)
    painter.setBrush(color if drawing.is_locked else colors.base)
    side = _LOCKED_HANDLE if drawing.is_locked else _HANDLE
    for x, y in _in_range(handles(drawing, projection)):
        painter.drawRect(QRectF(round(x) - side // 2, round(y) - side // 2, side - 1, side - 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_bells(
    painter: QPainter,
    viewport: Viewport,
    drawings: Sequence[Drawing],
    cache: LineCache,
    projection: Projection,
    colors: ChartColors,
) -> None:
    """Draw a bell at the right end of each drawing; those that are not visible have none."""
    for drawing in drawings:
        rows = cache.lines(drawing, projection)
        ends = np.concatenate((rows[:, :2], rows[:, 2:]))
        is_inside = (ends >= -_TOLERANCE) & (ends <= np.array([viewport.width, viewport.height]) + _TOLERANCE)
        ends = ends[is_inside.all(axis=1)]
        if len(ends):
            x, y = ends[ends[:, 0].argmax()]
            left, top = min(x + GAP, viewport.width - BELL_SIZE - INSET), max(y - BELL_SIZE - INSET, 0.0)
            draw_bell(painter, QRectF(round(left), round(top), BELL_SIZE, BELL_SIZE), colors.accent)


def drawing_tag(drawing: Drawing, viewport: Viewport, scene: Scene, *, is_dragged: bool) -> PriceTag:
    """Return the axis tag of a horizontal line."""
    colors, color = scene.colors, color_of(drawing, scene.colors)
    price = drawing.begin.price
    role, fill, ink = Role.INDICATOR, colors.raised, colors.text
    if is_dragged:
        role, fill, ink = Role.DRAGGED, color, colors.base
    return PriceTag(role, float(viewport.y(price)), "Line", (price_text(scene, price),), fill, color, ink)


def _in_range(points: Sequence[Point]) -> list[Point]:
    return [(x, y) for x, y in points if abs(x) < MAX_PIXELS and abs(y) < MAX_PIXELS]
