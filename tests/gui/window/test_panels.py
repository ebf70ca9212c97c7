from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.widgets.theme import Theme, load_theme
from ticker_gui.gui.window.docks import PanelDocks
from ticker_gui.gui.window.panels import PANELS, Panel, PanelContext


class News(QWidget):
    """A panel of the future."""

    theme: Theme | None = None
    style_of_numbers: NumberStyle | None = None

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def set_style(self, style: NumberStyle) -> None:
        self.style_of_numbers = style


NEWS = Panel("news", "&News", "Ctrl+F9", Qt.DockWidgetArea.RightDockWidgetArea, lambda context: News())


def docks_with(qtbot: QtBot, *panels: Panel) -> PanelDocks:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    window.resize(1400, 800)
    docks = PanelDocks(window, PanelContext(Desk().clock, load_theme("dark")), panels)
    window.show()
    return docks


def test_one_line_gives_a_panel_its_dock_menu_item_theme_and_number_format(qtbot: QtBot) -> None:
    docks = docks_with(qtbot, *PANELS, NEWS)
    news = docks.widget(News)
    assert news.isVisible()
    assert [toggle.text() for toggle in docks.toggles()] == [*(panel.title for panel in PANELS), "&News"]
    light, style = load_theme("light"), NumberStyle()
    docks.set_theme(light)
    docks.set_style(style)
    assert (news.theme, news.style_of_numbers) == (light, style)


def test_a_panel_that_a_saved_layout_does_not_contain_is_where_it_belongs(qtbot: QtBot) -> None:
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
