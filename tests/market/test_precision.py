import pytest

from ticker_gui.market.precision import PricePrecision


def test_digits_are_the_most_that_any_price_has_needed() -> None:
    digits = PricePrecision()
    assert digits.learn(184.5) == 2
    assert digits.learn(184.5, 184.125) == 3
    assert digits.learn(184.0, None) == digits.known == 3
    assert PricePrecision().learn(None, 0.00001832) == 8


@pytest.mark.parametrize(("declared", "known"), [(5, 5), (5_000, 10), (0, 2)])
def test_zeros_that_the_provider_writes_are_shown(declared: int, known: int) -> None:
    digits = PricePrecision()
    digits.declare(declared)
    assert digits.learn(1.0) == known
