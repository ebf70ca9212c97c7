"""The indicators, one line each, over TA-Lib."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from ticker_gui.market.bars import Bars, Floats


class Indicator(NamedTuple):
    """One indicator: ``compute(bars)`` returns a value for each bar, NaN where there are too few before it."""

    key: str
    title: str
    compute: Callable[[Bars], Floats]


def _of_close(function: str, **parameters: Any) -> Callable[[Bars], Floats]:
    return partial(_call, function, parameters)


def _call(function: str, parameters: dict[str, Any], bars: Bars) -> Floats:
    import talib  # here, as most sessions show none and it takes a while to load

    values: Floats = getattr(talib, function)(bars.close, **parameters)
    return values


INDICATORS: Final = (
    Indicator("sma20", "SMA 20", _of_close("SMA", timeperiod=20)),
    Indicator("sma60", "SMA 60", _of_close("SMA", timeperiod=60)),
    Indicator("ema20", "EMA 20", _of_close("EMA", timeperiod=20)),
    Indicator("ema60", "EMA 60", _of_close("EMA", timeperiod=60)),
    Indicator("kama30", "KAMA 30", _of_close("KAMA", timeperiod=30)),
)
