"""The input field for adding symbols, with suggestions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from ticker_gui.watchlist.symbol_search import search

_SEPARATORS: Final = ",; \t\r\n"
_MAX_LENGTH: Final = 400_000  # characters: ten thousand symbols; Qt's own limit would truncate pasted lists


class AddField(QLineEdit):
    """Accepts one or more symbols and completes the last one; ``known`` returns the symbols to suggest.

    Signals:
        confirmed: the text, when the user presses Enter.
    """

    confirmed = Signal(str)

    def __init__(self, known: Callable[[], Sequence[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known = known
        self.setObjectName("add_symbol")
        self.setAccessibleName("Add symbols")
        self.setPlaceholderText("Enter one or more symbols")
        self.setMaxLength(_MAX_LENGTH)
        self._suggestions = QStringListModel(self)
        self._completer = QCompleter(self._suggestions, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(self)
        self._completer.activated.connect(self._insert)
        self._popup = QListView()
        self._completer.setPopup(self._popup)
        self.textEdited.connect(self._suggest)

    def _suggest(self, text: str) -> None:
        typed = text[_last_symbol_start(text) :]
        suggestions = search(typed, self._known()) if typed else []
        self._suggestions.setStringList(suggestions)
        if suggestions and suggestions != [typed]:
            self._completer.complete()
        else:
            self._popup.hide()

    def _insert(self, suggestion: str) -> None:
        text = self.text()
        self.setText(text[: _last_symbol_start(text)] + suggestion)

    def _confirm(self) -> None:
        chosen = self._popup.selectionModel().selectedIndexes() if self._popup.isVisible() else []
        self._popup.hide()
        if chosen:
            self._insert(str(chosen[0].data()))
        text = self.text()
        if text.strip():
            self.clear()
            self.confirmed.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._confirm()  # not passed on: the completer would insert its first suggestion into the empty field
        elif event.key() == Qt.Key.Key_Escape and self._popup.isVisible():
            self._popup.hide()
        else:
            super().keyPressEvent(event)


def _last_symbol_start(text: str) -> int:
    """Return the start of the last symbol in the text."""
    return max(text.rfind(separator) for separator in _SEPARATORS) + 1
