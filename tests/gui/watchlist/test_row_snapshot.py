from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.watchlist.row_cache import RowCache
from ticker_gui.gui.watchlist.row_snapshot import NEVER, RowSnapshot, first_difference_index
from ticker_gui.market.limits import Limits
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
    for ms in (1000, 1199, 1200, 1399, 1400, 1599, 1600, 5000):
        row.update(ms)
        lights.append(row.shown.flash_step)
    assert lights == [2, 2, 2, 2, 1, 1, 0, 0]
    row.says(last="0.50", tick=-1)
    row.update(9000)
    assert row.shown.flash_step == -2


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=20))
def test_all_flashes_fade_at_the_same_times(starts_ms: list[int]) -> None:
    steps_ms = set[int]()
    for start_ms in starts_ms:
        row = Row()
        row.says(last="1.00", tick=1)
        row.update(start_ms)
        while row.shown.next_step_ns != NEVER:
            now_ms = row.shown.next_step_ns // MS
            assert not row.shown.changes(row.reading, (now_ms - 1) * MS, flash_enabled=True)
            steps_ms.add(now_ms)
            row.update(now_ms)
        assert row.shown.flash_step == 0
        assert now_ms - start_ms <= 600
    assert all(step_ms % 200 == 0 for step_ms in steps_ms)


def test_a_row_without_changes_has_no_columns_to_paint() -> None:
    row = Row(last="1.00")
    assert row.shown.changes(row.reading, 9000 * MS, flash_enabled=True) == set()
    row.says(last="2.00", tick=1)
    assert row.shown.changes(row.reading, 9000 * MS, flash_enabled=True) == {LAST}


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
