from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from ticker_gui.feed_status.feed_row import FeedMark
from ticker_gui.gui.feeds.feed_marks import MARK_SIZE, mark_color, mark_icon
from ticker_gui.gui.widgets.theme import load_theme

SAME_SHAPE = {FeedMark.CONNECTING, FeedMark.WAITING_FOR_DATA}


@pytest.mark.parametrize("name", ["dark", "light"])
def test_marks_differ_in_shape_and_not_only_in_color(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    shapes = set()
    for mark in FeedMark:
        image = mark_icon(mark, theme).pixmap(QSize(MARK_SIZE, MARK_SIZE), 2.0).toImage()
        assert image.width() == 2 * MARK_SIZE
        pixels = [(x, y) for x in range(image.width()) for y in range(image.height())]
        shapes.add(tuple(image.pixelColor(x, y).alpha() > 128 for x, y in pixels))
    assert len(shapes) == len(FeedMark) - len(SAME_SHAPE) + 1


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_color_of_each_mark_can_be_seen_on_the_surfaces(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    for mark in FeedMark:
        color = QColor(mark_color(mark, theme))
        for surface in (theme.base, theme.window):
            light, dark = sorted((_luminance(color), _luminance(QColor(surface))), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3


def _luminance(color: QColor) -> float:
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
