"""Stretches of the chart in which nobody listened: shaded, and labelled with their length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from ticker_gui.bars.gaps import Gap
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations.labels import span_text
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter

_OPACITY: Final = 36
_MIN_PIXELS: Final = 3  # a shade that is seen, however short the gap
_MARGIN: Final = 4


class GapShading(NamedTuple):
    """A stretch of the ruler, and what is written in it, shorter where there is less room."""

    left: float
    right: float
    text: str
    short: str = ""


def shade_of(gap: Gap, content: ChartData) -> GapShading:
    """Return how a gap, which has an end, is shown."""
    end_ns = gap.end_ns or gap.start_ns
    left, right = (content.time_scale.place_of(content.series, time_ns) for time_ns in (gap.start_ns, end_ns))
    length = f"{gap.missed:,}" if gap.missed else _length(gap)
    return GapShading(left, right, text_of(gap), length)


def text_of(gap: Gap) -> str:
    """Return what is missing, in words."""
    return f"{gap.missed:,} trades missed" if gap.missed else f"not watched for {_length(gap)}"


def draw_shades(
    painter: QPainter, frame: Viewport, shades: Sequence[GapShading], colour: QColor, texts: TextPainter | None
) -> None:
    """Draw shades from the top to the bottom, with their texts at the lower edge where a ``TextPainter`` is given."""
    fill = QColor(colour)
    fill.setAlpha(_OPACITY)
    for shade in shades:
        left, right = float(frame.column(shade.left)), float(frame.column(shade.right))
        left, right = max(left, -1.0), min(max(right, left + _MIN_PIXELS), frame.width + 1)
        painter.fillRect(QRectF(left, 0, right - left, frame.height), fill)
        if texts is None:
            continue
        fitting = (one for one in map(texts.get, (shade.text, shade.short)) if one.width + 2 * _MARGIN <= right - left)
        if (text := next(fitting, None)) is not None:
            painter.setPen(colour)
            painter.setFont(texts.font)
            texts.draw(painter, round(left) + _MARGIN, round(frame.height - texts.metrics.height()) - _MARGIN, text)


def _length(gap: Gap) -> str:
    return span_text(((gap.end_ns or gap.start_ns) - gap.start_ns) / SECOND_NS)
