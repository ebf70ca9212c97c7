"""Text that annotations share: placing, drawing and formatting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import tzinfo
from typing import Final, NamedTuple

from PySide6.QtGui import QColor, QPainter

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.gui.widgets.text_painter import CachedText, TextPainter

SPACING: Final = 10  # pixels between texts on one line
_BACKGROUND_OPACITY: Final = 180
_MILLION: Final = 1e6


class PlacedText(NamedTuple):
    """A text with its position, in pixels from the upper left corner of the pane, and its explanation."""

    left: int
    top: int
    text: CachedText
    color: QColor
    tooltip: str = ""


def draw(painter: QPainter, texts: TextPainter, placed: Sequence[PlacedText], background: QColor) -> None:
    """Draw texts on a background that is almost opaque."""
    painter.setFont(texts.font)
    background = QColor(background)
    background.setAlpha(_BACKGROUND_OPACITY)
    height = round(texts.metrics.height())
    for left, top, text, color, _ in placed:
        painter.fillRect(left - 2, top, round(text.width) + 4, height, background)
        painter.setPen(color)
        texts.draw(painter, left, top, text)


def tooltip_at(placed: Sequence[PlacedText], texts: TextPainter, x: float, y: float) -> str:
    """Return the explanation of the text at a point; empty if there is none."""
    height = texts.metrics.height()
    for left, top, text, _, tooltip in placed:
        if tooltip and 0 <= y - top < height and -SPACING / 2 <= x - left < text.width + SPACING / 2:
            return tooltip
    return ""


def bottom_of(placed: Sequence[PlacedText], texts: TextPainter) -> float:
    """Return the y coordinate below texts that are in order from top to bottom; 0 if there are none."""
    return placed[-1].top + texts.metrics.height() if placed else 0.0


def avoid_overlap(placed: Sequence[PlacedText], texts: TextPainter, left: int, width: float, top: int) -> int:
    """Return the first y coordinate from ``top`` downwards at which a text of this width overlaps no other text.

    ``placed`` must be in order from top to bottom.
    """
    height = round(texts.metrics.height())
    for other in placed:
        is_beside = left + width + SPACING < other.left or other.left + other.text.width + SPACING < left
        if not is_beside and other.top - height < top < other.top + height:
            top = other.top + height
    return top


def moment_text(time_ns: int, zone: tzinfo | None, *, is_day: bool = False) -> str:
    """Return a moment as date and time, or as the date alone if ``is_day``."""
    moment = local_time(time_ns / SECOND_NS, zone)
    return moment.strftime("%a %d %b %Y" if is_day else "%a %d %b %Y %H:%M:%S")


def value_text(value: float, decimals: int) -> str:
    """Return the value of an indicator; large values are abbreviated, as in 2.50 B."""
    if not math.isfinite(value):
        return numbers.NONE
    return numbers.price(value, decimals) if abs(value) < _MILLION else numbers.amount(value)


def span_text(seconds: float) -> str:
    """Return a duration in its two largest units, such as ``1 h 5 min``."""
    whole, sign = abs(round(seconds)), "-" if round(seconds) < 0 else ""
    units = [("d", whole // 86_400), ("h", whole // 3600 % 24), ("min", whole // 60 % 60), ("s", whole % 60)]
    first = next((number for number, (_, count) in enumerate(units) if count), len(units) - 1)
    return sign + " ".join(f"{count} {unit}" for unit, count in units[first : first + 2] if count or first == 3)
