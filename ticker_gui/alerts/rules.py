"""Makes the rule that evaluates a condition for one symbol."""

from __future__ import annotations

from ticker_gui.alerts.bar_rules import IndicatorRule, VolumeRule
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
    Trigger,
    VolumeSurge,
)
from ticker_gui.alerts.levels import LevelRule
from ticker_gui.alerts.line_rule import LineRule
from ticker_gui.alerts.move_rules import ExtremeRule, MoveRule
from ticker_gui.alerts.symbol_monitor import ValueRule
from ticker_gui.alerts.value_rules import ColumnRule, ExpressionRule, FeedRule, SilenceRule
from ticker_gui.watchlist import filter_language
from ticker_gui.watchlist.sorting import Filter


def make_rule(condition: Condition, is_confirmed: bool | None = None, hold_ns: int = 0) -> LevelRule | ValueRule:
    """Return a rule for a condition; ``is_confirmed`` is as in `Alert`.

    With ``hold_ns``, the condition has to be true for that time instead.
    """
    rule = _rule(condition.trigger if isinstance(condition, Guarded) else condition, is_confirmed)
    edge = rule if isinstance(rule, LevelRule) else rule.edge
    edge.hold_ns = hold_ns
    return rule


def guard_of(condition: Condition) -> Filter | None:
    """Return what has to be true as well when a condition fires, or None."""
    return filter_language.parse(condition.guard.text) if isinstance(condition, Guarded) else None


def _rule(condition: Trigger, is_confirmed: bool | None) -> LevelRule | ValueRule:
    needs_confirmation = isinstance(condition, PriceLevel | LineLevel) if is_confirmed is None else is_confirmed
    if isinstance(condition, PriceLevel):
        return LevelRule(condition.direction, condition.level, needs_confirmation=needs_confirmation)
    return _value_rule(condition, needs_confirmation=needs_confirmation)


def _value_rule(
    condition: LineLevel
    | ColumnLevel
    | Expression
    | Move
    | Silence
    | NewExtreme
    | VolumeSurge
    | IndicatorLevel
    | FeedCondition,
    *,
    needs_confirmation: bool,
) -> ValueRule:
    match condition:
        case LineLevel():
            return LineRule(condition, needs_confirmation=needs_confirmation)
        case ColumnLevel():
            return ColumnRule(condition, needs_confirmation=needs_confirmation)
        case Expression():
            return ExpressionRule(condition.text, needs_confirmation=needs_confirmation)
        case Move():
            return MoveRule(condition, needs_confirmation=needs_confirmation)
        case Silence():
            return SilenceRule(condition)
        case NewExtreme():
            return ExtremeRule(condition, needs_confirmation=needs_confirmation)
        case VolumeSurge():
            return VolumeRule(condition)
        case IndicatorLevel():
            return IndicatorRule(condition, needs_confirmation=needs_confirmation)
        case FeedCondition():
            return FeedRule(condition)
