from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.desk.outbox import OutboxMessage
from ticker_gui.desk.takeover import PublishedTrades, oldest_time

OWN_IDS = "0a1b2c-"


def line(number: int, *, trade_id: str | None = None) -> bytes:
    trade = {"price": 1.0, "time": f"2026-01-01T00:00:{number:02d}.000000Z", "trade_id": trade_id or str(number)}
    return msgspec.json.encode(trade)


def message(number: int, symbol: str = "A", trade_id: str | None = None) -> OutboxMessage:
    return OutboxMessage(symbol, line(number, trade_id=trade_id), is_trade=True, added_s=number)


def published(*payloads: bytes, subject: str = "A") -> PublishedTrades:
    found = PublishedTrades()
    found.add((subject, payload) for payload in payloads)
    return found


def numbers(messages: Sequence[OutboxMessage]) -> list[float]:
    return [one.added_s for one in messages]


@given(st.permutations(range(12)), st.permutations(range(12)), st.integers(0, 12))
def test_whatever_their_orders_two_publishers_publish_each_trade_once(
    first: list[int], second: list[int], stored: int
) -> None:
    before = first[:stored]  # then it was killed; a publisher that backfills a gap has its trades after newer ones
    rest = published(*map(line, before)).missing_in([message(number) for number in second], OWN_IDS)
    assert numbers(rest) == [number for number in second if number not in before]


@given(st.integers(0, 30), st.integers(0, 30))
def test_trades_whose_ids_this_publisher_gave_are_compared_by_time(kept: int, stored: int) -> None:
    messages = [message(number, trade_id=f"{OWN_IDS}{number}") for number in range(kept, 31)]
    rest = published(line(stored, trade_id="others-1")).missing_in(messages, OWN_IDS)
    assert numbers(rest) == [number for number in range(kept, 31) if number > stored]


def test_trades_that_this_publisher_has_stored_itself_are_compared_by_their_ids() -> None:
    same_time = [
        OutboxMessage("A", b'{"price":1,"time":"t","trade_id":"%b%d"}' % (OWN_IDS.encode(), number), True, number)
        for number in range(3)
    ]
    assert published(same_time[0].payload).missing_in(same_time, OWN_IDS) == same_time[1:]


def test_trades_with_the_same_time_are_distinguished_by_their_ids() -> None:
    same = [
        OutboxMessage("A", b'{"price":1,"time":"t","trade_id":"%d"}' % number, is_trade=True, added_s=number)
        for number in range(4)
    ]
    assert published(same[1].payload).missing_in(same, OWN_IDS) == [same[0], *same[2:]]


def test_other_symbols_and_events_are_published() -> None:
    quote = OutboxMessage("A", b"{}", is_trade=False, added_s=0)
    messages = [message(1), message(1, "B"), quote]
    assert published(line(1)).missing_in(messages, OWN_IDS) == messages[1:]


def test_a_stored_message_of_another_program_changes_nothing() -> None:
    messages = [message(1), OutboxMessage("A", b"?", is_trade=True, added_s=2)]
    assert published(b"?").missing_in(messages, OWN_IDS) == messages


def test_the_oldest_trade_says_since_when_the_other_publisher_may_have_published() -> None:
    quote = OutboxMessage("A", b'{"time":"2020"}', is_trade=False, added_s=0)
    assert oldest_time([quote, message(7), message(3), message(5)]) == "2026-01-01T00:00:03.000000Z"
    assert oldest_time([quote]) == ""


def test_taking_over_many_symbols_takes_no_longer_than_a_moment() -> None:
    symbols, each = 500, 40
    messages = [message(number, f"S{at}") for number in range(each) for at in range(symbols)]
    stored = PublishedTrades()
    begun_s = time.process_time()
    for at in range(symbols):
        stored.add((f"S{at}", line(number)) for number in range(each // 2))
    rest = stored.missing_in(messages, OWN_IDS)
    assert time.process_time() - begun_s < 2.0  # 0.05 s
    assert len(rest) == symbols * each // 2
