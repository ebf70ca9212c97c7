"""Themes and colour palettes, and their application to Qt."""

from __future__ import annotations

import math
import tomllib
from typing import Final, NamedTuple

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ticker_gui.resources import asset


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The colours of one theme as ``#rrggbb``, read from ``assets/themes``."""

    is_dark: bool
    base: str  # table, chart and fields
    window: str  # bars, docks and dialogs
    raised: str  # menus, pop-ups, buttons and tags
    hover: str
    selection: str  # selected rows
    picked: str  # the current item of menus and lists, and selected text
    border: str  # between areas
    control: str  # edges of controls
    grid: str
    text: str
    text2: str  # secondary
    text3: str  # quiet and stale; on `hover` and `picked` use `text2`
    disabled: str
    accent: str
    on_accent: str
    focus: str
    warning: str
    warning_bg: str
    error: str
    error_bg: str
    live: str
    missing: str  # time without data
    s1: str  # indicators and compared symbols
    s2: str
    s3: str
    s4: str
    s5: str
    s6: str
    up: str = ""  # from the palette
    down: str = ""

    @property
    def series(self) -> tuple[str, ...]:
        """The colours of indicators in their order, without those that resemble up or down."""
        colours = (self.s1, self.s2, self.s3, self.s4, self.s5, self.s6)
        directions = [direction for direction in (self.up, self.down) if direction]
        return tuple(
            colour
            for colour in colours
            if all(colour_difference(colour, direction) >= _SERIES_DIFFERENCE for direction in directions)
        )


class Palette(NamedTuple):
    """The colours for up and down on dark and on light backgrounds."""

    title: str
    dark: tuple[str, str]
    light: tuple[str, str]


# The first palette is distinguishable in every kind of colour vision; the others are customary.
PALETTES: Final = {
    "safe": Palette("Blue and orange", ("#4c9be8", "#f0a030"), ("#0072b2", "#b84a00")),
    "classic": Palette("Green up, red down", ("#26a69a", "#ef5350"), ("#00796b", "#c62828")),
    "red-up": Palette("Red up, green down", ("#ef5350", "#26a69a"), ("#c62828", "#00796b")),
    "red-blue": Palette("Red up, blue down", ("#ef5350", "#5b9bf0"), ("#c62828", "#1565c0")),
}


def load_theme(name: str, palette: str = "safe") -> Theme:
    """Return a theme with the colours of a palette; ``system`` follows the desktop's current preference."""
    if name == "system":
        prefers_light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        name = "light" if prefers_light else "dark"
    theme = msgspec.convert(tomllib.loads(asset("themes", f"{name}.toml").read_text("utf-8")), Theme)
    up, down = PALETTES[palette].dark if theme.is_dark else PALETTES[palette].light
    return msgspec.structs.replace(theme, up=up, down=down)


def request_color_scheme(name: str) -> None:
    """Request title bars and native dialogs in the scheme of a theme; ``system`` follows the desktop.

    Call it before `load_theme`: the desktop's own scheme is unknown while another one is requested.
    """
    scheme = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}.get(name, Qt.ColorScheme.Unknown)
    QGuiApplication.styleHints().setColorScheme(scheme)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Apply a theme to all widgets of the application."""
    application.setPalette(_palette(theme))
    title = _TITLE_SIZE * application.font().pointSizeF()
    heading = _HEADING_SIZE * application.font().pointSizeF()
    check = asset("icons", "check.svg").as_posix()
    application.setStyleSheet(
        _STYLE_SHEET.format(**msgspec.structs.asdict(theme), title=title, heading=heading, check=check)
    )


def tabular(font: QFont) -> QFont:
    """Return a font with digits of equal width, so that changing digits do not shift."""
    digits_font = QFont(font)
    metrics = QFontMetricsF(font)
    if len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1:
        digits_font.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)  # no shaping needed, and a third faster
    else:
        digits_font.setFeature(QFont.Tag("tnum"), 1)
    return digits_font


def mix(colour: QColor, background: QColor, share: float) -> QColor:
    """Return a mix of two colours: ``share`` of the first, the rest of the second."""
    parts = [(one(colour), one(background)) for one in (QColor.red, QColor.green, QColor.blue)]
    return QColor(*(round(share * first + (1 - share) * other) for first, other in parts))


def colour_difference(one: str, other: str) -> float:
    """Return the CIE 1976 difference of two colours; about 10 is visible at a glance."""
    return math.dist(_lab(QColor(one)), _lab(QColor(other)))


def _lab(colour: QColor) -> tuple[float, float, float]:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    x, y, z = (
        math.cbrt(part) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.0890,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for colour_role, colour in (
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
        palette.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(theme.disabled))
    return palette


_SERIES_DIFFERENCE: Final = 30.0
_TITLE_SIZE: Final = 1.4  # of the application's font
_HEADING_SIZE: Final = 1.3

_STYLE_SHEET: Final = """
QMainWindow, QToolBar {{ background: {window}; }}
QToolBar {{ border: none; border-bottom: 1px solid {border}; padding: 4px; spacing: 6px; }}
QLineEdit, QComboBox {{ background: {base}; border: 1px solid {control}; border-radius: 4px; padding: 3px 6px; }}
QLineEdit:focus, QComboBox:focus {{ border-color: {accent}; }}
QTableView {{ background: {base}; border: none; }}
QHeaderView {{ background: {window}; }}
QHeaderView::section {{
    background: {window}; color: {text3}; border: none; border-bottom: 1px solid {border}; padding: 3px 6px;
}}
QListView::indicator {{ width: 12px; height: 12px; border: 1px solid {control}; border-radius: 2px; }}
QListView::indicator:checked {{ background: {accent}; image: url("{check}"); }}
QMenu {{ background: {raised}; border: 1px solid {border}; }}
QMenu::item:selected {{ background: {picked}; color: {text}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QSplitter::handle, QMainWindow::separator {{ background: {border}; }}
QMainWindow::separator {{ width: 3px; height: 3px; }}
QWidget#dock_title {{ background: {window}; border-bottom: 1px solid {border}; }}
QStatusBar {{ border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
QToolBar#banner {{ padding: 0; spacing: 0; background: {warning_bg}; }}
QToolBar#banner[severity="error"] {{ background: {error_bg}; }}
QTreeWidget#feeds::item {{ padding: 4px 8px; }}
QLabel#banner_title {{ font-weight: 600; }}
QTreeWidget#feeds {{ background: {base}; border: 1px solid {border}; }}
QLabel#delayed, QLabel#late {{ color: {warning}; font-weight: bold; }}
QLabel#chart_title {{ padding: 6px 10px; font-size: {title:.1f}pt; }}
QLabel#answer {{ font-weight: bold; }}
QDialog {{ background: {window}; }}
QPlainTextEdit {{ background: {base}; border: 1px solid {border}; }}
QFrame#command_palette {{ background: {raised}; border: 1px solid {control}; border-radius: 4px; }}
QFrame#palette_head {{ background: transparent; border: none; border-bottom: 1px solid {border}; }}
QLineEdit#palette_field, QLineEdit#palette_field:focus {{ background: transparent; border: none; padding: 0; }}
QListView#palette_results {{ background: transparent; border: none; }}
QListView#palette_results QScrollBar:vertical {{ background: transparent; border: none; width: 10px; margin: 0; }}
QListView#palette_results QScrollBar::handle:vertical {{
    background: {control}; border-radius: 3px; margin: 2px; min-height: 24px;
}}
QListView#palette_results QScrollBar::add-line, QListView#palette_results QScrollBar::sub-line {{ height: 0; }}
QListView#palette_results QScrollBar::add-page, QListView#palette_results QScrollBar::sub-page {{
    background: transparent;
}}
QLabel#palette_hint, QLabel#palette_foot, QLabel#palette_empty {{ color: {text3}; }}
QLabel#palette_foot {{ border-top: 1px solid {border}; padding: 0 16px; }}
QLabel#palette_empty {{ padding: 0 16px; }}
QLabel#timeframe_entry {{
    background: {raised}; border: 1px solid {control}; border-radius: 4px; padding: 6px 12px; font-weight: 600;
}}
QLabel#timeframe_entry[wrong="true"] {{ color: {warning}; border-color: {warning}; }}
QLabel#empty, QLabel#muted, QLabel#remedy {{ color: {text2}; }}
QLabel#section {{ font-weight: 600; }}
QLabel#feed_title {{ font-weight: 600; font-size: {heading:.1f}pt; }}
QFrame#rule {{ background: {border}; border: none; }}
QListView#providers, QListView#any_websocket {{ background: {base}; border: none; }}
QLineEdit[wrong="true"] {{ border-color: {error}; }}
QToolButton#get_key {{ color: {accent}; border: none; }}
QPushButton[primary="true"] {{
    border: 1px solid {border}; border-radius: 4px; padding: 4px 12px; font-weight: 600;
}}
QPushButton[primary="true"]:enabled {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {text}; padding: 3px 11px; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {border}; }}
"""
