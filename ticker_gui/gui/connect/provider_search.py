"""The left side of the dialog: the search field, the providers, and the entry for any other WebSocket."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ticker_gui.feed_setup.provider_list import ANY_WEBSOCKET, ProviderEntry, provider_entries, search_providers
from ticker_gui.gui.connect.provider_view import ProviderView
from ticker_gui.gui.widgets.dialog_parts import rule
from ticker_gui.gui.widgets.plain_text import name_clear_button, plain_label, set_tooltip
from ticker_gui.gui.widgets.theme import Theme

_WIDTH: Final = 288
_NARROW_WIDTH: Final = 168
_NO_MATCH: Final = "No provider matches."
_NO_HOST: Final = "No known provider has this address."


class ProviderSearchField(QWidget):
    """Finds a provider by name, market, symbol or address.

    Signals:
        entry_chosen: the chosen `ProviderEntry`.
        address_entered: an address was typed or pasted.
        confirmed: Enter was pressed in the field.
    """

    entry_chosen = Signal(object)
    address_entered = Signal(str)
    confirmed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("provider_side")
        self.set_narrow(False)
        self._entries = provider_entries()
        self._chosen = ANY_WEBSOCKET
        self.was_found = False  # whether the search has made the choice, not the user
        self.search = QLineEdit()
        self.search.setObjectName("find_provider")
        self.search.setAccessibleName("Find a provider")
        self.search.setPlaceholderText("Find a provider, or paste wss://…")
        self.search.setClearButtonEnabled(True)
        name_clear_button(self.search)
        set_tooltip(self.search, "A provider, a market, a symbol, or the address of a WebSocket")
        self.providers = ProviderView(theme)
        self.providers.show_entries(self._entries, has_headings=True)
        self.nothing_found = plain_label(_NO_MATCH, "muted")
        self.nothing_found.setWordWrap(True)
        self.nothing_found.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing_found.setContentsMargins(12, 0, 12, 12)
        self.nothing_found.hide()
        self.any_websocket = ProviderView(theme, "any_websocket")
        self.any_websocket.setAccessibleName(ANY_WEBSOCKET.title)
        self.any_websocket.show_entries([ANY_WEBSOCKET])
        self.any_websocket.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.any_websocket.setFixedHeight(self.any_websocket.sizeHintForRow(0) + 2)
        self._lay_out()
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self.confirmed)
        self.search.installEventFilter(self)
        self.providers.entry_chosen.connect(self.entry_chosen)
        self.any_websocket.entry_chosen.connect(self.entry_chosen)

    def set_narrow(self, is_narrow: bool) -> None:
        """Set the width for a wide or a narrow dialog."""
        self.setFixedWidth(_NARROW_WIDTH if is_narrow else _WIDTH)

    def _lay_out(self) -> None:
        field = QHBoxLayout()
        field.setContentsMargins(12, 12, 12, 12)
        field.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(field)
        layout.addWidget(self.nothing_found)
        layout.addWidget(self.providers, 1)
        layout.addWidget(rule())
        layout.addWidget(self.any_websocket)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self.providers.set_theme(theme)
        self.any_websocket.set_theme(theme)

    @property
    def first_entry(self) -> ProviderEntry:
        """The first provider that matches, or any other WebSocket if none does."""
        return next(iter(search_providers(self.search.text(), self._entries)), ANY_WEBSOCKET)

    def select(self, entry: ProviderEntry) -> None:
        """Show which provider is chosen."""
        self._chosen = entry
        self.was_found = False
        self._highlight(entry)

    def _highlight(self, entry: ProviderEntry) -> None:
        in_list, other = self.providers, self.any_websocket
        (other if entry.is_known else in_list).clear_choice()
        (in_list if entry.is_known else other).select_entry(entry.name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys choose a provider while the focus stays in the field."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in steps:
            self._step(steps[Qt.Key(event.key())])
            return True
        return False

    def _step(self, by: int) -> None:
        """Choose the next or the previous provider; any other WebSocket comes after the last one."""
        is_last = self.any_websocket.current_entry is not None
        if by > 0 and not is_last and not self.providers.step(by):
            self.any_websocket.step(by)
        elif by < 0:
            self.providers.step(by)

    def _search(self, text: str) -> None:
        """Show what matches, and choose the first match unless the user has chosen one that matches, too."""
        found = search_providers(text, self._entries)
        self.providers.show_entries(found, has_headings=not text.strip())
        self.nothing_found.setText(_NO_HOST if "://" in text else _NO_MATCH)
        self.nothing_found.setVisible(not found)
        if "://" in text:
            self.address_entered.emit(text.strip())
            return
        first = next(iter(found), ANY_WEBSOCKET)
        keeps = not text.strip() or (not self.was_found and self._chosen in found)
        if not keeps and first != self._chosen:
            self.select(first)
            self.entry_chosen.emit(first)
            self.was_found = True
        else:
            self._highlight(self._chosen)  # its row may have been absent until now
