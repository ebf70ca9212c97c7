from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import pytest
from PySide6.QtWidgets import QDateTimeEdit, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from tests.gui.chart.drawing_driver import DrawingDriver
from ticker_gui.chart.drawings import Anchor, DrawingKind
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import StockHours
from ticker_gui.gui.chart.drawing_menu import DrawingMenu
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, RadioGroup, Submenu, Toggle, plain_text

HORIZONTAL, TREND = DrawingKind.HORIZONTAL, DrawingKind.TREND


class MenuDriver(DrawingDriver):
    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot)
        self.menu = DrawingMenu(self.tools, self.pointer)

    def items_at(self, x: float, y: float) -> dict[str, MenuItem]:
        return by_title(self.menu.items_at(self.global_point(x, y)))

    def run(self, items: dict[str, MenuItem], title: str) -> None:
        command = items[title]
        assert isinstance(command, MenuCommand)
        assert command.unavailable is None or not command.unavailable()
        command.act()
        self.chart.refresh()


def by_title(items: Sequence[MenuItem]) -> dict[str, MenuItem]:
    return {plain_text(item.text): item for item in items if isinstance(item, MenuCommand | Toggle | Submenu)}


@pytest.fixture
def driver(qtbot: QtBot) -> MenuDriver:
    return MenuDriver(qtbot)


def test_the_tools_are_labeled(driver: MenuDriver) -> None:
    items = by_title(driver.menu.tool_items())
    assert list(items)[:3] == ["Horizontal line", "Trend line", "Ray"]
    driver.run(items, "Ray")
    assert driver.tools.tool is DrawingKind.RAY
    delete = items["Delete all drawings for this symbol"]
    assert isinstance(delete, MenuCommand)
    assert delete.unavailable is not None
    assert delete.unavailable() == "No drawings for this symbol"


def test_the_menu_at_a_point_draws_a_horizontal_line_there(driver: MenuDriver) -> None:
    submenu = driver.items_at(300, 100)["Draw"]
    assert isinstance(submenu, Submenu)
    items = by_title(submenu.items)
    title = next(title for title in items if title.startswith("Horizontal line at"))
    driver.run(items, title)
    assert title == f"Horizontal line at {driver.drawing.begin.price:g}"
    assert driver.viewport.y(driver.drawing.begin.price) == pytest.approx(100, abs=1.0)


def test_the_menu_at_a_point_begins_a_line_there(driver: MenuDriver) -> None:
    submenu = driver.items_at(100, 150)["Draw"]
    assert isinstance(submenu, Submenu)
    driver.run(by_title(submenu.items), "Trend line from here")
    driver.move(200, 100)
    driver.click(300, 80)
    assert [round(x) for x, _ in driver.handles()] == pytest.approx([100, 300], abs=1)


def test_the_menu_of_a_drawing_changes_it(driver: MenuDriver) -> None:
    driver.draw(TREND, (100, 150), (300, 80))
    items = driver.items_at(200, 115)
    assert list(items) == ["Edit trend line…", "Color", "Lock", "This timeframe only", "Delete trend line"]
    color, lock, only = items["Color"], items["Lock"], items["This timeframe only"]
    assert isinstance(color, Submenu)
    (group,) = color.items
    assert isinstance(group, RadioGroup)
    group.act("s2")
    assert driver.drawing.color == "s2"
    for toggle in (lock, only):
        assert isinstance(toggle, Toggle)
        items = driver.items_at(200, 115)
        toggle = items[plain_text(toggle.text)]  # of the changed drawing
        assert isinstance(toggle, Toggle)
        assert not toggle.is_on()
        toggle.act(True)
    assert (driver.drawing.is_locked, driver.drawing.timeframe, driver.drawing.color) == (True, "1s", "s2")
    delete = driver.items_at(200, 115)["Delete trend line"]
    assert isinstance(delete, MenuCommand)
    assert delete.unavailable is not None
    assert delete.unavailable() == "The line is locked"
    driver.tools.set_locked(driver.drawing, False)
    driver.run(driver.items_at(200, 115), "Delete trend line")
    assert not driver.drawings


def test_an_alert_is_offered_if_there_are_alerts(driver: MenuDriver) -> None:
    requests: list[object] = []
    drawing = driver.draw(TREND, (100, 150), (300, 80))
    driver.tools.alert_requested.connect(requests.append)
    driver.run(driver.items_at(200, 115), "Alert when the price crosses…")
    assert requests == [drawing]


def test_no_alert_is_offered_on_a_vertical_line(driver: MenuDriver) -> None:
    drawing = driver.draw(TREND, (200, 150), (300, 80))
    assert drawing.end is not None
    driver.tools.change("edit", drawing, end=Anchor(drawing.begin.time_ns, drawing.end.price))
    driver.chart.refresh()
    driver.tools.alert_requested.connect(lambda drawing: None)
    alert = driver.items_at(200, 115)["Alert when the price crosses…"]
    assert isinstance(alert, MenuCommand)
    assert alert.unavailable is not None
    assert alert.unavailable() == "The line is vertical"


def test_a_chart_without_a_symbol_has_no_tools(driver: MenuDriver) -> None:
    driver.chart.show_symbol(None)
    for title in ("Horizontal line", "Trend line", "Ray"):
        tool = by_title(driver.menu.tool_items())[title]
        assert isinstance(tool, MenuCommand)
        assert tool.unavailable is not None
        assert tool.unavailable() == "No symbol on the chart"


def test_the_menu_key_opens_the_menu_of_the_selected_drawing(driver: MenuDriver) -> None:
    driver.draw(TREND, (100, 150), (300, 80))
    assert "Delete trend line" in driver.items_at(-50, -50)
    assert "Draw" in driver.items_at(500, 50)  # the mouse is not on the drawing
    driver.tools.select("")
    assert not driver.items_at(-50, -50)


def test_times_and_prices_are_edited_in_a_dialog_as_one_step(driver: MenuDriver) -> None:
    driver.draw(HORIZONTAL, (300, 100))
    driver.run(driver.items_at(300, 100), "Edit horizontal line…")
    dialog = driver.menu.dialog
    assert dialog is not None
    dialog.findChildren(QDoubleSpinBox)[0].setValue(107.25)
    dialog._save()
    assert driver.drawing.begin.price == 107.25
    assert driver.steps[-1] == "Undo: edit a horizontal line"
    assert driver.menu.dialog is None


def test_times_are_edited_in_the_chosen_zone_also_where_a_day_does_not_begin_at_midnight(driver: MenuDriver) -> None:
    driver.desk.feed.set_us_stocks(StockHours.ON_THE_HOUR)
    driver.show(0)
    driver.trades(100.0, 101.0)
    driver.choose(timeframe="1d")
    drawing = driver.draw(TREND, (100, 100), (300, 200))
    driver.menu.edit(drawing)
    assert driver.menu.dialog is not None
    field = driver.menu.dialog.findChildren(QDateTimeEdit)[0]
    assert field.accessibleName() == "First time (UTC)"
    begin = local_time(drawing.begin.time_ns // SECOND_NS, UTC)
    assert field.text() == f"{begin:%Y-%m-%d %H:%M:%S}"


def test_the_dialog_closes_with_its_symbol(driver: MenuDriver) -> None:
    driver.menu.edit(driver.draw(HORIZONTAL, (300, 100)))
    driver.show(1)
    assert driver.menu.dialog is None
