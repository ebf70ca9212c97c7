from __future__ import annotations

from typing import Any

import msgspec
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import SettingsError
from ticker_gui.indicators import talib_adapter
from ticker_gui.indicators.registry import INDICATORS, IndicatorConfig, all_indicators, find, search
from ticker_gui.indicators.session_vwap import SESSION_VWAP
from ticker_gui.indicators.spec import SOURCE, Choice, Indicator, Number

of_the_table = pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.key)


@of_the_table
def test_an_indicator_is_found_by_its_key(indicator: Indicator) -> None:
    assert find(indicator.key) is indicator
    assert indicator.key == indicator.key.lower()  # keys of TA-Lib functions are upper case


@of_the_table
def test_indicators_are_consistent(indicator: Indicator) -> None:
    assert len({output.key for output in indicator.outputs}) == len(indicator.outputs)
    assert len(indicator.outputs) % len(indicator.functions) == 0
    assert len({parameter.name for parameter in indicator.parameters}) == len(indicator.parameters)
    assert (SOURCE in indicator.parameters) == ("source" in indicator.inputs)
    assert indicator.validated({}) == {parameter.name: parameter.default for parameter in indicator.parameters}
    assert indicator.group == "Common"


@of_the_table
def test_the_parameter_ranges_are_accepted_by_talib(indicator: Indicator) -> None:
    arguments = {argument for parameter in indicator.parameters for argument in parameter.arguments}
    for name in indicator.functions:
        if name == SESSION_VWAP:
            continue
        theirs = talib_adapter.indicator_by_name(name)
        assert theirs
        assert arguments == set(theirs.arguments(theirs.validated({})))
        ranges = {each.name: each for each in theirs.parameters if isinstance(each, Number)}
        ours = [parameter for parameter in indicator.parameters if isinstance(parameter, Number)]
        for parameter, argument in ((each, name) for each in ours for name in each.arguments):
            assert ranges[argument].minimum <= parameter.minimum
            assert parameter.maximum <= ranges[argument].maximum
            assert ranges[argument].is_whole == parameter.is_whole


def test_any_function_of_talib_is_found_by_its_name() -> None:
    assert find("HT_TRENDLINE") is find("talib:HT_TRENDLINE")
    assert find("HT_TRENDLINE").functions == ("HT_TRENDLINE",)
    assert find("RSI") != find("rsi")
    assert find("VWAP").inputs == ("high", "low", "close", "volume")


@pytest.mark.parametrize("key", ["", "nope", "MAVP", "talib:", "talib:MAVP", "Rsi", "talib:rsi"])
def test_an_unknown_indicator_is_rejected_with_a_message(key: str) -> None:
    with pytest.raises(SettingsError) as refused:
        find(key)
    assert str(refused.value).startswith(f'Unknown indicator "{key}": choose sma,')
    assert str(refused.value).endswith("or a function of TA-Lib, such as HT_TRENDLINE.")


def test_every_indicator_is_listed_once() -> None:
    all_there_are = all_indicators()
    assert all_there_are[: len(INDICATORS)] == INDICATORS
    assert len({indicator.key for indicator in all_there_are}) == len(all_there_are)
    shorts = [indicator.short for indicator in all_there_are]
    assert len(set(shorts)) == len(shorts)
    shown = {name for indicator in all_there_are for name in indicator.functions}
    functions: list[str] = talib.get_functions()  # type: ignore[no-untyped-call]
    assert set(functions) - shown == {"MAVP", "VWAP"}  # replaced by our own VWAP, which restarts with each session
    assert shown - set(functions) == {SESSION_VWAP}
    assert all(find(indicator.key) is indicator for indicator in all_there_are)


def keys(text: str) -> list[str]:
    return [indicator.key for indicator in search(text)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (" RSI", ["rsi", "stochrsi"]),
        ("bbands", ["bbands"]),  # the name of the function in TA-Lib
        ("%r", ["willr"]),
        ("macd", ["macd", "MACDEXT", "MACDFIX"]),
        ("vwap", ["vwap"]),
        ("heikin", ["HA"]),
        ("average dir", ["adx", "ADXR"]),
        ("plus_di", ["PLUS_DI", "adx"]),  # the function itself, then an indicator that uses it
        ("ma", ["MA", "macd", "MAX"]),
        ("momentum", ["MOM"]),  # its title; many have it as their group
        ("ht trend", ["HT_TRENDMODE", "HT_TRENDLINE"]),
        ("hold", ["CDLMATHOLD", "CDLBELTHOLD"]),  # a whole word, then a part of one
    ],
)
def test_a_search_lists_the_best_matches_first(text: str, first: list[str]) -> None:
    assert keys(text)[: len(first)] == first


def test_a_search_requires_all_words_and_an_empty_search_finds_everything() -> None:
    assert search("") == list(all_indicators())
    assert keys("moving average simple") == ["sma"]
    assert keys("stochastic nonsense") == []
    assert all(key.startswith("CDL") for key in keys("pattern recognition"))
    assert len(keys("pattern recognition")) == 61


def test_a_configuration_includes_the_defaults() -> None:
    chosen = IndicatorConfig("macd")
    assert chosen.parameters == {"source": "close", "fastperiod": 12, "slowperiod": 26, "signalperiod": 9}
    assert chosen.indicator is find("macd")
    assert IndicatorConfig("talib:MACD").key == "MACD"
    assert chosen == IndicatorConfig("macd", {"fastperiod": 12.0})


def test_an_average_of_volume_has_its_own_pane() -> None:
    assert IndicatorConfig("sma").pane == "price"
    assert IndicatorConfig("sma", {"source": "volume"}).pane == "own"
    assert IndicatorConfig("rsi", {"source": "hl2"}).pane == "own"
    assert IndicatorConfig("vwap").pane == "price"
    assert IndicatorConfig("CDLDOJI").pane == "own"


@pytest.mark.parametrize(
    ("key", "parameters", "label"),
    [
        ("macd", {}, "MACD 12 26 9"),
        ("sma", {"source": "hl2"}, "SMA 20 hl2"),
        ("bbands", {"deviations": 2.5, "average": "EMA"}, "Bollinger 20 2.5 EMA"),
        ("sar", {}, "SAR 0.02 0.2"),
        ("vwap", {}, "VWAP"),
        ("stoch", {"average": "RMA"}, "Stochastic 14 3 3 RMA"),
        ("MACDEXT", {"slowmatype": "EMA", "source": "hl2"}, "MACDEXT 12 26 9 hl2 slow average EMA"),
        ("SAREXT", {"startvalue": 1234567.5}, "SAREXT 1234567.5 0 0.02 0.02 0.2 0.02 0.02 0.2"),
    ],
)
def test_a_label_has_all_numbers_and_changed_choices(key: str, parameters: dict[str, Any], label: str) -> None:
    assert IndicatorConfig(key, parameters).label() == label


def test_labels_name_the_average_that_was_changed() -> None:
    kinds = ("fastmatype", "slowmatype", "signalmatype")
    chosen = [IndicatorConfig("MACDEXT", {kind: average}) for kind in kinds for average in ("EMA", "RMA")]
    assert len({one.label() for one in chosen}) == len(chosen)


def some(indicator: Indicator) -> st.SearchStrategy[IndicatorConfig]:
    given_ones = {
        each.name: st.sampled_from(each.choices)
        if isinstance(each, Choice)
        else st.integers(int(each.minimum), int(each.maximum))
        if each.is_whole
        else st.floats(each.minimum, each.maximum)
        for each in indicator.parameters
    }
    return st.builds(IndicatorConfig, st.just(indicator.key), st.fixed_dictionaries({}, optional=given_ones))


@given(st.sampled_from(all_indicators()).flatmap(some))
def test_a_configuration_survives_json(chosen: IndicatorConfig) -> None:
    encoded = msgspec.json.encode(chosen)
    again = msgspec.json.decode(encoded, type=IndicatorConfig)
    assert again == chosen
    assert [type(value) for value in again.parameters.values()] == [type(v) for v in chosen.parameters.values()]
    assert again.label() == chosen.label()
    assert list(again.parameters) == [parameter.name for parameter in chosen.indicator.parameters]


def test_json_may_omit_parameters_and_all_are_written() -> None:
    chosen = msgspec.json.decode(b'{"key": "rsi", "parameters": {"timeperiod": 7}}', type=IndicatorConfig)
    assert chosen.parameters == {"source": "close", "timeperiod": 7}
    assert msgspec.json.decode(b'{"key": "rsi"}', type=IndicatorConfig) == IndicatorConfig("rsi")
    assert msgspec.json.decode(msgspec.json.encode(IndicatorConfig("rsi"))) == {
        "key": "rsi",
        "parameters": {"source": "close", "timeperiod": 14},
        "color": "",
        "width": 1,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"key": "nope"}', 'Unknown indicator "nope"'),
        (
            '{"key": "rsi", "parameters": {"timeperiod": 1}}',
            "timeperiod must be a whole number from 2 to 10000, not 1.",
        ),
        (
            '{"key": "rsi", "parameters": {"timeperiod": 2.5}}',
            "timeperiod must be a whole number from 2 to 10000, not 2.5.",
        ),
        (
            '{"key": "rsi", "parameters": {"timeperiod": "7"}}',
            'timeperiod must be a whole number from 2 to 10000, not "7".',
        ),
        ('{"key": "rsi", "parameters": {"source": "vwap"}}', "source must be one of close, open"),
        (
            '{"key": "rsi", "parameters": {"length": 7}}',
            'it has no parameter "length". Its parameters are: source, time',
        ),
        ('{"key": "vwap", "parameters": {"length": 7}}', "Its parameters are: none"),
    ],
)
def test_invalid_configurations_in_json_are_rejected_with_a_message(text: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        msgspec.json.decode(text, type=IndicatorConfig)
    assert words in str(refused.value)


@pytest.mark.parametrize("text", ['{"key": 5}', '{"key": "rsi", "pane": "own"}', '{"key": "rsi", "parameters": [1]}'])
def test_json_of_another_shape_is_rejected(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=IndicatorConfig)
