from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QImage, QPainter

from ticker_gui.gui.widgets import text_painter
from ticker_gui.gui.widgets.text_painter import TextPainter


def drawn(texts: TextPainter, *lines: str) -> QImage:
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    painter.setFont(texts.font)
    for index, line in enumerate(lines):
        texts.draw(painter, 10, 10 + 30 * index, texts.get(line))
    painter.end()
    return image


def test_a_text_looks_the_same_each_time_it_is_drawn(qapp: object) -> None:
    texts = TextPainter(QFont())
    first, second, third = (drawn(texts, "1,234.50", "<b>bold</b>", "AT&T") for _ in range(3))
    assert first == second == third


def test_markup_is_text(qapp: object) -> None:
    texts = TextPainter(QFont())
    for _ in range(2):
        assert drawn(texts, "<b>x</b>") != drawn(texts, "x")


def test_widths_are_those_of_the_characters(qapp: object) -> None:
    texts = TextPainter(QFont())
    expected = sum(texts.metrics.horizontalAdvance(character) for character in "1,234.50")
    assert texts.get("1,234.50").width == expected
    assert texts.get("1,234.50") is texts.get("1,234.50")


def test_the_cache_is_bounded(qapp: object) -> None:
    texts = TextPainter(QFont())
    image = QImage(50, 50, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for number in range(2 * text_painter._MAX_CACHED):
        texts.draw(painter, 0, 0, texts.get(str(number)))
    painter.end()
    assert len(texts._texts) <= text_painter._MAX_CACHED


def test_text_that_does_not_fit_is_elided(qapp: object) -> None:
    texts = TextPainter(QFont())
    room = texts.get("0.0000").width
    cut = texts.elided(texts.get("0.000018321"), room)
    assert cut.text.endswith("…")
    assert cut.width <= room + 1


def column(texts: TextPainter, *, is_left: bool, right: int = 200) -> QImage:
    image = QImage(300, 100, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    red, blue = QColor("red"), QColor("blue")
    texts.draw_column(painter, ["1.00", "100.00"], [10, 50], [red, blue], 50, right, is_left=is_left)
    painter.end()
    return image


def ink(image: QImage, top: int, bottom: int) -> list[int]:
    """Return the x coordinates of an image that are drawn on between two y coordinates."""
    white = QColor("white").rgb()
    return [x for x in range(image.width()) if any(image.pixel(x, y) != white for y in range(top, bottom))]


def test_a_column_is_aligned_and_colored(qapp: object) -> None:
    texts = TextPainter(QFont())
    for _ in range(3):
        at_right = column(texts, is_left=False)
        for top in (10, 50):
            assert 190 <= max(ink(at_right, top, top + 20)) <= 200
        at_left = column(texts, is_left=True)
        for top in (10, 50):
            assert 50 <= min(ink(at_left, top, top + 20)) <= 56
    assert len(ink(at_left, 50, 70)) > len(ink(at_left, 10, 30))
    reds = [
        at_left.pixelColor(x, y).blue() < 200 < at_left.pixelColor(x, y).red()
        for x in range(300)
        for y in range(10, 30)
    ]
    assert any(reds)


def test_a_text_too_wide_for_its_column_stays_within(qapp: object) -> None:
    narrow = column(TextPainter(QFont()), is_left=False, right=75)
    assert 48 <= min(ink(narrow, 50, 70)) <= max(ink(narrow, 50, 70)) <= 76


def test_a_number_without_room_keeps_its_magnitude_however_narrow_its_column(qapp: object) -> None:
    texts = TextPainter(QFont())
    number = texts.get("98,920,133,101.25")
    shown = {texts.cut_number(number, width).text for width in range(1, int(number.width))}
    assert shown - {"", "…"} >= {"9892e7"}
    assert all(not text or text in ("…", "9892e7") or text.startswith("98,920,133,101.") for text in shown)
