from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.alerts.test_value_rules import armed
from ticker_gui.alerts.condition import LineLevel
from ticker_gui.alerts.condition_language import ConditionError, parse_condition
from ticker_gui.alerts.levels import Direction
from ticker_gui.alerts.line_rule import line_price_at
from ticker_gui.domain.timeframe import HOUR_NS, SECOND_NS

MICROSECOND_NS = 1_000
TIMES = st.integers(1_000_000_000, 4_000_000_000_000_000).map(lambda micros: micros * MICROSECOND_NS)
PRICES = st.floats(1e-6, 1e9)
LINES = st.builds(
    lambda direction, begin_ns, length, begin, end, is_log: LineLevel(
        direction, begin_ns, begin, begin_ns + length * MICROSECOND_NS, end, is_log
    ),
    st.sampled_from((Direction.CROSSES, Direction.CROSSES_ABOVE, Direction.CROSSES_BELOW)),
    TIMES,
    st.integers(1, 10**12),
    PRICES,
    PRICES,
    st.booleans(),
)


@given(LINES)
@example(LineLevel(Direction.CROSSES, SECOND_NS, 65_537.0, 2 * SECOND_NS, 1e-6))
def test_a_line_is_written_and_read_and_passes_its_points(line: LineLevel) -> None:
    assert parse_condition(line.text) == line
    assert line_price_at(line, line.begin_ns) == pytest.approx(line.begin_price)
    assert line_price_at(line, line.begin_ns - 1) is None
    if line.end_ns - line.begin_ns >= SECOND_NS:
        assert line_price_at(line, line.end_ns) == pytest.approx(line.end_price)
        middle = line_price_at(line, (line.begin_ns + line.end_ns) // 2)
        mean = (line.begin_price + line.end_price) / 2
        geometric = math.sqrt(line.begin_price * line.end_price)
        assert middle == pytest.approx(geometric if line.is_log else mean, rel=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        "last crosses line noon 1 2026-01-01T00:00:00Z 2",
        "last crosses line 2026-01-02T00:00:00Z 1 2026-01-01T00:00:00Z 2",
        "last crosses line 2026-01-01T00:00:00Z -1 2026-01-02T00:00:00Z 2 log",
        "last crosses line 2026-01-01T00:00:00Z x 2026-01-02T00:00:00Z 2",
    ],
)
def test_impossible_lines_are_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_condition(text)


def rising(begin_ns: int) -> str:
    """Return a condition whose line rises by 1 per second from 100."""
    return LineLevel(Direction.CROSSES, begin_ns, 100.0, begin_ns + 100 * SECOND_NS, 200.0).text


def test_a_price_that_stands_still_is_crossed_by_the_line() -> None:
    own = armed("last > 1", 110.0)
    begin_ns = own.now_ns
    own = armed(rising(begin_ns), 110.0, is_confirmed=False)
    own.trades(*[110.0 + 0.001 * number for number in range(20)])  # one per second
    assert len(own.prices("a")) == 1


def test_the_first_price_after_the_start_may_cross_the_line() -> None:
    own = armed("last > 1", 110.0)
    own = armed(rising(own.now_ns), 90.0, is_confirmed=False)
    own.trades(150.0)
    assert own.prices("a") == [150.0]


def test_a_flat_line_is_crossed_like_a_level() -> None:
    own = armed("last > 1", 97.3)
    line = LineLevel(Direction.CROSSES, own.now_ns, 97.3, own.now_ns + HOUR_NS, 97.3)
    assert {line_price_at(line, own.now_ns + number * SECOND_NS) for number in range(1_000)} == {97.3}
    own = armed(line.text, 97.2, is_confirmed=False)
    own.trades(*[97.3] * 20)
    assert own.prices("a") == []


def test_a_line_that_has_left_the_range_of_numbers_is_not_crossed() -> None:
    own = armed("last > 1", 110.0)
    line = LineLevel(Direction.CROSSES, own.now_ns, 100.0, own.now_ns + SECOND_NS, 101.0, is_log=True)
    own = armed(line.text, 110.0, is_confirmed=False)
    own.now_ns += 24 * HOUR_NS  # 1% per second, for a day
    own.trades(110.0, 90.0, 110.0)
    assert own.prices("a") == []


def test_a_price_beside_the_line_does_not_fire() -> None:
    own = armed("last > 1", 110.0)
    own = armed(rising(own.now_ns + HOUR_NS), 110.0, is_confirmed=False)
    own.trades(90.0, 300.0, 90.0)
    assert own.prices("a") == []


def test_the_price_to_which_the_distance_is_shown_is_that_of_the_line_now() -> None:
    own = armed("last > 1", 110.0)
    own = armed(rising(own.now_ns), 110.0, is_confirmed=False)
    own.trades(110.0)
    before = own.monitor.target_of("a")
    own.now_ns += 10 * SECOND_NS
    own.trades(110.0)
    target = own.monitor.target_of("a")
    assert before is not None
    assert target is not None
    assert target == pytest.approx(before + 11.0)
