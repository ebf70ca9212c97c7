"""The sparkline of a table cell, built rarely and drawn often."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from ticker_gui.bars.arrays import Floats, Mask
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sparkline import STEPS, SparklinePeriod, closes

_MIN_AGE_NS: Final = 5 * SECOND_NS
_MAX_DEVIATION: Final = 20 * SECOND_NS  # pixels × nanoseconds: two pixels for ten seconds, or four for five
_MARGIN: Final = 4.0
_SIDE_MARGIN: Final = 10.0
_LINE_WIDTH: Final = 1.25


class SparklineSize(NamedTuple):
    """Width and height of a sparkline in pixels, its period, and its last time step."""

    width: int
    height: int
    period: SparklinePeriod
    step: int


class SparklineCell:
    """One symbol's sparkline, in pixels from the corner of its cell.

    ``segments`` are polylines, split at data gaps. ``start`` is the line of the first price. ``direction`` is 1 if the
    price has risen since then, -1 if it has fallen, else 0.
    """

    __slots__ = (
        "_built_ns",
        "_changes",
        "_last",
        "_pixel_price",
        "_pixmap",
        "_pixmap_key",
        "_size",
        "direction",
        "segments",
        "start",
    )

    def __init__(self) -> None:
        self.segments: list[QPolygonF] = []
        self.start: QLineF | None = None
        self.direction = 0
        self._size: SparklineSize | None = None
        self._built_ns = 0
        self._changes: int | tuple[int, int] = 0
        self._last: float | None = None
        self._pixel_price = 0.0  # the price difference of one pixel
        self._pixmap: QPixmap | None = None
        self._pixmap_key: tuple[int, int, float] | None = None

    def is_due(self, state: SymbolState, size: SparklineSize, now_ns: int) -> bool:
        """Return whether size, time step or data gaps have changed, or the price for some time by a visible amount."""
        if size != self._size or _data_changes(state) != self._changes:
            return True
        age_ns = now_ns - self._built_ns
        if state.last == self._last:
            return False
        if state.last is None or self._last is None:
            return True
        return age_ns >= _MIN_AGE_NS and abs(state.last - self._last) * age_ns >= self._pixel_price * _MAX_DEVIATION

    def build(self, state: SymbolState, size: SparklineSize, now_ns: int) -> None:
        """Build the polylines for the current prices."""
        self._size, self._changes, self._built_ns, self._last = size, _data_changes(state), now_ns, state.last
        period, width, height = size.period, size.width, size.height
        prices = closes(state, period, now_ns)
        is_known = np.isfinite(prices)
        self.segments, self.start, self.direction = [], None, 0
        self._pixmap_key = None
        self._pixel_price = 0.0
        known = prices[is_known]
        if not len(known):
            return
        low, high, first = float(known.min()), float(known.max()), float(known[0])
        self.direction = _sign(float(known[-1]) - first)
        room = height - 2 * _MARGIN
        self._pixel_price = (high - low) / room
        xs = _x_coordinates(width)
        is_flat = not high > low
        ys = np.where(is_known, height / 2, np.nan) if is_flat else _y_coordinates(prices, low, high, room)
        self.segments = _split_at_gaps(xs, ys, is_known)
        if not is_flat:
            at = round(float(ys[is_known][0])) + 0.5  # one row of pixels
            self.start = QLineF(_SIDE_MARGIN, at, width - _SIDE_MARGIN, at)

    def pixmap(self, line_color: QColor, start_color: QColor, ratio: float) -> QPixmap:
        """Return the cached drawing: a pixmap is ten times faster to draw than its lines.

        ``ratio`` is the device pixel ratio, ``start_color`` the color of the line of the first price.
        """
        key = (line_color.rgb(), start_color.rgb(), ratio)
        if self._pixmap is None or key != self._pixmap_key:
            self._pixmap_key = key
            self._pixmap = self._draw(line_color, start_color, ratio)
        return self._pixmap

    def _draw(self, line_color: QColor, start_color: QColor, ratio: float) -> QPixmap:
        assert self._size is not None
        pixmap = QPixmap(round(self._size.width * ratio), round(self._size.height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        try:
            if self.start is not None:
                painter.setPen(_dashed(start_color))
                painter.drawLine(self.start)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(line_color, 0))  # a device pixel; Qt takes ten times longer for wider lines
            for segment in self.segments:
                for number in range(round(_LINE_WIDTH * ratio)):
                    painter.drawPolyline(segment.translated(0, number / ratio))
        finally:
            painter.end()  # Qt cannot destroy a pixmap with an active painter
        return pixmap


def _data_changes(state: SymbolState) -> int | tuple[int, int]:
    """Return what differs after the data has changed otherwise than by a new price."""
    epoch = state.coverage.epoch
    return epoch if state.remembered is None else (epoch, state.bars.provided.generation)


def _dashed(color: QColor) -> QPen:
    pen = QPen(color, 1)
    pen.setDashPattern([1, 3])
    return pen


@lru_cache(maxsize=8)
def _x_coordinates(width: int) -> Floats:
    return np.linspace(_SIDE_MARGIN, width - _SIDE_MARGIN, STEPS)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _y_coordinates(prices: Floats, low: float, high: float, room: float) -> Floats:
    """Return y coordinates of prices; relative to the range, so they are finite for any range."""
    return _MARGIN + room * (1.0 - (prices - low) / (high - low))


def _split_at_gaps(xs: Floats, ys: Floats, is_known: Mask) -> list[QPolygonF]:
    """Return one polyline per run of known prices; a single point becomes a line one step long."""
    edges = np.flatnonzero(np.diff(is_known.astype(np.int8), prepend=0, append=0)).tolist()
    segments = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        points = list(map(QPointF, xs[begin:end].tolist(), ys[begin:end].tolist()))
        if len(points) == 1:
            points.insert(0, QPointF(points[0].x() - float(xs[1] - xs[0]), points[0].y()))
        segments.append(QPolygonF(points))
    return segments
