import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.market.clock_offset import ClockOffsetEstimator, Delay, estimate_delay

MS = 1_000_000


def estimator(*delays_ms: float) -> ClockOffsetEstimator:
    it = ClockOffsetEstimator()
    for delay in (0.0, *delays_ms):  # the first does not count
        it.add("A", int(delay * MS))
    return it


def estimate(
    it: ClockOffsetEstimator, round_trip_s: float, adjustment_ns: int = 0, server_offset_ns: int | None = None
) -> Delay:
    it.round_trip_s, it.server_offset_ns = round_trip_s, server_offset_ns
    delay = it.estimate(adjustment_ns)
    assert delay is not None
    return delay


def test_a_few_delays_are_not_an_estimate() -> None:
    assert estimator(1, 2, 3).estimate() is None


@pytest.mark.parametrize("skew_ms", [0.0, -5_000.0, 7_000.0])
def test_the_clock_offset_is_not_part_of_the_delays(skew_ms: float) -> None:
    delay = estimate(estimator(*(skew_ms + 20 + wait for wait in range(100))), 0.040)
    assert delay.spread.p50 == pytest.approx(69.5 * MS, rel=0.01)
    assert delay.spread.p50 < delay.spread.p95 < delay.spread.p99
    assert delay.clock_offset_ns == pytest.approx(skew_ms * MS)
    assert delay.exchange_lag_ns == pytest.approx(skew_ms * MS)
    assert not delay.is_late


def test_messages_over_a_slow_network_are_late() -> None:
    delay = estimate(estimator(*(2_000 + wait for wait in range(10))), 4.0)
    assert delay.is_late


@pytest.mark.parametrize("skew_ms", [0.0, -5_000.0, 7_000.0])
def test_the_last_few_messages_decide_whether_messages_are_late(skew_ms: float) -> None:
    usual, late = [skew_ms + 20.0] * 500, [skew_ms + 5_020.0] * 5
    delay = estimate(estimator(*usual, *late), 0.040)
    assert delay.is_late
    assert delay.late_ns == pytest.approx(5_020 * MS)
    assert delay.spread.p50 == pytest.approx(20 * MS)
    on_time_again = estimate(estimator(*usual, *late * 20, *[skew_ms + 20.0] * 9), 0.040)
    assert not on_time_again.is_late


@pytest.mark.parametrize(("offset_s", "is_late"), [(0.0, True), (-1.0, True), (1.5, True), (5.0, False), (None, False)])
def test_the_servers_clock_separates_a_delayed_feed_from_a_wrong_clock(offset_s: float | None, is_late: bool) -> None:
    offset_ns = None if offset_s is None else int(offset_s * 1_000 * MS)
    delay = estimate(estimator(*(5_000 + wait for wait in range(20))), 0.020, 0, offset_ns)
    assert delay.is_late == is_late
    assert delay.exchange_lag_ns == pytest.approx(5_000 * MS, rel=0.01)
    assert bool(delay.significant_offset_ns) != is_late


def test_without_a_round_trip_the_clocks_agree_unless_messages_arrive_before_they_are_sent() -> None:
    slow, ahead = estimate(estimator(*[2_000] * 10), 0.0), estimate(estimator(*[-500, *[-490] * 9]), 0.0)
    assert (slow.spread.p50, slow.clock_offset_ns, slow.is_late) == (2_000 * MS, 0.0, True)
    assert (ahead.spread.p50, ahead.clock_offset_ns) == (10 * MS, -500 * MS)


def test_a_delay_of_a_quarter_of_an_hour_is_the_providers() -> None:
    delay = estimate(estimator(*[900_000] * 10), 0.02)
    assert (delay.provider_delay_ns, delay.clock_offset_ns, delay.is_late) == (900_000 * MS, 0.0, True)
    assert delay.exchange_lag_ns == 900_000 * MS


@pytest.mark.parametrize(
    ("delay_s", "adjustment_s", "age_s", "skew_s"),
    [
        (3600, -3600, 0, 3600),  # it was an hour ahead at the start, and was corrected
        (0, 3600, 0, 0),  # it was right, and was set wrong
        (0, -3600, 0, 0),
        (-3600, 3600, 0, -3600),  # it was an hour behind, and was corrected
        (900, 0, 900, 0),
        (4500, -3600, 900, 0),  # the provider delays its data
        (900, 3600, 900, 0),
        (900, -3600, 900, 0),  # no message is from the future
        (-2700, 3600, 900, 0),
    ],
)
@pytest.mark.parametrize("round_trip_s", [0.0, 0.02])
def test_adjusting_the_computers_clock_delays_no_message(
    delay_s: int, adjustment_s: int, age_s: int, skew_s: int, round_trip_s: float
) -> None:
    delay = estimate(estimator(*[delay_s * 1000 + 10] * 10), round_trip_s, adjustment_s * 1000 * MS)
    assert delay.is_late == (age_s > 0)
    assert delay.provider_delay_ns == pytest.approx(age_s * 1e9, abs=20 * MS)
    assert delay.clock_offset_ns == pytest.approx(skew_s * 1e9, abs=20 * MS)


def test_a_clock_that_is_an_hour_behind_is_detected() -> None:
    delay = estimate(estimator(*(-3_600_000 + wait for wait in range(100))), 0.0)
    assert (delay.significant_offset_ns, delay.exchange_lag_ns, delay.is_late) == (
        -3_600_000 * MS,
        -3_600_000 * MS,
        False,
    )


def test_a_few_timestamps_in_the_future_are_not_a_clock_offset() -> None:
    delay = estimate(estimator(*[20, -3_600_000, 20, -16_000, 20, 25, 30] * 20), 0.0)
    assert (delay.clock_offset_ns, delay.significant_offset_ns, delay.spread.p50) == (0.0, 0, 20 * MS)


def test_last_trades_sent_on_subscription_do_not_count() -> None:
    it = ClockOffsetEstimator()
    for number in range(20):
        it.add(f"S{number}", 3_600_000 * MS)
    assert it.estimate() is None
    for _ in range(10):
        it.add("S1", 10 * MS)
    delay = estimate(it, 0.0)
    assert not delay.is_late


def test_a_new_connection_forgets_the_delays() -> None:
    it = estimator(*range(10))
    it.forget_delays()
    assert it.estimate() is None


@given(
    st.integers(-50_000, 50_000),
    st.lists(st.integers(0, 1_900), min_size=5, max_size=60),
    st.sampled_from([0.002, 0.04, 0.8]),
)
def test_a_common_offset_changes_the_offset_only(offset_ms: int, waits_ms: list[int], round_trip_s: float) -> None:
    right = estimate_delay([(wait - min(waits_ms)) * MS for wait in waits_ms], round_trip_s)
    shifted = estimate_delay([(wait - min(waits_ms) + offset_ms) * MS for wait in waits_ms], round_trip_s)
    assert shifted.clock_offset_ns - right.clock_offset_ns == pytest.approx(offset_ms * MS, abs=1)
    assert shifted.spread == pytest.approx(right.spread, abs=1_000)
    assert shifted.provider_delay_ns == 0


@pytest.mark.parametrize("delay_ns", [1 << 61, -(1 << 61)])
def test_any_delay_can_be_estimated(delay_ns: int) -> None:
    assert estimate_delay([delay_ns] * 9).recent_ns is not None
