"""Sections that are dragged by their headings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.watchlist.test_list_controller import Setup
from tests.gui.watchlist.test_table import LEFT
from ticker_gui.config.settings import Feed
from ticker_gui.gui.watchlist.section_drag import nearest_boundary
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.section_heading import SectionHeading
from ticker_gui.watchlist.sorting import Sorting

_NO_KEYS = Qt.KeyboardModifier.NoModifier


class Sections(Setup):
    """A list with A above the sections One (B, C), Two (D) and Three (E)."""

    def __init__(self) -> None:
        super().__init__(Feed("ws://desk", ("A", "B", "C", "D", "E"), "desk", "demo"))
        lists = self.list_controller.lists
        for name, symbols in (("One", "BC"), ("Two", "D"), ("Three", "E")):
            lists = lists.add_section(0, name, [one for one in lists.lists[0].entries if one.symbol in symbols])
        self.list_controller.restore_lists(lists, "make sections")

    def drag(self, heading: str, target: int) -> int | None:
        """Press a heading, move the mouse to a y coordinate, and return the row of the drop indicator."""
        viewport = self.table.viewport()
        at = QPoint(60, self.top(heading) + 8)
        QTest.mousePress(viewport, LEFT, _NO_KEYS, at)
        for y in (at.y() + 2, (at.y() + target) // 2, target):
            move_to(viewport, QPoint(60, y))
        return self.table.drop_row

    def drop(self) -> None:
        QTest.mouseRelease(self.table.viewport(), LEFT, _NO_KEYS, QPoint(60, 8))

    def top(self, symbol: str) -> int:
        return self.table.row_top(self.rows.split().index(symbol))


def move_to(viewport: Any, at: QPoint) -> None:
    where = viewport.mapToGlobal(at)
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(where), Qt.MouseButton.NoButton, LEFT, _NO_KEYS)
    QApplication.sendEvent(viewport, event)


@pytest.fixture
def sections(qtbot: QtBot) -> Sections:
    setup = Sections()
    setup.show(qtbot)
    assert setup.rows == "A One B C Two D Three E"
    return setup


def test_a_section_is_dragged_with_its_rows_and_the_drag_can_be_undone(sections: Sections) -> None:
    assert sections.drag("Three", sections.top("One") + 2) == 1
    assert sections.rows == "A One B C Two D Three E"
    sections.drop()
    assert sections.rows == "A Three E One B C Two D"
    assert sections.table.drop_row is None
    sections.list_controller.undo()
    assert sections.rows == "A One B C Two D Three E"
    assert sections.messages[-1] == "Undo: move the section Three"


@pytest.mark.parametrize(
    ("heading", "at", "rows"),
    [
        ("One", "E", "A Two D Three E One B C"),
        ("Two", "A", "A Two D One B C Three E"),
        ("Two", "D", "A One B C Two D Three E"),
        ("Three", "C", "A One B C Three E Two D"),
    ],
)
def test_a_section_is_dropped_only_between_sections(sections: Sections, heading: str, at: str, rows: str) -> None:
    sections.drag(heading, sections.top(at) + sections.table.rowHeight(0) - 4)
    sections.drop()
    assert sections.rows == rows


def test_a_section_below_all_rows_becomes_the_last_one(sections: Sections) -> None:
    sections.drag("One", sections.table.viewport().height() - 2)
    sections.drop()
    assert sections.rows == "A Two D Three E One B C"


def test_a_folded_section_stays_folded_and_keeps_its_symbols(sections: Sections, qtbot: QtBot) -> None:
    QTest.mouseClick(sections.table.viewport(), LEFT, _NO_KEYS, QPoint(60, sections.top("One") + 8))
    assert sections.rows == "A One Two D Three E"
    sections.drag("One", sections.table.viewport().height() - 2)
    sections.drop()
    assert sections.rows == "A Two D Three E One"
    QTest.mouseClick(sections.table.viewport(), LEFT, _NO_KEYS, QPoint(60, sections.top("One") + 8))
    assert sections.rows == "A Two D Three E One B C"


def test_escape_ends_a_drag_without_a_change(sections: Sections, qtbot: QtBot) -> None:
    sections.drag("Three", sections.top("One") + 2)
    qtbot.keyClick(sections.table, Qt.Key.Key_Escape)
    assert sections.table.drop_row is None
    sections.drop()
    assert sections.rows == "A One B C Two D Three E"
    assert not sections.selected


def test_a_small_movement_is_a_click(sections: Sections) -> None:
    assert sections.drag("One", sections.top("One") + 10) is None
    sections.drop()
    assert sections.rows == "A One Two D Three E"


def test_a_drag_beyond_the_edge_scrolls(sections: Sections, qtbot: QtBot) -> None:
    sections.panel.resize(900, 200)
    qtbot.waitUntil(lambda: sections.table.verticalScrollBar().maximum() > 0)
    sections.drag("One", sections.table.viewport().height() + 400)
    assert sections.table.verticalScrollBar().value() > 0
    sections.drop()
    assert sections.rows == "A Two D Three E One B C"


def test_a_sorted_list_stays_sorted_when_a_section_moves(sections: Sections) -> None:
    sections.table.header.sorting_requested.emit(Sorting("symbol"))
    sections.drag("Three", sections.top("One") + 2)
    sections.drop()
    assert sections.rows == "A Three E One C B Two D"
    assert sections.table.header.sorting == Sorting("symbol")


@given(st.lists(st.booleans(), max_size=20), st.integers(0, 20))
def test_a_section_lands_at_the_nearest_heading_or_the_end(are_headings: Sequence[bool], row: int) -> None:
    states: list[SymbolState] = [SectionHeading(str(number)) for number in range(len(are_headings))]
    rows: list[Any] = [state if is_heading else None for state, is_heading in zip(states, are_headings, strict=True)]
    found = nearest_boundary(rows, row)
    places = [*(number for number, is_heading in enumerate(are_headings) if is_heading), len(rows)]
    assert found in places
    assert abs(found - row) == min(abs(place - row) for place in places)
