from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette

from ticker_gui.gui.widgets.qt_palette import qt_palette
from ticker_gui.gui.widgets.theme import load_theme

Role, Group = QPalette.ColorRole, QPalette.ColorGroup


@pytest.mark.parametrize("name", ["dark", "light"])
def test_controls_have_the_colors_of_the_theme(name: str) -> None:
    theme = load_theme(name)
    palette = qt_palette(theme)
    for role, color in (
        (Role.Window, theme.window),
        (Role.Base, theme.base),
        (Role.Button, theme.raised),
        (Role.Text, theme.text),
        (Role.PlaceholderText, theme.text3),
        (Role.Highlight, theme.selection),
        (Role.Accent, theme.accent),
        (Role.Link, theme.accent),
    ):
        assert palette.color(Group.Active, role) == palette.color(Group.Inactive, role) == QColor(color)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_disabled_text_has_the_disabled_color(name: str) -> None:
    theme = load_theme(name)
    for role in (Role.Text, Role.WindowText, Role.ButtonText, Role.PlaceholderText):
        assert qt_palette(theme).color(Group.Disabled, role) == QColor(theme.disabled)
