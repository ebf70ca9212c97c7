from __future__ import annotations

import pytest

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Correction, DayStats, MarketFact, Quote, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.market import Market

NOW_NS = 1_700_000_000 * SECOND_NS


class Watched:
    """A symbol A whose trades between 90 and 110 do not matter, and one that is not watched."""

    def __init__(self, *, needs_all: bool = False) -> None:
        self.needs_all = needs_all
        self.market = Market().feed("f")
        self.state = self.market.watch("A", "A")
        self.market.watch("B", "B")
        self.market.on_connected(NOW_NS)
        self.state.ignored_low, self.state.ignored_high = 90.0, 110.0
        self.reported: list[MarketFact] = []
        self.market.set_monitors({"A": self}, lambda fact, received_ns: self.reported.append(fact))

    def apply_fact(self, fact: MarketFact, received_ns: int) -> None:
        raise AssertionError("the reader decides when the monitor receives a fact")

    def apply(self, *facts: MarketFact) -> None:
        for fact in facts:
            self.market.apply(fact, NOW_NS + SECOND_NS)


def test_trades_outside_the_ignored_range_are_reported_once_they_are_applied() -> None:
    own = Watched()
    trades = [Trade("A", price, 1.0) for price in (100.0, 110.0, 109.9, 90.0, 90.1)]
    own.apply(*trades, Trade("B", 500.0, 1.0))
    assert own.reported == [trades[1], trades[3]]
    assert own.state.last == 90.1


@pytest.mark.parametrize("needs_all", [False, True])
def test_quotes_are_reported_only_if_all_facts_are_needed(needs_all: bool) -> None:
    own = Watched(needs_all=needs_all)
    quote, day = Quote("A", bid=1.0), DayStats("A", open=2.0)
    own.apply(quote, day)
    assert own.reported == ([quote, day] if needs_all else [day])


def test_what_is_not_new_is_not_reported_but_corrections_always() -> None:
    own = Watched()
    trade, correction = Trade("A", 120.0, 1.0, NOW_NS, 1), Correction("A", 77)
    own.apply(trade, trade, correction)
    with pytest.raises(FrameError):
        own.apply(Trade("A", 9_000.0, 1.0, NOW_NS, 2))
    assert own.reported == [trade, correction]


def test_a_trade_in_the_ignored_range_is_reported_if_it_confirms_others() -> None:
    own = Watched()
    own.apply(*(Trade("A", 100.0, 1.0) for _ in range(3)))
    with pytest.raises(FrameError):
        own.apply(Trade("A", 1_000.0, 1.0))
    own.state.ignored_high = 2_000.0
    confirming = Trade("A", 1_001.0, 1.0)
    own.apply(confirming)
    assert own.reported == [confirming]
    assert own.market.related_facts


def test_after_the_monitors_are_removed_nothing_is_reported() -> None:
    own = Watched()
    own.market.set_monitors({}, None)
    own.apply(Trade("A", 500.0, 1.0))
    assert own.reported == []
