from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.chart.test_drawings import HOUR, T0, lines
from tests.chart.test_time_scale import recorded
from ticker_gui.bars.series import TimeSeries, TradeCountBars
from ticker_gui.chart.drawing_geometry import Projection, distance, handle_at, handles, visible_lines
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind, price_at
from ticker_gui.chart.time_scale import scale_for
from ticker_gui.domain.timeframe import SECOND_NS, TIMEFRAMES


class Pane(NamedTuple):
    """A view."""

    left: float
    right: float
    bottom: float
    top: float
    width: float = 800.0
    height: float = 400.0
    is_log: bool = False


SECONDS = T0 / SECOND_NS
TIME_BARS = TimeSeries(recorded(0, 5, 60).bars, TIMEFRAMES[1])
TRADE_BARS = TradeCountBars(recorded(*(index * index for index in range(100))).tape, 2)


def continuous(view: Pane) -> Projection:
    return Projection(view, scale_for(TIME_BARS), TIME_BARS)


def ordinal(view: Pane) -> Projection:
    return Projection(view, scale_for(TRADE_BARS), TRADE_BARS)


@st.composite
def views(draw: st.DrawFn) -> Pane:
    """A view from seconds to months wide, near the lines of the tests."""
    middle, width = SECONDS + draw(st.floats(-3e6, 3e6)), draw(st.floats(5, 1e7))
    is_log = draw(st.booleans())
    bottom, height = (
        (draw(st.floats(-7, 6)), draw(st.floats(0.001, 8)))
        if is_log
        else (draw(st.floats(-1e5, 1e6)), draw(st.floats(0.1, 1e6)))
    )
    sides = draw(st.floats(50, 4000)), draw(st.floats(50, 2000))
    return Pane(middle - width / 2, middle + width / 2, bottom, bottom + height, *sides, is_log)


shares = st.floats(0, 1)


@given(views(), shares, shares)
def test_a_point_becomes_a_time_and_a_price_and_the_same_point_again(view: Pane, right: float, down: float) -> None:
    projection, x, y = continuous(view), right * view.width, down * view.height
    assert projection.x(projection.time_ns(x)) == pytest.approx(x, abs=0.01)
    assert projection.y(projection.price(y)) == pytest.approx(y, abs=0.01)
    anchor = projection.anchor(x, y, 15)
    assert (projection.x(anchor.time_ns), projection.y(anchor.price)) == (
        pytest.approx(x, abs=0.01),
        pytest.approx(y, abs=1.0),
    )


@given(st.floats(0, 50), shares)
def test_a_point_between_bars_of_trades_keeps_its_place(left: float, right: float) -> None:
    projection = ordinal(Pane(left, left + 20, 0, 10))
    first, last = projection.known_xs()
    assume(first < last)
    x = first + right * (last - first)
    assert projection.x(projection.time_ns(x)) == pytest.approx(x, abs=0.1)


@given(lines(min_length=SECOND_NS), views())
def test_all_visible_points_of_a_line_are_drawn_and_no_others(drawing: Drawing, view: Pane) -> None:
    projection = continuous(view)
    rows = visible_lines(drawing, projection)
    assert np.isfinite(rows).all()
    for x1, y1, x2, y2 in rows.tolist():
        assert 0 <= min(x1, x2) <= max(x1, x2) <= view.width
        assert -0.01 <= min(y1, y2) <= max(y1, y2) <= view.height + 0.01
    for x in np.linspace(0, view.width, 50).tolist():
        price = price_at(drawing, (view.left + x * (view.right - view.left) / view.width) * SECOND_NS)
        y = math.inf if price is None else projection.y(price)
        if 0 <= y <= view.height:
            assert distance(rows, x, y) < 2.0


@given(lines(min_length=SECOND_NS), views())
def test_a_line_that_is_straight_in_a_view_is_drawn_as_one_piece(drawing: Drawing, view: Pane) -> None:
    rows = visible_lines(drawing, continuous(view._replace(is_log=drawing.is_log)))
    assert len(rows) <= 1


@given(lines(min_length=HOUR), st.floats(-10, 60), st.floats(1, 60))
def test_a_line_over_bars_of_trades_has_the_prices_of_its_times(drawing: Drawing, left: float, width: float) -> None:
    low, high = sorted(anchor.price for anchor in drawing.anchors)
    projection = ordinal(Pane(left, left + width, low - 1, high + 1))
    rows, (first, last) = visible_lines(drawing, projection), projection.known_xs()
    for x1, y1, x2, _ in rows.tolist():
        assert first - 0.01 <= x1 <= x2 <= last + 0.01
        price = price_at(drawing, projection.time_ns(x1), extrapolated=True)
        if price is not None and 1 < y1 < projection.view.height - 1:  # else it is clipped
            assert projection.y(price) == pytest.approx(y1, abs=1.0)


def test_a_horizontal_line_goes_from_edge_to_edge() -> None:
    drawing = Drawing("line", DrawingKind.HORIZONTAL, Anchor(T0 - 10**6 * HOUR // 10, 25.0))
    for projection in (continuous(Pane(SECONDS, SECONDS + 60, 0, 100)), ordinal(Pane(-100, 500, 0, 100))):
        assert visible_lines(drawing, projection).tolist() == [[0.0, 300.0, 800.0, 300.0]]
    assert not len(visible_lines(drawing, continuous(Pane(SECONDS, SECONDS + 60, 30, 100))))


def test_a_vertical_line_is_drawn_between_its_prices_and_a_ray_to_the_edge() -> None:
    view = Pane(SECONDS - 50, SECONDS + 50, 0, 100)
    for kind, bottom in ((DrawingKind.TREND, 300.0), (DrawingKind.RAY, 400.0)):
        drawing = Drawing("line", kind, Anchor(T0, 75.0), Anchor(T0, 25.0))
        assert visible_lines(drawing, continuous(view)).tolist() == [[400.0, 100.0, 400.0, bottom]]
        assert not len(visible_lines(drawing, continuous(view._replace(left=SECONDS + 1))))


def test_a_steep_ray_of_a_logarithmic_scale_is_drawn_in_a_view_of_years() -> None:
    drawing = Drawing("ray", DrawingKind.RAY, Anchor(T0, 1.0), Anchor(T0 + 60 * SECOND_NS, 1e-3), is_log=True)
    year = 365 * 86_400.0
    for view in (Pane(SECONDS - year, SECONDS + year, -5, 5, is_log=True), Pane(SECONDS - 1, SECONDS + year, 0, 2)):
        rows = visible_lines(drawing, continuous(view))
        assert len(rows)
        assert distance(rows, continuous(view).x(T0), continuous(view).y(1.0)) < 1.0


def test_a_falling_line_ends_at_zero_on_a_logarithmic_scale() -> None:
    drawing = Drawing("ray", DrawingKind.RAY, Anchor(T0, 100.0), Anchor(T0 + HOUR, 50.0))
    rows = visible_lines(drawing, continuous(Pane(SECONDS, SECONDS + 4 * 3600, 0, 2, is_log=True)))
    assert rows[-1][3] == pytest.approx(400.0)
    assert rows[:, 2].max() <= 400.0 + 8.0  # two hours


@given(st.floats(0, 800), st.floats(0, 400))
def test_the_distance_from_a_line_is_that_of_its_nearest_point(x: float, y: float) -> None:
    rows = np.array([[100.0, 100.0, 300.0, 100.0], [300.0, 100.0, 300.0, 350.0]])
    points = [(one, 100.0) for one in np.linspace(100, 300, 801)] + [
        (300.0, one) for one in np.linspace(100, 350, 1001)
    ]
    assert distance(rows, x, y) == pytest.approx(min(math.hypot(x - a, y - b) for a, b in points), abs=0.2)


def test_without_lines_everything_is_far_away() -> None:
    assert distance(np.empty((0, 4)), 1.0, 1.0) == math.inf


def test_the_nearest_handle_is_found_within_reach() -> None:
    drawing = Drawing("line", DrawingKind.TREND, Anchor(T0, 75.0), Anchor(T0 + 40 * SECOND_NS, 25.0))
    points = handles(drawing, continuous(Pane(SECONDS - 50, SECONDS + 50, 0, 100)))
    assert points == [(400.0, 100.0), (720.0, 300.0)]
    assert [handle_at(points, x, y) for x, y in ((403, 104), (715, 302), (500, 160))] == [0, 1, None]
    assert handle_at([], 0.0, 0.0) is None


def test_a_horizontal_line_has_its_handle_in_the_middle() -> None:
    drawing = Drawing("line", DrawingKind.HORIZONTAL, Anchor(T0, 25.0))
    assert handles(drawing, continuous(Pane(SECONDS, SECONDS + 60, 0, 100))) == [(400.0, 300.0)]


@pytest.mark.parametrize(
    ("top", "decimals", "rounded"), [(400.0, 2, 98.0), (40.0, 2, 9.8), (4.0, 2, 0.98), (0.04, 5, 0.0098), (4e6, 2, 1e6)]
)
def test_a_price_has_as_few_decimals_as_a_pixel_shows(top: float, decimals: int, rounded: float) -> None:
    y = 400 - 97.9 if top != 4e6 else 300.0
    projection = continuous(Pane(SECONDS, SECONDS + 60, 0, top))
    assert projection.rounded_price(y, decimals) == pytest.approx(rounded, rel=1e-9)


@given(views(), shares, st.integers(0, 12))
def test_rounding_a_price_never_moves_it_by_more_than_a_pixel_if_it_may_have_decimals(
    view: Pane, down: float, decimals: int
) -> None:
    projection, y = continuous(view), down * view.height
    rounded, limited = projection.rounded_price(y, 15), projection.rounded_price(y, decimals)
    assert abs(projection.y(rounded) - y) <= 1.01
    assert limited == round(limited, decimals) or (view.is_log and not round(limited, decimals))


def test_a_price_on_a_logarithmic_scale_is_not_rounded_to_zero() -> None:
    view = Pane(0.0, 1.0, bottom=-4.0, top=2.0, is_log=True)
    assert continuous(view).rounded_price(view.height, 2) == pytest.approx(0.0001)
    assert continuous(view).rounded_price(0.0, 2) == 100.0


def test_the_key_changes_with_the_view_and_with_new_bars_of_trades() -> None:
    tape = recorded(0, 1, 2)
    series = TradeCountBars(tape.tape, 2)
    view = Pane(0, 10, 0, 1)
    projection = Projection(view, scale_for(series), series)
    before = projection.key
    assert Projection(view._replace(left=1), scale_for(series), series).key != before
    tape.add(T0 + 100 * SECOND_NS, 5.0, 1.0)
    series.update()
    assert projection.key != before
    assert continuous(view).key == continuous(view).key
