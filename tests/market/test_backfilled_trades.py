"""Trades of a gap count once, with the corrections that arrived before them."""

from __future__ import annotations

import msgspec
import pytest

from ticker_gui.bars.bar_history import BarHistory, HistoryCapacity
from ticker_gui.bars.tape import Tape
from ticker_gui.domain.events import Correction, Trade, Updates
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market import backfilled_trades
from ticker_gui.market.corrections import TradeStores
from ticker_gui.market.day import Day
from ticker_gui.market.deduplication import RecentIds
from ticker_gui.market.early_corrections import EarlyCorrections

GAP_END_NS = 1_790_000_000 * SECOND_NS + 500
LOST = Trade("A", 10.0, 3.0, GAP_END_NS - SECOND_NS, 7)


class Scene:
    """The books of a symbol that has received a trade before and one after a gap."""

    def __init__(self) -> None:
        tape = Tape(100)
        self.books = TradeStores(RecentIds(), tape, BarHistory(tape, HistoryCapacity(100, 100, 100)), Day())
        self.early = EarlyCorrections(self.books.ids)
        for time_ns in (GAP_END_NS - 5 * SECOND_NS, GAP_END_NS):
            tape.add(time_ns, 10.0, 1.0)

    def add(self, trade: Trade) -> object:
        """Count a trade of the gap."""
        return backfilled_trades.add(self.books, self.early, trade, GAP_END_NS, GAP_END_NS)

    @property
    def sizes(self) -> list[float]:
        """The sizes of all trades, in the order of time."""
        self.books.bars.aggregate_pending()
        sizes: list[float] = self.books.tape.sizes.tolist()
        return sizes


def test_a_trade_of_the_gap_counts_once() -> None:
    scene = Scene()
    assert scene.add(LOST) == ()
    assert scene.add(LOST) is None
    assert scene.sizes == [1.0, 3.0, 1.0]


def test_a_time_at_the_end_of_the_gap_is_moved_before_it() -> None:
    scene = Scene()
    scene.add(Trade("A", 11.0, 3.0, GAP_END_NS, 7))
    assert scene.sizes == [1.0, 3.0, 1.0]


@pytest.mark.parametrize(
    "trade",
    [Trade("A", 10.0, 3.0, None, 7), Trade("A", 10.0, 3.0, GAP_END_NS + 1, 7), Trade("A", 1e300, 3.0, 1, 7)],
)
def test_impossible_trades_do_not_count(trade: Trade) -> None:
    assert Scene().add(trade) is None


@pytest.mark.parametrize(("price", "counted"), [(None, [1.0, 1.0]), (12.0, [1.0, 4.0, 1.0])])
def test_a_correction_that_arrived_earlier_is_applied(price: float | None, counted: list[float]) -> None:
    scene, correction = Scene(), Correction("A", 7, price, None if price is None else 4.0)
    scene.early.note(correction)
    assert scene.add(LOST) == (None if price is None else [correction])
    assert scene.sizes == counted
    assert scene.add(LOST) is None


def test_a_trade_that_updates_nothing_is_only_remembered() -> None:
    scene = Scene()
    assert scene.add(Trade("A", 10.0, 3.0, GAP_END_NS - 1, 7, updates=Updates.NOTHING)) == ()
    assert scene.sizes == [1.0, 1.0]


def test_a_trade_of_a_gap_updates_the_day_and_the_tape_as_far_as_it_may() -> None:
    for updates, size, row in (
        (Updates.EVERYTHING, 3.0, (10.0, 3.0)),
        (Updates.HIGH_LOW, 3.0, (10.0, 0.0)),
        (Updates.VOLUME, 3.0, (10.0, 3.0)),
        (Updates.NOTHING, 3.0, None),
        (Updates.EVERYTHING, None, (10.0, 0.0)),
        (Updates.EVERYTHING, -1.0, (10.0, 0.0)),
        (Updates.EVERYTHING, 1e300, (10.0, 0.0)),
    ):
        scene = Scene()
        assert scene.add(msgspec.structs.replace(LOST, size=size, updates=updates)) == ()
        volume = 3.0 if updates & Updates.VOLUME and size == 3.0 else 0.0
        assert scene.books.day.observed_volume == volume
        scene.books.bars.aggregate_pending()
        rows = scene.books.tape.between(LOST.time_ns or 0, GAP_END_NS)
        assert list(zip(rows.prices.tolist(), rows.sizes.tolist(), strict=True)) == ([] if row is None else [row])


@pytest.mark.parametrize("price", [1e300, -1e300, float("nan"), float("inf")])
def test_a_trade_of_a_gap_with_an_impossible_price_does_not_count(price: float) -> None:
    scene = Scene()
    assert scene.add(msgspec.structs.replace(LOST, price=price)) is None
    assert scene.books.day.observed_volume == 0.0
    assert scene.sizes == [1.0, 1.0]


def test_a_correction_that_arrived_earlier_may_change_the_time() -> None:
    for time_ns in (None, GAP_END_NS - 3 * SECOND_NS):
        scene = Scene()
        assert LOST.trade_id is not None
        scene.early.note(Correction("A", LOST.trade_id, 11.0, 2.0, time_ns))
        scene.add(LOST)
        assert scene.sizes == [1.0, 2.0, 1.0]
        assert scene.books.tape.times_ns.tolist()[1] == (LOST.time_ns if time_ns is None else time_ns)
