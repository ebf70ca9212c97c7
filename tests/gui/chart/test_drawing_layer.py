from __future__ import annotations

from unittest import mock

import pytest
from pytestqt.qtbot import QtBot

from tests.chart.test_drawing_geometry import SECONDS, Pane, continuous
from tests.chart.test_drawings import T0
from tests.gui.chart.drawing_driver import DrawingDriver
from tests.gui.chart.painted import DARK, Pixel, block, column, ink, painted, pixels_of, row
from tests.gui.pixels import argb
from ticker_gui.chart.drawing_geometry import visible_lines
from ticker_gui.chart.drawings import COLORS, Anchor, Drawing, DrawingKind
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart import drawing_layer
from ticker_gui.gui.chart.alert_lines import BELL_SIZE
from ticker_gui.gui.chart.drawing_layer import LineCache, color_of, draw_bells, draw_handles, draw_lines
from ticker_gui.gui.chart.view.viewport import Viewport

PROJECTION = continuous(Pane(SECONDS, SECONDS + 120, 0, 100, 120, 100))
VIEWPORT = Viewport(SECONDS, SECONDS + 120, 0, 100, 120, 100)
LEVEL = Drawing("level", DrawingKind.HORIZONTAL, Anchor(T0, 40.0), color="accent")
SLOPE = Drawing("slope", DrawingKind.TREND, Anchor(T0 + 20 * SECOND_NS, 20.0), Anchor(T0 + 80 * SECOND_NS, 80.0))


def test_a_horizontal_line_is_one_pixel_high_in_its_color() -> None:
    pixels = painted(lambda painter: draw_lines(painter, VIEWPORT, [LEVEL], LineCache(), PROJECTION, DARK))
    found = pixels_of(pixels, DARK.accent)
    assert {y for _, y in found} == {60}
    assert row(found, 60) == list(range(120))


def test_lines_are_less_prominent_than_prices_by_default() -> None:
    assert color_of(SLOPE, DARK) == DARK.muted
    assert len({color_of(Drawing("x", LEVEL.kind, LEVEL.begin, color=one), DARK).name() for one in COLORS}) == len(
        COLORS
    )


@pytest.mark.parametrize("is_locked", [False, True])
def test_handles_are_squares_at_the_points_smaller_if_the_line_is_locked(is_locked: bool) -> None:
    drawing = Drawing("slope", SLOPE.kind, SLOPE.begin, SLOPE.end, is_locked=is_locked)
    pixels = painted(lambda painter: draw_handles(painter, VIEWPORT, drawing, PROJECTION, DARK))
    found = pixels_of(pixels, DARK.muted)
    half = 2 if is_locked else 3
    assert {(20 - half, 80 - half), (20 + half, 80 + half), (80 - half, 20 - half), (80 + half, 20 + half)} <= found
    assert ((20, 80) in found) is is_locked


def bells(*drawings: Drawing) -> set[Pixel]:
    return ink(painted(lambda painter: draw_bells(painter, VIEWPORT, drawings, LineCache(), PROJECTION, DARK)))


def test_a_bell_is_above_the_right_end_of_its_line_and_stays_in_view() -> None:
    rising = bells(SLOPE)  # to (80, 20)
    assert rising
    assert rising <= block(88, 4, 88 + BELL_SIZE, 4 + BELL_SIZE)
    falling = bells(Drawing("x", DrawingKind.RAY, Anchor(T0, 60.0), Anchor(T0 + 60 * SECOND_NS, 50.0)))  # to (120, 60)
    assert falling
    assert falling <= block(104, 44, 104 + BELL_SIZE, 44 + BELL_SIZE)


def test_a_line_out_of_view_has_no_bell() -> None:
    above = Drawing("x", SLOPE.kind, Anchor(T0, 200.0), Anchor(T0 + 80 * SECOND_NS, 300.0))
    assert not bells(above)
    assert bells(above, SLOPE) == bells(SLOPE)


def test_a_chart_draws_its_lines_and_the_handles_of_the_selected_one(qtbot: QtBot) -> None:
    driver = DrawingDriver(qtbot)
    drawing = driver.draw(DrawingKind.HORIZONTAL, (300, 100))
    driver.tools.change("color", drawing, color="s2")
    pane, color = driver.chart.price, color_of(driver.drawing, DARK)

    def found() -> set[Pixel]:
        driver.chart.refresh()
        width, height = (round(side) for side in pane.extent)
        return pixels_of(argb(pane.grab().toImage())[pane.corner.y() :, pane.corner.x() :][:height, :width], color)

    driver.tools.select("")
    line, middle = found(), round(driver.viewport.y(driver.drawing.begin.price))
    assert {y for _, y in line} == {middle}
    assert len(line) > pane.extent[0] / 2  # where no candle is before it
    driver.tools.select(drawing.id)
    ((x, _),) = driver.handles()
    assert {middle - 3, middle + 3} <= set(column(found(), round(x)))
    driver.tools.set_hidden(True)
    assert not found()


def test_the_pixels_of_a_line_are_computed_once_for_a_view(qtbot: QtBot) -> None:
    driver = DrawingDriver(qtbot)
    driver.draw(DrawingKind.TREND, (100, 150), (300, 80))
    driver.chart.price.grab()
    with mock.patch.object(drawing_layer, "visible_lines", wraps=visible_lines) as computed:
        driver.trade(105.0, after_s=0.0)
        driver.chart.refresh()
        driver.chart.price.grab()
        assert computed.call_count == 0
        driver.wheel(300, 100, 1.0)
        driver.chart.price.grab()
        assert computed.call_count == 1


def test_a_changed_line_has_other_pixels() -> None:
    cache = LineCache()
    first = cache.lines(SLOPE, PROJECTION)
    assert cache.lines(SLOPE, PROJECTION) is first
    moved = Drawing("slope", SLOPE.kind, SLOPE.begin, Anchor(T0 + 80 * SECOND_NS, 10.0))
    assert cache.lines(moved, PROJECTION).tolist() != first.tolist()


def test_handles_far_out_of_view_are_not_drawn() -> None:
    far = Drawing("far", DrawingKind.TREND, Anchor(T0 - 10**18, 20.0), Anchor(T0 + 10**18, 1e9))
    assert not pixels_of(painted(lambda painter: draw_handles(painter, VIEWPORT, far, PROJECTION, DARK)), DARK.muted)
