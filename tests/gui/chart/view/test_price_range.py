from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ticker_gui.gui.chart.view.price_range import PriceRange

prices = st.floats(-1e14, 1e14) | st.floats(-1000.0, 1000.0) | st.floats(-1e-6, 1e-6)
ranges = st.tuples(prices, prices).map(lambda pair: (min(pair), max(pair)))
close_ranges = st.tuples(prices, st.integers(0, 50)).map(lambda pair: (pair[0], pair[0] + pair[1] * math.ulp(pair[0])))
HARMFUL = [math.nan, math.inf, -math.inf, 1e308, -1e308, 1e25]


def fitted(low: float, high: float) -> PriceRange:
    it = PriceRange()
    it.fit(low, high)
    return it


def view(it: PriceRange) -> tuple[float, float]:
    return it.bottom, it.top


@given(st.lists(ranges | close_ranges, min_size=1, max_size=8))
def test_auto_scaled_prices_are_always_in_view(visible: list[tuple[float, float]]) -> None:
    it = PriceRange()
    for low, high in visible:
        it.fit(low, high)
        assert it.bottom <= low <= high <= it.top
        assert it.bottom < it.top


@given(ranges, ranges)
def test_auto_scaled_prices_fill_half_of_the_height_or_more(
    before: tuple[float, float], now: tuple[float, float]
) -> None:
    it = fitted(*before)
    it.fit(*now)
    height = now[1] - now[0]
    if height > max(1e-9 * max(abs(now[0]), abs(now[1])), 1e-270):
        assert height >= 0.5 * (it.top - it.bottom) * (1 - 1e-9)


@given(ranges, st.lists(st.tuples(st.floats(-0.04, 0.15), st.floats(-0.04, 0.15)), max_size=8))
def test_auto_scaling_does_not_jitter(first: tuple[float, float], moved: list[tuple[float, float]]) -> None:
    low, high = first
    height = high - low
    if height <= max(1e-9 * max(abs(low), abs(high)), 1e-270):
        return
    it = fitted(low, high)
    before = view(it)
    for up, down in ((0.0, 0.0), *moved):
        it.fit(low + up * height, high - down * height)
        assert view(it) == before


@given(st.lists(st.tuples(ranges, st.floats(0.0, 0.4)), min_size=1, max_size=6))
def test_auto_scaled_prices_are_below_a_text_at_the_top(seen: list[tuple[tuple[float, float], float]]) -> None:
    it = PriceRange()
    for (low, high), text in seen:
        if high - low <= max(1e-9 * max(abs(low), abs(high)), 1e-270):
            continue
        it.fit(low, high, text)
        height = it.top - it.bottom
        assert it.bottom <= low
        assert high <= it.top - text * height * (1 - 1e-6)
        before = view(it)
        it.fit(low, high, text)
        it.fit(low, high - 0.01 * (high - low), text)
        assert view(it) == before


def test_prices_take_the_room_of_a_text_that_has_become_much_smaller() -> None:
    it = PriceRange()
    it.fit(100.0, 110.0, 0.3)
    low_pane = view(it)
    it.fit(100.0, 110.0, 0.25)  # about the same
    assert view(it) == low_pane
    it.fit(100.0, 110.0, 0.05)  # the pane has become high
    assert it.top < 112.0


def test_auto_scaling_moves_when_prices_leave_the_range() -> None:
    it = fitted(100.0, 110.0)
    assert view(it) == pytest.approx((99.2, 110.8))
    it.fit(100.0, 110.7)  # still in view, and too close to the edge
    assert view(it) == pytest.approx((100.0 - 0.08 * 10.7, 110.7 + 0.08 * 10.7))
    it.fit(104.0, 105.0)  # fills less than half of the height
    assert view(it) == pytest.approx((103.92, 105.08))
    it.fit(204.0, 205.0)
    assert view(it) == pytest.approx((203.92, 205.08))


def test_auto_scaling_pauses_while_the_user_drags() -> None:
    it = fitted(100.0, 110.0)
    it.frozen = True
    before = view(it)
    for low, high in ((100.0, 300.0), (1.0, 2.0), (104.0, 104.1)):
        it.fit(low, high)
        it.fit_from_zero(0.0, high)
        assert view(it) == before
    it.frozen = False
    it.fit(1.0, 2.0)
    assert view(it) == pytest.approx((0.92, 2.08))


@given(ranges, st.floats(0.1, 10.0), st.floats(-100.0, 100.0), st.lists(ranges, max_size=4))
def test_a_range_scaled_by_the_user_stays(
    first: tuple[float, float], factor: float, by: float, later: list[tuple[float, float]]
) -> None:
    assume(factor != 1.0 or by)
    it = fitted(*first)
    assert it.auto_scale
    it.scale(factor)
    it.pan(by)
    assert not it.auto_scale
    before = view(it)
    for low, high in later:
        it.fit(low, high)
        assert view(it) == before


def test_gestures_that_change_nothing_leave_auto_scaling_on() -> None:
    it = fitted(100.0, 200.0)
    it.scale(1.0)  # a horizontal movement over the price axis
    it.pan(0.0)
    assert it.auto_scale
    it = PriceRange()
    it.scale(2.0)  # before the first price
    it.pan(5.0)
    it.restore(math.inf, 1.0)
    it.fit(100.0, 200.0)
    assert view(it) == pytest.approx((92.0, 208.0))


def test_scaling_is_around_the_middle_and_panning_moves_both_ends() -> None:
    it = fitted(100.0, 200.0)
    it.scale(0.5)
    assert view(it) == pytest.approx((150.0 - 29.0, 150.0 + 29.0))
    it.pan(-21.0)
    assert view(it) == pytest.approx((100.0, 158.0))
    it = fitted(100.0, 200.0)
    it.pan(1.0)
    assert view(it) == pytest.approx((93.0, 209.0))
    assert not it.auto_scale


@given(ranges, ranges, st.floats(0.1, 10.0))
def test_a_reset_fits_exactly_to_the_visible_prices(
    before: tuple[float, float], now: tuple[float, float], factor: float
) -> None:
    for is_scaled in (False, True):
        it = fitted(*before)
        if is_scaled:
            it.scale(factor)
        it.reset()
        assert it.auto_scale
        it.fit(*now)
        assert view(it) == view(fitted(*now))


def test_a_reset_fits_prices_that_were_in_view_before() -> None:
    it = fitted(100.0, 110.0)
    it.fit(100.3, 109.7)
    assert view(it) == pytest.approx((99.2, 110.8))
    it.reset()
    it.fit(100.3, 109.7)
    assert view(it) == pytest.approx((100.3 - 0.752, 109.7 + 0.752))


@pytest.mark.parametrize("price", HARMFUL)
def test_invalid_prices_are_ignored(price: float) -> None:
    for it in (PriceRange(), fitted(100.0, 110.0)):
        before = view(it)
        for low, high in ((price, price), (100.0, price), (price, 110.0), (-price, price)):
            it.fit(low, high)
            it.fit_from_zero(0.0, high if high != 110.0 else price)
        assert view(it) == before
        for by in (1e3 * price, -1e3 * price):
            it.pan(by)
            it.scale(by)
            assert -1e25 < it.bottom < it.top < 1e25
        it.reset()
        it.fit(50.0, 60.0)
        assert view(it) == pytest.approx((49.2, 60.8))


def test_scaling_stays_within_float_resolution() -> None:
    for factor in (1.25, 0.8, 0.0, -1.0):
        it = fitted(100.0, 110.0)
        for _ in range(500):
            it.scale(factor)
        assert -1e15 < it.bottom < it.top < 1e15
        assert it.top - it.bottom > 1e-11
        assert (it.bottom + it.top) / 2 == pytest.approx(105.0, abs=1.0)


@pytest.mark.parametrize("price", [100.0, 0.0, -37.63, 1e-9, 1e12, 0.1, -1e-300])
def test_equal_prices_are_in_the_middle(price: float) -> None:
    it = fitted(price, price)
    assert it.bottom < price < it.top
    assert (it.bottom + it.top) / 2 == pytest.approx(price, rel=1e-9, abs=1e-9)
    before = view(it)
    it.fit(price, price)
    assert view(it) == before


def test_differences_of_floating_point_noise_count_as_equal() -> None:
    it = fitted(100.0, 100.0 + 1.5e-14)
    assert it.bottom < 100.0 < it.top
    assert it.top - it.bottom == pytest.approx(0.2)


def test_negative_prices_are_fitted() -> None:
    assert view(fitted(-40.0, -30.0)) == pytest.approx((-40.8, -29.2))
    assert view(fitted(-10.0, 10.0)) == pytest.approx((-11.6, 11.6))


@given(st.sampled_from([0.0, 50.0, -3.0]), st.lists(st.just(0.0) | st.floats(1e-6, 1e9), min_size=1, max_size=10))
def test_a_range_from_zero_starts_at_zero_and_includes_the_high(ground: float, over: list[float]) -> None:
    it = PriceRange()
    for height in over:
        it.fit_from_zero(ground, ground + height)
        assert it.bottom == ground
        assert ground + height <= it.top
        assert it.top > it.bottom


def test_a_range_from_zero_does_not_jitter() -> None:
    it = PriceRange()
    it.fit_from_zero(0.0, 100.0)
    assert view(it) == pytest.approx((0.0, 108.0))
    for high in (100.0, 107.9, 66.0, 90.0):
        it.fit_from_zero(0.0, high)
        assert view(it) == pytest.approx((0.0, 108.0))
    it.fit_from_zero(0.0, 109.0)
    assert view(it) == pytest.approx((0.0, 109.0 * 1.08))
    it.fit_from_zero(0.0, 20.0)
    assert view(it) == pytest.approx((0.0, 21.6))
    it.reset()
    it.fit_from_zero(0.0, 19.0)
    assert view(it) == pytest.approx((0.0, 19.0 * 1.08))
    it.fit_from_zero(0.0, 0.0)
    assert view(it) == (0.0, 1.0)


def test_a_range_from_zero_scaled_by_the_user_stays() -> None:
    it = PriceRange()
    it.fit_from_zero(0.0, 100.0)
    it.scale(2.0)
    before = view(it)
    it.fit_from_zero(0.0, 100.0)
    assert view(it) == before
    it.reset()
    it.fit_from_zero(0.0, 100.0)
    assert view(it) == pytest.approx((0.0, 108.0))


@given(prices, st.floats(0.0, 1e6), st.sampled_from([0.8, 1.25, 1e-300, 1e300]), st.booleans())
def test_scaling_stops_before_pixels_reach_float_resolution(
    low: float, height: float, factor: float, is_log: bool
) -> None:
    it = PriceRange()
    it.set_log(is_log)
    low = math.log10(abs(low) or 1.0) if is_log else low
    it.fit(low, low + height)
    for _ in range(300):
        it.scale(factor)
    pixel = (it.top - it.bottom) / 4_000
    assert pixel > 100 * math.ulp(max(abs(it.bottom), abs(it.top)))
    assert it.top - it.bottom <= max(2e4 * max(abs(low), abs(low + height), 1.0), 300.0)


@given(ranges, st.lists(st.sampled_from([-1e300, -1e18, -1.0, 1.0, 1e18, 1e300, math.inf, math.nan]), max_size=20))
def test_prices_cannot_be_panned_arbitrarily_far_away(first: tuple[float, float], steps: list[float]) -> None:
    it = fitted(*first)
    for by in steps:
        it.pan(by)
    size = max(abs(first[0]), abs(first[1]), 1.0)
    assert -2e3 * size - 1 <= it.bottom < it.top <= 2e3 * size + 1


@given(st.floats(1e-9, 1e12), st.floats(1e-3, 0.99))
def test_switching_the_scale_keeps_the_price_in_the_middle(middle: float, share: float) -> None:
    it = fitted(middle * 0.9, middle * 1.1)
    it.restore(middle * (1 - share), middle * (1 + share))
    before = view(it)
    it.set_log(True)
    assert 10.0 ** ((it.bottom + it.top) / 2) == pytest.approx(middle, rel=1e-9)
    assert not it.auto_scale
    it.set_log(False)
    assert view(it) == pytest.approx(before, rel=1e-6)


def test_an_auto_scaled_range_fits_on_the_other_scale() -> None:
    it = fitted(1.0, 100.0)
    it.set_log(True)
    assert it.auto_scale
    it.fit(0.0, 2.0)
    assert view(it) == pytest.approx((-0.16, 2.16))


@pytest.mark.parametrize("bounds", [(-20.0, -10.0), (-10.0, 10.0)])
def test_a_range_around_zero_is_fitted_again_on_a_logarithmic_scale(bounds: tuple[float, float]) -> None:
    it = fitted(-20.0, 10.0)
    it.restore(*bounds)
    it.set_log(True)
    assert it.auto_scale


def test_a_logarithmic_range_beyond_all_prices_is_fitted_again_on_a_linear_scale() -> None:
    it = PriceRange()
    it.set_log(True)
    it.fit(0.0, 1.0)
    it.restore(100.0, 200.0, True)
    it.set_log(False)
    assert it.auto_scale


def test_new_data_is_fitted_even_while_the_user_drags() -> None:
    it = fitted(100.0, 110.0)
    it.frozen = True
    it.reset()
    it.fit(1.0, 2.0)
    assert view(it) == pytest.approx((0.92, 2.08))
