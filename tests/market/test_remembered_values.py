from __future__ import annotations

from ticker_gui.market.market import Market
from ticker_gui.market.remembered_values import RememberedValues


def test_values_have_the_time_of_the_last_trade_and_refer_to_the_previous_close() -> None:
    values = RememberedValues(9, last=5.0, last_ns=7, open=4.0, previous_close=3.0)
    assert (values.dated_ns, values.reference) == (7, 3.0)
    assert RememberedValues(9, open=4.0).reference == 4.0
    assert RememberedValues(9).dated_ns == 9


def test_values_of_a_watched_symbol_are_remembered_until_it_is_removed() -> None:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("A", "A")
    values = RememberedValues(9, last=5.0)
    feed.remember("A", values, 10)
    feed.remember("other", values, 10)
    assert feed.remembered("A") == values
    assert feed.remembered("other") is None
    assert market.collect_changes().states == [state]
    assert state.last is None
    feed.unwatch("A")
    assert feed.remembered("A") is None
