"""Shading for periods without data, labeled with their length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from ticker_gui.bars.gaps import Gap
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations.labels import span_text
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter

_OPACITY: Final = 36
_MIN_PIXELS: Final = 3  # so that short gaps are visible, too
_MARGIN: Final = 4
_REASON_LENGTH: Final = 200


class GapShading(NamedTuple):
    """A range of the time scale, its label, and a shorter label for a narrow range."""

    left: float
    right: float
    text: str
    short_text: str = ""


def gap_shading(gap: Gap, chart_data: ChartData) -> GapShading:
    """Return the shading of a gap."""
    end_ns = gap.end_ns or gap.start_ns
    left, right = (chart_data.time_scale.x_at(chart_data.series, time_ns) for time_ns in (gap.start_ns, end_ns))
    length = f"{gap.missed:,} missed" if gap.missed else f"no data for {_length(gap)}"
    return GapShading(left, right, gap_text(gap), length)


def gap_text(gap: Gap) -> str:
    """Return a description of a gap: how many trades are missing, or how long there was no data and why."""
    if gap.missed:
        return f"{gap.missed:,} trades missed"
    length = f"no data for {_length(gap)}"
    return f"{length}: {sanitize_text(gap.reason, _REASON_LENGTH)}" if gap.reason else f"{length} (disconnected)"


def draw_gaps(
    painter: QPainter, viewport: Viewport, shadings: Sequence[GapShading], color: QColor, texts: TextPainter | None
) -> None:
    """Draw shadings over the full height; with a ``TextPainter``, label them at the lower edge."""
    fill = QColor(color)
    fill.setAlpha(_OPACITY)
    for shading in shadings:
        left, right = float(viewport.column(shading.left)), float(viewport.column(shading.right))
        left, right = max(left, -1.0), min(max(right, left + _MIN_PIXELS), viewport.width + 1)
        painter.fillRect(QRectF(left, 0, right - left, viewport.height), fill)
        if texts is None:
            continue
        room = right - left - 2 * _MARGIN
        candidates = map(texts.get, (shading.text, shading.short_text))
        if (text := next((text for text in candidates if text.width <= room), None)) is not None:
            painter.setPen(color)
            painter.setFont(texts.font)
            texts.draw(painter, round(left) + _MARGIN, round(viewport.height - texts.metrics.height()) - _MARGIN, text)


def _length(gap: Gap) -> str:
    return span_text(((gap.end_ns or gap.start_ns) - gap.start_ns) / SECOND_NS)
