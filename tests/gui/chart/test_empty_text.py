from __future__ import annotations

from tests.gui.market_of import Desk
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.gui.chart.empty_text import empty_text, has_data


def test_without_a_symbol_the_chart_says_how_to_get_one() -> None:
    text = empty_text(None, None)
    assert (text.title, text.action) == ("No symbol on the chart", "Add symbols")


def test_a_chart_has_data_from_the_first_price_on() -> None:
    desk = Desk("A", "B")
    traded, quoted = desk.market.states
    assert not has_data(None, None)
    assert not has_data(traded, ChartData(traded, "1m"))
    desk.trade("A", 5.0)
    desk.quote("B", 4.0, 5.0)
    assert all(has_data(state, ChartData(state, "1m")) for state in (traded, quoted))
