import pytest

from ticker_gui.formatting import numbers
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


@pytest.mark.parametrize(
    ("tick", "price", "expected"),
    [(0.01, 0.85, 2), (0.1, 43_212.5, 1), (5.0, 184.0, 0), (0.0001, 12.5, 4), (1e-8, 3.0, 8), (0.01, 12.345, 3)],
)
def test_the_tick_size_decides_unless_a_price_needs_more_decimals(tick: float, price: float, expected: int) -> None:
    known_before, known_after = PricePrecision(), PricePrecision()
    known_before.set_tick_size(tick)
    assert known_before.observe(price) == expected
    known_after.observe(price)
    known_after.set_tick_size(tick)
    assert known_after.observe(price) == expected


def test_decimals_of_quotes_count_beside_the_tick_size_and_without_it_the_usual_ones_return() -> None:
    precision = PricePrecision()
    precision.set_from_provider(5)
    precision.set_tick_size(0.01)
    assert precision.observe(1.25) == 5
    other = PricePrecision()
    other.set_tick_size(1.0)
    assert other.observe(7.0) == 0
    other.set_tick_size(None)
    assert other.observe(7.0) == 2


def test_prices_that_were_observed_are_not_examined_again(monkeypatch: pytest.MonkeyPatch) -> None:
    examined: list[float] = []
    usual_decimals = numbers.usual_decimals

    def examine(price: float) -> int:
        examined.append(price)
        return usual_decimals(price)

    monkeypatch.setattr(numbers, "usual_decimals", examine)
    precision = PricePrecision()
    for prices in ((184.5, 1.25), (184.5, 1.25), (184.5, 1.125), (184.5, 1.125)):
        precision.observe(*prices)
    assert examined == [184.5, 1.25, 1.125]
    assert precision.decimals == 3
