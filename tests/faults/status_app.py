"""The program without its panels: engine, frame clock and status bar.

For faults of connections, which do not reach the table and the chart: a whole window takes ten times the processor time.
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Settings
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.application import Application
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.status.bar import StatusBar
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.status_presenter import StatusPresenter
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.stream.timeouts import Timeouts


class _NoDocks(QObject):
    opened = Signal(object)


class StatusWindow(QMainWindow):
    """A window with the status bar, and what `StatusPresenter` expects of the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self.resize(1200, self.status.sizeHint().height())  # the status bar leaves nothing out
        self.docks = _NoDocks(self)
        self.model = SimpleNamespace(set_feed_marks=lambda marks: None, refresh=lambda: None)
        self.chart = SimpleNamespace(update_accessible_text=lambda: None, options=SimpleNamespace(zone=""))
        self.details = SimpleNamespace(isVisible=lambda: False)


class StatusApp:
    """What `App` does for the connections of its feeds, and what the status bar says about them."""

    def __init__(
        self, application: Application, settings: Settings, environment: AppEnvironment, *, timeouts: Timeouts
    ) -> None:
        self.application = application
        self.engine = Engine(settings.feeds, settings.limits, timeouts=timeouts, backfills=True)
        self.window = StatusWindow()
        self.bridge = MarketBridge(self.engine, self.window)
        self.status_presenter = StatusPresenter(
            self.engine, self.bridge, cast(MainWindow, self.window), InternalErrors("the program")
        )
        self.stop = asyncio.Event()
        self.bridge.states_changed.connect(self.status_presenter.show_states)
        self.bridge.second.connect(self.status_presenter.show_second)
        self.window.status.retry_requested.connect(self.engine.retry_now)
        self.bridge.wake()

    async def run(self) -> int:
        """Run the feeds until ``stop`` is set; return the exit code."""
        self.window.show()
        running = asyncio.create_task(self.engine.run())
        stopped = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait((running, stopped), return_when=asyncio.FIRST_COMPLETED)
            return int(running.done())
        finally:
            self.window.hide()
            for task in (running, stopped):
                task.cancel()
            await asyncio.wait((running, stopped))
