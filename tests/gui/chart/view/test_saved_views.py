from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.gui.chart.view.saved_views import SavedView, SavedViews
from ticker_gui.market.limits import Limits
from ticker_gui.market.symbol_state import SymbolState


def state(number: int, feed: str = "desk") -> SymbolState:
    return SymbolState(feed, str(number), str(number), Limits().watched)


def view(number: int) -> SavedView:
    return SavedView("1s", number, number + 1.0, 0, 1.0, is_at_newest=False)


@given(st.lists(st.integers(0, 400), max_size=600))
def test_the_last_200_views_are_kept(numbers: list[int]) -> None:
    views = SavedViews()
    for number in numbers:
        views.save(state(number), view(number))
    last = list(dict.fromkeys(reversed(numbers)))[:200]
    assert len(views) == len(last)
    assert all(views.get(state(number)) == view(number) for number in last)


def test_equal_symbols_of_two_feeds_have_separate_views() -> None:
    views = SavedViews()
    views.save(state(1, "one"), view(1))
    assert views.get(state(1, "two")) is None
    views.save(state(1, "one"), view(2))
    assert views.get(state(1, "one")) == view(2)
