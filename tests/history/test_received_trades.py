from __future__ import annotations

from tests.doubles import NOON_NS
from tests.history.test_backfill import Scene, as_number, trades_of, without_id
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import TradesQuery
from ticker_gui.history.received_trades import ReceivedTrades, TradePoint, first_after, first_on_tape, last_before
from ticker_gui.market.deduplication import WINDOW
from ticker_gui.market.limits import Limits

MANY = WINDOW + 100


def second(number: int) -> int:
    return NOON_NS + number * SECOND_NS


def received(count: int, *, has_ids: bool = True) -> tuple[Scene, list[Trade]]:
    """Return a feed that has received a trade each second."""
    scene = Scene()
    trades = trades_of(
        [(1_000, 100 + number % 9, 1 + number) for number in range(count)], as_number if has_ids else without_id
    )
    scene.receive(trades)
    return scene, trades


def test_the_last_trade_before_a_gap_is_known_by_its_id_or_by_its_time_if_that_is_forgotten() -> None:
    scene, _ = received(3)
    assert last_before(scene.state, NOON_NS) == (None, 0)
    assert last_before(scene.state, second(2) + 1) == (TradePoint(second(2), 1_001), 1)
    scene, _ = received(MANY)
    assert last_before(scene.state, second(MANY)) == (TradePoint(second(MANY), 999 + MANY), MANY - 1)
    assert last_before(scene.state, second(50)) == (TradePoint(second(50), None), 0)
    assert last_before(received(3, has_ids=False)[0].state, second(2)) == (TradePoint(second(2), None), 0)


def test_the_first_trade_after_a_gap_is_known_by_its_id_or_by_its_time_if_that_is_forgotten() -> None:
    scene, _ = received(2)
    assert first_after(scene.state, second(5), 0) is None
    assert first_on_tape(scene.state, second(5)) is None
    assert first_after(scene.state, second(1), 2) is None  # these were received before
    assert first_after(scene.state, second(2), 0) == (second(2), 1_001)
    assert first_on_tape(scene.state, second(2)) == (second(2), None)
    scene, _ = received(MANY)
    assert first_after(scene.state, second(2), 0) == (second(2), None)


def test_received_trades_are_recognized_also_those_whose_ids_are_forgotten() -> None:
    scene, trades = received(MANY)
    query = TradesQuery("A", second(1), second(MANY))
    was_received = ReceivedTrades(scene.state, 0, query).matcher()
    assert all(map(was_received, trades))
    assert not was_received(trades[0])  # each of them once
    was_received = ReceivedTrades(scene.state, MANY - 5, query).matcher()
    assert was_received(trades[-5])
    assert not was_received(trades[0])  # as if it had been received long before


def test_trades_that_arrive_until_the_response_are_recognized_as_long_as_they_are_held() -> None:
    scene, trades = received(10)
    more = trades_of([(1_000, 100, 1 + number) for number in range(10 + 2 * Limits().trades)], as_number)[10:]
    around = ReceivedTrades(scene.state, 5, TradesQuery("A", second(11), second(10 + MANY)))
    assert around.are_recognized
    scene.receive(more[:MANY])
    was_received = around.matcher()
    assert all(map(was_received, more[:50]))
    scene.receive(more[MANY:])
    was_received = around.matcher()
    assert was_received(trades[-1])  # it was remembered in time
    assert not was_received(more[0])


def test_trades_that_were_neither_remembered_nor_held_are_not_recognized() -> None:
    scene, _ = received(2 * Limits().trades)
    end = 2 * Limits().trades
    assert not ReceivedTrades(scene.state, 0, TradesQuery("A", second(5), second(9))).are_recognized
    assert ReceivedTrades(scene.state, 0, TradesQuery("A", second(end - 9), second(end))).are_recognized
    assert ReceivedTrades(scene.state, end - 9, TradesQuery("A", second(5), second(9))).are_recognized
