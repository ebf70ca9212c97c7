"""Conditions in words, as people read them: "Crosses above 97,412.50"."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ticker_gui.alerts.condition import (
    ColumnLevel,
    Condition,
    Expression,
    FeedCondition,
    Guarded,
    IndicatorLevel,
    LineLevel,
    Move,
    NewExtreme,
    PriceLevel,
    Silence,
    VolumeSurge,
    number_text,
)
from ticker_gui.alerts.condition_language import ConditionError, parse_condition
from ticker_gui.alerts.levels import Direction
from ticker_gui.alerts.saved_alerts import MAX_ALERTS
from ticker_gui.domain.timeframe import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS

_DIRECTIONS: Final = {
    Direction.ABOVE: "above",
    Direction.AT_LEAST: "at least",
    Direction.BELOW: "below",
    Direction.AT_MOST: "at most",
    Direction.CROSSES: "crosses",
    Direction.CROSSES_ABOVE: "crosses above",
    Direction.CROSSES_BELOW: "crosses below",
}
_UNITS: Final = ((DAY_NS, "d"), (HOUR_NS, "h"), (MINUTE_NS, "min"), (SECOND_NS, "s"))
_MAX_DECIMALS: Final = 8


@lru_cache(maxsize=MAX_ALERTS)  # all of them are shown, once per second
def condition_words(text: str, decimals: int = 0) -> str:
    """Return the text of a condition in words, with prices of at least this many decimals; expressions stay text."""
    try:
        condition = parse_condition(text)
    except ConditionError:
        return text
    words = _words(condition, decimals)
    return words if isinstance(condition, Expression) else words[:1].upper() + words[1:]


def _words(condition: Condition, decimals: int) -> str:  # a case for each kind
    match condition:
        case Guarded():
            return f"{_words(condition.trigger, decimals)} and {condition.guard.text}"
        case PriceLevel():
            return f"{_DIRECTIONS[condition.direction]} {_price(condition.level, decimals)}"
        case LineLevel():
            begin, end = (_price(one, decimals) for one in (condition.begin_price, condition.end_price))
            return f"{_DIRECTIONS[condition.direction]} the line from {begin} to {end}"
        case ColumnLevel():
            title = COLUMNS[COLUMN_INDEX[condition.column]].title
            return f"{title} {_DIRECTIONS[condition.direction]} {_number(condition.level)}"
        case IndicatorLevel():
            return _indicator(condition)
        case Expression():
            return condition.text
    return _other(condition)


def _other(condition: Move | Silence | NewExtreme | VolumeSurge | FeedCondition) -> str:
    match condition:
        case Move():
            amount = f"{_number(condition.amount)}{'%' if condition.is_percent else ''}"
            return " ".join(filter(None, ("moves", condition.direction, amount, "in", _duration(condition.window_ns))))
        case Silence(after_ns=None):
            return "no data for longer than usual"
        case Silence():
            return f"no data for {_duration(condition.after_ns or 0)}"
        case NewExtreme():
            extreme = "high" if condition.is_high else "low"
            return f"new {extreme} of the day" if condition.days == 1 else f"new {condition.days}-day {extreme}"
        case VolumeSurge():
            threshold = f"{_number(condition.factor)} × the {condition.bars}-bar average"
            return f"{condition.timeframe} volume above {threshold}"
    return condition.text


def _indicator(condition: IndicatorLevel) -> str:
    config = condition.config
    outputs = {output.key: output.title for output in config.indicator.outputs}
    output = f" {outputs[condition.output]}" if len(outputs) > 1 else ""
    moment = " on bar close" if condition.is_on_close else ""
    level = f"{_DIRECTIONS[condition.direction]} {_number(condition.level)}"
    return f"{condition.timeframe} {config.label()}{output} {level}{moment}"


def _price(price: float, decimals: int) -> str:
    return numbers.price(price, min(max(numbers.decimals(price), decimals), _MAX_DECIMALS))


def _number(number: float) -> str:
    decimals = numbers.decimals(number)
    return numbers.price(number, decimals) if decimals <= _MAX_DECIMALS else number_text(number)


def _duration(duration_ns: int) -> str:
    for unit_ns, unit in _UNITS:
        if duration_ns % unit_ns == 0:
            return f"{duration_ns // unit_ns} {unit}"
    return f"{_number(duration_ns / SECOND_NS)} s"
