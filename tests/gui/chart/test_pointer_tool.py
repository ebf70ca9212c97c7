from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver


class RecordingTool:
    """A tool that handles presses in the left part of a pane, and records what it receives."""

    def __init__(self, end: float) -> None:
        self.end = end
        self.received: list[str] = []

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        self.received.append("press")
        return at.x() < self.end

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.received.append("move")

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.received.append("release")

    def double_click(self, at: QPointF) -> bool:
        return at.x() < self.end

    def hover(self, at: QPointF) -> Qt.CursorShape | None:
        return Qt.CursorShape.SizeVerCursor if at.x() < self.end else None


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    driver = ChartDriver(qtbot, timeframe="1s")
    driver.trades(*(100.0 + index % 10 for index in range(600)))
    return driver


def add(driver: ChartDriver, *ends: float) -> list[RecordingTool]:
    tools = [RecordingTool(end) for end in ends]
    driver.chart.price.tools.extend(tools)
    return tools


def test_a_drag_belongs_to_the_first_tool_that_handles_its_press(driver: ChartDriver) -> None:
    tools, left = add(driver, 100, 300, 500), driver.chart.time_range.left
    driver.drag((200, 50), (400, 60))
    assert [tool.received for tool in tools] == [["press"], ["press", "move", "release"], []]
    assert driver.chart.time_range.left == left
    assert driver.chart.crosshair is None  # it would cover what is dragged


def test_the_chart_is_panned_if_no_tool_handles_the_press(driver: ChartDriver) -> None:
    (tool,), left = add(driver, 100), driver.chart.time_range.left
    driver.drag((200, 50), (400, 60))
    assert tool.received == ["press"]
    assert driver.chart.time_range.left < left


def test_the_axes_are_not_for_tools(driver: ChartDriver) -> None:
    (tool,), (width, height) = add(driver, 10_000), driver.chart.price.extent
    driver.drag((width + 20, 50), (width + 20, 100))
    assert not tool.received
    assert height


def test_the_shape_of_the_mouse_follows_the_tools(driver: ChartDriver) -> None:
    add(driver, 100)
    shapes = []
    for x in (50, 200, 60):
        driver.move(x, 50)
        shapes.append(driver.chart.price.viewport().cursor().shape())
    assert shapes == [Qt.CursorShape.SizeVerCursor, Qt.CursorShape.ArrowCursor, Qt.CursorShape.SizeVerCursor]


def test_a_double_click_that_a_tool_handles_does_not_reset_the_view(driver: ChartDriver) -> None:
    add(driver, 100)
    driver.wheel(300, 50, 3.0)
    width = driver.width
    driver.double_click(50, 50)
    assert driver.width == width
    driver.double_click(200, 50)
    assert driver.width > width
