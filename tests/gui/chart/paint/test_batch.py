from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from tests.gui.chart.painted import HEIGHT, RED, WIDTH, Pixel, block, column, ink, painted, row
from ticker_gui.bars.arrays import Floats
from ticker_gui.gui.chart.paint import batch

Row = tuple[float, float, float, float]

NAN = math.nan
FAR = 1e9  # pixels


def array(*values: float) -> Floats:
    return np.array(values, float)


def columns(rows: list[Row]) -> list[Floats]:
    return list(np.array(rows, float).reshape(-1, 4).T)


def lines_of(*rows: Row) -> set[Pixel]:
    def draw(painter: QPainter) -> None:
        painter.setPen(RED)
        batch.lines(painter, *columns(list(rows)))

    return ink(painted(draw))


def rectangles_of(*rows: Row) -> set[Pixel]:
    def draw(painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(RED)
        batch.rectangles(painter, *columns(list(rows)))

    return ink(painted(draw))


def polyline_of(x: Floats, y: Floats, is_joined: list[bool] | None = None) -> set[Pixel]:
    def draw(painter: QPainter) -> None:
        painter.setPen(RED)
        batch.polyline(painter, x, y, None if is_joined is None else np.array(is_joined))

    return ink(painted(draw))


def filled(x: Floats, one: Floats, other: Floats, is_joined: list[bool] | None = None) -> set[Pixel]:
    def draw(painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(RED)
        batch.fill_between(painter, x, one, other, None if is_joined is None else np.array(is_joined))

    return ink(painted(draw))


def dashes_of(height: float) -> set[Pixel]:
    def draw(painter: QPainter) -> None:
        painter.setPen(RED)
        batch.dashes(painter, height, WIDTH, 4.0, 3.0)

    return ink(painted(draw))


def test_each_row_is_drawn_as_a_line() -> None:
    assert lines_of((5, 10, 5, 20), (30, 50, 40, 50)) == block(5, 10, 6, 21) | block(30, 50, 41, 51)


def test_rectangles_exclude_their_right_and_lower_edge() -> None:
    assert rectangles_of((5, 10, 8, 20), (30, 50, 31, 51)) == block(5, 10, 8, 20) | block(30, 50, 31, 51)


def test_no_rows_draw_nothing() -> None:
    assert lines_of() == rectangles_of() == set()
    assert polyline_of(array(), array()) == filled(array(), array(), array()) == set()


def test_rectangles_in_one_call_equal_rectangles_in_many_calls() -> None:
    every = [(float(x), float(y), x + 1.0, y + 1.0) for x in range(0, WIDTH, 2) for y in range(0, HEIGHT, 2)]
    assert rectangles_of(*every) == {(x, y) for x in range(0, WIDTH, 2) for y in range(0, HEIGHT, 2)}


@given(
    st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)
)  # fmt: skip
def test_rectangles_cover_exactly_their_pixels(x1: int, y1: int, x2: int, y2: int) -> None:
    left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    assert rectangles_of((left, top, right, bottom)) == block(left, top, right, bottom)


@given(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.integers(0, HEIGHT - 1), st.floats(0, 0.99))
def test_lines_end_at_the_pixels_of_their_points(x: int, y1: int, y2: int, within: float) -> None:
    expected = block(x, min(y1, y2), x + 1, max(y1, y2) + 1)
    assert lines_of((x, y1 + within, x, y2 + within)) == expected


def test_polylines_pass_through_exactly_their_points() -> None:
    drawn = polyline_of(array(0, 10, 20), array(50, 50, 90))
    assert row(drawn, 50) == list(range(11))
    assert (20, 90) in drawn
    assert all(50 <= y <= 90 and x <= 20 for x, y in drawn)


def test_polylines_are_broken_at_nan() -> None:
    drawn = polyline_of(array(0, 10, 20, 30, 40), array(50, 50, NAN, 50, 50))
    assert row(drawn, 50) == [*range(11), *range(30, 41)]
    assert polyline_of(array(0, 10, 20), array(NAN, NAN, NAN)) == set()


def test_polylines_are_broken_after_points_that_are_not_joined() -> None:
    drawn = polyline_of(array(0, 10, 20, 30), array(50, 50, 60, 60), [True, False, True, True])
    assert drawn == block(0, 50, 11, 51) | block(20, 60, 31, 61)


def test_the_joined_flag_of_the_last_point_is_ignored() -> None:
    x, y = array(0, 10, 20), array(50, 60, 50)
    assert polyline_of(x, y, [True, True, False]) == polyline_of(x, y, [True] * 3) == polyline_of(x, y)


@given(st.lists(st.one_of(st.just(NAN), st.integers(0, HEIGHT - 1)), min_size=2, max_size=12), st.data())
def test_points_that_are_not_joined_have_no_line_between_them(ys: list[float], data: st.DataObject) -> None:
    joined = data.draw(st.lists(st.booleans(), min_size=len(ys), max_size=len(ys)))
    drawn = polyline_of(np.arange(0.0, 10 * len(ys), 10), array(*ys), joined)
    for number in range(len(ys) - 1):
        is_there = joined[number] and not math.isnan(ys[number] + ys[number + 1])
        assert bool(column(drawn, 10 * number + 5)) is is_there


def test_only_the_area_between_two_lines_is_filled() -> None:
    drawn = filled(array(10, 30, 50), array(20, 20, 20), array(40, 40, 40))
    assert drawn == block(10, 20, 50, 40)
    assert filled(array(10, 30, 50), array(40, 40, 40), array(20, 20, 20)) == drawn


def test_a_slope_is_filled_up_to_its_line() -> None:
    drawn = filled(array(0, 100), array(0, 100), array(100, 100))
    for x in range(1, 99):
        top, *_, bottom = column(drawn, x)
        assert abs(top - x) <= 1
        assert bottom == HEIGHT - 1


@pytest.mark.parametrize(
    ("one", "other", "is_joined"),
    [
        ((20, 20, NAN, 20, 20), (40, 40, 40, 40, 40), None),
        ((20, 20, 20, 20, 20), (40, 40, NAN, 40, 40), None),
        ((20, 20, 20, 20, 20), (40, 40, 40, 40, 40), [True, False, False, True, True]),
    ],
)
def test_fills_are_broken_where_the_line_is(
    one: tuple[float, ...], other: tuple[float, ...], is_joined: list[bool] | None
) -> None:
    drawn = filled(array(0, 20, 40, 60, 80), array(*one), array(*other), is_joined)
    assert drawn == block(0, 20, 20, 40) | block(60, 20, 80, 40)


def test_shapes_far_out_of_view_are_clipped() -> None:
    assert lines_of((50, -FAR, 50, FAR)) == block(50, 0, 51, HEIGHT)
    assert lines_of((-FAR, 50, FAR, 50)) == block(0, 50, WIDTH, 51)
    assert rectangles_of((-FAR, 10, FAR, 20)) == block(0, 10, WIDTH, 20)
    assert rectangles_of((10, -FAR, 20, FAR)) == block(10, 0, 20, HEIGHT)
    assert filled(array(-FAR, FAR), array(10, 10), array(20, 20)) == block(0, 10, WIDTH, 20)
    assert filled(array(10, 20), array(-FAR, -FAR), array(FAR, FAR)) == block(10, 0, 20, HEIGHT)


@given(st.sampled_from([(-1, 0), (1, 0), (0, -1), (0, 1)]), st.floats(1e3, 1e15))
def test_shapes_completely_out_of_view_are_invisible(way: Pixel, far: float) -> None:
    x, y = way[0] * far, way[1] * far
    assert lines_of((x + 10, y + 10, x + 20, y + 10)) == set()
    assert rectangles_of((x + 10, y + 10, x + 20, y + 20)) == set()
    assert filled(array(10, 20) + x, array(10, 10) + y, array(20, 20) + y) == set()


@pytest.mark.parametrize(("left", "right"), [(-1e3, 1e3), (-1e5, 1e6), (-FAR, 3 * FAR)])
def test_clipped_lines_keep_their_slope(left: float, right: float) -> None:
    middle = 100.0 * -left / (right - left)  # its y coordinate at the edge of the view
    drawn = polyline_of(array(left, right), array(0, 100))
    assert abs(column(drawn, 0)[0] - middle) <= 1
    area = filled(array(left, right), array(0, 100), array(HEIGHT, HEIGHT))
    assert abs(column(area, 0)[0] - middle) <= 1


def test_dashes_cross_the_pane_with_gaps() -> None:
    assert dashes_of(40.4) == {(x, 40) for x in range(WIDTH) if x % 7 < 4}


def test_vertical_dashes_cross_the_pane_with_gaps() -> None:
    def draw(painter: QPainter) -> None:
        painter.setPen(RED)
        batch.vertical_dashes(painter, 40.4, HEIGHT, 4.0, 3.0)

    assert ink(painted(draw)) == {(40, y) for y in range(HEIGHT) if y % 7 < 4}


def test_dashes_out_of_view_are_not_drawn() -> None:
    for height in (-1.0, HEIGHT, -FAR, FAR, 1e300):
        assert dashes_of(height) == set()


def test_rows_with_nan_are_left_out() -> None:
    whole = (5.0, 10.0, 5.0, 20.0)
    for broken in ((NAN, 10.0, 5.0, 20.0), (5.0, NAN, 5.0, 20.0), (5.0, 10.0, NAN, 20.0), (5.0, 10.0, 5.0, NAN)):
        assert lines_of(whole, broken) == lines_of(whole)
        assert rectangles_of(broken) == set()
    assert dashes_of(NAN) == set()


@pytest.mark.parametrize("far", [1e5, 1e7, FAR])
def test_vertically_clipped_lines_keep_their_slope(far: float) -> None:
    drawn = lines_of((0, -far, 100, far))
    assert {x for x, _ in drawn} <= {49, 50, 51}
    assert {y for _, y in drawn} == set(range(HEIGHT))
    drawn = lines_of((0, 50, 100, far))
    assert max(x for x, _ in drawn) <= 1


@given(st.lists(st.tuples(*[st.floats(allow_nan=True, allow_infinity=True)] * 4), max_size=20))
def test_any_float_can_be_drawn(rows: list[Row]) -> None:
    with np.errstate(all="ignore"):
        lines_of(*rows)
        rectangles_of(*rows)
        x, one, other, _ = columns(rows)
        polyline_of(np.sort(x), one)
        filled(np.sort(x), one, other)
