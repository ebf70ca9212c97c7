from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import NOON_NS
from ticker_gui.catalog.catalog import MAX_INSTRUMENTS, Catalog, clean_instruments, describe_age
from ticker_gui.config.settings import parse_symbols
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import Instrument

HOUR_NS = 3_600 * SECOND_NS


def test_symbols_that_cannot_be_typed_and_repetitions_are_left_out() -> None:
    listed = [Instrument("AAPL", "Apple"), Instrument("A B"), Instrument(""), Instrument("=cmd"), Instrument("AAPL")]
    assert clean_instruments(listed) == [Instrument("AAPL", "Apple")]


def test_texts_are_made_safe_and_impossible_tick_sizes_are_dropped() -> None:
    (one,) = clean_instruments([Instrument("X", "Big\u202e\nname" + "y" * 200, "\x00NY", math.nan)])
    assert (one.name[:8], len(one.name), one.venue, one.tick_size) == ("Big name", 80, "NY", None)
    for tick in (0.0, -0.01, math.inf):
        assert clean_instruments([Instrument("X", tick_size=tick)]) == [Instrument("X")]
    assert clean_instruments([Instrument("BTC-USD", "btc / usd")]) == [Instrument("BTC-USD")]


@given(st.lists(st.builds(Instrument, st.text(max_size=5), st.text(max_size=5), tick_size=st.floats() | st.none())))
def test_any_list_is_cleaned(listed: list[Instrument]) -> None:
    cleaned = clean_instruments(listed)
    assert all(parse_symbols(one.symbol) == ([one.symbol], []) for one in cleaned)
    assert all(one.tick_size is None or 0.0 < one.tick_size < math.inf for one in cleaned)
    assert clean_instruments(cleaned) == cleaned


def test_the_number_of_instruments_is_limited() -> None:
    assert len(clean_instruments(Instrument(f"S{number}") for number in range(MAX_INSTRUMENTS + 5))) == MAX_INSTRUMENTS


def test_a_list_is_current_for_a_day() -> None:
    catalog = Catalog(NOON_NS, [])
    assert catalog.is_current(NOON_NS + 23 * HOUR_NS)
    assert not catalog.is_current(NOON_NS + 24 * HOUR_NS)
    assert not catalog.is_current(NOON_NS - HOUR_NS)  # the clock was wrong then, or is now


@pytest.mark.parametrize(
    ("age_h", "expected"),
    [(1, " 21:13."), (23, " yesterday 23:13."), (24, " yesterday 22:13."), (48, " 2023-11-12 22:13.")],
)
def test_the_age_of_a_list_is_described(age_h: int, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime, tzinfo

    def in_utc(seconds: float, zone: tzinfo | None) -> datetime:
        return datetime.fromtimestamp(seconds, UTC)

    monkeypatch.setattr("ticker_gui.catalog.catalog.local_time", in_utc)
    text = describe_age(Catalog(NOON_NS - age_h * HOUR_NS, []), NOON_NS)
    assert text == f"List of symbols from{expected}"
