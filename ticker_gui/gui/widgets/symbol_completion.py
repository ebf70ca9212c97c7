"""Suggestions for the last symbol of a text field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit

from ticker_gui.command_palette.symbols import describe_instrument
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.history import Instrument
from ticker_gui.gui.widgets.suggestion_list import SuggestionDelegate, show_suggestions_in_list
from ticker_gui.watchlist.symbol_search import search

_SEPARATORS: Final = ",; \t"
_SYMBOL: Final = Qt.ItemDataRole.UserRole
_MAX_TEXT: Final = 120
_MAX_SUGGESTIONS: Final = 12


class SymbolCompletion(QObject):
    """Suggests symbols for the last word of a field; ``known`` returns those to suggest.

    Tab completes with the highlighted suggestion or the first one.

    ``find_named`` returns the symbol that people call by a name, or an empty text. ``find_instruments`` returns the
    instruments in the provider's list that match, which are suggested with their names. ``find_note`` returns a text
    below the suggestions, such as that more are being searched.
    """

    def __init__(
        self,
        field: QLineEdit,
        known: Callable[[], Sequence[str]],
        find_named: Callable[[str], str] = lambda name: "",
        find_instruments: Callable[[str], Sequence[Instrument]] = lambda typed: (),
        find_note: Callable[[], str] = lambda: "",
    ) -> None:
        super().__init__(field)
        self._field = field
        self._known = known
        self._find_named = find_named
        self._find_instruments = find_instruments
        self._find_note = find_note
        self._suggestions = QStandardItemModel(self)
        self._completer = QCompleter(self._suggestions, self)
        self._completer.setCompletionRole(_SYMBOL)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._popup = show_suggestions_in_list(self._completer, SuggestionDelegate())
        self._completer.setWidget(field)
        self._popup.installEventFilter(self)
        self._completer.activated.connect(self._insert)
        field.textEdited.connect(self._suggest)

    def refresh(self) -> None:
        """Show the suggestions for the text again, after more were found; the highlighted one stays."""
        if not self._field.text() or not (self._field.hasFocus() or self._popup.isVisible()):
            return
        highlighted = self._popup.currentIndex().data(_SYMBOL) if self._popup.isVisible() else None
        self._suggest(self._field.text())
        for row in range(self._suggestions.rowCount()):
            index = self._suggestions.index(row, 0)
            if highlighted and index.data(_SYMBOL) == highlighted:
                self._popup.setCurrentIndex(index)

    def _suggest(self, text: str) -> None:
        typed = text[_last_start(text) :]
        entered = {part.casefold() for part in text[: _last_start(text)].replace(",", " ").split()}
        named = self._find_named(typed) if typed else ""
        found = self._matches(typed, named) if typed else {}
        suggestions = {symbol: name for symbol, name in found.items() if symbol.casefold() not in entered}
        self._suggestions.clear()
        for symbol, name in suggestions.items():
            item = QStandardItem(sanitize_text(f"{symbol} · {name}" if name else symbol, _MAX_TEXT))
            item.setData(symbol, _SYMBOL)
            self._suggestions.appendRow(item)
        note = sanitize_text(self._find_note(), _MAX_TEXT) if typed else ""
        if note:
            item = QStandardItem(note)
            item.setData("", _SYMBOL)
            item.setEnabled(False)
            self._suggestions.appendRow(item)
        if note or (suggestions and list(suggestions) != [typed]):
            self._completer.complete()
            is_name = named or not search(typed, suggestions)
            if suggestions and is_name and typed != typed.upper():
                self._popup.setCurrentIndex(self._suggestions.index(0, 0))  # for Enter: a name is not a symbol
        else:
            self._popup.hide()

    def _matches(self, typed: str, named: str) -> dict[str, str]:
        """Return the symbols that match, the best first, and the names of those in the provider's list."""
        listed = {one.symbol: describe_instrument(one) for one in self._find_instruments(typed)}
        known = search(typed, self._known())
        found = dict.fromkeys((*((named,) if named else ()), *known), "")
        spelled = {symbol.casefold() for symbol in found}
        found |= {symbol: "" for symbol in listed if symbol in found or symbol.casefold() not in spelled}
        ordered = sorted(found, key=lambda symbol: (symbol != named, symbol.casefold() != typed.casefold()))
        return {symbol: listed.get(symbol, "") for symbol in ordered[:_MAX_SUGGESTIONS]}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            highlighted = self._popup.currentIndex()
            chosen = highlighted if highlighted.isValid() else self._suggestions.index(0, 0)
            self._popup.hide()
            self._insert(str(chosen.data(_SYMBOL)))
            return True  # Qt would move the focus to the next control
        return super().eventFilter(watched, event)

    def _insert(self, suggestion: str) -> None:
        if not suggestion:
            return  # a note
        text = self._field.text()
        self._field.setText(text[: _last_start(text)] + suggestion)


def _last_start(text: str) -> int:
    return max(text.rfind(separator) for separator in _SEPARATORS) + 1
