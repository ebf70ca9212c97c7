"""Applies theme, palette and flash to the window while the program runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QApplication

from ticker_gui.config.settings import Settings
from ticker_gui.gui.widgets.appearance import apply_theme, request_color_scheme
from ticker_gui.gui.widgets.theme import Theme, load_theme
from ticker_gui.gui.window.main_window import MainWindow


class ThemePresenter:
    """Applies the settings of the look to the window. ``followers`` are called with the theme when it changes."""

    def __init__(self, application: QApplication, window: MainWindow) -> None:
        self._application = application
        self._window = window
        self.followers: Final[list[Callable[[Theme], object]]] = [window.set_theme]
        # Also if the setting does not change, because flashes were only off as the desktop prefers little motion.
        window.flash_requested.connect(window.watchlist.set_flash_enabled)

    @property
    def theme(self) -> Theme:
        """The current theme."""
        return load_theme(self._window.theme_name, self._window.palette_name)

    def apply(self, before: Settings, after: Settings) -> None:
        """Apply what differs between two settings."""
        if (before.theme, before.palette) != (after.theme, after.palette):
            self._window.theme_name, self._window.palette_name = after.theme, after.palette
            self._apply_theme()
        if before.flash != after.flash:
            self._window.watchlist.set_flash_enabled(after.flash)

    def follow_color_scheme(self) -> None:
        """Follow the desktop's color scheme, if the theme is the system's."""
        if self._window.theme_name == "system":
            self._apply_theme()

    def _apply_theme(self) -> None:
        request_color_scheme(self._window.theme_name)
        theme = self.theme
        apply_theme(self._application, theme)
        for follow in self.followers:
            follow(theme)
