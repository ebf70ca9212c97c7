from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window import layout_state
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.narrow_view import MIN_WIDE
from ticker_gui.gui.window.proportions import ChosenWidth, fitting_list_width, list_width


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.resize(1400, 800)
    window.show()
    return window


def restarted(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Show another window with the layout of this one."""
    later = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(later)
    layout_state.restore(layout_state.capture(window), later)
    later.show()
    return later


def tabs(window: MainWindow) -> QTabBar:
    found = window.findChild(QTabBar, "narrow_tabs")
    assert isinstance(found, QTabBar)
    return found


def visible(window: MainWindow) -> list[str]:
    return [name for name, part in (("list", window.panel), ("chart", window.chart)) if part.isVisible()]


def test_list_and_chart_are_tabs_only_in_a_narrow_window(window: MainWindow, qtbot: QtBot) -> None:
    assert visible(window) == ["list", "chart"]
    assert not tabs(window).isVisible()
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    assert tabs(window).isVisible()
    tabs(window).setCurrentIndex(1)
    qtbot.waitUntil(lambda: visible(window) == ["chart"])
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: visible(window) == ["list", "chart"])
    assert not tabs(window).isVisible()
    qtbot.waitUntil(lambda: abs(window.panel.width() - list_width(1400)) <= 1)


def test_a_command_for_the_list_brings_its_tab_to_the_front(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    tabs(window).setCurrentIndex(1)
    qtbot.waitUntil(lambda: visible(window) == ["chart"])
    window.docks.open(window.panel)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    assert tabs(window).currentIndex() == 0


def test_the_keyboard_focus_stays_in_the_add_field(window: MainWindow, qtbot: QtBot) -> None:
    window.focus_add_field()
    qtbot.waitUntil(window.add_field.hasFocus)
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    assert window.add_field.hasFocus()


def test_escape_keeps_one_part_in_view(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: visible(window) == ["list"])


def test_the_saved_layout_is_that_of_the_wide_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    saved = window.docks.capture()
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: visible(window) == ["list", "chart"])
    window.docks.restore(saved)
    qtbot.wait(20)
    assert visible(window) == ["list", "chart"]
    assert not tabs(window).isVisible()


def test_another_panel_can_be_opened_in_a_narrow_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    window.docks.open(window.details)
    qtbot.wait(20)
    assert window.details.isVisible()


def test_a_panel_at_the_bottom_opens_below_the_current_part_and_closes_again(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    window.docks.open(window.details)
    qtbot.waitUntil(lambda: visible(window) == ["list"] and window.details.isVisible())
    tabs(window).setCurrentIndex(1)
    qtbot.waitUntil(lambda: visible(window) == ["chart"] and window.details.isVisible())
    window.docks.close(window.details)
    qtbot.waitUntil(lambda: visible(window) == ["chart"] and not window.details.isVisible())
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: visible(window) == ["list", "chart"])
    assert not window.details.isVisible()


def test_the_chosen_width_of_the_list_returns_with_the_wide_window(window: MainWindow, qtbot: QtBot) -> None:
    window.docks.set_width(window.panel, 420)
    qtbot.waitUntil(lambda: window.panel.width() == 420)
    for narrow in (700, 760):
        window.resize(narrow, 600)
        qtbot.waitUntil(lambda: visible(window) == ["list"])
        window.resize(1400, 800)
        qtbot.waitUntil(lambda: visible(window) == ["list", "chart"] and window.panel.width() == 420)


def test_a_restart_in_a_narrow_window_keeps_the_chosen_width(window: MainWindow, qtbot: QtBot) -> None:
    window.docks.set_width(window.panel, 420)
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    later = restarted(window, qtbot)
    qtbot.waitUntil(lambda: visible(later) == ["list"])
    later.resize(1400, 800)
    qtbot.waitUntil(lambda: visible(later) == ["list", "chart"] and later.panel.width() == 420)


def test_a_restart_in_a_narrow_window_keeps_the_selected_tab(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(700, 600)
    qtbot.waitUntil(lambda: visible(window) == ["list"])
    tabs(window).setCurrentIndex(1)
    qtbot.waitUntil(lambda: visible(window) == ["chart"])
    later = restarted(window, qtbot)
    qtbot.waitUntil(lambda: visible(later) == ["chart"])
    assert tabs(later).currentIndex() == 1


@pytest.mark.parametrize("part", ["", "other", 1, None, ["chart"]])
def test_an_unknown_tab_in_a_saved_layout_is_ignored(window: MainWindow, part: object) -> None:
    layout_state.restore(msgspec.structs.replace(layout_state.capture(window), narrow_part=part), window)
    assert window.narrow_view.part == "list"


STEPS = st.sampled_from(["700", "1000", "1400", "open", "close", "switch", "tab", "wider"])


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=8))
def test_the_layout_follows_only_from_width_panels_and_tab(window: MainWindow, qtbot: QtBot, steps: list[str]) -> None:
    window.docks.reset()
    window.resize(1400, 800)
    is_open, chosen = False, None
    for step in steps:
        if step.isdigit():
            window.resize(int(step), 800)
        elif step == "open":
            window.docks.open(window.details)
            is_open = True
        elif step == "close":
            window.docks.close(window.details)
            is_open = False
        elif step == "switch":
            window.docks.toggle(window.details).trigger()
            is_open = not is_open
        elif step == "tab" and tabs(window).isVisible():
            tabs(window).setCurrentIndex(1 - tabs(window).currentIndex())
        elif step == "wider" and window.width() == 1400:
            window.docks.set_width(window.panel, 450)
            chosen = ChosenWidth(450, 1400)
        is_narrow = window.width() < MIN_WIDE
        expected = [["list"], ["chart"]][tabs(window).currentIndex()] if is_narrow else ["list", "chart"]
        width = fitting_list_width(chosen, window.width())
        qtbot.waitUntil(lambda: visible(window) == expected and window.details.isVisible() is is_open)  # noqa: B023
        qtbot.waitUntil(lambda: is_narrow or abs(window.panel.width() - width) <= 1)  # noqa: B023
        assert tabs(window).isVisible() is is_narrow
