"""Starts the console when it is opened for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticker_gui.engine.engine import Engine
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.window.main_window import MainWindow

if TYPE_CHECKING:
    from ticker_gui.gui.window.console_presenter import ConsolePresenter


class ConsoleStart:
    """Connects the console with the engine as soon as it is built."""

    def __init__(self, engine: Engine, bridge: MarketBridge, window: MainWindow, tasks: BackgroundTasks) -> None:
        self._engine: Final = engine
        self._bridge: Final = bridge
        self._window: Final = window
        self._tasks: Final = tasks
        self.presenter: ConsolePresenter | None = None
        window.console.built.connect(self._present)

    def _present(self) -> None:
        from ticker_gui.gui.window.console_presenter import ConsolePresenter  # not needed at the start of the program

        self.presenter = ConsolePresenter(self._engine, self._bridge, self._window, self._tasks)
