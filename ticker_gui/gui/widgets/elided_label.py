"""A label in plain text that is shortened where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget


class ElidedLabel(QLabel):
    """Takes the width of its text if there is room for it, and any smaller width if not."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._short_text = ""

    def set_texts(self, text: str, short_text: str) -> None:
        """Show a text, or ``short_text`` where there is no room for it."""
        self._short_text = short_text
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.update()  # all of it: a label repaints only where it would draw, which its indent may limit

    @property
    def is_cut(self) -> bool:
        """Whether there is no room for all of the text, nor of the short one."""
        return self.displayed_text not in (self.text(), self._short_text)

    @property
    def displayed_text(self) -> str:
        """The text that fits, which ends with an ellipsis if it is cut."""
        metrics, text, width = self.fontMetrics(), self.text(), self.contentsRect().width()
        if self._short_text and metrics.horizontalAdvance(text) > width:
            text = self._short_text
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.contentsRect(), alignment, self.displayed_text)
