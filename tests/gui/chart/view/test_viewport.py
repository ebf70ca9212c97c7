from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.gui.chart.view.viewport import MAX_PIXELS, Viewport, whole_pixel

LINEAR = Viewport(100, 200, -10, 10, 400, 200)
LOG = Viewport(100, 200, 0, 4, 400, 200, is_log=True)  # from 1 to 10,000


@st.composite
def viewports(draw: st.DrawFn, is_log: bool | None = None) -> Viewport:
    left, bottom = draw(st.floats(-1e9, 1e9)), draw(st.floats(-6, 6))
    width, height = draw(st.floats(1e-2, 1e6)), draw(st.floats(1e-2, 6))
    on_screen = st.floats(1, 5_000)
    is_so = draw(st.booleans()) if is_log is None else is_log
    return Viewport(left, left + width, bottom, bottom + height, draw(on_screen), draw(on_screen), is_so)


def test_the_corners_of_a_linear_viewport_are_those_of_the_pane() -> None:
    assert (LINEAR.x(100), LINEAR.x(200)) == (0, 400)
    assert (LINEAR.y(10), LINEAR.y(-10)) == (0, 200)
    assert LINEAR.pixel == 0.25


def test_higher_prices_are_higher_up_and_later_ones_further_right() -> None:
    assert LINEAR.y(5.0) < LINEAR.y(-5.0)
    assert LOG.y(500.0) < LOG.y(50.0)
    assert LINEAR.x(150) < LINEAR.x(151)


def test_equal_factors_are_equally_far_apart_on_a_logarithmic_scale() -> None:
    assert [float(LOG.y(price)) for price in (1, 10, 100, 1_000, 10_000)] == pytest.approx([200, 150, 100, 50, 0])


def test_prices_without_a_logarithm_are_far_below_the_view() -> None:
    for price in (0.0, -1.0, -1e300):
        assert math.isfinite(LOG.y(price))
        assert LOG.y(price) > LOG.height
    assert LOG.y(np.array([0.0, -5.0])).shape == (2,)


def test_coordinates_out_of_view_are_finite() -> None:
    assert LINEAR.x(0) == -400
    assert LINEAR.y(30) == -200
    assert LINEAR.position(-4) == 99
    assert LINEAR.price(220) == -12


def test_arrays_are_converted_like_scalars() -> None:
    prices, positions = np.array([0.5, 1.0, 20.0]), np.array([90.0, 130.5, 400.0])
    for viewport in (LINEAR, LOG):
        assert viewport.y(prices).tolist() == pytest.approx([float(viewport.y(price)) for price in prices.tolist()])
        assert viewport.x(positions).tolist() == [viewport.x(position) for position in positions.tolist()]


def test_nan_stays_nan() -> None:
    for viewport in (LINEAR, LOG):
        known = np.isfinite(viewport.y(np.array([1.0, math.nan, 2.0])))
        assert known.tolist() == [True, False, True]


def test_a_pane_without_size_has_a_valid_viewport() -> None:
    squeezed = LINEAR._replace(width=0.0, height=0.0)
    assert math.isfinite(squeezed.pixel)
    assert math.isfinite(squeezed.position(3.0))
    assert math.isfinite(squeezed.price(3.0))
    assert squeezed.x(150) == squeezed.y(3.0) == 0


@given(viewports(), st.floats(-1, 2))
def test_position_and_x_coordinate_are_inverse(viewport: Viewport, share: float) -> None:
    x = share * viewport.width
    slack = 1e-6 + abs(viewport.left) * 1e-12 / viewport.pixel  # float resolution of the time scale
    assert viewport.x(viewport.position(x)) == pytest.approx(x, abs=slack)
    position = viewport.left + share * (viewport.right - viewport.left)
    assert viewport.position(viewport.x(position)) == pytest.approx(position, abs=slack * viewport.pixel)


@given(viewports(), st.floats(-1, 2))
def test_price_and_y_coordinate_are_inverse(viewport: Viewport, share: float) -> None:
    y = share * viewport.height
    if not viewport.is_log or viewport.price(y) > 1e-9:
        assert float(viewport.y(viewport.price(y))) == pytest.approx(y, rel=1e-9, abs=1e-6)
        price = viewport.price(y)
        assert viewport.price(float(viewport.y(price))) == pytest.approx(price, rel=1e-9, abs=1e-9)


@given(viewports(is_log=True), st.floats(1e-9, 1e9))
def test_levels_are_logarithms_only_on_a_logarithmic_scale(viewport: Viewport, price: float) -> None:
    assert float(viewport.level(price)) == pytest.approx(math.log10(price))
    assert viewport._replace(is_log=False).level(price) == price


@given(viewports())
def test_the_edges_of_the_view_are_at_the_edges_of_the_pane(viewport: Viewport) -> None:
    assert viewport.position(0.0) == viewport.left
    assert viewport.position(viewport.width) == pytest.approx(viewport.right)
    bottom, top = (10.0**level if viewport.is_log else level for level in (viewport.bottom, viewport.top))
    assert viewport.price(0.0) == pytest.approx(top)
    assert viewport.price(viewport.height) == pytest.approx(bottom, rel=1e-6, abs=1e-9)


@given(viewports(), st.floats(allow_nan=True, allow_infinity=True))
def test_every_pixel_is_within_the_range_of_qt(viewport: Viewport, value: float) -> None:
    for at in (viewport.x(value), viewport.y(value)):
        assert math.isnan(value) or abs(at) <= 1e9
    for pixel in (viewport.column(value), viewport.row(value), whole_pixel(value)):
        assert isinstance(pixel, int)
        assert abs(pixel) <= MAX_PIXELS


@given(viewports(), st.floats(-2, 3))
def test_whole_pixels_are_rounded_and_clipped(viewport: Viewport, share: float) -> None:
    position = viewport.left + share * (viewport.right - viewport.left)
    assert viewport.column(position) == round(float(viewport.x(position)))
    assert viewport.row(math.inf) <= 0 if not viewport.is_log else True
    assert viewport.column(viewport.right + 1e12) > viewport.width
    assert viewport.column(viewport.left - 1e12) < 0


def test_nan_has_a_pixel_out_of_view() -> None:
    assert whole_pixel(math.nan) < 0
    assert (whole_pixel(math.inf), whole_pixel(-math.inf)) == (32_000, -32_000)


@given(viewports(), st.floats(width=64))
def test_a_single_value_has_the_pixels_that_it_has_among_others(viewport: Viewport, value: float) -> None:
    among_others = np.array([value, 1.0])
    assert np.array_equal(viewport.x(value), viewport.x(among_others)[0], equal_nan=True)
    assert np.array_equal(viewport.y(value), viewport.y(among_others)[0], equal_nan=True)
