from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind, moved, price_at
from ticker_gui.domain.timeframe import SECOND_NS

T0 = 1_700_000_000 * SECOND_NS
HOUR = 3600 * SECOND_NS

prices = st.floats(1e-6, 1e6)
times = st.integers(-1000 * HOUR, 1000 * HOUR).map(lambda offset: T0 + offset)
kinds = st.sampled_from([DrawingKind.TREND, DrawingKind.RAY])


def line(begin: float, end: float, kind: DrawingKind = DrawingKind.TREND, **options: Any) -> Drawing:
    """Return a line of ten hours between two prices."""
    return Drawing("line", kind, Anchor(T0, begin), Anchor(T0 + 10 * HOUR, end), **options)


@st.composite
def lines(draw: st.DrawFn, min_length: int = 0) -> Drawing:
    begin, end = (Anchor(draw(times), draw(prices)) for _ in range(2))
    if begin == end or abs(end.time_ns - begin.time_ns) < min_length:
        end = msgspec.structs.replace(end, time_ns=begin.time_ns + max(min_length, HOUR))
    return Drawing("line", draw(kinds), begin, end, is_log=draw(st.booleans()))


def test_a_horizontal_line_has_its_price_at_all_times() -> None:
    drawing = Drawing("line", DrawingKind.HORIZONTAL, Anchor(T0, 5.0))
    assert [price_at(drawing, time) for time in (0, T0, T0 + HOUR)] == [5.0, 5.0, 5.0]


def test_a_trend_line_has_a_price_between_its_points_only() -> None:
    drawing = line(100.0, 200.0)
    offsets = (-HOUR, 0, 5 * HOUR, 10 * HOUR, 11 * HOUR)
    assert [price_at(drawing, T0 + one) for one in offsets] == [None, 100.0, 150.0, 200.0, None]
    assert [price_at(drawing, T0 + one, extrapolated=True) for one in offsets] == [90.0, 100.0, 150.0, 200.0, 210.0]


def test_a_ray_continues_beyond_its_second_point() -> None:
    forward = line(100.0, 200.0, DrawingKind.RAY)
    assert [price_at(forward, T0 + hours * HOUR) for hours in (-1, 20)] == [None, 300.0]
    backward = Drawing("ray", DrawingKind.RAY, Anchor(T0, 100.0), Anchor(T0 - HOUR, 110.0))
    assert [price_at(backward, T0 + hours * HOUR) for hours in (1, -5)] == [None, 150.0]


def test_a_line_of_a_logarithmic_scale_grows_by_equal_factors() -> None:
    drawing = line(1.0, 1024.0, DrawingKind.RAY, is_log=True)
    assert [price_at(drawing, T0 + hours * HOUR) for hours in (1, 5, 10, 11)] == pytest.approx([2, 32, 1024, 2048])


def test_a_line_that_grows_beyond_all_numbers_has_no_price_there() -> None:
    drawing = line(1.0, 1e300, DrawingKind.RAY, is_log=True)
    assert price_at(drawing, T0 + 100 * HOUR) is None
    assert price_at(line(1e308, 1e-300, is_log=True), T0 - 100 * HOUR, extrapolated=True) is None


@given(lines())
def test_a_line_goes_exactly_through_its_points(drawing: Drawing) -> None:
    assert drawing.end is not None
    if drawing.begin.time_ns != drawing.end.time_ns:
        assert [price_at(drawing, one.time_ns) for one in drawing.anchors] == [one.price for one in drawing.anchors]


@given(lines(), times)
def test_a_price_is_known_wherever_the_line_is_and_finite(drawing: Drawing, time_ns: int) -> None:
    price, extrapolated = price_at(drawing, time_ns), price_at(drawing, time_ns, extrapolated=True)
    assert price is None or (price == extrapolated and math.isfinite(price))


@given(lines(), st.integers(-HOUR, HOUR), st.floats(1.0, 10.0), st.floats(1.0, 10.0), st.booleans())
def test_moving_a_line_there_and_back_changes_nothing(
    drawing: Drawing, by_ns: int, price: float, other: float, is_log: bool
) -> None:
    try:
        there = moved(drawing, by_ns, price, other, is_log=is_log)
    except ValueError:  # below zero
        return
    back = moved(there, -by_ns, other, price, is_log=is_log)
    assert [one.time_ns for one in back.anchors] == [one.time_ns for one in drawing.anchors]
    tolerance = pytest.approx([one.price for one in drawing.anchors], rel=1e-6, abs=1e-6)
    assert [one.price for one in back.anchors] == tolerance


def test_a_moved_line_keeps_its_shape_on_its_scale() -> None:
    drawing = line(100.0, 200.0)
    linear = moved(drawing, HOUR, 150.0, 165.0, is_log=False)
    assert linear.anchors == (Anchor(T0 + HOUR, 115.0), Anchor(T0 + 11 * HOUR, 215.0))
    log = moved(drawing, -HOUR, 50.0, 100.0, is_log=True)
    assert log.anchors == (Anchor(T0 - HOUR, 200.0), Anchor(T0 + 9 * HOUR, 400.0))
    level = moved(Drawing("level", DrawingKind.HORIZONTAL, Anchor(T0, 5.0)), HOUR, 1.0, 2.5, is_log=False)
    assert level.anchors == (Anchor(T0 + HOUR, 6.5),)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": "x" * 65},
        {"color": "puce"},
        {"timeframe": "x" * 17},
        {"end": None},
        {"end": {"time_ns": T0, "price": 1.0}},
        {"begin": {"time_ns": 2**63 - 1, "price": 1.0}},
        {"begin": {"time_ns": T0, "price": -1.0}, "is_log": True},
        {"kind": "horizontal"},
        {"kind": "pitchfork"},
        {"begin": {"time_ns": T0, "price": None}},
    ],
)
def test_an_impossible_drawing_cannot_be_read(changes: dict[str, object]) -> None:
    valid: dict[str, Any] = {
        "id": "a",
        "kind": "trend",
        "begin": {"time_ns": T0, "price": 1.0},
        "end": {"time_ns": T0 + 1, "price": 2.0},
    }
    msgspec.convert(valid, Drawing)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(valid | changes, Drawing)


@pytest.mark.parametrize("price", [math.nan, math.inf, -math.inf])
def test_an_anchor_needs_a_finite_price(price: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Anchor(T0, price)


def test_a_drawing_of_one_timeframe_is_visible_only_there() -> None:
    assert line(1.0, 2.0).is_visible_on("5m")
    assert [line(1.0, 2.0, timeframe="5m").is_visible_on(one) for one in ("5m", "1h")] == [True, False]
