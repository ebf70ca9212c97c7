"""The input field for adding symbols, with suggestions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPalette,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import QCompleter, QLineEdit, QStyle, QStyleOptionViewItem, QWidget

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feed_setup.symbol_suggestions import SymbolSuggestion
from ticker_gui.feeds.well_known import NAMES
from ticker_gui.gui.widgets.icons import current_theme
from ticker_gui.gui.widgets.suggestion_list import SuggestionDelegate, show_suggestions_in_list

_SEPARATORS: Final = ",; \t\r\n"
_MAX_LENGTH: Final = 400_000  # characters: ten thousand symbols; Qt's own limit would truncate pasted lists
_SUGGESTION: Final = Qt.ItemDataRole.UserRole
_GAP: Final = 12
_MIN_POPUP_WIDTH: Final = 420
_MAX_NOTE_HEIGHT: Final = 200
_MAX_TITLE: Final = 240  # characters, of a note a few lines
_HIGHLIGHTED: Final = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver
_HISTORY_KEYS: Final = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class AddField(QLineEdit):
    """Accepts one or more symbols and completes the last one; ``suggest`` returns suggestions for a typed symbol.

    Tab completes with the highlighted suggestion or the first one, and Enter adds the highlighted one. While the field
    is empty, the keys for undo and redo are those of the window.

    Signals:
        confirmed: the text, when the user presses Enter.
        list_pasted: a pasted text with lines or columns, which is not inserted.
        connection_requested: a symbol that no feed has, when the user chooses to connect a feed for it.
    """

    confirmed = Signal(str)
    list_pasted = Signal(str)
    connection_requested = Signal(str)

    def __init__(self, suggest: Callable[[str], Sequence[SymbolSuggestion]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._find = suggest
        self.setObjectName("add_symbol")
        self.setAccessibleName("Add symbols")
        self.setPlaceholderText("Add symbol")
        self.setMaxLength(_MAX_LENGTH)
        self._suggestions = QStandardItemModel(self)
        self._completer = QCompleter(self._suggestions, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(self)
        self._completer.activated[QModelIndex].connect(self._choose)  # type: ignore[index]
        self._popup = show_suggestions_in_list(self._completer, _SuggestionDelegate())
        self.textEdited.connect(self._suggest)

    def refresh(self) -> None:
        """Show the suggestions for the text again, after more were found; the highlighted one stays."""
        if not self.text() or not (self.hasFocus() or self._popup.isVisible()):
            return
        highlighted = self._popup.currentIndex().data(_SUGGESTION) if self._popup.isVisible() else None
        self._suggest(self.text())
        for row in range(self._suggestions.rowCount()):
            index = self._suggestions.index(row, 0)
            if highlighted is not None and index.data(_SUGGESTION) == highlighted:
                self._popup.setCurrentIndex(index)

    def _suggest(self, text: str) -> None:
        typed = text[_last_symbol_start(text) :]
        suggestions = self._find(typed) if typed else []
        self._suggestions.clear()
        for suggestion in suggestions:
            text = f"{suggestion.title} · {suggestion.name}" if suggestion.name else suggestion.title
            item = QStandardItem(sanitize_text(text, _MAX_TITLE))
            item.setData(suggestion, _SUGGESTION)
            item.setAccessibleDescription(suggestion.note)
            item.setEnabled(not suggestion.is_note)
            self._suggestions.appendRow(item)
        texts = [one.text for one in suggestions if not one.connects]  # that of a note is empty
        if suggestions and texts != [typed]:
            self._popup.setMinimumWidth(_MIN_POPUP_WIDTH)
            self._completer.complete()
            self._make_room_for_note()
            is_name = typed.casefold() in NAMES or (suggestions[0].is_by_name and suggestions[0].name)
            if is_name and typed != typed.upper():
                self._popup.setCurrentIndex(self._suggestions.index(0, 0))  # for Enter: a name is not a symbol
        else:
            self._popup.hide()

    def _make_room_for_note(self) -> None:
        """Show all lines of a note, which is the last row: Qt gives each row the height of the first one."""
        rows, popup = self._suggestions.rowCount(), self._popup
        if rows <= self._completer.maxVisibleItems():
            more = popup.sizeHintForRow(rows - 1) - popup.sizeHintForRow(0)
            popup.resize(popup.width(), popup.height() + max(more, 0))

    def _choose(self, index: QModelIndex) -> None:
        suggestion: SymbolSuggestion = index.data(_SUGGESTION)
        if suggestion.is_note:
            return
        text = self.text()
        before = text[: _last_symbol_start(text)]
        if suggestion.connects:
            self.setText(before)
            self.connection_requested.emit(suggestion.text)
        else:
            self.setText(before + suggestion.text)

    def _confirm(self) -> None:
        chosen = self._popup.selectionModel().selectedIndexes() if self._popup.isVisible() else []
        self._popup.hide()
        if chosen:
            self._choose(chosen[0])
        text = self.text()
        if text.strip():
            self.setText("")  # not `clear`, after which Ctrl+Z would restore the text instead of undoing the addition
            self.confirmed.emit(text)

    def _complete(self) -> None:
        """Insert the highlighted suggestion, or the first one."""
        highlighted = self._popup.currentIndex()
        self._popup.hide()
        self._choose(highlighted if highlighted.isValid() else self._suggestions.index(0, 0))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and not self.text() and _is_history_key(event):
                event.ignore()
                return False
            is_tab = event.key() == Qt.Key.Key_Tab and event.type() == QEvent.Type.KeyPress
            if is_tab and self._popup.isVisible():
                self._complete()  # Qt would move the focus to the next control
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._confirm()  # not passed on: the completer would insert its first suggestion into the empty field
        elif event.key() == Qt.Key.Key_Escape and self._popup.isVisible():
            self._popup.hide()
        elif event.matches(QKeySequence.StandardKey.Paste) and _has_cells(text := QGuiApplication.clipboard().text()):
            self.list_pasted.emit(text)
        else:
            super().keyPressEvent(event)


class _SuggestionDelegate(SuggestionDelegate):
    """Paints the name of the feed at the right of its symbol, and wraps a note."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        if not index.data(_SUGGESTION).is_note:
            return hint
        room = QRect(0, 0, _MIN_POPUP_WIDTH - 3 * _GAP, _MAX_NOTE_HEIGHT)
        lines = option.fontMetrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), str(index.data()))
        return QSize(hint.width(), max(hint.height(), lines.height() + _GAP))

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.data(_SUGGESTION).is_note:
            option.features |= QStyleOptionViewItem.ViewItemFeature.WrapText
            option.state |= QStyle.StateFlag.State_Enabled  # a disabled text would be too faint to read
            option.palette.setColor(QPalette.ColorRole.Text, QColor(current_theme().text3))
        note = _note_of(option, index)
        if note:
            room = option.rect.width() - option.fontMetrics.horizontalAdvance(note) - 3 * _GAP
            option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, max(room, 0))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        note = _note_of(option, index)
        if not note:
            return
        painter.save()
        painter.setPen(_note_color(option.state))
        area = option.rect.adjusted(_GAP, 0, -_GAP, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
        painter.restore()


def _note_of(option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> str:
    """Return the note of a suggestion, elided to half of the width."""
    suggestion: SymbolSuggestion = index.data(_SUGGESTION)
    note, room = sanitize_text(suggestion.note, 40), (option.rect.width() - 2 * _GAP) // 2
    return option.fontMetrics.elidedText(note, Qt.TextElideMode.ElideRight, max(room, 0))


def _note_color(state: QStyle.StateFlag) -> QColor:
    theme = current_theme()
    return QColor(theme.text2 if state & _HIGHLIGHTED else theme.text3)


def _has_cells(text: str) -> bool:
    """Return whether a text has several lines or columns, whose separators the field would remove."""
    return any(separator in text.strip() for separator in "\t\r\n")


def _is_history_key(event: QKeyEvent) -> bool:
    return any(event.matches(key) for key in _HISTORY_KEYS)


def _last_symbol_start(text: str) -> int:
    """Return the start of the last symbol in the text."""
    return max(text.rfind(separator) for separator in _SEPARATORS) + 1
