"""Keeps the Space key for the focused control if that control uses it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QTableView, QWidget

_USERS: Final = (QAbstractButton, QComboBox, QAbstractItemView)


class SpaceKey(QObject):
    """Lets a focused button, combo box or list react to Space although it is a shortcut of the window.

    In tables, Space would select the current row, which is selected already. Text fields take it anyway.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow_focus)

    def _follow_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        if isinstance(old, _USERS):
            old.removeEventFilter(self)
        if isinstance(new, _USERS) and not isinstance(new, QTableView):
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return False
        if event.key() != Qt.Key.Key_Space or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        event.accept()
        return True
