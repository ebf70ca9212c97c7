"""Suggestions for the last symbol of a text field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from ticker_gui.gui.widgets.suggestion_list import SuggestionDelegate, show_suggestions_in_list
from ticker_gui.watchlist.symbol_search import search

_SEPARATORS: Final = ",; \t"


class SymbolCompletion(QObject):
    """Suggests symbols for the last word of a field; ``known`` returns those to suggest.

    Tab completes with the highlighted suggestion or the first one.

    ``find_named`` returns the symbol that people call by a name, or an empty text.
    """

    def __init__(
        self,
        field: QLineEdit,
        known: Callable[[], Sequence[str]],
        find_named: Callable[[str], str] = lambda name: "",
    ) -> None:
        super().__init__(field)
        self._field = field
        self._known = known
        self._find_named = find_named
        self._suggestions = QStringListModel(self)
        self._completer = QCompleter(self._suggestions, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._popup = show_suggestions_in_list(self._completer, SuggestionDelegate())
        self._completer.setWidget(field)
        self._popup.installEventFilter(self)
        self._completer.activated.connect(self._insert)
        field.textEdited.connect(self._suggest)

    def _suggest(self, text: str) -> None:
        typed = text[_last_start(text) :]
        entered = {part.casefold() for part in text[: _last_start(text)].replace(",", " ").split()}
        named = self._find_named(typed)
        matches = ([named] if named else []) + search(typed, self._known()) if typed else []
        suggestions = [one for one in dict.fromkeys(matches) if one.casefold() not in entered]
        self._suggestions.setStringList(suggestions)
        if suggestions and suggestions != [typed]:
            self._completer.complete()
            if named and typed != typed.upper():
                self._popup.setCurrentIndex(self._suggestions.index(0, 0))  # Enter means it: a name is no symbol
        else:
            self._popup.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            highlighted = self._popup.currentIndex()
            chosen = highlighted if highlighted.isValid() else self._suggestions.index(0, 0)
            self._popup.hide()
            self._insert(str(chosen.data()))
            return True  # Qt would move the focus to the next control
        return super().eventFilter(watched, event)

    def _insert(self, suggestion: str) -> None:
        text = self._field.text()
        self._field.setText(text[: _last_start(text)] + suggestion)


def _last_start(text: str) -> int:
    return max(text.rfind(separator) for separator in _SEPARATORS) + 1
