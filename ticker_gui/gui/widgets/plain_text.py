"""Labels and tooltips that show text literally and never interpret it as markup."""

from __future__ import annotations

from html import escape
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget

_BEFORE_KEY: Final = "  "
_MAX_UNWRAPPED: Final = 60  # characters


def plain_label(text: str = "", name: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label that shows its text literally; ``name`` is its object name."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(name)
    return label


def escaped_tooltip(text: str) -> str:
    """Return the text as an escaped tooltip; Qt's tooltips have no plain text format.

    A command and its key, which follows after two spaces, stay on one line: Qt wraps even short texts.
    """
    escaped = escape(text).replace("\n", "<br>")
    if _BEFORE_KEY in text and len(text) <= _MAX_UNWRAPPED:
        escaped = escaped.replace(" ", "&nbsp;")
    return f"<qt>{escaped}</qt>" if text else ""


def set_tooltip(widget: QWidget, text: str) -> None:
    """Set a widget's tooltip as plain text, also for screen readers."""
    widget.setToolTip(escaped_tooltip(text))
    widget.setAccessibleDescription(text)


def name_clear_button(field: QLineEdit) -> None:
    """Set the accessible name of a field's clear button, which Qt leaves empty."""
    for button in field.findChildren(QToolButton):
        button.setAccessibleName("Clear")


def mnemonic_free(text: str) -> str:
    """Return a text for a tab, menu or button, with ``&`` escaped so that it is not a mnemonic."""
    return text.replace("&", "&&")
