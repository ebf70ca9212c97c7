"""Small parts of dialogs: buttons, dividing lines and pages that scroll."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QWidget

from ticker_gui.gui.widgets.plain_text import set_tooltip

_UNLIMITED = 16777215  # Qt's QWIDGETSIZE_MAX


def action_button(text: str, name: str, tip: str) -> QPushButton:
    """Return a button that Enter in a field does not press."""
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)
    set_tooltip(button, tip)
    return button


def close_row(dialog: QDialog) -> QHBoxLayout:
    """Return the row at the bottom of a dialog that only shows something: a button that closes it."""
    button = action_button("&Close", "close_dialog", "Close this window")
    button.clicked.connect(dialog.close)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(button)
    return row


def rule(*, is_vertical: bool = False) -> QFrame:
    """Return a dividing line of one pixel."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.VLine if is_vertical else QFrame.Shape.HLine)
    line.setObjectName("rule")
    line.setMaximumSize(QSize(1, _UNLIMITED) if is_vertical else QSize(_UNLIMITED, 1))
    line.setMinimumSize(QSize(1, 1))
    return line


def scrolling(page: QWidget) -> QScrollArea:
    """Return an area that is as wide as a page and scrolls it up and down."""
    area = QScrollArea()
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the focus of what it contains
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidgetResizable(True)
    area.setWidget(page)
    return area


def stack(layout: QBoxLayout, is_stacked: bool) -> None:
    """Arrange the parts of a row below each other, or beside each other."""
    direction = QBoxLayout.Direction
    layout.setDirection(direction.TopToBottom if is_stacked else direction.LeftToRight)
