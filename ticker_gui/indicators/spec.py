"""The declaration of an indicator: functions, inputs, parameters and outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.bar_history import Bars
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import quoted

ParameterValue: TypeAlias = int | float | str
Pane: TypeAlias = Literal["price", "own"]
# A hidden output is in the legend only, because it is not a price but its indicator is drawn over prices.
OutputStyle: TypeAlias = Literal["line", "dashed", "histogram", "dots", "upper", "lower", "hidden"]

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
SESSION: Final = "session"  # the number of the trading session of a bar, as determined by the chart

# TA-Lib's numbers for its moving averages (MA_Type); a test compares them with the library.
MOVING_AVERAGES: Final = {
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
    """A numeric parameter from ``minimum`` to ``maximum``, passed as these ``arguments`` of the functions."""

    name: str
    title: str
    default: float
    minimum: float
    maximum: float
    is_whole: bool
    arguments: tuple[str, ...]

    def normalized(self, value: ParameterValue) -> ParameterValue | None:
        """Return a value as int or float, zero without a sign, or None if it is invalid."""
        if isinstance(value, str) or not self.minimum <= value <= self.maximum:
            return None
        if not self.is_whole:
            return float(value) + 0.0
        return int(value) if value == int(value) else None

    @property
    def allowed_values(self) -> str:
        """A description of the valid values."""
        return f"a {'whole ' if self.is_whole else ''}number from {self.minimum:g} to {self.maximum:g}"


class Choice(msgspec.Struct, frozen=True):
    """A parameter with a fixed set of values; ``arguments`` get TA-Lib's number of the chosen moving average."""

    name: str
    title: str
    default: str
    choices: tuple[str, ...]
    arguments: tuple[str, ...]

    def normalized(self, value: ParameterValue) -> ParameterValue | None:
        """Return a value, or None if it is invalid."""
        return value if value in self.choices else None

    @property
    def allowed_values(self) -> str:
        """A description of the valid values."""
        return f"one of {', '.join(self.choices)}"


Parameter: TypeAlias = Number | Choice

SOURCE: Final = Choice("source", "Source", "close", tuple(BAR_INPUTS), ())


def average_choice(name: str, title: str, default: str, *arguments: str) -> Choice:
    """Return a parameter that selects a type of moving average."""
    return Choice(name, title, default, tuple(MOVING_AVERAGES), arguments)


class Output(msgspec.Struct, frozen=True):
    """One series of values of an indicator."""

    key: str
    title: str
    style: OutputStyle = "line"


class Indicator(msgspec.Struct, frozen=True):
    """One indicator.

    ``functions`` are those of TA-Lib or of `session_vwap`. All of them take the same arguments and ``inputs``: names of
    `BAR_INPUTS`, ``source`` for the one that the user selects, or ``session``. Their results in order are the
    ``outputs``, the same number for each function. ``thresholds`` are values that get a horizontal line.
    """

    key: str
    title: str
    short: str
    pane: Pane
    functions: tuple[str, ...]
    inputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    thresholds: tuple[float, ...] = ()
    group: str = "Common"

    def validated(self, given: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
        """Return all parameters: the given ones, and the defaults of the others.

        Raises:
            SettingsError: a parameter is unknown or invalid. Values are not clamped, so that the chart never shows
                other parameters than the requested ones.
        """
        known = [parameter.name for parameter in self.parameters]
        for name in given:
            if name not in known:
                raise SettingsError(
                    f"The indicator {self.key} was not added: it has no parameter {quoted(name)}."
                    f" Its parameters are: {', '.join(known) or 'none'}."
                )
        validated: dict[str, ParameterValue] = {}
        for parameter in self.parameters:
            value = given.get(parameter.name, parameter.default)
            normalized = parameter.normalized(value)
            if normalized is None:
                raise SettingsError(
                    f"The indicator {self.key} was not added: {parameter.name} must be {parameter.allowed_values},"
                    f" not {quoted(value) if isinstance(value, str) else value}."
                )
            validated[parameter.name] = normalized
        return validated

    def arguments(self, parameters: Mapping[str, ParameterValue]) -> dict[str, int | float]:
        """Return the keyword arguments of the functions; ``parameters`` must be valid and complete."""
        arguments: dict[str, int | float] = {}
        for parameter in self.parameters:
            value = parameters[parameter.name]
            for argument in parameter.arguments:
                arguments[argument] = MOVING_AVERAGES[value] if isinstance(value, str) else value
        return arguments
