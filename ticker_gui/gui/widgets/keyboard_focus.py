"""Marks the control that the keyboard has focused, so that the style sheet draws a ring around it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget
from shiboken6 import isValid

_PROPERTY: Final = "keyboard"


class KeyboardFocus:
    """Sets the property ``keyboard`` of buttons and combo boxes; a click on them shows no ring."""

    def __init__(self, application: QApplication) -> None:
        self._marked: QWidget | None = None
        application.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if self._marked is not None and isValid(self._marked):
            _mark(self._marked, False)
        self._marked = None
        if isinstance(now, QAbstractButton | QComboBox) and _was_keyboard(now):
            self._marked = now
            _mark(now, True)


def _was_keyboard(widget: QWidget) -> bool:
    is_pressed = QApplication.mouseButtons() is not Qt.MouseButton.NoButton
    return not is_pressed and widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)


def _mark(widget: QWidget, is_marked: bool) -> None:
    widget.setProperty(_PROPERTY, is_marked)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
