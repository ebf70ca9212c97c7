from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion

from ticker_gui.gui.watchlist.cells import ColumnRect
from ticker_gui.gui.watchlist.changed_cells import ChangedCells, RowPlaces

SPANS = [ColumnRect(4, 0, 50), ColumnRect(2, 50, 30), ColumnRect(7, 80, 20), ColumnRect(1, 100, 40)]
PLACES = RowPlaces(top=-5, height=10, scrolled=0)


def rects(region: QRegion) -> list[QRect]:
    return list(region)  # type: ignore[call-overload, no-any-return]


def test_adjacent_cells_of_a_row_are_one_area() -> None:
    cells = ChangedCells()
    cells.add(1, {4, 2, 1})
    cells.add(3, {7})
    assert rects(cells.area(SPANS, PLACES, 100)) == [QRect(0, 5, 80, 10), QRect(100, 5, 40, 10), QRect(80, 25, 20, 10)]


def test_cells_of_hidden_columns_have_no_area() -> None:
    cells = ChangedCells()
    cells.add(1, {99})
    assert cells.area(SPANS, PLACES, 100).isEmpty()


def test_the_cells_of_several_frames_are_painted_together_and_only_once() -> None:
    cells = ChangedCells()
    cells.add(1, {4})
    cells.area(SPANS, PLACES, 100)
    cells.add(1, {7})
    cells.add(2, {1})
    area = cells.area(SPANS, PLACES, 100)
    assert cells.take(area, PLACES) == {1: {4, 7}, 2: {1}}
    assert cells.take(area, PLACES) is None


def test_many_cells_are_painted_as_one_rectangle_with_all_that_is_in_it() -> None:
    cells = ChangedCells()
    cells.add(0, {4})
    cells.add(3, {1})
    area = cells.area(SPANS, PLACES, 1)
    assert rects(area) == [QRect(0, -5, 140, 40)]
    assert cells.take(area, PLACES) is None


def test_everything_is_painted_after_scrolling() -> None:
    cells = ChangedCells()
    cells.add(1, {4})
    area = cells.area(SPANS, PLACES, 100)
    assert cells.take(area, PLACES._replace(top=-6)) is None


@given(
    st.dictionaries(st.integers(0, 9), st.sets(st.sampled_from([span.column for span in SPANS]), min_size=1)),
    st.sets(st.tuples(st.integers(0, 9), st.sampled_from(SPANS))),
)
def test_cells_are_painted_alone_only_if_nothing_else_has_to_be(
    changed: dict[int, set[int]], others: set[tuple[int, ColumnRect]]
) -> None:
    cells, area = ChangedCells(), QRegion()
    for row, columns in changed.items():
        cells.add(row, columns)
    area += cells.area(SPANS, PLACES, 100)
    for row, span in others:
        area += QRegion(span.left, PLACES.top + row * PLACES.height, span.width, PLACES.height)
    has_others = any(span.column not in changed.get(row, ()) for row, span in others)
    expected = None if has_others or not changed else changed
    assert cells.take(area, PLACES) == expected
