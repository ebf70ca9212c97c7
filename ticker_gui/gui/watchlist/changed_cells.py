"""The cells of the watchlist that have changed since the last painting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from PySide6.QtGui import QRegion

from ticker_gui.gui.watchlist.cells import ColumnRect


class RowPlaces(NamedTuple):
    """Where rows are in the viewport: the y coordinate of the first one, their height, and the scroll position in x."""

    top: int
    height: int
    scrolled: int


class ChangedCells:
    """Collects changed cells, so that only these are painted if nothing else has to be."""

    def __init__(self) -> None:
        self._columns: dict[int, set[int]] = {}
        self._region = QRegion()
        self._places: RowPlaces | None = None

    def add(self, row: int, columns: Iterable[int]) -> None:
        """Add cells of a row."""
        self._columns.setdefault(row, set()).update(columns)

    def area(self, spans: Sequence[ColumnRect], places: RowPlaces, max_count: int) -> QRegion:
        """Return what has to be painted: the changed cells, or if they are many, the rectangle around them.

        Many small areas take longer to paint than a large one.
        """
        visible = sorted(spans, key=lambda span: span.left)
        region, count = QRegion(), 0
        for row, columns in self._columns.items():
            top = places.top + row * places.height
            for left, width, number in _runs(visible, columns):
                region += QRegion(left, top, width, places.height)
                count += number
        self._region, self._places = region, places
        if count <= max_count:
            return region
        self.clear()
        return QRegion(region.boundingRect())

    def clear(self) -> None:
        """Forget all cells: they have been painted, or a larger area has to be."""
        self._columns.clear()
        self._region = QRegion()

    def take(self, area: QRegion, places: RowPlaces) -> dict[int, set[int]] | None:
        """Forget all cells and return their columns by row; None if more than these cells has to be painted."""
        columns, region = self._columns, self._region
        is_all = bool(columns) and places == self._places and area.subtracted(region).isEmpty()
        self._columns, self._region = {}, QRegion()
        return columns if is_all else None


def _runs(spans: Sequence[ColumnRect], columns: Collection[int]) -> list[tuple[int, int, int]]:
    """Return left edge, width and number of columns of each run of adjacent columns; ``spans`` are sorted by place."""
    runs: list[tuple[int, int, int]] = []
    end = None
    for column, left, width in spans:
        if column not in columns:
            continue
        if left == end:
            first, so_far, count = runs[-1]
            runs[-1] = (first, so_far + width, count + 1)
        else:
            runs.append((left, width, 1))
        end = left + width
    return runs
