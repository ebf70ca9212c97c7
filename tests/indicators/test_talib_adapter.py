from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import talib
from talib import abstract

from ticker_gui.indicators import talib_adapter
from ticker_gui.indicators.spec import BAR_INPUTS, MOVING_AVERAGES, SOURCE, Choice, Indicator, Number, Output
from ticker_gui.indicators.talib_adapter import indicator_by_name, names

GROUPS: dict[str, list[str]] = talib.get_function_groups()  # type: ignore[no-untyped-call]


def described(name: str) -> Indicator:
    indicator = indicator_by_name(name)
    assert indicator is not None
    return indicator


every_name = pytest.mark.parametrize("name", names())


def test_all_functions_are_there_group_by_group_but_the_one_that_wants_no_figure_of_a_bar() -> None:
    assert list(names()) == [name for group in GROUPS.values() for name in group if name != "MAVP"]
    assert indicator_by_name("MAVP") is None


@pytest.mark.parametrize("name", ["", "NOPE", "rsi", "talib:RSI", "__class__", "Function"])
def test_what_is_no_function_is_nothing(name: str) -> None:
    assert indicator_by_name(name) is None


def test_names_and_descriptions_are_made_once() -> None:
    assert names() is names()
    assert indicator_by_name("RSI") is indicator_by_name("RSI")


def test_a_function_of_one_series_takes_the_one_that_is_chosen() -> None:
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


def test_a_function_of_bands_is_over_the_price() -> None:
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
        ("CORREL", ("high", "low")),  # of two series, those that TA-Lib proposes
        ("RVOL", ("volume",)),
    ],
)
def test_inputs_are_the_figures_that_talib_names(name: str, inputs: tuple[str, ...]) -> None:
    assert described(name).inputs == inputs
    assert (SOURCE in described(name).parameters) == ("source" in inputs)


def test_titles_are_the_names_of_arguments_and_outputs_in_words() -> None:
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
    ("name", "looks"),
    [
        ("MACD", ["line", "dashed", "histogram"]),
        ("AO", ["histogram"]),
        ("CDLDOJI", ["histogram"]),
        ("HA", ["line"] * 4),
        ("MAMA", ["line", "dashed"]),
        ("SUPERTREND", ["line", "hidden"]),
    ],
)
def test_looks_are_those_that_talib_tells(name: str, looks: list[str]) -> None:
    assert [output.style for output in described(name).outputs] == looks


def test_only_prices_are_over_the_price() -> None:
    over = {name for name in names() if described(name).pane == "price"}
    said = {name for name in names() if "Output scale same as input" in (told_of(name).function_flags or [])}
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
            told = column[np.isfinite(column)]
            assert output.style == "hidden" or len(told) == 0 or (abs(told - 1005) < 100).all(), name


def told_of(name: str) -> Any:
    return abstract.Function(name)  # type: ignore[attr-defined]


@every_name
def test_each_is_what_talib_tells_of_it(name: str) -> None:
    indicator, told = described(name), told_of(name)
    assert (indicator.key, indicator.short, indicator.functions) == (name, name, (name,))
    assert indicator.title == told.info["display_name"]
    assert name in GROUPS[indicator.group]
    assert [output.key for output in indicator.outputs] == told.output_names
    assert set(indicator.inputs) <= {"source", *BAR_INPUTS}
    assert indicator.arguments(indicator.validated({})) == dict(told.parameters)
    assert len({parameter.name for parameter in indicator.parameters}) == len(indicator.parameters)


def is_taken(indicator: Indicator, argument: str, value: float) -> bool:
    """Ask the function itself."""
    history = [np.linspace(10.0, 20.0, 50)] * len(indicator.inputs)
    given: dict[str, Any] = indicator.arguments(indicator.validated({}))
    try:
        getattr(talib, indicator.functions[0])(*history, **(given | {argument: value}))
    except Exception as refusal:
        if "Bad Parameter" not in str(refusal):
            raise
        return False
    return True


@every_name
def test_ranges_are_what_talib_takes_and_end_where_it_refuses(name: str) -> None:
    indicator = described(name)
    for parameter in indicator.parameters:
        if isinstance(parameter, Choice):
            for argument in parameter.arguments:
                assert all(is_taken(indicator, argument, MOVING_AVERAGES[kind]) for kind in parameter.choices)
            continue
        assert parameter.minimum <= parameter.default <= parameter.maximum
        assert is_taken(indicator, parameter.name, parameter.minimum)
        assert is_taken(indicator, parameter.name, parameter.maximum)
        step = 1 if parameter.is_whole else 0.001
        widest_least = 0 if parameter.is_whole else -1e9
        widest_most = 10_000 if parameter.is_whole else 1e9
        if parameter.minimum != widest_least:
            assert not is_taken(indicator, parameter.name, parameter.minimum - step)
        if parameter.maximum != widest_most:
            assert not is_taken(indicator, parameter.name, parameter.maximum + step)


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
def test_ranges_that_are_known(name: str, parameter: str, minimum: float, maximum: float) -> None:
    found = next(one for one in described(name).parameters if one.name == parameter)
    assert isinstance(found, Number)
    assert (found.minimum, found.maximum) == (minimum, maximum)


@pytest.fixture
def _without_ema(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    without = {name: number for name, number in MOVING_AVERAGES.items() if name != "EMA"}
    monkeypatch.setattr(talib_adapter, "MOVING_AVERAGES", without)  # an item taken out and put back would stand last
    names.cache_clear()
    yield
    monkeypatch.undo()
    names.cache_clear()


@pytest.mark.usefixtures("_without_ema")
def test_a_function_whose_average_is_of_an_unknown_kind_is_not_shown() -> None:
    assert indicator_by_name("APO") is None
    assert indicator_by_name("BBANDS") is not None
