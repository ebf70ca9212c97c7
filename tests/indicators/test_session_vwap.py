from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.indicators.session_vwap import SessionVwap, utc_days

bars = st.lists(
    st.tuples(
        st.integers(0, 1),  # sessions since the previous bar
        st.floats(0.001, 1e6),
        st.one_of(st.just(0.0), st.floats(0.001, 1e6)),
    ),
    max_size=40,
)


def expected_vwap(sessions: list[int], prices: list[float], volumes: list[float]) -> list[float]:
    """Return the VWAP of each bar according to its definition."""
    averages = []
    for bar in range(len(sessions)):
        its = [other for other in range(bar + 1) if sessions[other] == sessions[bar]]
        turnover = total = 0.0
        for other in its:
            turnover += prices[other] * volumes[other]
            total += volumes[other]
        averages.append(turnover / total if total else math.nan)
    return averages


@given(bars, st.integers(0, 40))
def test_vwap_equals_its_definition_since_the_start_of_the_session(
    given_bars: list[tuple[int, float, float]], filled_at_once: int
) -> None:
    sessions = np.cumsum([step for step, _, _ in given_bars], dtype=np.int64).tolist()
    prices, volumes = [price for _, price, _ in given_bars], [volume for _, _, volume in given_bars]
    expected = expected_vwap(sessions, prices, volumes)
    first = min(filled_at_once, len(given_bars))
    vwap, filled = SessionVwap.open_and_fill(
        np.array(sessions[:first], np.int64), np.array(prices[:first], float), np.array(volumes[:first], float)
    )
    np.testing.assert_array_equal(filled, expected[:first])
    for session, price, volume, average in zip(sessions, prices, volumes, expected, strict=True):
        if not first:
            vwap.peek(session + 1, 2 * price, 2 * volume)
            np.testing.assert_equal(vwap.peek(session, price, volume), average)
            np.testing.assert_equal(vwap.update(session, price, volume), average)
        first = max(0, first - 1)


def test_vwap_is_nan_without_volume() -> None:
    vwap, filled = SessionVwap.open_and_fill(np.array([1, 1, 2]), np.array([5.0, 6.0, 7.0]), np.array([0.0, 2.0, 0.0]))
    np.testing.assert_array_equal(filled, [math.nan, 6.0, math.nan])
    assert math.isnan(vwap.peek(2, 8.0, 0.0))
    assert vwap.update(2, 8.0, 1.0) == 8.0
    assert vwap.update(2, 10.0, 3.0) == 9.5
    assert math.isnan(vwap.update(3, 10.0, 0.0))


def test_a_small_session_after_large_ones_keeps_its_precision() -> None:
    sessions, prices = np.array([1, 2]), np.array([1e9, 0.1])
    assert SessionVwap.open_and_fill(sessions, prices, np.array([1e12, 0.3]))[1][1] == pytest.approx(0.1, rel=1e-15)


def test_inputs_are_not_modified() -> None:
    columns = np.array([1, 1]), np.array([1.0, 2.0]), np.array([1.0, 2.0])
    for column in columns:
        column.flags.writeable = False
    assert SessionVwap.open_and_fill(*columns)[1].tolist() == [1.0, 5 / 3]


def moments(first: datetime, step: timedelta, count: int) -> np.ndarray:
    begin = int(first.timestamp()) * SECOND_NS
    return begin + np.arange(count) * (int(step.total_seconds()) * SECOND_NS)


def test_bars_are_grouped_by_utc_day() -> None:
    hours = moments(datetime(2026, 1, 2, tzinfo=UTC), timedelta(hours=1), 49)
    assert np.bincount(utc_days(hours) - utc_days(hours)[0]).tolist() == [24, 24, 1]
