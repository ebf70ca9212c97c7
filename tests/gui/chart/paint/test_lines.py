from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QPainter

from tests.gui.chart.painted import (
    COLORS,
    DARK,
    HEIGHT,
    RED,
    VIEWPORT,
    WIDTH,
    Pixel,
    Pixels,
    block,
    column,
    ink,
    line,
    painted,
    pixels_of,
    row,
)
from ticker_gui.chart.visible_bars import VisibleLine
from ticker_gui.gui.chart.paint import lines
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport

Draw = Callable[[QPainter, Viewport, VisibleLine, QColor], None]

NAN = math.nan
FAR = 1e9  # pixels
PLAIN_ONES: list[Draw] = [lines.plain, lines.steps, lines.area]
PRICES = st.lists(st.one_of(st.just(NAN), st.integers(1, HEIGHT)), min_size=1, max_size=12)


def shown(draw: Draw, seen: VisibleLine, viewport: Viewport = VIEWPORT) -> Pixels:
    return painted(lambda painter: draw(painter, viewport, seen, RED))


def traced(draw: Draw, seen: VisibleLine, viewport: Viewport = VIEWPORT) -> set[Pixel]:
    """Return the pixels of the line."""
    return pixels_of(shown(draw, seen, viewport), RED)


def filled(pixels: Pixels, *lines: QColor, colors: ChartColors = DARK) -> set[Pixel]:
    """Return the colored pixels that are not part of a line."""
    return ink(pixels, colors) - pixels_of(pixels, *lines)


def on_baseline(painter: QPainter, viewport: Viewport, seen: VisibleLine, color: QColor) -> None:
    lines.baseline(painter, viewport, seen, 50.0, DARK)


def baseline(seen: VisibleLine, reference: float, colors: ChartColors = DARK, viewport: Viewport = VIEWPORT) -> Pixels:
    return painted(lambda painter: lines.baseline(painter, viewport, seen, reference, colors), colors)


@st.composite
def broken_lines(draw: st.DrawFn) -> tuple[VisibleLine, set[int]]:
    """Return a line and the points after which it is broken."""
    prices = draw(PRICES)
    broken = draw(st.sets(st.integers(0, len(prices) - 1)))
    return line(*prices, broken=sorted(broken)), broken


def test_lines_connect_prices() -> None:
    found = traced(lines.plain, line(50, 50, 20, 80))
    assert found == ink(shown(lines.plain, line(50, 50, 20, 80)))
    assert {(0, 50), (10, 50), (20, 80), (30, 20)} <= found
    assert row({(x, y) for x, y in found if x < 10}, 50) == list(range(10))
    assert {x for x, _ in found} == set(range(31))


def test_step_lines_are_level_until_the_next_price() -> None:
    expected = block(0, 50, 11, 51) | block(10, 20, 11, 51) | block(10, 20, 21, 21) | block(20, 20, 21, 91)
    assert traced(lines.steps, line(50, 80, 10)) == expected


def test_a_single_price_is_visible() -> None:
    for draw in PLAIN_ONES:
        alone = line(50)._replace(positions=np.array([60.0]))
        assert (60, 50) in traced(draw, alone)
        assert traced(draw, alone) <= block(58, 50, 63, 51)
        assert traced(draw, alone._replace(is_joined=np.array([False]))) == traced(draw, alone)


def test_no_prices_draw_nothing() -> None:
    for draw, nothing in product(PLAIN_ONES, (line(), line(NAN), line(NAN, NAN), line(NAN, NAN, broken=[0]))):
        assert ink(shown(draw, nothing)) == set()


def test_a_single_price_between_two_gaps_is_visible() -> None:
    for draw in PLAIN_ONES:
        found = traced(draw, line(80, 50, 20, broken=[0, 1]))
        assert found >= {(0, 20), (10, 50), (20, 80)}
        assert found <= block(0, 20, 3, 21) | block(8, 50, 13, 51) | block(18, 80, 23, 81)
        assert (20, 50) in traced(draw, line(NAN, NAN, 50, NAN))


@given(st.sampled_from(PLAIN_ONES), broken_lines())
def test_lines_are_broken_at_gaps(draw: Draw, made: tuple[VisibleLine, set[int]]) -> None:
    seen, broken = made
    pixels = shown(draw, seen)
    is_known = np.isfinite(seen.prices)
    for number in range(len(is_known) - 1):
        has_next = is_known[number + 1] or draw is lines.steps  # a step continues to the next price
        is_joined = bool(is_known[number] and has_next) and number not in broken
        assert bool(column(pixels_of(pixels, RED), 10 * number + 5)) is is_joined
        assert is_joined or not column(ink(pixels), 10 * number + 5)


@given(st.sampled_from(PLAIN_ONES), broken_lines())
def test_every_price_is_visible(draw: Draw, made: tuple[VisibleLine, set[int]]) -> None:
    seen, _ = made
    found = traced(draw, seen)
    known = {(int(x), HEIGHT - int(price)) for x, price in zip(*seen[:2], strict=True) if not math.isnan(price)}
    ys = [y for _, y in known]
    assert known <= found
    assert all(min(ys) <= y <= max(ys) for _, y in found)


@given(PRICES)
def test_areas_are_filled_below_the_line_only(prices: list[float]) -> None:
    pixels = shown(lines.area, line(*prices))
    traces, area = pixels_of(pixels, RED), filled(pixels, RED)
    for x in range(0, 10 * len(prices) - 10, 10):
        trace = column(traces, x + 5)
        assert column(area, x + 5) == (list(range(trace[-1] + 1, HEIGHT)) if trace else [])
        assert not column(area, x) or column(traces, x)[0] < column(area, x)[0]


def test_the_fill_of_an_area_is_transparent() -> None:
    pixels = shown(lines.area, line(80, 80))
    (color,) = {int(pixels[y, x]) for x, y in filled(pixels, RED)}
    assert DARK.base.red() < QColor(color).red() < 100
    assert len({int(pixel) for pixel in pixels[40:, 5]}) == 1


def test_the_baseline_separates_the_colors_of_up_and_down() -> None:
    for colors in COLORS.values():
        pixels = baseline(line(80, 80, 20, 20), 50, colors)
        up, down = pixels_of(pixels, colors.up), pixels_of(pixels, colors.down)
        assert block(0, 20, 10, 21) <= up
        assert block(21, 80, 31, 81) <= down
        assert max(y for _, y in up) < 50 < min(y for _, y in down)
        assert row(pixels_of(pixels, colors.muted), 50) == list(range(WIDTH))
        fill = filled(pixels, colors.up, colors.down, colors.muted, colors=colors)
        assert column(fill, 5) == list(range(21, 50))
        assert column(fill, 25) == list(range(51, 80))
        assert pixels[30, 5] != pixels[70, 25]


@given(PRICES, st.integers(0, HEIGHT - 1))
@example([4, 1], 2)
def test_the_fill_is_between_baseline_and_line(prices: list[float], reference: int) -> None:
    pixels = baseline(line(*prices), reference)
    ground = HEIGHT - reference
    up, down = pixels_of(pixels, DARK.up), pixels_of(pixels, DARK.down)
    assert all(y <= ground + 1 for _, y in up)  # the ends of its two parts are rounded to pixels
    assert all(y >= ground - 1 for _, y in down)
    fill = ink(pixels) - up - down - pixels_of(pixels, DARK.muted)
    at = np.interp(range(10 * len(prices)), range(0, 10 * len(prices), 10), HEIGHT - np.array(prices))
    for x, y in fill:
        assert min(at[x], ground) - 1 <= y <= max(at[x], ground) + 1


def test_lines_change_color_at_the_baseline() -> None:
    pixels = baseline(line(90, 10, 90), 50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QPainter, "setClipRect", lambda *given: None)  # as in an SVG
        assert (baseline(line(90, 10, 90), 50) == pixels).all()
    assert {x for x, _ in pixels_of(pixels, DARK.down)} <= set(range(4, 17))
    assert max(y for _, y in pixels_of(pixels, DARK.up)) <= 50 <= min(y for _, y in pixels_of(pixels, DARK.down)) + 1


def test_gaps_are_not_filled_at_the_baseline() -> None:
    for seen in (line(80, 80, NAN, 80, 80), line(80, 80, 80, 80, broken=[1])):
        pixels = baseline(seen, 50)
        assert column(ink(pixels), 15) == [50]
        assert len(column(ink(pixels), 5)) == 31


def test_a_baseline_out_of_view_leaves_the_line_its_color() -> None:
    for far in (200.0, 1e5, FAR, 1e12, 1e300):
        below = baseline(line(50, 50, 50), -far)
        assert pixels_of(below, DARK.up) == block(0, 50, 21, 51)
        assert not pixels_of(below, DARK.down, DARK.muted)
        assert column(filled(below, DARK.up), 5) == list(range(51, HEIGHT))
        above = baseline(line(50, 50, 50), far)
        assert pixels_of(above, DARK.down) == block(0, 50, 21, 51)
        assert not pixels_of(above, DARK.up, DARK.muted)
        assert column(filled(above, DARK.down), 5) == list(range(50))


def test_a_baseline_does_not_draw_outside_of_the_part_that_it_is_in() -> None:
    def draw(painter: QPainter) -> None:
        painter.setClipRect(0, 0, 15, HEIGHT)
        lines.baseline(painter, VIEWPORT, line(80, 80, 20, 20), 50, DARK)
        painter.setPen(RED)
        painter.drawLine(0, 90, WIDTH, 90)

    assert {x for x, _ in ink(painted(draw))} == set(range(15))


def test_the_brush_is_reset_afterwards() -> None:
    for draw in (*PLAIN_ONES, on_baseline):

        def draw_both(painter: QPainter, draw: Draw = draw) -> None:
            draw(painter, VIEWPORT, line(50, 50), RED)
            painter.drawRect(60, 20, 20, 20)

        found = ink(painted(draw_both))
        assert (60, 20) in found
        assert (70, 30) not in found


def test_negative_prices_are_drawn() -> None:
    below = VIEWPORT._replace(bottom=-200.0, top=-100.0)
    for draw in PLAIN_ONES:
        assert ink(shown(draw, line(-150, -120, -180), below)) == ink(shown(draw, line(50, 80, 20)))
    assert ink(baseline(line(-150, -120, -180), -160, viewport=below)) == ink(baseline(line(50, 80, 20), 40))


def test_lines_are_drawn_on_a_logarithmic_scale() -> None:
    scale = VIEWPORT._replace(bottom=0.0, top=4.0, is_log=True)  # from 1 to 10,000
    for draw in PLAIN_ONES:
        assert ink(shown(draw, line(10, 1000, 100), scale)) == ink(shown(draw, line(25, 75, 50)))


def test_prices_far_out_of_view_are_ignored() -> None:
    for draw in (*PLAIN_ONES, on_baseline):
        found = ink(shown(draw, line(50, 50, FAR, 50, 50, -FAR, 50, 50)))
        near = ink(shown(draw, line(50, 50, NAN, 50, 50, NAN, 50, 50)))
        assert near <= found
        assert found - near <= block(10, 0, 31, HEIGHT) | block(40, 0, 61, HEIGHT)
        assert ink(shown(draw, line(50, 50, step=FAR))) >= block(0, 50, WIDTH, 51)
