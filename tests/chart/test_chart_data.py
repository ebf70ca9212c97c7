from __future__ import annotations

from copy import deepcopy
from datetime import tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gui.market_of import Desk
from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.bars.day_numbers import day_numbers
from ticker_gui.bars.gaps import Gap, Gaps
from ticker_gui.bars.heikin_ashi import heikin_ashi
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.bars.series import TimeSeries, TradeCountBars
from ticker_gui.chart.chart_data import TICKS, ChartData, IndicatorSlice, VisibleData, line_through
from ticker_gui.chart.time_scale import OrdinalScale
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import MINUTE, SECOND, SECOND_NS
from ticker_gui.domain.trading_days import TradingDays
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.indicators.session_vwap import Sessions, utc_days
from ticker_gui.indicators.streaming import IndicatorValues
from ticker_gui.market.session_calendar import SessionCalendar
from ticker_gui.market.symbol_state import SymbolState

T0 = 1_700_000_100  # begins five minutes
NEW_YORK = ZoneInfo("America/New_York")
PLENTY = HistoryCapacity(100_000, 100_000, 10_000)

every_timeframe = pytest.mark.parametrize("timeframe", [TICKS, "1s", "5s", "1m", "3t"])


def symbol(capacity: HistoryCapacity = PLENTY, zone: tzinfo | None = None) -> SymbolState:
    return SymbolState("desk", "A", "A", capacity, calendar=SessionCalendar(zone))


def at(second: float) -> int:
    return T0 * SECOND_NS + round(second * SECOND_NS)


def add_trade(state: SymbolState, second: float, price: float, size: float = 1.0) -> None:
    state.apply(Trade("A", price, size, at(second)), at(max(second, 0.0) + 100_000))


def walk(state: SymbolState, count: int, begin: float = 0.0, step: float = 1.0, seed: int = 1) -> SymbolState:
    """Apply ``count`` trades, one each step, whose prices go up and down."""
    rng = np.random.default_rng(seed)
    prices = 100.0 + 20.0 * np.sin(np.cumsum(rng.normal(0, 0.1, count)))
    for number, price in enumerate(prices.tolist()):
        add_trade(state, begin + number * step, price, float(number % 5 + 1))
    return state


def read_all(
    chart_data: ChartData, max_points: int = 100_000, now: float = 0.0, *, is_heikin_ashi: bool = False
) -> VisibleData:
    chart_data.update()
    left = 0.0 if isinstance(chart_data.time_scale, OrdinalScale) else T0 - 100.0
    right = chart_data.time_scale.newest(chart_data.series) + 100.0
    return chart_data.read(left, right, max_points, at(now), is_heikin_ashi=is_heikin_ashi)


def same(now: Any, before: Any) -> None:
    assert type(now) is type(before)
    if isinstance(now, np.ndarray):
        np.testing.assert_array_equal(now, before)
    elif isinstance(now, tuple | list):
        for one, other in zip(now, before, strict=True):
            same(one, other)
    else:
        assert now == before


@pytest.mark.parametrize("max_points", [4, 10_000], ids=["merged", "single"])
@pytest.mark.parametrize("is_heikin_ashi", [False, True], ids=["plain", "Heikin-Ashi"])
@every_timeframe
def test_visible_data_is_not_changed_by_later_trades(timeframe: str, is_heikin_ashi: bool, max_points: int) -> None:
    state = walk(symbol(HistoryCapacity(400, 300, 60)), 500)
    chart_data = ChartData(state, timeframe, [IndicatorConfig("sma", {"timeperiod": 3}), IndicatorConfig("vwap")])
    other = walk(symbol(HistoryCapacity(400, 300, 60)), 500, seed=2)
    chart_data.compared = [ChartData(other, timeframe)]
    data = read_all(chart_data, max_points, is_heikin_ashi=is_heikin_ashi)
    snapshot = deepcopy(data)
    for second in (499.1, 499.2, *range(500, 1000), 900):
        for one in (state, other):
            add_trade(one, second, 60.0 + second % 7, 50.0)
        if not 500 <= second < 999 or second == 900:
            read_all(chart_data, max_points, is_heikin_ashi=is_heikin_ashi)
            same(data, snapshot)


def test_the_tick_line_has_every_trade_and_extends_beyond_the_edges() -> None:
    state = symbol()
    trades = [(0.0, 100.0), (0.25, 101.0), (0.25, 99.0), (0.75, 103.0), (9.0, 102.0), (9.5, 104.0)]
    for second, price in trades:
        add_trade(state, second, price)
    chart_data = ChartData(state, TICKS)
    line = read_all(chart_data).line
    assert line.positions.tolist() == pytest.approx([T0 + second for second, _ in trades], abs=1e-6)
    assert line.prices.tolist() == [price for _, price in trades]
    part = chart_data.read(T0 + 0.5, T0 + 5.0, 100, 0).line
    assert part.prices.tolist() == [99.0, 103.0, 102.0]


@pytest.mark.parametrize("gaps", [(), (Gap(at(20.5), at(22)),)], ids=["whole", "gap"])
def test_the_tick_line_goes_through_seconds_before_the_oldest_held_trade(gaps: tuple[Gap, ...]) -> None:
    state = walk(symbol(HistoryCapacity(100, 10_000, 1_000)), 400, step=0.5)
    state.gaps = Gaps(gaps)
    chart_data = ChartData(state, TICKS)
    line, closes = read_all(chart_data).line, chart_data.series.bars.close
    assert line.positions[0] == T0 + 0.5
    assert (np.diff(line.positions) > 0).all()
    assert line.prices.tolist() == line.last_prices.tolist() == [*closes[:150], *state.tape.prices]
    assert (line.is_joined is None) == (not gaps)
    merged = read_all(chart_data, 20).line
    assert merged.positions[0] < T0 + 16
    assert (np.diff(merged.positions) >= 0).all()
    assert len(merged.positions) == len(merged.prices) == len(merged.last_prices) < 120


@every_timeframe
def test_downsampled_bars_keep_the_highest_and_lowest_price(timeframe: str) -> None:
    state = walk(symbol(), 7_000)
    chart_data = ChartData(state, timeframe)
    few, many = read_all(chart_data, 30), read_all(chart_data)
    if not chart_data.is_ticks:
        assert many.line.prices.tolist() == chart_data.series.bars.close.tolist()
        assert many.line.positions.tolist() == ((many.visible.left + many.visible.right) / 2).tolist()
    assert few.visible.bars_per_point > 1 == many.visible.bars_per_point
    assert len(few.visible.left) < 60
    assert len(few.line.prices) < 130
    for bars in (few.visible.bars, many.visible.bars):
        assert (bars.high.max(), bars.low.min()) == (state.tape.prices.max(), state.tape.prices.min())
    assert (few.line.prices.max(), few.line.prices.min()) == (state.tape.prices.max(), state.tape.prices.min())
    assert (np.diff(few.line.positions) >= 0).all()


def broken_after(data: VisibleData) -> list[int]:
    """Return the points after which the line is broken, except the last one."""
    is_joined = data.line.is_joined
    broken: list[int] = [] if is_joined is None else np.flatnonzero(~is_joined[:-1]).tolist()
    return broken


@pytest.mark.parametrize(("timeframe", "last_before"), [(TICKS, 3), ("1s", 3), ("5s", 0), ("1m", 0), ("2t", 1)])
def test_a_gap_breaks_the_line_only_at_the_gap(timeframe: str, last_before: int) -> None:
    state = symbol()
    for second in (0.0, 1.0, 2.0, 3.0, 130.5, 131.0, 132.0, 190.0, 199.0, 255.0):
        add_trade(state, second, 100.0 + second / 10)
    chart_data = ChartData(state, timeframe)
    assert read_all(chart_data).line.is_joined is None
    state.gaps = Gaps((Gap(at(3.5), at(130.2)),))
    data = read_all(chart_data)
    assert data.gaps == [Gap(at(3.5), at(130.2))]
    assert broken_after(data) == [last_before]


def test_missed_trades_break_the_line() -> None:
    state = SymbolState("desk", "A", "A", PLENTY, has_sequential_trade_ids=True)
    for second, number in enumerate((1, 2, 3, 7, 8)):
        state.apply(Trade("A", 100.0, 1.0, at(second), number), at(100))
    data = read_all(ChartData(state, TICKS))
    assert data.gaps == [Gap(at(2), at(3), 3)]
    assert broken_after(data) == [2]


@every_timeframe
def test_a_range_within_a_gap_has_no_line(timeframe: str) -> None:
    state = symbol()
    state.gaps = Gaps((Gap(at(0), at(50)),))
    assert len(ChartData(state, timeframe).read(T0 + 10, T0 + 20, 100, at(60)).line.prices) == 0


@pytest.mark.parametrize(("timeframe", "in_gap", "before"), [(TICKS, 2, [0]), ("1s", 0, []), ("5s", 0, [])])
def test_no_line_crosses_a_gap_and_gaps_before_the_first_price_are_ignored(
    timeframe: str, in_gap: int, before: list[int]
) -> None:
    state = walk(walk(symbol(), 10), 10, begin=50)
    state.gaps = Gaps((Gap(at(-8), at(-5)), Gap(at(9.5), at(49.5))))
    chart_data = ChartData(state, timeframe)
    data = chart_data.read(T0 + 20, T0 + 30, 100, at(60))
    assert len(data.line.prices) == in_gap  # tick lines extend beyond the edges
    assert broken_after(data) == before
    assert broken_after(chart_data.read(T0 - 20, T0 + 9, 100, at(60))) == []


def test_bars_that_overlap_a_gap_are_partial_and_open_gaps_end_now() -> None:
    state = walk(symbol(), 60)
    chart_data = ChartData(state, "5s")
    state.coverage.gaps = Gaps((Gap(at(12), at(16)), Gap(at(43), None)))
    data = read_all(chart_data, now=49.0)
    assert data.gaps == [Gap(at(12), at(16)), Gap(at(43), at(49))]
    assert data.visible.is_partial.nonzero()[0].tolist() == [0, 2, 3, 8, 9]  # recording started within the first one
    merged = read_all(chart_data, 4, now=49.0).visible
    assert merged.bars_per_point == 4
    assert merged.is_partial.tolist() == [True, False, True, True, False, False]


LONG = ChartData(walk(symbol(), 5_000), "5s")


@given(st.integers(0, 990), st.integers(1, 300))
def test_visible_heikin_ashi_bars_equal_those_of_the_whole_history(first: int, count: int) -> None:
    left = T0 + 5.0 * first
    visible = LONG.read(left + 0.5, left + 5.0 * count - 0.5, 10_000, 0, is_heikin_ashi=True).visible
    assert visible.bars_per_point == 1
    assert (visible.begin, visible.end) == (first, min(first + count, 1000))
    expected = heikin_ashi(LONG.series.bars).rows(first, first + count)
    for averaged, of_all in zip(visible.bars, expected, strict=True):
        np.testing.assert_allclose(averaged, of_all, rtol=1e-12)


def of_whole(chart_data: ChartData, chosen: IndicatorConfig, sessions: Sessions = utc_days) -> tuple[Floats, ...]:
    series = chart_data.series
    return IndicatorValues(chosen, sessions).read(series.bars, series.begin, series.generation)


MACD = IndicatorConfig("macd", {"fastperiod": 2, "slowperiod": 3, "signalperiod": 2})
INDICATORS = [
    IndicatorConfig("sma", {"timeperiod": 3}),
    MACD,
    IndicatorConfig("bbands", {"timeperiod": 2}),
    IndicatorConfig("vwap"),
    IndicatorConfig("sar"),
]


@every_timeframe
def test_visible_indicator_values_equal_those_of_all_bars(timeframe: str) -> None:
    state = symbol()
    chart_data = ChartData(state, timeframe, INDICATORS)
    for begin in range(0, 900, 300):
        walk(state, 300, begin, seed=begin)
        chart_data.update()
        left = chart_data.time_scale.x_at(chart_data.series, at(begin + 100))
        data = chart_data.read(left, chart_data.time_scale.newest(chart_data.series), 10_000, 0)
        merged, rows = read_all(chart_data, 4), slice(data.visible.begin, data.visible.end)
        for chosen, curves, blocks in zip(INDICATORS, data.studies, merged.studies, strict=True):
            assert [curve.output for curve in curves] == list(chosen.indicator.outputs)
            for curve, block, values in zip(curves, blocks, of_whole(chart_data, chosen), strict=True):
                np.testing.assert_array_equal(curve.lows, values[rows])
                np.testing.assert_array_equal(curve.highs, values[rows])
                assert len(block.lows) == len(block.highs) == len(merged.visible.left)
                assert [np.nanmin(block.lows), np.nanmax(block.highs)] == [np.nanmin(values), np.nanmax(values)]


def test_a_session_is_a_day_in_the_time_zone_of_the_exchange() -> None:
    begin = 5 * 3600 - T0 % 86_400  # midnight in New York
    state = walk(symbol(zone=NEW_YORK), 120, begin=begin - 3600, step=60)
    chosen = IndicatorConfig("vwap")
    chart_data = ChartData(state, "1m", [chosen])
    chart_data.update()
    shown, expected = (
        chart_data.studies[0].values(chart_data.series)[0],
        of_whole(chart_data, chosen, partial(day_numbers, days=TradingDays(NEW_YORK)))[0],
    )
    np.testing.assert_array_equal(shown, expected)
    assert not np.array_equal(shown, of_whole(chart_data, chosen)[0])


def test_unchanged_indicators_are_not_recalculated() -> None:
    chart_data = ChartData(walk(symbol(), 100), "1s", [IndicatorConfig("sma"), IndicatorConfig("macd")])
    moving, convergence = chart_data.studies
    chart_data.set_indicators(
        [IndicatorConfig("rsi"), IndicatorConfig("macd"), IndicatorConfig("sma", {"timeperiod": 5})]
    )
    assert [study.config.key for study in chart_data.studies] == ["rsi", "macd", "sma"]
    assert chart_data.studies[1] is convergence
    assert chart_data.studies[2] is not moving


def test_indicators_with_equal_labels_are_distinguished() -> None:
    one, other = IndicatorConfig("STOCH", {"slowk_matype": "EMA"}), IndicatorConfig("STOCH", {"slowd_matype": "EMA"})
    chart_data = ChartData(symbol(), "1s", [one])
    chart_data.set_indicators([other])
    assert chart_data.studies[0].config == other


@pytest.mark.parametrize("timeframe", [TICKS, "1s", "1m"])
def test_a_compared_symbol_is_drawn_at_its_own_times(timeframe: str) -> None:
    mine, other = walk(symbol(), 50, begin=30), walk(symbol(), 200, step=0.7, seed=2)
    chart_data = ChartData(mine, timeframe)
    chart_data.compared = [ChartData(other, timeframe)]
    alone = ChartData(other, timeframe)
    add_trade(other, 150.0, 111.0)  # is added by the next update of the chart
    line = read_all(chart_data).compared[0]
    same(line, alone.read(T0 - 100.0, chart_data.time_scale.newest(chart_data.series) + 100.0, 100_000, 0).line)
    assert line.prices[-1] == 111.0


def test_on_tick_bars_a_compared_symbol_is_drawn_at_the_bars_of_the_same_time() -> None:
    mine, other = walk(symbol(), 101, step=2.0), walk(symbol(), 300, step=0.5, seed=2)
    chart_data = ChartData(mine, "5t")
    chart_data.compared = [ChartData(other, "10t")]
    line = read_all(chart_data).compared[0]
    bars = chart_data.compared[0].series.bars
    middles = np.append((bars.start_ns[1:] + bars.start_ns[:-1]) / 2, (bars.start_ns[-1] + at(149.5)) / 2)
    expected = np.interp(middles, chart_data.series.bars.start_ns, np.arange(21.0))
    np.testing.assert_allclose(line.positions, expected, atol=1e-6)
    assert line.prices.tolist() == bars.close.tolist()
    part = chart_data.read(6.0, 12.0, 100, 0).compared[0]  # a minute: 60 s to 120 s
    assert [6 < position < 12 for position in part.positions.tolist()] == [True] * 12


def test_an_unknown_timeframe_falls_back_to_seconds() -> None:
    state = walk(symbol(), 10)
    assert isinstance(ChartData(state, "10t").series, TradeCountBars)
    for name, width_s in (("5m", 300), ("1d", 86_400), (TICKS, 1), ("7x", 1), ("", 1)):
        series = ChartData(state, name).series
        assert isinstance(series, TimeSeries)
        assert series.timeframe.width_ns == width_s * SECOND.width_ns
    assert [ChartData(state, name).is_daily for name in ("1d", "4h", TICKS, "10t")] == [True, False, False, False]


@every_timeframe
def test_a_chart_without_trades_has_empty_data(timeframe: str) -> None:
    chart_data = ChartData(symbol(), timeframe, INDICATORS)
    chart_data.compared = [ChartData(symbol(), timeframe), ChartData(walk(symbol(), 9), timeframe)]
    for is_heikin_ashi in (False, True):
        data = read_all(chart_data, is_heikin_ashi=is_heikin_ashi)
        assert len(data.visible.left) == len(data.line.positions) == len(data.compared[0].positions) == 0
        assert all(
            isinstance(curve, IndicatorSlice) and not len(curve.lows) for curves in data.studies for curve in curves
        )


def test_a_line_goes_through_the_middles_of_bars() -> None:
    lows, highs = np.array([5.0, 6.0]), np.array([7.0, 8.0])
    visible = read_all(ChartData(walk(symbol(), 2), "1s")).visible
    plain = line_through(visible, highs, highs)
    assert (plain.positions.tolist(), plain.prices.tolist()) == ([T0 + 0.5, T0 + 1.5], [7, 8])
    merged = line_through(visible._replace(bars_per_point=2), lows, highs)
    assert (merged.positions[::2].tolist(), merged.prices.tolist()) == (
        plain.positions.tolist(),
        [5, 7, 6, 8],
    )
    assert plain.is_joined is merged.is_joined is None


@pytest.mark.parametrize("max_points", [100_000, 100], ids=["plain", "merged"])
def test_a_gap_breaks_the_lines_of_indicators(max_points: int) -> None:
    state = walk(walk(symbol(), 100), 100, begin=200.0)
    state.gaps = Gaps((Gap(at(99.5), at(200)),))
    chart_data = ChartData(state, "1s", INDICATORS)
    data = read_all(chart_data, max_points)
    for line in (data.line, line_through(data.visible, *data.studies[0][0][1:])):
        assert line.is_joined is not None
        (broken,) = np.flatnonzero(~line.is_joined[:-1])
        assert line.positions[broken] <= T0 + 100 < T0 + 200 <= line.positions[broken + 1]


def test_the_spacing_is_the_median_of_the_last_bars() -> None:
    state = walk(symbol(), 20, step=40.0)
    walk(state, 20, begin=90_000.0, step=10.0)
    add_trade(state, 100_000.0, 100.0)
    assert ChartData(state, "1s").spacing(30) == 10.0
    assert ChartData(state, "5s").spacing(30) == 10.0
    assert ChartData(state, "3t").spacing(30) == 1.0
    assert ChartData(walk(symbol(), 4, step=7200.0), "1s").spacing(30) == 1.0  # too few bars


def test_bars_with_equal_sources_are_one_span() -> None:
    desk = Desk("A")
    state = desk.market.states[0]
    first = MINUTE.start_of(desk.now_ns)
    for _ in range(5):
        desk.now_ns += MINUTE.width_ns
        desk.trade("A", 100.0)
    data = ChartData(state, "1m")
    data.update()
    assert not len(data.source_spans(0, len(data.series)).sources)
    bars = [Bar("A", "1m", first - n * MINUTE.width_ns, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True) for n in range(10)]
    state.bars.provided.add(MINUTE, bars)
    data.update()
    spans = data.source_spans(0, len(data.series))
    assert spans.sources.tolist() == [BarSource.PROVIDED, BarSource.PARTIAL, BarSource.SEEN]
    assert spans.lefts[0] == (first - 9 * MINUTE.width_ns) / SECOND_NS
    assert spans.rights[:-1].tolist() == spans.lefts[1:].tolist()
    assert not len(data.source_spans(0, 0).sources)
    assert not len(ChartData(state, TICKS).source_spans(0, 5).sources)
