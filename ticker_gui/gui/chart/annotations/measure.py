"""The measurement between two points: change in price and percent, bars and time."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ticker_gui.bars.series import TimeSeries
from ticker_gui.domain.timeframe import SECOND_NS, Timeframe
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.annotations.labels import span_text
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter

_OPACITY: Final = 44
_MARGIN: Final = 5
_NO_TIME: Final = "time unknown: not all of these bars exist"


class Measure(NamedTuple):
    """A measurement from one position and price to another; it extends from bar to bar, as bars are counted."""

    from_position: float
    from_price: float
    to_position: float
    to_price: float

    def draw(self, painter: QPainter, viewport: Viewport, scene: Scene, texts: TextPainter) -> None:
        """Shade the area of the measurement and write its text."""
        color = scene.colors.change(*self._changes(scene))
        fill = QColor(color)
        fill.setAlpha(_OPACITY)
        xs = sorted(viewport.column(_middle(scene, position)) for position in (self.from_position, self.to_position))
        ys = sorted(viewport.row(price) for price in (self.from_price, self.to_price))
        painter.setPen(color)
        painter.setBrush(fill)
        painter.drawRect(QRectF(xs[0], ys[0], xs[1] - xs[0], ys[1] - ys[0]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        lines = [texts.get(line) for line in self.lines(scene)]
        height, width = round(texts.metrics.height()), max(text.width for text in lines)
        left = min(max(0.0, (xs[0] + xs[1] - width) / 2), max(0.0, viewport.width - width - _MARGIN))
        is_up = self.to_price >= self.from_price
        top = float(ys[0] - len(lines) * height - _MARGIN if is_up else ys[1] + _MARGIN)
        top = min(max(0.0, top), viewport.height - len(lines) * height)
        painter.fillRect(QRectF(left - _MARGIN, top, width + 2 * _MARGIN, len(lines) * height), scene.colors.raised)
        painter.setFont(texts.font)
        painter.setPen(scene.colors.text)
        for number, text in enumerate(lines):
            texts.draw(painter, round(left), round(top) + number * height, text)

    def lines(self, scene: Scene) -> tuple[str, str]:
        """Return the text: change in price and percent, bars and time."""
        chart_data = scene.chart_data
        time_scale, series = chart_data.time_scale, chart_data.series
        positions = (self.from_position, self.to_position)
        price = "  ".join(map(numbers.on_screen, self._changes(scene)))
        if time_scale.has_times(series, *positions):
            times = [_time_ns(scene, position) for position in positions]
            rows = [time_scale.rows(series, position, position)[0] for position in positions]
            bars, span = rows[1] - rows[0], span_text((times[1] - times[0]) / SECOND_NS)
        else:
            bars, span = math.floor(positions[1]) - math.floor(positions[0]), _NO_TIME
        unit = "bar" if abs(bars) == 1 else "bars"
        distance = f"{numbers.on_screen(f'{bars:+,}')} {unit}  {numbers.on_screen(span)}"
        return scene.style.write(price), scene.style.write(distance)

    def _changes(self, scene: Scene) -> tuple[str, str]:
        """Return the change in price and in percent."""
        change = self.to_price - self.from_price
        percent = 100.0 * change / abs(self.from_price) if self.from_price else None
        return numbers.signed_price(change, scene.chart_data.state.price_decimals), numbers.signed_percent(percent)


def _timeframe(scene: Scene) -> Timeframe | None:
    """Return the timeframe of the bars; None if they have none, or if single trades are shown."""
    series = scene.chart_data.series
    return series.timeframe if isinstance(series, TimeSeries) and not scene.chart_data.is_ticks else None


def _time_ns(scene: Scene, position: float) -> int:
    """Return the start of the bar at a position, also in gaps, and before and after all bars."""
    time_ns = scene.chart_data.time_scale.time_at(scene.chart_data.series, position)
    timeframe = _timeframe(scene)
    return time_ns if timeframe is None else timeframe.start_of(time_ns)


def _middle(scene: Scene, position: float) -> float:
    """Return the position of the middle of the bar at a position."""
    timeframe = _timeframe(scene)
    if timeframe is None:
        return position
    start_ns = _time_ns(scene, position)
    return (start_ns + timeframe.end_of(start_ns)) / 2 / SECOND_NS
