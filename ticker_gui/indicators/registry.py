"""The table of indicators, with lookup, search and the configuration of an indicator."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import msgspec

from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.indicators import talib_adapter
from ticker_gui.indicators.appearance import DEFAULT_COLOR, MIN_WIDTH, valid_color, valid_width
from ticker_gui.indicators.session_vwap import SESSION_VWAP
from ticker_gui.indicators.spec import (
    SESSION,
    SOURCE,
    Choice,
    Indicator,
    Number,
    Output,
    Pane,
    Parameter,
    ParameterValue,
    average_choice,
)

_MAX_LENGTH: Final = 10_000  # bars
_LAST_RANK: Final = 4  # the last rank of a search


def _length(default: int, name: str = "timeperiod", title: str = "Length", minimum: int = 2) -> Number:
    return Number(name, title, default, minimum, _MAX_LENGTH, True, (name,))


def _fraction(name: str, title: str, default: float) -> Number:
    return Number(name, title, default, 0.0, 1.0, False, (name,))


def _line(title: str) -> tuple[Output]:
    return (Output("value", title),)


_SERIES: Final = ("source",)
_BARS: Final = ("high", "low", "close")
_RANGE: Final = ("high", "low")

_BAND_WIDTH: Final = Number("deviations", "Deviations", 2.0, 0.0, 100.0, False, ("nbdevup", "nbdevdn"))
_BAND_AVERAGE: Final = average_choice("average", "Average", "SMA", "matype")
_BOLLINGER: Final = (SOURCE, _length(20), _BAND_WIDTH, _BAND_AVERAGE)
_BANDS: Final = (Output("upper", "Upper", "upper"), Output("middle", "Middle"), Output("lower", "Lower", "lower"))

_ACCELERATION: Final = (
    _fraction("acceleration", "Acceleration", 0.02),
    _fraction("maximum", "Maximum acceleration", 0.2),
)
_SAR: Final = (Output("value", "SAR", "dots"),)

_FAST, _SLOW = _length(12, "fastperiod", "Fast length"), _length(26, "slowperiod", "Slow length")
_CONVERGENCE: Final = (SOURCE, _FAST, _SLOW, _length(9, "signalperiod", "Signal length", 1))
_MACD: Final = (Output("macd", "MACD"), Output("signal", "Signal", "dashed"), Output("rest", "Histogram", "histogram"))

_K: Final = _length(14, "fastk_period", "%K length", 1)
_SLOW_K, _SLOW_D = _length(3, "slowk_period", "%K smoothing", 1), _length(3, "slowd_period", "%D smoothing", 1)
_STOCHASTIC: Final = (
    _K,
    _SLOW_K,
    _SLOW_D,
    average_choice("average", "Average", "SMA", "slowk_matype", "slowd_matype"),
)
_FAST_D: Final = (
    _length(3, "fastd_period", "%D smoothing", 1),
    average_choice("average", "Average", "SMA", "fastd_matype"),
)
_STOCH_RSI: Final = (SOURCE, _length(14, title="RSI length"), _K, *_FAST_D)
_K_AND_D: Final = (Output("k", "%K"), Output("d", "%D", "dashed"))

_DIRECTIONS: Final = ("ADX", "PLUS_DI", "MINUS_DI")
_ADX: Final = (Output("adx", "ADX"), Output("plus", "+DI", "dashed"), Output("minus", "−DI", "dashed"))
_AROON: Final = (Output("down", "Down", "dashed"), Output("up", "Up"))


def _single_output(
    name: str,
    title: str,
    inputs: tuple[str, ...],
    parameters: tuple[Parameter, ...] = (),
    thresholds: tuple[float, ...] = (),
    pane: Pane = "own",
) -> Indicator:
    return Indicator(name.lower(), title, name, pane, (name,), inputs, parameters, _line(name), thresholds)


def _moving_average(name: str, title: str, length: int) -> Indicator:
    return _single_output(name, title, _SERIES, (SOURCE, _length(length)), pane="price")


INDICATORS: Final = (
    _moving_average("SMA", "Simple moving average", 20),
    _moving_average("EMA", "Exponential moving average", 20),
    _moving_average("WMA", "Weighted moving average", 20),
    _moving_average("DEMA", "Double exponential moving average", 20),
    _moving_average("TEMA", "Triple exponential moving average", 20),
    _moving_average("KAMA", "Kaufman's adaptive moving average", 30),
    Indicator("bbands", "Bollinger bands", "Bollinger", "price", ("BBANDS",), _SERIES, _BOLLINGER, _BANDS),
    Indicator("sar", "Parabolic SAR", "SAR", "price", ("SAR",), _RANGE, _ACCELERATION, _SAR),
    Indicator("vwap", "Session VWAP", "VWAP", "price", (SESSION_VWAP,), (SESSION, "hlc3", "volume"), (), _line("VWAP")),
    _single_output("RSI", "Relative strength index", _SERIES, (SOURCE, _length(14)), (30, 70)),
    Indicator("macd", "Moving average convergence/divergence", "MACD", "own", ("MACD",), _SERIES, _CONVERGENCE, _MACD),
    Indicator("stoch", "Stochastic", "Stochastic", "own", ("STOCH",), _BARS, _STOCHASTIC, _K_AND_D, (20, 80)),
    Indicator("stochrsi", "Stochastic RSI", "Stoch RSI", "own", ("STOCHRSI",), _SERIES, _STOCH_RSI, _K_AND_D, (20, 80)),
    _single_output("CCI", "Commodity channel index", _BARS, (_length(20),), (-100, 100)),
    Indicator("adx", "Average directional index", "ADX", "own", _DIRECTIONS, _BARS, (_length(14),), _ADX, (25,)),
    _single_output("ATR", "Average true range", _BARS, (_length(14, minimum=1),)),
    _single_output("OBV", "On-balance volume", ("close", "volume")),
    _single_output("MFI", "Money flow index", (*_BARS, "volume"), (_length(14),), (20, 80)),
    _single_output("ROC", "Rate of change", _SERIES, (SOURCE, _length(10, minimum=1)), (0,)),
    Indicator("willr", "Williams %R", "Williams %R", "own", ("WILLR",), _BARS, (_length(14),), _line("%R"), (-80, -20)),
    Indicator("aroon", "Aroon", "Aroon", "own", ("AROON",), _RANGE, (_length(14),), _AROON),
)  # fmt: skip

_BY_KEY: Final = {indicator.key: indicator for indicator in INDICATORS}


def find(key: str) -> Indicator:
    """Return an indicator of the table by its key, or a function of TA-Lib by its name (``talib:HT_TRENDLINE``).

    Raises:
        SettingsError: the key is unknown.
    """
    found = _BY_KEY.get(key) or talib_adapter.indicator_by_name(key.removeprefix(talib_adapter.PREFIX))
    if found is None:
        raise SettingsError(
            f"Unknown indicator {quoted(key)}: "
            f"choose {', '.join(_BY_KEY)} or a function of TA-Lib, such as HT_TRENDLINE."
        )
    return found


@cache
def all_indicators() -> tuple[Indicator, ...]:
    """Return the indicators of the table, then the other functions of TA-Lib, group by group."""
    in_table = {name for indicator in INDICATORS for name in (indicator.functions[0], indicator.short)}
    others = (talib_adapter.indicator_by_name(name) for name in talib_adapter.function_names() if name not in in_table)
    return (*INDICATORS, *(indicator for indicator in others if indicator is not None))


def search(text: str) -> list[Indicator]:
    """Return the indicators that contain all words of ``text`` in name, title, key or group, best matches first."""
    words = text.casefold().split()
    ranked = [(_rank(searched, words), searched.indicator) for searched in _searched_texts()]
    return [indicator for rank, indicator in sorted(ranked, key=lambda item: item[0]) if rank <= _LAST_RANK]


class _Searched(NamedTuple):
    """An indicator and its texts in lower case; ``starts`` are the words of all of them."""

    indicator: Indicator
    short: str
    title: str
    everything: str
    starts: list[str]


@cache
def _searched_texts() -> tuple[_Searched, ...]:
    searched = []
    for indicator in all_indicators():
        short, title = indicator.short.casefold(), indicator.title.casefold()
        everything = f"{short} {title} {indicator.key} {' '.join(indicator.functions)} {indicator.group}".casefold()
        searched.append(_Searched(indicator, short, title, everything, everything.replace("_", " ").split()))
    return tuple(searched)


def _rank(searched: _Searched, words: list[str]) -> int:
    """Return the rank of an indicator, 0 for the best.

    Ranks are: the short name itself, a prefix of it, a prefix of the title, prefixes of words, substrings, no match.
    """
    text = " ".join(words)
    if text == searched.short:
        return 0
    if searched.short.startswith(text):
        return 1
    if searched.title.startswith(text):
        return 2
    if not all(word in searched.everything for word in words):
        return _LAST_RANK + 1
    is_prefix = all(any(start.startswith(word) for start in searched.starts) for word in words)
    return 3 if is_prefix else _LAST_RANK


class IndicatorConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An indicator with its parameters, as saved in JSON; missing parameters get their defaults.

    ``color`` and ``width`` are those of its lines, see `indicators.appearance`; invalid ones become the default.

    Raises:
        SettingsError: the indicator or a parameter is unknown, or a value is invalid; also when decoding JSON.
    """

    key: str
    parameters: dict[str, ParameterValue] = {}
    color: str = DEFAULT_COLOR
    width: int = MIN_WIDTH

    def __post_init__(self) -> None:
        indicator = find(self.key)
        # Defaults are stored, too, so that a saved chart does not change when a later version has another default.
        msgspec.structs.force_setattr(self, "key", indicator.key)
        msgspec.structs.force_setattr(self, "parameters", indicator.validated(self.parameters))
        msgspec.structs.force_setattr(self, "color", valid_color(self.color))
        msgspec.structs.force_setattr(self, "width", valid_width(self.width))

    @property
    def indicator(self) -> Indicator:
        """The declaration of the indicator."""
        return find(self.key)

    @property
    def pane(self) -> Pane:
        """The pane in which it is drawn: an average of volume is not drawn over prices."""
        return "own" if self.parameters.get(SOURCE.name) == "volume" else self.indicator.pane

    def is_calculated_like(self, other: IndicatorConfig) -> bool:
        """Return whether another one has the same values: they differ in their looks at most."""
        return self.key == other.key and self.parameters == other.parameters

    def label(self) -> str:
        """Return its short name with its parameters, such as ``MACD 12 26 9`` or ``SMA 20 hl2``."""
        indicator = self.indicator
        numbers = [one for one in indicator.parameters if isinstance(one, Number)]
        choices = [one for one in indicator.parameters if isinstance(one, Choice)]
        texts = [indicator.short, *(f"{self.parameters[one.name]:.10g}" for one in numbers)]
        for choice in choices:
            word = str(self.parameters[choice.name])
            if word != choice.default:
                is_only = sum(word in one.choices for one in choices) == 1
                texts.append(word if is_only else f"{choice.title.lower()} {word}")
        return " ".join(texts)
