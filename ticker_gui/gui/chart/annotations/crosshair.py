"""The crosshair: a vertical and a horizontal line with their tags."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtGui import QPainter

from ticker_gui.gui.chart.annotations.labels import moment_text
from ticker_gui.gui.chart.axes.axis import Tag
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport

_DASH: Final = 4.0
_GAP: Final = 3.0


def draw(painter: QPainter, viewport: Viewport, scene: Scene, pane: object) -> None:
    """Draw the crosshair into a pane."""
    crosshair, position = scene.crosshair, scene.crosshair_position
    if crosshair is None or position is None:
        return
    painter.setPen(scene.colors.muted)
    batch.vertical_dashes(painter, math.floor(viewport.x(position) - 0.5), viewport.height, _DASH, _GAP)  # as wicks
    if crosshair.pane is pane:
        batch.dashes(painter, crosshair.y, viewport.width, _DASH, _GAP)


def time_tags(scene: Scene, viewport: Viewport) -> list[Tag]:
    """Return the tag of the vertical line: the time of the bar, or of the position if it is right of the newest bar."""
    position, chart_data = scene.crosshair_position, scene.chart_data
    if position is None or not len(chart_data.series):
        return []
    if position >= chart_data.time_scale.newest(chart_data.series):  # right of the newest bar
        time_ns = chart_data.time_scale.time_at(chart_data.series, position)
    else:
        time_ns = int(scene.bar(scene.row).start_ns[0])
    text = moment_text(time_ns, scene.zone, is_day=chart_data.is_daily)
    return [Tag(float(viewport.x(position)), (text,), scene.colors.text2, text=scene.colors.base)]
