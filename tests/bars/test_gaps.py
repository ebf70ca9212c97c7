import numpy as np

from ticker_gui.bars.gaps import NOT_RUNNING, CoverageTracker, Gap, Gaps, gaps_in_range, overlaps_gap
from ticker_gui.domain.timeframe import SECOND_NS


def test_a_disconnect_begins_a_gap_and_a_reconnect_ends_it() -> None:
    coverage = CoverageTracker()
    coverage.mark_disconnected(50)  # no gap before the first connection
    assert not coverage.gaps
    coverage.mark_connected(100)
    coverage.mark_disconnected(150)
    coverage.mark_disconnected(160)  # a failed reconnect does not add another gap
    assert coverage.gaps == (Gap(150, None),)
    coverage.mark_connected(200)
    assert (coverage.gaps, coverage.is_connected, coverage.since_ns) == ((Gap(150, 200),), True, 200)


def test_a_gap_does_not_begin_before_its_connection() -> None:
    coverage = CoverageTracker()
    coverage.mark_connected(100)
    coverage.mark_disconnected(20)
    assert coverage.gaps == (Gap(100, None),)


def test_every_change_of_the_connection_begins_an_epoch_and_gaps_without_length_are_left_out() -> None:
    coverage = CoverageTracker()
    coverage.mark_connected(100)
    coverage.mark_disconnected(150)
    coverage.mark_connected(150)
    assert (coverage.gaps, coverage.epoch) == ((), 3)
    coverage.mark_disconnected(160)
    coverage.mark_connected(200)
    coverage.mark_connected(300)  # a gap that has ended stays as it is
    assert (coverage.gaps, coverage.epoch) == ((Gap(160, 200),), 6)


def test_gaps_are_in_exchange_time() -> None:
    coverage = CoverageTracker()
    coverage.mark_connected(1000)
    coverage.exchange_lag_ns = 300  # the local clock is ahead
    coverage.mark_disconnected(1500)
    coverage.mark_connected(2000)
    assert (coverage.gaps, coverage.since_ns) == ((Gap(1200, 1700),), 2000)


def test_old_gaps_are_dropped() -> None:
    gaps = Gaps()
    for number in range(1000):
        gaps = gaps.appended(Gap(number, number + 1))
    assert len(gaps) == 200
    assert gaps[-1] == Gap(999, 1000)


def test_gaps_in_a_range_are_found_and_open_gaps_end_now() -> None:
    gaps = (Gap(10, 20), Gap(30, 40, 5), Gap(50, None))
    assert gaps_in_range(gaps, 20, 30, 60) == []
    assert gaps_in_range(gaps, 15, 31, 60) == [Gap(10, 20), Gap(30, 40, 5)]
    assert gaps_in_range(gaps, 45, 100, 60) == [Gap(50, 60)]


def test_periods_that_overlap_a_gap_are_marked() -> None:
    starts = np.arange(0, 100, 10)
    gaps = (Gap(15, 25), Gap(39, 40), Gap(60, 70), Gap(99, 500))
    assert overlaps_gap(starts, starts + 10, gaps).nonzero()[0].tolist() == [1, 2, 3, 6, 9]
    assert not overlaps_gap(starts, starts + 10, (Gap(200, 300),)).any()
    assert len(overlaps_gap(starts[:0], starts[:0], gaps)) == 0


def test_the_time_between_two_sessions_is_a_gap_of_which_the_end_may_not_be_known_yet() -> None:
    coverage = CoverageTracker()
    coverage.restore([Gap(10, 20)], 50)
    assert coverage.gaps == (Gap(10, 20), Gap(50, None, reason=NOT_RUNNING))
    assert coverage.gap_before_session is None
    coverage.mark_connected(100)
    coverage.mark_disconnected(150)
    assert coverage.gaps == (Gap(10, 20), Gap(50, 100, reason=NOT_RUNNING), Gap(150, None))
    assert coverage.gap_before_session == Gap(50, 100, reason=NOT_RUNNING)


def test_earlier_gaps_can_be_restored_after_the_first_connection() -> None:
    coverage = CoverageTracker()
    coverage.mark_connected(100)
    coverage.mark_disconnected(150)
    coverage.restore([Gap(10, 20)], 50)
    assert coverage.gaps == (Gap(10, 20), Gap(50, 100, reason=NOT_RUNNING), Gap(150, None))
    assert coverage.gap_before_session == Gap(50, 100, reason=NOT_RUNNING)


def test_no_gap_precedes_a_session_during_which_another_program_received() -> None:
    coverage = CoverageTracker()
    coverage.mark_connected(100)
    coverage.restore([Gap(10, 20)], 120)
    assert coverage.gaps == (Gap(10, 20),)
    assert coverage.gap_before_session is None


def test_the_limit_for_future_times_follows_the_clock_offset() -> None:
    coverage = CoverageTracker()
    assert coverage.max_ahead_ns == 2 * SECOND_NS
    coverage.set_clock(-5 * SECOND_NS, -5 * SECOND_NS)
    assert (coverage.exchange_lag_ns, coverage.max_ahead_ns) == (-5 * SECOND_NS, 7 * SECOND_NS)
    coverage.set_clock(900 * SECOND_NS, 0)  # a delayed feed has no clock offset
    assert (coverage.exchange_lag_ns, coverage.max_ahead_ns) == (900 * SECOND_NS, 2 * SECOND_NS)
