from datetime import UTC, datetime

import pytest

from ticker_gui.market.us_trading_hours import us_stocks_are_closed


@pytest.mark.parametrize(
    ("utc", "words"),
    [
        ("2026-01-02T15:00", ""),
        ("2026-01-02T08:59", "Friday 03:59 in New York"),
        ("2026-07-01T08:00", ""),  # an hour earlier by UTC in summer
        ("2026-07-02T00:30", "Wednesday 20:30 in New York"),
        ("2026-01-03T15:00", "Saturday 10:00 in New York"),
        ("2026-11-26T15:00", "Thursday 10:00 in New York, an exchange holiday"),
        ("2026-11-27T20:00", ""),  # early closing: late trading goes on to 17:00
        ("2026-11-27T22:00", "Friday 17:00 in New York, after an early close"),
        ("2026-11-30T22:00", ""),
        ("2026-12-25T15:00", "Friday 10:00 in New York, an exchange holiday"),
        ("2027-07-05T15:00", "Monday 11:00 in New York, an exchange holiday"),
        ("2026-03-09T07:59", "Monday 03:59 in New York"),  # after the clocks went forward
        ("2026-03-09T08:00", ""),
    ],
)
def test_us_stocks_are_traded_on_weekdays_from_four_to_eight(utc: str, words: str) -> None:
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert us_stocks_are_closed(int(now.timestamp()) * 10**9) == words
