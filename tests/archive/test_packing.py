"""Blocks of trades: every value comes back exactly, and damage is an error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.archive.packing import TradeColumns, join_trades, pack, trade_columns, unpack

INT64 = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.one_of(
    st.floats(),
    st.integers(-(10**9), 10**9).map(lambda number: number / 100),
    st.sampled_from([0.0, -0.0, 1e-9, 1e300]),
)
TEXTS = st.text(st.characters(exclude_characters="\0"), max_size=5)
ROWS = st.lists(st.tuples(INT64, INT64, NUMBERS, NUMBERS, st.integers(0, 7), TEXTS, TEXTS), max_size=30)


def as_bits(trades: TradeColumns) -> tuple[object, ...]:
    """Return the columns in a form that can be compared, NaN and negative zero included."""
    times, seq, prices, sizes, updates, ids, conditions = trades
    count = len(times)
    texts = (ids or ("",) * count, conditions or ("",) * count)
    return (*(column.tobytes() for column in (times, seq, prices, sizes, updates)), *texts)


@given(ROWS)
def test_a_block_contains_exactly_the_packed_trades(rows: list[tuple[int, int, float, float, int, str, str]]) -> None:
    trades = trade_columns(rows)
    assert as_bits(unpack(pack(trades))) == as_bits(trades)


@given(ROWS.filter(bool), st.data())
def test_a_damaged_block_is_an_error_or_has_the_same_number_of_trades(
    rows: list[tuple[int, int, float, float, int, str, str]], data: st.DataObject
) -> None:
    block = pack(trade_columns(rows))
    with pytest.raises(ValueError, match="block of trades"):
        unpack(block[: data.draw(st.integers(0, len(block) - 1))])
    with pytest.raises(ValueError, match="unknown format 9"):
        unpack(b"\x09" + block[1:])


def test_prices_on_a_grid_take_little_space() -> None:
    steps = np.random.default_rng(1).integers(-3, 4, 4096)
    rows = [
        (10**18 + number * 10**6, number, round(60_000 + step / 100, 2), step % 5 / 1000, 7, None, None)
        for number, step in enumerate(np.cumsum(steps).tolist())
    ]
    assert len(pack(trade_columns(rows))) < 4096 * 6


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=20), st.integers(0, 20))
def test_joined_trades_are_sorted_and_unique(keys: list[tuple[int, int]], cut: int) -> None:
    rows = [(time_ns, seq, float(10 * time_ns + seq), 1.0, 7, f"{time_ns}.{seq}", None) for time_ns, seq in keys]
    parts = [trade_columns(sorted(set(part))) for part in (rows[:cut], rows[cut:])]
    joined = join_trades(parts)
    expected = sorted(set(keys))
    assert list(zip(joined.times_ns.tolist(), joined.seq.tolist(), strict=True)) == expected
    assert joined.prices.tolist() == [10 * time_ns + seq for time_ns, seq in expected]
    assert joined.ids == tuple(f"{time_ns}.{seq}" for time_ns, seq in expected)


def test_texts_of_one_part_are_aligned_with_its_trades() -> None:
    plain = trade_columns([(1, 0, 1.0, 1.0, 7, None, None)])
    marked = trade_columns([(2, 0, 1.0, 1.0, 0, "a", "I,T")])
    joined = join_trades([marked, plain])
    assert (joined.ids, joined.conditions) == (("", "a"), ("", "I,T"))
