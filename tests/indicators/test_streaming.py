"""Incremental indicator values are compared with one calculation over all bars."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.whole import BAR_NS, part, revised, still, walk, whole
from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.bar_columns import DTYPES
from ticker_gui.bars.bar_history import Bars
from ticker_gui.bars.day_numbers import day_numbers
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.domain.trading_days import TradingDays
from ticker_gui.indicators import talib_adapter
from ticker_gui.indicators.registry import INDICATORS, IndicatorConfig, find
from ticker_gui.indicators.spec import Choice, Parameter, ParameterValue
from ticker_gui.indicators.streaming import IndicatorValues

KEYS = [*(indicator.key for indicator in INDICATORS), *talib_adapter.function_names()]
every_one = pytest.mark.parametrize("key", KEYS)
COUNT = 160


def same(result: Sequence[Floats], expected: Sequence[Floats], first: int = 0) -> None:
    """Assert that values are equal; ``first`` is the index of the first held bar."""
    for column, values in zip(result, expected, strict=True):
        held = values[first : first + len(column)]
        if column.tobytes() != held.tobytes():  # a cheap check first: it runs very often
            np.testing.assert_array_equal(column, held)


@every_one
def test_bars_added_in_any_portions_equal_one_calculation(key: str) -> None:
    check_bars_added_one_by_one(key)
    check_batches_with_a_forming_bar(key)
    check_dropped_bars(key)


@every_one
def test_any_other_bars_equal_one_calculation(key: str) -> None:
    check_equal_prices_without_volume(key)
    check_few_bars(key)
    check_generations(key)


# One test for each indicator, because starting hundreds of tests takes longer than what they check.


def check_bars_added_one_by_one(key: str) -> None:
    chosen, bars = IndicatorConfig(key), walk(COUNT)
    values, expected = IndicatorValues(chosen), whole(chosen, bars)
    for count in range(COUNT + 1):
        result = values.read(part(bars, 0, count), 0, 0)
        assert [len(column) for column in result] == [count] * len(chosen.indicator.outputs)
        same(result, expected)
    assert key in ("ACOS", "ASIN") or any(np.isfinite(column).any() for column in result)  # undefined for these prices


def check_batches_with_a_forming_bar(key: str) -> None:
    chosen, bars, rng = IndicatorConfig(key), walk(COUNT, seed=2), Random(key)
    values, count = IndicatorValues(chosen), 0
    while count < COUNT:
        count = min(COUNT, count + rng.choice((0, 1, 1, 2, 40)))
        for _ in range(rng.randrange(3) if count else 0):
            forming = revised(part(bars, 0, count), rng.uniform(-2, 2))
            same(values.read(forming, 0, 0), whole(chosen, forming))
        same(values.read(part(bars, 0, count), 0, 0), whole(chosen, part(bars, 0, count)))


def check_equal_prices_without_volume(key: str) -> None:
    """Check bars of one price without volume."""
    chosen, bars = IndicatorConfig(key), still(COUNT)
    values, expected = IndicatorValues(chosen), whole(chosen, bars)
    for count in (*range(0, COUNT, 7), COUNT):
        same(values.read(part(bars, 0, count), 0, 0), expected)
    moved = revised(bars, 3.0)
    same(values.read(moved, 0, 0), whole(chosen, moved))


def check_few_bars(key: str) -> None:
    chosen = IndicatorConfig(key)
    for bars in (walk(0), walk(1), walk(2)):
        values = IndicatorValues(chosen)
        for _ in range(2):
            same(values.read(bars, 0, 0), whole(chosen, bars))


def check_dropped_bars(key: str) -> None:
    """Check that dropped bars do not change the other values."""
    chosen, bars, rng = IndicatorConfig(key), walk(2 * COUNT), Random(key)
    values, expected = IndicatorValues(chosen), whole(chosen, bars)
    ring, count = Ring(COUNT, DTYPES[:6]), 0
    while count < 2 * COUNT:
        more = part(bars, count, count + rng.choice((1, 2, 30)))
        ring.extend(*more)
        count += len(more.close)
        same(values.read(read_only_bars(ring), ring.begin, 0), expected, ring.begin)
    assert ring.begin == COUNT


def read_only_bars(ring: Ring) -> Bars:
    """Return the held bars of a ring as read-only views."""
    columns = [ring.column(column) for column in range(6)]
    for column in columns:
        column.flags.writeable = False
    return Bars(*columns)


def check_generations(key: str) -> None:
    """Check that the bars of another generation are calculated again."""
    chosen = IndicatorConfig(key)
    values = IndicatorValues(chosen)
    for generation, (seed, count) in enumerate([(1, 200), (2, 200), (3, 230), (4, 90), (5, 0), (6, 1), (7, 220)]):
        bars = walk(count, seed)
        same(values.read(bars, 0, generation), whole(chosen, bars))
        same(values.read(bars, 0, generation), whole(chosen, bars))


def test_index_outputs_count_from_the_first_bar_ever() -> None:
    bars = walk(300)
    for key in ("MAXINDEX", "MINMAXINDEX"):
        chosen = IndicatorConfig(key)
        values, expected = IndicatorValues(chosen), whole(chosen, bars)
        values.read(part(bars, 0, 200), 0, 0)
        same(values.read(part(bars, 50, 210), 50, 0), expected, 50)
        restarted = values.read(part(bars, 100, 300), 100, 1)
        settled = 40  # before it, the expected values depend on dropped bars
        for column, of_all in zip(restarted, expected, strict=True):
            np.testing.assert_array_equal(column[settled:], of_all[100 + settled :])


@pytest.mark.parametrize("key", ["ema", "adx", "vwap", "MAXINDEX"])
def test_many_bars_at_once_equal_one_calculation(key: str) -> None:
    chosen, bars = IndicatorConfig(key), walk(3000)
    values = IndicatorValues(chosen)
    for count in (5, 900, 901, 3000):
        same(values.read(part(bars, 0, count), 0, 0), whole(chosen, bars))


@pytest.mark.parametrize("key", ["ema", "adx", "vwap", "obv"])
def test_discontinuous_bars_restart_the_calculation(key: str) -> None:
    chosen, bars = IndicatorConfig(key), walk(400)
    values = IndicatorValues(chosen)
    values.read(part(bars, 50, 150), 50, 0)
    for first, end in ((50, 120), (300, 400), (100, 400)):  # fewer bars; all earlier bars dropped; earlier bars added
        same(values.read(part(bars, first, end), first, 0), whole(chosen, part(bars, first, end)))


parameters_of = {key: find(key).parameters for key in KEYS}


def some(parameter: Parameter, chance: Random) -> ParameterValue:
    """Return a valid value of a parameter: one of its limits, or a value for which some hundred bars are enough."""
    if isinstance(parameter, Choice):
        return chance.choice(parameter.choices)
    top = min(parameter.maximum, max(parameter.minimum, 25))
    if chance.random() < 0.5:
        return chance.choice((parameter.minimum, parameter.maximum))
    if parameter.is_whole:
        return chance.randint(int(parameter.minimum), int(top))
    return chance.uniform(parameter.minimum, top)


def test_any_valid_parameters_equal_one_calculation() -> None:
    """The examples are not drawn by Hypothesis, which takes longer than all calculations."""
    bars, keys = walk(COUNT), [key for key in KEYS if parameters_of[key]]
    for seed in range(10 * settings().max_examples):
        chance = Random(seed)
        key = chance.choice(keys)
        chosen = IndicatorConfig(key, {each.name: some(each, chance) for each in parameters_of[key]})
        values, count = IndicatorValues(chosen), 0
        for step in (*(chance.randint(1, 40) for _ in range(chance.randrange(7))), COUNT):
            count = min(COUNT, count + step)
            same(values.read(part(bars, 0, count), 0, 0), whole(chosen, part(bars, 0, count)))


changes = st.lists(
    st.one_of(
        st.tuples(st.just("more"), st.integers(1, 30)),
        st.tuples(st.just("revise"), st.integers(-5, 5)),
        st.tuples(st.just("drop"), st.integers(0, 20)),
        st.tuples(st.just("rewrite"), st.integers(1, 9)),
    ),
    max_size=40,
)


@settings(max_examples=60)
@given(st.sampled_from(["sma", "macd", "adx", "sar", "vwap", "obv", "FRACTAL", "MAXINDEX", "CDLDOJI"]), changes)
def test_any_changes_of_the_bars_equal_one_calculation(key: str, changed: list[tuple[str, int]]) -> None:
    chosen = IndicatorConfig(key)
    values = IndicatorValues(chosen)
    bars, end, begin, generation, anchor = walk(1300), 1, 0, 0, 0
    values.read(part(bars, 0, 1), 0, 0)
    has_value = False
    for what, number in changed:
        shown_end = end
        if what == "more":
            end = shown_end = end + number
        elif what == "drop" and has_value:  # a function without values starts with the held bars
            begin = min(end - 1, begin + number)
        elif what == "rewrite":
            bars, generation, anchor = walk(1300, seed=number + 1), generation + 1, begin
        all_bars = part(bars, anchor, shown_end)
        if what == "revise":
            all_bars = revised(all_bars, float(number))
        result = values.read(part(all_bars, begin - anchor, shown_end - anchor), begin, generation)
        expected = whole(chosen, all_bars)
        if key.endswith("INDEX"):
            expected = [column + anchor for column in expected]
        same(result, expected, begin - anchor)
        has_value = all(np.isfinite(column[:-1]).any() for column in result)


def test_too_few_bars_have_no_values_at_any_memory_address() -> None:
    """TA-Lib 0.8.2 computes output addresses beyond the input, and fails if another input is there."""
    count = 40
    arena = sorted((np.full(count, 5.0) for _ in range(5_000)), key=lambda array: array.ctypes.data)
    places = np.array([array.ctypes.data for array in arena])
    del arena[int(np.argmin(places[50:] - places[:-50]))]  # the array with the nearest neighbors
    place = np.empty(count).ctypes.data  # the next array of that size will have this address, too
    farther = [(close, 1 + (close.ctypes.data - place) // 8) for close in arena]
    unlucky = [(close, length) for close, length in farther if count < length <= 10_000]
    assert unlucky
    for close, length in unlucky:
        bars = Bars(np.arange(count), close, close, close, close, close)
        (result,) = IndicatorValues(IndicatorConfig("sma", {"timeperiod": length})).read(bars, 0, 0)
        assert np.isnan(result).all()


def test_vwap_restarts_with_each_day_of_the_market() -> None:
    new_york = partial(day_numbers, days=TradingDays(ZoneInfo("America/New_York")))
    first_ns = int(datetime(2024, 3, 9, tzinfo=ZoneInfo("America/New_York")).timestamp()) * SECOND_NS
    bars = walk(48 * 3)._replace(start_ns=first_ns + np.arange(48 * 3) * BAR_NS)
    chosen = IndicatorConfig("vwap")
    values = IndicatorValues(chosen, new_york)
    for count in range(len(bars.close) + 1):
        same(values.read(part(bars, 0, count), 0, 0), whole(chosen, bars, new_york))
    of_each = bars._replace(volume=np.ones(len(bars.close)))
    result = IndicatorValues(chosen, new_york).read(of_each, 0, 0)[0]
    typical = (of_each.high + of_each.low + of_each.close) / 3
    begins = np.flatnonzero(np.diff(new_york(bars.start_ns), prepend=-1))
    assert begins.tolist() == [0, 48, 48 + 46, 48 + 46 + 48]  # the clocks went forward on the 10th
    np.testing.assert_array_equal(result[begins], typical[begins])


class Handle:
    """Replaces TA-Lib's handles of one function and records the calls."""

    opened: list[int]
    fed: list[float]
    peeked: list[float]

    @classmethod
    def begin(cls) -> None:
        cls.opened, cls.fed, cls.peeked = [], [], []

    @classmethod
    def open_and_fill(cls, *history: Floats, **arguments: float) -> tuple[Handle, Floats]:
        cls.opened.append(len(history[0]))
        return cls(), history[-1] * 2

    def update(self, *inputs: float) -> float:
        self.fed.append(inputs[-1])
        return inputs[-1] * 2

    def peek(self, *inputs: float) -> float:
        self.peeked.append(inputs[-1])
        return inputs[-1] * 2


class Adx(Handle): ...


class Plus(Handle): ...


class Minus(Handle): ...


HANDLES: tuple[type[Handle], ...] = (Adx, Plus, Minus)


@pytest.fixture
def handles(monkeypatch: pytest.MonkeyPatch) -> tuple[type[Handle], ...]:
    """Recording handles of the three functions of ADX."""
    for name, handle in zip(find("adx").functions, HANDLES, strict=True):
        handle.begin()
        monkeypatch.setattr(f"talib.stream.{name}", handle)
    return HANDLES


def test_a_changed_forming_bar_is_only_peeked(handles: tuple[type[Handle], ...]) -> None:
    bars = walk(1000)
    values = IndicatorValues(IndicatorConfig("adx"))
    values.read(bars, 0, 0)
    ticks = [revised(bars, change / 8) for change in range(50)]
    for bars in ticks:
        same(values.read(bars, 0, 0), [bars.close * 2] * 3)
    for handle in handles:
        assert handle.opened == [999]
        assert handle.fed == []
        assert handle.peeked[1:] == [tick.close[-1] for tick in ticks]


def test_a_closed_bar_is_fed_once_to_each_function(handles: tuple[type[Handle], ...]) -> None:
    bars = walk(1000)
    values = IndicatorValues(IndicatorConfig("adx"))
    for count in range(900, 1001):
        same(values.read(part(bars, 0, count), 0, 0), [bars.close * 2] * 3)
    for handle in handles:
        assert handle.opened == [899]
        assert handle.fed == bars.close[899:999].tolist()
        assert handle.peeked == bars.close[899:1000].tolist()


class CountingArray(np.ndarray[Any, Any]):
    """An array that counts how many of its values are read or used in calculations."""

    read: list[int]

    def tolist(self) -> Any:
        self.read.append(self.size)
        return super().tolist()

    def __array_ufunc__(self, ufunc: Any, method: Any, *inputs: Any, **options: Any) -> Any:
        self.read.append(max(np.size(one) for one in inputs))
        plain = [one.view(np.ndarray) if isinstance(one, CountingArray) else one for one in inputs]
        return getattr(ufunc, method)(*plain, **options).view(CountingArray)


@pytest.mark.parametrize("key", ["sma", "adx", "vwap"])
def test_updates_do_not_read_the_whole_history_again(key: str) -> None:
    bars = walk(5000)
    columns: Sequence[npt.NDArray[Any]] = bars
    counting = Bars(*(column.view(CountingArray) for column in columns))
    values = IndicatorValues(IndicatorConfig(key, {"source": "ohlc4"}) if key == "sma" else IndicatorConfig(key))
    first = values.read(part(bars, 0, 4000), 0, 0)
    CountingArray.read = []
    for count in (4000, 4001, 4001, 4002, 4005):
        result = values.read(part(counting, 0, count), 0, 0)
        assert all(np.shares_memory(column, before) for column, before in zip(result, first, strict=True))
    assert CountingArray.read
    assert max(CountingArray.read) <= 3


def test_values_are_rarely_moved_and_use_bounded_memory() -> None:
    bars, values = walk(5000), IndicatorValues(IndicatorConfig("sma"))
    buffers: list[Floats] = []
    for count in range(1, 5001):
        first = max(0, count - 500)
        (result,) = values.read(part(bars, first, count), first, 0)
        assert isinstance(result.base, np.ndarray)
        if not buffers or result.base is not buffers[-1]:
            buffers.append(result.base)
    assert max(len(column) for column in buffers) <= 2 * 500
    assert len(buffers) < 5000 / 30
    (result,) = values.read(part(bars, 0, 90), 0, 1)
    assert isinstance(result.base, np.ndarray)
    assert len(result.base) <= 2 * 90


def test_importing_indicators_does_not_load_talib() -> None:
    program = (
        "import sys\n"
        "from ticker_gui.indicators import registry, session_vwap, spec, streaming, talib_adapter\n"
        "values = streaming.IndicatorValues(registry.IndicatorConfig('vwap'))\n"
        "values = streaming.IndicatorValues(registry.IndicatorConfig('rsi'))\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'talib'])\n"
        "talib_adapter.function_names()\n"
        "print('talib' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=150, check=False)
    assert result.stdout.split("\n")[:2] == ["[]", "True"], result.stderr
