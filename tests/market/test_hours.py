from datetime import UTC, datetime

import pytest

from ticker_gui.market.hours import us_stocks_are_closed


@pytest.mark.parametrize(
    ("utc", "words"),
    [
        ("2026-01-02T15:00", ""),
        ("2026-01-02T08:59", "Friday 03:59 in New York"),
        ("2026-07-01T08:00", ""),  # an hour earlier by UTC in summer
        ("2026-07-02T00:30", "Wednesday 20:30 in New York"),
        ("2026-01-03T15:00", "Saturday 10:00 in New York"),
    ],
)
def test_weekdays_from_four_to_eight(utc: str, words: str) -> None:
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert us_stocks_are_closed(int(now.timestamp()) * 10**9) == words
