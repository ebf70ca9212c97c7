"""Plain text on the screen: a label or tool tip never guesses that a server's text is markup."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget


def plain_label(text: str = "", name: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label that shows its text literally, which is what screen readers read; ``name`` is to find it by."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(name)
    return label


def tool_tip(text: str) -> str:
    """Return the text as a tool tip that shows it literally; tool tips have no plain format to ask for."""
    return f"<qt>{escape(text)}</qt>".replace("\n", "<br>") if text else ""


def set_tooltip(widget: QWidget, text: str) -> None:
    """Give a widget a tool tip that shows a text literally; screen readers are told the same."""
    widget.setToolTip(tool_tip(text))
    widget.setAccessibleDescription(text)


def name_clear_button(field: QLineEdit) -> None:
    """Give the button that clears a field a name: Qt gives it none."""
    for button in field.findChildren(QToolButton):
        button.setAccessibleName("clear")


def mnemonic_free(text: str) -> str:
    """Return a text for a tab, menu or button, where ``&`` would underline what follows."""
    return text.replace("&", "&&")
