from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.panel_dock import PanelDock
from ticker_gui.gui.window.panels import Panel, PanelContext


def test_escape_leaves_a_panel_and_its_switch_opens_it(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    panel = Panel("notes", "&Notes", "F2", Qt.DockWidgetArea.LeftDockWidgetArea, lambda context: QLabel("note"))
    dock = PanelDock(panel, PanelContext(time.time_ns, load_theme("dark")), window)
    window.addDockWidget(panel.area, dock)
    dock.show()
    window.show()
    assert (dock.objectName(), dock.windowTitle()) == ("notes_dock", "Notes")
    with qtbot.waitSignal(dock.left):
        qtbot.keyClick(dock, Qt.Key.Key_Escape)
    dock.close()
    dock.toggleViewAction().trigger()
    qtbot.waitUntil(dock.isVisible)
