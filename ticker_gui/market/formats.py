"""Numbers as people read them. Text out, nothing else: alignment and colour are the screen's."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from itertools import chain, repeat
from typing import Final

import msgspec

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS

NONE: Final = "–"
MOST_DECIMALS: Final = 10
_USUALLY_MOST: Final = 8  # what coins are divided into
_NUMBER: Final = re.compile(r"([0-9][0-9,]*)(\.[0-9]+)?")
_SIGNIFICANT: Final = 10  # more digits than any venue quotes; what lies behind them is the noise of floats


def decimals(value: float) -> int:
    """Return how many decimals a number needs to be shown as it was sent, the noise of floats left out."""
    text = f"{value:.{_SIGNIFICANT}g}"
    mantissa, _, exponent = text.partition("e")
    places = len(mantissa.partition(".")[2]) - (int(exponent) if exponent else 0)
    return min(max(places, 0), MOST_DECIMALS)


def usual_decimals(price: float) -> int:
    """Return how many decimals prices of this magnitude usually have, before any has shown more."""
    magnitude = abs(price)
    if magnitude >= 10_000:
        return 0
    if magnitude >= 1 or magnitude == 0:
        return 2
    return min(3 - math.floor(math.log10(magnitude)), _USUALLY_MOST)


def price(value: float | None, digits: int) -> str:
    """Return a price with a fixed number of decimals."""
    return NONE if value is None else f"{value:,.{digits}f}"


def signed_price(value: float | None, digits: int) -> str:
    """Return a difference of prices with its sign; none for zero."""
    if value is None:
        return NONE
    text = f"{value:+,.{digits}f}"
    return text[1:] if _is_zero(text) else text


def signed_percent(value: float | None) -> str:
    """Return a percentage with its sign; none for zero."""
    if value is None:
        return NONE
    text = f"{value:+,.2f}%"
    return text[1:] if _is_zero(text) else text


def percent(value: float | None) -> str:
    """Return a percentage that has no direction."""
    return NONE if value is None else f"{value:,.3f}%"


def amount(value: float | None) -> str:
    """Return a volume: whole where it is large, in millions and up where it would not fit."""
    if value is None:
        return NONE
    magnitude = abs(value)
    for unit, size in (("Q", 1e15), ("T", 1e12), ("B", 1e9), ("M", 1e6)):
        if magnitude >= size:
            return f"{value / size:,.2f} {unit}"
    places = 0 if magnitude >= 1000 else min(decimals(value), 4)
    return f"{value:,.{places}f}"


def count(value: int | None) -> str:
    """Return a whole number."""
    return NONE if value is None else f"{value:,}"


def without_noise(value: float) -> float:
    """Return a number without the noise of floats that a difference of prices has: 0.03 for 0.03000000000002956."""
    if not math.isfinite(value):
        return value
    return round(value, max(MOST_DECIMALS, _SIGNIFICANT - 1 - math.floor(math.log10(abs(value) or 1.0))))


def exact(value: float) -> str:
    """Return a number with every decimal it has."""
    return f"{Decimal(repr(without_noise(value))):,f}".removesuffix(".0") if math.isfinite(value) else NONE


def age(seconds: int | None) -> str:
    """Return how long ago something came, in the largest unit that fits."""
    if seconds is None:
        return NONE
    for unit, width in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= width:
            return f"{seconds // width} {unit}"
    return f"{seconds} s"


def clock_time(time_ns: int) -> str:
    """Return a moment, in nanoseconds since the epoch, as the time of day where the user is."""
    return local_time(time_ns // SECOND_NS, None).strftime("%H:%M:%S")


class NumberStyle(msgspec.Struct, frozen=True):
    """How a country writes numbers: the decimal point, what parts groups of digits, and how many stand in each.

    ``groups`` are counted from the point; the last one repeats.
    """

    point: str = "."
    group: str = ","
    groups: tuple[int, ...] = (3,)

    def write(self, text: str) -> str:
        """Return a text of this module with its numbers in this style."""
        if self.groups == (3,):
            return text.translate({ord("."): self.point, ord(","): self.group})
        return _NUMBER.sub(self._regroup, text)

    def _regroup(self, number: re.Match[str]) -> str:
        digits, parts = number[1].replace(",", ""), list[str]()
        sizes = chain(self.groups, repeat(self.groups[-1]))
        while digits:
            size = next(sizes)
            parts.append(digits[-size:])
            digits = digits[:-size]
        return self.group.join(reversed(parts)) + (number[2] or "").replace(".", self.point)


PLAIN: Final = NumberStyle()


def _is_zero(text: str) -> bool:
    return not text.strip("+-0.,%")
