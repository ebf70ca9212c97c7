import numpy as np

from ticker_gui.bars.gaps import CoverageTracker, Gap, Gaps, gaps_in_range, overlaps_gap
from ticker_gui.domain.timeframe import SECOND_NS


def test_a_lost_line_opens_a_gap_and_the_next_one_closes_it() -> None:
    watch = CoverageTracker()
    watch.mark_disconnected(50)  # before there ever was a line there is nothing to miss
    assert not watch.gaps
    watch.mark_connected(100)
    watch.mark_disconnected(150)
    watch.mark_disconnected(160)  # a failed reconnect does not add another gap
    assert watch.gaps == (Gap(150, None),)
    watch.mark_connected(200)
    assert (watch.gaps, watch.is_connected, watch.since_ns) == ((Gap(150, 200),), True, 200)


def test_a_gap_does_not_begin_before_its_line_did() -> None:
    watch = CoverageTracker()
    watch.mark_connected(100)
    watch.mark_disconnected(20)
    assert watch.gaps == (Gap(100, None),)


def test_gaps_are_told_by_the_exchanges_clock() -> None:
    watch = CoverageTracker()
    watch.mark_connected(1000)
    watch.exchange_lag_ns = 300  # ours is ahead
    watch.mark_disconnected(1500)
    watch.mark_connected(2000)
    assert (watch.gaps, watch.since_ns) == ((Gap(1200, 1700),), 2000)


def test_old_gaps_are_forgotten() -> None:
    gaps = Gaps()
    for number in range(1000):
        gaps = gaps.appended(Gap(number, number + 1))
    assert len(gaps) == 200
    assert gaps[-1] == Gap(999, 1000)


def test_those_of_a_stretch_are_found_and_one_that_goes_on_ends_now() -> None:
    gaps = (Gap(10, 20), Gap(30, 40, 5), Gap(50, None))
    assert gaps_in_range(gaps, 20, 30, 60) == []
    assert gaps_in_range(gaps, 15, 31, 60) == [Gap(10, 20), Gap(30, 40, 5)]
    assert gaps_in_range(gaps, 45, 100, 60) == [Gap(50, 60)]


def test_stretches_that_were_missed_in_part_are_known() -> None:
    starts = np.arange(0, 100, 10)
    gaps = (Gap(15, 25), Gap(39, 40), Gap(60, 70), Gap(99, 500))
    assert overlaps_gap(starts, starts + 10, gaps).nonzero()[0].tolist() == [1, 2, 3, 6, 9]
    assert not overlaps_gap(starts, starts + 10, (Gap(200, 300),)).any()
    assert len(overlaps_gap(starts[:0], starts[:0], gaps)) == 0


def test_how_far_ahead_a_time_may_be_follows_the_exchanges_clock() -> None:
    watch = CoverageTracker()
    assert watch.max_ahead_ns == 2 * SECOND_NS
    watch.set_clock(-5 * SECOND_NS, -5 * SECOND_NS)
    assert (watch.exchange_lag_ns, watch.max_ahead_ns) == (-5 * SECOND_NS, 7 * SECOND_NS)
    watch.set_clock(900 * SECOND_NS, 0)  # a delayed feed has no other clock
    assert (watch.exchange_lag_ns, watch.max_ahead_ns) == (900 * SECOND_NS, 2 * SECOND_NS)
