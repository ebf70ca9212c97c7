"""The first input of the user in a window that is painted but not yet complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QWindow

_INPUT: Final = frozenset(
    {
        QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin,
        QEvent.Type.DragEnter,
    }
)  # fmt: skip


class FirstInput(QObject):
    """Calls ``complete`` before the window gets the first input of the user, so that nothing is lost."""

    def __init__(self, window: QWindow, complete: Callable[[], object]) -> None:
        super().__init__(window)
        self._window: Final = window
        self._complete: Final = complete
        window.installEventFilter(self)  # windows get few events, unlike the application

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self.stop()
            self._complete()
        return False

    def stop(self) -> None:
        """Stop waiting for input."""
        self._window.removeEventFilter(self)
