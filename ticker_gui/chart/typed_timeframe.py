"""Parser of timeframes that the user types: a number and a unit, such as ``5m``, ``4h`` or ``100t``."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TIMEFRAMES

MAX_LENGTH: Final = 7  # characters: six digits and a unit
MAX_TRADES: Final = 999_999
TRADES: Final = "t"
MONTHS: Final = "M"  # the only unit in which case matters: 1m is a minute
_WIDTHS: Final = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS, "w": 7 * DAY_NS}
UNITS: Final = frozenset({*_WIDTHS, MONTHS, TRADES})
_UNITS_TEXT: Final = "s, m, h, d, w, M (months) or t (trades)"
_DEFAULT_UNIT: Final = "m"
_TYPED: Final = re.compile(r"([0-9]{1,6})([a-zA-Z]?)")
_BY_WIDTH: Final = {timeframe.width_ns: timeframe.name for timeframe in TIMEFRAMES if not timeframe.is_month}


class TypedTimeframe(NamedTuple):
    """The name of the typed timeframe, or the reason why the text is not valid."""

    name: str = ""
    reason: str = ""


def parse_timeframe(typed: str) -> TypedTimeframe:
    """Parse a number and a unit; without a unit, the number is in minutes. Only for months does case matter.

    Equal lengths are accepted in other units: ``60m`` is ``1h``.
    """
    matched = _TYPED.fullmatch(typed.strip())
    if matched is None:
        return TypedTimeframe(reason=f"Type a number and a unit: {_UNITS_TEXT}.")
    count, unit = int(matched[1]), matched[2] or _DEFAULT_UNIT
    unit = unit if unit == MONTHS else unit.lower()
    if unit not in UNITS:
        return TypedTimeframe(reason=f"{quoted(unit)} is not a unit. Use {_UNITS_TEXT}.")
    if unit == TRADES:
        return TypedTimeframe(f"{count}t") if count else TypedTimeframe(reason="A bar needs at least 1 trade.")
    name = _name_of_months(count) if unit == MONTHS else _BY_WIDTH.get(count * _WIDTHS[unit])
    return TypedTimeframe(reason=_not_available(count, unit)) if name is None else TypedTimeframe(name)


def _name_of_months(count: int) -> str | None:
    name = f"{count}{MONTHS}"
    return name if name in BY_NAME else None


def _not_available(count: int, unit: str) -> str:
    *counts, last = (timeframe.name[:-1] for timeframe in TIMEFRAMES if timeframe.name[-1] == unit)
    choice = f"{', '.join(counts)} or {last}" if counts else last
    return f"{count}{unit} bars are not available. Choose {choice}{unit}."
