from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from tests.gui.alerts.test_alert_model import THEME, named
from ticker_gui.alerts.alert import AlertStatus
from ticker_gui.gui.alerts.alert_model import STATE
from ticker_gui.gui.alerts.dock import AlertsDock
from ticker_gui.gui.widgets.theme import load_theme


def test_the_panel_is_built_when_it_is_shown(qapp: QApplication) -> None:
    dock, built = AlertsDock(THEME), list[object]()
    dock.built.connect(built.append)
    dock.set_theme(load_theme("light"))
    assert dock.built_panel is None
    dock.make_parts()
    dock.show()
    assert built == [dock.panel]
    assert dock.panel.requests is dock.requests
    dock.set_theme(THEME)
    dock.close()


def test_the_panel_takes_the_colors_of_a_new_theme(qapp: QApplication) -> None:
    dock, light = AlertsDock(THEME), load_theme("light")
    dock.make_parts()
    dock.show()
    dock.panel.show_rows([named("fired", AlertStatus.FIRED)], 1)
    dock.set_theme(light)
    assert dock.panel.model.index(0, STATE).data(Qt.ItemDataRole.ForegroundRole) == QColor(light.warning)
    dock.close()
