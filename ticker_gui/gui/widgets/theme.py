"""One palette of colours → Qt's palette, a style sheet, and colours for whoever paints."""

from __future__ import annotations

import tomllib
from typing import Final, NamedTuple

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
    warning: str
    up: str = ""  # of the palette
    down: str = ""


class Palette(NamedTuple):
    """The colours of up and down on dark and on light grounds."""

    title: str
    dark: tuple[str, str]
    light: tuple[str, str]


# Measured to keep apart in all kinds of colour vision are the first; the others are what people are used to.
PALETTES: Final = {
    "safe": Palette("Blue and orange", ("#4c9be8", "#f0a030"), ("#0072b2", "#b84a00")),
    "classic": Palette("Green up, red down", ("#26a69a", "#ef5350"), ("#00796b", "#c62828")),
    "red-up": Palette("Red up, green down", ("#ef5350", "#26a69a"), ("#c62828", "#00796b")),
    "red-blue": Palette("Red up, blue down", ("#ef5350", "#5b9bf0"), ("#c62828", "#1565c0")),
}


def load_theme(name: str, palette: str = "safe") -> Theme:
    """Return a theme by its file's name, in the colours of a palette; ``system`` is what the desktop prefers now."""
    if name == "system":
        prefers_light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        name = "light" if prefers_light else "dark"
    theme = msgspec.convert(tomllib.loads(asset("themes", f"{name}.toml").read_text("utf-8")), Theme)
    up, down = PALETTES[palette].dark if theme.is_dark else PALETTES[palette].light
    return msgspec.structs.replace(theme, up=up, down=down)


def request_color_scheme(name: str) -> None:
    """Ask the desktop to draw title bars and its own dialogs in the scheme of a theme; ``system`` leaves it the choice.

    To be called before `load_theme`, as the system's own scheme is not known while another one is asked for.
    """
    scheme = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}.get(name, Qt.ColorScheme.Unknown)
    QGuiApplication.styleHints().setColorScheme(scheme)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give every widget of the application the theme's colours."""
    application.setPalette(_palette(theme))
    title = _TITLE_SIZE * application.font().pointSizeF()
    check = asset("icons", "check.svg").as_posix()
    application.setStyleSheet(_STYLE_SHEET.format(**msgspec.structs.asdict(theme), title=title, check=check))


def tabular(font: QFont) -> QFont:
    """Return a font whose figures are all of one width, so that changing digits do not shift."""
    figures = QFont(font)
    metrics = QFontMetricsF(font)
    if len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1:
        figures.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)  # nothing to shape, and drawn a third faster
    else:
        figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


def mix(colour: QColor, background: QColor, share: float) -> QColor:
    """Return a colour between two: ``share`` of the first, the rest of the other."""
    parts = [(one(colour), one(background)) for one in (QColor.red, QColor.green, QColor.blue)]
    return QColor(*(round(share * first + (1 - share) * other) for first, other in parts))


def readable_on_selection(colour: str, theme: Theme) -> QColor:
    """Return a colour as it can be read on the ground of what is selected."""
    return mix(QColor(colour), QColor(theme.selection_text), _SHARE_ON_SELECTION)


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


_SHARE_ON_SELECTION: Final = 0.7
_TITLE_SIZE: Final = 1.4  # of the application's font

_STYLE_SHEET: Final = """
QMainWindow, QToolBar {{ background: {window}; }}
QToolBar {{ border: none; border-bottom: 1px solid {border}; padding: 4px; spacing: 6px; }}
QLineEdit, QComboBox {{ background: {base}; border: 1px solid {border}; border-radius: 3px; padding: 3px 6px; }}
QLineEdit:focus, QComboBox:focus {{ border-color: {accent}; }}
QTableView {{ background: {base}; border: none; }}
QHeaderView {{ background: {window}; }}
QHeaderView::section {{
    background: {window}; color: {muted}; border: none; border-bottom: 1px solid {border}; padding: 3px 6px;
}}
QListView::indicator {{ width: 12px; height: 12px; border: 1px solid {muted}; border-radius: 2px; }}
QListView::indicator:checked {{ background: {accent}; image: url("{check}"); }}
QSplitter::handle {{ background: {border}; }}
QStatusBar {{ border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
QLabel#simulated, QLabel#delayed, QLabel#late {{ color: {warning}; font-weight: bold; }}
QLabel#chart_title {{ padding: 6px 10px; font-size: {title:.1f}pt; }}
QLabel#answer {{ font-weight: bold; }}
QDialog {{ background: {window}; }}
QPlainTextEdit {{ background: {base}; border: 1px solid {border}; }}
QLabel#empty {{ color: {muted}; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {border}; }}
"""
