from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.theme import load_theme
from ticker_gui.market.market import Limits


class Shown:
    """A chart on a small market."""

    def __init__(self, qtbot: QtBot, *symbols: str) -> None:
        self.desk = Desk(*(symbols or ("A",)), limits=Limits(trades=100_000))
        self.chart = PriceChart(load_theme("dark"), self.desk.clock)
        qtbot.addWidget(self.chart)
        self.chart.resize(700, 500)
        self.chart.show()
        self.show(0)
        qtbot.wait(1)

    def show(self, row: int) -> None:
        self.chart.show_symbol(self.desk.market.states[row])

    def trade(self, price: float, after_s: float = 1.0, symbol: str = "A") -> None:
        self.desk.now_ns += int(after_s * SECOND_NS)
        self.desk.trade(symbol, price)
        self.chart.refresh()

    @property
    def x(self) -> tuple[float, float]:
        left, right = self.chart._view.viewRange()[0]
        return left, right

    @property
    def y(self) -> tuple[float, float]:
        bottom, top = self.chart._view.viewRange()[1]
        return bottom, top

    @property
    def line(self) -> tuple[list[float], list[float]]:
        x, y = self.chart._line.getData()
        return list(x), list(y)

    @property
    def newest_s(self) -> float:
        return float(self.desk.market.states[0].tape.times_ns[-1]) / SECOND_NS


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_the_line_is_the_tape_and_follows_the_newest_price(shown: Shown) -> None:
    for index in range(20):
        shown.trade(100.0 + index)
        left, right = shown.x
        assert left < shown.newest_s < right
        assert shown.y[0] < 100.0 + index < shown.y[1]
    assert shown.line[1] == [100.0 + index for index in range(20)]
    assert shown.chart._last.value() == 119.0


def test_the_headline_says_symbol_price_and_change(shown: Shown) -> None:
    shown.desk.day("A", 100.0)
    shown.trade(110.0)
    assert shown.chart._title.text() == "A   110.00   +10.00   +10.00%"


def test_another_symbol_is_shown_at_once_with_its_history(qtbot: QtBot) -> None:
    shown = Shown(qtbot, "A", "B")
    for index in range(10):
        shown.trade(100.0 + index)
        shown.trade(5.0 + index / 10, 0.1, "B")
    shown.show(1)
    assert shown.line[1] == [5.0 + index / 10 for index in range(10)]
    assert shown.y[0] < 5.0 < shown.y[1] < 50.0
    assert shown.chart._title.text().startswith("B ")


def test_no_symbol_and_no_trades_are_no_failure(shown: Shown) -> None:
    shown.chart.refresh()
    shown.desk.quote("A", 1.0, 2.0)
    shown.chart.refresh()
    shown.chart.show_symbol(None)
    shown.chart.refresh()
    assert "Select a symbol" in shown.chart._title.text()
    shown.chart.grab()


@pytest.mark.parametrize("prices", [[5.0], [5.0, 5.0], [-3.0, -3.0, -5.0, 0.0], [1e-8, 2e-8], [1e9, 1e9 + 1]])
def test_few_equal_negative_and_tiny_prices_are_pictures(shown: Shown, prices: list[float]) -> None:
    for price in prices:
        shown.trade(price)
    bottom, top = shown.y
    assert bottom < min(prices) <= max(prices) < top
    assert math.isfinite(bottom)
    assert not shown.chart.grab().toImage().isNull()


def test_a_quiet_chart_does_no_work(shown: Shown) -> None:
    shown.trade(1.0)
    before = shown.chart._line.xData
    shown.chart.refresh()
    assert shown.chart._line.xData is before


def test_prices_that_stay_within_the_axis_do_not_move_it(shown: Shown) -> None:
    for index in range(50):
        shown.trade(100.0 + index % 10)
    before = shown.y
    for index in range(50):
        shown.trade(101.0 + index % 8)
    assert shown.y == before


def test_who_moves_away_is_left_alone_until_they_come_back(shown: Shown, qtbot: QtBot) -> None:
    for index in range(200):
        shown.trade(100.0 + index % 10)
    with qtbot.waitSignal(shown.chart.frame_wanted):
        for _ in range(15):
            qtbot.keyClick(shown.chart, Qt.Key.Key_Left)
    assert not shown.chart.is_following
    shown.chart.refresh()
    before = shown.x
    shown.trade(100.0)
    assert shown.x == before
    assert max(shown.line[0]) < shown.newest_s
    qtbot.keyClick(shown.chart, Qt.Key.Key_End)
    assert shown.chart.is_following
    assert shown.x[1] > shown.newest_s


def test_a_zoom_is_kept_while_following(shown: Shown, qtbot: QtBot) -> None:
    for index in range(400):
        shown.trade(100.0 + index % 10)
    wide = shown.x[1] - shown.x[0]
    for _ in range(3):
        qtbot.keyClick(shown.chart, Qt.Key.Key_Plus)
    shown.trade(100.0)
    narrow = shown.x[1] - shown.x[0]
    assert shown.chart.is_following
    assert narrow == pytest.approx(wide * 0.8**3, rel=0.15)
    for _ in range(3):
        qtbot.keyClick(shown.chart, Qt.Key.Key_Minus)
    shown.trade(100.0)
    assert shown.x[1] - shown.x[0] == pytest.approx(wide, rel=0.15)


def test_a_double_click_goes_back_to_the_newest_price(shown: Shown, qtbot: QtBot) -> None:
    for index in range(200):
        shown.trade(100.0 + index % 10)
    for _ in range(15):
        qtbot.keyClick(shown.chart, Qt.Key.Key_Left)
    qtbot.mouseDClick(shown.chart, Qt.MouseButton.LeftButton)
    assert shown.chart.is_following


def test_a_long_history_is_drawn_by_its_peaks(shown: Shown) -> None:
    prices = 100 + np.cumsum(np.random.default_rng(5).normal(0, 0.1, 60_000))
    for index, price in enumerate(prices):
        shown.desk.now_ns += 4_000_000
        shown.desk.feed.apply(Trade("A", float(price), 1.0, shown.desk.now_ns), shown.desk.now_ns)
        if index % 20_000 == 0:
            shown.chart.refresh()
    shown.chart.refresh()
    x, y = shown.line
    assert len(x) < 3_000
    visible = shown.desk.market.states[0].tape.times_ns >= x[0] * SECOND_NS
    held = shown.desk.market.states[0].tape.prices[visible]
    assert max(y) == pytest.approx(held.max())
    assert min(y) == pytest.approx(held.min())
    assert shown.y[0] < min(y) < max(y) < shown.y[1]


def test_screen_readers_are_told_the_headline(shown: Shown) -> None:
    shown.trade(12.5)
    shown.chart.describe()
    assert shown.chart.accessibleDescription() == "A   12.50"
    shown.chart.show_symbol(None)
    shown.chart.describe()
    assert shown.chart.accessibleDescription() == ""


def test_a_hostile_symbol_is_shown_literally(qtbot: QtBot) -> None:
    shown = Shown(qtbot, "<img src=x width=9999>")
    shown.trade(1.0, symbol="<img src=x width=9999>")
    assert shown.chart._title.text().startswith("<img src=x width=9999>")
    assert shown.chart._title.textFormat() == Qt.TextFormat.PlainText


def test_switching_a_thousand_times_leaves_nothing_behind(qtbot: QtBot) -> None:
    shown = Shown(qtbot, *"ABCDE")
    for symbol in "ABCDE":
        shown.trade(1.0, symbol=symbol)
    items = len(shown.chart._plot.scene().items())
    for index in range(1000):
        shown.show(index % 5)
    assert len(shown.chart._plot.scene().items()) == items
