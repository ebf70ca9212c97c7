from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.series import is_timeframe
from ticker_gui.chart.typed_timeframe import MAX_LENGTH, UNITS, parse_timeframe
from ticker_gui.domain.timeframe import TIMEFRAMES


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("5m", "5m"), ("5", "5m"), ("4H", "4h"), ("1d", "1d"), ("30s", "30s"), ("100t", "100t"), ("250T", "250t"),
        ("60m", "1h"), ("24h", "1d"), ("120s", "2m"), ("05m", "5m"), ("999999t", "999999t"),
        ("1M", "1M"), ("1w", "1w"), ("1W", "1w"), ("7d", "1w"), ("1m", "1m"), ("12H", "12h"),
    ],
)  # fmt: skip
def test_a_number_and_a_unit_is_a_timeframe(typed: str, name: str) -> None:
    assert parse_timeframe(typed) == (name, "")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("7m", "7m bars are not available. Choose 1, 2, 3, 5, 15 or 30m."),
        ("7", "7m bars are not available. Choose 1, 2, 3, 5, 15 or 30m."),
        ("2d", "2d bars are not available. Choose 1d."),
        ("3M", "3M bars are not available. Choose 1M."),
        ("0t", "A bar needs at least 1 trade."),
        ("5y", '"y" is not a unit. Use s, m, h, d, w, M (months) or t (trades).'),
        ("m5", "Type a number and a unit: s, m, h, d, w, M (months) or t (trades)."),
        ("", "Type a number and a unit: s, m, h, d, w, M (months) or t (trades)."),
        ("1000000t", "Type a number and a unit: s, m, h, d, w, M (months) or t (trades)."),
    ],
)
def test_an_invalid_timeframe_has_a_reason(typed: str, reason: str) -> None:
    assert parse_timeframe(typed) == ("", reason)


@given(st.text("0123456789smMhdtwx٣ ", max_size=MAX_LENGTH))
def test_every_text_is_either_a_timeframe_of_the_chart_or_has_a_reason(typed: str) -> None:
    name, reason = parse_timeframe(typed)
    assert bool(name) != bool(reason)
    assert not name or is_timeframe(name)


@given(st.integers(0, 999_999), st.sampled_from(sorted(UNITS)))
def test_the_timeframe_has_the_typed_length(count: int, unit: str) -> None:
    name, _ = parse_timeframe(f"{count}{unit}")
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    if unit == "M":
        assert name == ("1M" if count == 1 else "")
    elif unit == "t":
        assert name == (f"{count}t" if count else "")
    elif name:
        assert int(name[:-1]) * seconds[name[-1]] == count * seconds[unit]
    else:
        assert count * seconds[unit] * 10**9 not in {timeframe.width_ns for timeframe in TIMEFRAMES}
