from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.market.tape import Tape


def test_it_holds_the_last_trades() -> None:
    tape = Tape(3)
    for index in range(5):
        tape.add(index, 10.0 + index, 1.0)
    assert tape.times_ns.tolist() == [2, 3, 4]
    assert tape.prices.tolist() == [12.0, 13.0, 14.0]
    assert tape.sizes.tolist() == [1.0, 1.0, 1.0]


@given(st.lists(st.integers(0, 50), max_size=60))
def test_times_ascend_whatever_order_trades_come_in(times: list[int]) -> None:
    tape, newest = Tape(1000), -1
    for index, time_ns in enumerate(times):
        if time_ns >= newest:
            tape.add(time_ns, index, 0.0)
            newest = time_ns
        else:
            tape.add_late(time_ns, index, 0.0)
    # Trades of one time stay in the order of arrival.
    expected = sorted(range(len(times)), key=lambda index: times[index])
    assert tape.prices.tolist() == expected


@given(st.integers(8, 300), st.integers(1, 1000))
def test_followers_who_catch_up_when_told_miss_nothing(capacity: int, count: int) -> None:
    tape, seen = Tape(capacity), 0
    for index in range(count):
        if tape.add(index, index, 0.0):
            assert tape.begin <= seen
            seen = tape.begin + len(tape)


def test_a_full_tape_forgets_what_is_older_than_all_of_it() -> None:
    tape = Tape(2)
    tape.add(10, 1.0, 0.0)
    tape.add(20, 2.0, 0.0)
    tape.add_late(5, 3.0, 0.0)
    assert tape.times_ns.tolist() == [10, 20]
    tape.add_late(15, 4.0, 0.0)
    assert tape.times_ns.tolist() == [15, 20]
