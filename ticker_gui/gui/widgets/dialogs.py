"""Showing dialogs and bringing them to the front."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def show_in_front(dialog: QWidget) -> None:
    """Show a window, raise it above the others and give it the focus."""
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
