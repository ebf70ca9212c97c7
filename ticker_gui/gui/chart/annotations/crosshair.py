"""The cross hair: a line down through all panes, one across where the pointer is, and what they stand at."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from ticker_gui.gui.chart.annotations.labels import moment_text
from ticker_gui.gui.chart.axes.axis import Tag
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport, whole_pixel


def draw(painter: QPainter, frame: Viewport, scene: Scene, pane: object) -> None:
    """Draw the cross hair into a pane."""
    cursor, place = scene.cursor, scene.cursor_place
    if cursor is None or place is None:
        return
    painter.setPen(scene.palette.muted)
    x = frame.column(place)
    painter.drawLine(QPointF(x, 0), QPointF(x, frame.height))
    if cursor.pane is pane:
        y = whole_pixel(cursor.height)
        painter.drawLine(QPointF(0, y), QPointF(frame.width, y))


def price_tag(scene: Scene, frame: Viewport, text: str) -> Tag:
    """Return the tag of the line across."""
    height = scene.cursor.height if scene.cursor is not None else 0.0
    return Tag(height, (text,), scene.palette.raised)


def time_tags(scene: Scene, frame: Viewport) -> list[Tag]:
    """Return the tag of the line down: the time of the bar that is read, or of where there is none yet."""
    place, content = scene.cursor_place, scene.content
    if place is None or not len(content.series):
        return []
    is_behind = place >= content.time_scale.newest(content.series)
    time_ns = content.time_scale.time_of(content.series, place) if is_behind else int(scene.bar(scene.row).start_ns[0])
    text = moment_text(time_ns, scene.zone, is_day=content.is_daily)
    return [Tag(float(frame.x(place)), (text,), scene.palette.raised)]
