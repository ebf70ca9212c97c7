from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ticker_gui.gui.watchlist.section_painter import HeadingRow, SectionPainter
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.watchlist.section_heading import SectionHeading

THEME = load_theme("dark")


def _painted(*, is_folded: bool = False, has_focus: bool = False, is_mirrored: bool = False, count: int = 3) -> QImage:
    heading = SectionHeading("Technology")
    heading.count, heading.is_folded = count, is_folded
    image = QImage(300, 26, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    painter = QPainter(image)
    row = HeadingRow(0, heading, has_focus)
    SectionPainter(QFont(QApplication.font()), THEME).paint(painter, row, 300, 26, is_mirrored=is_mirrored)
    painter.end()
    return image


def _has_ink(image: QImage, left: int, right: int) -> bool:
    base = QColor(THEME.base).rgb()
    return any(image.pixel(x, y) != base for x in range(left, right) for y in range(image.height()))


def test_the_heading_covers_the_row_in_the_color_of_the_table(qtbot: QtBot) -> None:
    image = _painted()
    assert image.pixelColor(299, 25).name() == QColor(THEME.base).name()
    assert _has_ink(image, 0, 150)
    assert not _has_ink(image, 200, 300)


def test_the_mark_shows_whether_a_section_is_folded(qtbot: QtBot) -> None:
    assert _painted(is_folded=True) != _painted()


def test_the_number_of_symbols_is_shown(qtbot: QtBot) -> None:
    assert _painted(count=4) != _painted(count=3)


def test_the_current_heading_has_an_outline(qtbot: QtBot) -> None:
    assert _painted(has_focus=True).pixelColor(299, 12).name() == QColor(THEME.accent).name()


def test_the_heading_starts_at_the_right_in_right_to_left_layouts(qtbot: QtBot) -> None:
    image = _painted(is_mirrored=True)
    assert _has_ink(image, 200, 300)
    assert not _has_ink(image, 0, 60)
