from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.paint_guard import FailureKind, PaintGuard, draw_failures, paint_widget
from ticker_gui.gui.widgets.text_painter import TextPainter

RED, BLUE, BLACK = QColor("#ff0000"), QColor("#0000ff"), QColor("#000000")


def image_of(draw: Callable[[QPainter], object], width: int = 300, height: int = 60) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(BLACK)
    painter = QPainter(image)
    try:
        draw(painter)
    finally:
        painter.end()
    return image


def failing(painter: QPainter, saves: int = 0, restores: int = 0) -> Callable[[], None]:
    def draw() -> None:
        for _ in range(saves):
            painter.save()
        painter.translate(1000, 1000)
        painter.setClipRect(0, 0, 1, 1)
        painter.setPen(BLUE)
        for _ in range(restores):
            painter.restore()
        raise OverflowError("too far")

    return draw


@given(st.integers(0, 40), st.data())
def test_a_failed_part_leaves_the_painter_as_it_was(saves: int, data: st.DataObject) -> None:
    restores = data.draw(st.integers(0, saves))
    guard = PaintGuard()

    def draw(painter: QPainter) -> None:
        painter.setPen(RED)
        guard.paint("the bad part", painter, failing(painter, saves, restores))
        assert painter.pen().color() == RED
        assert painter.transform().isIdentity()
        assert not painter.hasClipping()
        assert painter.brushOrigin() == QPoint()
        guard.paint("the good part", painter, lambda: painter.fillRect(10, 10, 5, 5, BLUE))

    assert image_of(draw).pixelColor(12, 12) == BLUE
    assert guard.failed == ("the bad part",)
    forget()


def forget() -> None:
    from ticker_gui.gui.widgets import paint_guard

    paint_guard.logged_kinds.clear()


def test_a_part_that_succeeds_leaves_the_painter_as_it_was_too() -> None:
    guard = PaintGuard()

    def draw(painter: QPainter) -> None:
        guard.paint("a part", painter, lambda: painter.translate(50, 50))
        assert painter.transform().isIdentity()

    image_of(draw)
    assert guard.failed == ()


@given(st.integers(0, 40), st.data())
def test_parts_after_a_failed_one_are_drawn_and_the_painter_is_then_as_it_was(saves: int, data: st.DataObject) -> None:
    restores = data.draw(st.integers(0, saves))
    guard = PaintGuard()

    def draw(painter: QPainter) -> None:
        painter.setPen(RED)
        parts: list[tuple[str, Callable[[], object]]] = [
            ("the first part", lambda: painter.fillRect(0, 0, 5, 5, BLUE)),
            ("the bad part", failing(painter, saves, restores)),
            ("the last part", lambda: painter.fillRect(10, 10, 5, 5, BLUE)),
            ("the worst part", failing(painter, saves, restores)),
        ]
        guard.paint_parts(painter, parts)
        assert painter.pen().color() == RED
        assert painter.transform().isIdentity()
        assert not painter.hasClipping()
        assert painter.brushOrigin() == QPoint()

    image = image_of(draw)
    assert image.pixelColor(2, 2) == image.pixelColor(12, 12) == BLUE
    assert guard.failed == ("the bad part", "the worst part")
    forget()


def test_parts_share_one_saved_state_of_the_painter() -> None:
    class CountingPainter(QPainter):
        saved = 0

        def save(self) -> None:
            self.saved += 1
            super().save()

    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = CountingPainter(image)
    PaintGuard().paint_parts(painter, [("a part", lambda: None)] * 30)
    painter.end()
    assert painter.saved == 1


def test_each_kind_of_failure_is_logged_once_with_its_traceback(
    caplog: pytest.LogCaptureFixture, paint_failures: set[FailureKind]
) -> None:
    guard = PaintGuard()

    def bad() -> None:
        raise ValueError("not a number")

    with caplog.at_level(logging.ERROR):
        for _ in range(50):
            image_of(lambda painter: guard.paint("the grid", painter, failing(painter)))
            guard.build("the labels", bad)
    assert [record.getMessage() for record in caplog.records] == [
        "Could not draw the grid",
        "Could not draw the labels",
    ]
    assert all(record.exc_info and record.exc_info[2] is not None for record in caplog.records)
    assert len(paint_failures) == 2
    paint_failures.clear()


def test_a_part_that_cannot_be_built_is_left_out(paint_failures: set[FailureKind]) -> None:
    guard = PaintGuard()
    assert guard.build("a number", lambda: 5) == 5
    assert guard.failed == ()
    assert guard.build("a share", lambda: 1 / 0) is None
    assert guard.failed == ("a share",)
    guard.begin()
    assert guard.failed == ()
    paint_failures.clear()


def test_the_program_can_be_stopped_while_it_paints() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        image_of(lambda painter: PaintGuard().paint("a part", painter, stop))


@pytest.mark.parametrize("width", [300, 60, 12, 1])
def test_failed_parts_are_named_at_the_lower_edge(qapp: object, width: int) -> None:
    texts = TextPainter(QFont())
    area = QRect(0, 0, width, 60)
    image = image_of(lambda painter: draw_failures(painter, area, ["the grid"] * 2, texts, RED, BLUE), width)
    height = round(texts.metrics.height())
    rows = [y for y in range(60) if any(image.pixelColor(x, y) != BLACK for x in range(width))]
    assert rows
    assert min(rows) >= 60 - height - 6


class Sheet(QWidget):
    """A widget of which one part fails while ``is_broken``."""

    def __init__(self) -> None:
        super().__init__()
        self.guard = PaintGuard()
        self.is_broken = True
        self.painted: list[QRect] = []
        self.failures: list[tuple[str, ...]] = []

    def paintEvent(self, event: object) -> None:
        area = event.rect()  # type: ignore[attr-defined]
        self.painted.append(area)
        paint_widget(self, area, self.guard, "the sheet", self.draw, lambda *_: self.failures.append(self.guard.failed))

    def draw(self, painter: QPainter) -> None:
        if self.is_broken and self.painted[-1].width() > 20:
            raise ValueError("broken")


def test_a_widget_is_painted_again_to_name_the_failed_parts(qtbot: QtBot, paint_failures: set[FailureKind]) -> None:
    sheet = Sheet()
    qtbot.addWidget(sheet)
    sheet.resize(100, 50)
    sheet.show()
    qtbot.waitUntil(lambda: len(sheet.painted) >= 2)
    qtbot.wait(50)
    assert len(sheet.painted) <= 3
    assert sheet.failures[-1] == ("the sheet",)
    count = len(sheet.painted)
    sheet.update(QRect(0, 0, 10, 10))  # a part in which all is well: the sentence stays
    qtbot.waitUntil(lambda: len(sheet.painted) > count)
    qtbot.wait(20)
    assert len(sheet.painted) == count + 1
    assert sheet.failures[-1] == ("the sheet",)
    sheet.is_broken = False
    sheet.update()
    qtbot.waitUntil(lambda: sheet.failures[-1] == ())
    paint_failures.clear()
