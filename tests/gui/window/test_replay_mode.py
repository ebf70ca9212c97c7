"""What a window of a replay refuses, and how it is marked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from ticker_gui.formatting.status_words import NOT_IN_REPLAY
from ticker_gui.gui.widgets.menus import menu_actions, reason_of
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.panel_dock import PanelDock
from ticker_gui.gui.window.replay_mode import ReplayMode


def test_commands_for_feeds_and_files_are_disabled_with_the_reason(window: MainWindow) -> None:
    ReplayMode(window)
    disabled = {
        action.objectName() for _, action in menu_actions(window.menuBar()) if reason_of(action) == NOT_IN_REPLAY
    }
    assert {"connect_feed_action", "delete_stored_data", "record_action", "save_last_minutes_action"} <= disabled
    assert isinstance(window.feeds_menu, QMenu)
    assert reason_of(window.feeds_menu.actions()[0]) == NOT_IN_REPLAY
    button = window.findChild(QPushButton, "connect_another")
    assert isinstance(button, QPushButton)
    assert not button.isEnabled()


def test_a_floating_panel_has_a_frame_of_its_own(window: MainWindow) -> None:
    ReplayMode(window)
    (dock,) = (one for one in window.findChildren(PanelDock) if one.panel.name == "watchlist")
    frame = dock.findChild(QWidget, "replay_frame", Qt.FindChildOption.FindDirectChildrenOnly)
    assert isinstance(frame, QWidget)
    assert not frame.isVisible()
    dock.set_floating(True)
    assert frame.isVisible()
    assert frame.size() == dock.size()
    dock.set_floating(False)
    assert not frame.isVisible()


def test_shortcuts_of_disabled_commands_show_the_reason(window: MainWindow) -> None:
    mode = ReplayMode(window)
    action = window.findChild(QAction, "connect_feed_action")
    assert isinstance(action, QAction)
    action.trigger()
    assert window.status.currentMessage() == NOT_IN_REPLAY
    assert mode.frame.size() == window.size()
