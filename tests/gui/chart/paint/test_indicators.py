from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QPainter, QPen

from tests.gui.chart.painted import (
    COLORS,
    DARK,
    HEIGHT,
    RED,
    VIEWPORT,
    WIDTH,
    Pixels,
    block,
    column,
    contrast,
    ink,
    painted,
    pixels_of,
    row,
    visible,
)
from ticker_gui.chart.chart_data import IndicatorSlice
from ticker_gui.chart.visible_bars import VisibleBars
from ticker_gui.gui.chart.paint import indicators
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import mix
from ticker_gui.indicators.spec import Output, OutputStyle

NAN = math.nan
FAR = 1e9  # pixels
SIGNED = Viewport(0, WIDTH, -50, 50, WIDTH, HEIGHT)  # zero is in the middle
UP, DOWN = (mix(color, DARK.base, 0.6) for color in (DARK.up, DARK.down))


def curve(look: OutputStyle, *highs: float, lows: Sequence[float] | None = None) -> IndicatorSlice:
    values = np.array(highs, np.float64)
    return IndicatorSlice(Output(look, look, look), values if lows is None else np.array(lows, np.float64), values)


def bars(count: int, bars_per_point: int = 1) -> VisibleBars:
    return visible(*[(50.0, 50.0, 50.0, 50.0)] * count, bars_per_point=bars_per_point)


def shown(
    *curves: IndicatorSlice,
    viewport: Viewport = VIEWPORT,
    colors: ChartColors = DARK,
    bars_per_point: int = 1,
    color: QColor = RED,
    rest: Callable[[QPainter], object] = lambda painter: None,
) -> Pixels:
    seen = bars(len(curves[0].highs) if curves else 3, bars_per_point)

    def draw(painter: QPainter) -> None:
        indicators.draw_indicator(painter, viewport, seen, list(curves), QPen(color), colors)
        rest(painter)

    return painted(draw, colors)


def thresholds_of(*thresholds: float) -> Pixels:
    return painted(lambda painter: indicators.draw_thresholds(painter, VIEWPORT, thresholds, RED, DARK))


def other_colors(pixels: Pixels, colors: ChartColors = DARK) -> set[int]:
    """Return the colors that are neither the background nor the indicator's own."""
    return {int(one) for one in np.unique(pixels)} - {colors.base.rgb(), RED.rgb()}


def test_lines_pass_through_the_middles_of_bars() -> None:
    found = pixels_of(shown(curve("line", 50, 50, 20)), RED)
    assert {(5, 50), (15, 50), (25, 80)} <= found
    assert {x for x, _ in found} == set(range(5, 26))
    assert found == ink(shown(curve("line", 50, 50, 20)))


def test_lines_are_broken_at_missing_values() -> None:
    found = ink(shown(curve("line", NAN, NAN, 50, 50, NAN, 50, 50)))
    assert found == block(25, 50, 36, 51) | block(55, 50, 66, 51)


def test_the_second_line_has_its_own_color() -> None:
    for colors in COLORS.values():
        pixels = shown(curve("line", 80, 80), curve("dashed", 20, 20), colors=colors)
        assert pixels_of(pixels, RED) == block(5, 20, 16, 21)
        (second,) = other_colors(pixels, colors)
        assert pixels_of(pixels, QColor(second)) == block(5, 80, 16, 81)


def test_band_edges_share_a_color_that_differs_from_the_middle() -> None:
    pixels = shown(curve("upper", 80, 80), curve("line", 50, 50), curve("lower", 20, 20), color=RED)
    upper, middle, lower = (QColor(int(pixels[row, 10])) for row in (20, 50, 80))
    assert upper == lower == RED != middle


def test_the_second_line_is_visible_and_differs_from_the_first() -> None:
    for colors, number in product(COLORS.values(), range(8)):
        first = colors.series(number)
        pixels = shown(curve("line", 80, 80), curve("dashed", 20, 20), colors=colors, color=first)
        second = QColor(int(pixels[80, 10]))
        assert contrast(second, colors.base) >= 1.5
        assert contrast(second, first) >= 1.5


def test_bands_are_filled_between_their_edges_only() -> None:
    pixels = shown(curve("upper", 80, 80, 80), curve("line", 50, 50, 50), curve("lower", 20, 20, 20))
    lines = block(5, 20, 26, 21) | block(5, 50, 26, 51) | block(5, 80, 26, 81)
    (fill,) = {int(pixels[y, x]) for x, y in ink(pixels) - lines}
    assert pixels_of(pixels, QColor(fill)) == block(5, 21, 25, 80) - lines
    assert contrast(QColor(fill), DARK.base) < 1.5


def test_bands_are_not_filled_where_an_edge_is_missing() -> None:
    pixels = shown(curve("upper", 80, 80, NAN, 80, 80), curve("lower", 20, 20, 20, 20, 20))
    assert column(ink(pixels), 25) == [80]
    assert len(column(ink(pixels), 10)) == 61
    alone = shown(curve("upper", 80, 80, 80))
    assert ink(alone) == block(5, 20, 26, 21)


@given(st.lists(st.one_of(st.just(NAN), st.floats(-60, 60)), min_size=1, max_size=WIDTH // 10))
def test_histogram_bars_start_at_zero(values: list[float]) -> None:
    pixels = shown(curve("histogram", *values), viewport=SIGNED)
    up, down = pixels_of(pixels, UP), pixels_of(pixels, DOWN)
    assert up | down == ink(pixels)
    for number, value in enumerate(values):
        reach = 0 if math.isnan(value) else round(50 - value)
        for x in range(10 * number, 10 * number + 9):
            assert column(up, x) == (list(range(max(reach, 0), 50)) if value > 0 else [])
            assert column(down, x) == (list(range(50, min(reach, HEIGHT))) if value < 0 else [])
        assert not column(ink(pixels), 10 * number + 9)


def test_merged_histogram_bars_show_the_larger_extreme() -> None:
    pixels = shown(curve("histogram", 30, 10, NAN, lows=(-10, -40, NAN)), viewport=SIGNED, bars_per_point=4)
    assert pixels_of(pixels, UP) == block(0, 20, 9, 50)
    assert pixels_of(pixels, DOWN) == block(10, 50, 19, 90)


def test_histogram_bars_have_a_minimum_width_of_one_pixel() -> None:
    narrow = visible(*[(50.0, 50.0, 50.0, 50.0)] * 40, width=0.25)
    levels = [curve("histogram", *[40.0] * 40)]
    found = ink(painted(lambda painter: indicators.draw_indicator(painter, SIGNED, narrow, levels, QPen(RED), DARK)))
    assert found == block(0, 10, 10, 50)


def test_dots_are_centered_at_their_values() -> None:
    found = pixels_of(shown(curve("dots", 50, NAN, 20)), RED)
    assert found == block(4, 49, 7, 52) | block(24, 79, 27, 82)


def test_hidden_outputs_are_not_drawn() -> None:
    assert ink(shown(curve("hidden", 50, 50, 50))) == set()
    with_figure = shown(curve("line", 50, 50), curve("hidden", 20, 20))
    assert np.array_equal(with_figure, shown(curve("line", 50, 50)))


def test_merged_values_are_drawn_from_the_lowest_to_the_highest() -> None:
    pixels = shown(curve("line", 80, 80, lows=(20, 20)), bars_per_point=5)
    assert column(ink(pixels), 5) == column(ink(pixels), 15) == list(range(20, 81))
    found = ink(shown(curve("dots", 80, NAN, lows=(20, NAN)), bars_per_point=5))
    assert found == block(4, 19, 7, 22) | block(4, 79, 7, 82)


def test_no_values_draw_nothing() -> None:
    styles: list[OutputStyle] = ["line", "dashed", "histogram", "dots", "upper", "lower", "hidden"]
    for values in ((), (NAN,), (NAN, NAN, NAN)):
        assert ink(shown(*(curve(look, *values) for look in styles))) == set()
        assert ink(shown(*(curve(look, *values) for look in styles), bars_per_point=3)) == set()
    assert ink(shown()) == set()


def test_the_brush_is_reset_afterwards() -> None:
    def draw_next(painter: QPainter) -> None:
        painter.setPen(DARK.text)
        painter.drawRect(60, 20, 20, 20)

    styles: list[OutputStyle] = ["upper", "lower", "histogram", "dots"]
    for count in range(1, len(styles) + 1):
        found = ink(shown(*(curve(look, 50, 40) for look in styles[:count]), rest=draw_next))
        assert (60, 20) in found
        assert (70, 30) not in found


def test_values_far_out_of_view_are_ignored() -> None:
    styles: list[OutputStyle] = ["line", "dashed", "histogram", "dots"]
    for look in styles:
        near, far = (ink(shown(curve(look, 10, 10, wild, 10, 10), viewport=SIGNED)) for wild in (NAN, FAR))
        assert near <= far
        assert far - near <= block(10, 0, 40, HEIGHT)
    band = ink(shown(curve("upper", FAR, FAR), curve("lower", -FAR, -FAR)))
    assert band == block(5, 0, 15, HEIGHT)


def test_thresholds_are_dashed_lines_across_the_pane() -> None:
    pixels = thresholds_of(30.0, 70.0)
    assert {y for _, y in pixels_of(pixels, DARK.muted)} == {30, 70}
    for level in (30, 70):
        across = row(pixels_of(pixels, DARK.muted), level)
        assert WIDTH / 3 < len(across) < WIDTH
        assert across[0] == 0
        assert across[-1] > WIDTH - 10


def test_thresholds_out_of_view_are_not_drawn() -> None:
    for thresholds in ((), (-1.0, 101.0), (-FAR, FAR)):
        assert not pixels_of(thresholds_of(*thresholds), DARK.muted)
    assert ink(thresholds_of()) == set()


def test_the_area_between_two_thresholds_is_tinted() -> None:
    pixels = thresholds_of(30.0, 70.0)
    assert {y for _, y in ink(pixels)} == set(range(30, 71))
    tint = QColor(int(pixels[50, 10]))
    assert 1.0 < contrast(tint, DARK.base) < 1.3
    assert ink(thresholds_of(110.0, 120.0)) == set()
    assert {y for _, y in ink(thresholds_of(50.0))} == {50}  # one line has no area


def test_lines_and_bands_are_broken_at_gaps() -> None:
    broken = bars(4)._replace(is_joined=np.array([True, False, True, True]))
    line, band = [curve("line", *[40] * 4)], [curve("upper", *[60] * 4), curve("lower", *[40] * 4)]

    def draw(painter: QPainter, curves: list[IndicatorSlice]) -> None:
        indicators.draw_indicator(painter, VIEWPORT, broken, curves, QPen(RED), DARK)

    for curves in (line, band):
        columns = {x for x, _ in ink(painted(partial(draw, curves=curves)))}
        assert not columns & set(range(17, 24))
        assert {8, 12, 28, 32} <= columns
