from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import pytest
import talib

from tests.alerts.monitored import START_NS, Monitored
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.rules import make_rule
from ticker_gui.alerts.symbol_monitor import SymbolMonitor
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import DAY, MINUTE, MINUTE_NS, SECOND_NS, timeframe_named
from ticker_gui.feeds.history import StockHours
from ticker_gui.market.market import Market
from ticker_gui.market.us_holidays import HOLIDAYS
from ticker_gui.market.us_trading_hours import NEW_YORK

FIRST_NS = MINUTE.start_of(START_NS) + MINUTE_NS


def minutes(own: Monitored, *bars: tuple[float, float], begin: int = 0) -> None:
    """Apply one trade per minute: its price and size."""
    for number, (price, size) in enumerate(bars, begin):
        own.now_ns = FIRST_NS + number * MINUTE_NS
        own.apply(Trade("A", price, size, own.now_ns))


def arm(own: Monitored, condition: str) -> None:
    own.monitor.add("a", make_rule(parse_condition(condition)), own.now_ns)


def test_a_volume_of_several_times_the_average_fires_once_per_bar() -> None:
    own = Monitored()
    minutes(own, *[(100.0, 10.0)] * 6)
    arm(own, "volume > 3x average(5)")
    minutes(own, (100.0, 29.0), begin=6)
    assert own.fired == []
    own.apply(Trade("A", 100.5, 2.0, own.now_ns + SECOND_NS))
    own.apply(Trade("A", 100.6, 20.0, own.now_ns + 2 * SECOND_NS))
    assert own.prices("a") == [100.5]
    minutes(own, (100.0, 70.0), begin=7)
    assert own.prices("a") == [100.5, 100.0]


def test_minutes_without_trades_count_as_no_volume() -> None:
    own = Monitored()
    minutes(own, *[(100.0, 10.0)] * 6)
    arm(own, "volume > 3x average(5)")
    minutes(own, (100.0, 13.0), begin=9)  # the average of the 5 minutes before is 4
    assert own.prices("a") == [100.0]


def test_too_few_bars_are_explained_and_requested() -> None:
    own = Monitored()
    minutes(own, *[(100.0, 10.0)] * 3)
    arm(own, "volume > 3x average(5)")
    minutes(own, (100.0, 1000.0), begin=3)
    assert own.fired == []
    assert own.monitor.problem_of("a") == "It needs more 1m bars; A has 4 of 6 so far."
    (needed,) = own.monitor.bars_needed(own.now_ns)
    assert needed.start_ns < own.now_ns - 6 * MINUTE_NS
    minutes(own, *[(100.0, 1.0)] * 3, begin=4)
    assert own.monitor.problem_of("a") == ""


PRICES = [100.0 + 3 * np.sin(number / 2.0) + number % 3 / 10 for number in range(60)]


def expected(level: float, *, length: int = 5, first: int = 21) -> list[int]:
    """Return the minutes in which the RSI of all closes so far is below the level and was not before."""
    values = talib.RSI(np.array(PRICES), length)
    return [row for row in range(first, 60) if values[row] < level <= values[row - 1]]


def test_an_indicator_fires_at_once_or_on_the_close_of_a_bar() -> None:
    rows = {}
    for condition in ("rsi(5,1m) < 30", "rsi(5,1m) < 30 on close"):
        own = Monitored()
        minutes(own, *[(price, 1.0) for price in PRICES[:21]])
        arm(own, condition)
        fired = list[int]()
        for row in range(21, 60):
            minutes(own, (PRICES[row], 1.0), begin=row)
            if len(own.fired) > len(fired):
                fired.append(row)
        rows[condition] = fired
    assert rows["rsi(5,1m) < 30"] == expected(30)
    assert rows["rsi(5,1m) < 30 on close"] == [row + 1 for row in expected(30, first=20) if row < 59]
    assert expected(30)


def test_the_last_bar_is_closed_by_the_time_if_no_trade_follows() -> None:
    own = Monitored()
    row = expected(30)[0]
    minutes(own, *[(price, 1.0) for price in PRICES[:row]])
    arm(own, "rsi(5,1m) < 30 on close")
    minutes(own, (PRICES[row], 1.0), begin=row)
    own.monitor.tick(own.now_ns + 59 * SECOND_NS)
    assert own.fired == []
    own.monitor.tick(own.now_ns + 63 * SECOND_NS)
    own.monitor.tick(own.now_ns + 64 * SECOND_NS)
    assert len(own.fired) == 1


def test_an_indicator_without_enough_bars_is_explained() -> None:
    own = Monitored()
    minutes(own, (100.0, 1.0))
    arm(own, "rsi(14,1h) < 30")
    assert "more 1h bars" in own.monitor.problem_of("a")
    assert own.monitor.bars_needed(own.now_ns)


@pytest.mark.parametrize("condition", ["volume > 3x average(5)", "rsi(5,1m) < 30"])
def test_an_indicator_that_is_true_at_the_arming_is_the_baseline(condition: str) -> None:
    own = Monitored()
    minutes(own, *[(100.0 - number, 1.0) for number in range(20)], (80.0, 50.0))
    arm(own, condition)
    own.apply(Trade("A", 80.0, 1.0, own.now_ns + SECOND_NS))
    assert own.fired == []


class UsStock(Monitored):
    """A US stock whose days, of which the provider's bars are known, all had the same volume."""

    def __init__(self, year: int, month: int, day: int) -> None:
        super().__init__()
        self.market = Market().feed("f", has_us_stocks=True)
        self.state = self.market.watch("A", "A")
        self.monitor = SymbolMonitor(self.state, lambda name, monitor, crossing: self.fired.append((name, crossing)))
        self.now_ns = in_new_york(year, month, day, 9, 30)
        self.market.on_connected(self.now_ns - SECOND_NS)

    def provide(self, name: str, *starts_ns: int, volume: float = 10.0) -> None:
        """Add the provider's bars of a timeframe, which are all that it has until now."""
        timeframe = timeframe_named(name, self.state.bars.days)
        bars = [Bar("A", name, one, 100.0, 101.0, 99.0, 100.0, volume, is_closed=True) for one in starts_ns]
        self.state.bars.provided.add(timeframe, bars, (starts_ns[0], timeframe.start_of(self.now_ns)))

    def provide_days(self, *, count: int, only: Callable[[date], bool] = lambda day: True) -> None:
        """Add the bars of a number of days before today."""
        timeframe = timeframe_named("1d", self.state.bars.days)
        starts_ns = [timeframe.step(timeframe.start_of(self.now_ns), -number) for number in range(count, 0, -1)]
        self.provide(
            "1d", *(one for one in starts_ns if only(datetime.fromtimestamp(one // SECOND_NS, NEW_YORK).date()))
        )


def in_new_york(*when: int) -> int:
    """Return a time in New York in nanoseconds since the epoch."""
    return int(datetime(*when, tzinfo=NEW_YORK).timestamp()) * SECOND_NS  # type: ignore[arg-type,misc]


def is_trading_day(day: date) -> bool:
    """Return whether US stocks are traded on a day."""
    return day.weekday() < 5 and day not in HOLIDAYS


def assert_fires_above(own: Monitored, volume: float) -> None:
    """Check that an alert fires when the volume of the forming bar exceeds this one."""
    own.apply(Trade("A", 100.0, volume - 2.0 - own.state.day.observed_volume, own.now_ns + SECOND_NS))
    assert own.fired == []
    own.apply(Trade("A", 100.5, 4.0, own.now_ns + 2 * SECOND_NS))
    assert own.prices("a") == [100.5]


def test_days_without_trading_do_not_count_in_the_average_volume_of_a_stock() -> None:
    own = UsStock(2024, 7, 8)  # a Monday; Thursday was a holiday
    own.provide_days(count=30, only=is_trading_day)
    own.trades(100.0)
    arm(own, "volume(1d) > 3x average(10)")
    assert_fires_above(own, 30.0)


def test_days_without_trades_count_as_no_volume_of_a_coin() -> None:
    own = Monitored()
    days = [DAY.step(DAY.start_of(START_NS), -number) for number in range(20, 0, -1) if number not in {3, 4}]
    bars = [Bar("A", "1d", one, 100.0, 101.0, 99.0, 100.0, 10.0, is_closed=True) for one in days]
    own.state.bars.provided.add(DAY, bars, (days[0], DAY.start_of(START_NS)))
    own.trades(100.0)
    arm(own, "volume(1d) > 3x average(10)")
    assert_fires_above(own, 24.0)


def test_the_night_does_not_count_in_the_average_volume_of_hours_of_a_stock() -> None:
    own = UsStock(2024, 7, 8)
    friday = [in_new_york(2024, 7, 5, hour) for hour in range(9, 18) if hour != 12]  # without trades at noon
    own.provide("1h", *friday)
    own.trades(100.0)
    arm(own, "volume(1h) > 3x average(8)")
    assert_fires_above(own, 3 * 70.0 / 8)


def test_days_are_those_of_the_market_also_when_the_clocks_have_changed() -> None:
    own = UsStock(2023, 11, 6)  # on the day after the clocks were changed
    own.provide_days(count=20)
    own.trades(100.0)
    arm(own, "volume(1d) > 3x average(10)")
    own.monitor.add("b", make_rule(parse_condition("sma(100,1d) > 30")), own.now_ns)
    own.apply(Trade("A", 100.0, 28.0, own.now_ns + SECOND_NS))
    assert own.fired == []
    own.apply(Trade("A", 100.5, 2.0, own.now_ns + 2 * SECOND_NS))
    assert own.prices("a") == [100.5]
    (needed,) = own.monitor.bars_needed(own.now_ns)
    assert needed.timeframe.days == own.state.bars.days


def test_hours_begin_at_the_minute_at_which_the_provider_begins_them() -> None:
    own = Monitored()
    own.market.set_us_stocks(StockHours.WITH_SESSION)
    state = own.market.find("A")
    assert state is not None
    monitor = SymbolMonitor(state, lambda name, monitor, crossing: None)
    monitor.add("a", make_rule(parse_condition("rsi(14,1h) < 30")), own.now_ns)
    (needed,) = monitor.bars_needed(own.now_ns)
    assert needed.timeframe.offset_ns == 30 * MINUTE_NS
