from hypothesis import example, given
from hypothesis import strategies as st

from ticker_gui.bars.tape import EVERYTHING, UPDATES_VOLUME, Tape


def test_a_tape_holds_the_newest_trades() -> None:
    tape = Tape(3)
    for index in range(5):
        tape.add(index, 10.0 + index, 1.0)
    assert tape.times_ns.tolist() == [2, 3, 4]
    assert tape.prices.tolist() == [12.0, 13.0, 14.0]
    assert tape.sizes.tolist() == [1.0, 1.0, 1.0]


@given(st.lists(st.integers(0, 50), max_size=60))
def test_times_ascend_in_any_order_of_arrival(times: list[int]) -> None:
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
@example(3_000, 20_000)
def test_followers_that_catch_up_on_request_miss_no_trade(capacity: int, count: int) -> None:
    tape, seen = Tape(capacity), 0
    for index in range(count):
        if tape.add(index, index, 0.0):
            assert tape.begin <= seen
            seen = tape.begin + len(tape)


def test_followers_do_not_catch_up_while_a_tape_with_few_trades_grows() -> None:
    tape = Tape(10_000)
    assert not any(tape.add(index, 1.0, 0.0) for index in range(1_000))
    assert any(tape.add(index, 1.0, 0.0) for index in range(1_000, 5_000))


def test_a_full_tape_drops_trades_older_than_all_held_ones() -> None:
    tape = Tape(2)
    tape.add(10, 1.0, 0.0)
    tape.add(20, 2.0, 0.0)
    tape.add_late(5, 3.0, 0.0)
    assert tape.times_ns.tolist() == [10, 20]
    tape.add_late(15, 4.0, 0.0)
    assert tape.times_ns.tolist() == [15, 20]


LATE = st.lists(st.tuples(st.integers(0, 99), st.sampled_from([7, 7, 7, 3, 4, 6, 2]), st.booleans()), max_size=80)


@given(LATE, st.integers(8, 40))
def test_batched_late_trades_equal_trades_inserted_one_by_one(
    trades: list[tuple[int, int, bool]], capacity: int
) -> None:
    tape, last, others = Tape(capacity), list[tuple[int, int]](), list[tuple[int, int]]()
    for number, (time_ns, updates, is_read) in enumerate(trades):
        tape.add_late(time_ns, number, 1.0, updates)
        (last if updates & 1 else others).append((time_ns, number))
        assert tape.seen == number + 1
        if is_read:
            last_held = sorted(last, key=lambda row: row[0])[-capacity:]
            assert list(zip(tape.times_ns.tolist(), tape.prices.tolist(), strict=True)) == last_held
            assert tape.begin == len(last) - len(last_held)
            assert len(tape.sizes) == len(tape) == len(last_held)
    tape.merge_late()
    if others:
        assert tape.others is not None
        others_held = sorted(others, key=lambda row: row[0])[-capacity:]
        assert [tape.others.column(column).tolist() for column in (0, 1)] == list(
            map(list, zip(*others_held, strict=True))
        )


def test_trades_between_two_times_include_both_kinds() -> None:
    tape = Tape(10)
    for time_ns, updates in ((1, 7), (2, 4), (3, 7), (3, 6), (5, 7)):
        tape.add_late(time_ns, float(time_ns), 1.0, updates)
    held = tape.between(2, 5)
    assert (held.times_ns.tolist(), held.updates.tolist()) == ([2, 3, 3], [4, 7, 6])
    assert tape.is_complete_from(0)
    tape.set_capacity(2)
    assert (tape.is_complete_from(3), tape.is_complete_from(4)) == (False, True)


def test_followers_of_the_tape_catch_up_before_a_read() -> None:
    tape, called = Tape(10), list[int]()

    def catch_up() -> None:
        called.append(len(called))
        tape.merge_late()

    tape.catch_up = catch_up
    tape.add(5, 1.0, 1.0)
    tape.add_late(3, 2.0, 1.0)
    assert not called
    generation = tape.generation
    assert (called, generation, tape.times_ns.tolist(), tape.begin, len(tape)) == ([0], 1, [3, 5], 0, 2)


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["trade", "trade", "late", "other", "remove", "resize"]), st.integers(0, 40)), max_size=60
)


@given(OPERATIONS)
@example([("remove", 0), ("late", 1)])
@example([("resize", 8), ("late", 1), ("other", 5)])
def test_a_tape_reports_from_when_on_it_is_complete(operations: list[tuple[str, int]]) -> None:
    tape, newest = Tape(8), 20
    everything = list(range(10, 21))
    for time_ns in everything:
        tape.add(time_ns, 1.0, 1.0)
    for kind, number in operations:
        if kind == "trade":
            newest += number % 3
            tape.add(newest, 1.0, 1.0)
            everything.append(newest)
        elif kind in ("late", "other"):
            tape.add_late(min(number, newest), 1.0, 1.0, EVERYTHING if kind == "late" else UPDATES_VOLUME)
            everything.append(min(number, newest))
        elif kind == "resize":
            tape.set_capacity(8 + number % 9)
        elif len(tape):
            everything.remove(int(tape.times_ns[number % len(tape)]))
            tape.remove(number % len(tape))
    for time_ns in range(newest + 2):
        if tape.is_complete_from(time_ns):
            assert tape.between(time_ns, 2**62).times_ns.tolist() == sorted(one for one in everything if one >= time_ns)
