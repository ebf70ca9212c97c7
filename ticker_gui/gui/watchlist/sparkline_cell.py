"""The small chart in a row: the last prices of its symbol, made anew now and then and drawn often."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF

from ticker_gui.bars.arrays import Floats, Mask
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sparkline import STEPS, TrendPeriod, closes

_MIN_AGE_NS: Final = SECOND_NS
_MARGIN: Final = 4.0


class Size(NamedTuple):
    """How large lines are, in pixels and in time, and which step is the last."""

    width: int
    height: int
    span: TrendPeriod
    step: int


class SparklineCell:
    """One symbol's line within a cell of some size, in pixels from the cell's corner.

    ``pieces`` are broken where there are gaps; ``reference`` is the previous close, where it is in sight. ``direction``
    is 1 where the price has risen, -1 where it has fallen.
    """

    __slots__ = ("_changes", "_drawn_in", "_last", "_made_ns", "_picture", "_size", "direction", "pieces", "reference")

    def __init__(self) -> None:
        self.pieces: list[QPolygonF] = []
        self.reference: QLineF | None = None
        self.direction = 0
        self._size: Size | None = None
        self._made_ns = self._changes = 0
        self._last: float | None = None
        self._picture: QPixmap | None = None
        self._drawn_in: tuple[int, int, float] | None = None

    def is_due(self, state: SymbolState, size: Size, now_ns: int) -> bool:
        """Return whether it should be made anew: another size, step or gap; or another price, once a second."""
        if size != self._size or state.watch.changes != self._changes:
            return True
        return state.last != self._last and now_ns - self._made_ns >= _MIN_AGE_NS

    def make(self, state: SymbolState, size: Size, now_ns: int) -> None:
        """Make the line of this moment."""
        self._size, self._changes, self._made_ns, self._last = size, state.watch.changes, now_ns, state.last
        span, width, height = size.span, size.width, size.height
        prices = closes(state, span, now_ns)
        is_known = np.isfinite(prices)
        self.pieces, self.reference, self.direction = [], None, 0
        self._drawn_in = None
        if not is_known.any():
            return
        low, high = float(np.nanmin(prices)), float(np.nanmax(prices))
        reference = state.day.reference
        if reference is not None and low - (high - low) <= reference <= high + (high - low):
            low, high = min(low, reference), max(high, reference)
        known = prices[is_known]
        self.direction = int(np.sign(known[-1] - (known[0] if reference is None else reference)))
        room = height - 2 * _MARGIN
        xs = np.linspace(_MARGIN, width - _MARGIN, STEPS)
        is_flat = not high > low
        ys = np.where(is_known, height / 2, np.nan) if is_flat else _heights(prices, low, high, room)
        self.pieces = _pieces(xs, ys, is_known)
        if reference is not None and low <= reference <= high and not is_flat:
            at = float(_heights(np.array([reference]), low, high, room)[0])
            self.reference = QLineF(_MARGIN, at, width - _MARGIN, at)

    def picture(self, line: QColor, ground: QColor, ratio: float) -> QPixmap:
        """Return it drawn: to draw a picture takes a tenth of the time that its lines take.

        ``ratio`` is how many pixels the screen has to each of ours, ``ground`` the colour of the previous close.
        """
        drawn_in = (line.rgb(), ground.rgb(), ratio)
        if self._picture is None or drawn_in != self._drawn_in:
            self._drawn_in = drawn_in
            self._picture = self._draw(line, ground, ratio)
        return self._picture

    def _draw(self, line: QColor, ground: QColor, ratio: float) -> QPixmap:
        assert self._size is not None
        picture = QPixmap(round(self._size.width * ratio), round(self._size.height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        try:
            if self.reference is not None:
                painter.setPen(ground)
                painter.drawLine(self.reference)
            painter.setPen(line)
            for piece in self.pieces:
                painter.drawPolyline(piece)
        finally:
            painter.end()  # Qt cannot destroy a picture that is being painted
        return picture


def _heights(prices: Floats, low: float, high: float, room: float) -> Floats:
    """Return where prices are from above; a share of the range is finite, however small the range is."""
    return _MARGIN + room * (1.0 - (prices - low) / (high - low))


def _pieces(xs: Floats, ys: Floats, is_known: Mask) -> list[QPolygonF]:
    """Return the stretches without a gap, each as a line; a single point is as long as a step."""
    edges = np.flatnonzero(np.diff(is_known.astype(np.int8), prepend=0, append=0))
    pieces = []
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        points = [QPointF(x, y) for x, y in zip(xs[begin:end].tolist(), ys[begin:end].tolist(), strict=True)]
        if len(points) == 1:
            points.insert(0, QPointF(points[0].x() - float(xs[1] - xs[0]), points[0].y()))
        pieces.append(QPolygonF(points))
    return pieces
