import pytest

from ticker_gui.market.precision import PricePrecision


def test_precision_is_the_maximum_of_the_decimals_of_all_prices() -> None:
    precision = PricePrecision()
    assert precision.observe(184.5) == 2
    assert precision.observe(184.5, 184.125) == 3
    assert precision.observe(184.0, None) == precision.decimals == 3
    assert PricePrecision().observe(None, 0.00001832) == 8


@pytest.mark.parametrize(("stated", "expected"), [(5, 5), (5_000, 10), (0, 2)])
def test_the_decimals_that_the_provider_states_are_used_within_limits(stated: int, expected: int) -> None:
    precision = PricePrecision()
    precision.set_from_provider(stated)
    assert precision.observe(1.0) == expected
