"""What an indicator is: what it shows, what may be chosen, and which functions of which figures of a bar it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.bar_history import Bars
from ticker_gui.domain.errors import SettingsError

Value: TypeAlias = int | float | str
Pane: TypeAlias = Literal["price", "own"]
# A figure is read and not drawn, as it is no price and stands among prices.
Look: TypeAlias = Literal["line", "dashed", "histogram", "dots", "upper", "lower", "figure"]

BAR_INPUTS: Final[dict[str, Callable[[Bars], Floats]]] = {
    "close": lambda bars: bars.close,
    "open": lambda bars: bars.open,
    "high": lambda bars: bars.high,
    "low": lambda bars: bars.low,
    "hl2": lambda bars: (bars.high + bars.low) / 2,
    "hlc3": lambda bars: (bars.high + bars.low + bars.close) / 3,
    "ohlc4": lambda bars: (bars.open + bars.high + bars.low + bars.close) / 4,
    "volume": lambda bars: bars.volume,
}
SESSION: Final = "session"  # the number of the trading session that a bar is of; the chart says how they are counted

# TA-Lib's numbers for its moving averages (MA_Type), which a test holds against the library's own.
AVERAGES: Final = {
    "SMA": 0,
    "EMA": 1,
    "WMA": 2,
    "DEMA": 3,
    "TEMA": 4,
    "TRIMA": 5,
    "KAMA": 6,
    "MAMA": 7,
    "T3": 8,
    "HMA": 9,
    "ZLEMA": 12,
    "RMA": 13,
}


class Number(msgspec.Struct, frozen=True):
    """A parameter that is a number from ``least`` to ``most``, for these ``arguments`` of the functions."""

    name: str
    title: str
    default: float
    least: float
    most: float
    is_whole: bool
    arguments: tuple[str, ...]

    def take(self, value: Value) -> Value | None:
        """Return ``value`` as it is kept, or nothing where it cannot be this parameter's."""
        if isinstance(value, str) or not self.least <= value <= self.most:
            return None
        if not self.is_whole:
            return float(value)
        return int(value) if value == int(value) else None

    @property
    def wanted(self) -> str:
        """What may be chosen, in words."""
        return f"a {'whole ' if self.is_whole else ''}number from {self.least:g} to {self.most:g}"


class Choice(msgspec.Struct, frozen=True):
    """A parameter that is one of several words; ``arguments`` take TA-Lib's number for the average of that name."""

    name: str
    title: str
    default: str
    choices: tuple[str, ...]
    arguments: tuple[str, ...]

    def take(self, value: Value) -> Value | None:
        """Return ``value`` as it is kept, or nothing where it cannot be this parameter's."""
        return value if value in self.choices else None

    @property
    def wanted(self) -> str:
        """What may be chosen, in words."""
        return f"one of {', '.join(self.choices)}"


Parameter: TypeAlias = Number | Choice

SOURCE: Final = Choice("source", "Source", "close", tuple(BAR_INPUTS), ())


def average(name: str, title: str, default: str, *arguments: str) -> Choice:
    """Return a parameter that is a kind of moving average."""
    return Choice(name, title, default, tuple(AVERAGES), arguments)


class Output(msgspec.Struct, frozen=True):
    """One series of values that an indicator shows."""

    key: str
    title: str
    look: Look = "line"


class Indicator(msgspec.Struct, frozen=True):
    """One indicator.

    ``functions`` are TA-Lib's, or ours of `session_vwap`. All of them take the same ``inputs`` (names of `BAR_INPUTS`,
    ``source`` for the one that is chosen, or ``session``) and the same arguments; what they return, one function after
    another, are the ``outputs``, of each as many. ``levels`` are worth a line across the pane.
    """

    key: str
    title: str
    short: str
    pane: Pane
    functions: tuple[str, ...]
    inputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    levels: tuple[float, ...] = ()
    group: str = "Usual"

    def checked(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """Return all parameters: those given, and the defaults of the others.

        Raises:
            SettingsError: one is unknown, or out of its range. Nothing is clamped, as that shows what nobody asked for.
        """
        known = [parameter.name for parameter in self.parameters]
        for name in given:
            if name not in known:
                raise SettingsError(
                    f"The indicator {self.key} is not shown, as it has no {name!r}."
                    f" What can be chosen there: {', '.join(known) or 'nothing'}."
                )
        checked: dict[str, Value] = {}
        for parameter in self.parameters:
            value = given.get(parameter.name, parameter.default)
            taken = parameter.take(value)
            if taken is None:
                raise SettingsError(
                    f"The indicator {self.key} is not shown, as its {parameter.name} is {value!r}:"
                    f" choose {parameter.wanted}."
                )
            checked[parameter.name] = taken
        return checked

    def arguments(self, parameters: Mapping[str, Value]) -> dict[str, int | float]:
        """Return what its functions are called with, by keyword; ``parameters`` are checked ones."""
        arguments: dict[str, int | float] = {}
        for parameter in self.parameters:
            value = parameters[parameter.name]
            for argument in parameter.arguments:
                arguments[argument] = AVERAGES[value] if isinstance(value, str) else value
        return arguments
