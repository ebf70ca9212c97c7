"""What else TA-Lib has: each of its functions as an indicator, made from the library's own description of it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from ticker_gui.indicators.spec import (
    AVERAGES,
    BAR_INPUTS,
    SOURCE,
    Indicator,
    Look,
    Number,
    Output,
    Pane,
    Parameter,
    average,
)

PREFIX: Final = "talib:"

_ONE_SERIES: Final = "price"  # any series will do
_AVERAGE_SUFFIX: Final = "matype"
# Words that TA-Lib writes together with others.
_WORDS: Final = re.compile(
    r"_?(period|matype|limit|bars|value|init|max|long|short|on(?=reverse)|reverse|signal|hist|band|power|[0-9]+$)"
)
_UNNAMED: Final = ("real", "integer")

_ON_PRICES: Final = "Output scale same as input"
_PATTERN: Final = "Output is a candlestick"
# They are said to be on the scale of prices: one is a distance, the other is below zero while it is short.
_NOT_ON_PRICES: Final = ("AVGDEV", "SAREXT")
_NO_PRICE: Final = ("SUPERTREND", "trend")  # 1 or -1 beside a price
_LOOKS: Final[dict[str, Look]] = {
    "Line": "line",
    "Dashed Line": "dashed",
    "Dotted Line": "dashed",
    "Dot": "dots",
    "Histogram": "histogram",
    "Values represent an upper limit": "upper",
    "Values represent a lower limit": "lower",
}

# What a parameter's range may begin and end with, the widest first; its default is the last.
_LEAST: Final = (-1e9, 0.0, 0.01, 1.0, 2.0)
_MOST: Final = (1e9, 100.0, 1.0, 0.99)  # prices are among them
_MIN_WHOLE: Final = (0, 1, 2)
_MAX_WHOLE: Final = (10_000, 1_000, 100)  # bars, as in our own table


@cache
def names() -> tuple[str, ...]:
    """Return the names of all functions of TA-Lib that can be shown, group by group."""
    import talib  # here, as most sessions show no indicator and it takes a while to load

    functions: list[str] = talib.get_functions()  # type: ignore[no-untyped-call]
    return tuple(name for name in functions if _can_be_shown(_function(name)))


def describe(name: str) -> Indicator | None:
    """Return a function of TA-Lib as an indicator; nothing where there is none, or it cannot be shown."""
    return _describe(name) if name in names() else None


@cache
def _describe(name: str) -> Indicator:
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


def _can_be_shown(function: Any) -> bool:
    are_figures = all(name in (SOURCE.name, *BAR_INPUTS) for name in _inputs(function))
    averages = (default for name, default in function.parameters.items() if name.endswith(_AVERAGE_SUFFIX))
    return are_figures and all(default in AVERAGES.values() for default in averages)


def _inputs(function: Any) -> tuple[str, ...]:
    inputs: list[str] = []
    for name, series in function.input_names.items():
        if name == _ONE_SERIES:
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
        kinds = {number: kind for kind, number in AVERAGES.items()}
        return average(argument, title, kinds[default], argument)
    is_whole = isinstance(default, int)
    least = _first_taken(name, argument, (*(_MIN_WHOLE if is_whole else _LEAST), default))
    most = _first_taken(name, argument, (*(_MAX_WHOLE if is_whole else _MOST), default))
    return Number(argument, title, default, least, most, is_whole, (argument,))


def _first_taken(name: str, argument: str, values: tuple[float, ...]) -> float:
    """Return the first of the values that TA-Lib does not refuse. Its description of a parameter has no range."""
    return next(value for value in values if _function(name, **{argument: value}).lookback >= 0)


def _pane(name: str, info: dict[str, Any]) -> Pane:
    return "price" if _ON_PRICES in _flags(info) and name not in _NOT_ON_PRICES else "own"


def _output(name: str, info: dict[str, Any], output: str) -> Output:
    title = name if output in _UNNAMED else _title(output)
    if (name, output) == _NO_PRICE:
        return Output(output, title, "figure")
    if _PATTERN in _flags(info):
        return Output(output, title, "histogram")
    flags: list[str] = info["output_flags"][output] or []
    return Output(output, title, next((_LOOKS[flag] for flag in flags if flag in _LOOKS), "line"))


def _title(name: str) -> str:
    return _WORDS.sub(r" \1", name).replace(_AVERAGE_SUFFIX, "average").replace("_", " ").strip().capitalize()


def _flags(info: dict[str, Any]) -> list[str]:
    flags: list[str] | None = info["function_flags"]  # nothing where there are none
    return flags or []
