from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.market.recent_ids import RecentIds

identifiers = st.lists(
    st.one_of(st.integers(0, 2**60), st.integers(0, 9), st.text(min_size=1, max_size=3)), max_size=80
)


@given(identifiers)
def test_each_identifier_is_new_once(told: list[int | str]) -> None:
    ids, seen = RecentIds(), set()
    for identifier in told:
        assert ids.is_new(identifier) == (identifier not in seen)
        seen.add(identifier)


@given(st.permutations(range(30)))
def test_a_resend_of_what_was_last_told_is_recognised(order: list[int]) -> None:
    ids = RecentIds(window=30)
    for identifier in range(1000):
        ids.is_new(identifier)
    assert not any(ids.is_new(970 + identifier) for identifier in order)


def test_what_is_long_past_is_forgotten() -> None:
    ids = RecentIds(window=10)
    for identifier in range(100):
        assert ids.is_new(identifier)
    assert ids.is_new(5)
    assert not ids.is_new(5)


def test_identifiers_above_what_a_float_can_hold_are_told_apart() -> None:
    ids = RecentIds()
    assert all(ids.is_new(2**53 + offset) for offset in range(4))
    assert not any(ids.is_new(2**53 + offset) for offset in range(4))


def test_where_they_are_counted_what_is_missing_is_known() -> None:
    ids = RecentIds(counted=True)
    assert [ids.is_new(number) for number in (5, 6, 9, 7, 7, 20)] == [True, True, True, True, False, True]
    assert ids.missed == 1 + 10
    assert not RecentIds(counted=False).missed


def test_a_server_that_begins_anew_misses_nothing() -> None:
    ids = RecentIds(counted=True)
    for number in (1_000_000, 1_000_001, 1, 2, 3):
        assert ids.is_new(number)
    assert ids.missed == 0


def test_numbers_that_skip_all_the_time_count_something_else() -> None:
    ids = RecentIds(counted=True)
    assert all(ids.is_new(7 * number) for number in range(200))
    assert ids.missed == 0


def test_a_server_that_counts_anew_is_counted_anew() -> None:
    ids = RecentIds(counted=True)
    for number in (*range(5_000, 7_000), *range(1, 200)):
        assert ids.is_new(number)
    assert ids.is_greatest(199)
    assert ids.is_new(203)
    assert ids.missed == 3


def test_numbers_told_before_can_be_said_to_be_new() -> None:
    ids = RecentIds(counted=True)
    assert all(ids.is_new(number) for number in (1, 2, 3, 9))
    assert not ids.is_new(1)
    ids.begin_anew(1)
    assert ids.missed == 0
    assert [ids.is_new(number) for number in (1, 2, 3, 3, 5)] == [False, True, True, False, True]
    assert ids.missed == 1


@given(st.integers(0, 400), st.lists(st.integers(0, 999), max_size=60), st.randoms())
def test_what_has_not_come_of_a_count_is_what_is_missed(begin: int, lost: list[int], chance: Random) -> None:
    """Whatever is lost, told twice or told again later: what came and what is missed is all there was."""
    sent = list(range(begin, begin + 1000))
    told = [number for number in sent if number - begin not in lost or chance.random() < 0.3]
    told += [chance.choice(told[-500:]) for _ in range(200)]
    ids = RecentIds(counted=True)
    came = sum(ids.is_new(number) for number in told)
    assert came == len(set(told))
    if len(lost) < 20:  # more jumps than that, and they count something else
        assert came + ids.missed == max(told) - told[0] + 1
