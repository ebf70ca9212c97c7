from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.gui.widgets.test_theme import contrast
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.widgets.measures import MARK_SIZE
from ticker_gui.gui.widgets.state_marks import draw_mark, mark_color, mark_icon, mark_pixmap
from ticker_gui.gui.widgets.theme import load_theme

THEMES = pytest.mark.parametrize("name", ["dark", "light"])


@THEMES
def test_marks_differ_in_shape_and_not_only_in_color(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    shapes = set()
    for mark in StateMark:
        image = mark_icon(mark, theme).pixmap(QSize(MARK_SIZE, MARK_SIZE), 2.0).toImage()
        assert image.width() == 2 * MARK_SIZE
        pixels = [(x, y) for x in range(image.width()) for y in range(image.height())]
        shapes.add(tuple(image.pixelColor(x, y).alpha() > 128 for x, y in pixels))
    assert len(shapes) == len(StateMark) == 12


@THEMES
def test_marks_can_be_seen_on_all_surfaces(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    for mark in StateMark:
        for surface in (theme.base, theme.window, theme.raised, theme.selection):
            assert contrast(mark_color(mark, theme), surface) >= 3


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_the_picture_of_a_mark_has_all_pixels_of_the_screen(qtbot: QtBot, ratio: float) -> None:
    picture = mark_pixmap(StateMark.LIVE, "#00ff00", ratio)
    assert picture.width() == round(MARK_SIZE * ratio)
    assert picture.devicePixelRatio() == ratio
    assert picture.cacheKey() == mark_pixmap(StateMark.LIVE, "#00ff00", ratio).cacheKey()  # drawn once


@pytest.mark.parametrize("mark", StateMark)
def test_a_mark_stays_inside_its_square_and_leaves_the_painter_as_it_was(qtbot: QtBot, mark: StateMark) -> None:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    pen = painter.pen()
    draw_mark(painter, 12, 15, mark, "white")
    assert painter.pen() == pen
    assert painter.transform().isIdentity()
    painter.end()
    lit = [(x, y) for x in range(40) for y in range(40) if image.pixelColor(x, y) != QColor("black")]
    assert lit
    assert all(12 <= x < 12 + MARK_SIZE and 15 <= y < 15 + MARK_SIZE for x, y in lit)
