"""The fields of a feed: address, key, symbols, and the message to an unknown feed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from ticker_gui.feed_setup.draft import FeedDraft
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.feed_setup.provider_list import ProviderEntry, find_symbol, key_site
from ticker_gui.feeds.history import Instrument
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.well_known import NAMES
from ticker_gui.gui.widgets.dialog_parts import stack
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property
from ticker_gui.gui.widgets.symbol_completion import SymbolCompletion

_EYE: Final = 16
_MAX_INSTRUMENTS: Final = 12
_WORD: Final = re.compile(r"[^,;\s]+")
_STORED: Final = "Stored key, unchanged"
_MESSAGE_HINT: Final = (
    "A subscription message, if the server expects one. $SYMBOLS stands for all symbols as a JSON array, "
    "$SYMBOL for each one, and $KEY for the key."
)


SearchProvider: TypeAlias = Callable[[str, str, int, Credentials], Sequence[Instrument]]


class FeedForm(QWidget):
    """Address, key with its storage, symbols, and for an unknown feed the message to send first.

    ``search_provider`` returns the instruments of a provider that match a typed text, at most a given number of them;
    ``search_status`` says whether more are being searched.

    Signals:
        edited: a value has changed.
        key_page_requested: the page where an account gets its key, after a click on the link.
    """

    edited = Signal()
    key_page_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: ProviderEntry | None = None
        self._known: Sequence[str] = ()
        self.address = _field("feed_address", "Address", "The WebSocket URL of the feed")
        self.key = _field("feed_key", "API key", "The API key; it is never written to the settings file")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self._add_eye()
        self.storage = QComboBox()
        self.storage.setObjectName("key_storage")
        self.storage.setAccessibleName("Where the key is stored")
        self.link = _link_button()
        self.link.clicked.connect(self._request_key_page)
        self.no_key = plain_label("No key needed.", "muted")
        self.symbols = _field("feed_symbols", "Symbols", "Symbols, separated by commas")
        self.search_provider: SearchProvider = lambda typed, provider, limit, credentials: ()
        self.search_status: Callable[[], str] = lambda: ""
        self.completion = SymbolCompletion(
            self.symbols, lambda: self._known, self._find_named, self._find_instruments, lambda: self.search_status()
        )
        self.message = _field("feed_message", "Message", _MESSAGE_HINT)
        self.message.setPlaceholderText('Optional, such as {"op": "subscribe", "symbols": $SYMBOLS}')
        self._lay_out()
        for field in (self.address, self.key, self.symbols, self.message):
            field.textChanged.connect(self.edited)
        self.key.textChanged.connect(self._show_storage)
        self.symbols.editingFinished.connect(self.replace_names)

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(8)
        layout.setColumnStretch(1, 1)
        self._key_line = QWidget()
        self._key_layout = line = QHBoxLayout(self._key_line)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.storage, 1)
        line.addWidget(self.link)
        self._message_label = _label("&Message", self.message)
        layout.addWidget(_label("&Address", self.address), 0, 0)
        layout.addWidget(self.address, 0, 1)
        layout.addWidget(_label("&Key", self.key), 1, 0)
        layout.addWidget(self.key, 1, 1)
        layout.addWidget(self.no_key, 1, 1)
        layout.addWidget(self._key_line, 2, 1)
        layout.addWidget(_label("&Symbols", self.symbols), 3, 0)
        layout.addWidget(self.symbols, 3, 1)
        layout.addWidget(self._message_label, 4, 0)
        layout.addWidget(self.message, 4, 1)

    def set_narrow(self, is_narrow: bool) -> None:
        """Arrange the lines for a wide or a narrow dialog."""
        stack(self._key_layout, is_narrow)

    def _add_eye(self) -> None:
        self._eye = QAction(_eye_icon(self.palette().text().color(), is_open=True), "Show the key", self)
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._show_key)
        self.key.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)
        for button in self.key.findChildren(QToolButton):
            button.setAccessibleName("Show the key")

    def _show_key(self, is_shown: bool) -> None:
        self.key.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)
        self._eye.setIcon(_eye_icon(self.palette().text().color(), is_open=not is_shown))
        self._eye.setToolTip("Hide the key" if is_shown else "Show the key")

    def show_entry(self, entry: ProviderEntry, address: str) -> None:
        """Show the fields that a provider needs."""
        self._entry = entry
        protocol = entry.protocol
        self._known = protocol.default_symbols
        has_key = protocol.needs_key or bool(protocol.key_hint) or not entry.is_known
        self.key.setVisible(has_key)
        self.no_key.setVisible(not has_key)
        self._show_storage()
        if not has_key:
            self.key.clear()
        self._eye.setChecked(False)
        self.key.setPlaceholderText(protocol.key_hint or ("" if protocol.needs_key else "Optional"))
        site = key_site(protocol)
        self.link.setVisible(bool(site))
        self.link.setText(f"Get a key at {site}")
        set_tooltip(self.link, f"Open {protocol.key_url} in the browser")
        for widget in (self._message_label, self.message):
            widget.setVisible(not entry.is_known)
        self.address.setText(address)
        examples = ", ".join(protocol.default_symbols[:2]) or "AAPL, MSFT"
        every = ", or * for all" if protocol.announces_symbols else ""
        self.symbols.setPlaceholderText(f"Such as {examples}{every}")

    def _show_storage(self) -> None:
        """Show where the key is stored, if there has to be one or it is typed."""
        is_needed = self._entry is not None and self._entry.protocol.needs_key
        self._key_line.setVisible(is_needed or bool(self.key.text()))

    def show_draft(self, draft: FeedDraft) -> None:
        """Fill the fields from a draft."""
        self.symbols.setText(draft.symbols)
        self.message.setText(draft.mapping.subscribe if draft.mapping is not None else "")
        if draft.has_stored_key:
            self.key.setPlaceholderText(_STORED)

    def set_known_symbols(self, symbols: Sequence[str]) -> None:
        """Suggest these symbols, in place of those of the provider."""
        self._known = symbols

    def set_storages(self, storages: Sequence[KeyStorage]) -> None:
        """Offer these ways to store the key, the first one chosen."""
        self.storage.clear()
        for storage in storages:
            self.storage.addItem(storage.value, storage)
        set_tooltip(self.storage, "Where the key is stored when you save; it is never written to the settings file")

    @property
    def chosen_storage(self) -> KeyStorage:
        """Where to store the key."""
        storage: KeyStorage | None = self.storage.currentData()
        return storage or KeyStorage.SESSION

    def add_symbol(self, symbol: str) -> None:
        """Add a symbol to those that are typed."""
        typed = self.symbols.text().strip().rstrip(",")
        self.symbols.setText(f"{typed}, {symbol}" if typed else symbol)

    def replace_names(self) -> None:
        """Replace what people call a symbol, such as Bitcoin, by the provider's symbol."""
        typed = self.symbols.text()
        replaced = _WORD.sub(lambda word: self._symbol_of(word[0]), typed)
        if replaced != typed:
            self.symbols.setText(replaced)

    def _symbol_of(self, word: str) -> str:
        is_name = word.casefold() in NAMES and word != word.upper()
        return (self._find_named(word) or word) if is_name else word

    def mark_wrong(self, fields: Sequence[str]) -> None:
        """Mark the fields that have a wrong value; an empty field is not marked."""
        for name, field in (("address", self.address), ("key", self.key), ("symbols", self.symbols)):
            is_wrong = name in fields and bool(field.text().strip())
            set_style_property(field, "wrong", is_wrong)

    def _find_instruments(self, typed: str) -> Sequence[Instrument]:
        if self._entry is None:
            return ()
        credentials = Credentials(self.address.text().strip(), self.key.text().strip() or None)
        return self.search_provider(typed, self._entry.name, _MAX_INSTRUMENTS, credentials)

    def _find_named(self, name: str) -> str:
        return "" if self._entry is None else find_symbol(name, self._entry)

    def _request_key_page(self) -> None:
        if self._entry is not None and urlsplit(self._entry.protocol.key_url).scheme == "https":
            self.key_page_requested.emit(self._entry.protocol.key_url)


def _field(name: str, title: str, tip: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(title)
    set_tooltip(field, tip)
    return field


def _label(text: str, field: QLineEdit) -> QLabel:
    label = QLabel(text)  # a buddy's mnemonic needs a label that is not plain text
    label.setBuddy(field)
    return label


def _link_button() -> QToolButton:
    button = QToolButton()
    button.setObjectName("get_key")
    button.setAutoRaise(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def _eye_icon(color: object, *, is_open: bool) -> QIcon:
    ratio = 3
    pixmap = QPixmap(QSize(_EYE, _EYE) * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(ratio, ratio)
    painter.setPen(QPen(color, 1.5))  # type: ignore[call-overload]
    painter.drawArc(1, 3, 14, 14, 25 * 16, 130 * 16)
    painter.drawArc(1, -1, 14, 14, 205 * 16, 130 * 16)
    painter.drawEllipse(6, 6, 4, 4)
    if not is_open:
        painter.drawLine(3, 13, 13, 3)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return QIcon(pixmap)
