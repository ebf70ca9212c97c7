"""Icons by name, tinted with the colors of the theme and sharp at every scale."""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ticker_gui.gui.widgets.theme import Theme, load_theme
from ticker_gui.resources import asset

IconRole = Literal["text", "text2", "text3", "accent", "on_accent", "warning", "error", "live"]

_COLOR: Final = b"currentColor"
_STROKE: Final = b'stroke-width="1.5"'
_THIN_STROKE: Final = b'stroke-width="1"'


class _Colors:
    """The theme that all icons follow."""

    def __init__(self) -> None:
        self._theme: Theme | None = None

    @property
    def theme(self) -> Theme:
        if self._theme is None:
            self._theme = load_theme("dark")
        return self._theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme


_colors: Final = _Colors()
_clones: Final[list[QIconEngine]] = []


def set_icon_theme(theme: Theme) -> None:
    """Set the colors of all icons, also of those that exist; they change with the next repaint."""
    _colors.set_theme(theme)


def current_theme() -> Theme:
    """Return the theme of the icons, for controls that are painted by the style."""
    return _colors.theme


def icon(name: str, role: IconRole = "text2", *, is_large: bool = False, is_beside_text: bool = False) -> QIcon:
    """Return an icon from ``assets/icons`` in a color of the theme; a large one, for 32 pixels, has thinner lines.

    Icons of secondary text become brighter under the pointer and when they are on. In an area that is wider than high,
    an icon is in the middle, or leaves the space to the text that it ``is_beside_text``.
    """
    return QIcon(_Engine(name, role, is_large=is_large, is_beside_text=is_beside_text))


def draw_icon(painter: QPainter, area: QRectF, name: str, color: str | QColor, *, is_large: bool = False) -> None:
    """Draw an icon in a square in the middle of an area."""
    side = min(area.width(), area.height())
    square = QRectF(0, 0, side, side)
    square.moveCenter(area.center())
    _renderer(name, QColor(color).name(), is_large).render(painter, square)


class _Engine(QIconEngine):
    """Draws an icon in the current colors of the theme."""

    def __init__(self, name: str, role: IconRole, *, is_large: bool, is_beside_text: bool) -> None:
        super().__init__()
        self._is_large: Final = is_large
        self._is_beside_text: Final = is_beside_text
        self._name: Final = name
        self._role: Final[IconRole] = role
        _source(name)  # a missing file is an error where the icon is made

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        area = QRectF(rect)
        if self._is_beside_text:
            area.setWidth(min(rect.width(), rect.height()))
            if QGuiApplication.isRightToLeft():
                area.moveRight(rect.x() + rect.width())
        draw_icon(painter, area, self._name, self._color(mode, state), is_large=self._is_large)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        copy = _Engine(self._name, self._role, is_large=self._is_large, is_beside_text=self._is_beside_text)
        _clones.append(copy)  # PySide6 leaves the copy to Python, while the icon needs it
        return copy

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        theme = _colors.theme
        if mode is QIcon.Mode.Disabled:
            return theme.disabled
        is_bright = mode is not QIcon.Mode.Normal or state is QIcon.State.On
        role = "text" if self._role == "text2" and is_bright else self._role
        color: str = getattr(theme, role)
        return color


@cache
def _source(name: str) -> bytes:
    return asset("icons", f"{name}.svg").read_bytes()


@cache
def _renderer(name: str, color: str, is_large: bool) -> QSvgRenderer:
    source = _source(name).replace(_COLOR, color.encode())
    return QSvgRenderer(QByteArray(source.replace(_STROKE, _THIN_STROKE) if is_large else source))
