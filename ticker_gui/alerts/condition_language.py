"""Parser of conditions: the filter language, and what a filter cannot express."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from math import isfinite
from typing import Final

from ticker_gui.alerts.condition import (
    FUNCTIONS,
    ColumnLevel,
    Condition,
    Expression,
    FeedCondition,
    FeedEvent,
    Guarded,
    IndicatorLevel,
    LineLevel,
    Move,
    MoveDirection,
    NewExtreme,
    PriceLevel,
    Silence,
    Trigger,
    VolumeSurge,
)
from ticker_gui.alerts.levels import Direction
from ticker_gui.domain.errors import FrameError, SettingsError, TickerError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.wire import iso_ns
from ticker_gui.indicators.registry import IndicatorConfig, find
from ticker_gui.indicators.spec import SOURCE, Indicator, Number, ParameterValue
from ticker_gui.indicators.talib_adapter import PREFIX
from ticker_gui.watchlist import filter_language
from ticker_gui.watchlist.columns import COLUMNS, CellKind
from ticker_gui.watchlist.filter_language import MAX_CHARACTERS, FilterError

MAX_DAYS: Final = 250
MAX_BARS: Final = 1_000
MAX_DURATION_NS: Final = 7 * DAY_NS
EXAMPLES: Final = (
    "last > 100",
    "last crosses 100",
    "moves 2% in 5m",
    "silent 60s",
    "new high of day",
    "volume > 3x average",
    "rsi(14,1h) < 30",
    "change% > 2 and volume > 1M",
    "feed disconnected",
)
_UNITS_NS: Final = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS}
_AMOUNTS: Final = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
_WORDS: Final = {"above": ">", "over": ">", "below": "<", "under": "<", "at least": ">=", "at most": "<="}
_NUMBER: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s?([kmb]?)", re.IGNORECASE)
_DURATION: Final = re.compile(r"(\d+\.?\d*|\.\d+)\s*(s|m|h|d|sec|seconds?|min|minutes?|hours?|days?)", re.IGNORECASE)
_AND: Final = re.compile(r" (?:and|&&) ", re.IGNORECASE)
_OR: Final = re.compile(r"\bor\b|\|\|", re.IGNORECASE)
_SIGNS: Final = {"+": MoveDirection.UP, "-": MoveDirection.DOWN, "−": MoveDirection.DOWN}


class ConditionError(TickerError):
    """The text is not a valid condition. ``position`` is the index of the character that the message is about."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


def parse_condition(text: str) -> Condition:
    """Return the condition that a text describes.

    Besides the filter language, these are conditions: ``last crosses [above|below] 100``, ``last crosses line TIME 100
    TIME 110 [log]``, ``moves [up|down] 2% in 5m``, ``silent [60s]``, ``new high|low of day|5 days``, ``volume[(1m)] >
    3x average[(20)]``, ``rsi(14,1h) < 30 [on close]`` and ``feed disconnected|connected|quiet|rejected``. ``> 100`` and
    ``above 100`` are about the last price.
    Each may be joined by ``and`` with an expression, which has to be true when the alert fires.

    Raises:
        ConditionError: the text is not a condition; the message says what was expected.
    """
    stripped = " ".join(text.split())
    if not stripped:
        raise ConditionError(f"The condition is empty. Write one such as {EXAMPLES[0]} or {EXAMPLES[2]}.")
    if len(stripped) > MAX_CHARACTERS:
        raise ConditionError(f"The condition is too long (limit: {MAX_CHARACTERS} characters).", MAX_CHARACTERS)
    return _read_guarded(stripped) or _read_trigger(stripped) or _read_expression(text.strip())


def _read_trigger(text: str) -> Trigger | None:
    """Return the condition of a text that is not an expression of the filter language, or None."""
    for pattern, read in _forms():
        if (match := pattern.fullmatch(text)) is not None:
            return read(match)
    return None


def _read_guarded(text: str) -> Guarded | None:
    """Return a condition that is joined with an expression by and, in either order; None if there is none."""
    for match in _AND.finditer(text):
        parts = text[: match.start()], text[match.end() :]
        for trigger_text, guard_text in (parts, parts[::-1]):
            if _OR.search(guard_text) and not guard_text.startswith("("):
                continue  # and binds more tightly
            try:
                trigger = _read_trigger(trigger_text)
                if trigger is not None and not (isinstance(trigger, PriceLevel) and not trigger.direction.is_crossing):
                    return Guarded(trigger, _read_expression(guard_text))
            except ConditionError:
                continue
    return None


def _read_expression(text: str) -> Expression:
    if not re.search(r"[<>=~]", text):
        raise ConditionError(f"{quoted(text)} is not a condition. Examples: {'; '.join(EXAMPLES)}.")
    try:
        filter_language.parse(text)
    except FilterError as error:
        raise ConditionError(str(error), error.position) from error
    return Expression(text)


def _read_level(match: re.Match[str]) -> Trigger:
    operator = match["operator"].casefold()
    return PriceLevel(Direction(_WORDS.get(operator, operator)), _number(match["number"]))


def _read_crossing(match: re.Match[str]) -> Trigger:
    side = (match["side"] or "").casefold()
    direction = Direction(f"crosses { ({'over': 'above', 'under': 'below'}.get(side, side)) }".rstrip())
    name, level = match["column"], _number(match["number"])
    key = re.sub(r"[\s_]+", "", name or "last").casefold()
    if key in ("last", "price"):
        return PriceLevel(direction, level)
    for column in COLUMNS:
        names = (column.key, column.key.replace("_percent", "%"), column.title)
        if column.kind is not CellKind.TEXT and key in (re.sub(r"[\s_]+", "", one).casefold() for one in names):
            return ColumnLevel(column.key, direction, level)
    known = ", ".join(column.key for column in COLUMNS if column.kind is not CellKind.TEXT)
    raise ConditionError(f"There is no value named {quoted(name)}. The values are {known}.")


def _read_line(match: re.Match[str]) -> Trigger:
    side = (match["side"] or "").casefold()
    direction = Direction(f"crosses { ({'over': 'above', 'under': 'below'}.get(side, side)) }".rstrip())
    try:
        begin_ns, end_ns = iso_ns(match["begin"]), iso_ns(match["end"])
    except FrameError as error:
        raise ConditionError("A line is TIME PRICE TIME PRICE, with times such as 2026-11-29T10:00:00Z.") from error
    line = LineLevel(
        direction, begin_ns, _number(match["price"]), end_ns, _number(match["end_price"]), match["log"] is not None
    )
    if end_ns <= begin_ns:
        raise ConditionError("The second point of a line must be later than the first.")
    if line.is_log and min(line.begin_price, line.end_price) <= 0.0:
        raise ConditionError("A line that is straight on a logarithmic scale needs prices above zero.")
    return line


def _read_move(match: re.Match[str]) -> Trigger:
    direction = MoveDirection((match["direction"] or "").casefold()) or _SIGNS.get(match["sign"], MoveDirection.ANY)
    amount = _number(match["number"])
    if amount <= 0.0:
        raise ConditionError("A move must be more than 0.")
    return Move(amount, match["percent"] == "%", _duration(match["duration"]), direction)


def _read_silence(match: re.Match[str]) -> Trigger:
    return Silence(None if match["duration"] is None else _duration(match["duration"]))


def _read_extreme(match: re.Match[str]) -> Trigger:
    days = int(match["days"] or 1)
    if not 1 <= days <= MAX_DAYS:
        raise ConditionError(f"The number of days must be from 1 to {MAX_DAYS}.")
    return NewExtreme(match["kind"].casefold() == "high", days)


def _read_volume(match: re.Match[str]) -> Trigger:
    bars, timeframe, factor = int(match["bars"] or 20), _timeframe(match["timeframe"] or "1m"), _number(match["factor"])
    if not 1 <= bars <= MAX_BARS:
        raise ConditionError(f"The average must cover 1 to {MAX_BARS} bars.")
    if factor <= 0.0:
        raise ConditionError("The factor of the average volume must be more than 0.")
    return VolumeSurge(factor, timeframe, bars)


def _read_feed(match: re.Match[str]) -> Trigger:
    return FeedCondition(FeedEvent(match["event"].casefold()))


def _read_indicator(match: re.Match[str]) -> Trigger:
    name, operator = match["name"].removeprefix(PREFIX), " ".join(match["operator"].casefold().split())
    indicator = _find_indicator(name)
    *values, timeframe = [part.strip() for part in match["arguments"].split(",")]
    try:
        config = IndicatorConfig(indicator.key, _parameters(indicator, values))
    except SettingsError as error:
        raise ConditionError(str(error)) from error
    outputs = [output.key for output in indicator.outputs]
    output = match["output"] or outputs[0]
    if output not in outputs:
        raise ConditionError(f"{name} has no value named {quoted(output)}. Its values are {', '.join(outputs)}.")
    direction = Direction(_WORDS.get(operator, operator))
    return IndicatorLevel(
        config, output, _timeframe(timeframe), direction, _number(match["number"]), match["close"] is not None
    )


def _find_indicator(name: str) -> Indicator:
    try:
        return find(name.casefold())
    except SettingsError:
        pass
    try:
        return find(name.upper())
    except SettingsError as error:
        raise ConditionError(str(error)) from error


def _parameters(indicator: Indicator, values: list[str]) -> dict[str, ParameterValue]:
    """Return the parameters of an indicator: in their order, and the source by its name."""
    given: dict[str, ParameterValue] = {}
    others = [parameter for parameter in indicator.parameters if parameter.name != SOURCE.name]
    for text in values:
        if text in SOURCE.choices and SOURCE in indicator.parameters:
            given[SOURCE.name] = text
        elif not others:
            raise ConditionError(f"{indicator.short} has fewer parameters: remove {quoted(text)}.")
        else:
            parameter = others.pop(0)
            given[parameter.name] = _number(text) if isinstance(parameter, Number) else text
    return given


def _number(text: str) -> float:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ConditionError(f"{quoted(text)} is not a number: write it like 1000, 2.5, 1e6 or 3M.")
    number = float(match[1]) * _AMOUNTS[match[2].casefold()]
    if not isfinite(number):
        raise ConditionError(f"{quoted(text)} is too large.")
    return number


def _duration(text: str) -> int:
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ConditionError(f"{quoted(text)} is not a duration: write it like 30s, 5m, 2h or 1d.")
    duration_ns = round(float(match[1]) * _UNITS_NS[match[2][0].casefold()])
    if not SECOND_NS <= duration_ns <= MAX_DURATION_NS:
        raise ConditionError("A duration must be from one second to seven days.")
    return duration_ns


def _timeframe(text: str) -> str:
    if text not in BY_NAME:
        raise ConditionError(f"{quoted(text)} is not a timeframe. The timeframes are {', '.join(BY_NAME)}.")
    return text


_ANY: Final = r"[^\s<>=~()&|]+(?:\s?[kmb])?"  # a number, checked afterwards
_PLAIN: Final = r"[+-]?[\d.][\d.e+-]*(?:\s?[kmb])?"
_COMPARISON: Final = r">=|<=|>|<"
_SIDE: Final = r"above|over|below|under"
# They match texts in which each white space is a single space.
_LEVEL_WORDS: Final = rf"(?:last |price )?(?:is )?(?P<operator>{_SIDE}|at least|at most) (?P<number>{_ANY})"
_LEVEL: Final = rf"(?:(?:last|price) ?)?(?P<operator>{_COMPARISON}) ?(?P<number>{_PLAIN})"
_CROSSING: Final = rf"(?:(?P<column>[a-z][a-z_ ]*%?) )?crosses(?: (?P<side>{_SIDE}))? (?P<number>{_ANY})"
_LINE: Final = (
    rf"(?:(?:last|price) )?crosses(?: (?P<side>{_SIDE}))? line (?P<begin>\S+) (?P<price>{_ANY})"
    rf" (?P<end>\S+) (?P<end_price>{_ANY})(?P<log> log)?"
)
_MOVE: Final = (
    r"moves?(?: (?P<direction>up|down))?(?: by)? (?P<sign>[+±−-])?(?P<number>[^\s%]+) ?(?P<percent>%)?"
    r" (?:in|within) (?P<duration>.+)"
)
_SILENCE: Final = r"silent(?: (?:for )?(?P<duration>(?:\d|\.\d).*))?"
_EXTREME: Final = r"new (?P<kind>high|low)(?: of (?:the )?(?:day|today|(?P<days>\d{1,6}) days?))?"
_VOLUME: Final = (
    r"volume(?: ?\( ?(?P<timeframe>\w+) ?\))? ?> ?(?P<factor>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)"
    r" ?[x×*] ?(?:its )?av(?:era)?ge?(?: ?\( ?(?P<bars>\d{1,6}) ?\))?"
)
_INDICATOR: Final = (
    rf"(?P<name>{PREFIX}[a-z]\w*|(?!(?:{'|'.join(FUNCTIONS)}) ?\()[a-z]\w*) ?\((?P<arguments>[^()]*)\)"
    r"(?:\.(?P<output>\w+))?"
    rf" ?(?P<operator>{_COMPARISON}|crosses (?:above|below)|crosses|above|below) ?(?P<number>{_ANY})"
    r"(?P<close> on (?:bar )?close)?"
)
_FEED: Final = rf"feed (?:is )?(?P<event>{'|'.join(FeedEvent)})"
_READERS: Final[tuple[tuple[str, Callable[[re.Match[str]], Trigger]], ...]] = (
    (_LEVEL_WORDS, _read_level),
    (_LEVEL, _read_level),
    (_LINE, _read_line),
    (_CROSSING, _read_crossing),
    (_MOVE, _read_move),
    (_SILENCE, _read_silence),
    (_EXTREME, _read_extreme),
    (_VOLUME, _read_volume),
    (_INDICATOR, _read_indicator),
    (_FEED, _read_feed),
)


@cache
def _forms() -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], Trigger]]]:
    """Return the readers with their patterns, which are compiled for the first condition, not at the start."""
    return [(re.compile(pattern, re.IGNORECASE), read) for pattern, read in _READERS]
