from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tests.domain.test_trading_period import TOKYO, moment_ns
from ticker_gui.domain.timeframe import DAY_NS
from ticker_gui.market.opening_hours import are_hours_unknown, market_opens_ns, why_market_closed
from ticker_gui.market.session_calendar import ROLLING, US_STOCKS, SessionCalendar, calendar_of

STOCK = calendar_of("7203.T")
SUNDAY_NS = moment_ns("2026-11-29T03:00")


@pytest.mark.parametrize(
    ("now", "is_closed"),
    [
        ("2026-11-29T12:00", True),
        ("2026-11-30T00:00", False),
        ("2026-11-30T06:29", False),
        ("2026-11-30T06:30", True),
        ("2026-12-01T02:00", False),  # the period says nothing about the next day
    ],
)
def test_a_stated_period_says_when_a_market_is_closed(now: str, is_closed: bool) -> None:
    assert bool(why_market_closed(STOCK, TOKYO, moment_ns(now))) is is_closed


def test_without_a_statement_the_calendar_counts() -> None:
    assert why_market_closed(STOCK, None, SUNDAY_NS) == STOCK.why_closed(SUNDAY_NS)
    assert market_opens_ns(STOCK, None, SUNDAY_NS) is None
    assert market_opens_ns(US_STOCKS, None, SUNDAY_NS) == moment_ns("2026-11-30T09:00")


def test_a_session_at_a_weekend_is_open_if_it_is_stated() -> None:
    session = TOKYO._replace(opens_ns=SUNDAY_NS, closes_ns=SUNDAY_NS + DAY_NS // 12)
    assert why_market_closed(STOCK, None, SUNDAY_NS)
    assert not why_market_closed(STOCK, session, SUNDAY_NS)


def test_a_stated_period_of_a_whole_day_does_not_open_a_market_at_weekends() -> None:
    futures = calendar_of("ES=F")
    whole_day = TOKYO._replace(opens_ns=SUNDAY_NS - DAY_NS // 2, closes_ns=SUNDAY_NS + DAY_NS // 2)
    assert why_market_closed(futures, whole_day, SUNDAY_NS).startswith("The market is closed on weekends")


def test_a_closed_market_opens_at_the_stated_time() -> None:
    assert market_opens_ns(STOCK, TOKYO, SUNDAY_NS) == TOKYO.opens_ns
    assert market_opens_ns(STOCK, TOKYO, moment_ns("2026-11-30T12:00")) is None


def test_hours_are_unknown_where_neither_calendar_nor_provider_has_them() -> None:
    monday_ns = moment_ns("2026-11-30T12:00")
    assert are_hours_unknown(STOCK, None, monday_ns)
    assert are_hours_unknown(SessionCalendar(ZoneInfo("Asia/Tokyo")), None, monday_ns)
    assert not are_hours_unknown(STOCK, TOKYO, monday_ns)
    assert are_hours_unknown(STOCK, TOKYO, monday_ns + DAY_NS)
    assert not any(are_hours_unknown(each, None, monday_ns) for each in (ROLLING, US_STOCKS, calendar_of("ES=F")))
