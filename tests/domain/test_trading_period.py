from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.timeframe import HOUR_NS, SECOND_NS
from ticker_gui.domain.trading_period import TradingPeriod


def moment_ns(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()) * SECOND_NS


TOKYO = TradingPeriod(moment_ns("2026-11-30T00:00"), moment_ns("2026-11-30T06:30"), ZoneInfo("Asia/Tokyo"))


def test_a_market_is_closed_until_its_period_begins() -> None:
    sunday_ns = moment_ns("2026-11-29T12:00")
    assert TOKYO.why_closed(sunday_ns) == "According to the provider, the market is closed until Monday 09:00 in Tokyo."
    assert TOKYO.opens_next_ns(sunday_ns) == TOKYO.opens_ns
    assert TOKYO.is_known(sunday_ns)


def test_a_period_has_a_length_if_its_end_is_known() -> None:
    assert TOKYO.length_ns == 6.5 * HOUR_NS
    assert TOKYO._replace(closes_ns=None).length_ns is None


def test_a_market_is_closed_after_its_period_until_the_next_one_may_begin() -> None:
    evening_ns = moment_ns("2026-11-30T12:00")
    assert TOKYO.why_closed(evening_ns).startswith(
        "According to the provider, the market has been closed since Monday 15:30 in Tokyo"
    )
    assert TOKYO.opens_next_ns(evening_ns) is None
    assert TOKYO.is_over(evening_ns)
    assert not TOKYO.why_closed(moment_ns("2026-12-01T00:00"))
    assert not TOKYO.is_known(moment_ns("2026-12-01T00:00"))


def test_an_exchange_without_a_known_zone_has_the_offset_of_its_time() -> None:
    period = TOKYO._replace(zone=timezone(timedelta(hours=9)))
    assert "Monday 09:00 UTC+09:00" in period.why_closed(moment_ns("2026-11-29T12:00"))


def test_a_period_without_a_known_end_says_only_until_when_the_market_is_closed() -> None:
    period = TOKYO._replace(closes_ns=None)
    before_ns = TOKYO.opens_ns - 1
    assert period.why_closed(before_ns).startswith(
        "According to the provider, the market is closed until Monday 09:00 in Tokyo"
    )
    assert (period.is_known(before_ns), period.is_over(before_ns)) == (True, False)
    for now_ns in (TOKYO.opens_ns, TOKYO.opens_ns + HOUR_NS):
        assert (period.is_open(now_ns), period.is_known(now_ns), period.is_over(now_ns)) == (False, False, True)
        assert not period.why_closed(now_ns)
        assert period.opens_next_ns(now_ns) is None


@given(st.integers(-100, 100), st.integers(1, 48), st.integers(-200, 200))
def test_a_market_is_open_closed_or_unknown_and_opens_only_if_closed(opens: int, hours: int, now: int) -> None:
    period = TradingPeriod(opens * HOUR_NS, (opens + hours) * HOUR_NS, UTC)
    now_ns = now * HOUR_NS
    is_closed = bool(period.why_closed(now_ns))
    assert period.is_known(now_ns) == (period.is_open(now_ns) or is_closed)
    assert not (period.is_open(now_ns) and is_closed)
    assert period.opens_next_ns(now_ns) is None or is_closed
    assert period.is_over(now_ns) == (now >= opens + hours)
