from __future__ import annotations

from datetime import UTC, datetime
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import DAY_NS, MINUTE_NS, SECOND_NS, TIMEFRAMES
from ticker_gui.feeds.history import BarsQuery
from ticker_gui.feeds.past_rows import (
    first_and_last,
    iso_text,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    segment,
    tick_of,
    tick_of_decimals,
    url_with,
)
from ticker_gui.feeds.wire import json_reader

START_NS = 1_700_000_040 * SECOND_NS  # the start of a minute
QUERY = BarsQuery("BTC-USD", "1m", START_NS, START_NS + 10 * MINUTE_NS)
PRICES = (10.0, 12.0, 9.0, 11.0)


def test_a_url_has_escaped_values_and_no_absent_ones() -> None:
    url = url_with("https://x.test", f"/a/{segment('BTC/USD?')}", {"symbol": "A&B C", "limit": 5, "end": None})
    assert url == "https://x.test/a/BTC%2FUSD%3F?symbol=A%26B%20C&limit=5"
    assert url_with("https://x.test", "/a") == "https://x.test/a"


@given(symbol=st.text(min_size=1, max_size=8).filter(lambda text: text.isprintable()))
def test_a_symbol_stays_inside_its_part_of_a_path(symbol: str) -> None:
    assert not set(segment(symbol)) & set("/?#")
    assert segment(symbol) not in (".", "..")


@given(
    timeframe=st.sampled_from(TIMEFRAMES),
    start_ns=st.integers(0, 4_000_000_000 * SECOND_NS),
    length_ns=st.integers(1, 100 * DAY_NS),
)
def test_the_first_and_the_last_bar_are_those_that_begin_in_the_period(
    timeframe: object, start_ns: int, length_ns: int
) -> None:
    frame = next(each for each in TIMEFRAMES if each is timeframe)
    first, last = first_and_last(BarsQuery("A", frame.name, start_ns, start_ns + length_ns))
    assert frame.start_of(first) == first >= start_ns
    assert frame.start_of(first - 1) < start_ns or first == start_ns
    assert frame.start_of(last) == last >= first
    if first < start_ns + length_ns:
        assert last < start_ns + length_ns <= frame.end_of(last)


@given(st.integers(0, 4_000_000_000_000_000))
def test_a_time_as_text_is_the_time(time_us: int) -> None:
    assert iso_text(time_us * 1_000).endswith("Z")
    moment = datetime.fromisoformat(iso_text(time_us * 1_000))
    assert round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1e6) == pytest.approx(time_us, abs=1)


def test_a_bar_has_the_values_of_its_row() -> None:
    bar = past_bar(QUERY, START_NS, PRICES, 2.5, is_closed=False)
    assert bar == Bar("BTC-USD", "1m", START_NS, 10.0, 12.0, 9.0, 11.0, 2.5, is_closed=False)
    assert past_bar(QUERY, START_NS, PRICES, None).volume is None


@pytest.mark.parametrize(
    ("prices", "volume"),
    [
        ((nan, 12.0, 9.0, 11.0), 1.0),
        ((10.0, inf, 9.0, 11.0), 1.0),
        ((10.0, 12.0, -inf, 11.0), 1.0),
        ((10.0, 12.0, 9.0, nan), 1.0),
        ((8.0, 12.0, 9.0, 11.0), 1.0),
        ((13.0, 14.0, 9.0, 15.0), 1.0),
        ((10.0, 9.0, 12.0, 11.0), 1.0),
        (PRICES, -1.0),
        (PRICES, nan),
        (PRICES, inf),
    ],
)
def test_a_bar_with_impossible_values_is_an_error(prices: tuple[float, float, float, float], volume: float) -> None:
    with pytest.raises(FrameError):
        past_bar(QUERY, START_NS, prices, volume)


def test_a_bar_off_the_grid_of_its_timeframe_is_an_error() -> None:
    with pytest.raises(FrameError):
        past_bar(QUERY, START_NS + SECOND_NS, PRICES, 1.0)


@pytest.mark.parametrize(
    ("timeframe", "stamp", "start"),
    [
        ("1d", "2026-01-02T05:00:00Z", "2026-01-02T00:00:00Z"),
        ("1d", "2026-07-02T14:30:00Z", "2026-07-02T00:00:00Z"),
        ("1w", "2026-01-05T05:00:00Z", "2026-01-05T00:00:00Z"),
        ("1M", "2026-02-01T05:00:00Z", "2026-02-01T00:00:00Z"),
    ],
)
def test_a_bar_of_a_day_and_longer_starts_at_midnight(timeframe: str, stamp: str, start: str) -> None:
    time_ns, start_ns = (int(datetime.fromisoformat(text).timestamp()) * SECOND_NS for text in (stamp, start))
    assert past_bar(BarsQuery("A", timeframe, 0, 1), time_ns, PRICES, 1.0).start_ns == start_ns


def test_a_trade_has_the_values_of_its_row() -> None:
    assert past_trade("A", 1.5, 2.0, START_NS, 7, venue="V", conditions=("@",)) == Trade(
        "A", 1.5, 2.0, START_NS, 7, "V", ("@",)
    )


@pytest.mark.parametrize(("price", "size"), [(nan, 1.0), (inf, 1.0), (1.0, nan), (1.0, -1.0), (1.0, inf)])
def test_a_trade_with_impossible_values_is_an_error(price: float, size: float) -> None:
    with pytest.raises(FrameError):
        past_trade("A", price, size, START_NS)


def test_a_row_that_cannot_be_used_costs_that_row_only() -> None:
    def positive(row: int) -> int | None:
        if row < 0:
            raise FrameError("negative")
        return row or None

    assert read_rows([1, -2, 3, 0, 4], positive) == [1, 3, 4]
    assert read_rows([], positive) == read_rows([0, -1], positive) == []
    with pytest.raises(FrameError, match="negative"):
        read_rows([-1, -2], positive)


def test_impossible_steps_of_a_price_are_unknown() -> None:
    assert tick_of(0.01) == tick_of_decimals(2) == 0.01
    assert tick_of_decimals(0) == 1.0
    assert tick_of(None) is tick_of(0.0) is tick_of(nan) is tick_of(inf) is tick_of(-1.0) is None
    assert tick_of_decimals(None) is tick_of_decimals(400) is None


def test_a_reason_is_short_and_contains_no_secret() -> None:
    reason = reason_text(lambda text: text.replace("secret", "•••"), "Bad\nkey secret. " + "x" * 500)
    assert "secret" not in reason
    assert "\n" not in reason
    assert len(reason) <= 120
    assert reason_text(str, "Not found. ") == "Not found"


def test_a_body_of_another_shape_gives_the_default() -> None:
    read, nothing = json_reader(tuple[int, ...]), tuple[int, ...]()
    assert read_or(read, b"[1]", nothing) == (1,)
    assert read_or(read, b"<html>", nothing) == nothing


def test_rows_of_another_format_are_given_up_early() -> None:
    tried: list[int] = []

    def refuse(row: int) -> None:
        tried.append(row)
        raise FrameError("not a row")

    with pytest.raises(FrameError, match="not a row"):
        read_rows(range(10_000_000), refuse)
    assert len(tried) <= 1_001


def test_too_many_rows_are_an_error() -> None:
    assert len(read_rows(range(1, 250_001), int)) == 250_000
    with pytest.raises(FrameError, match="more than 250,000 rows"):
        read_rows(range(10_000_000), int)
