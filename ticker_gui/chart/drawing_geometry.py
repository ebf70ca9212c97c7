"""The geometry of drawings in a view: visible parts in pixels, hit tests, and points from pixels."""

from __future__ import annotations

import math
from typing import Final, NamedTuple, Protocol, TypeAlias

import numpy as np

from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.series import Series
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind
from ticker_gui.chart.time_scale import EARLIEST_NS, LATEST_NS, ContinuousTimeScale, TimeScale
from ticker_gui.domain.timeframe import SECOND_NS

Point: TypeAlias = tuple[float, float]

GRIP: Final = 4.5  # pixels from a line at which it can be grabbed; lines are drawn at whole pixels
HANDLE_GRIP: Final = 7.0
_STEP: Final = 2.0  # pixels between the points of a line that is curved in this view
_STEP_OF_TRADES: Final = 4.0  # likewise, over bars of trades
NO_LINES: Final[Floats] = np.empty((0, 4))
_FAR: Final = 1e6  # pixels
_TOLERANCE: Final = 1e-6
_MIN_PRICE: Final = 1e-300  # below, a logarithmic scale cannot show a price
_MAX_EXPONENT: Final = 300.0


class View(Protocol):
    """A pane's range of positions and prices (or their logarithms if ``is_log``), and its size in pixels."""

    @property
    def left(self) -> float:
        """The first position."""

    @property
    def right(self) -> float:
        """The last position."""

    @property
    def bottom(self) -> float:
        """The lowest price, or its logarithm."""

    @property
    def top(self) -> float:
        """The highest price, or its logarithm."""

    @property
    def width(self) -> float:
        """The width in pixels."""

    @property
    def height(self) -> float:
        """The height in pixels."""

    @property
    def is_log(self) -> bool:
        """Whether the scale is logarithmic."""


class Projection(NamedTuple):
    """Converts times and prices to pixels of a view, and back."""

    view: View
    time_scale: TimeScale
    series: Series

    def x(self, time_ns: float) -> float:
        """Return the x coordinate of a time."""
        return self._x_of_position(self._position(time_ns))

    def y(self, price: float) -> float:
        """Return the y coordinate of a price; infinite if a logarithmic scale cannot show it."""
        view = self.view
        if view.is_log and price <= _MIN_PRICE:
            return math.inf
        level = math.log10(price) if view.is_log else price
        return (view.top - level) * view.height / (view.top - view.bottom)

    def price(self, y: float) -> float:
        """Return the price at a y coordinate."""
        view = self.view
        level = view.top - y * (view.top - view.bottom) / max(1.0, view.height)
        return float(10.0 ** min(level, _MAX_EXPONENT)) if view.is_log else level

    def time_ns(self, x: float) -> int:
        """Return the time at an x coordinate, as near as the scale knows it."""
        view = self.view
        position = view.left + x * (view.right - view.left) / max(1.0, view.width)
        return min(max(self.time_scale.time_at(self.series, position), EARLIEST_NS), LATEST_NS)

    def anchor(self, x: float, y: float, decimals: int) -> Anchor:
        """Return the time and the price at a point; the price is rounded to what the view can show."""
        return Anchor(self.time_ns(x), self.rounded_price(y, decimals))

    def rounded_price(self, y: float, decimals: int) -> float:
        """Return the price at a y coordinate rounded to the decimals that are visible at this scale.

        On a logarithmic scale, it is not rounded to zero.
        """
        price = self.price(y)
        pixel = abs(self.price(y - 0.5) - self.price(y + 0.5))
        if not 0.0 < pixel < math.inf:
            return price
        rounded = round(price, min(max(0, math.ceil(-math.log10(pixel) - _TOLERANCE)), max(decimals, 0)))
        return rounded if rounded or not self.view.is_log else price

    @property
    def is_continuous(self) -> bool:
        """Whether equal times are equally wide."""
        return isinstance(self.time_scale, ContinuousTimeScale)

    @property
    def key(self) -> object:
        """What the pixels of a drawing depend on, besides the drawing itself."""
        if self.is_continuous:
            return self.view
        starts = self.series.last_part_starts_ns
        return self.view, self.series.begin, len(self.series), int(starts[-1]) if len(starts) else 0

    def _position(self, time_ns: float) -> float:
        return time_ns / SECOND_NS if self.is_continuous else self.time_scale.x_at(self.series, int(time_ns))

    def _x_of_position(self, position: float) -> float:
        view = self.view
        return (position - view.left) * view.width / (view.right - view.left)

    def known_xs(self) -> Point:
        """Return the first and the last x coordinate in view at which times are known."""
        if self.is_continuous:
            return 0.0, self.view.width
        if not len(self.series):
            return 0.0, -1.0
        ends = float(self.series.begin), self.time_scale.newest(self.series)
        first, last = map(self._x_of_position, ends)
        return max(0.0, first), min(self.view.width, last)


def visible_lines(drawing: Drawing, projection: Projection) -> Floats:
    """Return the visible part of a drawing as rows of x1, y1, x2, y2 in pixels; without rows if it is out of view."""
    width, height = projection.view.width, projection.view.height
    if drawing.end is None:
        y = projection.y(drawing.begin.price)
        return np.array([[0.0, y, width, y]]) if 0.0 <= y <= height else NO_LINES
    if _is_vertical(drawing.begin, drawing.end, projection):
        return _vertical(drawing, drawing.end, projection)
    xs = _range_of_xs(drawing, drawing.end, projection)
    if xs[0] >= xs[1]:
        return NO_LINES
    is_straight = projection.is_continuous and drawing.is_log is projection.view.is_log
    step = xs[1] - xs[0] if is_straight else _STEP if projection.is_continuous else _STEP_OF_TRADES
    points = np.linspace(*xs, max(1, math.ceil((xs[1] - xs[0]) / step)) + 1)
    ys = _ys_on_line if is_straight else _ys_on_curve
    return _clipped(points, ys(drawing, drawing.end, projection, points), height)


def handles(drawing: Drawing, projection: Projection) -> list[Point]:
    """Return the points at which a selected drawing can be dragged; a horizontal line has one, in the middle."""
    if drawing.end is None:
        return [(projection.view.width / 2, projection.y(drawing.begin.price))]
    return [(projection.x(anchor.time_ns), projection.y(anchor.price)) for anchor in drawing.anchors]


def handle_at(points: list[Point], x: float, y: float) -> int | None:
    """Return the number of the nearest handle that a point touches, if there is one."""
    distances = [math.hypot(one - x, other - y) for one, other in points]
    nearest = min(range(len(points)), key=distances.__getitem__, default=None)
    return nearest if nearest is not None and distances[nearest] <= HANDLE_GRIP else None


def distance(lines: Floats, x: float, y: float) -> float:
    """Return the distance of a point from the nearest of some lines in pixels; infinite without lines."""
    if not len(lines):
        return math.inf
    x1, y1, x2, y2 = lines.T
    along_x, along_y = x2 - x1, y2 - y1
    squared = np.maximum(along_x**2 + along_y**2, 1e-12)
    share = np.clip(((x - x1) * along_x + (y - y1) * along_y) / squared, 0.0, 1.0)
    return float(np.hypot(x1 + share * along_x - x, y1 + share * along_y - y).min())


def _range_of_xs(drawing: Drawing, end: Anchor, projection: Projection) -> Point:
    """Return the first and the last visible x coordinate of a line with two points."""
    first, last = projection.known_xs()
    one, other = projection.x(drawing.begin.time_ns), projection.x(end.time_ns)
    is_forward = end.time_ns > drawing.begin.time_ns
    if drawing.kind is DrawingKind.RAY:
        return (max(first, one), last) if is_forward else (first, min(last, one))
    return max(first, min(one, other)), min(last, max(one, other))


def _ys_on_line(drawing: Drawing, end: Anchor, projection: Projection, xs: Floats) -> Floats:
    """Return the y coordinates of a line that is straight in this view; they may be far out of view."""
    one, other = projection.x(drawing.begin.time_ns), projection.x(end.time_ns)
    y = projection.y(drawing.begin.price)
    return y + (projection.y(end.price) - y) * ((xs - one) / (other - one))


def _ys_on_curve(drawing: Drawing, end: Anchor, projection: Projection, xs: Floats) -> Floats:
    """Return the y coordinates of a line that is not straight in this view, at most `_FAR` out of view."""
    begin, view, series = drawing.begin, projection.view, projection.series
    positions = view.left + xs * ((view.right - view.left) / view.width)
    if projection.is_continuous:
        times = positions * SECOND_NS
    else:
        times = np.array([projection.time_scale.time_at(series, position) for position in positions.tolist()], float)
    shares = (times - begin.time_ns) / (end.time_ns - begin.time_ns)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        prices = (
            begin.price * (end.price / begin.price) ** shares
            if drawing.is_log
            else begin.price + (end.price - begin.price) * shares
        )
        levels = np.log10(np.maximum(prices, 0.0)) if view.is_log else prices
        return np.clip((view.top - levels) * (view.height / (view.top - view.bottom)), -_FAR, _FAR)


def _is_vertical(begin: Anchor, end: Anchor, projection: Projection) -> bool:
    """Return whether two points have the same time, or times that are too close for the positions of a view."""
    if begin.time_ns == end.time_ns:
        return True
    return projection.is_continuous and projection.x(begin.time_ns) == projection.x(end.time_ns)


def _vertical(drawing: Drawing, end: Anchor, projection: Projection) -> Floats:
    """Return the visible part of a line whose points have the same time."""
    x, height = projection.x(end.time_ns), projection.view.height
    first, last = projection.known_xs()
    one, other = projection.y(drawing.begin.price), projection.y(end.price)
    if drawing.kind is DrawingKind.RAY:
        other = math.copysign(math.inf, other - one)
    top, bottom = max(0.0, min(one, other)), min(height, max(one, other))
    return np.array([[x, top, x, bottom]]) if first <= x <= last and top <= bottom else NO_LINES


def _clipped(xs: Floats, ys: Floats, height: float) -> Floats:
    """Return the parts of a line through points that are between the upper and the lower edge of a view, as rows."""
    x1, y1, x2, y2 = xs[:-1], ys[:-1], xs[1:], ys[1:]
    is_visible = (np.minimum(y1, y2) <= height) & (np.maximum(y1, y2) >= 0.0)  # not where a price is unknown
    x1, y1, x2, y2 = x1[is_visible], y1[is_visible], x2[is_visible], y2[is_visible]
    rise = np.where(y1 == y2, 1.0, y2 - y1)
    rows = np.empty((len(x1), 4))
    for column, x, y in ((0, x1, y1), (2, x2, y2)):
        edge = np.clip(y, 0.0, height)
        rows[:, column] = np.where(edge == y, x, x1 + (edge - y1) / rise * (x2 - x1))
        rows[:, column + 1] = edge
    return rows
