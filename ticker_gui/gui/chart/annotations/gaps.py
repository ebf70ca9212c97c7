"""Shading for periods without data, labeled with their length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from ticker_gui.bars.gaps import Gap
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.numbers import counted
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
        return f"{counted(gap.missed, 'trade')} missed"
    length = f"no data for {_length(gap)}"
    return f"{length}: {sanitize_text(gap.reason, _REASON_LENGTH)}" if gap.reason else f"{length} (disconnected)"


def draw_gaps(
    painter: QPainter, viewport: Viewport, shadings: Sequence[GapShading], color: QColor, texts: TextPainter | None
) -> None:
    """Draw shadings over the full height; with a ``TextPainter``, label them at the lower edge."""
    fill = QColor(color)
    fill.setAlpha(_OPACITY)
    edges = [_edges(shading, viewport) for shading in shadings]
    for left, right in _merged(edges):  # each column once: many short gaps side by side would hide the bars
        painter.fillRect(QRectF(left, 0, right - left, viewport.height), fill)
    if texts is None:
        return
    painter.setPen(color)
    painter.setFont(texts.font)
    top = round(viewport.height - texts.metrics.height()) - _MARGIN
    for shading, (left, right) in zip(shadings, edges, strict=True):
        room = right - left - 2 * _MARGIN
        candidates = map(texts.get, (shading.text, shading.short_text))
        if (text := next((text for text in candidates if text.width <= room), None)) is not None:
            texts.draw(painter, round(left) + _MARGIN, top, text)


def _edges(shading: GapShading, viewport: Viewport) -> tuple[float, float]:
    """Return the x coordinates of the edges of a shading, in pixels."""
    left, right = float(viewport.column(shading.left)), float(viewport.column(shading.right))
    return max(left, -1.0), min(max(right, left + _MIN_PIXELS), viewport.width + 1)


def _merged(edges: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return ranges that cover the same columns, of which none overlap."""
    merged: list[tuple[float, float]] = []
    for left, right in sorted(edges):
        if merged and left <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], right)
        else:
            merged.append((left, right))
    return merged


def _length(gap: Gap) -> str:
    return span_text(((gap.end_ns or gap.start_ns) - gap.start_ns) / SECOND_NS)
