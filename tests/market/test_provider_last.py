from __future__ import annotations

import pytest

from ticker_gui.bars.series import TimeSeries
from ticker_gui.domain.events import DayStats, Trade
from ticker_gui.domain.timeframe import SECOND, SECOND_NS
from ticker_gui.market import display_values
from ticker_gui.market.limits import Limits
from ticker_gui.market.symbol_state import SymbolState

NOW_NS = 1_700_000_000 * SECOND_NS
HOUR_NS = 3600 * SECOND_NS


def symbol(*stats: DayStats) -> SymbolState:
    state = SymbolState("desk", "A", "A", Limits().watched)
    for each in stats:
        state.apply(each, NOW_NS)
    return state


def statistics(last: float, last_time_ns: int | None = None, previous_close: float | None = None) -> DayStats:
    return DayStats("A", last=last, last_time_ns=last_time_ns, previous_close=previous_close)


def test_the_provider_s_last_price_is_shown_and_counts_as_no_trade() -> None:
    state = symbol(statistics(12.5, previous_close=10.0))
    assert (state.last, display_values.change(state), display_values.change_percent(state)) == (12.5, 2.5, 25.0)
    assert (state.trades, state.last_size, len(TimeSeries(state.bars, SECOND).bars.close)) == (0, 0.0, 0)
    assert (state.day.high, state.day.low, state.day.volume) == (None, None, None)
    assert (state.is_last_from_provider, state.provider_last_ns, display_values.last_age_s(state, NOW_NS)) == (
        True,
        None,
        None,
    )


def test_the_age_of_the_provider_s_last_price_is_that_of_its_trade() -> None:
    state = symbol(statistics(12.5, NOW_NS - HOUR_NS))
    assert (state.provider_last_ns, display_values.last_age_s(state, NOW_NS + SECOND_NS)) == (NOW_NS - HOUR_NS, 3601)
    ahead = symbol(statistics(12.5, NOW_NS + HOUR_NS))
    assert (ahead.last, ahead.provider_last_ns) == (12.5, None)


def test_later_statistics_replace_earlier_ones_unless_those_have_a_later_trade() -> None:
    state = symbol(statistics(12.5, NOW_NS - HOUR_NS), statistics(12.6))
    assert state.last == 12.6
    state = symbol(statistics(12.5, NOW_NS - HOUR_NS), statistics(12.4, NOW_NS - 2 * HOUR_NS))
    assert state.last == 12.5


@pytest.mark.parametrize("last_time_ns", [None, NOW_NS - HOUR_NS, NOW_NS + SECOND_NS])
def test_a_trade_replaces_it_and_is_never_overwritten_by_statistics(last_time_ns: int | None) -> None:
    state = symbol(statistics(12.5))
    state.apply(Trade("A", 12.0, 1.0, NOW_NS), NOW_NS)
    assert (state.last, state.is_last_from_provider, display_values.last_age_s(state, NOW_NS), state.tick) == (
        12.0,
        False,
        0,
        -1,
    )
    state.apply(statistics(99.0, last_time_ns), NOW_NS)
    assert (state.last, state.trades) == (12.0, 1)


def test_after_a_lost_connection_only_a_later_trade_is_taken_from_statistics() -> None:
    state = symbol()
    state.apply(Trade("A", 12.0, 1.0, NOW_NS), NOW_NS)
    state.coverage.mark_disconnected(NOW_NS + SECOND_NS)
    state.coverage.mark_connected(NOW_NS + HOUR_NS)
    for time_ns in (None, NOW_NS - SECOND_NS, NOW_NS):
        state.apply(statistics(99.0, time_ns), NOW_NS + HOUR_NS)
        assert state.last == 12.0
    state.apply(statistics(13.0, NOW_NS + 60 * SECOND_NS), NOW_NS + HOUR_NS)
    assert (state.last, state.is_last_from_provider, state.trades) == (13.0, True, 1)
    state.apply(Trade("A", 14.0, 1.0, NOW_NS + HOUR_NS), NOW_NS + HOUR_NS)
    assert (state.last, state.is_last_from_provider) == (14.0, False)
    state.apply(statistics(15.0, NOW_NS + HOUR_NS + SECOND_NS), NOW_NS + HOUR_NS)
    assert state.last == 14.0


@pytest.mark.parametrize("last", [0.0, None])
def test_zero_is_not_a_price(last: float | None) -> None:
    assert symbol(DayStats("A", last=last)).last is None


def test_a_negative_price_of_the_provider_allows_negative_prices() -> None:
    state = symbol(statistics(-5.0))
    assert state.last == -5.0
    assert state.apply(Trade("A", -7.0, 1.0, NOW_NS), NOW_NS)
    assert state.apply(Trade("A", 0.0, 1.0, NOW_NS), NOW_NS)
    assert state.last == 0.0
