"""What the mouse does in a pane besides panning: the interface of tools that draw or drag lines."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt


class PointerTool(Protocol):
    """Receives the left mouse button of a pane before the pane does; all points are pixels of the canvas."""

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        """Begin a drag and return True, or leave this press to the next tool."""

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Continue the drag."""

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """End the drag."""

    def double_click(self, at: QPointF) -> bool:
        """Handle a double click and return True, or leave it to the next tool."""

    def hover(self, at: QPointF) -> Qt.CursorShape | None:
        """Return the shape of the mouse at a point without a pressed button; None for the usual one."""
