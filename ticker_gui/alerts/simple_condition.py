"""The simple form of a condition: a kind and a few values, as an alternative to its text."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from ticker_gui.alerts.condition import (
    Condition,
    FeedCondition,
    FeedEvent,
    IndicatorLevel,
    Move,
    MoveDirection,
    NewExtreme,
    PriceLevel,
    Silence,
    VolumeSurge,
)
from ticker_gui.alerts.condition_language import ConditionError, parse_condition
from ticker_gui.alerts.levels import Direction
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS


class ConditionKind(StrEnum):
    """The kinds of the simple form; the values are its choices."""

    ABOVE = "Price is above"
    BELOW = "Price is below"
    CROSSES = "Price crosses"
    MOVES = "Price moves"
    NEW_HIGH = "New high"
    NEW_LOW = "New low"
    VOLUME = "Volume is unusual"
    INDICATOR = "Indicator"
    SILENT = "No data for"
    FEED = "Feed changes to"
    EXPRESSION = "Expression"


class SimpleCondition(NamedTuple):
    """The values of the form. Each kind uses some of them; ``text`` is that of `ConditionKind.EXPRESSION`.

    ``amount`` is a price, a move or a factor, ``minutes`` the time of a move, ``seconds`` that of silence (0 is longer
    than usual), ``days`` the period of a new high or low, and ``indicator`` everything of `ConditionKind.INDICATOR`.
    """

    kind: ConditionKind
    amount: float = 0.0
    is_percent: bool = True
    minutes: float = 5.0
    seconds: float = 60.0
    days: int = 1
    direction: MoveDirection = MoveDirection.ANY
    event: FeedEvent = FeedEvent.DISCONNECTED
    indicator: IndicatorLevel | None = None
    text: str = ""

    @property
    def condition_text(self) -> str:
        """The text of the condition."""
        condition = self._condition()
        return self.text if condition is None else condition.text

    def _condition(self) -> Condition | None:
        match self.kind:
            case ConditionKind.ABOVE:
                return PriceLevel(Direction.ABOVE, self.amount)
            case ConditionKind.BELOW:
                return PriceLevel(Direction.BELOW, self.amount)
            case ConditionKind.CROSSES:
                return PriceLevel(Direction.CROSSES, self.amount)
            case ConditionKind.MOVES:
                return Move(self.amount, self.is_percent, round(self.minutes * MINUTE_NS), self.direction)
            case ConditionKind.NEW_HIGH | ConditionKind.NEW_LOW:
                return NewExtreme(self.kind is ConditionKind.NEW_HIGH, self.days)
            case ConditionKind.VOLUME:
                return VolumeSurge(self.amount)
            case ConditionKind.INDICATOR:
                return self.indicator
            case ConditionKind.SILENT:
                return Silence(round(self.seconds * SECOND_NS) if self.seconds else None)
            case ConditionKind.FEED:
                return FeedCondition(self.event)
        return None


_LEVELS: Final = {
    Direction.ABOVE: ConditionKind.ABOVE,
    Direction.BELOW: ConditionKind.BELOW,
    Direction.CROSSES: ConditionKind.CROSSES,
}


def simple_form(text: str) -> SimpleCondition:
    """Return a text as the values of the form; `ConditionKind.EXPRESSION` if no other kind can express it."""
    try:
        condition = parse_condition(text)
    except ConditionError:
        return SimpleCondition(ConditionKind.EXPRESSION, text=text)
    simple = _simple(condition)
    if simple is None or parse_condition(simple.condition_text) != condition:
        return SimpleCondition(ConditionKind.EXPRESSION, text=text)
    return simple._replace(text=text)


def _simple(condition: Condition) -> SimpleCondition | None:
    match condition:
        case PriceLevel(direction=direction, level=level) if direction in _LEVELS:
            return SimpleCondition(_LEVELS[direction], level)
        case Move(amount=amount, is_percent=is_percent, window_ns=window_ns, direction=move):
            return SimpleCondition(ConditionKind.MOVES, amount, is_percent, window_ns / MINUTE_NS, direction=move)
        case NewExtreme(is_high=is_high, days=days):
            return SimpleCondition(ConditionKind.NEW_HIGH if is_high else ConditionKind.NEW_LOW, days=days)
        case VolumeSurge(factor=factor):
            return SimpleCondition(ConditionKind.VOLUME, factor)
        case IndicatorLevel():
            return SimpleCondition(ConditionKind.INDICATOR, indicator=condition)
        case Silence(after_ns=after_ns):
            return SimpleCondition(ConditionKind.SILENT, seconds=(after_ns or 0) / SECOND_NS)
        case FeedCondition(event=event):
            return SimpleCondition(ConditionKind.FEED, event=event)
    return None
