from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import talib
from talib import abstract

from ticker_gui.indicators import talib_adapter
from ticker_gui.indicators.spec import BAR_INPUTS, MOVING_AVERAGES, SOURCE, Choice, Indicator, Number, Output
from ticker_gui.indicators.talib_adapter import function_names, indicator_by_name

GROUPS: dict[str, list[str]] = talib.get_function_groups()  # type: ignore[no-untyped-call]


def described(name: str) -> Indicator:
    indicator = indicator_by_name(name)
    assert indicator is not None
    return indicator


every_name = pytest.mark.parametrize("name", function_names())


def test_all_functions_with_bar_inputs_are_listed_by_group() -> None:
    assert list(function_names()) == [name for group in GROUPS.values() for name in group if name != "MAVP"]
    assert indicator_by_name("MAVP") is None


@pytest.mark.parametrize("name", ["", "NOPE", "rsi", "talib:RSI", "__class__", "Function"])
def test_unknown_functions_are_not_found(name: str) -> None:
    assert indicator_by_name(name) is None


def test_names_and_indicators_are_cached() -> None:
    assert function_names() is function_names()
    assert indicator_by_name("RSI") is indicator_by_name("RSI")


def test_a_function_of_one_series_has_a_source_parameter() -> None:
    assert described("RSI") == Indicator(
        "RSI",
        "Relative Strength Index",
        "RSI",
        "own",
        ("RSI",),
        ("source",),
        (SOURCE, Number("timeperiod", "Time period", 14, 2, 10_000, True, ("timeperiod",))),
        (Output("real", "RSI"),),
        group="Momentum Indicators",
    )


def test_bands_are_drawn_over_prices() -> None:
    bands = described("BBANDS")
    assert bands.pane == "price"
    assert bands.outputs == (
        Output("upperband", "Upper band", "upper"),
        Output("middleband", "Middle band", "line"),
        Output("lowerband", "Lower band", "lower"),
    )
    average = bands.parameters[-1]
    assert average == Choice("matype", "Average", "SMA", tuple(MOVING_AVERAGES), ("matype",))


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("OBV", ("source", "volume")),
        ("BOP", ("open", "high", "low", "close")),
        ("MFI", ("high", "low", "close", "volume")),
        ("CORREL", ("high", "low")),  # the defaults of TA-Lib for two series
        ("RVOL", ("volume",)),
    ],
)
def test_inputs_are_those_of_talib(name: str, inputs: tuple[str, ...]) -> None:
    assert described(name).inputs == inputs
    assert (SOURCE in described(name).parameters) == ("source" in inputs)


def test_titles_are_readable_names_of_arguments_and_outputs() -> None:
    titles = [(parameter.name, parameter.title) for parameter in described("STOCHF").parameters]
    assert titles == [
        ("fastk_period", "Fastk period"),
        ("fastd_period", "Fastd period"),
        ("fastd_matype", "Fastd average"),
    ]
    titles = [(parameter.name, parameter.title) for parameter in described("ULTOSC").parameters]
    assert titles == [(f"timeperiod{number}", f"Time period {number}") for number in (1, 2, 3)]
    assert described("SAREXT").parameters[1].title == "Offset on reverse"
    assert [output.title for output in described("MACDEXT").outputs] == ["Macd", "Macd signal", "Macd hist"]


@pytest.mark.parametrize(
    ("name", "styles"),
    [
        ("MACD", ["line", "dashed", "histogram"]),
        ("AO", ["histogram"]),
        ("CDLDOJI", ["histogram"]),
        ("HA", ["line"] * 4),
        ("MAMA", ["line", "dashed"]),
        ("SUPERTREND", ["line", "hidden"]),
    ],
)
def test_output_styles_are_those_of_talib(name: str, styles: list[str]) -> None:
    assert [output.style for output in described(name).outputs] == styles


def test_only_prices_are_drawn_over_prices() -> None:
    over = {name for name in function_names() if described(name).pane == "price"}
    said = {
        name for name in function_names() if "Output scale same as input" in (talib_function(name).function_flags or [])
    }
    assert said - over == {"AVGDEV", "SAREXT"}
    assert over <= said
    assert not {name for name in over if name.startswith("CDL")}
    steady = np.linspace(1000.0, 1010.0, 300)
    volume = np.ones(300)
    for name in over:
        inputs = [volume if figure == "volume" else steady for figure in described(name).inputs]
        outputs = getattr(talib, name)(*inputs)
        columns = outputs if isinstance(outputs, tuple) else (outputs,)
        for column, output in zip(columns, described(name).outputs, strict=True):
            values = column[np.isfinite(column)]
            assert output.style == "hidden" or len(values) == 0 or (abs(values - 1005) < 100).all(), name


def talib_function(name: str) -> Any:
    return abstract.Function(name)  # type: ignore[attr-defined]


@every_name
def test_each_indicator_and_its_ranges_are_those_of_talib(name: str) -> None:
    check_description(name)
    check_ranges(name)


def check_description(name: str) -> None:
    indicator, values = described(name), talib_function(name)
    assert (indicator.key, indicator.short, indicator.functions) == (name, name, (name,))
    assert indicator.title == values.info["display_name"]
    assert name in GROUPS[indicator.group]
    assert [output.key for output in indicator.outputs] == values.output_names
    assert set(indicator.inputs) <= {"source", *BAR_INPUTS}
    assert indicator.arguments(indicator.validated({})) == dict(values.parameters)
    assert len({parameter.name for parameter in indicator.parameters}) == len(indicator.parameters)


def is_accepted(indicator: Indicator, argument: str, value: float) -> bool:
    """Return whether the function accepts a value."""
    history = [np.linspace(10.0, 20.0, 50)] * len(indicator.inputs)
    given: dict[str, Any] = indicator.arguments(indicator.validated({}))
    try:
        getattr(talib, indicator.functions[0])(*history, **(given | {argument: value}))
    except Exception as refusal:
        if "Bad Parameter" not in str(refusal):
            raise
        return False
    return True


def check_ranges(name: str) -> None:
    """Check that the ranges of parameters are exactly those that TA-Lib accepts."""
    indicator = described(name)
    for parameter in indicator.parameters:
        if isinstance(parameter, Choice):
            for argument in parameter.arguments:
                assert all(is_accepted(indicator, argument, MOVING_AVERAGES[kind]) for kind in parameter.choices)
            continue
        assert parameter.minimum <= parameter.default <= parameter.maximum
        assert is_accepted(indicator, parameter.name, parameter.minimum)
        assert is_accepted(indicator, parameter.name, parameter.maximum)
        step = 1 if parameter.is_whole else 0.001
        widest_least = 0 if parameter.is_whole else -1e9
        widest_most = 10_000 if parameter.is_whole else 1e9
        if parameter.minimum != widest_least:
            assert not is_accepted(indicator, parameter.name, parameter.minimum - step)
        if parameter.maximum != widest_most:
            assert not is_accepted(indicator, parameter.name, parameter.maximum + step)


@pytest.mark.parametrize(
    ("name", "parameter", "minimum", "maximum"),
    [
        ("MAMA", "fastlimit", 0.01, 0.99),
        ("T3", "vfactor", 0.0, 1.0),
        ("PERCENTILE", "percentile", 0.0, 100.0),
        ("BBANDS", "nbdevup", -1e9, 1e9),
        ("SAREXT", "startvalue", -1e9, 1e9),  # a price
        ("SMA", "timeperiod", 1, 10_000),
        ("STDDEV", "timeperiod", 2, 10_000),
    ],
)
def test_known_ranges_are_detected(name: str, parameter: str, minimum: float, maximum: float) -> None:
    found = next(one for one in described(name).parameters if one.name == parameter)
    assert isinstance(found, Number)
    assert (found.minimum, found.maximum) == (minimum, maximum)


@pytest.fixture
def _without_ema(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    without = {name: number for name, number in MOVING_AVERAGES.items() if name != "EMA"}
    monkeypatch.setattr(
        talib_adapter, "MOVING_AVERAGES", without
    )  # removing and restoring the item would change the order
    function_names.cache_clear()
    yield
    monkeypatch.undo()
    function_names.cache_clear()


@pytest.mark.usefixtures("_without_ema")
def test_functions_with_unknown_average_types_are_not_supported() -> None:
    assert indicator_by_name("APO") is None
    assert indicator_by_name("BBANDS") is not None
