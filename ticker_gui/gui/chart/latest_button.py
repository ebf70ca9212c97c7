"""The button over the chart that scrolls to the latest price."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QToolButton, QWidget

from ticker_gui.gui.widgets.plain_text import set_tooltip

_MARGIN: Final = 12
_ABOVE: Final = 36  # over the time axis


class LatestButton(QToolButton):
    """Hidden while the chart follows the latest price."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText("Go to latest")
        self.setObjectName("live")
        self.setAccessibleName("Go to latest")
        set_tooltip(self, "Go to the latest price and follow it  End")
        self.hide()

    def place(self, area: QRect, axis_width: int) -> None:
        """Move to the lower right corner of an area, beside the price axis and above the time axis."""
        size = self.sizeHint()
        corner = area.bottomRight() - QPoint(axis_width + _MARGIN, _ABOVE)
        self.setGeometry(corner.x() - size.width(), corner.y() - size.height(), size.width(), size.height())
        self.raise_()
