"""Facts in words, and the names of their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from ticker_gui.console.frame_text import delta_text
from ticker_gui.domain.events import Bar, Correction, DayStats, Fact, Quote, Reply, Trade
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting import numbers

_TITLES: Final[Mapping[type, str]] = {
    Trade: "Trade",
    Correction: "Correction",
    Quote: "Quote",
    DayStats: "Day statistics",
    Bar: "Bar",
}
_LEFT_OUT: Final = frozenset({"symbol", "time_ns", "digits", "updates", "conditions", "venue", "last_time_ns"})
_NAMES: Final = {"price": "", "start_ns": "start", "is_closed": "closed", "trade_id": "id"}


def fact_title(fact: Fact) -> str:
    """Return the kind of a fact."""
    if isinstance(fact, Reply):
        if fact.relay is not None:
            return "Publisher report"
        return "Past data" if fact.past is not None else "Acknowledgment" if fact.ok else "Rejection"
    return _TITLES.get(type(fact), type(fact).__name__)


def fact_text(fact: Fact) -> str:
    """Return the symbol and the values of a fact."""
    if isinstance(fact, Reply):
        named = fact.symbols if fact.past is None else (fact.past.symbol,)
        named = named if fact.relay is None else fact.relay.symbols
        symbols = ", ".join(sanitize_text(symbol, 32) for symbol in named[:20])
        return " · ".join(filter(None, (symbols, sanitize_text(fact.message))))
    values = [sanitize_text(fact.symbol, 32)]
    for name in fact.__struct_fields__:
        value = getattr(fact, name)
        if name not in _LEFT_OUT and value is not None and value is not False:
            values.append(f"{_NAMES.get(name, name.replace('_', ' '))} {_value_text(value)}".strip())
    return "  ".join(values)


def age_text(fact: Fact, received_ns: int) -> str:
    """Return how long after the time of a fact its frame was received; empty if it has no time."""
    time_ns = None if isinstance(fact, Bar | Reply) else fact.time_ns
    if time_ns is None:
        return ""
    delta_ns = received_ns - time_ns
    words = "before" if delta_ns < 0 else "after"
    return f"{delta_text(abs(delta_ns)).removeprefix('+')} {words} the exchange"


def field_names(facts: Iterable[Fact]) -> Mapping[Any, str]:
    """Return the names of fields by their values, to be found in the frame that the facts came from.

    A price of 1.5 is found as the number 1.5 and as the text "1.5".
    """
    names: dict[Any, str] = {}
    for fact in facts:
        if isinstance(fact, Reply):
            continue
        for name in fact.__struct_fields__:
            value = getattr(fact, name)
            if isinstance(value, str | float) or (isinstance(value, int) and name in ("trade_id", "time_ns")):
                names.setdefault(value, name.removesuffix("_ns").replace("_", " "))
    return names


def field_name(names: Mapping[Any, str], value: Any) -> str:
    """Return the name of the field with a value of a frame; empty if there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if (name := names.get(value)) is not None:
        return name
    if isinstance(value, str):
        try:
            return names.get(float(value), "")
        except (ValueError, OverflowError):
            return ""
    return ""


def _value_text(value: object) -> str:
    if isinstance(value, float):
        return numbers.exact(value)
    return sanitize_text(value if isinstance(value, str) else msgspec.json.encode(value).decode(), 64)
