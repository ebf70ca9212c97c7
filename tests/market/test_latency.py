import pytest

from ticker_gui.market.latency import Percentiles, percentiles


@pytest.mark.parametrize("count", range(5))
def test_a_few_durations_have_no_percentiles(count: int) -> None:
    assert percentiles([7] * count) is None


def test_the_percentiles_are_the_median_and_the_slow_tail() -> None:
    assert percentiles(range(101)) == Percentiles(50.0, 95.0, 99.0)
