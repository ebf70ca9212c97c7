import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.market.latency import Percentiles, percentiles


@pytest.mark.parametrize("count", range(5))
def test_a_few_durations_have_no_percentiles(count: int) -> None:
    assert percentiles([7] * count) is None


def test_the_percentiles_are_the_median_and_the_slow_tail() -> None:
    assert percentiles(range(101)) == Percentiles(50.0, 95.0, 99.0)


@given(st.lists(st.integers(-(10**15), 10**15), min_size=5))
def test_between_two_durations_the_percentiles_are_interpolated(durations_ns: list[int]) -> None:
    expected = np.percentile(durations_ns, (50, 95, 99)).tolist()
    assert percentiles(durations_ns) == pytest.approx(expected, rel=1e-9, abs=1.0)
