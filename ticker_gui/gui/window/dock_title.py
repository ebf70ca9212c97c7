"""The thin title bar of a dock, with buttons to float and to close the panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.measures import DOCK_HEAD_HEIGHT, PANEL_MARGIN
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip


class DockTitle(QWidget):
    """Shows the panel's name, or its own header.

    The dock handles the mouse here: dragging moves the panel, a double-click floats it or puts it back.
    """

    def __init__(self, name: str, title: str, dock: QDockWidget, header: QWidget | None = None) -> None:
        super().__init__(dock)
        self._dock, self._panel_title = dock, title
        self.setObjectName("dock_title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._float = _title_button("float", f"float_{name}", self)
        self._float.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        close = _title_button("close", f"close_{name}", self)
        close.setAccessibleName(f"Close {title}")
        set_tooltip(close, "Close")
        close.clicked.connect(dock.close)
        self.setMinimumHeight(DOCK_HEAD_HEIGHT)
        layout = QHBoxLayout(self)
        layout.setSpacing(0)
        if header is None:
            layout.setContentsMargins(PANEL_MARGIN, 1, 4, 1)
            layout.addWidget(_title_label(title, f"{name}_title"), 1)
        else:
            layout.setContentsMargins(0, 0, 4, 0)
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


def _title_button(icon_name: str, name: str, parent: QWidget) -> IconButton:
    button = IconButton(icon_name, name, parent, is_small=True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the View menu does the same by keyboard
    return button
