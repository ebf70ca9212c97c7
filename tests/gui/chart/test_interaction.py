from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.indicators.registry import IndicatorConfig

SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    driver = ChartDriver(qtbot, timeframe="1s", kind="candles", indicators=(IndicatorConfig("rsi"),))
    driver.trades(*(100.0 + index % 10 for index in range(600)))
    return driver


def key(qtbot: QtBot, driver: ChartDriver, *keys: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    for one in keys:
        qtbot.keyClick(driver.chart, one, modifiers or Qt.KeyboardModifier.NoModifier)
    driver.chart.refresh()


@pytest.mark.parametrize("x", [0.0, 100.0, 400.0])
def test_the_wheel_zooms_around_the_mouse(driver: ChartDriver, x: float) -> None:
    for steps in (1.0, -1.0, 3.0, -2.5, 0.25):
        driver.chart.reset()
        driver.chart.refresh()
        position, before = driver.viewport.position(x), driver.width
        driver.wheel(x, 50, steps)
        assert driver.viewport.position(x) == pytest.approx(position, abs=2 * driver.viewport.pixel)
        assert driver.width == pytest.approx(before / 1.2**steps)


def test_the_menu_key_opens_the_menu_at_the_crosshair_of_keys(driver: ChartDriver, qtbot: QtBot) -> None:
    points: list[QPoint] = []
    driver.chart.menu_requested.connect(points.append)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(10, 10), QPoint(10, 10))
    driver.move(300, 50)  # the mouse is on the chart, but the menu belongs to the keyboard
    QApplication.sendEvent(driver.chart, event)
    key(qtbot, driver, Key.Key_Left, modifiers=SHIFT)
    QApplication.sendEvent(driver.chart, event)
    pane = driver.chart.price
    assert pane.point_at(points[0]) is None
    point, crosshair = pane.point_at(points[1]), driver.scene.crosshair
    assert point is not None
    assert crosshair is not None
    assert point.x() == pytest.approx(driver.viewport.x(crosshair.position), abs=1.0)
    assert point.y() == pytest.approx(crosshair.y, abs=1.0)


def test_the_wheel_zooms_in_every_pane(driver: ChartDriver) -> None:
    for pane in driver.chart.panes.visible_panes:
        before = driver.width
        driver.wheel(100, 10, 1.0, pane)
        assert driver.width < before


def test_the_horizontal_wheel_pans(driver: ChartDriver) -> None:
    before = driver.chart.time_range.left
    width = driver.width
    driver.wheel(100, 50, 1.0, sideways=True)
    assert driver.chart.time_range.left < before
    assert driver.width == pytest.approx(width)


def test_dragging_moves_the_chart_with_the_mouse(driver: ChartDriver) -> None:
    position = driver.viewport.position(100.0)
    driver.drag((100, 50), (250, 60))
    assert driver.viewport.position(250.0) == pytest.approx(position, abs=2 * driver.viewport.pixel)


def test_prices_do_not_auto_scale_while_the_user_drags(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1s")
    driver.trades(*range(1, 601))
    before = (driver.chart.price.price_range.bottom, driver.chart.price.price_range.top)
    driver.press(100, 50)
    for x in range(110, 600, 50):
        driver.move(x, 50, is_pressed=True)
        assert (driver.chart.price.price_range.bottom, driver.chart.price.price_range.top) == before
    driver.release(600, 50)
    assert driver.chart.price.price_range.top < before[1]


def test_dragging_the_price_axis_scales_and_a_double_click_auto_scales(driver: ChartDriver) -> None:
    pane, width = driver.chart.price, driver.chart.price.extent[0]
    fitted = (pane.price_range.bottom, pane.price_range.top)
    driver.drag((width + 20, 50), (width + 20, 150))
    assert not pane.price_range.auto_scale
    assert pane.price_range.top - pane.price_range.bottom > 1.3 * (fitted[1] - fitted[0])
    scaled = (pane.price_range.bottom, pane.price_range.top)
    driver.trades(150.0, 151.0)
    assert (pane.price_range.bottom, pane.price_range.top) == scaled
    driver.drag((100, 50), (100, 100))  # a range scaled by the user can be panned vertically
    assert pane.price_range.bottom > scaled[0]
    driver.double_click(width + 20, 50)
    assert pane.price_range.auto_scale
    assert 0 <= driver.viewport.y(151.0) <= driver.viewport.height


def test_dragging_the_time_axis_zooms_around_the_right_edge(driver: ChartDriver) -> None:
    pane = driver.chart.panes.visible_panes[-1]
    before, right = driver.width, driver.chart.time_range.right
    below = pane.extent[1] + 8
    driver.drag((300, below), (400, below), pane)
    assert driver.width > 1.3 * before
    assert driver.chart.time_range.right == pytest.approx(right)


def test_a_double_click_resets_the_view(driver: ChartDriver) -> None:
    default_width = driver.width
    driver.wheel(100, 50, 3.0)
    driver.drag((100, 50), (400, 50))
    driver.chart.price.price_range.scale(3.0)
    driver.double_click(200, 50)
    assert driver.chart.time_range.is_following
    assert driver.chart.price.price_range.auto_scale
    assert driver.width == pytest.approx(default_width)


def test_the_legends_of_all_panes_show_the_bar_under_the_mouse(driver: ChartDriver) -> None:
    driver.move(200, 50)
    assert driver.chart.crosshair is not None
    row = driver.scene.row
    start_s = int(driver.scene.bar(row).start_ns[0]) / SECOND_NS
    assert start_s <= driver.viewport.position(200.0) < start_s + 1
    assert [bool(pane.price_axis.tags) for pane in driver.chart.panes.visible_panes] == [True, False, False]
    driver.move(driver.chart.price.extent[0] + 10, 50)  # over the axis
    assert driver.chart.crosshair is None


def test_the_legend_shows_the_newest_bar_when_the_mouse_leaves(driver: ChartDriver) -> None:
    driver.move(200, 50)
    driver.chart.price.hover_ended.emit()
    driver.chart.refresh()
    assert driver.scene.row == len(driver.scene.chart_data.series) - 1


def test_dragging_with_shift_measures(driver: ChartDriver) -> None:
    begin = (driver.viewport.position(100.0), driver.viewport.price(150.0))
    before = driver.chart.time_range.left
    driver.press(100, 150, modifiers=SHIFT)
    driver.move(300, 50, is_pressed=True)
    driver.release(300, 50)
    measure = driver.chart.price.measure
    assert measure is not None
    assert (measure.from_position, measure.from_price) == pytest.approx(begin, rel=1e-6)
    assert measure.to_price == pytest.approx(driver.viewport.price(50.0))
    assert driver.chart.time_range.left == before
    assert measure.to_price > measure.from_price


def test_keys_zoom_pan_follow_and_go_to_the_oldest_bar(driver: ChartDriver, qtbot: QtBot) -> None:
    width, right = driver.width, driver.chart.time_range.right
    key(qtbot, driver, Key.Key_Plus)
    assert driver.width == pytest.approx(width / 1.25)
    assert driver.chart.time_range.is_following
    key(qtbot, driver, Key.Key_Minus, Key.Key_Minus)
    assert driver.width == pytest.approx(width * 1.25)
    key(qtbot, driver, Key.Key_PageUp, Key.Key_PageUp)
    assert driver.chart.time_range.right < right - width
    key(qtbot, driver, Key.Key_Home)
    oldest = int(driver.scene.chart_data.series.bars.start_ns[0]) / SECOND_NS
    assert driver.chart.time_range.left == pytest.approx(oldest)
    key(qtbot, driver, Key.Key_Right, Key.Key_Left, Key.Key_PageDown)
    assert driver.chart.time_range.left > oldest
    key(qtbot, driver, Key.Key_End)
    assert driver.chart.time_range.is_following
    key(qtbot, driver, Key.Key_R)
    assert driver.width == pytest.approx(width)


def test_keys_scale_prices(driver: ChartDriver, qtbot: QtBot) -> None:
    price_range = driver.chart.price.price_range
    height = price_range.top - price_range.bottom
    key(qtbot, driver, Key.Key_Up)
    assert price_range.top - price_range.bottom == pytest.approx(height / 1.25)
    key(qtbot, driver, Key.Key_Down, Key.Key_Down)
    assert price_range.top - price_range.bottom == pytest.approx(height * 1.25)


def test_keys_resize_the_price_pane(driver: ChartDriver, qtbot: QtBot) -> None:
    panes = driver.chart.panes
    before, whole = panes.sizes(), sum(panes.sizes())
    key(qtbot, driver, Key.Key_Up, modifiers=SHIFT)
    assert panes.sizes()[0] > before[0]
    assert panes.sizes()[1] < before[1]
    key(qtbot, driver, Key.Key_Down, Key.Key_Down, modifiers=SHIFT)
    assert panes.sizes()[0] < before[0]
    key(qtbot, driver, *[Key.Key_Up] * 20, modifiers=SHIFT)
    assert min(panes.sizes()[:2]) > 0
    assert sum(panes.sizes()) == whole
    driver.choose(has_volume=False)
    key(qtbot, driver, Key.Key_Up, Key.Key_Down, modifiers=SHIFT)


def test_keys_step_through_bars_and_measure(driver: ChartDriver, qtbot: QtBot) -> None:
    key(qtbot, driver, Key.Key_Left, modifiers=SHIFT)
    newest = len(driver.scene.chart_data.series) - 1
    assert driver.scene.row == newest
    key(qtbot, driver, Key.Key_Left, Key.Key_Left, modifiers=SHIFT)
    assert driver.scene.row == newest - 2
    key(qtbot, driver, Key.Key_M)
    key(qtbot, driver, Key.Key_Left, Key.Key_Left, Key.Key_Left, modifiers=SHIFT)
    measure = driver.chart.price.measure
    assert measure is not None
    assert measure.lines(driver.scene)[1] == "−3 bars  −3 s"
    key(qtbot, driver, Key.Key_Escape)
    assert driver.chart.price.measure is None
    assert driver.chart.crosshair is None


def test_a_measurement_by_keys_ends_when_another_symbol_is_shown(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s")
    for number in range(50):
        driver.trade(100.0 + number % 3)
        driver.trade(5.0, 0.0, "B")
    driver.chart.refresh()
    key(qtbot, driver, Key.Key_M)
    driver.show(1)
    key(qtbot, driver, Key.Key_Left, Key.Key_Left, modifiers=SHIFT)
    assert driver.chart.price.measure is None


def test_escape_is_for_the_chart_only_if_keys_placed_something(driver: ChartDriver, qtbot: QtBot) -> None:
    def is_taken() -> bool:
        event = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(driver.chart, event)
        return event.isAccepted()

    assert not is_taken()
    driver.move(300, 50)
    assert driver.chart.crosshair is not None
    assert not is_taken()  # it leaves the full screen, for example
    key(qtbot, driver, Key.Key_Left, modifiers=SHIFT)
    assert is_taken()
    key(qtbot, driver, Key.Key_M)
    assert is_taken()
    assert not is_taken()


@pytest.mark.parametrize("one", [Key.Key_End, Key.Key_R])
def test_a_new_view_removes_the_crosshair_of_keys_but_not_that_of_the_mouse(
    driver: ChartDriver, qtbot: QtBot, one: Qt.Key
) -> None:
    key(qtbot, driver, Key.Key_Left, modifiers=SHIFT)
    assert driver.chart.crosshair is not None
    key(qtbot, driver, one)
    assert driver.chart.crosshair is None
    driver.move(300, 50)
    key(qtbot, driver, one)
    assert driver.chart.crosshair is not None


def test_without_a_crosshair_measuring_starts_at_the_newest_bar(driver: ChartDriver, qtbot: QtBot) -> None:
    key(qtbot, driver, Key.Key_M)
    assert driver.scene.row == len(driver.scene.chart_data.series) - 1
    key(qtbot, driver, Key.Key_Left, Key.Key_Left, modifiers=SHIFT)
    measure = driver.chart.price.measure
    assert measure is not None
    assert measure.lines(driver.scene)[1] == "−2 bars  −2 s"


def test_stepping_scrolls_the_view_and_stops_at_the_ends(driver: ChartDriver, qtbot: QtBot) -> None:
    for _ in range(30):
        key(qtbot, driver, *(Key.Key_Left,) * 5, modifiers=SHIFT)
        assert driver.chart.crosshair is not None
        assert driver.chart.time_range.left <= driver.chart.crosshair.position <= driver.chart.time_range.right
    key(qtbot, driver, Key.Key_Home)
    assert driver.chart.crosshair is not None
    for _ in range(3):
        driver.chart.crosshair = driver.chart.crosshair._replace(position=driver.chart.time_range.left + 0.5)
        key(qtbot, driver, Key.Key_Left, modifiers=SHIFT)
    assert driver.scene.row == 0


def test_other_keys_are_not_handled(driver: ChartDriver, qtbot: QtBot) -> None:
    before = driver.width
    key(qtbot, driver, Key.Key_Plus, modifiers=Qt.KeyboardModifier.ControlModifier)
    key(qtbot, driver, Key.Key_Left, modifiers=Qt.KeyboardModifier.AltModifier)
    assert driver.width == before
    assert driver.chart.time_range.is_following


def test_without_data_keys_do_nothing(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot)
    for symbol in (True, False):
        if not symbol:
            driver.chart.show_symbol(None)
        for one in (Key.Key_Home, Key.Key_End, Key.Key_Plus, Key.Key_Left, Key.Key_M, Key.Key_R, Key.Key_Escape):
            key(qtbot, driver, one)
            key(qtbot, driver, one, modifiers=SHIFT)
        if symbol:
            driver.wheel(100, 50, 1.0)
            driver.drag((100, 50), (200, 60))
            driver.move(100, 50)
            driver.double_click(100, 50)


def test_the_horizontal_wheel_keeps_auto_scaling(driver: ChartDriver) -> None:
    driver.wheel(100, 50, 1.0, sideways=True)
    assert not any(pane.price_range.frozen for pane in driver.chart.panes.visible_panes)


def test_letter_keys_work_in_every_keyboard_layout(driver: ChartDriver) -> None:
    def press(text: str) -> None:
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(driver.chart, QKeyEvent(QEvent.Type.KeyPress, ord(text.upper()), none, text))
        driver.chart.refresh()

    for reset, measure in ("кь", "ρμ", "רצ", "قة", "ㄱㅡ", "rm", "RM"):
        driver.wheel(100, 50, 3.0)
        assert driver.width < 100.0
        press(reset)
        assert driver.width == pytest.approx(120.0), reset
        assert driver.chart.crosshair is None
        press(measure)
        assert driver.chart.crosshair is not None, measure
