"""Formatting of prices, amounts, percentages, ages and times as text."""

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
MINUS: Final = "−"  # on the screen, as wide as a plus sign; copies, exports and accessible texts have "-"
MAX_DECIMALS: Final = 10  # of prices that are not tiny
_TINY: Final = 1e-9  # smaller numbers are written with an exponent, as in 3.216e-12
_SMALL: Final = 1e-6
_MAX_EXACT_ZEROS: Final = 1e-18
_MAX_EXACT: Final = 1e15
_MIN_SIGNIFICANT: Final = 4  # significant digits of numbers that are small for their number of decimals
_MIN_CUT_SIGNIFICANT: Final = 3  # of numbers with zeros after the decimal point that are cut off
_MAX_ERROR: Final = 1e-3
_MAX_USUAL_DECIMALS: Final = 8  # the smallest unit of most coins
_NUMBER: Final = re.compile(r"([0-9][0-9,]*)(\.[0-9]+)?")
_SEPARATOR: Final = re.compile(r"[^\d+-]")
_FORMATTED: Final = re.compile(
    r"([+\-−]?)(\d[^a-zA-Z%]*?)([^\da-zA-Z%]\d+)?"
)  # sign, groups of digits, the last of them
_GROUP: Final = 3  # digits per group
_NOISE: Final = 2.0**-50  # relative; of a number that was calculated from two others
_PERCENT_NOISE: Final = 5e-14  # of a percentage, because the two numbers may be nearly equal
_POWERS: Final = tuple(10.0**-digits for digits in range(32))
# The units of amounts: from which number on, because what is rounded to 1,000 of a unit is 1 of the next one; and size.
_UNITS: Final = (("Q", 999.995e12, 1e15), ("T", 999.995e9, 1e12), ("B", 999.995e6, 1e9), ("M", 999_999.5, 1e6))
_WHOLE_FROM: Final = 999.99995  # amounts have no decimals from 1,000 on, after rounding
_SIGNIFICANT: Final = 10  # more digits than any venue quotes; further digits are floating-point noise


def decimals(value: float) -> int:
    """Return how many decimals a number needs, without floating-point noise."""
    text = f"{value:.{_SIGNIFICANT}g}"
    mantissa, _, exponent = text.partition("e")
    places = len(mantissa.partition(".")[2]) - (int(exponent) if exponent else 0)
    return min(max(places, 0), max(MAX_DECIMALS, 5 - _exponent(value)))


def usual_decimals(price: float) -> int:
    """Return how many decimals prices of this magnitude usually have."""
    magnitude = abs(price)
    if magnitude >= 10_000:
        return 0
    if magnitude >= 1 or magnitude == 0:
        return 2
    return min(3 - math.floor(math.log10(magnitude)), _MAX_USUAL_DECIMALS)


def value_decimals(magnitude: float) -> int:
    """Return how many decimals to use for values other than prices, of up to this magnitude; at least two."""
    return max(2, _MIN_SIGNIFICANT - 1 - _exponent(magnitude)) if 0.0 < magnitude < math.inf else 2


def column_decimals(value: float, digits: int) -> int:
    """Return how many decimals to use for a price in a column; ``digits`` are the symbol's own decimals.

    They are limited if only other prices of the symbol are tiny.
    """
    return digits if digits <= MAX_DECIMALS or abs(value) < _SMALL else MAX_DECIMALS


def price(value: float | None, digits: int) -> str:
    """Return a price with a fixed number of decimals, or more if it would be rounded too much; 3.216e-12 if tiny."""
    if value is None:
        return NONE
    if digits > MAX_DECIMALS and abs(value) < _TINY:
        return _scientific(value, digits)
    text = f"{_half_up(value, digits):,.{digits}f}"
    if 0.0 < abs(value) < 10.0 ** (3 - digits) and abs(round(value, digits) - value) > _MAX_ERROR * abs(value):
        places = min(decimals(value), _MIN_SIGNIFICANT - 1 - _exponent(value))
        return _scientific(value, places) if abs(value) < _TINY else f"{value:.{places}f}"
    return text


def _half_up(value: float, digits: int, noise: float = 0.0) -> float:
    """Return a number that is formatted with ``digits`` decimals as decimal arithmetic rounds: half away from zero.

    1.475 % is 1.48 %, although the nearest binary number, or a calculation, is a little below it.
    """
    noise += abs(value) * _NOISE
    if not value:
        return 0.0  # also of negative zero, whose sign would be written
    if digits >= len(_POWERS) or noise > 0.1 * _POWERS[digits]:
        return value  # no digit after these is known
    return value + noise if value > 0.0 else value - noise


def _scientific(value: float, digits: int) -> str:
    """Return a number below 1e-9 with an exponent, at the precision of ``digits`` decimals without one."""
    if value == 0.0:
        return "0"
    text = f"{value:.{max(0, digits + _exponent(value))}e}"
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}"


def _exponent(value: float) -> int:
    """Return the decimal exponent of a number; 0 for zero."""
    return math.floor(math.log10(abs(value))) if value else 0


def signed_price(value: float | None, digits: int) -> str:
    """Return a price difference with its sign; zero has none."""
    if value is None:
        return NONE
    if digits > MAX_DECIMALS and abs(value) < _TINY:
        text = _scientific(value if abs(value) >= 0.5 * 10.0**-digits else 0.0, digits)
        return f"+{text}" if value > 0.0 and text != "0" else text
    text = f"{_half_up(value, digits):+,.{digits}f}"
    return text[1:] if _is_zero(text) else text


def signed_percent(value: float | None) -> str:
    """Return a percentage with its sign; zero has none."""
    if value is None:
        return NONE
    return signed_change(value, 2)


def signed_change(percent: float, digits: int) -> str:
    """Return a percentage with its sign and a number of decimals; zero has no sign."""
    text = f"{_half_up(percent, digits, _PERCENT_NOISE):+,.{digits}f}%"
    return text[1:] if _is_zero(text) else text


def percent(value: float | None) -> str:
    """Return a percentage without a sign for positive values, with three decimals; zero has no sign."""
    if value is None:
        return NONE
    text = f"{_half_up(value, 3, _PERCENT_NOISE):,.3f}%"
    return text.removeprefix("-") if _is_zero(text) else text


def amount(value: float | None) -> str:
    """Return an amount such as a volume: no decimals from 1,000 on, abbreviated from a million on (1.24 M)."""
    if value is None:
        return NONE
    magnitude = abs(value)
    if 1e19 <= magnitude < math.inf:
        return f"{value:.3e}".replace("e+", "e")
    for unit, begins_at, size in _UNITS:
        if magnitude >= begins_at:
            return f"{_half_up(value / size, 2):,.2f} {unit}"
    if 0.0 < magnitude < _TINY:
        return _scientific(value, min(decimals(value), _MIN_SIGNIFICANT - 1 - _exponent(value)))
    places = 0 if magnitude >= _WHOLE_FROM else min(decimals(value), max(4, _MIN_SIGNIFICANT - 1 - _exponent(value)))
    return f"{_half_up(value, places):,.{places}f}"


def cut(text: str, kept: int) -> str:
    """Shorten a formatted number to about ``kept`` characters, so that it cannot be misread as another number.

    Only decimals are cut off. Without room for all digits before them, or for the first that are not zero,
    the result is like 9892e7 or 1235e-11, or just "…".
    """
    found = _FORMATTED.fullmatch(text)
    if found is None:
        return "…"  # it ends in an exponent or a unit, without which it would be another number
    sign, whole, fraction = found.groups()
    separators = _SEPARATOR.findall(whole + (fraction or ""))
    if fraction is not None and separators.count(separators[-1]) > 1:
        whole, fraction = whole + fraction, None  # all separators are group separators
    elif fraction is not None and len(separators) == 1 and len(fraction) == _GROUP + 1 and whole != "0":
        return "…"  # ambiguous: decimals in one locale, thousands in another
    if fraction is not None and kept > len(sign) + len(whole):
        return _cut_small(sign, fraction[1:], f"{text[:kept]}…") if whole == "0" else f"{text[:kept]}…"
    digits = _SEPARATOR.sub("", whole)
    power = len(digits) - _MIN_SIGNIFICANT
    return f"{sign}{round(int(digits) / 10**power)}e{power}" if power > 0 else "…"


def _cut_small(sign: str, decimals: str, shown: str) -> str:
    """Return ``shown``, or a number below one with an exponent where more of its digits fit like that."""
    digits = decimals.lstrip("0")
    power = max(0, len(digits) - _MIN_SIGNIFICANT)
    if not digits:
        return shown
    significant = len(_SEPARATOR.sub("", shown).strip("+-").lstrip("0"))
    text = f"{sign}{round(int(digits) / 10**power)}e-{len(decimals) - power}"
    return text if not significant or (significant < _MIN_CUT_SIGNIFICANT and len(text) <= len(shown)) else shown


def count(value: int | None) -> str:
    """Return an integer with group separators."""
    return NONE if value is None else f"{value:,}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, whose plural ends in s: ``1 trade``, ``1,234 trades``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def without_noise(value: float) -> float:
    """Round away the floating-point noise of a price difference: 0.03 for 0.03000000000002956."""
    if not math.isfinite(value):
        return value
    return round(value, max(MAX_DECIMALS, _SIGNIFICANT - 1 - math.floor(math.log10(abs(value) or 1.0))))


def exact(value: float) -> str:
    """Return a number with all of its decimals."""
    if 0.0 < abs(value) < _MAX_EXACT_ZEROS:
        return f"{value:.{_SIGNIFICANT}g}"
    if not math.isfinite(value):
        return NONE
    plain = float(without_noise(value)) + 0.0  # the repr of numpy's floats differs
    return f"{Decimal(repr(plain)):,f}".removesuffix(".0")


def exact_if_short(value: float) -> str:
    """Return any number with all of its decimals; from 1e15 on, and if it is not finite, like ``2e15`` and ``nan``."""
    return exact(value) if abs(value) < _MAX_EXACT else f"{value:g}".replace("e+", "e")


def age(seconds: int | None) -> str:
    """Return an age in its largest unit, such as ``5 min``."""
    if seconds is None:
        return NONE
    for unit, width in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= width:
            return f"{seconds // width} {unit}"
    return f"{seconds} s"


def size_text(count: int) -> str:
    """Return a number of bytes in a unit that fits: ``812 B``, ``4.1 MB``."""
    for unit, size in (("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def clock_time(time_ns: int) -> str:
    """Return a time, in nanoseconds since the epoch, as time of day in the user's time zone."""
    return local_time(time_ns // SECOND_NS, None).strftime("%H:%M:%S")


def on_screen(text: str) -> str:
    """Return a formatted number with the minus sign of the screen."""
    return f"{MINUS}{text[1:]}" if text.startswith("-") else text


def plain_minus(text: str) -> str:
    """Return a number from the screen with the minus sign of copies and accessible texts."""
    return text.replace(MINUS, "-")


class NumberStyle(msgspec.Struct, frozen=True):
    """The number format of a locale: decimal point, group separator, and the sizes of groups of digits.

    ``groups`` are counted from the decimal point; the last size repeats.
    """

    point: str = "."
    group: str = ","
    groups: tuple[int, ...] = (3,)

    def write(self, text: str) -> str:
        """Convert the numbers in a text of this module to this format."""
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
