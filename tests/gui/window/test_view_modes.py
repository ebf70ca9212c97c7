from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.window import layout_state
from ticker_gui.gui.window.main_window import MainWindow

_Key = Qt.Key
CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def chart_only(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, _Key.Key_F11, CONTROL_SHIFT)


def list_only(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, _Key.Key_F10, CONTROL_SHIFT)


def visible_parts(window: MainWindow) -> list[str]:
    parts: dict[str, QWidget] = {"list": window.watchlist, "chart": window.chart, "details": window.details}
    return [name for name, part in parts.items() if part.isVisible()]


def test_chart_only_hides_all_panels_until_it_is_switched_off(qtbot: QtBot, window: MainWindow) -> None:
    width = window.panel.width()
    window.docks.open(window.details)
    chart_only(qtbot, window)
    assert visible_parts(window) == ["chart"]
    assert window.chart.hasFocus()
    chart_only(qtbot, window)
    assert visible_parts(window) == ["list", "chart", "details"]
    qtbot.waitUntil(lambda: window.panel.width() == width)


def test_list_only_fills_the_window_with_the_list(qtbot: QtBot, window: MainWindow) -> None:
    list_only(qtbot, window)
    assert visible_parts(window) == ["list"]
    qtbot.waitUntil(lambda: window.panel.width() > 1150)
    assert window.watchlist.hasFocus()
    list_only(qtbot, window)
    assert visible_parts(window) == ["list", "chart"]


def test_one_mode_replaces_the_other(qtbot: QtBot, window: MainWindow) -> None:
    list_only(qtbot, window)
    chart_only(qtbot, window)
    assert visible_parts(window) == ["chart"]
    list_only(qtbot, window)
    assert visible_parts(window) == ["list"]


@pytest.mark.parametrize("enter", [chart_only, list_only])
def test_escape_shows_all_parts_again(qtbot: QtBot, window: MainWindow, enter: object) -> None:
    assert callable(enter)
    enter(qtbot, window)
    focus = window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, _Key.Key_Escape)
    assert visible_parts(window) == ["list", "chart"]


def test_escape_first_clears_a_measurement(qtbot: QtBot, window: MainWindow) -> None:
    chart_only(qtbot, window)
    window.chart.refresh()
    qtbot.keyClick(window.chart, _Key.Key_M)
    qtbot.keyClick(window.chart, _Key.Key_Escape)
    assert visible_parts(window) == ["chart"]
    qtbot.keyClick(window.chart, _Key.Key_Escape)
    assert visible_parts(window) == ["list", "chart"]


def test_a_command_for_the_list_leaves_chart_only_but_not_list_only(qtbot: QtBot, window: MainWindow) -> None:
    window.docks.open(window.details)
    chart_only(qtbot, window)
    window.docks.reveal(window.panel)
    assert visible_parts(window) == ["list", "chart", "details"]
    list_only(qtbot, window)
    window.docks.reveal(window.panel)
    assert visible_parts(window) == ["list"]


@pytest.mark.parametrize("enter", [chart_only, list_only])
def test_opening_a_panel_leaves_the_mode(qtbot: QtBot, window: MainWindow, enter: object) -> None:
    assert callable(enter)
    enter(qtbot, window)
    qtbot.keyClick(window, _Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    assert visible_parts(window) == ["list", "chart", "details"]


def test_closing_the_list_leaves_list_only(qtbot: QtBot, window: MainWindow) -> None:
    list_only(qtbot, window)
    qtbot.keyClick(window, _Key.Key_F9)
    assert visible_parts(window) == ["chart"]


def test_full_screen_is_left_by_the_same_key_and_by_escape(qtbot: QtBot, window: MainWindow) -> None:
    for key in (_Key.Key_F11, _Key.Key_Escape):
        qtbot.keyClick(window, _Key.Key_F11)
        assert window.isFullScreen()
        qtbot.keyClick(window, key)
        assert not window.isFullScreen()


def test_the_menu_shows_which_mode_is_on(qtbot: QtBot, window: MainWindow) -> None:
    list_only(qtbot, window)
    (view,) = [one.menu() for one in window.menuBar().actions() if one.text() == "&View"]
    assert isinstance(view, QMenu)
    view.aboutToShow.emit()
    checked = [one.text() for one in window.findChildren(QAction) if one.isCheckable() and one.isChecked()]
    assert "&List only" in checked
    assert "Cha&rt only" not in checked


@pytest.mark.parametrize("enter", [chart_only, list_only])
def test_the_layout_before_a_mode_is_the_one_that_is_saved(qtbot: QtBot, window: MainWindow, enter: object) -> None:
    assert callable(enter)
    before = layout_state.capture(window).docks
    enter(qtbot, window)
    assert layout_state.capture(window).docks == before


@pytest.mark.parametrize("enter", [chart_only, list_only])
def test_resetting_the_layout_leaves_the_mode(qtbot: QtBot, window: MainWindow, enter: object) -> None:
    assert callable(enter)
    enter(qtbot, window)
    window.docks.reset()
    assert visible_parts(window) == ["list", "chart"]
