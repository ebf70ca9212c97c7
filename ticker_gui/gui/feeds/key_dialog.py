"""The field for the API key of a feed: hidden, with where the key is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.config.settings import Feed
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.feed_setup.provider_list import key_site
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP, ICON_SIZE
from ticker_gui.gui.widgets.plain_text import mnemonic_free, plain_label, set_tooltip

_WIDTH: Final = 520
_TRYING: Final = "Connecting with this key…"
_NOT_PRINTABLE: Final = "The key contains a line break or another control character. Paste it again."


class KeyDialog(QDialog):
    """Asks for the key of a feed. ``reason`` is why the current key, if there is one, cannot be used.

    Signals:
        key_entered: the key, and the `KeyStorage`; then call `finish`, perhaps after `show_trying`.
        key_page_requested: a page to open in the browser.
    """

    key_entered = Signal(str, object)
    key_page_requested = Signal(str)

    def __init__(self, feed: Feed, reason: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_dialog")
        self.setWindowTitle(f"API key for {sanitize_text(feed.name, 60)}")
        self.setAccessibleName(self.windowTitle())
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumWidth(_WIDTH)
        self._reason = plain_label("", "key_reason")
        self._reason.setWordWrap(True)
        self._mark = QLabel()
        self._mark.setPixmap(icon("warn", "warning").pixmap(QSize(ICON_SIZE, ICON_SIZE), self.devicePixelRatioF()))
        self.key = QLineEdit()
        self.key.setObjectName("key")
        self.key.setAccessibleName("API key")
        self.key.setPlaceholderText(feed.protocol.key_hint)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.show_key = QCheckBox("&Show the key")
        self.show_key.setObjectName("show_key")
        self.storage = QComboBox()
        self.storage.setObjectName("key_storage")
        self.storage.setAccessibleName("Where the key is stored")
        set_tooltip(self.storage, "Where the key is stored; it is never written to the settings file")
        self.get_key = QPushButton(f"&Get a key at {mnemonic_free(key_site(feed.protocol))}…")
        self.get_key.setObjectName("get_key")
        self.get_key.setAutoDefault(False)
        set_tooltip(self.get_key, f"Open {feed.protocol.key_url} in the browser")
        self.get_key.setVisible(urlsplit(feed.protocol.key_url).scheme == "https")
        self.cancel = QPushButton("Cancel")
        self.cancel.setObjectName("cancel_key")
        self.cancel.setAutoDefault(False)
        self.use_key = QPushButton("&Use this key")
        self.use_key.setObjectName("use_key")
        self.use_key.setDefault(True)
        self.use_key.setProperty("primary", True)
        self._lay_out()
        self._show_reason(reason)
        self.key.textChanged.connect(self._update)
        self.show_key.toggled.connect(self._show_typed)
        self.get_key.clicked.connect(lambda: self.key_page_requested.emit(feed.protocol.key_url))
        self.cancel.clicked.connect(self.reject)
        self.use_key.clicked.connect(self._enter)
        self.set_storages([KeyStorage.SESSION])
        self.key.setFocus()
        self._update()

    def _lay_out(self) -> None:
        label = QLabel("API &key")
        label.setBuddy(self.key)
        row = QHBoxLayout()
        row.addWidget(self.show_key)
        row.addStretch(1)
        row.addWidget(self.get_key)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.use_key)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(GAP)
        problem = QHBoxLayout()
        problem.setSpacing(GAP)
        self._mark.setFixedHeight(self._reason.fontMetrics().height())  # that of the first line, which it is beside
        self._reason.setAlignment(Qt.AlignmentFlag.AlignTop)
        problem.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        problem.addWidget(self._reason, 1)
        layout.addLayout(problem)
        layout.addSpacing(GAP)
        layout.addWidget(label)
        layout.addWidget(self.key)
        layout.addLayout(row)
        layout.addWidget(self.storage)
        layout.addSpacing(GAP)
        layout.addLayout(foot)

    def set_storages(self, storages: Sequence[KeyStorage]) -> None:
        """Offer these ways to store the key, the first one chosen."""
        self.storage.clear()
        for storage in storages:
            self.storage.addItem(storage.value, storage)

    def show_trying(self) -> None:
        """Show that the feed is connecting with the key; then call `finish`."""
        self._show_reason(_TRYING)
        self._mark.hide()

    def finish(self, failure: str = "") -> None:
        """Close the dialog, or show why the key cannot be stored or was rejected."""
        if not failure:
            self.accept()
            return
        self._show_reason(failure)
        self.key.selectAll()
        self.key.setFocus()
        self._update()

    def _show_reason(self, reason: str) -> None:
        self._reason.setText(sanitize_text(reason))
        for widget in (self._mark, self._reason):
            widget.setVisible(bool(reason))

    def _show_typed(self, is_shown: bool) -> None:
        self.key.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)

    def _update(self) -> None:
        key = self.key.text().strip()
        is_usable = bool(key) and key.isprintable()
        self.use_key.setEnabled(is_usable)
        reason = "Reconnect the feed with this key" if is_usable else _NOT_PRINTABLE if key else "Enter a key first"
        set_tooltip(self.use_key, reason)

    def _enter(self) -> None:
        self.use_key.setEnabled(False)
        self.key_entered.emit(self.key.text().strip(), self.storage.currentData() or KeyStorage.SESSION)
