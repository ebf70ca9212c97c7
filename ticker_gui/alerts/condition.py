"""The kinds of conditions, and their texts in the condition language."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from ticker_gui.alerts.levels import Direction
from ticker_gui.domain.timeframe import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.formatting.json_lines import iso_time
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.indicators.spec import SOURCE
from ticker_gui.indicators.talib_adapter import PREFIX

FUNCTIONS = ("abs", "min", "max", "volume")  # of expressions; indicators with these names have the prefix
_UNITS = (("d", DAY_NS), ("h", HOUR_NS), ("m", MINUTE_NS), ("s", SECOND_NS))


class PriceLevel(msgspec.Struct, frozen=True):
    """The last price passes a level: ``last > 100``, ``last crosses 100``."""

    direction: Direction
    level: float

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        return f"last {self.direction} {number_text(self.level)}"


class LineLevel(msgspec.Struct, frozen=True):
    """The last price crosses a line through two points: ``last crosses line TIME 100 TIME 110 [log]``.

    Times are nanoseconds since the epoch. A line with ``is_log`` is straight in the logarithms of prices.
    """

    direction: Direction
    begin_ns: int
    begin_price: float
    end_ns: int
    end_price: float
    is_log: bool = False

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        begin = f"{iso_time(self.begin_ns)} {number_text(self.begin_price)}"
        end = f"{iso_time(self.end_ns)} {number_text(self.end_price)}"
        return f"last {self.direction} line {begin} {end}{' log' if self.is_log else ''}"


class ColumnLevel(msgspec.Struct, frozen=True):
    """The value of another column crosses a level: ``bid crosses above 100``."""

    column: str
    direction: Direction
    level: float

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        return f"{self.column} {self.direction} {number_text(self.level)}"


class Expression(msgspec.Struct, frozen=True):
    """A condition of the filter language becomes true: ``change% > 2 and volume > 1M``."""

    text: str


class MoveDirection(StrEnum):
    """In which direction a price has to move."""

    ANY = ""
    UP = "up"
    DOWN = "down"


class Move(msgspec.Struct, frozen=True):
    """The last price moves by an amount, or by a percentage of the earlier price, within a time: ``moves 2% in 5m``."""

    amount: float
    is_percent: bool
    window_ns: int
    direction: MoveDirection = MoveDirection.ANY

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        words = ["moves", self.direction, f"{number_text(self.amount)}{'%' if self.is_percent else ''}"]
        return " ".join(word for word in (*words, "in", duration_text(self.window_ns)) if word)


class Silence(msgspec.Struct, frozen=True):
    """No data arrives for a time, or for longer than is usual for the symbol: ``silent 60s``, ``silent``."""

    after_ns: int | None = None

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        return "silent" if self.after_ns is None else f"silent {duration_text(self.after_ns)}"


class NewExtreme(msgspec.Struct, frozen=True):
    """A new high or low of the day, or of some trading days with today: ``new high of day``, ``new low of 5 days``."""

    is_high: bool
    days: int = 1

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        return f"new {'high' if self.is_high else 'low'} of {'day' if self.days == 1 else f'{self.days} days'}"


class VolumeSurge(msgspec.Struct, frozen=True):
    """The volume of a bar is a multiple of the average of the bars before: ``volume(5m) > 3x average(20)``."""

    factor: float
    timeframe: str = "1m"
    bars: int = 20

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        return f"volume({self.timeframe}) > {number_text(self.factor)}x average({self.bars})"


class IndicatorLevel(msgspec.Struct, frozen=True):
    """An output of an indicator passes a level, at any time or on the close of a bar: ``rsi(14,1h) < 30 on close``."""

    config: IndicatorConfig
    output: str
    timeframe: str
    direction: Direction
    level: float
    is_on_close: bool = False

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        indicator = self.config.indicator
        values = [str(value) for name, value in self.config.parameters.items() if name != SOURCE.name]
        if (source := self.config.parameters.get(SOURCE.name, SOURCE.default)) != SOURCE.default:
            values.append(str(source))
        output = "" if self.output == indicator.outputs[0].key else f".{self.output}"
        close = " on close" if self.is_on_close else ""
        arguments = ",".join((*values, self.timeframe))
        prefix = PREFIX if self.config.key.casefold() in FUNCTIONS else ""
        return f"{prefix}{self.config.key}({arguments}){output} {self.direction} {number_text(self.level)}{close}"


class FeedEvent(StrEnum):
    """What happens to a feed; the values are the words of the condition language."""

    DISCONNECTED = "disconnected"
    CONNECTED = "connected"
    QUIET = "quiet"
    REJECTED = "rejected"


class FeedCondition(msgspec.Struct, frozen=True):
    """The state of the feed changes: ``feed disconnected``."""

    event: FeedEvent

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        return f"feed {self.event}"


Trigger: TypeAlias = (
    PriceLevel
    | LineLevel
    | ColumnLevel
    | Expression
    | Move
    | Silence
    | NewExtreme
    | VolumeSurge
    | IndicatorLevel
    | FeedCondition
)


class Guarded(msgspec.Struct, frozen=True):
    """A condition that counts only if an expression is true at that time: ``last crosses 100 and volume > 1M``."""

    trigger: Trigger
    guard: Expression

    @property
    def text(self) -> str:
        """The condition in the condition language."""
        return f"{self.trigger.text} and {self.guard.text}"


Condition: TypeAlias = Trigger | Guarded


def number_text(number: float) -> str:
    """Return a number as text that is parsed to an equal number; zero has no sign."""
    return repr(float(number) + 0.0).removesuffix(".0")


def duration_text(duration_ns: int) -> str:
    """Return a duration as text in the largest unit in which it is a whole number."""
    for unit, unit_ns in _UNITS:
        if duration_ns % unit_ns == 0:
            return f"{duration_ns // unit_ns}{unit}"
    return f"{number_text(duration_ns / SECOND_NS)}s"
