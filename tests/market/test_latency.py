import pytest

from ticker_gui.market.latency import Latency, percentiles

MS = 1_000_000


def latency(*delays_ms: float) -> Latency:
    it = Latency()
    for delay in (0.0, *delays_ms):  # the first does not count
        it.add("A", int(delay * MS))
    return it


def test_a_few_say_nothing() -> None:
    assert latency(1, 2, 3).read(0.0) is None
    assert percentiles([]) is None


@pytest.mark.parametrize("skew_ms", [0.0, -5_000.0, 7_000.0])
def test_clocks_that_differ_do_not_change_what_is_told(skew_ms: float) -> None:
    delay = latency(*(skew_ms + 20 + wait for wait in range(100))).read(0.040)
    assert delay is not None
    assert delay.spread.p50 == pytest.approx(69.5 * MS, rel=0.01)
    assert delay.spread.p50 < delay.spread.p95 < delay.spread.p99
    assert delay.skew_ns == pytest.approx(skew_ms * MS)
    assert delay.exchange_lag_ns == pytest.approx(skew_ms * MS)
    assert not delay.is_late


def test_a_slow_way_is_late() -> None:
    delay = latency(*(2_000 + wait for wait in range(10))).read(4.0)
    assert delay is not None
    assert delay.is_late


@pytest.mark.parametrize("skew_ms", [0.0, -5_000.0, 7_000.0])
def test_messages_that_are_late_of_late_are_late_however_many_were_not(skew_ms: float) -> None:
    usual, late = [skew_ms + 20.0] * 500, [skew_ms + 5_020.0] * 5
    delay = latency(*usual, *late).read(0.040)
    assert delay is not None
    assert delay.is_late
    assert delay.late_ns == pytest.approx(5_020 * MS)
    assert delay.spread.p50 == pytest.approx(20 * MS)
    on_time_again = latency(*usual, *late * 20, *[skew_ms + 20.0] * 9).read(0.040)
    assert on_time_again is not None
    assert not on_time_again.is_late


@pytest.mark.parametrize(("offset_s", "is_late"), [(0.0, True), (-1.0, True), (1.5, True), (5.0, False), (None, False)])
def test_what_is_always_late_is_told_from_a_wrong_clock_by_the_servers_clock(
    offset_s: float | None, is_late: bool
) -> None:
    offset_ns = None if offset_s is None else int(offset_s * 1_000 * MS)
    delay = latency(*(5_000 + wait for wait in range(20))).read(0.020, 0, offset_ns)
    assert delay is not None
    assert delay.is_late == is_late
    assert delay.exchange_lag_ns == pytest.approx(5_000 * MS, rel=0.01)
    assert bool(delay.significant_offset_ns) != is_late


def test_without_a_ping_the_clocks_are_held_to_agree_unless_that_cannot_be() -> None:
    slow, ahead = latency(*[2_000] * 10).read(0.0), latency(*[-500, *[-490] * 9]).read(0.0)
    assert slow is not None
    assert ahead is not None
    assert (slow.spread.p50, slow.skew_ns, slow.is_late) == (2_000 * MS, 0.0, True)
    assert (ahead.spread.p50, ahead.skew_ns) == (10 * MS, -500 * MS)


def test_what_is_a_quarter_of_an_hour_old_is_no_clock() -> None:
    delay = latency(*[900_000] * 10).read(0.02)
    assert delay is not None
    assert (delay.age_ns, delay.skew_ns, delay.is_late) == (900_000 * MS, 0.0, True)
    assert delay.exchange_lag_ns == 900_000 * MS


@pytest.mark.parametrize(
    ("delay_s", "set_by_s", "age_s", "skew_s"),
    [
        (3600, -3600, 0, 3600),  # it was an hour ahead at the start, and has been set right
        (0, 3600, 0, 0),  # it was right, and has been set wrong
        (0, -3600, 0, 0),
        (-3600, 3600, 0, -3600),  # it was an hour behind, and has been set right
        (900, 0, 900, 0),
        (4500, -3600, 900, 0),  # of a provider that delays everything
        (900, 3600, 900, 0),
        (900, -3600, 900, 0),  # nothing comes from the future
        (-2700, 3600, 900, 0),
    ],
)
@pytest.mark.parametrize("round_trip_s", [0.0, 0.02])
def test_a_clock_that_is_set_makes_nothing_old(
    delay_s: int, set_by_s: int, age_s: int, skew_s: int, round_trip_s: float
) -> None:
    delay = latency(*[delay_s * 1000 + 10] * 10).read(round_trip_s, set_by_s * 1000 * MS)
    assert delay is not None
    assert delay.is_late == (age_s > 0)
    assert delay.age_ns == pytest.approx(age_s * 1e9, abs=20 * MS)
    assert delay.skew_ns == pytest.approx(skew_s * 1e9, abs=20 * MS)


def test_a_clock_that_is_an_hour_ahead_is_known() -> None:
    delay = latency(*(-3_600_000 + wait for wait in range(100))).read(0.0)
    assert delay is not None
    assert (delay.significant_offset_ns, delay.exchange_lag_ns, delay.is_late) == (
        -3_600_000 * MS,
        -3_600_000 * MS,
        False,
    )


def test_some_stamps_in_the_future_are_no_clock() -> None:
    delay = latency(*[20, -3_600_000, 20, -16_000, 20, 25, 30] * 20).read(0.0)
    assert delay is not None
    assert (delay.skew_ns, delay.significant_offset_ns, delay.spread.p50) == (0.0, 0, 20 * MS)


def test_the_last_trades_that_are_told_on_request_make_nothing_old() -> None:
    it = Latency()
    for number in range(20):
        it.add(f"S{number}", 3_600_000 * MS)
    assert it.read(0.0) is None
    for _ in range(10):
        it.add("S1", 10 * MS)
    delay = it.read(0.0)
    assert delay is not None
    assert not delay.is_late


def test_a_new_connection_forgets_the_delays() -> None:
    it = latency(*range(10))
    it.forget()
    assert it.read(0.0) is None
