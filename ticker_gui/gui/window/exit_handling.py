"""The end of the program: on a signal, and when the connection to the display is lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Final, Protocol

from PySide6.QtCore import QTimer

from ticker_gui.process import exit_signals
from ticker_gui.process.console import print_error

EXIT_DONE: Final = 0
_SIGNAL_POLL_MS: Final = 200


class Persistence(Protocol):
    """Saves a part of the state of the program."""

    def write(self) -> None:
        """Save everything now."""

    async def write_in_thread(self) -> None:
        """Save everything as it is now, without blocking the event loop."""

    @property
    def failure(self) -> str:
        """Why the last save failed; empty where it succeeded."""


class ExitHandling:
    """Saves lists, layout and drawings, and sets ``stop`` on a signal."""

    def __init__(self, persistences: Sequence[Persistence], stop: asyncio.Event) -> None:
        self._persistences = persistences
        self._stop = stop

    def handle_signals(self, loop: asyncio.AbstractEventLoop) -> QTimer:
        """Exit on a signal as on closing the window; stop the timer that is returned at the end."""
        signal_poll_timer = QTimer(interval=_SIGNAL_POLL_MS)
        signal_poll_timer.timeout.connect(_yield_to_python)
        if exit_signals.handle(loop, lambda number: self._stop.set()):
            signal_poll_timer.start()
        return signal_poll_timer

    async def save(self) -> str:
        """Save everything; return a message for the user if that fails, as the window is about to close."""
        for persistence in self._persistences:
            await persistence.write_in_thread()
        return self._describe_failures()

    def _describe_failures(self) -> str:
        failure = " ".join(persistence.failure for persistence in self._persistences if persistence.failure)
        return f"{failure} Changes since the last save are lost." if failure else ""

    def save_and_exit(self) -> None:
        """Save everything and exit, because the connection to the display is lost."""
        for persistence in self._persistences:
            persistence.write()
        result = self._describe_failures() or "Lists and layout are saved."
        if "QT_WAYLAND_RECONNECT" not in os.environ:  # with it, Qt waits for the compositor to return
            print_error(f"The connection to the display was lost. {result}")
            os._exit(EXIT_DONE)


def _yield_to_python() -> None:
    """Run some Python code, because Python handles signals only then, and not in Qt's event loop."""
