from __future__ import annotations

import time

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.desk.outbox import Outgoing
from ticker_gui.desk.takeover import without_published


def line(number: int, *, has_id: bool = True) -> bytes:
    trade = {"price": 1.0, "time": f"2026-01-01T00:00:{number:02d}.000000Z"}
    return msgspec.json.encode(trade | {"trade_id": str(number)} if has_id else trade)


def message(number: int, symbol: str = "A", **options: bool) -> Outgoing:
    return Outgoing(symbol, line(number, **options), is_trade=True, added_s=number)


@given(st.integers(0, 30), st.integers(0, 30), st.booleans())
def test_trades_up_to_the_last_published_one_are_not_published_again(kept: int, published: int, has_id: bool) -> None:
    messages = [message(number, has_id=has_id) for number in range(kept, 31)]
    rest = without_published(messages, {"A": line(published, has_id=has_id)})
    assert [one.added_s for one in rest] == [number for number in range(kept, 31) if number > published]


def test_trades_with_the_same_time_are_distinguished_by_their_ids() -> None:
    same = [
        Outgoing("A", b'{"price":1,"time":"t","trade_id":"%d"}' % number, is_trade=True, added_s=number)
        for number in range(4)
    ]
    assert without_published(same, {"A": same[1].payload}) == same[2:]


def test_other_symbols_and_events_are_published() -> None:
    quote = Outgoing("A", b"{}", is_trade=False, added_s=0)
    messages = [message(1), message(1, "B"), quote]
    assert without_published(messages, {"A": line(5)}) == messages[1:]


def test_a_stored_message_of_another_program_changes_nothing() -> None:
    messages = [message(1)]
    assert without_published(messages, {"A": b"?"}) == messages


def test_taking_over_many_symbols_takes_no_longer_than_a_moment() -> None:
    symbols, each = 500, 40
    messages = [message(number, f"S{at}") for number in range(each) for at in range(symbols)]
    last = {f"S{at}": line(each // 2 if at % 2 else 99) for at in range(symbols)}
    begun_s = time.process_time()
    rest = without_published(messages, last)
    assert time.process_time() - begun_s < 2.0  # 0.03 s; comparing each trade with each message took 10 s
    assert len(rest) == symbols // 2 * (each - each // 2 - 1)
