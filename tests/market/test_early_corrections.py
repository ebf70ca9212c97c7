"""A correction that arrives before its trade has the same effect as one that arrives after it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.market.test_corrections import NOW_NS, UPDATES, state, trade, values
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Correction, MarketFact, Trade
from ticker_gui.market.deduplication import WINDOW, RecentIds
from ticker_gui.market.early_corrections import EarlyCorrections, replacement_of
from ticker_gui.market.market import Market

PRICES = st.sampled_from([99.0, 100.0, 101.0, 102.0])


@st.composite
def corrections_of(draw: st.DrawFn, one: Trade) -> list[Correction]:
    """Return corrections of a trade, each of the result of the one before, as a provider sends them."""
    corrections: list[Correction] = []
    identifier, price, size = one.trade_id, one.price, one.size
    repeats_values = draw(st.booleans())
    for step in range(draw(st.integers(1, 3))):
        is_cancellation = draw(st.integers(0, 4)) == 0
        new_price, new_size = (None, None) if is_cancellation else (draw(PRICES), draw(st.sampled_from([1.0, 2.0])))
        if (new_price, new_size) == (price, size):
            continue  # it changes nothing
        new_id = draw(st.sampled_from([None, f"{one.trade_id}-{step}"]))
        original = (price, size) if repeats_values else (None, None)
        corrections.append(
            Correction(
                "A",
                identifier,
                new_price,
                new_size,
                new_trade_id=None if is_cancellation else new_id,
                original_price=original[0],
                original_size=original[1],
                updates=draw(UPDATES),
            )
        )
        if is_cancellation:
            break
        assert new_price is not None
        identifier, price, size = identifier if new_id is None else new_id, new_price, new_size
    return corrections


@given(st.lists(st.tuples(PRICES, st.sampled_from([1.0, 2.0])), min_size=1, max_size=8), st.data())
def test_corrections_have_the_same_effect_before_and_after_their_trade(
    rows: list[tuple[float, float]], data: st.DataObject
) -> None:
    trades = [trade(number, price, number, size) for number, (price, size) in enumerate(rows)]
    late, early = state(), state()
    for one in trades:
        corrections = data.draw(corrections_of(one)) if data.draw(st.booleans()) else []
        is_repeated = data.draw(st.booleans()) and len(corrections) == 1
        late_facts: list[MarketFact] = [one, *corrections]
        early_facts: list[MarketFact] = [*corrections, *(corrections if is_repeated else ()), one, one]
        for fact in late_facts:
            late.apply(fact, NOW_NS)
        for fact in early_facts:
            early.apply(fact, NOW_NS)
    assert values(early) == values(late)


def test_a_correction_that_arrives_first_is_applied_when_the_trade_arrives() -> None:
    it = state(trade(1, 100.0, 1))
    correction = Correction("A", 2, 101.0, 5.0, new_trade_id=3, original_price=109.0, original_size=5.0)
    assert not it.apply(correction, NOW_NS)
    assert it.apply(trade(2, 109.0, 2, 5.0), NOW_NS)
    assert (it.last, it.day.high, it.day.volume) == (101.0, 101.0, 6.0)
    assert it.related_facts == [correction]
    assert not it.apply(trade(2, 109.0, 2, 5.0), NOW_NS)  # sent again
    assert it.apply(Correction("A", 3), NOW_NS)  # the trade that replaced it
    assert (it.last, it.day.volume, it.trades) == (100.0, 1.0, 1)


def test_a_distant_price_that_was_corrected_before_it_arrived_is_not_held() -> None:
    it = state(trade(1, 100.0, 1))
    assert not it.apply(Correction("A", 2, 101.0, original_price=1010.0), NOW_NS)
    assert it.apply(trade(2, 1010.0, 2), NOW_NS)
    assert (it.last, it.held_price) == (101.0, None)


def test_a_trade_that_is_corrected_to_a_distant_price_is_held_and_its_correction_is_not_reported_again() -> None:
    it = state(trade(1, 100.0, 1))
    assert not it.apply(Correction("A", 2, 1010.0, original_price=101.0), NOW_NS)
    with pytest.raises(FrameError, match="held"):
        it.apply(trade(2, 101.0, 2), NOW_NS)
    assert (it.last, it.held_price, it.related_facts) == (100.0, 1010.0, [])


def test_the_newest_of_several_early_corrections_of_a_trade_counts() -> None:
    it = state(trade(1, 100.0, 1))
    for price in (101.0, 102.0):
        assert not it.apply(Correction("A", 2, price), NOW_NS)
    assert it.apply(trade(2, 109.0, 2), NOW_NS)
    assert it.last == 102.0


def test_an_early_correction_names_the_venue_and_the_price_of_its_trade() -> None:
    it = state(trade(1, 100.0, 1))
    assert not it.apply(Correction("A", 2, 90.0, venue=4, original_price=101.0), NOW_NS)
    for fact in (trade(2, 101.0, 2), msgspec.structs.replace(trade(2, 102.0, 3), venue=4)):
        assert it.apply(fact, NOW_NS)
        assert it.last == fact.price


def test_a_replacement_that_was_reported_as_a_trade_counts_once() -> None:
    it = state(trade(1, 100.0, 1), trade(3, 101.0, 2))
    assert not it.apply(Correction("A", 2, 101.0, 1.0, new_trade_id=3, original_price=109.0), NOW_NS)
    assert not it.apply(trade(2, 109.0, 2), NOW_NS)
    assert (it.last, it.trades) == (101.0, 2)


def test_the_feed_counts_a_trade_with_an_early_correction_as_news() -> None:
    feed = Market().feed("desk")
    it = feed.watch("a", "A")
    feed.apply(Correction("A", 2, 101.0, original_price=109.0), NOW_NS)
    assert feed.apply(trade(2, 109.0, 2), NOW_NS)
    assert (it.last, len(feed.related_facts)) == (101.0, 1)
    feed.apply(Correction("A", 3, 102.0, original_price=109.0), NOW_NS)
    assert feed.apply(trade(3, 109.0, 3), NOW_NS)
    assert (it.last, len(feed.related_facts)) == (102.0, 1)  # they do not accumulate without readers


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | PRICES, st.none() | PRICES), max_size=200))
def test_the_memory_of_early_corrections_is_bounded(rows: list[tuple[int, float | None, float | None]]) -> None:
    early = EarlyCorrections(RecentIds(window=16))
    for identifier, price, original in rows:
        early.note(Correction("A", identifier, price, original_price=original))
        assert len(early) <= 16


def test_an_early_correction_is_forgotten_with_its_id() -> None:
    it = state()
    it.apply(Correction("A", 0, 101.0), NOW_NS)
    for number in range(1, WINDOW + 1):
        it.apply(trade(number, 100.0, number / 100), NOW_NS)
    assert it.apply(trade(0, 99.0, 50), NOW_NS)
    assert it.last == 99.0


def test_a_trade_whose_row_an_early_correction_had_is_not_changed_by_it() -> None:
    ids = RecentIds(window=4)
    early = EarlyCorrections(ids)
    early.note(Correction("A", 10, 101.0))
    rows = [ids.remember(number, None, number, 100.0, 1.0) for number in range(20, 24)]
    for row in rows:
        ids.cancel(row)
    assert len(early) == 1
    assert all(early.resolve(Trade("A", 100.0, 1.0, number, number)) is None for number in range(20, 24))


def test_a_trade_that_was_not_counted_is_replaced_by_one_with_the_corrected_values() -> None:
    trade = Trade("A", 9.0, 4.0, 7, 1)
    assert replacement_of(trade, Correction("A", 1)) is None
    assert replacement_of(trade, Correction("A", 1, 9.5)) == Trade("A", 9.5, 4.0, 7)
    assert replacement_of(trade, Correction("A", 1, 9.5, 2.0, 8)) == Trade("A", 9.5, 2.0, 8)
