"""Marks the control that the keyboard has focused, and lets Enter press it if it is a button."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QPushButton, QWidget
from shiboken6 import isValid

from ticker_gui.gui.widgets.style_properties import set_style_property

_PROPERTY: Final = "keyboard"
_KEY: Final = QEvent.Type.KeyPress
_MOUSE: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin)
_MODIFIERS: Final = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta)
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYBOARD_REASONS: Final = (
    Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason,
)  # fmt: skip
_RETURN_REASONS: Final = (
    Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason,
)  # fmt: skip


class KeyboardFocus(QObject):
    """Sets the property ``keyboard`` of buttons and combo boxes, for the ring; a click on them shows none.

    Enter presses the focused button also where Qt would ignore it: in a dialog whose fields must not press a button.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._marked: QWidget | None = None
        application.focusChanged.connect(self._on_focus_changed)
        application.focusWindowChanged.connect(self._watch)

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)  # once, however often this is called

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note which device was used last; windows get few events, unlike the application."""
        kind = event.type()
        if kind in _MOUSE:
            _LastInput.is_keyboard = False
        elif kind is _KEY and isinstance(event, QKeyEvent) and is_navigation(event):
            _LastInput.is_keyboard = True
            if event.key() in _ENTER and not event.isAutoRepeat() and (button := _focused_button()) is not None:
                button.click()
                return True
        return False

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if self._marked is not None and isValid(self._marked):
            set_style_property(self._marked, _PROPERTY, False)
        self._marked = None
        if isinstance(now, QAbstractButton | QComboBox) and _was_keyboard(now):
            self._marked = now
            set_style_property(now, _PROPERTY, True)


def _focused_button() -> QPushButton | None:
    """Return the focused button if Qt would not press it for Enter."""
    focused = QApplication.focusWidget()
    if QApplication.activePopupWidget() is not None or not isinstance(focused, QPushButton):
        return None
    return None if focused.autoDefault() or focused.isDefault() else focused


class _LastInput:
    is_keyboard: bool | None = None  # None before the first input


def is_navigation(event: QKeyEvent) -> bool:
    """Return whether a key counts as use of the keyboard; keys that are held for a click do not."""
    return event.key() not in _MODIFIERS


def is_ring_visible(reason: Qt.FocusReason, *, was_visible: bool) -> bool:
    """Return whether a control that has just got the focus shows a ring: only if the keyboard moved the focus.

    After a menu or another window, it looks as before.
    """
    if reason in _RETURN_REASONS:
        return was_visible
    if reason is Qt.FocusReason.MouseFocusReason:
        return False
    return reason in _KEYBOARD_REASONS or bool(_LastInput.is_keyboard)


def _was_keyboard(widget: QWidget) -> bool:
    if QApplication.mouseButtons() is not Qt.MouseButton.NoButton or _LastInput.is_keyboard is False:
        return False
    return bool(_LastInput.is_keyboard) or widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
