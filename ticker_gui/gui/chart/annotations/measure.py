"""A distance that was measured: how much time, how many bars, how much price and per cent."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.annotations.labels import span_text
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter

_OPACITY: Final = 44
_MARGIN: Final = 5


class Measure(NamedTuple):
    """From one place and price to another."""

    from_place: float
    from_price: float
    to_place: float
    to_price: float

    def draw(self, painter: QPainter, frame: Viewport, scene: Scene, texts: TextPainter) -> None:
        """Shade what is between both, and write how far they are apart."""
        colour = scene.palette.change(*self._changes(scene))
        fill = QColor(colour)
        fill.setAlpha(_OPACITY)
        xs = sorted(frame.column(place) for place in (self.from_place, self.to_place))
        ys = sorted(frame.row(price) for price in (self.from_price, self.to_price))
        painter.setPen(colour)
        painter.setBrush(fill)
        painter.drawRect(QRectF(xs[0], ys[0], xs[1] - xs[0], ys[1] - ys[0]))
        lines = [texts.get(line) for line in self.lines(scene)]
        height, width = round(texts.metrics.height()), max(text.width for text in lines)
        left = min(max(0.0, (xs[0] + xs[1] - width) / 2), max(0.0, frame.width - width - _MARGIN))
        is_up = self.to_price >= self.from_price
        top = float(ys[0] - len(lines) * height - _MARGIN if is_up else ys[1] + _MARGIN)
        top = min(max(0.0, top), frame.height - len(lines) * height)
        painter.fillRect(QRectF(left - _MARGIN, top, width + 2 * _MARGIN, len(lines) * height), scene.palette.raised)
        painter.setFont(texts.font)
        painter.setPen(scene.palette.text)
        for number, text in enumerate(lines):
            texts.draw(painter, round(left), round(top) + number * height, text)

    def lines(self, scene: Scene) -> tuple[str, str]:
        """Return the distance in words: price and per cent, bars and time."""
        content = scene.content
        times = [content.time_scale.time_of(content.series, place) for place in (self.from_place, self.to_place)]
        rows = [content.time_scale.rows(content.series, place, place)[0] for place in (self.from_place, self.to_place)]
        price = "  ".join(self._changes(scene))
        bars = rows[1] - rows[0]
        unit = "bar" if abs(bars) == 1 else "bars"
        distance = f"{bars:+,} {unit}  {span_text((times[1] - times[0]) / SECOND_NS)}"
        return scene.style.write(price), scene.style.write(distance)

    def _changes(self, scene: Scene) -> tuple[str, str]:
        """Return how far the prices are apart, and how much that is in per cent."""
        change = self.to_price - self.from_price
        percent = 100.0 * change / abs(self.from_price) if self.from_price else None
        return numbers.signed_price(change, scene.content.state.price_decimals), numbers.signed_percent(percent)
