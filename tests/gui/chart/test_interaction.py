from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.indicators.registry import Chosen

SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    shown = Shown(qtbot, timeframe="1s", kind="candles", indicators=(Chosen("rsi"),))
    shown.trades(*(100.0 + index % 10 for index in range(600)))
    return shown


def key(qtbot: QtBot, shown: Shown, *keys: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    for one in keys:
        qtbot.keyClick(shown.chart, one, modifiers or Qt.KeyboardModifier.NoModifier)
    shown.chart.refresh()


@pytest.mark.parametrize("steps", [1.0, -1.0, 3.0, -2.5, 0.25])
@pytest.mark.parametrize("x", [0.0, 100.0, 400.0])
def test_the_wheel_zooms_around_the_mouse(shown: Shown, x: float, steps: float) -> None:
    position, before = shown.viewport.position(x), shown.width
    shown.wheel(x, 50, steps)
    assert shown.viewport.position(x) == pytest.approx(position, abs=2 * shown.viewport.pixel)
    assert shown.width == pytest.approx(before / 1.2**steps)


def test_the_wheel_zooms_in_every_pane(shown: Shown) -> None:
    for pane in shown.chart.panes.visible_panes:
        before = shown.width
        shown.wheel(100, 10, 1.0, pane)
        assert shown.width < before


def test_the_horizontal_wheel_pans(shown: Shown) -> None:
    before = shown.chart.time_range.left
    width = shown.width
    shown.wheel(100, 50, 1.0, sideways=True)
    assert shown.chart.time_range.left < before
    assert shown.width == pytest.approx(width)


def test_dragging_moves_the_chart_with_the_mouse(shown: Shown) -> None:
    position = shown.viewport.position(100.0)
    shown.drag((100, 50), (250, 60))
    assert shown.viewport.position(250.0) == pytest.approx(position, abs=2 * shown.viewport.pixel)


def test_prices_do_not_auto_scale_while_the_user_drags(qtbot: QtBot) -> None:
    shown = Shown(qtbot, timeframe="1s")
    shown.trades(*range(1, 601))
    before = (shown.chart.price.price_range.bottom, shown.chart.price.price_range.top)
    shown.press(100, 50)
    for x in range(110, 600, 50):
        shown.move(x, 50, is_pressed=True)
        assert (shown.chart.price.price_range.bottom, shown.chart.price.price_range.top) == before
    shown.release(600, 50)
    assert shown.chart.price.price_range.top < before[1]


def test_dragging_the_price_axis_scales_and_a_double_click_auto_scales(shown: Shown) -> None:
    pane, width = shown.chart.price, shown.chart.price.extent[0]
    fitted = (pane.price_range.bottom, pane.price_range.top)
    shown.drag((width + 20, 50), (width + 20, 150))
    assert not pane.price_range.auto_scale
    assert pane.price_range.top - pane.price_range.bottom > 1.3 * (fitted[1] - fitted[0])
    scaled = (pane.price_range.bottom, pane.price_range.top)
    shown.trades(150.0, 151.0)
    assert (pane.price_range.bottom, pane.price_range.top) == scaled
    shown.drag((100, 50), (100, 100))  # what is scaled by hand moves up and down
    assert pane.price_range.bottom > scaled[0]
    shown.double_click(width + 20, 50)
    assert pane.price_range.auto_scale
    assert 0 <= shown.viewport.y(151.0) <= shown.viewport.height


def test_dragging_the_time_axis_zooms_around_the_right_edge(shown: Shown) -> None:
    pane = shown.chart.panes.visible_panes[-1]
    before, right = shown.width, shown.chart.time_range.right
    below = pane.extent[1] + 8
    shown.drag((300, below), (400, below), pane)
    assert shown.width > 1.3 * before
    assert shown.chart.time_range.right == pytest.approx(right)


def test_a_double_click_resets_the_view(shown: Shown) -> None:
    usual = shown.width
    shown.wheel(100, 50, 3.0)
    shown.drag((100, 50), (400, 50))
    shown.chart.price.price_range.scale(3.0)
    shown.double_click(200, 50)
    assert shown.chart.time_range.is_following
    assert shown.chart.price.price_range.auto_scale
    assert shown.width == pytest.approx(usual)


def test_the_legends_of_all_panes_show_the_bar_under_the_mouse(shown: Shown) -> None:
    shown.move(200, 50)
    assert shown.chart.crosshair is not None
    row = shown.scene.row
    start_s = int(shown.scene.bar(row).start_ns[0]) / SECOND_NS
    assert start_s <= shown.viewport.position(200.0) < start_s + 1
    assert [bool(pane.price_axis.tags) for pane in shown.chart.panes.visible_panes] == [True, False, False]
    shown.move(shown.chart.price.extent[0] + 10, 50)  # on the axis
    assert shown.chart.crosshair is None


def test_the_legend_shows_the_newest_bar_when_the_mouse_leaves(shown: Shown) -> None:
    shown.move(200, 50)
    shown.chart.price.hover_ended.emit()
    shown.chart.refresh()
    assert shown.scene.row == len(shown.scene.chart_data.series) - 1


def test_dragging_with_shift_measures(shown: Shown) -> None:
    begin = (shown.viewport.position(100.0), shown.viewport.price(150.0))
    before = shown.chart.time_range.left
    shown.press(100, 150, modifiers=SHIFT)
    shown.move(300, 50, is_pressed=True)
    shown.release(300, 50)
    measure = shown.chart.price.measure
    assert measure is not None
    assert (measure.from_position, measure.from_price) == pytest.approx(begin, rel=1e-6)
    assert measure.to_price == pytest.approx(shown.viewport.price(50.0))
    assert shown.chart.time_range.left == before
    assert measure.to_price > measure.from_price


def test_keys_zoom_pan_follow_and_go_to_the_oldest_bar(shown: Shown, qtbot: QtBot) -> None:
    width, right = shown.width, shown.chart.time_range.right
    key(qtbot, shown, Key.Key_Plus)
    assert shown.width == pytest.approx(width / 1.25)
    assert shown.chart.time_range.is_following
    key(qtbot, shown, Key.Key_Minus, Key.Key_Minus)
    assert shown.width == pytest.approx(width * 1.25)
    key(qtbot, shown, Key.Key_PageUp, Key.Key_PageUp)
    assert shown.chart.time_range.right < right - width
    key(qtbot, shown, Key.Key_Home)
    oldest = int(shown.scene.chart_data.series.bars.start_ns[0]) / SECOND_NS
    assert shown.chart.time_range.left == pytest.approx(oldest)
    key(qtbot, shown, Key.Key_Right, Key.Key_Left, Key.Key_PageDown)
    assert shown.chart.time_range.left > oldest
    key(qtbot, shown, Key.Key_End)
    assert shown.chart.time_range.is_following
    key(qtbot, shown, Key.Key_R)
    assert shown.width == pytest.approx(width)


def test_keys_scale_prices(shown: Shown, qtbot: QtBot) -> None:
    price_range = shown.chart.price.price_range
    height = price_range.top - price_range.bottom
    key(qtbot, shown, Key.Key_Up)
    assert price_range.top - price_range.bottom == pytest.approx(height / 1.25)
    key(qtbot, shown, Key.Key_Down, Key.Key_Down)
    assert price_range.top - price_range.bottom == pytest.approx(height * 1.25)


def test_keys_resize_the_price_pane(shown: Shown, qtbot: QtBot) -> None:
    panes = shown.chart.panes
    before, whole = panes.sizes(), sum(panes.sizes())
    key(qtbot, shown, Key.Key_Up, modifiers=SHIFT)
    assert panes.sizes()[0] > before[0]
    assert panes.sizes()[1] < before[1]
    key(qtbot, shown, Key.Key_Down, Key.Key_Down, modifiers=SHIFT)
    assert panes.sizes()[0] < before[0]
    key(qtbot, shown, *[Key.Key_Up] * 20, modifiers=SHIFT)
    assert min(panes.sizes()[:2]) > 0
    assert sum(panes.sizes()) == whole
    shown.choose(has_volume=False)
    key(qtbot, shown, Key.Key_Up, Key.Key_Down, modifiers=SHIFT)


def test_keys_step_through_bars_and_measure(shown: Shown, qtbot: QtBot) -> None:
    key(qtbot, shown, Key.Key_Left, modifiers=SHIFT)
    newest = len(shown.scene.chart_data.series) - 1
    assert shown.scene.row == newest
    key(qtbot, shown, Key.Key_Left, Key.Key_Left, modifiers=SHIFT)
    assert shown.scene.row == newest - 2
    key(qtbot, shown, Key.Key_M)
    key(qtbot, shown, Key.Key_Left, Key.Key_Left, Key.Key_Left, modifiers=SHIFT)
    measure = shown.chart.price.measure
    assert measure is not None
    assert measure.lines(shown.scene)[1] == "-3 bars  -3 s"
    key(qtbot, shown, Key.Key_Escape)
    assert shown.chart.price.measure is None
    assert shown.chart.crosshair is None


def test_without_a_crosshair_measuring_starts_at_the_newest_bar(shown: Shown, qtbot: QtBot) -> None:
    key(qtbot, shown, Key.Key_M)
    assert shown.scene.row == len(shown.scene.chart_data.series) - 1
    key(qtbot, shown, Key.Key_Left, Key.Key_Left, modifiers=SHIFT)
    measure = shown.chart.price.measure
    assert measure is not None
    assert measure.lines(shown.scene)[1] == "-2 bars  -2 s"


def test_stepping_scrolls_the_view_and_stops_at_the_ends(shown: Shown, qtbot: QtBot) -> None:
    for _ in range(150):
        qtbot.keyClick(shown.chart, Key.Key_Left, SHIFT)
        shown.chart.refresh()
    assert shown.chart.crosshair is not None
    assert shown.chart.time_range.left <= shown.chart.crosshair.position <= shown.chart.time_range.right
    key(qtbot, shown, Key.Key_Home)
    for _ in range(3):
        shown.chart.crosshair = shown.chart.crosshair._replace(position=shown.chart.time_range.left + 0.5)
        key(qtbot, shown, Key.Key_Left, modifiers=SHIFT)
    assert shown.scene.row == 0


def test_other_keys_are_not_handled(shown: Shown, qtbot: QtBot) -> None:
    before = shown.width
    key(qtbot, shown, Key.Key_Plus, modifiers=Qt.KeyboardModifier.ControlModifier)
    key(qtbot, shown, Key.Key_Left, modifiers=Qt.KeyboardModifier.AltModifier)
    assert shown.width == before
    assert shown.chart.time_range.is_following


def test_without_data_keys_do_nothing(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    for symbol in (True, False):
        if not symbol:
            shown.chart.show_symbol(None)
        for one in (Key.Key_Home, Key.Key_End, Key.Key_Plus, Key.Key_Left, Key.Key_M, Key.Key_R, Key.Key_Escape):
            key(qtbot, shown, one)
            key(qtbot, shown, one, modifiers=SHIFT)
        if symbol:
            shown.wheel(100, 50, 1.0)
            shown.drag((100, 50), (200, 60))
            shown.move(100, 50)
            shown.double_click(100, 50)


def test_the_horizontal_wheel_keeps_auto_scaling(shown: Shown) -> None:
    shown.wheel(100, 50, 1.0, sideways=True)
    assert not any(pane.price_range.frozen for pane in shown.chart.panes.visible_panes)


@pytest.mark.parametrize(("reset", "measure"), ["кь", "ρμ", "רצ", "قة", "ㄱㅡ", "rm", "RM"])
def test_letter_keys_work_in_every_keyboard_layout(shown: Shown, reset: str, measure: str) -> None:
    def press(text: str) -> None:
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(shown.chart, QKeyEvent(QEvent.Type.KeyPress, ord(text.upper()), none, text))
        shown.chart.refresh()

    shown.wheel(100, 50, 3.0)
    assert shown.width < 100.0
    press(reset)
    assert shown.width == pytest.approx(120.0)
    assert shown.chart.crosshair is None
    press(measure)
    assert shown.chart.crosshair is not None
