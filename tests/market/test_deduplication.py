"""Each trade counts once, whatever the ids of a provider mean."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market import deduplication
from ticker_gui.market.deduplication import RecentIds
from ticker_gui.market.limits import Limits
from ticker_gui.market.symbol_state import SymbolState

NOW_NS = 1_700_000_000_123_456_789
Identifier = int | str

BIG = 2**61 - 1  # Python's hashes of numbers repeat beyond it
randoms = st.integers(0, 2**32).map(Random)  # much faster than `st.randoms`, which lets Hypothesis draw each number
identifier = st.one_of(
    st.integers(-3, 12),
    st.integers(0, 2**60),
    st.integers(-(2**70), 2**70),
    st.sampled_from([BIG, BIG + 5, 2 * BIG + 5, 2**64 - 1, 10**5000]),
    st.text(min_size=1, max_size=3),
    st.integers(1, 40).map("0".__mul__),
    st.just("7" * 5_000),
)


def is_new(
    ids: RecentIds,
    identifier: Identifier,
    time_ns: int = NOW_NS,
    price: float = 1.0,
    size: float = 1.0,
    venue: Identifier | None = None,
) -> bool:
    return ids.is_new(Trade("A", price, size, time_ns, identifier, venue), time_ns, size)


def canonical(identifier: Identifier) -> Identifier:
    """Return a number for a text that writes one."""
    if isinstance(identifier, str) and len(identifier) < 19 and identifier.isascii() and identifier.isdecimal():
        return int(identifier) if identifier == str(int(identifier)) else identifier
    return identifier


@given(st.lists(st.tuples(identifier, st.none() | identifier), max_size=80))
def test_each_identifier_of_each_venue_is_new_once(received: list[tuple[Identifier, Identifier | None]]) -> None:
    ids, seen = RecentIds(), set()
    for number, venue in received:
        key = (canonical(number), None if venue is None else canonical(venue))
        assert is_new(ids, number, venue=venue) == (key not in seen)
        seen.add(key)


Content = tuple[Identifier, Identifier | None, int, int, int]
contents = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 5), st.sampled_from(["a", "b"])),
        st.sampled_from([None, None, 11, 12]),
        st.integers(0, 10**9),  # nanoseconds: two are hardly ever equal by chance
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    max_size=60,
)


@given(contents, randoms, st.booleans())
def test_no_trade_is_lost_and_none_counts_twice_though_ids_repeat(
    trades: list[Content], chance: Random, is_counted: bool
) -> None:
    """A trade that is sent again is known; one that only has the same id is new."""
    ids, seen = RecentIds(sequential=is_counted), list[Content]()
    for trade in trades:
        for number, venue, offset, price, size in (trade, chance.choice(trades)):
            content = (number, venue, offset, price, size)
            is_constant = [other[:2] for other in seen[-3:]] == 3 * [content[:2]]  # a constant id
            found = is_new(ids, number, NOW_NS + 2 * offset + 1, price, size, venue)
            assert found == (is_constant or content not in seen)
            if found:
                seen.append(content)


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("identifier", [0, 7, -1, "", "x", 2**80])
def test_a_constant_id_loses_no_trade(identifier: Identifier, counted: bool) -> None:
    ids = RecentIds(100, sequential=counted)
    assert all(is_new(ids, identifier, NOW_NS + 1_000_000 * number, 100.0, 1.0) for number in range(300))
    ids = RecentIds(100, sequential=counted)
    assert all(is_new(ids, identifier, NOW_NS, float(number), 1.0) for number in range(300))


def test_a_constant_id_loses_no_trade_of_the_same_time_once_it_is_detected() -> None:
    ids = RecentIds()
    assert all(is_new(ids, 0, NOW_NS + number) for number in range(3))
    assert all(is_new(ids, 0, NOW_NS) for _ in range(10))


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("count", [2, 5, 200, deduplication.WINDOW + 200])
def test_ids_that_begin_again_lose_no_trade(count: int, counted: bool) -> None:
    it = SymbolState("desk", "a", "A", Limits().watched, has_sequential_trade_ids=counted)
    for restart in range(4):
        for number in range(count):
            time_ns = NOW_NS + (restart * count + number) * SECOND_NS
            assert it.apply(Trade("A", 100.0, 1.0, time_ns, number + 1), time_ns)
            assert not it.apply(Trade("A", 100.0, 1.0, time_ns, number + 1), time_ns + 1)
    assert (it.trades, it.missed) == (4 * count, 0)


def test_an_id_is_unique_per_exchange_if_the_provider_sends_one() -> None:
    ids = RecentIds()
    assert is_new(ids, "1", venue=11)
    assert is_new(ids, "1", venue=12)
    assert not is_new(ids, "1", venue=11)
    assert is_new(ids, "1", venue="11x")
    assert is_new(ids, -1, venue=-1)
    assert is_new(ids, -1, venue=-2)
    assert is_new(ids, -2, venue=-2)


@pytest.mark.parametrize(
    "other",
    [
        Trade("A", 100.1, 2.0, NOW_NS, 5),
        Trade("A", 100.1, None, NOW_NS, 5),
        Trade("A", 100.1, 2.0, None, 5),
        Trade("A", 100.1, None, None, "5"),
        Trade("A", 100.1, 2.0, NOW_NS // 1_000 * 1_000, 5),
        Trade("A", 100.1, 2.0, NOW_NS // 1_000_000 * 1_000_000, 5),
        Trade("A", 100.1, 2.0, NOW_NS // SECOND_NS * SECOND_NS, 5),
        Trade("A", 100.0999984741211, 2.0, NOW_NS, 5),  # as a 32-bit number
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_one_execution_from_two_channels_counts_once(other: Trade, is_first: bool) -> None:
    it = SymbolState("desk", "a", "A", Limits().watched)
    one = Trade("A", 100.1, 2.0, NOW_NS, 5)
    first, second = (other, one) if is_first else (one, other)
    assert it.apply(first, NOW_NS + 50_000_000)
    assert not it.apply(second, NOW_NS + 60_000_000)
    assert it.trades == 1


@given(st.permutations(range(30)))
def test_resent_recent_trades_are_duplicates(order: list[int]) -> None:
    ids = RecentIds(window=30)
    for number in range(1000):
        is_new(ids, number)
    assert not any(is_new(ids, 970 + number) for number in order)


def test_old_trades_are_forgotten() -> None:
    ids = RecentIds(window=10)
    for number in range(100):
        assert is_new(ids, number)
    assert is_new(ids, 5)
    assert not is_new(ids, 5)


@given(st.lists(st.integers(0, 2**61), min_size=50, max_size=100, unique=True), randoms)
def test_numbers_in_any_order_are_duplicates_when_sent_again(numbers: list[int], chance: Random) -> None:
    ids = RecentIds()
    assert all(is_new(ids, number) for number in numbers)
    assert not any(is_new(ids, number) for number in chance.sample(numbers, len(numbers)))


def test_missing_sequential_ids_are_counted() -> None:
    ids = RecentIds(sequential=True)
    assert [is_new(ids, number) for number in (5, 6, 9, 7, 7, 20)] == [True, True, True, True, False, True]
    assert ids.missed == 1 + 10
    assert not RecentIds(sequential=False).missed


def test_a_server_that_restarts_its_numbers_misses_nothing() -> None:
    ids = RecentIds(sequential=True)
    for number in (1_000_000, 1_000_001, 1, 2, 3):
        assert is_new(ids, number)
    assert ids.missed == 0


def test_numbers_far_above_the_last_one_are_of_another_count() -> None:
    ids = RecentIds(sequential=True)
    for number in (777, 778, 4_000_000_000, 4_000_000_001, 4_000_000_005):
        assert is_new(ids, number)
    assert ids.missed == 3


def test_numbers_that_skip_all_the_time_count_something_else() -> None:
    ids = RecentIds(sequential=True)
    assert all(is_new(ids, 7 * number) for number in range(200))
    assert ids.missed == 0


def test_after_a_reset_of_the_numbers_gaps_are_counted_again() -> None:
    ids = RecentIds(sequential=True)
    for number in (*range(5_000, 7_000), *range(1, 200)):
        assert is_new(ids, number)
    assert is_new(ids, 203)
    assert ids.missed == 3


def test_a_number_with_other_content_is_one_of_a_new_count() -> None:
    ids = RecentIds(sequential=True)
    assert all(is_new(ids, number) for number in (1, 2, 3, 9))
    assert not is_new(ids, 1)
    assert is_new(ids, 1, NOW_NS + 1)
    assert ids.missed == 0
    assert [is_new(ids, number, NOW_NS + number) for number in (1, 2, 3, 3, 5)] == [False, True, True, False, True]
    assert ids.missed == 1
    assert not is_new(ids, 9)  # of the former count, sent again


@given(st.integers(0, 400), st.lists(st.integers(0, 999), max_size=60), randoms)
def test_missed_trades_are_those_that_have_not_arrived(begin: int, lost: list[int], chance: Random) -> None:
    """With losses, duplicates and resends, received and missed trades are all that there were."""
    sent = list(range(begin, begin + 1000))
    received = [number for number in sent if number - begin not in lost or chance.random() < 0.3]
    received += [chance.choice(received[-500:]) for _ in range(200)]
    ids = RecentIds(sequential=True)
    came = sum(is_new(ids, number) for number in received)
    assert came == len(set(received))
    if len(lost) < 20:  # more jumps than that, and they count something else
        assert came + ids.missed == max(received) - received[0] + 1


def test_the_updates_of_a_trade_are_remembered_until_its_row_is_overwritten() -> None:
    ids = RecentIds(2)
    for number, updates in ((1, 4), (2, 0), (3, 7)):
        assert is_new(ids, number, NOW_NS + number, 100.0, 3.0)
        if updates != 7:
            ids.restrict(ids.newest_row, updates)
    found = [ids.find(number, None, None, None) for number in (1, 2, 3)]
    assert [known and known.updates for known in found] == [None, 0, 7]


def test_a_trade_is_found_by_its_id_until_it_is_cancelled() -> None:
    ids = RecentIds()
    assert is_new(ids, "x", NOW_NS, 100.0, 3.0, venue=11)
    assert is_new(ids, "x", NOW_NS + 1, 101.0, 4.0, venue=11)
    newest = ids.find("x", 11, None, None)
    assert newest is not None
    assert newest[1:] == (NOW_NS + 1, 101.0, 4.0, 7)
    older = ids.find("x", 11, 100.0, 3.0)
    assert older is not None
    assert older[1:] == (NOW_NS, 100.0, 3.0, 7)
    assert ids.find("x", 12, None, None) is None
    assert ids.find("x", 11, 100.0, 3.5) is None
    assert ids.find(None, None, 100.0, 3.0) is None
    ids.cancel_known(newest, "x", 11)
    assert ids.find("x", 11, None, None) == older
    assert not is_new(ids, "x", NOW_NS + 1, 101.0, 4.0, venue=11)  # sent again after it was cancelled


def test_the_remembered_trades_are_those_from_a_position_on_as_far_as_they_are_held() -> None:
    ids = RecentIds(window=4)
    assert (ids.position, len(ids.remembered().keys)) == (0, 0)
    for number in range(6):
        assert is_new(ids, number, NOW_NS + number, 100.0 + number, 2.0)
    assert ids.position == 6
    for position, numbers in ((0, [2, 3, 4, 5]), (3, [3, 4, 5]), (5, [5]), (6, [])):
        known = ids.remembered(position)
        assert known.keys.tolist() == numbers
        assert known.times_ns.tolist() == [NOW_NS + number for number in numbers]
        assert known.prices.tolist() == [100.0 + number for number in numbers]
        assert known.sizes.tolist() == [2.0 for _ in numbers]


@given(st.lists(st.integers(0, 9), max_size=14), st.integers(1, 12), st.integers(-1, 10))
def test_the_newest_trade_until_a_time_is_found_and_where_others_begin(
    times: list[int], window: int, until: int
) -> None:
    ids = RecentIds(window)
    for number, time in enumerate(times):
        assert is_new(ids, number, NOW_NS + time)
    held = [(position, time) for position, time in enumerate(times) if position >= len(times) - window]
    earlier = [(time, position) for position, time in held if time <= until]
    found = ids.newest_until(NOW_NS + until)
    if not earlier:
        assert found is None
        return
    newest, last = max(earlier)
    since = min(position for position, time in held if time >= newest)
    assert found == (last, since if since > len(times) - window else 0)


def test_a_remembered_trade_is_recognized_by_its_id_and_its_values() -> None:
    ids = RecentIds(window=8)
    for identifier in (7, "x7"):
        assert is_new(ids, identifier, NOW_NS, 100.0, 2.0)
    known = ids.remembered()
    assert [known.id_at(row) for row in range(2)] == [7, None]
    for identifier, price, expected in ((7, 100.0, True), ("x7", 100.0, True), (7, 101.0, False), (8, 100.0, False)):
        assert known.has(Trade("A", price, 2.0, NOW_NS, identifier), NOW_NS, 2.0) is expected
    assert not known.has(Trade("A", 100.0, 2.0, NOW_NS), NOW_NS, 2.0)


def remember(ids: RecentIds, identifier: Identifier | None, counted_ns: int = NOW_NS) -> None:
    """Remember a trade of a gap."""
    ids.remember_backfilled(Trade("A", 1.0, 1.0, NOW_NS, identifier), NOW_NS, 1.0, counted_ns)


def test_a_missed_number_that_is_found_in_a_gap_is_missed_no_more() -> None:
    ids = RecentIds(sequential=True)
    for number in (1, 2, 6):
        assert is_new(ids, number)
    assert ids.missed == 3
    for found in (None, 4, 1, 6, 9):  # between the first and the last number, exclusively
        remember(ids, found)
    assert ids.missed == 2
    assert not is_new(ids, 4)
    assert not is_new(ids, 9)
    assert is_new(ids, 9, NOW_NS + SECOND_NS)  # another trade with this number


def test_trades_of_gaps_are_remembered_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deduplication, "MAX_BACKFILLED", 3)
    ids = RecentIds()
    for number in range(5):
        remember(ids, number, NOW_NS + number)
    assert ids.times_ns.tolist() == [NOW_NS + number for number in (2, 3, 4)]
    assert [is_new(ids, number) for number in range(5)] == [True, True, False, False, False]
