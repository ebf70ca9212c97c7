"""A small flat button with an icon and no text."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QToolButton, QWidget

from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import CONTROL_HEIGHT, HIT_SIZE, ICON_SIZE


class IconButton(QToolButton):
    """Shows an icon from ``assets/icons`` in a square."""

    def __init__(self, icon_name: str, name: str, parent: QWidget | None = None, *, is_small: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("flat", True)
        self.setProperty("small", is_small)
        self.setAutoRaise(True)
        self.setIcon(icon(icon_name))
        self.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        side = HIT_SIZE if is_small else CONTROL_HEIGHT
        self.setFixedSize(side, side)  # the style sheet says the same, as soon as there is one
