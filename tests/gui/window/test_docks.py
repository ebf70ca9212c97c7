from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QTabBar, QToolBar, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.console.header import WEBSOCKET
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.panel_dock import PanelDock
from ticker_gui.gui.window.panels import PANELS
from ticker_gui.gui.window.proportions import list_width, max_bottom_height

SCREENS = [QRect(0, 0, 800, 600), QRect(800, 0, 1920, 1080)]


def new_window(qtbot: QtBot, size: QSize | None = None) -> MainWindow:
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    if size is not None:
        window.resize(size)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def dock_of(window: MainWindow, name: str) -> PanelDock:
    dock = window.findChild(PanelDock, f"{name}_dock")
    assert isinstance(dock, PanelDock)
    return dock


def arrangement(window: MainWindow) -> dict[str, tuple[bool, bool, Qt.DockWidgetArea]]:
    """Return for each panel whether it is open, whether it floats, and its area."""
    docks = {panel.name: dock_of(window, panel.name) for panel in PANELS}
    return {name: (not dock.isHidden(), dock.isFloating(), window.dockWidgetArea(dock)) for name, dock in docks.items()}


def test_a_panel_is_closed_and_opened_by_its_key(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    for panel in PANELS:
        dock = dock_of(window, panel.name)
        for is_open in (not panel.is_open, panel.is_open):
            window.chart.setFocus()
            qtbot.keySequence(window.chart, panel.key)
            assert dock.isVisible() is is_open, panel.name
            assert dock.toggleViewAction().isChecked() is is_open, panel.name
            if is_open:
                assert dock.isAncestorOf(window.focusWidget() or window), panel.name


def test_a_floating_panel_closes_by_its_key_too(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    dock = dock_of(window, "watchlist")
    dock.set_floating(True)
    qtbot.waitUntil(dock.isActiveWindow)
    qtbot.keySequence(window.watchlist, "F9")
    assert not dock.isVisible()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keySequence(window.chart, "F9")
    assert dock.isVisible()
    assert dock.isFloating()


def test_floating_a_closed_panel_opens_it(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    dock = dock_of(window, "details")
    dock.set_floating(True)
    assert dock.isVisible()
    assert dock.isWindow()
    dock.set_floating(False)
    assert dock.isVisible()
    assert not dock.isWindow()


def test_opening_a_panel_brings_it_before_the_others_of_its_tabs(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    watchlist, details = dock_of(window, "watchlist"), dock_of(window, "details")
    window.tabifyDockWidget(watchlist, details)

    def in_front() -> set[str]:
        return {dock.panel.name for dock in (watchlist, details) if not dock.visibleRegion().isEmpty()}

    window.docks.open(window.details)
    qtbot.waitUntil(lambda: in_front() == {"details"})
    window.docks.open(window.watchlist)
    qtbot.waitUntil(lambda: in_front() == {"watchlist"})


def test_a_rearranged_layout_is_restored(qtbot: QtBot) -> None:
    first, second = new_window(qtbot, QSize(1200, 800)), new_window(qtbot, QSize(1200, 800))
    first.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock_of(first, "details"))
    first.docks.open(first.details)
    first.docks.set_width(first.details, 420)
    dock_of(first, "watchlist").set_floating(True)
    assert second.docks.restore(first.docks.capture())
    assert arrangement(second) == arrangement(first)
    qtbot.waitUntil(lambda: second.details.width() == first.details.width() == 420)


@pytest.mark.parametrize("name", [panel.name for panel in PANELS])
def test_a_panel_that_was_closed_while_it_floated_is_restored_closed(qtbot: QtBot, name: str) -> None:
    first = new_window(qtbot)
    dock_of(first, name).set_floating(True)
    dock_of(first, name).close()
    second = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(second)
    assert second.docks.restore(first.docks.capture())
    assert arrangement(second) == arrangement(first)
    assert dock_of(second, name).isFloating()
    second.show()
    dock_of(second, name).open()
    assert dock_of(second, name).titleBarWidget().isVisible()


def test_reset_returns_to_the_layout_of_a_new_window(qtbot: QtBot) -> None:
    window, new = new_window(qtbot), new_window(qtbot)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock_of(window, "watchlist"))
    dock_of(window, "watchlist").close()
    dock_of(window, "details").set_floating(True)
    assert arrangement(window) != arrangement(new)
    (reset,) = [action for action in window.findChildren(QAction) if action.text() == "Reset la&yout"]
    window.chart.panes.setSizes([100, 300])
    with qtbot.waitSignal(window.docks.changed):
        reset.trigger()
    assert window.chart.panes.sizes()[0] > window.chart.panes.sizes()[1]
    assert arrangement(window) == arrangement(new)
    qtbot.waitUntil(lambda: window.panel.width() == new.panel.width())


def test_damaged_layouts_leave_a_usable_window(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    dock_of(window, "details").set_floating(True)
    state = window.docks.capture()

    @given(st.data())
    def check(data: st.DataObject) -> None:
        damaged = bytearray(state)
        for _ in range(data.draw(st.integers(1, 4))):
            damaged[data.draw(st.integers(0, len(state) - 1))] = data.draw(st.integers(0, 255))
        damaged = damaged[: data.draw(st.integers(0, len(state)))]
        assert window.docks.restore(bytes(damaged)) is (damaged == state)
        window.docks.reset()
        assert window.panel.isVisible()
        assert window.chart.isVisible()
        assert arrangement(window) == {panel.name: (panel.is_open, False, panel.area) for panel in PANELS}

    check()


def test_a_restored_layout_never_hides_the_toolbar(qtbot: QtBot) -> None:
    first, second = new_window(qtbot), new_window(qtbot)
    (bar,) = first.findChildren(QToolBar, "tools")
    bar.hide()
    second.docks.restore(first.docks.capture())
    (bar,) = second.findChildren(QToolBar, "tools")
    assert bar.isVisible()


def test_a_floating_panel_can_always_be_reached_on_a_screen(qtbot: QtBot) -> None:
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    dock = dock_of(window, "watchlist")
    dock.setFloating(True)

    @given(left=st.integers(-9000, 9000), top=st.integers(-9000, 9000), width=st.integers(100, 4000))
    def check(left: int, top: int, width: int) -> None:
        dock.setGeometry(QRect(QPoint(left, top), QSize(width, 300)))
        dock.keep_on_screen(SCREENS)
        title = QRect(dock.pos(), QSize(dock.width(), dock.titleBarWidget().minimumHeight()))
        assert any(title.intersected(screen).width() >= 80 for screen in SCREENS)
        assert any(title.intersected(screen).height() >= 16 for screen in SCREENS)

    check()


def test_a_floating_panel_of_a_screen_that_is_removed_moves_to_another_one(qtbot: QtBot, qapp: QApplication) -> None:
    dock = dock_of(new_window(qtbot), "watchlist")
    dock.set_floating(True)
    dock.move(9_000, 9_000)
    qapp.screenRemoved.emit(qapp.primaryScreen())
    assert qapp.primaryScreen().availableGeometry().contains(dock.geometry().topLeft())


def test_floating_panels_hide_and_show_with_their_window_and_are_saved_as_open(qtbot: QtBot) -> None:
    window, other = new_window(qtbot), new_window(qtbot)
    dock = dock_of(window, "watchlist")
    dock.set_floating(True)
    state = window.docks.capture()
    window.close()
    assert not dock.isVisible()
    assert window.docks.capture() == state
    window.show()
    qtbot.waitUntil(dock.isVisible)
    assert other.docks.restore(state)
    assert dock_of(other, "watchlist").isVisible()


def test_a_floating_panel_restored_before_its_window_appears_with_it(qtbot: QtBot) -> None:
    first = new_window(qtbot)
    dock_of(first, "watchlist").set_floating(True)
    second = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(second)
    assert second.docks.restore(first.docks.capture())
    dock = dock_of(second, "watchlist")
    assert not dock.isVisible()
    second.show()
    qtbot.waitUntil(dock.isVisible)
    assert dock.isFloating()


def test_painting_of_a_floating_panel_is_reported(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    dock = dock_of(window, "watchlist")
    dock.set_floating(True)
    qtbot.waitExposed(dock)
    with qtbot.waitSignal(dock.painted), qtbot.waitSignal(window.painted):
        window.watchlist.viewport().update()


def test_the_context_menu_of_docks_offers_the_panels_and_not_the_toolbar(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    texts = [action.text() for action in window.createPopupMenu().actions()]
    assert texts[: len(PANELS)] == [panel.title for panel in PANELS]
    assert "Tools" not in texts


def chart_has_focus(window: MainWindow) -> bool:
    return window.focusWidget() is window.chart or window.chart.isAncestorOf(window.focusWidget() or window.chart)


@pytest.mark.parametrize("is_floating", [False, True])
def test_escape_in_a_panel_returns_the_focus_to_the_chart(qtbot: QtBot, is_floating: bool) -> None:
    window = new_window(qtbot)
    for panel in PANELS:
        dock = dock_of(window, panel.name)
        dock.set_floating(is_floating)
        qtbot.waitUntil(dock.isActiveWindow)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert dock.isAncestorOf(focus), panel.name
        qtbot.keyClick(focus, Qt.Key.Key_Escape)
        qtbot.waitUntil(window.isActiveWindow)
        assert chart_has_focus(window), panel.name
        assert dock.isVisible(), panel.name


@pytest.mark.parametrize("is_floating", [False, True])
def test_closing_a_panel_moves_only_its_own_focus_to_the_chart(qtbot: QtBot, is_floating: bool) -> None:
    window = new_window(qtbot)
    for panel in PANELS:
        dock = dock_of(window, panel.name)
        dock.set_floating(is_floating)
        qtbot.waitUntil(dock.isActiveWindow)
        dock.toggleViewAction().trigger()
        assert not dock.isVisible(), panel.name
        qtbot.waitUntil(window.isActiveWindow)
        assert chart_has_focus(window), panel.name
        dock.reveal()
        window.focus_add_field()
        dock.close()
        assert window.focusWidget() is window.add_field, panel.name


def test_a_reset_that_closes_the_focused_panel_moves_the_focus_to_the_chart(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    window.docks.open(window.details)
    window.docks.reset()
    assert not window.details.isVisible()
    assert chart_has_focus(window)


def test_revealing_a_panel_changes_neither_focus_nor_active_window(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    dock = dock_of(window, "watchlist")
    for is_floating in (False, True):
        dock.set_floating(is_floating)
        dock.close()
        window.focus_add_field()
        window.docks.reveal(window.watchlist)
        assert dock.isVisible()
        assert QApplication.focusWidget() is window.add_field
        assert window.isActiveWindow()


def test_escape_clears_the_filter_before_it_returns_the_focus_to_the_chart(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    window.panel.filter.open_filter()
    window.watchlist.setFocus()
    qtbot.keyClick(window.watchlist, Qt.Key.Key_Escape)
    assert not window.panel.filter.isVisible()
    assert window.watchlist.hasFocus()
    qtbot.keyClick(window.watchlist, Qt.Key.Key_Escape)
    assert chart_has_focus(window)


def test_the_panels_below_the_chart_are_tabs(window: MainWindow) -> None:
    for panel in (window.feeds_panel, window.details):
        window.docks.open(panel)
    assert window.tabifiedDockWidgets(dock_of(window, "details")) == [dock_of(window, "feeds")]
    window.docks.reset()
    assert not window.docks.is_bottom_open
    window.docks.open(window.feeds_panel)
    window.docks.open(window.details)
    assert window.tabifiedDockWidgets(dock_of(window, "details")) == [dock_of(window, "feeds")]


def test_the_list_gets_its_share_back_after_the_window_was_narrow(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1600, 800)
    qtbot.waitUntil(lambda: abs(window.panel.width() - list_width(1600)) <= 1)
    window.resize(700, 800)
    qtbot.waitUntil(lambda: window.panel.width() < list_width(1600) - 100)
    window.resize(1600, 800)
    qtbot.waitUntil(lambda: abs(window.panel.width() - list_width(1600)) <= 1)


def test_the_diagnostics_open_calmly_and_keep_their_height(qtbot: QtBot) -> None:
    window = new_window(qtbot, QSize(1366, 768))
    window.show()
    window.docks.open(window.details)
    dock = window.docks._dock_of(window.details)
    qtbot.waitUntil(lambda: 0 < dock.height() < 0.27 * window.height())
    window.resizeDocks([dock], [300], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: dock.height() == 300)
    window.docks.close(window.details)
    saved = window.docks.capture()
    window.docks.open(window.details)
    qtbot.waitUntil(lambda: dock.height() == 300)
    later = new_window(qtbot, QSize(1366, 768))
    later.show()
    assert later.docks.restore(saved)
    later.docks.open(later.details)
    qtbot.waitUntil(lambda: later.docks._dock_of(later.details).height() == 300)


def test_arranging_the_panels_does_not_enlarge_a_small_window(qtbot: QtBot) -> None:
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.fit_into(QRect(0, 0, 683, 384))
    size = window.size()
    window.docks.reset()
    assert window.size() == size


def test_the_console_gets_its_height_when_it_is_opened_for_the_first_time(qtbot: QtBot) -> None:
    window = new_window(qtbot, QSize(1400, 800))
    dock = dock_of(window, "console")
    window.docks.open(window.console)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: 0.4 * window.height() < dock.height() < 0.6 * window.height())
    window.resizeDocks([dock], [250], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: dock.height() == 250)
    window.docks.close(window.console)
    window.docks.open(window.console)
    qtbot.waitUntil(lambda: dock.height() == 250)


@pytest.mark.parametrize("is_open", [False, True])
def test_the_console_connects_to_any_websocket_from_the_menu(qtbot: QtBot, is_open: bool) -> None:
    window = new_window(qtbot)
    if is_open:
        window.docks.open(window.console)
    [command] = [one for one in window.findChildren(QAction) if "any &WebSocket" in one.text()]
    for _ in range(2):  # the second time, another field has the focus
        command.trigger()
        panel = window.console.panel
        assert panel.isVisible()
        assert panel.head.current_feed == WEBSOCKET
        qtbot.waitUntil(panel.connection.address.hasFocus)
        window.watchlist.setFocus()


@pytest.mark.parametrize("height", [600, 768, 1000])
def test_a_panel_at_the_bottom_leaves_a_readable_chart_when_it_is_opened(qtbot: QtBot, height: int) -> None:
    window = new_window(qtbot, QSize(900, height))
    dock = dock_of(window, "alerts")
    qtbot.keySequence(window.chart, "Ctrl+Shift+A")
    qtbot.waitUntil(lambda: dock.isVisible() and window.chart.price.extent[1] >= 80)
    assert dock.height() >= 150


def test_a_panel_at_the_bottom_leaves_a_readable_chart_in_a_window_that_becomes_lower(qtbot: QtBot) -> None:
    window = new_window(qtbot, QSize(1300, 1000))
    window.show()
    window.docks.open(window.console)
    dock = dock_of(window, "console")
    qtbot.waitUntil(lambda: dock.height() > 400)
    window.resize(900, 600)
    qtbot.waitUntil(lambda: dock.height() <= max_bottom_height(600))
    qtbot.waitUntil(lambda: window.chart.price.extent[1] >= 80)
    window.resizeDocks([dock], [230], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: dock.height() == 230)
    window.docks.note_size(dock)
    window.resize(900, 700)  # higher: the height that the user has chosen stays
    QApplication.processEvents()
    assert dock.height() >= 230


@pytest.mark.parametrize("height", [420, 600])
def test_a_panel_that_was_opened_in_a_low_window_gets_its_height_when_there_is_room(height: int, qtbot: QtBot) -> None:
    window = new_window(qtbot, QSize(900, height))
    window.docks.open(window.console)
    dock = dock_of(window, "console")
    qtbot.waitUntil(lambda: 0 < dock.height() < 300)
    for _ in range(2):
        window.resize(1300, 1000)
        qtbot.waitUntil(lambda: dock.height() > 400)
        window.resize(900, height)
        qtbot.waitUntil(lambda: dock.height() < 300)


def test_a_change_of_the_panels_is_reported_and_tab_reaches_their_tabs_only_while_there_are_any(
    window: MainWindow, qtbot: QtBot
) -> None:
    def focusable() -> list[str]:
        bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [bar.accessibleName() for bar in bars if bar.focusPolicy() & Qt.FocusPolicy.TabFocus]

    for panel in (window.feeds_panel, window.details):
        with qtbot.waitSignal(window.docks.changed):
            window.docks.open(panel)
    qtbot.waitUntil(lambda: focusable() == ["Panels"])
    with qtbot.waitSignal(window.docks.changed):
        window.docks.close(window.details)
    qtbot.waitUntil(lambda: focusable() == [])


def test_the_parts_of_a_closed_panel_are_made_when_it_opens_and_get_the_focus(qtbot: QtBot) -> None:
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.show()
    window.docks.reset()
    for panel in (window.details, window.feeds_panel):
        assert not panel.findChildren(QWidget), panel.objectName()
        window.docks.open(panel)
        parts = panel.findChildren(QWidget)
        qtbot.waitUntil(lambda: QApplication.focusWidget() in parts)  # noqa: B023
        dock = panel.parentWidget()
        assert isinstance(dock, PanelDock)
        assert dock.titleBarWidget().isVisible(), panel.objectName()
        window.docks.close(panel)
        window.docks.open(panel)
        assert panel.findChildren(QWidget) == parts


def test_the_parts_of_a_panel_exist_in_a_restored_layout(qtbot: QtBot) -> None:
    first, second = (MainWindow(("desk",), Desk().clock, load_theme("dark")) for _ in range(2))
    for window in (first, second):
        qtbot.addWidget(window)
    first.show()
    first.docks.open(first.details)
    second.docks.restore(first.docks.capture())
    second.show()
    qtbot.waitUntil(lambda: second.docks.is_in_front(second.details))
    report = second.details.findChild(QWidget, "report")
    assert isinstance(report, QWidget)
    assert report.isVisible()
