"""The link between a drawing and the alert created from it: when one of them moves, the other one follows."""

from __future__ import annotations

from msgspec.structs import replace

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.condition import Condition, Guarded, LineLevel, PriceLevel, Trigger
from ticker_gui.alerts.condition_language import ConditionError, parse_condition
from ticker_gui.alerts.levels import Direction
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind


def condition_at(drawing: Drawing, direction: Direction = Direction.CROSSES) -> PriceLevel | LineLevel:
    """Return the condition that the price crosses a drawing; a trend line also counts beyond its end."""
    if drawing.end is None:
        return PriceLevel(direction, drawing.begin.price)
    first, last = sorted((drawing.begin, drawing.end), key=lambda anchor: anchor.time_ns)
    return LineLevel(direction, first.time_ns, first.price, last.time_ns, last.price, drawing.is_log)


def expiry_at(drawing: Drawing, now_ns: int) -> int | None:
    """Return when an alert on a drawing expires: at the future end of a trend line, otherwise never."""
    if drawing.end is None or drawing.kind is not DrawingKind.TREND:
        return None
    end_ns = max(drawing.begin.time_ns, drawing.end.time_ns)
    return end_ns if end_ns > now_ns else None


def alert_at(alert: Alert, drawing: Drawing, now_ns: int) -> Alert | None:
    """Return an alert where a drawing is now; None if its condition is of another kind, or the line is vertical.

    An alert that expires at the end of its line follows that, too.
    """
    condition, trigger = _read(alert.condition)
    if condition is None or not isinstance(trigger, LineLevel if drawing.end is not None else PriceLevel):
        return None
    there = condition_at(drawing, trigger.direction)
    text = (replace(condition, trigger=there) if isinstance(condition, Guarded) else there).text
    if text == condition.text:
        return alert
    if _read(text)[0] is None:
        return None
    is_until_end = isinstance(trigger, LineLevel) and alert.expires_ns == trigger.end_ns
    expires_ns = expiry_at(drawing, now_ns) if is_until_end else alert.expires_ns
    return replace(alert, condition=text, expires_ns=expires_ns)


def drawing_at(drawing: Drawing, text: str) -> Drawing | None:
    """Return a drawing where a condition is; None if that is of another kind, or there can be no such drawing."""
    _, trigger = _read(text)
    try:
        if isinstance(trigger, PriceLevel) and drawing.end is None:
            return replace(drawing, begin=Anchor(drawing.begin.time_ns, trigger.level))
        if isinstance(trigger, LineLevel) and drawing.end is not None:
            first, last = (
                Anchor(trigger.begin_ns, trigger.begin_price),
                Anchor(trigger.end_ns, trigger.end_price),
            )
            is_reversed = drawing.begin.time_ns > drawing.end.time_ns
            begin, end = (last, first) if is_reversed else (first, last)
            return replace(drawing, begin=begin, end=end, is_log=trigger.is_log)
    except ValueError:
        pass
    return None


def _read(text: str) -> tuple[Condition | None, Trigger | None]:
    """Return a condition, and what triggers it."""
    try:
        condition = parse_condition(text)
    except ConditionError:
        return None, None
    return condition, condition.trigger if isinstance(condition, Guarded) else condition
