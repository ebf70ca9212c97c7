from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.gui.chart.drawing_driver import DrawingDriver
from ticker_gui.chart.drawings import DrawingKind, price_at
from ticker_gui.domain.timeframe import SECOND_NS

HORIZONTAL, TREND, RAY = DrawingKind.HORIZONTAL, DrawingKind.TREND, DrawingKind.RAY
Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def driver(qtbot: QtBot) -> DrawingDriver:
    return DrawingDriver(qtbot)


def near(*points: tuple[float, float]) -> list[object]:
    return [pytest.approx(point, abs=1.0) for point in points]


def test_a_click_draws_a_horizontal_line_at_the_pointer(driver: DrawingDriver) -> None:
    drawing = driver.draw(HORIZONTAL, (300, 100))
    assert drawing.begin.price == pytest.approx(driver.viewport.price(100), abs=0.1)
    assert driver.steps == ["Undo: draw a horizontal line"]
    assert driver.tools.tool is None
    assert driver.tools.selected == drawing


@pytest.mark.parametrize("kind", [TREND, RAY])
def test_a_drag_draws_a_line_between_its_ends(driver: DrawingDriver, kind: DrawingKind) -> None:
    left = driver.chart.time_range.left
    drawing = driver.draw(kind, (100, 150), (300, 80))
    assert drawing.kind is kind
    assert driver.handles() == near((100, 150), (300, 80))
    assert driver.chart.time_range.left == left  # not panned
    assert len(driver.steps) == 1


def test_two_clicks_draw_a_line_which_follows_the_mouse_in_between(driver: DrawingDriver) -> None:
    driver.tools.choose(TREND)
    driver.click(100, 150)
    assert not driver.drawings
    driver.move(200, 100)
    assert driver.tools.draft is not None
    assert driver.handles(driver.tools.draft) == near((100, 150), (200, 100))
    driver.click(300, 80)
    assert driver.handles() == near((100, 150), (300, 80))
    assert driver.steps == ["Undo: draw a trend line"]


def test_two_fast_clicks_draw_a_line_too(driver: DrawingDriver) -> None:
    driver.tools.choose(RAY)
    driver.click(100, 150)
    driver.double_click(300, 80)
    assert driver.handles() == near((100, 150), (300, 80))


def test_a_line_without_length_is_not_drawn(driver: DrawingDriver) -> None:
    driver.tools.choose(TREND)
    driver.click(100, 150)
    driver.click(100, 150)
    assert not driver.drawings
    assert driver.tools.tool is TREND  # still waits for the second point


def test_ctrl_moves_a_point_to_the_nearest_price_of_its_bar(driver: DrawingDriver) -> None:
    driver.tools.choose(HORIZONTAL)
    driver.press(300, 100, modifiers=Qt.KeyboardModifier.ControlModifier)
    driver.release(300, 100)
    (drawing,) = driver.drawings
    assert drawing.begin.price == round(drawing.begin.price)  # all prices are whole numbers


def test_dragging_a_line_moves_it_in_time_and_price_as_one_step(driver: DrawingDriver) -> None:
    driver.draw(TREND, (100, 150), (300, 80))
    driver.press(200, 115)
    for at in ((210, 125), (230, 135), (240, 145)):
        driver.move(*at, is_pressed=True)
    driver.release(240, 145)
    assert driver.handles() == near((140, 180), (340, 110))
    assert driver.steps[1:] == ["Undo: move a trend line"]


def test_dragging_an_end_point_leaves_the_other_one(driver: DrawingDriver) -> None:
    before = driver.draw(TREND, (100, 150), (300, 80))
    driver.drag((300, 80), (350, 200))
    assert driver.handles() == near((100, 150), (350, 200))
    assert driver.drawing.begin == before.begin


def test_a_horizontal_line_moves_up_and_down_only(driver: DrawingDriver) -> None:
    before = driver.draw(HORIZONTAL, (300, 100))
    driver.drag((400, 102), (500, 152))
    assert driver.drawing.begin.time_ns == before.begin.time_ns
    assert driver.viewport.y(driver.drawing.begin.price) == pytest.approx(150, abs=1.5)


def test_a_click_selects_and_a_click_beside_it_selects_nothing(driver: DrawingDriver) -> None:
    drawing = driver.draw(TREND, (100, 150), (300, 80))
    driver.click(500, 200)
    assert driver.tools.selected is None
    driver.click(200, 117)
    assert driver.tools.selected == drawing
    assert len(driver.steps) == 1  # selecting is not a change


def test_a_locked_line_is_not_moved_and_the_chart_is_panned(driver: DrawingDriver) -> None:
    driver.tools.set_locked(driver.draw(TREND, (100, 150), (300, 80)), True)
    before, left = driver.drawing, driver.chart.time_range.left
    driver.drag((200, 115), (300, 150))
    assert driver.drawing == before
    assert driver.chart.time_range.left < left
    driver.key(Key.Key_Delete, Key.Key_Up)
    assert driver.drawing == before
    assert "locked" in driver.messages[-1]


def test_escape_leaves_every_mode(driver: DrawingDriver) -> None:
    driver.tools.choose(TREND)
    driver.click(100, 150)
    driver.move(200, 100)
    driver.key(Key.Key_Escape)
    assert (driver.tools.tool, driver.tools.draft) == (None, None)
    drawing = driver.draw(TREND, (100, 150), (300, 80))
    driver.press(200, 115)
    driver.move(250, 140, is_pressed=True)
    driver.key(Key.Key_Escape)
    driver.release(250, 140)
    assert driver.drawing == drawing
    assert driver.tools.selected is None
    driver.key(Key.Key_Escape)  # there is nothing left to leave
    assert len(driver.steps) == 1


def test_a_drag_ends_when_another_symbol_is_shown_or_something_is_undone(driver: DrawingDriver) -> None:
    driver.draw(HORIZONTAL, (300, 50))
    before = driver.draw(TREND, (100, 150), (300, 80))
    for end in (lambda: driver.show(1), driver.tools.undo):
        driver.press(200, 115)
        driver.move(220, 125, is_pressed=True)
        end()
        driver.chart.refresh()
        driver.move(250, 140, is_pressed=True)
        driver.release(250, 140)
        assert driver.tools.draft is None
        assert driver.tools.book.of(("desk", "B")) == ()
        driver.show(0)
        driver.chart.refresh()
    assert before not in driver.drawings  # undone
    assert len(driver.drawings) == 1


def test_the_delete_key_deletes_the_selected_line(driver: DrawingDriver) -> None:
    driver.draw(TREND, (100, 150), (300, 80))
    driver.key(Key.Key_Delete)
    assert not driver.drawings
    assert driver.steps[-1] == "Undo: delete a trend line"


def test_a_line_that_is_deleted_while_it_is_dragged_stays_deleted(driver: DrawingDriver) -> None:
    driver.draw(DrawingKind.HORIZONTAL, (300, 100))
    driver.press(300, 100)
    driver.move(300, 150, is_pressed=True)
    driver.key(Key.Key_Delete)
    driver.release(300, 150)
    assert not driver.drawings
    assert not driver.tools.visible


def test_lines_are_drawn_with_the_keyboard_at_the_crosshair(driver: DrawingDriver) -> None:
    driver.tools.choose(TREND)
    driver.key(Key.Key_Left, modifiers=SHIFT)  # the crosshair, at the newest bar
    driver.key(Key.Key_Return)
    driver.key(*[Key.Key_Left] * 5, modifiers=SHIFT)
    driver.key(Key.Key_Return)
    drawing, closes = driver.drawing, driver.scene.chart_data.series.bars.close
    assert drawing.end is not None
    assert [drawing.begin.price, drawing.end.price] == [closes[-1], closes[-6]]
    assert drawing.begin.time_ns - drawing.end.time_ns == 5 * SECOND_NS


def test_enter_draws_a_horizontal_line_at_the_last_price(driver: DrawingDriver) -> None:
    driver.tools.choose(HORIZONTAL)
    driver.key(Key.Key_Return)
    assert driver.drawing.begin.price == driver.chart.state.last  # type: ignore[union-attr]


def test_arrows_move_the_selected_line_as_one_step(driver: DrawingDriver) -> None:
    driver.draw(TREND, (100, 150), (300, 80))
    driver.key(Key.Key_Up, Key.Key_Up, Key.Key_Right)
    driver.key(Key.Key_Down, modifiers=SHIFT)
    assert driver.handles() == near((101, 158), (301, 88))
    assert driver.steps[1:] == ["Undo: move a trend line"]
    driver.tools.undo()
    assert driver.handles() == near((100, 150), (300, 80))


def test_d_selects_one_line_after_the_other(driver: DrawingDriver) -> None:
    first, second = driver.draw(HORIZONTAL, (300, 50)), driver.draw(HORIZONTAL, (300, 150))
    driver.key(Key.Key_Escape)
    found = []
    for _ in range(3):
        driver.key(Key.Key_D)
        found.append(driver.tools.selected)
    assert found == [first, second, first]


def test_other_keys_control_the_chart_while_a_line_is_selected(driver: DrawingDriver) -> None:
    driver.draw(HORIZONTAL, (300, 50))
    width = driver.width
    driver.key(Key.Key_Plus)
    assert driver.width < width


def test_a_double_click_and_enter_edit_a_line(driver: DrawingDriver) -> None:
    edited: list[object] = []
    driver.tools.edit_requested.connect(edited.append)
    drawing = driver.draw(TREND, (100, 150), (300, 80))
    driver.double_click(200, 115)
    driver.key(Key.Key_Return)
    assert edited == [drawing, drawing]


def test_the_mouse_shows_what_a_press_would_do(driver: DrawingDriver) -> None:
    pointer, shape = driver.pointer, Qt.CursorShape
    driver.draw(TREND, (100, 150), (300, 80))
    driver.draw(HORIZONTAL, (300, 200))
    assert [pointer.hover(QPointF(*at)) for at in ((200, 115), (500, 200), (500, 50))] == [
        shape.SizeAllCursor,
        shape.SizeVerCursor,
        None,
    ]
    driver.tools.choose(RAY)
    assert pointer.hover(QPointF(500, 50)) is shape.CrossCursor


@pytest.mark.parametrize("scale", ["log", "percent"])
def test_a_line_stays_where_it_was_drawn_on_every_scale(qtbot: QtBot, scale: str) -> None:
    driver = DrawingDriver(qtbot, scale=scale)
    drawing = driver.draw(TREND, (100, 150), (300, 80))
    assert driver.handles() == near((100, 150), (300, 80))
    assert drawing.is_log is (scale == "log")
    assert drawing.end is not None
    middle = price_at(drawing, (drawing.begin.time_ns + drawing.end.time_ns) / 2)
    assert middle is not None
    assert driver.viewport.y(middle) == pytest.approx(115, abs=1.0)  # straight on the screen


def test_a_line_from_below_zero_can_be_finished_on_a_logarithmic_scale(driver: DrawingDriver) -> None:
    driver.chart.price.price_range.scale(50.0)
    driver.chart.invalidate()
    driver.chart.refresh()
    driver.tools.choose(DrawingKind.TREND)
    driver.click(100, 340)
    driver.choose(scale="log")
    driver.move(300, 100)
    driver.click(300, 100)
    begin, end = driver.drawing.anchors
    assert begin.price < 0 < end.price
    assert not driver.drawing.is_log


def test_a_line_over_bars_of_trades_is_drawn_between_the_points(qtbot: QtBot) -> None:
    driver = DrawingDriver(qtbot, timeframe="5t")
    driver.draw(TREND, (300, 150), (500, 80))
    assert driver.handles() == near((300, 150), (500, 80))


def test_shift_still_measures_and_alt_is_left_to_alerts(driver: DrawingDriver) -> None:
    driver.draw(HORIZONTAL, (300, 100))
    driver.press(300, 100, modifiers=SHIFT)
    driver.move(350, 120, is_pressed=True)
    driver.release(350, 120)
    assert driver.chart.price.measure is not None
    assert not driver.pointer.press(QPointF(300, 100), Qt.KeyboardModifier.AltModifier)
