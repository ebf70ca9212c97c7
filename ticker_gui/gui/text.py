"""Plain text on the screen: a label, box or tool tip never guesses that a server's text is markup."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget


def plain_label(text: str = "", name: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label that shows its text literally; ``name`` is for people, screen readers and tests."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if name:
        label.setObjectName(name)
        label.setAccessibleName(name.replace("_", " "))
    return label


def plain_box(parent: QWidget | None, icon: QMessageBox.Icon, title: str, text: str) -> QMessageBox:
    """Return a message box that shows its text literally. Show it with ``open()``: ``exec()`` starves the loop."""
    box = QMessageBox(icon, title, "", QMessageBox.StandardButton.Ok, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    return box


def tool_tip(text: str) -> str:
    """Return the text as a tool tip that shows it literally; tool tips have no plain format to ask for."""
    return f"<qt>{escape(text)}</qt>".replace("\n", "<br>") if text else ""


def mnemonic_free(text: str) -> str:
    """Return a text for a tab, menu or button, where ``&`` would underline what follows."""
    return text.replace("&", "&&")
