"""Only what is certain counts as covered by stored bars, and they never replace bars that are held."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.provided_bars import BarSource, ProvidedBars, ProvidedColumns, from_columns
from ticker_gui.bars.stored_bars import StoredBars, add_stored, covered_ranges
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import DAY_NS, MINUTE, MINUTE_NS

START_NS = 20_000 * DAY_NS
RECEIVED = (BarSource.SEEN, BarSource.BACKFILLED)


def columns(sources: dict[int, BarSource], price: float = 1.0) -> ProvidedColumns:
    """Return bars by minute."""
    minutes = sorted(sources)
    starts = np.array([START_NS + minute * MINUTE_NS for minute in minutes], np.int64)
    prices = np.full(len(minutes), price)
    kinds = np.array([sources[minute] for minute in minutes], np.int64)
    return from_columns([starts, prices, prices, prices, prices, prices, kinds])


PERIODS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), max_size=3)


@given(st.dictionaries(st.integers(0, 40), st.sampled_from(BarSource)), PERIODS, PERIODS)
def test_only_bars_of_which_all_is_known_and_the_time_between_them_are_covered(
    sources: dict[int, BarSource], gaps: list[tuple[int, int]], loaded: list[tuple[int, int]]
) -> None:
    missing = [(START_NS + first * MINUTE_NS + 1, START_NS + (first + width) * MINUTE_NS - 1) for first, width in gaps]
    sent = [(START_NS + first * MINUTE_NS, START_NS + (first + width) * MINUTE_NS) for first, width in loaded]
    covered = covered_ranges(MINUTE, columns(sources), missing, sent)
    minutes = sorted(sources)
    for minute in range(48):
        start_ns, end_ns = START_NS + minute * MINUTE_NS, START_NS + (minute + 1) * MINUTE_NS
        expected = any(first <= start_ns and end_ns <= last for first, last in sent)
        if minute in sources:
            expected = expected or sources[minute] is not BarSource.PARTIAL
        elif minutes and minutes[0] < minute < minutes[-1]:
            before, after = max(m for m in minutes if m < minute), min(m for m in minutes if m > minute)
            is_received = sources[before] in RECEIVED and sources[after] in RECEIVED
            between = START_NS + before * MINUTE_NS, START_NS + after * MINUTE_NS
            expected = expected or (is_received and not any(a < between[1] and b > between[0] for a, b in missing))
        assert covered.covers(start_ns, end_ns) == expected, minute


def test_stored_bars_complete_those_that_are_held() -> None:
    provided = ProvidedBars()
    held = Bar("A", "1m", START_NS + MINUTE_NS, 9.0, 9.0, 9.0, 9.0, 9.0, is_closed=True)
    provided.add(MINUTE, [held])
    stored = columns(dict.fromkeys((0, 1, 3), BarSource.PROVIDED))
    add_stored(provided, [StoredBars(MINUTE, stored, [(START_NS, START_NS + 4 * MINUTE_NS)])])
    bars = provided.read(MINUTE)
    assert bars.open.tolist() == [1.0, 9.0, 1.0]
    assert provided.covers(MINUTE, START_NS, START_NS + 4 * MINUTE_NS)
