import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.formatting import numbers
from ticker_gui.market.precision import PricePrecision


@pytest.mark.parametrize(
    ("value", "places"),
    [(0.3528, 4), (61234.5, 1), (61234.0, 0), (0.00001305, 8), (1e-10, 10), (3.216e-12, 15), (0.1 + 0.2, 1), (129.57500000000002, 3),
     (0.0, 0), (-2.25, 2), (1e15, 0)],
)  # fmt: skip
def test_decimals_exclude_floating_point_noise(value: float, places: int) -> None:
    assert numbers.decimals(value) == places


@given(st.integers(-(10**7), 10**7), st.integers(0, 6))
def test_formatting_with_its_decimals_preserves_a_number(units: int, places: int) -> None:
    value = units / 10**places
    assert float(numbers.price(value, numbers.decimals(value)).replace(",", "")) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("price", "places"), [(0, 2), (184.2, 2), (43215, 0), (0.85, 4), (0.0123, 5), (1.8e-5, 8), (6.4e-6, 8), (1e-300, 8)]
)
def test_usual_decimals_depend_on_the_magnitude(price: float, places: int) -> None:
    assert numbers.usual_decimals(price) == places


def test_the_noun_of_a_number_is_plural_unless_the_number_is_one() -> None:
    counted = [numbers.counted(number, "trade") for number in (0, 1, 2, 1234)]
    assert counted == ["0 trades", "1 trade", "2 trades", "1,234 trades"]


def test_prices_have_group_separators_and_fixed_decimals() -> None:
    assert numbers.price(1234.5, 2) == "1,234.50"
    assert numbers.price(None, 2) == "–"


@pytest.mark.parametrize(
    ("value", "text"), [(1.5, "+1.50"), (-0.25, "-0.25"), (0.0, "0.00"), (-0.001, "0.00"), (None, "–")]
)
def test_differences_have_a_sign_except_zero(value: float | None, text: str) -> None:
    assert numbers.signed_price(value, 2) == text


@pytest.mark.parametrize(("value", "text"), [(1.234, "+1.23%"), (-12.3, "-12.30%"), (-0.001, "0.00%"), (None, "–")])
def test_percentages_have_a_sign_except_zero(value: float | None, text: str) -> None:
    assert numbers.signed_percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.25"), (999.12344, "999.1234"), (34_220.5, "34,221"), (1_238_000, "1.24 M"), (-34_220_028.5, "-34.22 M"),
     (1_276_000_000, "1.28 B"), (2.5e12, "2.50 T"), (3e15, "3.00 Q"), (0, "0"), (None, "–")],
)  # fmt: skip
def test_amounts_are_abbreviated(value: float | None, text: str) -> None:
    assert numbers.amount(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (200_000, "2 d")],
)
def test_ages_use_the_largest_unit(seconds: float, text: str) -> None:
    assert numbers.age(int(seconds)) == text
    assert numbers.age(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (34_220_028.5, "34,220,028.5"),
        (1.305e-05, "0.00001305"),
        (1.305e-13, "0.0000000000001305"),
        (-2.0, "-2"),
        (0.0, "0"),
        (1e15, "1,000,000,000,000,000"),
        (475.47 - 479.92, "-4.45"),
        (64_251.37 - 64_250.12, "1.25"),
        (0.00001832 - 0.0000183, "0.00000002"),
        (np.float64(1_234.5), "1,234.5"),
        (math.inf, "–"),
    ],
)
def test_exact_numbers_have_all_decimals_without_noise(value: float, text: str) -> None:
    assert numbers.exact(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_234_567.89, "1,234,567.89"),
        (-0.00001234, "-0.00001234"),
        (9e14, "900,000,000,000,000"),
        (2e15, "2e15"),
        (-1e300, "-1e300"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_of_any_size_are_exact_or_have_an_exponent(value: float, text: str) -> None:
    assert numbers.exact_if_short(value) == text


@pytest.mark.parametrize(
    ("percent", "digits", "text"),
    [(5.0, 0, "+5%"), (-0.125, 2, "-0.13%"), (0.0, 2, "0.00%"), (-0.0, 0, "0%"), (-1e-9, 2, "0.00%")],
)
def test_changes_have_a_sign_unless_they_are_zero(percent: float, digits: int, text: str) -> None:
    assert numbers.signed_change(percent, digits) == text


def test_counts_and_unsigned_percentages_are_formatted() -> None:
    assert (numbers.count(1234567), numbers.count(None)) == ("1,234,567", "–")
    assert (numbers.percent(0.01234), numbers.percent(None)) == ("0.012%", "–")


@pytest.mark.parametrize(
    ("style", "text", "written"),
    [
        (numbers.PLAIN, "-1,234,567.50", "-1,234,567.50"),
        (numbers.NumberStyle(",", "."), "+1,234,567.50", "+1.234.567,50"),
        (numbers.NumberStyle(",", "\u202f"), "1,234.5%", "1\u202f234,5%"),
        (numbers.NumberStyle(".", ",", (3, 2)), "-12,345,678.25 M", "-1,23,45,678.25 M"),
        (numbers.NumberStyle(",", ".", (3, 2)), "0.5", "0,5"),
        (numbers.NumberStyle(",", "."), "–", "–"),
    ],
)
def test_numbers_are_written_in_the_format_of_a_locale(style: numbers.NumberStyle, text: str, written: str) -> None:
    assert style.write(text) == written


plain_prices = st.floats(5e-324, 1e15)
learned = st.integers(0, 330)


def shown(text: str) -> float:
    return float(text.replace(",", ""))


@given(plain_prices, st.data())
def test_formatted_prices_are_close_to_the_exact_price(price: float, data: st.DataObject) -> None:
    """This holds for any decimals of the symbol, its own or those of other prices."""
    precision = PricePrecision()
    precision.observe(price)
    known = data.draw(st.just(precision.decimals) | learned)
    for text in (
        numbers.price(price, known),
        numbers.price(price, numbers.column_decimals(price, known)),
        numbers.amount(price) if price < 999_999.5 else numbers.price(price, known),  # millions have a unit
        numbers.exact(price),
    ):
        assert text.strip("0.,")
        assert shown(text) == pytest.approx(price, rel=2e-3 if price < 1e-300 else 1.001e-3)
    assert len(numbers.price(price, numbers.column_decimals(price, precision.decimals))) <= 25


@given(st.floats(1e-300, 4e-11), st.floats(0.5, 2.0))
def test_prices_of_one_symbol_have_equal_precision(price: float, factor: float) -> None:
    precision = PricePrecision()
    known = precision.observe(price, price * factor)
    for value in (price, price * factor):
        if known <= numbers.MAX_DECIMALS:
            assert len(numbers.price(value, known)) == len("0.") + known
            continue
        mantissa, _, exponent = numbers.price(value, known).partition("e")
        assert len(mantissa.partition(".")[2]) - int(exponent) == known


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (3.216e-12, 15, "3.216e-12"),
        (3.2e-12, 15, "3.200e-12"),
        (0.0, 15, "0"),
        (1e-10, 10, "0.0000000001"),
        (0.0003, 2, "0.0003"),
        (0.00030004, 2, "0.0003000"),
        (0.01, 2, "0.01"),
        (0.0999999940395, 1, "0.1"),
        (1.5e-12, 2, "1.5e-12"),
        (0.000000012, 15, "0.000000012000000"),
    ],
)
def test_tiny_prices_have_an_exponent_and_small_prices_enough_decimals(value: float, digits: int, text: str) -> None:
    assert numbers.price(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.6e-14, "+1.6e-14"), (-1.6e-13, "-1.60e-13"), (0.0, "0"), (1e-17, "0"), (-1e-17, "0")]
)
def test_differences_of_tiny_prices_have_an_exponent(value: float, text: str) -> None:
    assert numbers.signed_price(value, 15) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00001234, "0.00001234"),
        (1.25e-12, "1.25e-12"),
        (0.000123456, "0.0001235"),
        (2e15, "2.00 Q"),
        (2e20, "2.000e20"),
    ],
)
def test_very_small_and_large_amounts_are_formatted(value: float, text: str) -> None:
    assert numbers.amount(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (999.99991, "999.9999"),
        (999.99996, "1,000"),
        (999_999.4, "999,999"),
        (999_999.6, "1.00 M"),
        (999_994_000.0, "999.99 M"),
        (-999_999_999.0, "-1.00 B"),
        (999_999_999_999.0, "1.00 T"),
        (999_999_999_999_999.0, "1.00 Q"),
    ],
)
def test_an_amount_that_is_rounded_up_to_the_next_unit_has_that_unit(value: float, text: str) -> None:
    assert numbers.amount(value) == text


@pytest.mark.parametrize(
    "text",
    [
        numbers.price(-0.0, 2),
        numbers.amount(-0.0),
        numbers.exact(-0.0),
        numbers.percent(-0.0),
        numbers.percent(-0.0004),  # a bid above the ask, by less than is shown
    ],
)
def test_zero_has_no_sign(text: str) -> None:
    assert text.strip("0.%") == ""


@pytest.mark.parametrize(
    ("magnitude", "places"),
    [(0.0, 2), (80.0, 2), (64_000.0, 2), (0.0123, 5), (1e-14, 17), (math.inf, 2), (math.nan, 2)],
)
def test_decimals_of_other_values_depend_on_their_magnitude(magnitude: float, places: int) -> None:
    assert numbers.value_decimals(magnitude) == places


@pytest.mark.parametrize(
    ("text", "kept", "shown"),
    [
        ("98,920,133,101.25", 10, "9892e7"), ("98.920.133.101,25", 10, "9892e7"), ("132,450,000", 6, "1324e5"),
        ("0.2001996453", 8, "0.200199…"), ("1,234.5678", 7, "1,234.5…"), ("-1,234.5678", 8, "-1,234.5…"),
        ("61.234", 4, "…"), ("61,234", 4, "…"), ("0.234", 4, "0.23…"), ("9.99305e-13", 8, "…"), ("98.77 B", 4, "…"),
        ("+12.50%", 5, "…"), ("12,34,56,789", 7, "1235e5"), ("12 345 678,5", 7, "1235e4"), ("12’345’678.5", 7, "1235e4"),
        ("0.0000000123456", 11, "1235e-11"), ("−0,0000000123456", 11, "−1235e-11"), ("0.00012", 4, "12e-5"),
        ("0.0123456", 6, "0.0123…"), ("0.012345", 3, "1234e-5"), ("0.0000000000", 8, "0.000000…"),
        ("0.2001996453", 2, "2002e-4"), ("0.5", 2, "5e-1"),
    ],
)  # fmt: skip
def test_a_shortened_number_cannot_be_misread(text: str, kept: int, shown: str) -> None:
    assert numbers.cut(text, kept) == shown


@given(value=st.floats(-1e18, 1e18), digits=st.integers(0, 8), data=st.data())
def test_a_shortened_number_keeps_its_magnitude(value: float, digits: int, data: st.DataObject) -> None:
    text = numbers.price(value, digits)
    whole = float(text.replace(",", ""))
    shown = numbers.cut(text, data.draw(st.integers(0, len(text) - 1)))
    if shown.strip("…"):
        read = float(shown.strip("…").replace(",", ""))
        assert read or not whole
        assert abs(read - whole) <= 0.001 * abs(whole) + (1.0 if "…" in shown else 0.0)


@pytest.mark.parametrize(("count", "text"), [(5, "5 B"), (2048, "2.0 KB"), (4_300_000, "4.1 MB")])
def test_sizes_have_a_unit_that_fits(count: int, text: str) -> None:
    assert numbers.size_text(count) == text


def half_up(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


cents = st.integers(1, 10**9).map(lambda number: Decimal(number).scaleb(-2))


@given(reference=cents, last=st.integers(1, 10**10).map(lambda number: Decimal(number).scaleb(-3)))
def test_percentages_are_rounded_as_in_decimal_arithmetic(reference: Decimal, last: Decimal) -> None:
    percent = 100 * (float(last) - float(reference)) / float(reference)
    exact = half_up(100 * (last - reference) / reference, 2)
    assert Decimal(numbers.signed_percent(percent).rstrip("%").replace(",", "")) == exact


@given(bid=cents.filter(lambda bid: bid >= 10), spread=st.integers(0, 10**4), digits=st.integers(2, 3))
def test_a_mid_price_and_a_spread_are_rounded_as_in_decimal_arithmetic(bid: Decimal, spread: int, digits: int) -> None:
    ask = bid + Decimal(spread).scaleb(-2)
    mid = (float(bid) + float(ask)) / 2
    assert Decimal(numbers.price(mid, digits).replace(",", "")) == half_up((bid + ask) / 2, digits)
    percent = 100 * (float(ask) - float(bid)) / mid
    exact = half_up(200 * (ask - bid) / (ask + bid), 3)
    assert Decimal(numbers.percent(percent).rstrip("%").replace(",", "")) == exact


@given(units=st.integers(1, 10**15 - 1), digits=st.integers(0, 12))
def test_rounding_changes_no_digit_of_a_price_that_needs_none(units: int, digits: int) -> None:
    price = Decimal(units).scaleb(-digits)
    assert Decimal(numbers.price(float(price), digits).replace(",", "")) == price


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (numbers.signed_percent(1.475), "+1.48%"),
        (numbers.signed_percent(-0.615), "-0.62%"),
        (numbers.percent(0.0), "0.000%"),
        (numbers.price(100.125, 2), "100.13"),
        (numbers.amount(1_225_000.0), "1.23 M"),
        (numbers.amount(2_500.5), "2,501"),
        (numbers.signed_price(-0.0, 2), "0.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(text: str, expected: str) -> None:
    assert text == expected
