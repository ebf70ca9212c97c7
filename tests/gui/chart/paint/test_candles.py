from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QPainter

from tests.gui.chart.painted import (
    COLORS,
    DARK,
    HEIGHT,
    VIEWPORT,
    WIDTH,
    Pixel,
    Pixels,
    Row,
    block,
    column,
    ink,
    painted,
    pixels_of,
    visible,
)
from ticker_gui.chart.visible_bars import VisibleBars
from ticker_gui.gui.chart.paint import candles
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import mix

Draw = Callable[[QPainter, Viewport, VisibleBars, ChartColors], None]

CANDLES: list[Draw] = [candles.candles, candles.hollow_candles]
KINDS: list[Draw] = [*CANDLES, candles.ohlc_bars]
FAR = 1e9  # pixels
UP: Row = (40, 70, 20, 60)
DOWN: Row = (60, 70, 20, 40)


def shown(draw: Draw, bars: VisibleBars, viewport: Viewport = VIEWPORT, colors: ChartColors = DARK) -> Pixels:
    return painted(lambda painter: draw(painter, viewport, bars, colors), colors)


def drawn(draw: Draw, bars: VisibleBars, viewport: Viewport = VIEWPORT) -> set[Pixel]:
    return ink(shown(draw, bars, viewport))


def colored(draw: Draw, bars: VisibleBars, color: QColor) -> set[Pixel]:
    return pixels_of(shown(draw, bars), color)


def rows(viewport: Viewport, high: float, low: float) -> list[int]:
    """Return the visible pixel rows from one price down to another, both included."""
    return _in_view(viewport.y(high), viewport.y(low))


def rows_of_line(viewport: Viewport, high: float, low: float) -> list[int]:
    """Return the visible pixel rows of a line, whose ends Qt moves towards zero by up to a 64th of a pixel."""
    return _in_view(*(math.trunc(64 * viewport.y(price)) / 64 for price in (high, low)))


def _in_view(top: float, bottom: float) -> list[int]:
    return [y for y in range(math.floor(top), math.floor(bottom) + 1) if 0 <= y < HEIGHT]


@st.composite
def bars(draw: st.DrawFn) -> VisibleBars:
    prices = st.floats(-HEIGHT, HEIGHT, allow_nan=False)
    count = draw(st.integers(1, 8))
    made = []
    for _ in range(count):
        low, first, second, high = sorted(draw(st.tuples(prices, prices, prices, prices)))
        made.append((first, high, low, second) if draw(st.booleans()) else (second, high, low, first))
    return visible(*made)


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    bottom = draw(st.floats(-HEIGHT, HEIGHT))
    return VIEWPORT._replace(bottom=bottom, top=bottom + draw(st.floats(1, 3 * HEIGHT)))


def test_a_candle_is_a_body_from_open_to_close_and_a_wick_from_high_to_low() -> None:
    for row, color in ((UP, DARK.up), (DOWN, DARK.down)):
        found = drawn(candles.candles, visible(row))
        assert found == colored(candles.candles, visible(row), color) | inside(row, color)
        wick = column(found, 4)
        assert (wick[0], wick[-1]) == (30, 80)
        assert wick == list(range(30, 81))
        body = column(found, 2)
        assert body == column(found, 6)
        assert (body[0], body[-1]) == (40, 60)
        assert {x for x, _ in found} == set(range(2, 7))


def inside(row: Row, color: QColor) -> set[Pixel]:
    """Return the pixels of the filling of a candle that is outlined."""
    return colored(candles.candles, visible(row), mix(color, DARK.base, 0.3))


def test_direction_is_readable_without_color() -> None:
    assert inside(UP, DARK.up) == block(3, 41, 6, 60)
    assert inside(DOWN, DARK.down) == set()
    flat: Row = (50, 70, 20, 50.5)
    assert inside(flat, DARK.up) == set()  # too low for a filling


@given(st.floats(3.0, 24.0), st.floats(0, 20))
def test_bodies_are_odd_symmetrical_and_62_percent_of_the_step(width: float, begin: float) -> None:
    found = drawn(candles.candles, visible(DOWN, DOWN, width=width, begin=begin))
    first = [x for x, y in found if y == 50 and x < math.floor(begin + width)]
    wick = [x for x, y in found if y == 35 and x < math.floor(begin + width)]
    assert len(first) % 2 == 1
    assert max(first) - wick[0] == wick[0] - min(first)
    assert len(first) <= max(3, 0.62 * width)


def test_rising_candles_are_hollow_and_falling_ones_filled() -> None:
    rising = colored(candles.hollow_candles, visible(UP), DARK.up)
    assert rising == drawn(candles.hollow_candles, visible(UP))
    assert column(rising, 2) == column(rising, 6) == list(range(40, 61))
    for x in range(3, 6):
        assert column(rising - block(4, 0, 5, 40) - block(4, 61, 5, HEIGHT), x) == [40, 60]
    assert column(rising, 4) == [*range(30, 41), *range(60, 81)]
    falling = drawn(candles.hollow_candles, visible(DOWN))
    assert falling == drawn(candles.candles, visible(DOWN))


def test_hollow_candles_have_the_color_of_the_change_between_closes() -> None:
    high_then_low = visible((90, 95, 80, 85), (50, 70, 40, 60), (70, 75, 60, 65))
    found = shown(candles.hollow_candles, high_then_low)
    colors = [{DARK.up.rgb(), DARK.down.rgb()} & set(found[:, 10 * number + 4].tolist()) for number in range(3)]
    assert colors == [{DARK.down.rgb()}, {DARK.down.rgb()}, {DARK.up.rgb()}]


def test_ohlc_bars_have_the_open_left_and_the_close_right() -> None:
    for row, color in ((UP, DARK.up), (DOWN, DARK.down)):
        found = colored(candles.ohlc_bars, visible(row), color)
        assert found == drawn(candles.ohlc_bars, visible(row))
        opened, closed = int(HEIGHT - row[0]), int(HEIGHT - row[3])
        assert found == block(4, 30, 5, 81) | block(2, opened, 5, opened + 1) | block(4, closed, 7, closed + 1)


@given(st.sampled_from(KINDS), bars(), viewports())
def test_bars_extend_from_high_to_low(draw: Draw, bars: VisibleBars, viewport: Viewport) -> None:
    found = drawn(draw, bars, viewport)
    for number, (high, low) in enumerate(zip(bars.bars.high.tolist(), bars.bars.low.tolist(), strict=True)):
        body, line = rows(viewport, high, low), rows_of_line(viewport, high, low)
        wick = column(found, 10 * number + 4)
        if draw is not candles.hollow_candles:  # possibly only one side of a hollow body is in view
            assert wick in (body, line)
        assert all(set(column(found, 10 * number + x)) <= {*body, *line} for x in range(10))


@given(st.sampled_from(CANDLES), bars(), viewports())
def test_bodies_extend_from_open_to_close(draw: Draw, bars: VisibleBars, viewport: Viewport) -> None:
    found = drawn(draw, bars, viewport)
    for number, (one, other) in enumerate(zip(bars.bars.open.tolist(), bars.bars.close.tolist(), strict=True)):
        in_view = rows(viewport, max(one, other), min(one, other))
        assert column(found, 10 * number + 2) == column(found, 10 * number + 6) == in_view
        assert column(found, 10 * number + 1) == column(found, 10 * number + 7) == []


@given(bars(), viewports())
@example(visible((1.0, 1.0, 0.0, 3e-117)), VIEWPORT._replace(bottom=-1.0, top=0.0))  # just above the view
def test_ohlc_ticks_are_at_the_pixels_of_their_prices(bars: VisibleBars, viewport: Viewport) -> None:
    found = drawn(candles.ohlc_bars, bars, viewport)
    for number, (opened, closed) in enumerate(zip(bars.bars.open.tolist(), bars.bars.close.tolist(), strict=True)):
        assert column(found, 10 * number + 2) == rows_of_line(viewport, opened, opened)
        assert column(found, 10 * number + 6) == rows_of_line(viewport, closed, closed)


@given(st.sampled_from(KINDS), st.sampled_from([UP, DOWN]), st.floats(0.05, 60), st.floats(0, 30))
def test_narrow_bars_are_visible_at_their_positions(draw: Draw, bar: Row, width: float, begin: float) -> None:
    found = {x for x, _ in drawn(draw, visible(bar, width=width, begin=begin))}
    left, right = math.floor(begin), max(math.floor(begin + width), math.floor(begin) + 1)
    left, right = (left, right) if width >= 4 else (left - 1, right + 1)
    assert found
    assert found <= set(range(left, right))
    assert found == set(range(min(found), max(found) + 1))


def test_wide_bars_have_gaps_between_them() -> None:
    found = {x for x, _ in drawn(candles.candles, visible(UP, UP, UP))}
    assert found == {*range(2, 7), *range(12, 17), *range(22, 27)}
    assert {x for x, _ in drawn(candles.candles, visible(UP, UP, UP, width=2.0))} == set(range(6))


def test_isolated_bars_have_a_minimum_width() -> None:
    apart = visible(UP, UP, width=0.1)
    apart = apart._replace(left=apart.left + np.array([20.0, 24.0]), right=apart.right + np.array([20.0, 24.0]))
    assert {x for x, _ in drawn(candles.candles, apart)} == {19, 20, 21, 23, 24, 25}
    close = apart._replace(left=np.array([20.0, 23.0]), right=np.array([20.1, 23.1]))
    assert {x for x, _ in drawn(candles.candles, close)} == {20, 23}


def test_a_bar_with_one_price_is_one_pixel_high() -> None:
    for draw, price in product(KINDS, (50.0, 49.5, 49.1)):
        bars = visible((price, price, price, price))
        assert drawn(draw, bars) == colored(draw, bars, DARK.up) == block(2, 50, 7, 51)


def test_a_body_is_never_thinner_than_a_pixel() -> None:
    widths = {0.3: 3, 1.0: 3, 2.0: 3, 3.0: 3, 10.0: 5}  # isolated bars have a minimum width
    for draw, close, width in product(CANDLES, (50.0, 50.001, 50.4, 49.999), widths):
        found = drawn(draw, visible((50.0, 80.0, 20.0, close), width=width, begin=20.0))
        body = {x for x, y in found if y == 50}
        assert body == {x for x, _ in found}
        assert len(body) == widths[width]


def test_a_candle_without_wicks_has_none() -> None:
    for draw, bar in product(CANDLES, ((40.0, 60.0, 40.0, 60.0), (60.0, 60.0, 40.0, 40.0))):
        found = drawn(draw, visible(bar))
        for end in (0, -1):
            assert column(found, 4)[end] == column(found, 2)[end]


def test_no_bars_draw_nothing() -> None:
    for draw in (*KINDS, candles.volumes, candles.mark_partial_bars):
        assert drawn(draw, visible()) == set()


def test_negative_prices_are_drawn() -> None:
    below = VIEWPORT._replace(bottom=-200.0, top=-100.0)
    moved = [(first - 200, high - 200, low - 200, last - 200) for first, high, low, last in (UP, DOWN)]
    for draw in KINDS:
        assert drawn(draw, visible(*moved), below) == drawn(draw, visible(UP, DOWN))


def test_bars_are_drawn_on_a_logarithmic_scale() -> None:
    scale = VIEWPORT._replace(bottom=0.0, top=4.0, is_log=True)  # from 1 to 10,000
    found = drawn(candles.candles, visible((10.0, 1000.0, 10.0, 100.0)), scale)
    assert column(found, 2) == list(range(50, 76))
    assert column(found, 4) == list(range(25, 76))


def test_prices_far_out_of_view_are_ignored() -> None:
    for draw in KINDS:
        found = drawn(draw, visible((-FAR, FAR, -FAR, FAR), UP))
        assert column(found, 4 if draw is candles.ohlc_bars else 2) == list(range(HEIGHT))
        assert found & block(10, 0, 20, HEIGHT) == drawn(draw, visible(UP, begin=10.0))
        assert drawn(draw, visible(UP, begin=FAR)) == drawn(draw, visible((FAR, FAR, FAR, FAR))) == set()


def test_merged_bars_are_drawn_as_one_wide_bar() -> None:
    for draw in KINDS:
        bars_per_point = drawn(draw, visible(UP, DOWN, width=30.0, bars_per_point=3))
        assert bars_per_point == drawn(draw, visible(UP, DOWN, width=30.0))
        assert {x for x, _ in bars_per_point} == {*range(6, 23), *range(36, 53)}


def test_partial_bars_are_pale() -> None:
    seen = visible(UP, DOWN, UP, DOWN, partial=[2, 3])
    for draw, colors in product(KINDS, COLORS.values()):
        expected = [colors.up, colors.down, colors.pale_up, colors.pale_down]
        found = shown(draw, seen, colors=colors)
        for number, color in enumerate(expected):
            part = set(found[:, 10 * number : 10 * number + 10].ravel().tolist())
            assert part - {mix(color, colors.base, 0.3).rgb()} == {colors.base.rgb(), color.rgb()}


def test_partial_bars_are_marked_at_the_lower_edge() -> None:
    seen = visible(UP, DOWN, UP, partial=[1])
    found = colored(candles.mark_partial_bars, seen, DARK.warning)
    assert found == drawn(candles.mark_partial_bars, seen) == block(12, HEIGHT - 3, 17, HEIGHT)
    assert drawn(candles.mark_partial_bars, visible(UP, DOWN)) == set()


@given(st.lists(st.floats(0, HEIGHT), min_size=1, max_size=WIDTH // 10))
def test_volume_bars_start_at_zero(amounts: list[float]) -> None:
    found = drawn(candles.volumes, visible(*[UP] * len(amounts), volumes=amounts))
    for number, amount in enumerate(amounts):
        assert column(found, 10 * number + 4) == list(range(round(HEIGHT - amount), HEIGHT))


def test_volume_has_the_direction_of_its_bar_and_is_pale_if_partial() -> None:
    seen = visible(UP, DOWN, UP, DOWN, volumes=[50, 50, 50, 50], partial=[2, 3])
    found = shown(candles.volumes, seen)
    colors = [DARK.up, DARK.down, DARK.pale_up, DARK.pale_down]
    for number, color in enumerate(colors):
        left = 10 * number
        assert pixels_of(found, mix(color, DARK.base, 0.42)) == block(left + 2, 50, left + 7, HEIGHT)


def test_volume_bars_start_at_zero_inside_the_pane() -> None:
    lifted = VIEWPORT._replace(bottom=-20.0, top=80.0)
    assert drawn(candles.volumes, visible(UP, volumes=[50]), lifted) == block(2, 30, 7, 80)


def test_volume_above_the_pane_is_clipped() -> None:
    assert drawn(candles.volumes, visible(UP, UP, volumes=[FAR, 0.0])) == block(2, 0, 7, HEIGHT)
