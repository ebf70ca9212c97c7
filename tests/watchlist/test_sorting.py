from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sorting import Sorting, visible_rows

NOW_NS = 1_700_000_000 * SECOND_NS


def states(*prices: float | None) -> list[SymbolState]:
    feed = Market().feed("desk")
    made = [feed.watch(f"S{number}", f"S{number}") for number in range(len(prices))]
    for state, price in zip(made, prices, strict=True):
        if price is not None:
            state.apply(Trade(state.symbol, price, 1.0, NOW_NS), NOW_NS)
    return made


def symbols(shown: list[SymbolState]) -> str:
    return " ".join(state.symbol for state in shown)


def test_without_sorting_the_order_is_unchanged() -> None:
    made = states(3.0, None, 1.0)
    assert visible_rows(made, NOW_NS) == made
    assert symbols(visible_rows(made, NOW_NS, sorting=Sorting("no such column"))) == "S0 S1 S2"


def test_rows_are_sorted_by_column_value_with_unknown_values_last() -> None:
    made = states(3.0, None, 1.0, 2.0)
    assert symbols(visible_rows(made, NOW_NS, sorting=Sorting("last"))) == "S0 S3 S2 S1"
    assert symbols(visible_rows(made, NOW_NS, sorting=Sorting("last", is_descending=False))) == "S2 S3 S0 S1"
    assert symbols(visible_rows(made, NOW_NS, sorting=Sorting("symbol"))) == "S3 S2 S1 S0"


def test_pinned_rows_come_first_and_are_sorted_too() -> None:
    made = states(3.0, 5.0, 1.0, 2.0)
    pinned = {made[2], made[3]}
    assert symbols(visible_rows(made, NOW_NS, pinned=pinned)) == "S2 S3 S0 S1"
    assert symbols(visible_rows(made, NOW_NS, pinned=pinned, sorting=Sorting("last"))) == "S3 S2 S1 S0"


def test_a_filter_keeps_only_rows_that_pass() -> None:
    made = states(3.0, 5.0, 1.0)
    assert symbols(visible_rows(made, NOW_NS, row_filter=lambda state, now_ns: (state.last or 0) > 2)) == "S0 S1"


@given(st.lists(st.none() | st.floats(1.0, 4.0).map(lambda price: round(price, 1)), max_size=30), st.booleans())
def test_sorting_is_stable_and_loses_no_row(prices: list[float | None], is_descending: bool) -> None:
    made = states(*prices)
    shown = visible_rows(made, NOW_NS, sorting=Sorting("last", is_descending))
    assert sorted(map(id, shown)) == sorted(map(id, made))
    for one, next_one in pairwise(shown):
        if one.last == next_one.last:
            assert made.index(one) < made.index(next_one)
        elif one.last is not None and next_one.last is not None:
            assert (one.last > next_one.last) == is_descending
