"""All functions of TA-Lib as indicators, generated from the library's own descriptions."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from ticker_gui.indicators.spec import (
    BAR_INPUTS,
    MOVING_AVERAGES,
    SOURCE,
    Indicator,
    Number,
    Output,
    OutputStyle,
    Pane,
    Parameter,
    average_choice,
)

PREFIX: Final = "talib:"

_ANY_SERIES: Final = "price"  # an input that can be any series
_AVERAGE_SUFFIX: Final = "matype"
# Words that TA-Lib writes without a separator.
_WORDS: Final = re.compile(
    r"_?(period|matype|limit|bars|value|init|max|long|short|on(?=reverse)|reverse|signal|hist|band|power|[0-9]+$)"
)
_UNNAMED: Final = ("real", "integer")

_ON_PRICES: Final = "Output scale same as input"
_PATTERN: Final = "Output is a candlestick"
# TA-Lib declares these to be on the price scale, but one is a distance and the other is negative while short.
_NOT_ON_PRICES: Final = ("AVGDEV", "SAREXT")
_HIDDEN_OUTPUT: Final = ("SUPERTREND", "trend")  # 1 or -1, while the other output is a price
_STYLES: Final[dict[str, OutputStyle]] = {
    "Line": "line",
    "Dashed Line": "dashed",
    "Dotted Line": "dashed",
    "Dot": "dots",
    "Histogram": "histogram",
    "Values represent an upper limit": "upper",
    "Values represent a lower limit": "lower",
}

# Candidates for the minimum and maximum of a parameter, the widest first; its default is the last candidate.
_MINIMUMS: Final = (-1e9, 0.0, 0.01, 1.0, 2.0)
_MAXIMUMS: Final = (1e9, 100.0, 1.0, 0.99)  # some parameters are prices
_INTEGER_MINIMUMS: Final = (0, 1, 2)
_INTEGER_MAXIMUMS: Final = (10_000, 1_000, 100)  # bars, as in the table of the registry


@cache
def function_names() -> tuple[str, ...]:
    """Return the names of all supported functions of TA-Lib, group by group."""
    import talib  # imported here because it loads slowly and most users show no indicator

    functions: list[str] = talib.get_functions()  # type: ignore[no-untyped-call]
    return tuple(name for name in functions if _is_supported(_function(name)))


def indicator_by_name(name: str) -> Indicator | None:
    """Return a function of TA-Lib as an indicator; None if the name is unknown or not supported."""
    return _create_indicator(name) if name in function_names() else None


@cache
def _create_indicator(name: str) -> Indicator:
    function = _function(name)
    info = function.info
    return Indicator(
        key=name,
        title=info["display_name"],
        short=name,
        pane=_pane(name, info),
        functions=(name,),
        inputs=_inputs(function),
        parameters=_parameters(name, function),
        outputs=tuple(_output(name, info, output) for output in info["output_names"]),
        group=info["group"],
    )


def _function(name: str, **arguments: float) -> Any:
    from talib import abstract

    return abstract.Function(name, **arguments)  # type: ignore[attr-defined]  # its stubs leave this out


def _is_supported(function: Any) -> bool:
    has_known_inputs = all(name in (SOURCE.name, *BAR_INPUTS) for name in _inputs(function))
    averages = (default for name, default in function.parameters.items() if name.endswith(_AVERAGE_SUFFIX))
    return has_known_inputs and all(default in MOVING_AVERAGES.values() for default in averages)


def _inputs(function: Any) -> tuple[str, ...]:
    inputs: list[str] = []
    for name, series in function.input_names.items():
        if name == _ANY_SERIES:
            inputs.append(SOURCE.name)
        else:
            inputs += series if isinstance(series, list) else [series]
    return tuple(inputs)


def _parameters(name: str, function: Any) -> tuple[Parameter, ...]:
    source = (SOURCE,) if SOURCE.name in _inputs(function) else ()
    return (*source, *(_parameter(name, argument, default) for argument, default in function.parameters.items()))


def _parameter(name: str, argument: str, default: Any) -> Parameter:
    title = _title(argument)
    if argument.endswith(_AVERAGE_SUFFIX):
        kinds = {number: kind for kind, number in MOVING_AVERAGES.items()}
        return average_choice(argument, title, kinds[default], argument)
    is_whole = isinstance(default, int)
    minimum = _first_accepted(name, argument, (*(_INTEGER_MINIMUMS if is_whole else _MINIMUMS), default))
    maximum = _first_accepted(name, argument, (*(_INTEGER_MAXIMUMS if is_whole else _MAXIMUMS), default))
    return Number(argument, title, default, minimum, maximum, is_whole, (argument,))


def _first_accepted(name: str, argument: str, values: tuple[float, ...]) -> float:
    """Return the first value that TA-Lib accepts, because its descriptions of parameters contain no range."""
    return next(value for value in values if _function(name, **{argument: value}).lookback >= 0)


def _pane(name: str, info: dict[str, Any]) -> Pane:
    return "price" if _ON_PRICES in _flags(info) and name not in _NOT_ON_PRICES else "own"


def _output(name: str, info: dict[str, Any], output: str) -> Output:
    title = name if output in _UNNAMED else _title(output)
    if (name, output) == _HIDDEN_OUTPUT:
        return Output(output, title, "hidden")
    if _PATTERN in _flags(info):
        return Output(output, title, "histogram")
    flags: list[str] = info["output_flags"][output] or []
    return Output(output, title, next((_STYLES[flag] for flag in flags if flag in _STYLES), "line"))


def _title(name: str) -> str:
    return _WORDS.sub(r" \1", name).replace(_AVERAGE_SUFFIX, "average").replace("_", " ").strip().capitalize()


def _flags(info: dict[str, Any]) -> list[str]:
    flags: list[str] | None = info["function_flags"]  # None without any
    return flags or []
