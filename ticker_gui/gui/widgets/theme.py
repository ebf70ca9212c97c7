"""The colors of the themes by their use, and the palettes of up and down."""

from __future__ import annotations

import math
import tomllib
from functools import cache, lru_cache
from typing import Final, NamedTuple

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication

from ticker_gui.resources import asset

_SERIES_DIFFERENCE: Final = 30.0  # from up and down


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The colors of one theme as ``#rrggbb``, read from ``assets/themes``."""

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
        """The colors of indicators in their order, without those that resemble up or down."""
        colors = (self.s1, self.s2, self.s3, self.s4, self.s5, self.s6)
        directions = [direction for direction in (self.up, self.down) if direction]
        return tuple(
            color
            for color in colors
            if all(color_difference(color, direction) >= _SERIES_DIFFERENCE for direction in directions)
        )


class Palette(NamedTuple):
    """The colors for up and down on dark and on light backgrounds."""

    title: str
    dark: tuple[str, str]
    light: tuple[str, str]


# The first palette is distinguishable in every kind of color vision; the others are customary.
PALETTES: Final = {
    "safe": Palette("Blue and orange", ("#4c9be8", "#f0a030"), ("#0072b2", "#b84a00")),
    "classic": Palette("Green up, red down", ("#26a69a", "#ef5350"), ("#00796b", "#c62828")),
    "red-up": Palette("Red up, green down", ("#ef5350", "#26a69a"), ("#c62828", "#00796b")),
    "red-blue": Palette("Red up, blue down", ("#ef5350", "#5b9bf0"), ("#c62828", "#1565c0")),
}


def load_theme(name: str, palette: str = "safe") -> Theme:
    """Return a theme with the colors of a palette; ``system`` follows the desktop's current preference."""
    if name == "system":
        prefers_light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        name = "light" if prefers_light else "dark"
    theme = _read_theme(name)
    up, down = PALETTES[palette].dark if theme.is_dark else PALETTES[palette].light
    return msgspec.structs.replace(theme, up=up, down=down)


@cache
def _read_theme(name: str) -> Theme:
    return msgspec.convert(tomllib.loads(asset("themes", f"{name}.toml").read_text("utf-8")), Theme)


def tabular(font: QFont) -> QFont:
    """Return a font with digits of equal width, so that changing digits do not shift."""
    digits_font = QFont(font)
    if _has_tabular_digits(font.key()):
        digits_font.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)  # no shaping needed, and a third faster
    else:
        digits_font.setFeature(QFont.Tag("tnum"), 1)
    return digits_font


@lru_cache(maxsize=64)  # measured for each axis, pane and column otherwise
def _has_tabular_digits(font_key: str) -> bool:
    font = QFont()
    font.fromString(font_key)
    metrics = QFontMetricsF(font)
    return len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def scaled(font: QFont, share: float, *, is_strong: bool = False) -> QFont:
    """Return a font of a share of the size of another one, semi-bold if ``is_strong``."""
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * share)
    if is_strong:
        small.setWeight(QFont.Weight.DemiBold)
    return small


def mix(color: QColor, background: QColor, share: float) -> QColor:
    """Return a mix of two colors: ``share`` of the first, the rest of the second."""
    return QColor.fromRgb(_mixed(color.rgb(), background.rgb(), share))


@lru_cache(maxsize=256)  # the same colors are mixed in every frame
def _mixed(color: int, background: int, share: float) -> int:
    shifts = (16, 8, 0)
    parts = (((color >> shift) & 0xFF, (background >> shift) & 0xFF, shift) for shift in shifts)
    return sum(round(share * first + (1 - share) * other) << shift for first, other, shift in parts)


@lru_cache(maxsize=256)  # the colors of a theme are compared for each of its parts
def color_difference(one: str, other: str) -> float:
    """Return the CIE 1976 difference of two colors; about 10 is visible at a glance."""
    return math.dist(_lab(QColor(one)), _lab(QColor(other)))


def _lab(color: QColor) -> tuple[float, float, float]:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
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
