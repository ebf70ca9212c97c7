from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.console.frames import frame
from tests.gui.pixels import argb
from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.console.traffic import ConsoleTraffic
from ticker_gui.gui.console.frame_model import AFTER, DIRECTION, LINE, TYPE, FrameModel
from ticker_gui.gui.console.frame_table import FrameTable
from ticker_gui.gui.widgets.paint_guard import FailureKind
from ticker_gui.gui.widgets.theme import load_theme


class Shown:
    """A table of frames in a window."""

    def __init__(self, qtbot: QtBot, count: int = 0, max_frames: int = 200, theme: str = "dark") -> None:
        self.traffic = ConsoleTraffic()
        self.traffic.ring._max_frames = max_frames  # type: ignore[misc]
        self.model = FrameModel(self.traffic)
        self.theme = load_theme(theme)
        self.table = FrameTable(self.model, self.theme)
        self.chosen: list[str] = []
        self.table.frame_chosen.connect(lambda: self.chosen.append(self.text(self.table.currentIndex().row())))
        qtbot.addWidget(self.table)
        self.table.resize(700, 200)
        self.table.show()
        self.add(count)

    def add(self, count: int) -> None:
        start = self.traffic.ring.end
        for number in range(start, start + count):
            self.traffic.add_frame("desk", frame(f"frame {number}", at_ms=number))
        self.table.refresh()

    def text(self, row: int) -> str:
        return str(self.model.data(self.model.index(row, LINE)))

    @property
    def rows_in_view(self) -> list[str]:
        viewport = self.table.viewport()
        rows = [self.table.rowAt(0), self.table.rowAt(viewport.height() - 1)]
        return [self.text(row) for row in rows if row >= 0]


def test_the_newest_frame_stays_in_view(qtbot: QtBot) -> None:
    it = Shown(qtbot, 100)
    assert it.rows_in_view[-1] == "frame 99"
    it.add(150)  # the first fifty are dropped
    assert it.rows_in_view[-1] == "frame 249"
    assert it.table.is_following


def test_scrolling_up_stops_following_and_the_rows_in_view_stay(qtbot: QtBot) -> None:
    it = Shown(qtbot, 200)
    bar = it.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    assert not it.table.is_following
    before = it.rows_in_view
    it.add(37)
    assert it.rows_in_view == before  # although 37 rows above were dropped
    with qtbot.waitSignal(it.table.following_changed):
        qtbot.keyClick(it.table, Qt.Key.Key_End)
    assert it.rows_in_view[-1] == "frame 236"
    it.add(1)
    assert it.rows_in_view[-1] == "frame 237"


def test_rows_that_are_dropped_below_old_ones_that_were_sent_do_not_move_those(qtbot: QtBot) -> None:
    it = Shown(qtbot, 0, max_frames=100)
    for number in range(50):
        it.traffic.add_frame("desk", frame(f"sent {number}", "out"))
    it.add(200)
    it.table.verticalScrollBar().setValue(0)
    before = it.rows_in_view
    assert before[0] == "sent 0"
    it.add(50)
    assert it.rows_in_view == before


def test_scrolling_down_to_the_end_follows_again(qtbot: QtBot) -> None:
    it = Shown(qtbot, 100)
    bar = it.table.verticalScrollBar()
    bar.setValue(0)
    bar.setValue(bar.maximum())
    assert it.table.is_following


def test_the_focus_alone_chooses_no_frame(qtbot: QtBot) -> None:
    it = Shown(qtbot, 100)
    it.table.activateWindow()
    qtbot.waitUntil(it.table.isActiveWindow)
    it.table.setFocus()
    assert it.table.hasFocus()
    assert it.table.is_following
    assert not it.chosen


def test_a_click_chooses_a_frame_and_stops_following(qtbot: QtBot) -> None:
    it = Shown(qtbot, 100)
    qtbot.mouseClick(it.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 5))
    assert len(it.chosen) == 1
    assert it.table.selected_rows == [it.table.currentIndex().row()]
    assert not it.table.is_following


def test_a_chosen_frame_that_is_dropped_chooses_no_other(qtbot: QtBot) -> None:
    it = Shown(qtbot, 200)
    qtbot.keyClick(it.table, Qt.Key.Key_Home)
    assert it.chosen == ["frame 0"]
    it.add(50)
    assert it.chosen == ["frame 0"]
    assert not it.table.currentIndex().isValid()


def test_copying_is_requested_by_its_key(qtbot: QtBot) -> None:
    it = Shown(qtbot, 3)
    with qtbot.waitSignal(it.table.copy_requested):
        qtbot.keyClick(it.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)


def test_a_narrow_table_keeps_room_for_the_frames(qtbot: QtBot) -> None:
    it = Shown(qtbot, 3)
    assert not it.table.isColumnHidden(AFTER)
    it.table.resize(400, 200)
    assert it.table.isColumnHidden(AFTER)
    assert it.table.columnWidth(LINE) > 100


def colors(image: QImage) -> set[str]:
    return {f"#{color & 0xFFFFFF:06x}" for color in np.unique(argb(image)[::2]).tolist()}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_rejected_and_selected_frames_are_marked(qtbot: QtBot, theme: str) -> None:
    it = Shown(qtbot, 3, theme=theme)
    plain = colors(it.table.viewport().grab().toImage())
    assert QColor(it.theme.error).name() not in plain
    it.traffic.rejections.add("desk", frame("frame 1", at_ms=1), "no price")
    qtbot.keyClick(it.table, Qt.Key.Key_Home)
    marked = colors(it.table.viewport().grab().toImage())
    assert {QColor(it.theme.error).name(), QColor(it.theme.selection).name()} <= marked


def test_only_visible_rows_are_formatted(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    it = Shown(qtbot, 200)
    formatted: set[int] = set()
    text = it.model.text

    def note(row: int, column: int, entry: FrameEntry) -> str:
        formatted.add(row)
        return text(row, column, entry)

    monkeypatch.setattr(it.model, "text", note)
    it.add(100)
    it.table.viewport().grab()
    assert 5 < len(formatted) < 20


def columns_with(image: QImage, table: FrameTable, color: str) -> set[int]:
    """Return the columns in which nearly this color is painted."""
    found, wanted = set[int](), QColor(color)
    for column in range(7):
        left = table.columnViewportPosition(column)
        part = image.copy(left, 0, table.columnWidth(column), image.height())
        shades = [] if table.isColumnHidden(column) else list(map(QColor, colors(part)))
        if any(
            abs(one.red() - wanted.red()) + abs(one.green() - wanted.green()) + abs(one.blue() - wanted.blue()) < 60
            for one in shades
        ):
            found.add(column)
    return found


def test_each_column_is_painted_and_an_error_is_marked_in_its_type_only(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    theme, table = it.theme, it.table

    def painted() -> QImage:
        table.refresh()
        return table.viewport().grab().toImage()

    it.traffic.add_frame("desk", frame('{"type":"trade"}', at_ms=1))
    it.traffic.add_frame("desk", frame('{"type":"trade"}', at_ms=2))
    image = painted()
    inks = (theme.text, theme.text2, theme.text3)
    assert set[int]().union(*(columns_with(image, table, ink) for ink in inks)) == set(range(7))
    assert columns_with(image, table, theme.accent) == set()
    it.traffic.add_frame("desk", frame("hello", "out", at_ms=3))
    assert columns_with(painted(), table, theme.accent) == {DIRECTION}
    it.traffic.add_frame("desk", frame('{"type":"error"}', at_ms=4))
    assert columns_with(painted(), table, theme.error) == {TYPE}
    it.traffic.rejections.add("desk", frame('{"type":"trade"}', at_ms=1), "no price")
    assert columns_with(painted(), table, theme.error) == {DIRECTION, TYPE}


def test_what_cannot_be_painted_is_said_in_the_table(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    def crash(*arguments: object) -> None:
        raise RuntimeError

    it = Shown(qtbot, 3)
    warning = QColor(it.theme.warning_bg).name()
    assert warning not in colors(it.table.viewport().grab().toImage())
    monkeypatch.setattr(it.table, "_paint_column", crash)
    it.table.viewport().grab()
    assert warning in colors(it.table.viewport().grab().toImage())
    assert paint_failures
    monkeypatch.undo()
    paint_failures.clear()


def test_the_table_takes_the_colors_of_a_new_theme(qtbot: QtBot) -> None:
    it, light = Shown(qtbot, 3), load_theme("light")
    it.table.set_theme(light)
    image = it.table.viewport().grab().toImage()
    assert image.pixelColor(image.width() - 2, image.height() - 2).name() == QColor(light.base).name()


def test_the_rows_follow_the_font(qtbot: QtBot, qapp: QApplication) -> None:
    it, before = Shown(qtbot, 3), qapp.font()
    height, larger = it.table.rowHeight(0), QFont(before)
    larger.setPointSizeF(3 * before.pointSizeF())
    qapp.setFont(larger)
    try:
        qtbot.waitUntil(lambda: it.table.rowHeight(0) > height)
    finally:
        qapp.setFont(before)


def test_the_menu_is_requested_where_the_pointer_is(qtbot: QtBot) -> None:
    it, at = Shown(qtbot, 3), QPoint(20, 5)
    with qtbot.waitSignal(it.table.menu_requested) as caught:
        it.table.customContextMenuRequested.emit(at)
    assert caught.args == [it.table.viewport().mapToGlobal(at)]
