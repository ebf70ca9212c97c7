"""Typing a timeframe on the chart: what was typed is shown until Enter applies it or Escape cancels it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from ticker_gui.chart.typed_timeframe import MAX_LENGTH, MONTHS, parse_timeframe
from ticker_gui.gui.chart.options import timeframe_title
from ticker_gui.gui.widgets.key_layout import key_of
from ticker_gui.gui.widgets.style_properties import set_style_property

_DIGITS: Final = frozenset("0123456789")
_NOT_TEXT: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
_HINT: Final = "Add a unit: s, m, h, d, w, M (months) or t (trades)"
_TOP: Final = 56
_MARGIN: Final = 8
_Key = Qt.Key


class TimeframeEntry(QLabel):
    """A label above the chart with the typed text and the timeframe that it stands for, or why there is none.

    Signals:
        accepted: the name of a timeframe.
    """

    accepted = Signal(str)

    def __init__(self, chart: QWidget) -> None:
        super().__init__(chart)
        self._chart = chart
        self.above: QWidget | None = None  # the controls, which stay visible
        self._typed = ""
        self.setObjectName("timeframe_entry")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def handle_key(self, event: QKeyEvent) -> bool:
        """Handle a key of the chart and return whether it belongs to the entry, which a digit begins."""
        if event.modifiers() & _NOT_TEXT:
            self.cancel()
            return False
        character = _character(event)
        if character in _DIGITS or (self._typed and character.isalpha() and character.isascii()):
            self._set_typed((self._typed + character)[:MAX_LENGTH])
            return True
        return bool(self._typed) and self._handle_command(event.key())

    def cancel(self) -> None:
        """Forget what was typed."""
        self._typed = ""
        self.hide()

    def _handle_command(self, key: int) -> bool:
        match key:
            case _Key.Key_Return | _Key.Key_Enter:
                self._accept()
            case _Key.Key_Escape:
                self.cancel()
            case _Key.Key_Backspace:
                self._set_typed(self._typed[:-1])
            case _Key.Key_Shift | _Key.Key_CapsLock | _Key.Key_NumLock:
                pass
            case _:
                self.cancel()  # the key has its usual effect
                return False
        return True

    def _accept(self) -> None:
        name = parse_timeframe(self._typed).name
        if name:
            self.cancel()
            self.accepted.emit(name)
        else:
            self._show_meaning(is_complete=True)

    def _set_typed(self, typed: str) -> None:
        self._typed = typed
        if typed:
            self._show_meaning(is_complete=not typed.isdigit())
        else:
            self.cancel()

    def _show_meaning(self, *, is_complete: bool) -> None:
        typed = self._typed
        name, reason = parse_timeframe(typed)
        meaning = reason or f"{timeframe_title(name)} · Enter to apply"
        if reason and not is_complete:
            meaning, reason = _HINT, ""
        self.setText(f"{typed}   {meaning}")
        set_style_property(self, "wrong", bool(reason))
        self.setAccessibleName(f"Timeframe {typed}: {meaning}")
        self.place()
        self.show()
        self.raise_()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.accessibleName()))

    def place(self) -> None:
        """Move the label below the head and the controls, in the middle; a text without room is wrapped."""
        room = self._chart.width() - 2 * _MARGIN
        self.setWordWrap(False)
        size = self.sizeHint()
        if size.width() > room:
            self.setWordWrap(True)
            size = QSize(room, self.heightForWidth(room))
        top = _TOP if self.above is None else self.above.geometry().bottom() + _MARGIN
        self.setGeometry((self._chart.width() - size.width()) // 2, top, size.width(), size.height())


def _character(event: QKeyEvent) -> str:
    """Return the typed digit, or the Latin letter of the key in any keyboard layout; empty for other keys.

    Letters are in lower case, except that of months.
    """
    text = event.text()
    if text in _DIGITS:
        return text
    key = key_of(event)
    letter = chr(key) if ord("A") <= key <= ord("Z") else ""
    return letter if letter == MONTHS and text.isupper() else letter.lower()
