"""The times and numbers of stored trades: the same trade has the same ones in every program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archive.stored import START_NS
from ticker_gui.archive.records import TradeNumbers, plain_text, stored_id, trade_time
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import DAY_NS


@pytest.mark.parametrize("time_ns", [None, 0, -5, START_NS + DAY_NS])
def test_a_trade_with_an_impossible_time_has_the_time_of_its_arrival(time_ns: int | None) -> None:
    assert trade_time(Trade("A", 1.0, time_ns=time_ns), START_NS) == START_NS


def test_a_trade_keeps_its_own_time() -> None:
    assert trade_time(Trade("A", 1.0, time_ns=START_NS - 5), START_NS) == START_NS - 5


@given(st.lists(st.integers(0, 9), max_size=50))
def test_trades_without_an_id_are_numbered_within_their_time(times: list[int]) -> None:
    numbers = TradeNumbers()
    found = [(time_ns, numbers.next(time_ns)) for time_ns in times]
    assert len(set(found)) == len(found)
    assert sorted(found) == [(value, number) for value in range(10) for number in range(times.count(value))]


def test_the_memory_for_times_is_bounded() -> None:
    numbers = TradeNumbers()
    for time_ns in range(20_000):
        numbers.next(time_ns)
    assert len(numbers._counts) <= 4096


@pytest.mark.parametrize(
    ("trade_id", "venue", "stored"),
    [
        (77, None, 77),
        ("77", None, 77),
        ("077", None, "077"),
        ("0", None, 0),
        ("9" * 18, None, 10**18 - 1),
        ("9" * 19, None, "9" * 19),
        ("-5", None, "-5"),
        ("٣", None, "٣"),
        ("", None, ""),
        ("a-1", None, "a-1"),
        (77, 11, "77@11"),
        ("a-1", "Q", "a-1@Q"),
        (None, None, None),
        (None, 11, None),
        (2**63, None, str(2**63)),
    ],
)
def test_an_id_is_stored_as_a_number_unless_it_is_unique_only_at_a_venue(
    trade_id: int | str | None, venue: int | str | None, stored: int | str | None
) -> None:
    assert stored_id(trade_id, venue) == stored


@given(st.text(st.characters()))
def test_every_text_can_be_stored(text: str) -> None:
    plain_text(text + "\ud800\0").encode()
    assert "\0" not in plain_text(text + "\0")
