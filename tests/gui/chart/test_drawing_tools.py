from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.chart.drawing_driver import DrawingDriver
from ticker_gui.chart.axis_tags import Role
from ticker_gui.chart.drawing_book import MAX_PER_SYMBOL
from ticker_gui.chart.drawings import DrawingKind

HORIZONTAL, TREND = DrawingKind.HORIZONTAL, DrawingKind.TREND


@pytest.fixture
def driver(qtbot: QtBot) -> DrawingDriver:
    return DrawingDriver(qtbot)


def test_a_chart_without_drawings_has_nothing_to_draw(driver: DrawingDriver) -> None:
    tools = driver.tools
    assert not tools.layers_below(driver.scene)
    assert not tools.layers_on_top(driver.scene, ())
    assert not tools.tags(driver.viewport, driver.scene)
    assert tools.drawing_at(100, 100) is None


def test_drawings_that_were_restored_are_drawn_with_the_next_frame(driver: DrawingDriver) -> None:
    drawing, symbol = driver.draw(TREND, (100, 150), (300, 80)), driver.tools.symbol
    assert symbol is not None
    assert driver.tools.history is driver.tools.book
    drawn = driver.chart.scene
    driver.chart.refresh()
    assert driver.chart.scene is drawn
    driver.tools.refresh()
    driver.chart.refresh()
    assert driver.chart.scene is not drawn
    assert driver.drawing == drawing


def test_drawings_belong_to_their_symbol_and_come_back_with_it(driver: DrawingDriver) -> None:
    drawing = driver.draw(TREND, (100, 150), (300, 80))
    handles = driver.handles()
    driver.show(1)
    driver.chart.refresh()
    assert not driver.tools.visible
    driver.show(0)
    driver.chart.refresh()
    assert list(driver.tools.visible) == [drawing]
    assert driver.tools.selected is None
    assert driver.handles()[0] == pytest.approx(handles[0], abs=1.0)


def test_drawings_are_visible_on_every_timeframe_unless_the_user_limits_them(driver: DrawingDriver) -> None:
    drawing = driver.draw(HORIZONTAL, (300, 100))
    driver.choose(timeframe="1m")
    assert list(driver.tools.visible) == [drawing]
    driver.tools.change("edit", drawing, timeframe="1m")
    for timeframe, is_visible in (("5m", False), ("1m", True)):
        driver.choose(timeframe=timeframe)
        assert bool(driver.tools.visible) is is_visible


def test_a_drawing_that_leaves_the_timeframe_is_no_longer_selected(driver: DrawingDriver) -> None:
    drawing = driver.draw(HORIZONTAL, (300, 100))
    driver.tools.change("edit", drawing, timeframe="1s")
    driver.choose(timeframe="1m")
    driver.choose(timeframe="1s")
    assert driver.tools.selected is None


@pytest.mark.parametrize("timeframe", ["1m", "ticks", "10t"])
def test_a_line_keeps_its_times_and_prices_on_every_timeframe(driver: DrawingDriver, timeframe: str) -> None:
    drawing = driver.draw(TREND, (400, 150), (500, 80))
    driver.choose(timeframe=timeframe)
    projection = driver.tools.projection
    assert projection is not None
    for anchor, (x, y) in zip(drawing.anchors, driver.handles(), strict=True):
        assert projection.time_ns(x) == pytest.approx(anchor.time_ns, abs=1e6)
        assert projection.price(y) == pytest.approx(anchor.price)


def test_a_line_over_bars_of_trades_stays_at_its_times_while_bars_are_added(qtbot: QtBot) -> None:
    driver = DrawingDriver(qtbot, timeframe="5t")
    drawing = driver.draw(TREND, (300, 150), (500, 80))
    before = driver.handles()
    driver.trades(*(105.0 for _ in range(100)))
    projection, after = driver.tools.projection, driver.handles()
    assert projection is not None
    assert after[0][0] < before[0][0]  # the chart follows the latest price
    for anchor, (x, y) in zip(drawing.anchors, after, strict=True):
        assert projection.time_ns(x) == pytest.approx(anchor.time_ns, abs=1e6)
        assert projection.price(y) == pytest.approx(anchor.price)


def test_all_drawings_are_hidden_and_a_new_one_shows_them_again(driver: DrawingDriver) -> None:
    driver.draw(HORIZONTAL, (300, 100))
    driver.tools.set_hidden(True)
    assert not driver.tools.visible
    assert driver.tools.drawing_at(300, 100) is None
    driver.draw(HORIZONTAL, (300, 50))
    assert len(driver.tools.visible) == 2


def test_all_drawings_of_a_symbol_are_deleted_and_undo_brings_them_back(driver: DrawingDriver) -> None:
    for y in (50, 100):
        driver.draw(HORIZONTAL, (300, y))
    driver.tools.delete_all()
    driver.tools.delete_all()
    assert not driver.drawings
    assert driver.steps[-1] == "Undo: delete all drawings for A"
    driver.tools.undo()
    assert len(driver.drawings) == 2
    driver.tools.redo()
    assert not driver.drawings
    assert driver.messages[-1] == "Redo: delete all drawings for A"


def test_undo_on_the_chart_of_another_symbol_says_where_it_was(driver: DrawingDriver) -> None:
    driver.draw(HORIZONTAL, (300, 100))
    driver.show(1)
    driver.tools.undo()
    assert driver.messages[-1] == "Undo: draw a horizontal line (A)"


def test_too_many_drawings_are_refused_with_a_reason(driver: DrawingDriver) -> None:
    drawing = driver.draw(HORIZONTAL, (300, 100))
    symbol = driver.tools.symbol
    assert symbol is not None
    for number in range(MAX_PER_SYMBOL - 1):
        driver.tools.change("draw", drawing, id=str(number))
    driver.tools.change("draw", drawing, id="one more")
    assert len(driver.drawings) == MAX_PER_SYMBOL
    assert "maximum" in driver.messages[-1]


def test_a_tool_needs_a_symbol(driver: DrawingDriver) -> None:
    driver.chart.show_symbol(None)
    driver.tools.choose(TREND)
    assert driver.tools.tool is None
    assert driver.messages[-1].startswith("Select a symbol first")


def test_a_chosen_tool_says_what_to_do(driver: DrawingDriver) -> None:
    driver.tools.choose(TREND)
    assert driver.messages[-1] == "Trend line: click two points on the chart. Press Esc to cancel."


def test_the_tag_of_a_selected_horizontal_line_has_its_price(driver: DrawingDriver) -> None:
    drawing = driver.draw(HORIZONTAL, (300, 100))
    (tag,) = driver.tools.tags(driver.viewport, driver.scene)
    assert (tag.role, float(tag.lines[0])) == (Role.INDICATOR, pytest.approx(drawing.begin.price, abs=0.01))
    driver.press(300, 100)
    driver.move(300, 120, is_pressed=True)
    (tag,) = driver.tools.tags(driver.viewport, driver.scene)
    assert tag.role is Role.DRAGGED
    driver.release(300, 120)
    driver.tools.select("")
    assert not driver.tools.tags(driver.viewport, driver.scene)


def test_the_chart_is_redrawn_only_if_a_drawing_changes(driver: DrawingDriver) -> None:
    driver.draw(HORIZONTAL, (300, 100))
    driver.chart.refresh()
    requests: list[None] = []
    driver.chart.frame_requested.connect(lambda: requests.append(None))
    driver.chart.refresh()
    assert not requests
    driver.tools.select("")
    assert len(requests) == 1
