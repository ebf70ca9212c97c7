from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from tests.gui.pixels import alphas, color_names
from ticker_gui.gui.widgets.icons import draw_icon, icon, set_icon_theme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.resources import asset

DARK, LIGHT = load_theme("dark"), load_theme("light")
NAMES = sorted(path.stem for path in asset("icons").glob("*.svg") if path.stem != "ticker-gui")
NORMAL, OFF, ON = QIcon.Mode.Normal, QIcon.State.Off, QIcon.State.On


@pytest.fixture(autouse=True)
def dark(qapp: QApplication) -> Iterator[None]:
    set_icon_theme(DARK)
    yield
    set_icon_theme(DARK)


def colors(pixmap: QPixmap) -> set[str]:
    """Return the colors of the opaque pixels."""
    return color_names(pixmap.toImage(), only_opaque=True)


def extent(pixmap: QPixmap) -> tuple[int, int]:
    """Return the width and height of what is drawn."""
    down, across = alphas(pixmap.toImage()).nonzero()
    return int(across.max() - across.min()) + 1, int(down.max() - down.min()) + 1


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_is_drawn_in_one_color_inside_its_square(name: str) -> None:
    assert QSvgRenderer(str(asset("icons", f"{name}.svg"))).isValid()
    pixmap = icon(name).pixmap(QSize(64, 64), 1.0)
    assert colors(pixmap) == {DARK.text2}
    assert max(extent(pixmap)) <= 64


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_icons_have_all_pixels_of_the_screen(ratio: float) -> None:
    pixmap = icon("dock_left").pixmap(QSize(16, 16), ratio)
    assert pixmap.width() == round(16 * ratio)
    assert pixmap.devicePixelRatio() == ratio
    assert extent(pixmap)[0] >= 12 * ratio  # drawn at this size, not enlarged or in a corner


def test_icons_follow_a_change_of_the_theme() -> None:
    plug = icon("plug")
    set_icon_theme(LIGHT)
    assert colors(plug.pixmap(QSize(64, 64), 1.0)) == {LIGHT.text2}


def test_icons_show_whether_they_can_be_used_and_are_on() -> None:
    plug, warn = icon("plug"), icon("warn", "warning")
    size = QSize(64, 64)
    assert colors(plug.pixmap(size, 1.0, QIcon.Mode.Disabled, OFF)) == {DARK.disabled}
    assert colors(plug.pixmap(size, 1.0, QIcon.Mode.Active, OFF)) == {DARK.text}
    assert colors(plug.pixmap(size, 1.0, NORMAL, ON)) == {DARK.text}
    assert colors(warn.pixmap(size, 1.0, NORMAL, ON)) == {DARK.warning}


def test_icons_keep_their_shape_in_areas_that_are_not_square() -> None:
    image = QPixmap(100, 30)
    image.fill(QColor("black"))
    painter = QPainter(image)
    icon("record").paint(painter, QRect(0, 0, 100, 30))
    painter.end()
    lit = [x for x in range(100) for y in range(30) if image.toImage().pixelColor(x, y) != QColor("black")]
    assert 35 <= min(lit) <= max(lit) <= 65


def test_icons_can_be_copied_and_changed() -> None:
    plug = icon("plug")
    copy = QIcon(plug)
    copy.addPixmap(QPixmap(8, 8))
    del plug
    assert colors(copy.pixmap(QSize(64, 64), 1.0)) == {DARK.text2}


def test_icons_can_be_drawn_in_any_color() -> None:
    pixmap = QPixmap(64, 64)
    pixmap.fill(QColor("white"))
    painter = QPainter(pixmap)
    draw_icon(painter, pixmap.rect().toRectF(), "plus", "#123456")
    painter.end()
    assert "#123456" in colors(pixmap)


def test_an_unknown_icon_is_an_error_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icon("unknown")


def ink(pixmap: QPixmap) -> int:
    return int(alphas(pixmap.toImage()).sum())


def test_large_icons_have_thinner_lines() -> None:
    size = QSize(64, 64)
    for name in ("candles", "list", "search"):
        assert ink(icon(name, is_large=True).pixmap(size, 1.0)) < 0.8 * ink(icon(name).pixmap(size, 1.0))
