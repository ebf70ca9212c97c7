from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.provided_bars import NO_BARS, BarSource, ProvidedBars, from_columns, from_rows
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE, MINUTE_NS, Timeframe, timeframe_named
from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays

HOUR, DAY, WEEK, MONTH = (BY_NAME[name] for name in ("1h", "1d", "1w", "1M"))
T0 = 1_700_006_400 * 10**9  # midnight


def bar(start_ns: int, price: float, volume: float | None = 1.0, name: str = "1m") -> Bar:
    return Bar("A", name, start_ns, price, price + 2, price - 2, price + 1, volume, is_closed=True)


@given(st.lists(st.integers(0, 50), max_size=60))
def test_bars_are_sorted_and_the_one_that_came_last_replaces_others(minutes: list[int]) -> None:
    provided, expected = ProvidedBars(), dict[int, float]()
    for number, minute in enumerate(minutes):
        generation = provided.generation
        provided.add(MINUTE, [bar(T0 + minute * MINUTE_NS, float(number))])
        expected[T0 + minute * MINUTE_NS] = float(number)
        assert provided.generation > generation
    columns = provided.read(MINUTE)
    assert dict(zip(columns.start_ns.tolist(), columns.open.tolist(), strict=True)) == expected
    assert columns.start_ns.tolist() == sorted(expected)


def test_an_unknown_volume_counts_as_none() -> None:
    provided = ProvidedBars()
    provided.add(MINUTE, [bar(T0, 5.0, None)])
    assert provided.read(MINUTE).volume.tolist() == [0.0]


def test_longer_bars_are_resampled_only_from_covered_time() -> None:
    provided = ProvidedBars()
    minutes = [bar(T0 + minute * MINUTE_NS, 100.0 + minute) for minute in range(30, 190) if minute != 70]
    provided.add(MINUTE, minutes, (T0 + 30 * MINUTE_NS, T0 + 190 * MINUTE_NS))  # nothing was traded in minute 70
    hours = provided.read(HOUR)
    assert hours.start_ns.tolist() == [T0 + HOUR_NS, T0 + 2 * HOUR_NS]
    assert (hours.open[0], hours.high[0], hours.low[0], hours.close[0]) == (160.0, 221.0, 158.0, 220.0)
    assert hours.volume.tolist() == [59.0, 60.0]
    assert provided.covers(HOUR, T0 + HOUR_NS, T0 + 3 * HOUR_NS)
    assert not provided.covers(HOUR, T0, T0 + HOUR_NS)


def test_whole_bars_of_shorter_timeframes_make_longer_ones_complete() -> None:
    provided = ProvidedBars()
    provided.add(MINUTE, [], (T0 + MINUTE_NS, T0 + 3 * HOUR_NS + MINUTE_NS))
    provided.add(HOUR, [], (T0 + 5 * HOUR_NS, T0 + 6 * HOUR_NS))
    assert list(provided.complete(HOUR)) == [(T0 + HOUR_NS, T0 + 3 * HOUR_NS), (T0 + 5 * HOUR_NS, T0 + 6 * HOUR_NS)]
    provided.add(HOUR, [], (T0 + 7 * HOUR_NS, T0 + 7 * HOUR_NS + MINUTE_NS))  # of a bar that is forming
    assert list(provided.complete(HOUR))[-1] == (T0 + 7 * HOUR_NS, T0 + 7 * HOUR_NS + MINUTE_NS)
    provided.clear()
    provided.add(MINUTE, [], (T0 + HOUR_NS, T0 + 2 * HOUR_NS))
    assert list(provided.complete(HOUR)) == [(T0 + HOUR_NS, T0 + 2 * HOUR_NS)]


def test_shorter_bars_do_not_cover_longer_ones() -> None:
    provided = ProvidedBars()
    provided.add(MINUTE, [], (T0 + MINUTE_NS, T0 + 3 * HOUR_NS + MINUTE_NS))
    assert list(provided.covered(HOUR)) == []
    assert list(provided.complete(MINUTE)) == [(T0 + MINUTE_NS, T0 + 3 * HOUR_NS + MINUTE_NS)]


def test_bars_of_the_timeframe_itself_have_precedence_over_shorter_ones() -> None:
    provided = ProvidedBars()
    provided.add(MINUTE, [bar(T0 + minute * MINUTE_NS, 100.0) for minute in range(120)], (T0, T0 + 2 * HOUR_NS))
    provided.add(HOUR, [bar(T0, 50.0, 7.0, "1h")])
    assert provided.read(HOUR).volume.tolist() == [7.0, 60.0]
    assert provided.read(MINUTE).volume.sum() == 120.0  # and shorter ones are never derived from longer ones


@pytest.mark.parametrize("timeframe", [WEEK, MONTH])
def test_weeks_and_months_consist_of_days(timeframe: object) -> None:
    assert timeframe in (WEEK, MONTH)
    target = WEEK if timeframe == WEEK else MONTH
    provided = ProvidedBars()
    days = [bar(T0 + day * DAY_NS, float(day + 10), name="1d") for day in range(100)]
    provided.add(DAY, days, (T0, T0 + 100 * DAY_NS))
    columns = provided.read(target)
    for start_ns, opened, volume in zip(columns.start_ns.tolist(), columns.open, columns.volume, strict=True):
        assert target.start_of(start_ns) == start_ns
        assert opened == (start_ns - T0) // DAY_NS + 10
        assert volume == (target.end_of(start_ns) - start_ns) // DAY_NS


NEW_YORK = TradingDays(ZoneInfo("America/New_York"), 4)
ALL = dict.fromkeys(
    timeframe_named(name, days)
    for name in ("5m", "15m", "1h", "2h", "4h", "6h", "1d", "1w", "1M")
    for days in (UTC_DAYS, NEW_YORK, TradingDays(hours_minute=30))
)


def is_made_of(target: Timeframe, base: Timeframe) -> bool:
    """Return whether each bar of a timeframe begins with one of another, at any time of the year."""
    if base == target:
        return True
    if base.width_ns >= target.width_ns or (base.consists_of_days and base.days != target.days):
        return False
    starts = {target.start_of(T0 + number * 7_123 * MINUTE_NS) for number in range(80)}  # over a year
    return all(base.start_of(start_ns) == start_ns for start_ns in starts)


@pytest.mark.parametrize("base", ALL, ids=lambda base: f"{base.name} {base.days}")
def test_longer_bars_are_made_of_whole_ones_and_never_of_parts(base: Timeframe) -> None:
    provided, bars, start = ProvidedBars(), list[Bar](), base.start_of(T0)
    while start < T0 + 70 * DAY_NS and len(bars) < 1_000:
        bars.append(bar(start, 100.0, float(base.end_of(start) - start), base.name))
        start = base.end_of(start)
    provided.add(base, bars, (bars[0].start_ns, start))
    for target in ALL:
        columns, expected = provided.read(target), dict[int, float]()
        first = target.start_of(bars[0].start_ns)
        first = first if first == bars[0].start_ns else target.end_of(first)
        end = target.end_of(first) if is_made_of(target, base) else start + 1
        while end <= start:
            expected[first] = float(end - first)
            first, end = end, target.end_of(end)
        assert dict(zip(columns.start_ns.tolist(), columns.volume.tolist(), strict=True)) == expected
        assert list(provided.covered(target)) == ([(bars[0].start_ns, start)] if target == base else [])


def test_bars_keep_their_source_and_longer_ones_have_that_of_their_worst_part() -> None:
    provided = ProvidedBars()
    provided.add(MINUTE, [bar(T0 + n * MINUTE_NS, 1.0) for n in range(2)], source=BarSource.SEEN)
    provided.add(MINUTE, [bar(T0 + n * MINUTE_NS, 1.0) for n in (2, 3)], source=BarSource.PROVIDED)
    assert provided.read(BY_NAME["2m"]).source.tolist() == [BarSource.SEEN, BarSource.PROVIDED]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker_gui.bars.provided_bars._MAX_BARS", 50)
    provided = ProvidedBars()
    provided.add(MINUTE, [bar(T0 + minute * MINUTE_NS, 1.0) for minute in range(200)])
    assert provided.read(MINUTE).start_ns[0] == T0 + 150 * MINUTE_NS
    assert not provided.covers(MINUTE, T0, T0 + MINUTE_NS)


def test_memory_is_bounded_even_if_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker_gui.bars.provided_bars._MAX_BARS", 50)
    monkeypatch.setattr("ticker_gui.bars.provided_bars._MAX_PENDING", 10)
    provided = ProvidedBars()
    for minute in range(200):
        provided.add(MINUTE, [bar(T0 + minute * MINUTE_NS, float(minute))])
    layer = provided._layers[MINUTE]
    assert len(layer.pending) < 10
    assert len(layer.columns.start_ns) == 50
    assert provided.read(MINUTE).open.tolist() == [float(minute) for minute in range(150, 200)]


def test_bars_that_the_provider_sends_replace_no_more_than_their_share() -> None:
    provided = ProvidedBars(max_live=20)
    for minute in range(100, 200):
        provided.add(MINUTE, [bar(T0 + minute * MINUTE_NS, 1.0)])
    assert len(provided.read(MINUTE).start_ns) == 20
    earlier = [bar(T0 + minute * MINUTE_NS, 1.0) for minute in range(180)]
    provided.add(MINUTE, earlier, (T0, T0 + 180 * MINUTE_NS))  # requested for a chart
    assert len(provided.read(MINUTE).start_ns) == 200
    for minute in range(200, 250):
        provided.add(MINUTE, [bar(T0 + minute * MINUTE_NS, 1.0)])
    assert provided.read(MINUTE).start_ns[[0, -1]].tolist() == [T0 + 50 * MINUTE_NS, T0 + 249 * MINUTE_NS]


def test_dropped_bars_are_no_longer_covered() -> None:
    provided = ProvidedBars()
    provided.add(MINUTE, [bar(T0, 5.0)])
    generation = provided.generation
    provided.clear()
    assert not provided
    assert provided.generation > generation
    assert provided.clearings == 1
    assert not provided.covers(MINUTE, T0, T0 + MINUTE_NS)


def test_columns_are_those_of_the_bars() -> None:
    provided = ProvidedBars()
    provided.add(MINUTE, [bar(T0, 5.0)])
    copied = ProvidedBars()
    copied.add_columns(MINUTE, from_columns(list(provided.read(MINUTE))), (T0, T0 + MINUTE_NS))
    assert [column.tolist() for column in copied.read(MINUTE)] == [column.tolist() for column in provided.read(MINUTE)]


def test_bars_that_are_missing_are_added_and_those_that_are_held_stay() -> None:
    provided = ProvidedBars()
    provided.add(MINUTE, [bar(T0, 5.0)])
    others, generation = ProvidedBars(), provided.generation
    others.add(MINUTE, [bar(T0, 6.0), bar(T0 + MINUTE_NS, 7.0)])
    provided.add_missing(MINUTE, others.read(MINUTE), [(T0, T0 + 3 * MINUTE_NS)])
    assert provided.generation > generation
    assert provided.read(MINUTE).open.tolist() == [5.0, 7.0]
    assert list(provided.covered(MINUTE)) == [(T0, T0 + 3 * MINUTE_NS)]


def test_rows_without_a_volume_become_columns_with_nan() -> None:
    bars = from_rows([(T0, 1, 3.0, 0.5, 2.0, None, BarSource.SEEN), (T0 + MINUTE_NS, 2, 3.0, 1.5, 2.5, 7, 2)])
    assert [column.dtype for column in bars] == [column.dtype for column in NO_BARS]
    assert np.isnan(bars.volume).tolist() == [True, False]
    assert (bars.start_ns[1], bars.close[1], bars.source[1]) == (T0 + MINUTE_NS, 2.5, BarSource.PROVIDED)
    assert from_rows([]) is NO_BARS
