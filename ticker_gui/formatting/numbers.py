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
MAX_DECIMALS: Final = 10  # of prices that are not tiny
_TINY: Final = 1e-9  # below it, zeros would fill a column: 3.216e-12
_SMALL: Final = 1e-6
_MAX_EXACT_ZEROS: Final = 1e-18
_MIN_SIGNIFICANT: Final = 4  # significant ones, where a number has too few decimals for its magnitude
_MAX_ERROR: Final = 1e-3
_MAX_USUAL_DECIMALS: Final = 8  # what coins are divided into
_NUMBER: Final = re.compile(r"([0-9][0-9,]*)(\.[0-9]+)?")
_SEPARATOR: Final = re.compile(r"[^\d+-]")
_FORMATTED: Final = re.compile(
    r"([+\-−]?)(\d[^a-zA-Z%]*?)([^\da-zA-Z%]\d+)?"
)  # sign, groups of digits, the last of them
_GROUP: Final = 3  # digits that a separator groups
_SIGNIFICANT: Final = 10  # more digits than any venue quotes; what lies behind them is the noise of floats


def decimals(value: float) -> int:
    """Return how many decimals a number needs to be shown as it was sent, the noise of floats left out."""
    text = f"{value:.{_SIGNIFICANT}g}"
    mantissa, _, exponent = text.partition("e")
    places = len(mantissa.partition(".")[2]) - (int(exponent) if exponent else 0)
    return min(max(places, 0), max(MAX_DECIMALS, 5 - _exponent(value)))


def usual_decimals(price: float) -> int:
    """Return how many decimals prices of this magnitude usually have, before any has shown more."""
    magnitude = abs(price)
    if magnitude >= 10_000:
        return 0
    if magnitude >= 1 or magnitude == 0:
        return 2
    return min(3 - math.floor(math.log10(magnitude)), _MAX_USUAL_DECIMALS)


def value_decimals(magnitude: float) -> int:
    """Return how many decimals values of up to this magnitude are shown with, which are not prices: two or more."""
    return max(2, _MIN_SIGNIFICANT - 1 - _exponent(magnitude)) if 0.0 < magnitude < math.inf else 2


def column_decimals(value: float, digits: int) -> int:
    """Return how many of a symbol's decimals one of its prices is listed with, where others of it are tiny."""
    return digits if digits <= MAX_DECIMALS or abs(value) < _SMALL else MAX_DECIMALS


def price(value: float | None, digits: int) -> str:
    """Return a price with a fixed number of decimals, or more where these would not show it; 3.216e-12 if tiny."""
    if value is None:
        return NONE
    if digits > MAX_DECIMALS and abs(value) < _TINY:
        return _scientific(value, digits)
    text = f"{value:,.{digits}f}"
    if 0.0 < abs(value) < 10.0 ** (3 - digits) and abs(round(value, digits) - value) > _MAX_ERROR * abs(value):
        places = min(decimals(value), _MIN_SIGNIFICANT - 1 - _exponent(value))
        return _scientific(value, places) if abs(value) < _TINY else f"{value:.{places}f}"
    return text


def _scientific(value: float, digits: int) -> str:
    """Return a number below 1e-9 with an exponent, and as many decimals as it has with ``digits`` without one."""
    if value == 0.0:
        return "0"
    text = f"{value:.{max(0, digits + _exponent(value))}e}"
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}"


def _exponent(value: float) -> int:
    """Return the power of ten of a number's first digit; 0 for zero."""
    return math.floor(math.log10(abs(value))) if value else 0


def signed_price(value: float | None, digits: int) -> str:
    """Return a difference of prices with its sign; none for zero."""
    if value is None:
        return NONE
    if digits > MAX_DECIMALS and abs(value) < _TINY:
        text = _scientific(value if abs(value) >= 0.5 * 10.0**-digits else 0.0, digits)
        return f"+{text}" if value > 0.0 and text != "0" else text
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
    if 1e19 <= magnitude < math.inf:
        return f"{value:.3e}".replace("e+", "e")
    for unit, size in (("Q", 1e15), ("T", 1e12), ("B", 1e9), ("M", 1e6)):
        if magnitude >= size:
            return f"{value / size:,.2f} {unit}"
    if 0.0 < magnitude < _TINY:
        return _scientific(value, min(decimals(value), _MIN_SIGNIFICANT - 1 - _exponent(value)))
    places = 0 if magnitude >= 1000 else min(decimals(value), max(4, _MIN_SIGNIFICANT - 1 - _exponent(value)))
    return f"{value:,.{places}f}"


def cut(text: str, kept: int) -> str:
    """Return a written number cut to ``kept`` characters, so that it cannot be read as another number.

    Decimals may be cut off; without room for all digits before them it is written as 9892e7, or not at all.
    """
    found = _FORMATTED.fullmatch(text)
    if found is None:
        return "…"  # with an exponent or a unit at its end, without which it would be another number
    sign, whole, fraction = found.groups()
    separators = _SEPARATOR.findall(whole + (fraction or ""))
    if fraction is not None and separators.count(separators[-1]) > 1:
        whole, fraction = whole + fraction, None  # all of them group digits
    elif fraction is not None and len(separators) == 1 and len(fraction) == _GROUP + 1 and whole != "0":
        return "…"  # in one country decimals, in another thousands
    if fraction is not None and kept > len(sign) + len(whole):
        return f"{text[:kept]}…"
    digits = _SEPARATOR.sub("", whole)
    power = len(digits) - _MIN_SIGNIFICANT
    return f"{sign}{round(int(digits) / 10**power)}e{power}" if power > 0 else "…"


def count(value: int | None) -> str:
    """Return a whole number."""
    return NONE if value is None else f"{value:,}"


def without_noise(value: float) -> float:
    """Return a number without the noise of floats that a difference of prices has: 0.03 for 0.03000000000002956."""
    if not math.isfinite(value):
        return value
    return round(value, max(MAX_DECIMALS, _SIGNIFICANT - 1 - math.floor(math.log10(abs(value) or 1.0))))


def exact(value: float) -> str:
    """Return a number with every decimal it has."""
    if 0.0 < abs(value) < _MAX_EXACT_ZEROS:
        return f"{value:.{_SIGNIFICANT}g}"
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
