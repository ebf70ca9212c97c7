"""Drawing of many lines and rectangles in one call.

Qt reads them from the memory of numpy arrays; creating a Python object for each would take ten times as long as
drawing it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, cast

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QRect
from PySide6.QtGui import QPainter
from shiboken6 import Shiboken

from ticker_gui.bars.arrays import Floats, Mask
from ticker_gui.gui.chart.view.viewport import MAX_PIXELS, whole_pixel

_POINTS_PER_POLYGON: Final = 64  # larger polygons take disproportionately long to fill


def lines(painter: QPainter, x1: Floats, y1: Floats, x2: Floats, y2: Floats) -> None:
    """Draw a line for each row."""
    prepared_lines(painter, line_rows(x1, y1, x2, y2))


def line_rows(x1: Floats, y1: Floats, x2: Floats, y2: Floats) -> Floats:
    """Return the rows to draw with `prepared_lines`, for lines that are drawn in many frames."""
    rows = _stacked(x1, y1, x2, y2)
    return rows if _is_in_range(rows) else _rows(*_clip_y(x1, y1, x2, y2))


def prepared_lines(painter: QPainter, rows: Floats) -> None:
    """Draw a line for each row of `line_rows`."""
    if len(rows):
        painter.drawLines(cast(QLineF, Shiboken.wrapInstance(rows.ctypes.data, QLineF)), len(rows))


def rectangles(painter: QPainter, left: Floats, top: Floats, right: Floats, bottom: Floats) -> None:
    """Draw a rectangle for each row, at integer pixels: Qt fills those five times as fast."""
    rows = _rows(left, top, right, bottom).astype(np.int32)
    rows[:, 2:] -= 1  # Qt includes the last pixel
    if len(rows):
        painter.drawRects(cast(QRect, Shiboken.wrapInstance(rows.ctypes.data, QRect)), len(rows))


def fill_between(painter: QPainter, x: Floats, one: Floats, other: Floats, is_joined: Mask | None = None) -> None:
    """Fill the area between two lines with the painter's brush; it is broken where `polyline` is."""
    x, one, other = _clip_x(x, one, other)
    for begin, end in _segments(one + other, is_joined):
        for first in range(begin, end - 1, _POINTS_PER_POLYGON):
            there = slice(first, min(first + _POINTS_PER_POLYGON + 1, end))  # neighbors share an edge but no pixel
            xs = np.append(x[there], x[there][::-1])
            ys = np.append(one[there], other[there][::-1])
            painter.drawPolygon(arrayToQPolygonF(*(np.clip(edge, -MAX_PIXELS, MAX_PIXELS) for edge in (xs, ys))))


def polyline(painter: QPainter, x: Floats, y: Floats, is_joined: Mask | None = None) -> None:
    """Draw a line through points, broken at NaN and after points that are not joined.

    A point without a neighbor is drawn as a short line.
    """
    x, y = _clip_x(x, y)
    known = np.isfinite(y)
    joined = known[:-1] & known[1:]
    if is_joined is not None:
        joined &= is_joined[: len(joined)]
    alone = known & ~np.append(joined, False) & ~np.append(False, joined)
    x1, x2, y1, y2 = x[:-1][joined], x[1:][joined], y[:-1][joined], y[1:][joined]
    lines(painter, x1, y1, x2, y2)
    lines(painter, x[alone] - 1, y[alone], x[alone] + 1, y[alone])


def dashes(painter: QPainter, height: float, width: float, dash: float, gap: float) -> None:
    """Draw a dashed horizontal line; a dashed pen takes many times as long."""
    begins = np.arange(0.0, width, dash + gap)
    y = np.full(len(begins), whole_pixel(height), float)
    lines(painter, begins, y, begins + dash - 1, y)


def vertical_dashes(painter: QPainter, position: float, height: float, dash: float, gap: float) -> None:
    """Draw a dashed vertical line."""
    begins = np.arange(0.0, height, dash + gap)
    x = np.full(len(begins), whole_pixel(position), float)
    lines(painter, x, begins, x, begins + dash - 1)


def _segments(y: Floats, is_joined: Mask | None) -> list[tuple[int, int]]:
    """Return begin and end of each unbroken segment of points."""
    known = np.isfinite(y)
    breaks = ~(known[:-1] & known[1:])
    if is_joined is not None:
        breaks |= ~is_joined[: len(breaks)]
    edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(y)]
    return [(begin, end) for begin, end in pairwise(edges) if end - begin > 1]


def _clip_x(x: Floats, *ys: Floats) -> list[Floats]:
    """Clip ascending points to the supported range, along their lines: a long pause can end far to the left."""
    near = np.clip(x, -MAX_PIXELS, MAX_PIXELS)
    is_moved = near != x
    if not is_moved.any():
        return [x, *ys]
    return [near, *(np.where(is_moved, np.interp(near, x, y), y) for y in ys)]


def _clip_y(x1: Floats, y1: Floats, x2: Floats, y2: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Clip the ends of lines to the supported range, along the lines."""
    near1, near2 = np.clip(y1, -MAX_PIXELS, MAX_PIXELS), np.clip(y2, -MAX_PIXELS, MAX_PIXELS)
    if np.array_equal(near1, y1, equal_nan=True) and np.array_equal(near2, y2, equal_nan=True):
        return x1, y1, x2, y2
    width = x2 - x1
    height = np.where(y2 == y1, 1.0, y2 - y1)
    share1, share2 = np.clip((near1 - y1) / height, 0.0, 1.0), np.clip((y2 - near2) / height, 0.0, 1.0)
    return x1 + share1 * width, near1, x2 - share2 * width, near2


def _stacked(*columns: Floats) -> Floats:
    rows = np.empty((len(columns[0]), len(columns)))
    for number, column in enumerate(columns):
        rows[:, number] = column
    return rows


def _is_in_range(rows: Floats) -> bool:
    """Return whether all numbers are known and within Qt's range, as usual, so that nothing needs to be clipped."""
    return not rows.size or bool(rows.min() >= -MAX_PIXELS and rows.max() <= MAX_PIXELS)  # NaN is not


def _rows(*columns: Floats) -> Floats:
    """Return rows of numbers within Qt's range; rows with NaN are left out."""
    rows = _stacked(*columns)
    if _is_in_range(rows):
        return rows
    is_missing = np.isnan(rows).any(axis=1)
    if is_missing.any():
        rows = rows[~is_missing]
    return np.clip(rows, -MAX_PIXELS, MAX_PIXELS, out=rows)
