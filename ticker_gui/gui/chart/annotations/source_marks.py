"""Marks at the lower edge of the chart for the bars that were received live, and for those that were backfilled."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.chart.chart_data import SourceSpans
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport

HEIGHT: Final = 2


def draw_source_marks(painter: QPainter, viewport: Viewport, spans: SourceSpans, colors: ChartColors) -> None:
    """Draw a line below the bars that were received live, and one in the accent color below backfilled ones."""
    lefts, rights = np.round(viewport.x(spans.lefts)), np.round(viewport.x(spans.rights))
    rights, bottoms = np.maximum(rights, lefts + 1), np.full(len(lefts), viewport.height)
    painter.setPen(Qt.PenStyle.NoPen)
    for source, color in ((BarSource.SEEN, colors.muted), (BarSource.BACKFILLED, colors.accent)):
        mask = spans.sources == source
        painter.setBrush(color)
        batch.rectangles(painter, lefts[mask], bottoms[mask] - HEIGHT, rights[mask], bottoms[mask])
    painter.setBrush(Qt.BrushStyle.NoBrush)
