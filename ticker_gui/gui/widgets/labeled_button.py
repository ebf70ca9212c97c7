"""Icons beside the texts of buttons: Qt has a fixed distance between the two, which is too small."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QToolButton

from ticker_gui.gui.widgets.icons import IconRole, icon
from ticker_gui.gui.widgets.measures import GRID, ICON_SIZE
from ticker_gui.gui.widgets.style_properties import set_style_property

ICON_ONLY: Final = QSize(ICON_SIZE, ICON_SIZE)
BESIDE_TEXT: Final = QSize(ICON_SIZE + GRID, ICON_SIZE)  # icons leave the additional space empty, next to the text
_STYLES: Final = {True: Qt.ToolButtonStyle.ToolButtonTextBesideIcon, False: Qt.ToolButtonStyle.ToolButtonIconOnly}


def set_icon_beside_text(button: QAbstractButton, name: str, role: IconRole = "text2") -> None:
    """Show an icon beside the text of a button."""
    button.setIcon(icon(name, role, is_beside_text=True))
    button.setIconSize(BESIDE_TEXT)
    if isinstance(button, QToolButton):
        show_label(button, has_label=True)


def show_label(button: QToolButton, *, has_label: bool) -> None:
    """Show the text of a tool button beside its icon, or the icon alone."""
    button.setToolButtonStyle(_STYLES[has_label])
    button.setIconSize(BESIDE_TEXT if has_label else ICON_ONLY)
    set_style_property(button, "labeled", has_label)
