"""The shortcut at the right end of a field or button that says how to reach it by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from ticker_gui.gui.widgets.measures import GAP
from ticker_gui.gui.widgets.plain_text import plain_label

_MIN_SHARE = 4  # of the width of a control: room for its own text


class KeyHint(QObject):
    """Shows a shortcut inside a control; in a field only while it is empty."""

    def __init__(self, control: QWidget, key: QKeySequence) -> None:
        super().__init__(control)
        self._control = control
        self.label: QLabel = plain_label(key.toString(QKeySequence.SequenceFormat.NativeText), "key_hint", control)
        self.label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.is_needed = True
        control.installEventFilter(self)
        if isinstance(control, QLineEdit):
            control.textChanged.connect(self.update)

    def update(self) -> None:
        """Show the shortcut where there is room for it, and hide it where there is text."""
        control, label = self._control, self.label
        is_empty = not isinstance(control, QLineEdit) or not control.text()
        label.adjustSize()
        label.move(control.width() - label.width() - GAP, (control.height() - label.height()) // 2)
        label.setVisible(self.is_needed and is_empty and control.width() > _MIN_SHARE * label.width())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Polish):
            self.update()
        return False
