from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS, timeframe_named
from ticker_gui.domain.trading_days import TradingDays
from ticker_gui.feeds.history import StockHours
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.feeds.well_known import US_STOCKS as US_TICKERS
from ticker_gui.market import session_calendar
from ticker_gui.market.session_calendar import ROLLING, US_STOCKS, SessionCalendar, calendar_of, provider_calendar

HOUR_NS = 3600 * SECOND_NS
SYMBOLS = ["AAPL", "BTC-USD", "EURUSD=X", "ES=F", "RY.TO", "7203.T", "^GDAXI", "SAP.DE", "PETR4.SA", "BHP.AX", "?"]


def moment_ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND_NS


@pytest.mark.parametrize(
    "symbol",
    ["AAPL", "F", "GOOGL", "BRK.B", "BRK-B", "BRK/B", "BAC-PL", "BAC.PR.L", "BACpL", "AMpB", "AAPL.US", "AAPL:NASDAQ",
     "NASDAQ:AAPL", "I:SPX", "O:SPY251219C00650000", "^GSPC", "RIVN.WS", "ABR-PD", "USD", "aapl", "brk-b", "AAPL260117C00150000"],
)  # fmt: skip
def test_tickers_classes_and_series_are_us_stocks(symbol: str) -> None:
    assert calendar_of(symbol) == US_STOCKS


@pytest.mark.parametrize(
    "provider", [each for each in PROVIDERS.values() if each.trades_us_stocks], ids=lambda p: p.name
)
def test_us_stocks_are_detected_in_the_format_of_every_provider(provider: type[FeedProtocol]) -> None:
    for symbol in US_TICKERS:
        assert calendar_of(provider.wire_symbol(symbol)) == US_STOCKS
    for symbol in ("BTC/USD", "btcusd", "ETH-USDT", "EUR/USD"):
        assert not calendar_of(provider.wire_symbol(symbol)).is_us_stock


@pytest.mark.parametrize(
    "symbol",
    ["BTC-USD", "BTC/USD", "X:BTCUSD", "BINANCE:BTCUSDT", "btcusd", "BTCUSDT", "ETH-EUR", "SHIB-USD", "DOGE/USDT"],
)  # fmt: skip
def test_statistics_of_coins_are_rolling(symbol: str) -> None:
    assert calendar_of(symbol) == ROLLING


@pytest.mark.parametrize(
    ("symbol", "zone"),
    [("RY.TO", "America/Toronto"), ("RY:TSX", "America/Toronto"), ("SAP.DE", "Europe/Berlin"), ("BP.L", "Europe/London"),
     ("ITC.NS", "Asia/Kolkata"), ("M&M.NS", "Asia/Kolkata"), ("7203.T", "Asia/Tokyo"), ("^GDAXI", "Europe/Berlin"),
     ("0700.HK", "Asia/Hong_Kong"), ("BRK-B.MX", "America/Mexico_City"), ("XETR:SAP", "Europe/Berlin"),
     ("REI-UN.TO", "America/Toronto")],
)  # fmt: skip
def test_stocks_of_other_countries_have_the_days_of_their_exchange(symbol: str, zone: str) -> None:
    calendar = calendar_of(symbol)
    assert (calendar.zone, calendar.is_us_stock, calendar.is_rolling) == (ZoneInfo(zone), False, False)


@pytest.mark.parametrize("symbol", ["ES=F", "CL=F", "EURUSD=X", "EUR/USD", "C:EURUSD", "OANDA:EUR_USD", "usdjpy"])
def test_futures_and_currencies_begin_their_day_in_the_evening_in_new_york(symbol: str) -> None:
    calendar = calendar_of(symbol)
    assert (calendar.zone, calendar.is_us_stock) == (ZoneInfo("America/New_York"), False)
    assert calendar.begins_hour in (17, 18)
    assert calendar.why_closed(moment_ns("2026-11-28T12:00")).startswith("The market is closed on weekends")
    assert not calendar.why_closed(moment_ns("2026-11-29T23:30"))  # Sunday 18:30 in New York
    assert not calendar.why_closed(moment_ns("2026-11-27T21:00"))  # Friday 16:00


@pytest.mark.parametrize(
    "symbol", ["^VIXX", "/ES", "ES1!", "$SPX", "@107", "", ":", "AAPL:", "A" * 30, "x.y.z", "\u5e01"]
)
def test_unknown_symbols_are_not_us_stocks(symbol: str) -> None:
    calendar = calendar_of(symbol)
    assert not calendar.is_us_stock
    assert not calendar.why_closed(moment_ns("2026-11-28T12:00"))


@given(st.text(max_size=20))
def test_every_text_has_a_calendar(symbol: str) -> None:
    calendar = calendar_of(symbol)
    begin_ns, end_ns = calendar.bounds_ns(1_700_000_000 * SECOND_NS)
    assert begin_ns < end_ns


@given(st.sampled_from(SYMBOLS), st.integers(946_684_800, 4_000_000_000))
def test_sessions_follow_each_other_without_a_gap(symbol: str, second: int) -> None:
    calendar, time_ns = calendar_of(symbol), second * SECOND_NS
    begin_ns, end_ns = calendar.bounds_ns(time_ns)
    assert begin_ns <= time_ns < end_ns
    assert DAY_NS - HOUR_NS <= end_ns - begin_ns <= DAY_NS + HOUR_NS
    assert calendar.bounds_ns(begin_ns) == calendar.bounds_ns(end_ns - 1) == (begin_ns, end_ns)
    assert calendar.bounds_ns(end_ns)[0] == end_ns
    assert calendar.bounds_ns(begin_ns - 1)[1] == begin_ns
    assert isinstance(calendar.why_closed(time_ns), str)


def test_a_us_session_begins_before_the_first_trades_on_days_of_any_length() -> None:
    assert US_STOCKS.bounds_ns(moment_ns("2026-01-02T12:00")) == (
        moment_ns("2026-01-02T09:00"), moment_ns("2026-01-03T09:00"),
    )  # fmt: skip
    begin_ns, end_ns = US_STOCKS.bounds_ns(moment_ns("2026-03-07T20:00"))  # the clocks go forward on the 8th
    assert end_ns - begin_ns == 23 * HOUR_NS
    begin_ns, end_ns = US_STOCKS.bounds_ns(moment_ns("2026-10-31T20:00"))  # and back on 1 November
    assert end_ns - begin_ns == 25 * HOUR_NS


@pytest.mark.parametrize("stamp", ["2026-11-27T05:00", "2026-11-27T00:00", "2026-11-27T14:30"])
def test_statistics_stamped_with_the_midnight_of_a_date_are_of_that_date(stamp: str) -> None:
    session = US_STOCKS.bounds_ns(moment_ns("2026-11-27T18:00"))
    assert US_STOCKS.bounds_ns(US_STOCKS.dated_ns(moment_ns(stamp))) == session
    overnight = moment_ns("2026-11-27T06:01")
    assert US_STOCKS.dated_ns(overnight) == overnight


def test_a_time_zone_that_the_system_lacks_is_an_unknown_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(key: str) -> ZoneInfo:
        raise ZoneInfoNotFoundError(key)

    monkeypatch.setattr(session_calendar, "ZoneInfo", missing)
    assert calendar_of.__wrapped__("VNM.VN") == SessionCalendar()


def test_exchanges_that_trade_on_sundays_are_not_closed_then() -> None:
    sunday_ns = moment_ns("2026-11-29T10:00")
    assert SessionCalendar(ZoneInfo("Asia/Tokyo"), rests_at_weekends=True).why_closed(sunday_ns)
    assert not calendar_of("2222.SR").why_closed(sunday_ns)


@pytest.mark.parametrize(
    ("symbol", "now", "opens"),
    [
        ("AAPL", "2026-11-28T12:00", "2026-11-30T09:00"),  # at the weekend
        ("AAPL", "2026-11-25T12:00", None),  # open
        ("AAPL", "2026-11-26T12:00", "2026-11-27T09:00"),  # an exchange holiday
        ("AAPL", "2026-11-25T05:00", "2026-11-25T09:00"),  # in the night
        ("EURUSD=X", "2026-11-28T12:00", "2026-11-29T22:00"),
        ("ES=F", "2026-11-28T12:00", "2026-11-29T23:00"),
        ("SAP.DE", "2026-11-28T12:00", None),  # closed, but its hours are unknown
        ("BTC-USD", "2026-11-28T12:00", None),
    ],
)
def test_a_closed_market_has_the_time_when_it_opens(symbol: str, now: str, opens: str | None) -> None:
    assert calendar_of(symbol).opens_ns(moment_ns(now)) == (None if opens is None else moment_ns(opens))


@given(st.sampled_from(SYMBOLS), st.integers(1_700_000_000, 1_800_000_000))
def test_a_market_opens_later_and_is_open_then(symbol: str, second: int) -> None:
    calendar, now_ns = calendar_of(symbol), second * SECOND_NS
    opens_ns = calendar.opens_ns(now_ns)
    if opens_ns is not None:
        assert calendar.why_closed(now_ns)
        assert opens_ns > now_ns
        assert not calendar.why_closed(opens_ns)
        assert calendar.why_closed(opens_ns - SECOND_NS)


@given(st.sampled_from(SYMBOLS), st.integers(946_684_800, 4_000_000_000))
def test_statistics_and_bars_have_the_same_days(symbol: str, second: int) -> None:
    calendar, time_ns = calendar_of(symbol), second * SECOND_NS
    day = timeframe_named("1d", calendar.days)
    start_ns = day.start_of(time_ns)
    assert calendar.bounds_ns(time_ns) == (start_ns, day.end_of(start_ns))


def test_currencies_of_yahoo_have_the_days_of_london() -> None:
    calendar = calendar_of("EURUSD=X")
    assert calendar.days == TradingDays(ZoneInfo("Europe/London"))
    summer = moment_ns("2026-07-01T23:00")  # midnight in London
    assert calendar.bounds_ns(summer)[0] == summer
    assert calendar_of("OANDA:EUR_USD").days == TradingDays(ZoneInfo("America/New_York"), 17)


@pytest.mark.parametrize(
    ("symbol", "sentence"),
    [
        ("AAPL", "Days begin at 04:00 in New York."),
        ("7203.T", "Days begin at midnight in Tokyo."),
        ("BTC-USD", "Days begin at midnight UTC."),
        ("^VIXX", "Days begin at midnight UTC, because the exchange of this symbol is unknown."),
    ],
)
def test_an_assumption_about_days_is_stated(symbol: str, sentence: str) -> None:
    assert calendar_of(symbol).describe_days() == sentence


@pytest.mark.parametrize(
    ("symbol", "with_session", "unknown"),
    [("AAPL", 30, None), ("RY.TO", 30, None), ("ITC.NS", 45, None), ("SAP.DE", 0, None), ("2222.SR", None, None),
     ("^VIXX", None, None), ("BTC-USD", 0, 0), ("EURUSD=X", 0, 0), ("ES=F", 0, 0)],
)  # fmt: skip
def test_hours_of_stocks_begin_with_the_session_where_the_provider_does_so(
    symbol: str, with_session: int | None, unknown: int | None
) -> None:
    minutes = [provider_calendar(symbol, hours).days.hours_minute for hours in StockHours]
    assert minutes == [0, with_session, unknown]
