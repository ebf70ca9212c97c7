from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.peaks import MinMaxDownsampler
from ticker_gui.bars.tape import Tape


def fill(tape: Tape, begin: int, count: int, chance: np.random.Generator) -> None:
    for index in range(begin, begin + count):
        tape.add(index * 1_000_000, float(chance.integers(0, 1000)), 1.0)


def check(tape: Tape, peaks: MinMaxDownsampler, first: int, last: int, most: int) -> None:
    times, prices = peaks.line(first, last, most)
    held = tape.prices[first:last]
    assert len(times) == len(prices)
    assert (np.diff(times) >= 0).all()
    if last - first <= most:
        assert prices.tolist() == held.tolist()
        return
    # About as many as asked for, and never another picture: no peak is lost but at most a block at the left edge.
    assert len(prices) <= most + 40
    assert prices[-1] == held[-1]
    assert times[-1] == tape.times_ns[last - 1]
    begin = int(np.searchsorted(tape.times_ns, times[0]))
    assert prices.max() == tape.prices[begin:last].max()
    assert prices.min() == tape.prices[begin:last].min()
    assert begin - first < max(4 * (last - first) // most * 4, 4)


@given(
    st.integers(100, 4000),
    st.lists(st.tuples(st.integers(1, 1500), st.booleans()), min_size=1, max_size=6),
    st.integers(20, 200),
    st.randoms(use_true_random=False),
)
def test_no_peak_is_lost_while_the_tape_grows_and_forgets(
    capacity: int, steps: list[tuple[int, bool]], most: int, random: object
) -> None:
    chance = np.random.default_rng(7)
    tape = Tape(capacity)
    peaks, told = MinMaxDownsampler(tape), 0
    for count, reads in steps:
        fill(tape, told, count, chance)
        told += count
        if reads:
            check(tape, peaks, 0, len(tape), most)
            check(tape, peaks, len(tape) // 3, len(tape), most)
    check(tape, peaks, 0, len(tape), most)


def test_a_late_trade_is_seen() -> None:
    tape, chance = Tape(5000), np.random.default_rng(1)
    peaks = MinMaxDownsampler(tape)
    fill(tape, 0, 4000, chance)
    peaks.line(0, len(tape), 100)
    tape.add_late(2_000_500_000, 5000.0, 1.0)
    assert peaks.line(0, len(tape), 100)[1].max() == 5000.0


def test_a_tape_of_another_length_is_seen() -> None:
    tape, chance = Tape(1000), np.random.default_rng(1)
    peaks = MinMaxDownsampler(tape)
    fill(tape, 0, 1000, chance)
    check(tape, peaks, 0, 1000, 50)
    tape.capacity = 4000
    fill(tape, 1000, 3000, chance)
    check(tape, peaks, 0, 4000, 50)
    tape.capacity = 500
    check(tape, peaks, 0, 500, 50)


def test_nothing_and_little_are_lines_too() -> None:
    tape = Tape(10)
    peaks = MinMaxDownsampler(tape)
    assert peaks.line(0, 0, 100)[0].tolist() == []
    tape.add(5, 1.0, 1.0)
    assert peaks.line(0, 1, 100)[1].tolist() == [1.0]
