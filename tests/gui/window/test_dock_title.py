from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.measures import DOCK_HEAD_HEIGHT
from ticker_gui.gui.window.dock_title import DockTitle


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def dock(window: QMainWindow) -> QDockWidget:
    dock = QDockWidget("News", window)
    dock.setWidget(QWidget())
    dock.setTitleBarWidget(DockTitle("news", "News", dock))
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    window.resize(600, 400)
    window.show()
    return dock


def button(dock: QDockWidget, name: str) -> QToolButton:
    found = dock.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


def test_the_title_is_thin_and_names_the_panel(dock: QDockWidget) -> None:
    label = dock.findChild(QLabel, "news_title")
    assert isinstance(label, QLabel)
    assert label.text() == "News"
    assert dock.titleBarWidget().height() == max(DOCK_HEAD_HEIGHT, dock.titleBarWidget().sizeHint().height())
    assert dock.titleBarWidget().height() < 3 * label.fontMetrics().height()


def test_the_buttons_float_dock_and_close(dock: QDockWidget, qtbot: QtBot) -> None:
    toggle = button(dock, "float_news")
    assert toggle.accessibleName() == "Float News"
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    assert dock.isFloating()
    assert toggle.accessibleName() == "Dock News"
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    assert not dock.isFloating()
    close = button(dock, "close_news")
    assert close.accessibleName() == "Close News"
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not dock.isVisible()


def test_a_double_click_on_the_title_floats_the_panel(dock: QDockWidget, qtbot: QtBot) -> None:
    qtbot.mouseDClick(dock.titleBarWidget(), Qt.MouseButton.LeftButton)
    assert dock.isFloating()


def test_a_header_of_the_panel_takes_the_place_of_its_name(dock: QDockWidget) -> None:
    header = QWidget()
    title = DockTitle("news", "News", dock, header)
    dock.setTitleBarWidget(title)
    assert title.isAncestorOf(header)
    assert not title.findChildren(QLabel)
