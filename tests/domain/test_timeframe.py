from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.timeframe import DAY_NS, MINUTE, SECOND, SECOND_NS, TIMEFRAMES, Timeframe


@given(st.integers(-(2**62), 2**62), st.sampled_from(TIMEFRAMES))
def test_a_time_is_within_its_bar(time_ns: int, timeframe: Timeframe) -> None:
    start = timeframe.start_of(time_ns)
    assert start <= time_ns < start + timeframe.width_ns
    assert start % timeframe.width_ns == 0


def test_timeframes_range_from_a_second_to_a_day_and_nest() -> None:
    widths = [timeframe.width_ns for timeframe in TIMEFRAMES]
    assert widths == sorted(widths)
    assert (widths[0], widths[-1]) == (SECOND_NS, DAY_NS)
    assert all(DAY_NS % width == 0 for width in widths)


def test_base_timeframes_match_their_names() -> None:
    assert (SECOND.name, MINUTE.name) == ("1s", "1m")
    assert MINUTE.width_ns == 60 * SECOND.width_ns
