"""The heading of a section that the mouse presses or drags; a press without a movement is a click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.section_heading import SectionHeading


class SectionDrag:
    """Follows the mouse from the press of a heading to its release; the table draws where the section would go."""

    def __init__(self) -> None:
        self._pressed: SectionHeading | None = None
        self._pressed_at = QPoint()
        self.is_dragging = False

    def press(self, heading: SectionHeading | None, at: QPoint) -> None:
        """Note the heading that the left button presses, or None for another row."""
        self._pressed, self._pressed_at, self.is_dragging = heading, at, False

    def move(self, event: QMouseEvent) -> bool:
        """Return whether a movement of the mouse belongs to a heading, so that it selects no rows."""
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        distance = (event.position().toPoint() - self._pressed_at).manhattanLength()
        self.is_dragging = self.is_dragging or distance >= QApplication.startDragDistance()
        return True

    def release(self) -> SectionHeading | None:
        """End the press or the drag, and return its heading, if any."""
        heading, self._pressed, self.is_dragging = self._pressed, None, False
        return heading


def nearest_boundary(rows: Sequence[SymbolState], row: int) -> int:
    """Return the row before which a section is dropped: the heading nearest to a row, or the end of the list."""
    headings = [number for number, state in enumerate(rows) if isinstance(state, SectionHeading)]
    return min((*headings, len(rows)), key=lambda number: abs(number - row))
