"""The place of the window on the screens."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMainWindow

from ticker_gui.gui.window.proportions import Area, moved_onto_screen


def keep_on_screen(window: QMainWindow, *, keeps_size: bool = False) -> None:
    """Move a window completely onto a screen, smaller if necessary, unless it ``keeps_size``."""
    if window.isMaximized() or window.isFullScreen():
        return
    screens = [Area(*screen.availableGeometry().getRect()) for screen in QGuiApplication.screens()]  # type: ignore[misc]
    frame = Area(*window.frameGeometry().getRect())  # type: ignore[misc]
    moved = moved_onto_screen(frame, screens)
    if moved != frame:
        borders = window.frameGeometry().size() - window.size()
        if not keeps_size:
            window.resize(QSize(moved.width, moved.height) - borders)
        window.move(moved.left, moved.top)


def is_forced_growth(window: QMainWindow, event: QResizeEvent) -> bool:
    """Return whether Qt has made a visible window larger because its parts need more room."""
    before, needed = event.oldSize(), window.minimumSize()
    is_smaller = before.width() < needed.width() or before.height() < needed.height()
    return window.isVisible() and before.isValid() and is_smaller
