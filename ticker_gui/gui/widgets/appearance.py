"""Applies a theme to the application: palette, style sheet, icons and title bars."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from ticker_gui.gui.widgets.icons import set_icon_theme
from ticker_gui.gui.widgets.qt_palette import qt_palette
from ticker_gui.gui.widgets.style_sheet import style_sheet
from ticker_gui.gui.widgets.theme import Theme


def request_color_scheme(name: str) -> None:
    """Request title bars and native dialogs in the scheme of a theme; ``system`` follows the desktop.

    Call it before `load_theme`: the desktop's own scheme is unknown while another one is requested.
    """
    scheme = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}.get(name, Qt.ColorScheme.Unknown)
    QGuiApplication.styleHints().setColorScheme(scheme)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Apply a theme to all widgets and icons of the application."""
    set_icon_theme(theme)
    application.setPalette(qt_palette(theme))
    sheet = style_sheet(theme, application.font())
    if sheet != application.styleSheet():  # Qt would style every widget again; the sheet is the same for all palettes
        application.setStyleSheet(sheet)
