"""The palette of Qt for a theme."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from ticker_gui.gui.widgets.theme import Theme


def qt_palette(theme: Theme) -> QPalette:
    """Return the colors of all controls in a theme."""
    palette = QPalette()
    role = QPalette.ColorRole
    for color_role, color in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.base),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.text3),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.text),
        (role.Accent, theme.accent),
        (role.Link, theme.accent),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
    ):
        palette.setColor(color_role, QColor(color))
    for color_role in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(theme.disabled))
    return palette
