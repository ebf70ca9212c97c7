from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.widgets.menus import menu_shortcuts
from ticker_gui.gui.widgets.theme import Theme, load_theme
from ticker_gui.gui.window import layout_state
from ticker_gui.gui.window.docks import PanelDocks
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.panel_dock import PanelDock
from ticker_gui.gui.window.panels import PANELS, Panel, PanelContext


class News(QWidget):
    """A panel that the program does not have."""

    theme: Theme | None = None
    style_of_numbers: NumberStyle | None = None

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def set_style(self, style: NumberStyle) -> None:
        self.style_of_numbers = style


NEWS = Panel("news", "&News", "Ctrl+F9", Qt.DockWidgetArea.RightDockWidgetArea, lambda context: News())


def window_with(qtbot: QtBot, *panels: Panel) -> MainWindow:
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"), panels=panels)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def docks_with(qtbot: QtBot, *panels: Panel) -> PanelDocks:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    window.resize(1400, 800)
    docks = PanelDocks(window, PanelContext(Desk().clock, load_theme("dark")), panels)
    window.show()
    return docks


def test_the_colors_and_number_format_of_the_window_reach_a_new_panel(qtbot: QtBot) -> None:
    window = window_with(qtbot, *PANELS, NEWS)
    news = window.docks.widget(News)
    light, style = load_theme("light"), NumberStyle(",", ".")
    window.set_theme(light)
    window.set_style(style)
    assert (news.theme, news.style_of_numbers) == (light, style)


def test_the_view_menu_and_the_shortcuts_dialog_contain_a_new_panel(qtbot: QtBot) -> None:
    window = window_with(qtbot, *PANELS, NEWS)
    view = next(action.menu() for action in window.menuBar().actions() if action.text() == "&View")
    assert isinstance(view, QMenu)
    count = len(PANELS) + 1
    assert [action.text() for action in view.actions()[:count]] == [*(panel.title for panel in PANELS), NEWS.title]
    view.aboutToShow.emit()
    floating = view.actions()[count].menu()
    assert isinstance(floating, QMenu)
    assert NEWS.title in [action.text() for action in floating.actions()]
    assert ("View", "News", "Ctrl+F9") in set(menu_shortcuts(window.menuBar()))
    news = window.docks.widget(News)
    assert news.isVisible()
    qtbot.keySequence(window.chart, NEWS.key)
    assert not news.isVisible()


def test_the_layout_of_a_new_panel_is_saved_restored_and_reset(qtbot: QtBot) -> None:
    first, second = window_with(qtbot, *PANELS, NEWS), window_with(qtbot, *PANELS, NEWS)
    dock = first.docks.widget(News).parentWidget()
    assert isinstance(dock, PanelDock)
    dock.set_floating(True)
    layout_state.restore(layout_state.capture(first), second)
    news = second.docks.widget(News).parentWidget()
    assert isinstance(news, PanelDock)
    assert news.isFloating()
    second.docks.reset()
    assert not news.isFloating()
    assert second.dockWidgetArea(news) is NEWS.area


def test_a_panel_missing_in_a_saved_layout_has_its_default_position(qtbot: QtBot) -> None:
    before, after = docks_with(qtbot, *PANELS), docks_with(qtbot, *PANELS, NEWS)
    assert after.restore(before.capture())
    assert after.widget(News).isVisible()
    assert not after.widget(News).isWindow()


def test_a_panel_that_no_longer_exists_is_left_out_of_a_restored_layout(qtbot: QtBot) -> None:
    before, after = docks_with(qtbot, *PANELS, NEWS), docks_with(qtbot, *PANELS)
    assert after.restore(before.capture())
    assert [dock.isVisible() for dock in after._docks] == [panel.is_open for panel in PANELS]


def test_names_and_keys_of_panels_are_unique() -> None:
    for values in ([panel.name for panel in PANELS], [panel.key for panel in PANELS]):
        assert len(values) == len(set(values))
