"""Showing dialogs and bringing them to the front."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

_SHARE_OF_SCREEN: Final = 0.9


def show_in_front(dialog: QWidget) -> None:
    """Show a window, raise it above the others and give it the focus."""
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def resize_within_screen(dialog: QWidget, size: QSize) -> None:
    """Set the size of a dialog, or a smaller one if its screen has no room for it."""
    dialog.resize(size.boundedTo(dialog.screen().availableGeometry().size() * _SHARE_OF_SCREEN))


def plain_message_box(
    parent: QWidget, name: str, icon: QMessageBox.Icon, title: str, text: str, details: str
) -> QMessageBox:
    """Return a message box that shows its texts literally, and is deleted when it is closed."""
    box = QMessageBox(icon, title, text, parent=parent)
    box.setObjectName(name)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(details)
    return box
