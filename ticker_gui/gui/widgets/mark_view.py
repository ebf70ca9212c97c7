"""A widget that shows the mark of a state; the word stands beside it."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.widgets.icons import current_theme
from ticker_gui.gui.widgets.measures import MARK_SIZE
from ticker_gui.gui.widgets.state_marks import draw_mark, mark_color


class MarkView(QWidget):
    """Draws a mark in the color of the current theme, or nothing."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFixedSize(MARK_SIZE, MARK_SIZE)
        self._mark: StateMark | None = None

    @property
    def mark(self) -> StateMark | None:
        """The mark that is drawn."""
        return self._mark

    def show_mark(self, mark: StateMark | None) -> None:
        """Draw a mark in place of the current one; ``None`` draws nothing."""
        if mark is not self._mark:
            self._mark = mark
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._mark is not None:
            draw_mark(QPainter(self), 0, 0, self._mark, mark_color(self._mark, current_theme()))
