from __future__ import annotations

from PySide6.QtWidgets import QApplication

from tests.gui.alerts.test_alert_model import THEME
from ticker_gui.gui.alerts.dock import AlertsDock
from ticker_gui.gui.widgets.theme import load_theme


def test_the_panel_is_built_when_it_is_shown(qapp: QApplication) -> None:
    dock, built = AlertsDock(THEME), list[object]()
    dock.built.connect(built.append)
    dock.set_theme(load_theme("light"))
    assert dock.built_panel is None
    dock.show()
    assert built == [dock.panel]
    assert dock.panel.requests is dock.requests
    dock.set_theme(THEME)
    dock.close()
