from __future__ import annotations

import pytest

from tests.gui.market_of import Desk
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.numbers import PLAIN
from ticker_gui.gui.watchlist.row_cache import RowCache
from ticker_gui.watchlist.columns import COLUMN_INDEX

LAST, CHANGE, AGE = (COLUMN_INDEX[key] for key in ("last", "change_percent", "age"))


@pytest.fixture
def desk() -> Desk:
    return Desk("A")


def test_a_row_has_the_direction_of_the_day_as_it_is_displayed(desk: Desk) -> None:
    row, (state,) = RowCache(desk.market.states[0]), desk.market.states
    columns = (LAST, CHANGE)
    desk.trade("A", 100.0)
    row.refresh(desk.now_ns, columns, PLAIN)
    assert row.direction is None
    desk.day("A", 100.0)
    for price, direction in ((100.001, 0), (100.01, 1), (99.99, -1), (100.0, 0)):
        desk.trade("A", price)
        row.refresh(desk.now_ns, columns, PLAIN)
        assert row.direction == direction
        hidden = RowCache(state)
        hidden.refresh(desk.now_ns, (LAST,), PLAIN)
        assert hidden.direction == direction  # also while the column is hidden


def test_a_row_that_was_read_has_the_version_of_its_data_until_there_is_new_data(desk: Desk) -> None:
    (state,) = desk.market.states
    row = RowCache(state)
    assert row.version != state.version
    row.refresh(desk.now_ns, (LAST,), PLAIN)
    assert row.version == state.version
    desk.trade("A", 100.0)
    assert row.version != state.version
    row.refresh(desk.now_ns, (LAST,), PLAIN)
    assert row.version == state.version
    row.invalidate()
    assert row.version != state.version


def test_the_texts_are_the_same_list_until_one_of_them_changes(desk: Desk) -> None:
    row = RowCache(desk.market.states[0])
    desk.trade("A", 100.0)
    row.refresh(desk.now_ns, (LAST, AGE), PLAIN)
    texts = row.texts
    row.refresh(desk.now_ns + SECOND_NS // 10, (LAST, AGE), PLAIN)
    assert row.texts is texts
    row.refresh(desk.now_ns + 5 * SECOND_NS, (LAST, AGE), PLAIN)
    assert row.texts is not texts
    assert row.texts[LAST] == texts[LAST]
