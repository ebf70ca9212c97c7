"""Makes a window that of a replay: it says so everywhere, and disables what is impossible."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject

from ticker_gui.formatting.status_words import NOT_IN_REPLAY
from ticker_gui.gui.replay.frame import ReplayFrame
from ticker_gui.gui.widgets.menus import set_available
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.panel_dock import PanelDock


class ReplayMode(QObject):
    """Adds a frame to a window and its floating panels, and says why requests for live feeds or files are refused."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window: Final = window
        self.frame: Final = ReplayFrame(window)
        for dock in window.findChildren(PanelDock):
            frame = ReplayFrame(dock, makes_room=False)
            frame.setVisible(dock.isFloating())
            dock.topLevelChanged.connect(frame.setVisible)
        window.replay_reason = NOT_IN_REPLAY
        window.search_online = lambda typed: ""
        window.status.set_replay()
        window.feeds_panel.forbid_connecting(NOT_IN_REPLAY)
        for action in (window.feeds_menu.actions()[0], window.recording.record, window.recording.report):
            set_available(action, NOT_IN_REPLAY)
        for request in (
            window.connect_feed_requested, window.reload_requested, window.deletion_requested,
            window.status.retry_requested, window.details.retry_requested,
        ):  # fmt: skip
            request.connect(self.refuse)

    def refuse(self) -> None:
        """Show why something is not possible."""
        self._window.status.show_message(NOT_IN_REPLAY)
