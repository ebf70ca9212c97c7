from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.formatting.numbers import clock_time
from ticker_gui.formatting.past_times import day_and_time
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.market import Market
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.watchlist.row_details import RowField, grid_position, grid_rows, row_info

NOW_NS = 1_700_000_000_000_000_000


def test_the_details_are_labels_and_values_as_in_the_columns() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    state.alias = "Mine"
    for event in (DayStats("A", high=12.0, previous_close=10.5), Quote("A", bid=10.0, ask=11.0), Trade("A", 11.0, 2.0)):
        feed.apply(event, NOW_NS)
    info = row_info(state, NOW_NS)
    assert (info.symbol, info.source) == ("A", "Mine · desk")
    assert RowField("Bid", "10.00") in info.fields
    assert RowField("Prev close", "10.50") in info.fields
    assert "Bid 10.00; Ask 11.00" in str(info)
    assert [label for label, _ in info.fields][:4] == ["Open", "High", "Low", "Prev close"]


def test_a_few_values_that_no_feed_has_keep_their_cells_and_many_leave_the_grid() -> None:
    state = Market().feed("desk").watch("A", "A")
    labels = [label for label, _ in row_info(state, NOW_NS).fields]
    assert [label for label, _ in row_info(state, NOW_NS, {"previous_close"}).fields] == labels
    few = [label for label, _ in row_info(state, NOW_NS, {"bid", "ask", "spread", "change"}).fields]
    assert few == [label for label in labels if label not in ("Bid", "Ask", "Spread")]


def test_the_last_trade_has_its_local_time_and_latency_and_minus_signs_are_those_of_the_screen() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    assert row_info(state, NOW_NS).note == ""
    feed.apply(Trade("A", 10.5, 2.0, NOW_NS - 38_000_000), NOW_NS)
    feed.apply(Quote("A", bid=11.0, ask=10.0), NOW_NS)
    info = row_info(state, NOW_NS)
    assert info.note.startswith(f"Last trade {clock_time(NOW_NS - 38_000_000)}")
    assert RowField("Spread", "−1.00") in info.fields
    assert "Spread -1.00" in str(info)


def test_the_details_say_which_gap_was_backfilled_or_why_not() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.apply(Trade("A", 10.5), NOW_NS)
    gap = Gap(NOW_NS - 9 * SECOND_NS, NOW_NS)
    state.backfills.note(Backfill(gap, gap.start_ns, NOW_NS, 412))
    times = f"{clock_time(gap.start_ns)}–{clock_time(NOW_NS)}"
    assert row_info(state, NOW_NS).note.endswith(f" · Backfilled {times} (412 trades)")
    state.backfills.note(Backfill(gap, gap.start_ns, NOW_NS, reason="No."))
    assert row_info(state, NOW_NS).note.endswith(f" · {times} is not backfilled: No.")


def test_the_details_of_remembered_values_say_that_they_are_stored_and_of_when() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.remember("A", RememberedValues(NOW_NS, 5.0, NOW_NS - DAY_NS, high=6.0), NOW_NS)
    info = row_info(state, NOW_NS)
    assert RowField("High", "6.00") in info.fields
    assert not info.is_current
    assert info.note.startswith("Stored values, last known, from yesterday ")
    assert info.note in str(info)
    feed.apply(Trade("A", 5.0, 1.0, NOW_NS), NOW_NS)
    info = row_info(state, NOW_NS)
    assert info.is_current
    assert info.note.startswith("Last trade ")


def test_details_of_a_hostile_symbol_are_literal_text() -> None:
    info = row_info(Market().feed("desk").watch("x\u202ey\x00", "x"), NOW_NS)
    assert info.symbol == "xy"


@given(st.integers(1, 30), st.integers(1, 4))
def test_each_field_has_a_cell_of_its_own(count: int, columns: int) -> None:
    cells = [grid_position(index, count, columns) for index in range(count)]
    assert len(set(cells)) == count
    assert all(row < grid_rows(count, columns) and column < columns for row, column in cells)


def test_a_last_trade_of_another_day_has_its_date() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.apply(Trade("A", 10.5), NOW_NS)
    assert row_info(state, NOW_NS + 3 * DAY_NS).note == f"Last trade {day_and_time(NOW_NS)}"
