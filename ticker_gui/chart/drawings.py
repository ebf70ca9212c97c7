"""Drawings on a chart: horizontal lines, trend lines and rays through times and prices."""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

import msgspec

from ticker_gui.chart.time_scale import EARLIEST_NS, LATEST_NS
from ticker_gui.indicators.appearance import COLOR_NAMES

MAX_ID: Final = 64  # characters
_MAX_TIMEFRAME: Final = 16
_SERIES: Final = ("s1", "s2", "s3", "s4")
COLORS: Final = {"": "Gray", "accent": "Violet"} | {color: COLOR_NAMES[color] for color in _SERIES}


class DrawingKind(Enum):
    """The shape of a drawing; a ray continues beyond its second point, a trend line ends there."""

    HORIZONTAL = "horizontal"
    TREND = "trend"
    RAY = "ray"


TITLES: Final = {
    DrawingKind.HORIZONTAL: "Horizontal line",
    DrawingKind.TREND: "Trend line",
    DrawingKind.RAY: "Ray",
}


class Anchor(msgspec.Struct, frozen=True):
    """A point of a drawing: a time in nanoseconds since the epoch, and a price."""

    time_ns: int
    price: float

    def __post_init__(self) -> None:
        if not EARLIEST_NS <= self.time_ns <= LATEST_NS:
            raise ValueError("the time is before 1900 or after 2200")
        if not math.isfinite(self.price):
            raise ValueError("the price is not a finite number")


class Drawing(msgspec.Struct, frozen=True):
    """One drawing. A horizontal line has only one point, at whose price it is.

    Lines are straight in prices, or in their logarithms if ``is_log``, so that the price at a time is the same on every
    scale. ``color`` is a key of `COLORS`. A drawing with a ``timeframe`` is only visible on it.

    Raises:
        ValueError: the points do not make such a line.
    """

    id: str
    kind: DrawingKind
    begin: Anchor
    end: Anchor | None = None
    color: str = ""
    timeframe: str = ""
    is_log: bool = False
    is_locked: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= MAX_ID or len(self.timeframe) > _MAX_TIMEFRAME:
            raise ValueError("the name is empty or too long")
        if self.color not in COLORS:
            raise ValueError("there is no such color")
        if (self.end is None) is not (self.kind is DrawingKind.HORIZONTAL):
            raise ValueError("a horizontal line has one point, other lines have two")
        if self.end == self.begin:
            raise ValueError("both points are the same")
        if self.is_log and any(anchor.price <= 0 for anchor in self.anchors):
            raise ValueError("a line that is straight on a logarithmic scale needs prices above zero")

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The points of the drawing."""
        return (self.begin,) if self.end is None else (self.begin, self.end)

    def is_visible_on(self, timeframe: str) -> bool:
        """Return whether the drawing is visible on a timeframe."""
        return self.timeframe in ("", timeframe)


def price_at(drawing: Drawing, time_ns: float, *, extrapolated: bool = False) -> float | None:
    """Return the price of a line at a time; None where it has none, as a trend line beyond its points.

    With ``extrapolated``, a line continues on both sides. A vertical line has no price at any time.
    """
    begin, end = drawing.begin, drawing.end
    if end is None:
        return begin.price
    if begin.time_ns == end.time_ns:
        return None
    for anchor in (begin, end):
        if time_ns == anchor.time_ns:
            return anchor.price
    share = (time_ns - begin.time_ns) / (end.time_ns - begin.time_ns)
    if not extrapolated and (share < 0 or (share > 1 and drawing.kind is DrawingKind.TREND)):
        return None
    return price_between(begin.price, end.price, share, is_log=drawing.is_log)


def price_between(one: float, other: float, share: float, *, is_log: bool) -> float | None:
    """Return the price at a share of the way from one price to another, on a line that continues on both sides.

    The line is straight in prices, or in their logarithms. None if there is no such number.
    """
    if one == other:  # exactly, or a price on the line would be above or below it
        return one
    try:
        if is_log:
            price = one * (other / one) ** share
        else:  # from the nearer price, which may be very small compared with the other one
            price = one + (other - one) * share if share < 0.5 else other - (other - one) * (1 - share)
    except ArithmeticError:  # too large, or the ratio of the prices is too small
        return None
    return price if math.isfinite(price) else None


def moved(drawing: Drawing, by_ns: int, from_price: float, to_price: float, *, is_log: bool) -> Drawing:
    """Return a drawing moved in time and price; on a logarithmic scale, prices are multiplied.

    Raises:
        ValueError: the drawing would leave the possible times or prices.
    """

    def shifted(anchor: Anchor) -> Anchor:
        price = anchor.price * to_price / from_price if is_log else anchor.price + (to_price - from_price)
        return Anchor(anchor.time_ns + by_ns, price)

    end = None if drawing.end is None else shifted(drawing.end)
    return msgspec.structs.replace(drawing, begin=shifted(drawing.begin), end=end)
