"""Invented bars, and the values of an indicator by one calculation over all of them."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from talib import abstract

from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.bar_history import Bars
from ticker_gui.domain.timeframe import MINUTE_NS
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.indicators.session_vwap import SESSION_VWAP, Sessions, utc_days
from ticker_gui.indicators.spec import BAR_INPUTS

START_NS = 1_700_000_000 * 10**9 // MINUTE_NS * MINUTE_NS
BAR_NS = 30 * MINUTE_NS


@cache
def walk(count: int, seed: int = 1) -> Bars:
    """Return bars that go up and down, with some that are like the one before and some without volume."""
    chance = np.random.default_rng(seed)
    steps = chance.normal(0, 1, count) * (chance.random(count) < 0.8)
    close = np.round(100 * np.exp(np.cumsum(steps) / 50), 2)
    opened = np.concatenate((close[:1], close[:-1]))
    high = np.maximum(opened, close) + np.round(chance.exponential(0.3, count), 2)
    low = np.minimum(opened, close) - np.round(chance.exponential(0.3, count), 2)
    volume = np.round(chance.exponential(50, count), 1) * (chance.random(count) < 0.9)
    bars = Bars(START_NS + np.arange(count) * BAR_NS, opened, high, low, close, volume)
    columns: tuple[Any, ...] = bars
    for column in columns:
        column.flags.writeable = False
    return bars


def still(count: int) -> Bars:
    """Return bars of one price without volume."""
    price = np.full(count, 100.0)
    return Bars(START_NS + np.arange(count) * BAR_NS, price, price, price, price, np.zeros(count))


def part(bars: Bars, first: int, end: int) -> Bars:
    """Return some of the bars."""
    columns: tuple[Any, ...] = bars
    return Bars(*(column[first:end] for column in columns))


def revised(bars: Bars, change: float) -> Bars:
    """Return the bars with another last one: the price moved by ``change``, half of the volume."""
    columns: tuple[Any, ...] = bars
    copied = Bars(*(column.copy() for column in columns))
    copied.close[-1] += change
    copied.high[-1] = max(copied.high[-1], copied.close[-1])
    copied.low[-1] = min(copied.low[-1], copied.close[-1])
    copied.volume[-1] /= 2
    return copied


def whole(chosen: IndicatorConfig, bars: Bars, sessions: Sessions = utc_days) -> list[Floats]:
    """Return the expected result of `IndicatorValues`: one value per bar for each output, NaN if there is none."""
    indicator = chosen.indicator
    if indicator.functions == (SESSION_VWAP,):
        return [_vwap(sessions(bars.start_ns).tolist(), BAR_INPUTS["hlc3"](bars).tolist(), bars.volume.tolist())]
    if not len(bars.close):
        return [np.empty(0)] * len(indicator.outputs)
    return [values for name in indicator.functions for values in _function(name, chosen, bars)]


def _function(name: str, chosen: IndicatorConfig, bars: Bars) -> list[Floats]:
    # By the names that TA-Lib gives its inputs, and not in the order of ours.
    arguments: dict[str, Any] = dict(chosen.indicator.arguments(chosen.parameters))
    if "source" in chosen.parameters:
        arguments["price"] = str(chosen.parameters["source"])
    function = _talib_function(name, **arguments)
    inputs = {figure: np.ascontiguousarray(BAR_INPUTS[figure](bars)) for figure in _inputs_of(function)}
    outputs = function(inputs)
    columns = outputs if isinstance(outputs, list) else [outputs]
    return [_as_floats(column, function.lookback) for column in columns]


@cache
def _talib_function(name: str, **arguments: Any) -> Any:
    return abstract.Function(name, **arguments)  # type: ignore[attr-defined]


@cache
def _inputs_of(function: Any) -> tuple[str, ...]:
    """Return the names of the inputs that a function reads."""
    named = function.input_names.values()
    return tuple(name for names in named for name in ((names,) if isinstance(names, str) else names))


def _as_floats(values: Any, lookback: int) -> Floats:
    if values.dtype.kind != "i":
        floats: Floats = values
        return floats
    floats = values.astype(np.float64)
    floats[:lookback] = math.nan
    return floats


def _vwap(sessions: list[int], prices: list[float], volumes: list[float]) -> Floats:
    values: list[float] = []
    current: int | None = None
    worth = total = 0.0
    for session, price, volume in zip(sessions, prices, volumes, strict=True):
        if session != current:
            current, worth, total = session, 0.0, 0.0
        worth += price * volume
        total += volume
        values.append(worth / total if total > 0 else math.nan)
    return np.array(values, np.float64)
