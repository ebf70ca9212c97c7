from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from tests.console.frames import frame
from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.console.traffic import Traffic
from ticker_gui.gui.console.frame_model import AFTER, LINE, FrameModel
from ticker_gui.gui.console.frame_table import FrameTable
from ticker_gui.gui.widgets.theme import load_theme


class Shown:
    """A table of frames in a window."""

    def __init__(self, qtbot: QtBot, count: int = 0, max_frames: int = 200, theme: str = "dark") -> None:
        self.traffic = Traffic()
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
    it.table.setFocus()
    qtbot.wait(1)
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
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 1) for y in range(0, image.height(), 2)}


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
