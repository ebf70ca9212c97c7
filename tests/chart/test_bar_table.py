from __future__ import annotations

import csv as reader
import io
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.bars.series import Series
from ticker_gui.chart.bar_table import CLOSE, TIME, VOLUME, BarRows, column, columns, titles
from ticker_gui.chart.chart_data import TICKS, ActiveIndicator, ChartData
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import MINUTE, SECOND_NS
from ticker_gui.formatting.csv_export import to_csv
from ticker_gui.indicators.registry import IndicatorConfig, all_indicators
from ticker_gui.market.session_calendar import calendar_of
from ticker_gui.market.symbol_state import SymbolState

T0 = 1_700_000_100  # 2023-11-14T22:15:00Z
NOW_NS = (T0 + 10_000) * SECOND_NS
PLENTY = HistoryCapacity(100_000, 100_000, 1_000)
BARS = ["Time", "Open", "High", "Low", "Close", "Volume"]


def symbol(capacity: HistoryCapacity = PLENTY) -> SymbolState:
    return SymbolState("desk", "A", "A", capacity)


def add_trade(state: SymbolState, second: float, price: float, size: float = 1.0) -> None:
    time_ns = T0 * SECOND_NS + round(second * 1_000_000) * 1_000
    state.apply(Trade("A", price, size, time_ns), T0 * SECOND_NS + round(second * SECOND_NS) + SECOND_NS)


def walk(count: int, capacity: HistoryCapacity = PLENTY) -> SymbolState:
    state = symbol(capacity)
    for number in range(count):
        add_trade(state, number, 100.0 + number * 7 % 11, number % 3 + 1.0)
    return state


def row_values(rows: BarRows) -> list[tuple[object, ...]]:
    return list(rows.rows(0, len(rows)))


def test_a_row_has_the_values_of_its_bar() -> None:
    state = symbol()
    for second, price, size in ((0.25, 100.0, 2.0), (0.5, 103.5, 1.0), (0.75, 99.0, 0.5), (61.0, 101.0, 4.0)):
        add_trade(state, second, price, size)
    chart_data = ChartData(state, "1m")
    rows = BarRows(chart_data, 0, 2, NOW_NS)
    assert titles(chart_data) == BARS
    assert rows.titles == [*BARS, "Coverage"]
    assert row_values(rows) == [
        ("2023-11-14T22:15:00.000000Z", 100.0, 103.5, 99.0, 99.0, 3.5, "partial"),  # recording started within it
        ("2023-11-14T22:16:00.000000Z", 101.0, 101.0, 101.0, 101.0, 4.0, "complete"),
    ]


def test_bars_with_a_gap_are_marked_as_partial() -> None:
    state = walk(20)
    state.coverage.mark_connected(T0 * SECOND_NS)
    state.coverage.mark_disconnected((T0 + 12) * SECOND_NS)  # and not connected since
    rows = row_values(BarRows(ChartData(state, "5s"), 0, 4, NOW_NS))
    assert [row[-1] for row in rows] == ["partial", "complete", "partial", "partial"]


def test_provided_and_backfilled_bars_are_marked() -> None:
    state = walk(200)
    first = T0 - 2 * 60
    bars = [Bar("A", "1m", (first + n * 60) * SECOND_NS, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True) for n in range(4)]
    state.coverage.mark_connected(T0 * SECOND_NS)
    state.coverage.mark_disconnected((T0 + 70) * SECOND_NS)
    state.coverage.mark_connected((T0 + 80) * SECOND_NS)
    state.bars.provided.add(MINUTE, bars, (first * SECOND_NS, (first + 240) * SECOND_NS))
    rows = row_values(BarRows(ChartData(state, "1m"), 0, 6, NOW_NS))
    assert [row[-1] for row in rows] == ["provided", "provided", "provided", "backfilled", "complete", "complete"]


def test_times_of_tick_bars_have_a_fraction() -> None:
    state = symbol()
    for second in (0.000001, 0.5, 1.25):
        add_trade(state, second, 100.0)
    rows = row_values(BarRows(ChartData(state, "2t"), 0, 2, NOW_NS))
    assert [row[TIME] for row in rows] == ["2023-11-14T22:15:00.000001Z", "2023-11-14T22:15:01.250000Z"]


def test_one_column_is_read_without_computing_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [IndicatorConfig("sma", {"timeperiod": 3}), IndicatorConfig("macd"), IndicatorConfig("rsi")]
    chart_data = ChartData(walk(60), "5s", chosen)
    expected = columns(chart_data)
    for index, values in enumerate(expected):
        np.testing.assert_array_equal(column(chart_data, index), values)
    with pytest.raises(IndexError):
        column(chart_data, len(expected))
    computed: list[str] = []
    original = ActiveIndicator.values

    def recorded(it: ActiveIndicator, series: Series) -> tuple[Floats, ...]:
        computed.append(it.config.key)
        return original(it, series)

    monkeypatch.setattr(ActiveIndicator, "values", recorded)
    column(chart_data, CLOSE)
    assert not computed
    column(chart_data, titles(chart_data).index("RSI 14"))
    assert computed == ["rsi"]


def test_each_output_of_an_indicator_has_a_titled_column() -> None:
    chosen = [
        IndicatorConfig("sma", {"timeperiod": 3}),
        IndicatorConfig("bbands", {"source": "hl2"}),
        IndicatorConfig("vwap"),
    ]
    chart_data = ChartData(walk(30), "1s", chosen)
    assert titles(chart_data) == [
        *BARS, "SMA 3", "Bollinger 20 2 hl2 Upper", "Bollinger 20 2 hl2 Middle", "Bollinger 20 2 hl2 Lower", "VWAP"
    ]  # fmt: skip
    bars, (average, *_) = columns(chart_data)[: len(BARS)], columns(chart_data)[len(BARS) :]
    assert [column.tolist() for column in bars] == [column.tolist() for column in chart_data.series.bars]
    closes = chart_data.series.bars.close
    assert np.isnan(average[:2]).all()
    assert average[2:].tolist() == pytest.approx(np.convolve(closes, np.ones(3) / 3, "valid").tolist())


def test_a_missing_value_is_an_empty_cell() -> None:
    rows = BarRows(ChartData(walk(5), "1s", [IndicatorConfig("sma", {"timeperiod": 3})]), 0, 5, NOW_NS)
    lines = list(reader.reader(io.StringIO(to_csv(rows.titles, rows.rows(0, 5)))))
    assert [line[-2] == "" for line in lines] == [False, True, True, False, False, False]
    assert math.isnan(float(str(row_values(rows)[0][-2])))


@pytest.mark.parametrize("timeframe", [TICKS, "1s", "5s", "1m", "3t"])
def test_bar_rows_are_not_changed_by_later_trades(timeframe: str) -> None:
    state = walk(200, HistoryCapacity(200, 60, 60))
    chart_data = ChartData(state, timeframe, [IndicatorConfig("sma", {"timeperiod": 2}), IndicatorConfig("macd")])
    rows = BarRows(chart_data, 0, len(chart_data.series), NOW_NS)
    before = row_values(rows)
    assert len(rows) == len(chart_data.series) > 1
    for second in range(200, 450):
        add_trade(state, second, 50.0 + second % 5)
        chart_data.update()
        columns(chart_data)
    assert np.array_equal(np.array(row_values(rows), object).astype(str), np.array(before, object).astype(str))


def test_bar_rows_include_only_the_requested_range() -> None:
    chart_data = ChartData(walk(30), "1s", [IndicatorConfig("rsi", {"timeperiod": 2})])
    whole, part = BarRows(chart_data, 0, 30, NOW_NS), BarRows(chart_data, 10, 15, NOW_NS)
    assert len(part) == 5
    assert row_values(part) == row_values(whole)[10:15]
    assert list(part.rows(1, 3)) == row_values(whole)[11:13]
    assert len(BarRows(chart_data, 4, 4, NOW_NS)) == 0
    assert row_values(BarRows(chart_data, 4, 4, NOW_NS)) == []


def test_a_symbol_without_trades_has_titles_and_no_rows() -> None:
    chart_data = ChartData(symbol(), "1m", [IndicatorConfig("macd")])
    rows = BarRows(chart_data, 0, 0, NOW_NS)
    assert row_values(rows) == []
    assert rows.titles[:6] == BARS
    assert [len(column) for column in columns(chart_data)] == [0] * 9


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 90), st.floats(1, 1e6), st.floats(0, 1e6)), min_size=1, max_size=30),
    st.sampled_from(["1s", "5s", "1m", "1t", "4t"]),
    st.tuples(st.integers(0, 30), st.integers(0, 30)),
)
def test_rows_equal_the_bars(
    trades: Iterable[tuple[float, float, float]], timeframe: str, time_range: tuple[int, int]
) -> None:
    state = symbol()
    for second, price, size in sorted(trades):
        add_trade(state, second, 100.0 + price / 1e5, size)
    chart_data = ChartData(state, timeframe)
    begin, end = min(time_range), max(time_range)
    bars, rows = chart_data.series.bars.rows(begin, end), BarRows(chart_data, begin, end, NOW_NS)
    read = row_values(rows)
    times = [datetime.fromisoformat(str(row[TIME])) for row in read]
    assert all(time.tzinfo is UTC for time in times)
    assert [round(time.timestamp() * 1e6) for time in times] == [start // 1000 for start in bars.start_ns.tolist()]
    assert [row[1:-1] for row in read] == list(zip(*(column.tolist() for column in bars[1:]), strict=True))
    assert all(row[3] <= row[CLOSE] <= row[2] and row[VOLUME] >= 0 for row in read)  # type: ignore[operator]


def test_two_indicators_with_equal_titles_have_separate_columns() -> None:
    """Column titles do not show which of the averages was changed."""
    some = [IndicatorConfig("MACDEXT", {"fastmatype": "EMA"}), IndicatorConfig("MACDEXT", {"slowmatype": "EMA"})]
    state = walk(60)
    expected = [columns(ChartData(state, "1s", [chosen]))[6][-1] for chosen in some]
    assert expected[0] != expected[1]
    chart_data = ChartData(state, "1s", some[:1])
    chart_data.set_indicators(some)
    assert [columns(chart_data)[6][-1], columns(chart_data)[9][-1]] == expected


def test_no_title_of_any_indicator_is_a_formula() -> None:
    chart_data = ChartData(walk(3), "1s", [IndicatorConfig(indicator.key) for indicator in all_indicators()])
    for title in titles(chart_data):
        assert re.match(r"\w", title)
    (header,) = reader.reader(io.StringIO(to_csv(titles(chart_data), ())))
    assert header == titles(chart_data)
    assert len(header) == len(columns(chart_data))


def test_days_are_exported_by_date() -> None:
    calendar = calendar_of("AAPL")
    state = SymbolState("desk", "A", "A", PLENTY, calendar=calendar)
    add_trade(state, 3 * 3600.0, 100.0)  # 20:15 in New York, on the next date in UTC
    chart_data = ChartData(state, "1d")
    chart_data.update()
    (row,) = row_values(BarRows(chart_data, 0, 1, NOW_NS))
    assert row[0] == "2023-11-14T00:00:00.000000Z"
    assert chart_data.series.bars.start_ns.tolist() == [calendar.bounds_ns(T0 * SECOND_NS)[0]]
