from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.console.frames import frame
from ticker_gui.console.frame_list import FrameFilter
from ticker_gui.console.traffic import ConsoleTraffic
from ticker_gui.gui.console.frame_model import AFTER, BYTES, DIRECTION, FEED, LINE, TITLES, TYPE, FrameModel, time_text


def texts(model: FrameModel, column: int) -> list[str]:
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def test_rows_are_added_and_removed_in_one_change_each(qtbot: QtBot) -> None:
    traffic = ConsoleTraffic()
    traffic.ring._max_frames = 5  # type: ignore[misc]
    model = FrameModel(traffic)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    changes: list[str] = []
    model.rowsInserted.connect(lambda *_: changes.append("added"))
    model.rowsRemoved.connect(lambda *_: changes.append("removed"))
    for number in range(4):
        traffic.add_frame("desk", frame(str(number)))
    assert model.refresh() == (0, 4)
    for number in range(4, 8):
        traffic.add_frame("desk", frame(str(number)))
    assert changes == ["added"]  # nothing happens between two frames of the window
    assert model.refresh() == (3, 4)
    assert changes == ["added", "removed", "added"]
    assert texts(model, LINE) == ["3", "4", "5", "6", "7"]
    assert model.refresh() == (0, 0)
    del tester


def test_what_was_sent_stays_when_the_frames_around_it_are_dropped(qtbot: QtBot) -> None:
    traffic = ConsoleTraffic()
    traffic.ring._max_frames = 5  # type: ignore[misc]
    model = FrameModel(traffic)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for number in range(5):
        traffic.add_frame("desk", frame(str(number), "out" if number in (1, 3) else "in"))
    model.refresh()
    for number in range(5, 8):
        traffic.add_frame("desk", frame(str(number)))
    assert model.refresh() == (3, 3)
    assert texts(model, LINE) == ["1", "3", "5", "6", "7"]
    model.set_filter(FrameFilter(has_incoming=False))
    assert model.refresh() == (0, 2)
    assert texts(model, LINE) == ["1", "3"]
    del tester


def test_cells_describe_the_frame(qtbot: QtBot) -> None:
    traffic = ConsoleTraffic()
    model = FrameModel(traffic)
    traffic.add_frame("desk", frame('{"e":"trade"}'))
    traffic.add_frame("chat", frame("hello", "out", at_ms=1250))
    model.refresh()
    assert texts(model, AFTER) == ["", "+1.25 s"]
    assert texts(model, BYTES) == ["13", "5"]
    assert texts(model, TYPE) == ["trade", "text"]
    assert texts(model, FEED) == ["desk", "chat"]
    directions = [model.data(model.index(row, DIRECTION), Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert directions == ["Received", "Sent"]


def test_cells_of_dropped_frames_are_empty_until_the_next_refresh(qtbot: QtBot) -> None:
    traffic = ConsoleTraffic()
    traffic.ring._max_frames = 2  # type: ignore[misc]
    model = FrameModel(traffic)
    for number in range(2):
        traffic.add_frame("desk", frame(str(number)))
    model.refresh()
    for number in range(2, 4):
        traffic.add_frame("desk", frame(str(number)))
    assert texts(model, LINE) == ["", ""]


def test_a_filter_replaces_all_rows(qtbot: QtBot) -> None:
    traffic = ConsoleTraffic()
    model = FrameModel(traffic)
    for text in ('{"e":"a"}', '{"e":"b"}'):
        traffic.add_frame("desk", frame(text))
    model.refresh()
    model.set_filter(FrameFilter(type="b"))
    assert model.rowCount() == 0
    model.refresh()
    assert texts(model, TYPE) == ["b"]
    model.clear()
    assert model.rowCount() == 0
    assert not len(traffic.ring)


def test_times_are_local_with_milliseconds() -> None:
    assert time_text(1_767_323_045_019_731_000).endswith(":05.019")


def test_frames_that_were_found_between_two_refreshes_are_added_unless_they_were_dropped(qtbot: QtBot) -> None:
    traffic = ConsoleTraffic()
    traffic.ring._max_frames = 4  # type: ignore[misc]
    model = FrameModel(traffic)
    for number in range(4):
        traffic.add_frame("desk", frame(str(number)))
    model.search()
    assert model.rowCount() == 0
    for number in range(4, 6):
        traffic.add_frame("desk", frame(str(number)))
    assert model.refresh() == (0, 4)
    assert texts(model, LINE) == ["2", "3", "4", "5"]
    model.set_filter(FrameFilter(type="text"))
    model.search()
    model.set_filter(FrameFilter(type="none"))
    assert model.refresh() == (0, 0)


def test_the_columns_have_titles_and_that_of_the_direction_a_name() -> None:
    model = FrameModel(ConsoleTraffic())
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert titles == list(TITLES)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.headerData(DIRECTION, Qt.Orientation.Horizontal, role) == "Direction"
