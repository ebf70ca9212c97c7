"""One palette of colours → Qt's palette, a style sheet, and colours for whoever paints."""

from __future__ import annotations

import tomllib
from typing import Final

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ticker_gui.resources import asset


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The colours of one theme, as ``#rrggbb``; a file of ``assets/themes``."""

    is_dark: bool
    window: str
    base: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    selection: str
    selection_text: str
    grid: str
    line: str
    up: str
    down: str
    warning: str


def load_theme(name: str) -> Theme:
    """Return a theme by its file's name; ``system`` is what the desktop prefers now."""
    if name == "system":
        prefers_light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        name = "light" if prefers_light else "dark"
    return msgspec.convert(tomllib.loads(asset("themes", f"{name}.toml").read_text("utf-8")), Theme)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give every widget of the application the theme's colours."""
    application.setPalette(_palette(theme))
    application.setStyleSheet(_STYLE_SHEET.format(**msgspec.structs.asdict(theme)))


def tabular(font: QFont) -> QFont:
    """Return a font whose figures are all of one width, so that changing digits do not shift."""
    figures = QFont(font)
    metrics = QFontMetricsF(font)
    if len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1:
        figures.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)  # nothing to shape, and drawn a third faster
    else:
        figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.base),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.selection_text),
        (role.Accent, theme.accent),
        (role.Link, theme.accent),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
    ):
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(theme.muted))
    return palette


_STYLE_SHEET: Final = """
QMainWindow, QToolBar {{ background: {window}; }}
QToolBar {{ border: none; border-bottom: 1px solid {border}; padding: 4px; spacing: 6px; }}
QLineEdit, QComboBox {{ background: {base}; border: 1px solid {border}; border-radius: 3px; padding: 3px 6px; }}
QLineEdit:focus, QComboBox:focus {{ border-color: {accent}; }}
QTableView {{ background: {base}; border: none; }}
QHeaderView {{ background: {window}; }}
QHeaderView::section {{
    background: {window}; color: {muted}; border: none; border-bottom: 1px solid {border}; padding: 3px 8px;
}}
QSplitter::handle {{ background: {border}; }}
QStatusBar {{ border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
QLabel#simulated, QLabel#delayed, QLabel#late {{ color: {warning}; font-weight: bold; }}
QLabel#chart_title {{ padding: 6px 10px; font-size: 13pt; }}
QLabel#answer {{ font-weight: bold; }}
QDialog {{ background: {window}; }}
QPlainTextEdit {{ background: {base}; border: 1px solid {border}; }}
QLabel#empty {{ color: {muted}; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {border}; }}
"""
