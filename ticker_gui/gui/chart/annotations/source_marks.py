"""Marks at the lower edge of the chart for the bars that were received live, and for those that were backfilled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.chart.chart_data import SourceSpan
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport

HEIGHT: Final = 2


def draw_source_marks(painter: QPainter, viewport: Viewport, spans: Sequence[SourceSpan], palette: ChartColors) -> None:
    """Draw a line below the bars that were received live, and one in the accent color below backfilled ones."""
    colors = {BarSource.SEEN: palette.muted, BarSource.BACKFILLED: palette.accent}
    for span in spans:
        if span.source in colors:
            left, right = viewport.column(span.left), viewport.column(span.right)
            mark = QRectF(left, viewport.height - HEIGHT, max(right - left, 1), HEIGHT)
            painter.fillRect(mark, colors[span.source])
