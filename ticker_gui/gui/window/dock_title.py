"""The thin title bar of a dock, with buttons to float and to close the panel."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip


def _close_icon() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(4.5, 4.5)
    path.lineTo(11.5, 11.5)
    path.moveTo(11.5, 4.5)
    path.lineTo(4.5, 11.5)
    return path


def _float_icon() -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(3.5, 6.5, 6, 6))
    path.moveTo(6.5, 6.5)
    path.lineTo(6.5, 3.5)
    path.lineTo(12.5, 3.5)
    path.lineTo(12.5, 9.5)
    path.lineTo(9.5, 9.5)
    return path


class DockTitle(QWidget):
    """Shows the panel's name, or its own header.

    The dock handles the mouse here: dragging moves the panel, a double-click floats it or puts it back.
    """

    def __init__(self, name: str, title: str, dock: QDockWidget, header: QWidget | None = None) -> None:
        super().__init__(dock)
        self._dock, self._panel_title = dock, title
        self.setObjectName("dock_title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._float = _title_button(_float_icon(), f"float_{name}", self)
        self._float.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        close = _title_button(_close_icon(), f"close_{name}", self)
        close.setAccessibleName(f"Close {title}")
        set_tooltip(close, "Close")
        close.clicked.connect(dock.close)
        layout = QHBoxLayout(self)
        layout.setSpacing(0)
        if header is None:
            layout.setContentsMargins(8, 1, 2, 1)
            layout.addWidget(_title_label(title, f"{name}_title"), 1)
        else:
            layout.setContentsMargins(0, 0, 2, 0)
            layout.addWidget(header, 1)
        layout.addWidget(self._float)
        layout.addWidget(close)
        dock.topLevelChanged.connect(self._name_float_button)
        self._name_float_button(dock.isFloating())

    def _name_float_button(self, is_floating: bool) -> None:
        self._float.setAccessibleName(f"{'Dock' if is_floating else 'Float'} {self._panel_title}")
        set_tooltip(self._float, "Dock in the main window" if is_floating else "Float in a separate window")


def _title_label(text: str, name: str) -> QLabel:
    label = plain_label(text, name)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # a narrow dock cuts it off
    return label


def _title_button(icon: QPainterPath, name: str, parent: QWidget) -> IconButton:
    button = IconButton(icon, name, parent)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the View menu does the same by keyboard
    return button
