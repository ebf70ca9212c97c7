"""The line that sends a frame: its kind, its text, the history, a ping, and why it cannot be sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.console.outgoing import Draft, DraftKind, SentHistory, problem_of
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.labeled_button import set_icon_beside_text
from ticker_gui.gui.widgets.measures import CONTROL_HEIGHT, GAP, GRID, PANEL_MARGIN, SMALL_TEXT
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, Submenu, native_key
from ticker_gui.gui.widgets.plain_text import mnemonic_free, set_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property

_PLACE: Final = re.compile(r"at line ([0-9]+), column ([0-9]+)")
_MAX_LINES: Final = 5
_MENU_LENGTH: Final = 70
_MENU_DRAFTS: Final = 15
_NOTHING_SENT: Final = "No message has been sent yet"
_TEXT_TIP: Final = (
    "$SYMBOLS becomes a list of the feed's symbols, $SYMBOL sends one message per symbol, and $KEY becomes the key "
    "when the message is sent"
)
_HINTS: Final = {
    DraftKind.JSON: '{"op":"subscribe","symbols":$SYMBOLS}',
    DraftKind.TEXT: "Text of the message",
    DraftKind.BASE64: "Bytes of the message in base64",
}


class SendBar(QWidget):
    """Edits a frame, and requests that it is sent: with its button or Ctrl+Enter.

    Signals:
        send_requested: a `Draft` that is valid.
        ping_requested: send a ping.
        changed: the history has changed.
    """

    send_requested = Signal(object)
    ping_requested = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("send_bar")
        self.history = SentHistory()
        self._unavailable = ""
        self._has_symbols = True
        self._unsent = Draft(DraftKind.JSON, "")  # what was typed before the history was used
        self.kind = QComboBox()
        self.kind.setObjectName("frame_kind")
        self.kind.setAccessibleName("Kind of message")
        set_tooltip(self.kind, "JSON is checked before it is sent; base64 is sent as a binary message")
        for kind in DraftKind:
            self.kind.addItem(kind.value, kind)
        self.field = _DraftField()
        self.history_button = IconButton("clock", "sent_history")  # its parent is set in the order of Tab
        self.history_button.setAccessibleName("Sent messages")
        self.history_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_tooltip(self.history_button, f"Messages that were sent  {native_key('Alt+Up')}")
        self.ping = QPushButton("Ping")
        self.ping.setObjectName("ping")
        self.send = QPushButton("Send")
        self.send.setObjectName("send_frame")
        set_icon_beside_text(self.send, "send", "on_accent")
        self.send.setProperty("primary", True)
        self.message = ElidedLabel("send_message")
        self._lay_out()
        self._connect()
        self._on_kind_changed()
        self.set_unavailable("Not connected.")

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP)
        for widget in (self.kind, self.history_button, self.ping, self.send):
            line.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        line.insertWidget(1, self.field, 1, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PANEL_MARGIN, GAP, PANEL_MARGIN, GRID)
        layout.setSpacing(GRID)
        layout.addLayout(line)
        layout.addWidget(self.message)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._on_kind_changed)
        self.field.textChanged.connect(self.check)
        self.field.send_key.connect(self.request_sending)
        self.field.history_key.connect(self.step_history)
        self.history_button.clicked.connect(self.open_history)
        self.send.clicked.connect(self.request_sending)
        self.ping.clicked.connect(self.ping_requested)

    # Availability

    def set_unavailable(self, reason: str, *, has_symbols: bool = True) -> None:
        """Set why nothing can be sent; empty if frames can be sent. ``has_symbols``: the feed has any."""
        is_change = reason != self._unavailable
        self._unavailable, self._has_symbols = reason, has_symbols
        for button, tip in (
            (self.send, f"Send the message  {native_key('Ctrl+Return')}"),
            (self.ping, "Send a ping and measure the round-trip time"),
        ):
            button.setEnabled(not reason)
            set_tooltip(button, reason or tip)
        if is_change:
            self.check()

    @property
    def draft(self) -> Draft:
        """The frame as the user has written it."""
        return Draft(DraftKind(self.kind.currentData()), self.field.toPlainText())

    def show_message(self, text: str, *, is_problem: bool = False) -> None:
        """Show a message below the text until it changes."""
        self.message.setText(text)
        set_style_property(self.message, "problem", is_problem)
        self.message.setAccessibleName(text or "No message")

    def _problem(self) -> str:
        return problem_of(self.draft, ("A",) if self._has_symbols else ()) if self.draft.text.strip() else ""

    def check(self) -> None:
        """Show what is wrong with the text, or why nothing can be sent."""
        self.field.fit_to_text()
        problem = self._problem()
        self.show_message(problem or self._unavailable, is_problem=bool(problem))

    def _on_kind_changed(self) -> None:
        self.field.setPlaceholderText(_HINTS[DraftKind(self.kind.currentData())])
        self.check()

    def request_sending(self) -> None:
        """Send the frame if that is possible; otherwise say why it is not."""
        reason = self._unavailable or problem_of(self.draft, ("A",) if self._has_symbols else ())
        if reason:
            self.show_message(reason, is_problem=True)
            self.field.move_to_problem(reason)
            return
        self.send_requested.emit(self.draft)

    # History

    def note_sent(self, draft: Draft) -> None:
        """Add a frame without keys to the history; what is typed next replaces it in the field."""
        self.history.add(draft)
        self.field.selectAll()
        self.field.history_at = -1
        self.changed.emit()

    def restore_history(self, drafts: Sequence[Draft]) -> None:
        """Set the history."""
        self.history = SentHistory(drafts)
        self.field.history_at = -1

    def edit(self, draft: Draft) -> None:
        """Put a frame into the field."""
        self.kind.setCurrentIndex(self.kind.findData(draft.kind))
        self.field.setPlainText(draft.text)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.field.setFocus()

    def step_history(self, step: int) -> None:
        """Put the next older (1) or newer (-1) frame of the history into the field."""
        drafts = self.history.drafts
        at = self.field.history_at + step
        if -1 <= at < len(drafts):
            if self.field.history_at < 0:
                self._unsent = self.draft
            self.edit(drafts[at] if at >= 0 else self._unsent)
            self.field.history_at = at

    def open_history(self) -> None:
        """Open the menu of the frames that were sent."""
        menus.popup(self, self.history_button.mapToGlobal(self.history_button.rect().topLeft()), self.history_items())

    def history_items(self) -> list[MenuItem]:
        """Return the menu of the frames that were sent: to edit one again, or to remove it."""
        drafts = self.history.drafts[:_MENU_DRAFTS]
        if not drafts:
            return [MenuCommand(_NOTHING_SENT, lambda: None, unavailable=lambda: _NOTHING_SENT)]
        return [
            *(MenuCommand(_title(draft), partial(self.edit, draft)) for draft in drafts),
            None,
            Submenu("&Remove", [MenuCommand(_title(draft), partial(self._remove, draft)) for draft in drafts]),
            MenuCommand("&Clear history", self._clear_history),
        ]

    def _remove(self, draft: Draft) -> None:
        self.history.remove(draft)
        self.field.history_at = -1
        self.changed.emit()

    def _clear_history(self) -> None:
        self.history.clear()
        self.field.history_at = -1
        self.changed.emit()


class _DraftField(QPlainTextEdit):
    """Grows with its text up to a few lines. Tab leaves it."""

    send_key = Signal()
    history_key = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.history_at = -1  # the frame of the history that is edited
        self.setObjectName("draft")
        self.setAccessibleName("Message to send")
        set_tooltip(self, _TEXT_TIP)
        self.setTabChangesFocus(True)
        font = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        font.setPointSizeF(QApplication.font().pointSizeF() * SMALL_TEXT)
        self.setFont(font)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().setDocumentMargin(4)
        self.fit_to_text()

    def fit_to_text(self) -> None:
        """Set the height for the lines of the text."""
        lines = min(_MAX_LINES, max(1, round(self.document().size().height())))
        height = lines * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 4
        self.setFixedHeight(max(CONTROL_HEIGHT, height))

    def move_to_problem(self, problem: str) -> None:
        """Move the cursor to the line and column that a problem names."""
        place = _PLACE.search(problem)
        if place is not None:
            line, column = map(int, place.groups())
            block = self.document().findBlockByNumber(line - 1)
            cursor = self.textCursor()
            cursor.setPosition(block.position() + min(column - 1, block.length() - 1))
            self.setTextCursor(cursor)
            self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.send_key.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.history_key.emit(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)


def _title(draft: Draft) -> str:
    return mnemonic_free(sanitize_text(draft.text, _MENU_LENGTH)) or draft.kind.value
