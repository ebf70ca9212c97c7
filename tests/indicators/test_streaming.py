"""Values that grow with the bars against one calculation over all of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
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
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.indicators import talib_adapter
from ticker_gui.indicators.registry import INDICATORS, IndicatorConfig, find
from ticker_gui.indicators.session_vwap import days_in
from ticker_gui.indicators.spec import Choice, Parameter, ParameterValue
from ticker_gui.indicators.streaming import IndicatorValues

KEYS = [*(indicator.key for indicator in INDICATORS), *talib_adapter.names()]
every_one = pytest.mark.parametrize("key", KEYS)
COUNT = 260


def same(told: Sequence[Floats], expected: Sequence[Floats], first: int = 0) -> None:
    """Hold that the values are the same bits, ``first`` being the first of those that are held."""
    for column, values in zip(told, expected, strict=True):
        np.testing.assert_array_equal(column, values[first : first + len(column)])


@every_one
def test_bars_one_by_one_are_as_one_calculation(key: str) -> None:
    chosen, bars = IndicatorConfig(key), walk(COUNT)
    values, expected = IndicatorValues(chosen), whole(chosen, bars)
    for count in range(COUNT + 1):
        told = values.read(part(bars, 0, count), 0, 0)
        assert [len(column) for column in told] == [count] * len(chosen.indicator.outputs)
        same(told, expected)
    assert key in ("ACOS", "ASIN") or any(np.isfinite(column).any() for column in told)  # no price has these


@every_one
def test_batches_with_a_forming_bar_are_as_one_calculation(key: str) -> None:
    chosen, bars, chance = IndicatorConfig(key), walk(COUNT, seed=2), Random(key)
    values, count = IndicatorValues(chosen), 0
    while count < COUNT:
        count = min(COUNT, count + chance.choice((0, 1, 1, 2, 40)))
        for _ in range(chance.randrange(3) if count else 0):
            forming = revised(part(bars, 0, count), chance.uniform(-2, 2))
            same(values.read(forming, 0, 0), whole(chosen, forming))
        same(values.read(part(bars, 0, count), 0, 0), whole(chosen, part(bars, 0, count)))


@every_one
def test_equal_prices_without_volume_are_as_one_calculation(key: str) -> None:
    chosen, bars = IndicatorConfig(key), still(COUNT)
    values, expected = IndicatorValues(chosen), whole(chosen, bars)
    for count in (*range(0, COUNT, 7), COUNT):
        same(values.read(part(bars, 0, count), 0, 0), expected)
    moved = revised(bars, 3.0)
    same(values.read(moved, 0, 0), whole(chosen, moved))


@every_one
def test_few_bars_have_few_values_or_none(key: str) -> None:
    chosen = IndicatorConfig(key)
    for bars in (walk(0), walk(1), walk(2)):
        values = IndicatorValues(chosen)
        for _ in range(2):
            same(values.read(bars, 0, 0), whole(chosen, bars))


@every_one
def test_bars_that_are_forgotten_change_none_of_the_others(key: str) -> None:
    chosen, bars, chance = IndicatorConfig(key), walk(2 * COUNT), Random(key)
    values, expected = IndicatorValues(chosen), whole(chosen, bars)
    ring, count = Ring(COUNT, DTYPES[:6]), 0
    while count < 2 * COUNT:
        more = part(bars, count, count + chance.choice((1, 2, 30)))
        ring.extend(*more)
        count += len(more.close)
        same(values.read(kept(ring), ring.begin, 0), expected, ring.begin)
    assert ring.begin == COUNT


def kept(ring: Ring) -> Bars:
    """Return what a ring holds, as views that nobody can write to."""
    columns = [ring.column(column) for column in range(6)]
    for column in columns:
        column.flags.writeable = False
    return Bars(*columns)


@every_one
def test_another_generation_is_recalculated(key: str) -> None:
    chosen = IndicatorConfig(key)
    values = IndicatorValues(chosen)
    for generation, (seed, count) in enumerate([(1, 200), (2, 200), (3, 230), (4, 90), (5, 0), (6, 1), (7, 220)]):
        bars = walk(count, seed)
        same(values.read(bars, 0, generation), whole(chosen, bars))
        same(values.read(bars, 0, generation), whole(chosen, bars))


def test_a_place_is_the_bars_number_among_all_also_after_a_new_beginning() -> None:
    bars = walk(300)
    for key in ("MAXINDEX", "MINMAXINDEX"):
        chosen = IndicatorConfig(key)
        values, expected = IndicatorValues(chosen), whole(chosen, bars)
        values.read(part(bars, 0, 200), 0, 0)
        same(values.read(part(bars, 50, 210), 50, 0), expected, 50)
        restarted = values.read(part(bars, 100, 300), 100, 1)
        settled = 40  # those before look at forgotten bars in the expected ones
        for column, of_all in zip(restarted, expected, strict=True):
            np.testing.assert_array_equal(column[settled:], of_all[100 + settled :])


@pytest.mark.parametrize("key", ["ema", "adx", "vwap", "MAXINDEX"])
def test_more_bars_at_once_than_are_worth_telling_are_as_one_calculation(key: str) -> None:
    chosen, bars = IndicatorConfig(key), walk(3000)
    values = IndicatorValues(chosen)
    for count in (5, 900, 901, 3000):
        same(values.read(part(bars, 0, count), 0, 0), whole(chosen, bars))


@pytest.mark.parametrize("key", ["ema", "adx", "vwap", "obv"])
def test_bars_that_do_not_continue_the_previous_ones_restart(key: str) -> None:
    chosen, bars = IndicatorConfig(key), walk(400)
    values = IndicatorValues(chosen)
    values.read(part(bars, 50, 150), 50, 0)
    for first, end in ((50, 120), (300, 400), (100, 400)):  # fewer; all of before forgotten; some before come back
        same(values.read(part(bars, first, end), first, 0), whole(chosen, part(bars, first, end)))


parameters_of = {key: find(key).parameters for key in KEYS}


def some(parameter: Parameter) -> st.SearchStrategy[ParameterValue]:
    """Return values of a parameter: its least, its most, and any that some hundred bars suffice for."""
    if isinstance(parameter, Choice):
        return st.sampled_from(parameter.choices)
    ends = st.sampled_from((parameter.minimum, parameter.maximum))
    top = min(parameter.maximum, max(parameter.minimum, 25))
    if parameter.is_whole:
        return ends | st.integers(int(parameter.minimum), int(top))
    return ends | st.floats(parameter.minimum, top)


choices = st.sampled_from([key for key in KEYS if parameters_of[key]]).flatmap(
    lambda key: st.builds(
        IndicatorConfig, st.just(key), st.fixed_dictionaries({each.name: some(each) for each in parameters_of[key]})
    )
)


@settings(max_examples=200)
@given(choices, st.lists(st.integers(1, 40), max_size=6))
def test_whatever_is_chosen_within_its_range_is_as_one_calculation(chosen: IndicatorConfig, steps: list[int]) -> None:
    bars = walk(COUNT)
    values, count = IndicatorValues(chosen), 0
    for step in (*steps, COUNT):
        count = min(COUNT, count + step)
        same(values.read(part(bars, 0, count), 0, 0), whole(chosen, part(bars, 0, count)))


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("more"), st.integers(1, 30)),
        st.tuples(st.just("revise"), st.integers(-5, 5)),
        st.tuples(st.just("forget"), st.integers(0, 20)),
        st.tuples(st.just("rewrite"), st.integers(1, 9)),
    ),
    max_size=40,
)


@settings(max_examples=60)
@given(st.sampled_from(["sma", "macd", "adx", "sar", "vwap", "obv", "FRACTAL", "MAXINDEX", "CDLDOJI"]), happenings)
def test_whatever_happens_to_bars_is_as_one_calculation(key: str, happened: list[tuple[str, int]]) -> None:
    chosen = IndicatorConfig(key)
    values = IndicatorValues(chosen)
    bars, end, begin, generation, anchor = walk(1300), 1, 0, 0, 0
    values.read(part(bars, 0, 1), 0, 0)
    has_value = False
    for what, number in happened:
        shown_end = end
        if what == "more":
            end = shown_end = end + number
        elif what == "forget" and has_value:  # a function that has not begun begins with what is there
            begin = min(end - 1, begin + number)
        elif what == "rewrite":
            bars, generation, anchor = walk(1300, seed=number + 1), generation + 1, begin
        all_told = part(bars, anchor, shown_end)
        if what == "revise":
            all_told = revised(all_told, float(number))
        told = values.read(part(all_told, begin - anchor, shown_end - anchor), begin, generation)
        expected = whole(chosen, all_told)
        if key.endswith("INDEX"):
            expected = [column + anchor for column in expected]
        same(told, expected, begin - anchor)
        has_value = all(np.isfinite(column[:-1]).any() for column in told)


def test_few_bars_are_few_wherever_they_are_in_memory() -> None:
    """TA-Lib 0.8.2 looks for its output behind as many bars as it needs, and refuses to begin where an input is there."""
    count = 40
    arena = sorted((np.full(count, 5.0) for _ in range(5_000)), key=lambda array: array.ctypes.data)
    places = np.array([array.ctypes.data for array in arena])
    del arena[int(np.argmin(places[50:] - places[:-50]))]  # the one that others are closest behind
    place = np.empty(count).ctypes.data  # where the next array of that size will be, too
    farther = [(close, 1 + (close.ctypes.data - place) // 8) for close in arena]
    unlucky = [(close, length) for close, length in farther if count < length <= 10_000]
    assert unlucky
    for close, length in unlucky:
        bars = Bars(np.arange(count), close, close, close, close, close)
        (told,) = IndicatorValues(IndicatorConfig("sma", {"timeperiod": length})).read(bars, 0, 0)
        assert np.isnan(told).all()


def test_vwap_restarts_with_each_day_of_the_given_clock() -> None:
    new_york = days_in(ZoneInfo("America/New_York"))
    first_ns = int(datetime(2024, 3, 9, tzinfo=ZoneInfo("America/New_York")).timestamp()) * SECOND_NS
    bars = walk(48 * 3)._replace(start_ns=first_ns + np.arange(48 * 3) * BAR_NS)
    chosen = IndicatorConfig("vwap")
    values = IndicatorValues(chosen, new_york)
    for count in range(len(bars.close) + 1):
        same(values.read(part(bars, 0, count), 0, 0), whole(chosen, bars, new_york))
    of_each = bars._replace(volume=np.ones(len(bars.close)))
    told = IndicatorValues(chosen, new_york).read(of_each, 0, 0)[0]
    typical = (of_each.high + of_each.low + of_each.close) / 3
    begins = np.flatnonzero(np.diff(new_york(bars.start_ns), prepend=-1))
    assert begins.tolist() == [0, 48, 48 + 46, 48 + 46 + 48]  # the clocks went forward on the 10th
    np.testing.assert_array_equal(told[begins], typical[begins])


class Handle:
    """Stands in for TA-Lib's handles of one function, and counts what it is asked."""

    opened: list[int]
    told: list[float]
    asked: list[float]

    @classmethod
    def begin(cls) -> None:
        cls.opened, cls.told, cls.asked = [], [], []

    @classmethod
    def open_and_fill(cls, *history: Floats, **arguments: float) -> tuple[Handle, Floats]:
        cls.opened.append(len(history[0]))
        return cls(), history[-1] * 2

    def update(self, *figures: float) -> float:
        self.told.append(figures[-1])
        return figures[-1] * 2

    def peek(self, *figures: float) -> float:
        self.asked.append(figures[-1])
        return figures[-1] * 2


class Adx(Handle): ...


class Plus(Handle): ...


class Minus(Handle): ...


HANDLES: tuple[type[Handle], ...] = (Adx, Plus, Minus)


@pytest.fixture
def handles(monkeypatch: pytest.MonkeyPatch) -> tuple[type[Handle], ...]:
    """The three functions of ADX, counted."""
    for name, handle in zip(find("adx").functions, HANDLES, strict=True):
        handle.begin()
        monkeypatch.setattr(f"talib.stream.{name}", handle)
    return HANDLES


def test_a_tick_asks_each_function_once_and_tells_none(handles: tuple[type[Handle], ...]) -> None:
    bars = walk(1000)
    values = IndicatorValues(IndicatorConfig("adx"))
    values.read(bars, 0, 0)
    ticks = [revised(bars, change / 8) for change in range(50)]
    for bars in ticks:
        same(values.read(bars, 0, 0), [bars.close * 2] * 3)
    for handle in handles:
        assert handle.opened == [999]
        assert handle.told == []
        assert handle.asked[1:] == [tick.close[-1] for tick in ticks]


def test_a_bar_that_is_appended_is_told_once_to_each_function(handles: tuple[type[Handle], ...]) -> None:
    bars = walk(1000)
    values = IndicatorValues(IndicatorConfig("adx"))
    for count in range(900, 1001):
        same(values.read(part(bars, 0, count), 0, 0), [bars.close * 2] * 3)
    for handle in handles:
        assert handle.opened == [899]
        assert handle.told == bars.close[899:999].tolist()
        assert handle.asked == bars.close[899:1000].tolist()


class Watched(np.ndarray[Any, Any]):
    """An array that notes how many of its values are read or calculated with."""

    read: list[int]

    def tolist(self) -> Any:
        self.read.append(self.size)
        return super().tolist()

    def __array_ufunc__(self, ufunc: Any, method: Any, *inputs: Any, **options: Any) -> Any:
        self.read.append(max(np.size(one) for one in inputs))
        plain = [one.view(np.ndarray) if isinstance(one, Watched) else one for one in inputs]
        return getattr(ufunc, method)(*plain, **options).view(Watched)


@pytest.mark.parametrize("key", ["sma", "adx", "vwap"])
def test_nothing_of_the_length_of_the_history_is_read_again(key: str) -> None:
    bars = walk(5000)
    columns: Sequence[npt.NDArray[Any]] = bars
    watched = Bars(*(column.view(Watched) for column in columns))
    values = IndicatorValues(IndicatorConfig(key, {"source": "ohlc4"}) if key == "sma" else IndicatorConfig(key))
    first = values.read(part(bars, 0, 4000), 0, 0)
    Watched.read = []
    for count in (4000, 4001, 4001, 4002, 4005):
        told = values.read(part(watched, 0, count), 0, 0)
        assert all(np.shares_memory(column, before) for column, before in zip(told, first, strict=True))
    assert Watched.read
    assert max(Watched.read) <= 3


def test_what_is_kept_moves_seldom_and_stays_within_what_is_held() -> None:
    bars, values = walk(5000), IndicatorValues(IndicatorConfig("sma"))
    kept_in: list[Floats] = []
    for count in range(1, 5001):
        first = max(0, count - 500)
        (told,) = values.read(part(bars, first, count), first, 0)
        assert isinstance(told.base, np.ndarray)
        if not kept_in or told.base is not kept_in[-1]:
            kept_in.append(told.base)
    assert max(len(column) for column in kept_in) <= 2 * 500
    assert len(kept_in) < 5000 / 30
    (told,) = values.read(part(bars, 0, 90), 0, 1)
    assert isinstance(told.base, np.ndarray)
    assert len(told.base) <= 2 * 90


def test_importing_what_shows_indicators_does_not_load_talib() -> None:
    program = (
        "import sys\n"
        "from ticker_gui.indicators import registry, session_vwap, spec, streaming, talib_adapter\n"
        "values = streaming.IndicatorValues(registry.IndicatorConfig('vwap'))\n"
        "values = streaming.IndicatorValues(registry.IndicatorConfig('rsi'))\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'talib'])\n"
        "talib_adapter.names()\n"
        "print('talib' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50, check=False)
    assert result.stdout.split("\n")[:2] == ["[]", "True"], result.stderr
