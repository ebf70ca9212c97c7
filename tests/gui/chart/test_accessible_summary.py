from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.feeds.history import Instrument
from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.gui.chart.accessible_summary import headline, summary
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.market.remembered_values import RememberedValues

NOW_NS = 1_790_000_000 * SECOND_NS


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    return ChartDriver(qtbot, timeframe="1s", kind="candles", indicators=(IndicatorConfig("sma", {"timeperiod": 3}),))


def test_the_headline_leaves_out_unknown_values(driver: ChartDriver) -> None:
    state = driver.desk.market.states[0]
    assert headline(state, PLAIN, NOW_NS).text == "A"
    driver.trades(1234.5)
    assert headline(state, PLAIN, NOW_NS).text == "A   1,234.50"
    assert headline(state, PLAIN, NOW_NS).direction == 0
    driver.desk.day("A", 1000.0)
    line = headline(state, NumberStyle(point=",", group="."), NOW_NS)
    assert line.text == "A   1.234,50   +234,50   +23,45%"
    assert line.direction == 1
    driver.desk.day("A", 2000.0)
    assert headline(state, PLAIN, NOW_NS).direction == -1


def test_the_headline_has_a_remembered_price_with_its_date_until_data_arrives(driver: ChartDriver) -> None:
    state, now_ns = driver.desk.market.states[0], driver.desk.clock()
    values = RememberedValues(now_ns - DAY_NS, 1234.5, now_ns - DAY_NS, open=1000.0)
    driver.desk.market.feed("desk").remember("A", values, now_ns)
    line = headline(state, PLAIN, now_ns)
    assert (line.price, line.change, line.percent, line.direction) == ("1,234.50", "+234.50", "+23.45%", 1)
    assert line.date.startswith("last known, from yesterday ")
    assert line.text.endswith(line.date)
    driver.trades(7.0)
    assert headline(state, PLAIN, now_ns).text == "A   7.00"


def test_the_summary_describes_the_visible_range(driver: ChartDriver) -> None:
    driver.trades(100.0, 104.0, 102.0)
    assert summary(driver.scene) == (
        "A   102.00. Candles, 1 s. Visible range: Tue 14 Nov 2023 22:12:59 to Tue 14 Nov 2023 22:13:23."
        " Low 100.00, high 104.00, change +2.00%. SMA 3 102.000."
    )


def test_the_summary_says_that_there_are_no_prices(driver: ChartDriver) -> None:
    driver.chart.refresh()
    assert summary(driver.scene) == f"A. Candles, 1 s. {WAITING_FOR_TRADES}"
    driver.trades(1.0)
    driver.chart.time_range.pan(-10_000.0)
    driver.chart.invalidate()
    driver.chart.refresh()
    assert summary(driver.scene).endswith("No prices in the visible range.")


def test_the_summary_counts_gaps(driver: ChartDriver) -> None:
    coverage = driver.desk.market.states[0].coverage
    coverage.mark_connected(driver.desk.now_ns)
    driver.trades(1.0, 2.0)
    coverage.mark_disconnected(driver.desk.now_ns)
    driver.trades(3.0, after_s=5.0)
    assert summary(driver.scene).endswith("1 gap in the data.")


def test_the_headline_has_the_name_of_the_instrument_unless_the_user_has_named_it(driver: ChartDriver) -> None:
    state = driver.desk.market.states[0]
    state.instrument = Instrument("A", "Apple\u202e Inc.")
    assert headline(state, PLAIN, NOW_NS).name == sanitize_text("Apple\u202e Inc.")
    state.alias = "Mine"
    assert headline(state, PLAIN, NOW_NS).name == "Mine"
    state.alias, state.instrument = "", Instrument("A", "a")
    assert headline(state, PLAIN, NOW_NS).name == ""
