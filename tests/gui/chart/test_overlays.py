from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.theme import load_theme
from ticker_gui.market.indicators import INDICATORS


def test_an_indicator_is_drawn_over_the_price_while_it_is_on(qtbot: QtBot) -> None:
    desk = Desk("A")
    chart = PriceChart(load_theme("dark"), desk.clock)
    qtbot.addWidget(chart)
    chart.resize(600, 400)
    chart.show()
    chart.show_symbol(desk.market.states[0])
    sma = next(indicator for indicator in INDICATORS if indicator.key == "sma20")
    chart.show_indicator(sma, True)
    chart.show_indicator(sma, True)
    for index in range(40):
        desk.now_ns += SECOND_NS
        desk.trade("A", 100.0 + index)
    chart.refresh()
    (curve,) = chart._overlays._curves.values()
    _, values = curve.getData()
    assert values[-1] == pytest.approx(sum(100.0 + index for index in range(20, 40)) / 20)
    chart.grab()
    items = len(chart._plot.scene().items())
    for _ in range(50):
        chart.show_indicator(sma, False)
        assert not chart._overlays._curves
        chart.show_indicator(sma, True)
    assert len(chart._plot.scene().items()) == items
    chart.grab()
