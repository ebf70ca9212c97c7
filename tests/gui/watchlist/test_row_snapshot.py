from __future__ import annotations

import pytest

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.watchlist.model import RowCache
from ticker_gui.gui.watchlist.row_snapshot import RowSnapshot, first_difference_index
from ticker_gui.market.market import Limits
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.row_status import RowStatus

MS = 1_000_000
LAST, AGE = COLUMN_INDEX["last"], COLUMN_INDEX["age"]


class Row:
    """A row with given texts; an unchanged text stays the same object."""

    def __init__(self, **texts: str) -> None:
        self.reading = RowCache(SymbolState("desk", "a", "A", Limits().watched))
        self.reading.texts = ["–"] * len(COLUMNS)
        self.reading.status = RowStatus(StateMark.LIVE)
        self.says(0, **texts)
        self.shown = RowSnapshot(self.reading)

    def says(self, tick: int = 0, **texts: str) -> None:
        self.reading.state.tick = tick
        self.reading.texts = [
            new if (new := texts.get(column.key, old)) != old else old
            for column, old in zip(COLUMNS, self.reading.texts, strict=True)
        ]

    def update(self, ms: int, *, flash_enabled: bool = True) -> set[int]:
        return self.shown.update(self.reading, ms * MS, flash_enabled=flash_enabled)


def test_a_price_change_flashes_and_fades_in_steps() -> None:
    row = Row()
    row.says(last="1.00", tick=1)
    assert row.update(1000) == {LAST}
    lights = []
    for ms in (1000, 1099, 1100, 1250, 1399, 1400, 5000):
        row.update(ms)
        lights.append(row.shown.flash_step)
    assert lights == [4, 4, 3, 2, 1, 0, 0]
    row.says(last="0.50", tick=-1)
    row.update(9000)
    assert row.shown.flash_step == -4


def test_only_changed_digits_flash() -> None:
    row = Row(last="1,234.50")
    row.says(last="1,234.75", tick=1)
    row.update(1000)
    assert row.shown.changed_from == len("1,234.")
    row.says(last="999.75", tick=-1)
    row.update(2000)
    assert row.shown.changed_from == 0


@pytest.mark.parametrize(
    ("text", "before", "place"), [("1.25", "1.20", 3), ("2.25", "1.25", 0), ("10.0", "9.0", 0), ("1.0", "1.0", 0)]
)
def test_the_first_difference_is_the_first_changed_character(text: str, before: str, place: int) -> None:
    assert first_difference_index(text, before) == place


def test_only_columns_with_changed_text_are_painted() -> None:
    row = Row(last="1.00", age="0 s")
    row.says(age="1 s", tick=1)
    assert row.update(9000) == {AGE}
    assert row.update(9000) == set()


def test_a_row_that_becomes_stale_is_painted_completely() -> None:
    row = Row(last="1.00")
    row.reading.status = RowStatus(StateMark.QUIET, "quiet 1 min", is_current=False)
    assert row.update(9000) == set(range(len(COLUMNS)))
    assert not row.shown.is_current
    row.reading.status = RowStatus(StateMark.QUIET, "quiet 2 min", is_current=False)
    assert row.update(9000) == set()  # only the age, whose text has not changed here


def test_a_new_direction_of_the_day_repaints_its_arrow_and_the_trend() -> None:
    row = Row(last="1.00")
    row.reading.direction = -1
    assert row.update(9000) == {COLUMN_INDEX[key] for key in ("last", "change", "change_percent", "line")}
    assert row.shown.direction == -1
    assert row.update(9000) == set()


def test_without_flashes_the_direction_is_still_known() -> None:
    row = Row()
    row.says(last="1.00", tick=1)
    row.update(1000, flash_enabled=False)
    assert (row.shown.flash_step, row.shown.tick) == (0, 1)
