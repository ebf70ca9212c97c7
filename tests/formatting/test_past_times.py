from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.formatting.past_times import day_and_time, describe_last_known, past_time

NOW = datetime(2026, 11, 29, 9, 30)


def ns(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND_NS


def texts(then: datetime) -> tuple[str, str]:
    return past_time(ns(then), ns(NOW)), past_time(ns(then), ns(NOW), is_short=True)


def test_recent_days_have_words_and_other_days_a_date() -> None:
    assert texts(datetime(2026, 11, 29, 9, 14)) == ("today 09:14",) * 2
    assert texts(datetime(2026, 11, 28, 22, 1)) == ("yesterday 22:01",) * 2
    assert texts(datetime(2026, 11, 27, 16, 0)) == ("Fri 16:00",) * 2
    assert day_and_time(ns(datetime(2026, 11, 28, 22, 1))) == "Sat 22:01"
    assert texts(datetime(2026, 11, 23, 16, 0)) == ("Mon 16:00",) * 2
    assert texts(datetime(2026, 11, 22, 16, 0)) == ("22 Nov 16:00", "22 Nov")  # a Sunday, as today
    assert texts(datetime(2025, 11, 2, 7, 5)) == ("2 Nov 2025 07:05", "2 Nov 2025")


def test_a_time_after_now_has_a_date_because_a_clock_was_set_back() -> None:
    assert texts(NOW + timedelta(days=1)) == ("30 Nov 09:30", "30 Nov")
    assert texts(NOW + timedelta(hours=1)) == ("today 10:30",) * 2


def test_last_known_values_are_called_so() -> None:
    assert describe_last_known(ns(NOW) - DAY_NS, ns(NOW)) == "last known, from yesterday 09:30"


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_every_time_has_a_text(then_ns: int, now_ns: int) -> None:
    assert past_time(then_ns, now_ns, is_short=True) in past_time(then_ns, now_ns)
