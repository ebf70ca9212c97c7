from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QHeaderView, QTableView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.chart.bar_table import BarRows, titles
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.chart.data_table import BarModel, BarTable
from ticker_gui.indicators.registry import IndicatorConfig

SOME = (IndicatorConfig("sma", {"timeperiod": 3}), IndicatorConfig("bbands", {"timeperiod": 5}))
FEW = HistoryCapacity(trades=400, second_bars=60, minute_bars=60)
BARS = ["Time", "Open", "High", "Low", "Close", "Volume"]
TINY = HistoryCapacity(trades=150, second_bars=20, minute_bars=20)
_Key = Qt.Key


class Tabled:
    """A visible chart with bars of one second, and its table."""

    def __init__(
        self, qtbot: QtBot, *symbols: str, bars: int = 100, indicators: Sequence[IndicatorConfig] = ()
    ) -> None:
        self.driver = ChartDriver(qtbot, *symbols, timeframe="1s", indicators=tuple(indicators))
        self.table = BarTable()
        self.model = self.table.model
        (self.view,) = self.table.findChildren(QTableView)
        self.trades(*(100.0 + number * 7 % 11 for number in range(bars)))
        qtbot.addWidget(self.table)
        self.table.show()
        self.table.activateWindow()
        qtbot.waitUntil(self.table.isActiveWindow)

    def trades(self, *prices: float) -> None:
        self.driver.trades(*prices)
        self.show()

    def show(self) -> None:
        self.driver.chart.refresh()
        self.table.show_scene(self.driver.scene)

    def forget(self, capacity: HistoryCapacity = FEW) -> None:
        """Limit the number of bars in memory."""
        self.driver.desk.market.states[0].bars.set_capacity(capacity)
        self.show()

    @property
    def titles(self) -> list[str]:
        header = range(self.model.columnCount())
        return [self.model.headerData(position, Qt.Orientation.Horizontal) for position in header]

    @property
    def top(self) -> str:
        """The time of the first visible row."""
        return str(self.model.index(self.view.rowAt(0), 0).data())

    @property
    def is_at_end(self) -> bool:
        last = self.view.visualRect(self.model.index(self.model.rowCount() - 1, 0))
        return self.view.viewport().rect().contains(last)


def row(model: QAbstractItemModel, position: int) -> list[str]:
    position %= model.rowCount()
    return [model.index(position, column).data() for column in range(model.columnCount())]


@pytest.fixture
def tabled(qtbot: QtBot) -> Tabled:
    return Tabled(qtbot)


def test_each_bar_is_a_formatted_row(qtbot: QtBot) -> None:
    tabled = Tabled(
        qtbot, bars=0, indicators=[IndicatorConfig("sma", {"timeperiod": 2}), IndicatorConfig("rsi", {"timeperiod": 2})]
    )
    for after_s, price, size in ((1.0, 1100.0, 2.0), (0.25, 1103.5, 1.0), (0.25, 1099.0, 0.5), (1.0, 1101.0, 4e6)):
        tabled.driver.trade(price, after_s, size=size)
    tabled.show()
    assert tabled.titles == [*BARS, "SMA 2", "RSI 2", "Coverage"]
    assert row(tabled.model, 0) == [
        "Tue 14 Nov 2023 22:13:21", "1,100.00", "1,103.50", "1,099.00", "1,099.00", "3.5", "–", "–",
        "partial",
    ]  # fmt: skip
    assert row(tabled.model, 1)[:7] == [
        "Tue 14 Nov 2023 22:13:22", "1,101.00", "1,101.00", "1,101.00", "1,101.00", "4.00 M", "1,100.000"
    ]  # fmt: skip
    tabled.driver.chart.set_style(NumberStyle(point=",", group="."))
    tabled.show()
    assert row(tabled.model, 0)[1:3] == ["1.100,00", "1.103,50"]
    tabled.driver.choose(zone="Asia/Tokyo")
    tabled.show()
    assert row(tabled.model, 0)[0] == "Wed 15 Nov 2023 07:13:21"


def test_daily_bars_have_no_time(tabled: Tabled) -> None:
    tabled.driver.choose(timeframe="1d")
    tabled.show()
    assert row(tabled.model, 0)[0] == "Tue 14 Nov 2023"


def test_the_table_shows_the_values_of_the_bars(qtbot: QtBot) -> None:
    tabled = Tabled(qtbot, indicators=SOME)
    chart_data = tabled.driver.scene.chart_data
    values = [output for study in chart_data.studies for output in study.values(chart_data.series)]
    assert tabled.titles[6:-1] == ["SMA 3", *(f"Bollinger 5 2 {name}" for name in ("Upper", "Middle", "Lower"))]
    assert tabled.model.rowCount() == len(chart_data.series) == 100
    for position in range(100):
        texts = row(tabled.model, position)
        for column, values_of in enumerate((*chart_data.series.bars[1:], *values), start=1):
            expected = float(values_of[position])
            displayed = math.nan if texts[column] == "–" else float(texts[column])
            assert displayed == pytest.approx(expected, abs=0.0005, nan_ok=True), (position, tabled.titles[column])


def test_the_coverage_is_the_same_as_in_the_export(qtbot: QtBot) -> None:
    tabled = Tabled(qtbot, bars=0)
    tabled.driver.choose(timeframe="5s")
    desk = tabled.driver.desk
    coverage = desk.market.states[0].coverage
    coverage.mark_connected(desk.now_ns)
    for _ in range(2):
        tabled.driver.trades(*[100.0] * 20)
        coverage.mark_disconnected(desk.now_ns)
        desk.now_ns += 7 * SECOND_NS
        coverage.mark_connected(desk.now_ns)
    tabled.driver.trades(*[100.0] * 12)
    coverage.mark_disconnected(desk.now_ns)
    desk.now_ns += SECOND_NS
    tabled.show()
    scene, count = tabled.driver.scene, tabled.model.rowCount()
    exported = [cells[-1] for cells in BarRows(scene.chart_data, 0, count, scene.now_ns).rows(0, count)]
    assert {*exported} == {"complete", "partial"}
    assert exported[-1] == "partial"
    assert [row(tabled.model, position)[-1] for position in range(count)] == exported


def test_the_model_passes_the_qt_model_tester(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    tabled = Tabled(qtbot, "A", "B", bars=30, indicators=SOME)
    tester = QAbstractItemModelTester(tabled.model, QAbstractItemModelTester.FailureReportingMode.Warning)
    begin = tabled.driver.scene.chart_data.series.begin
    tabled.trades(101.0, 102.0)  # adds bars
    tabled.driver.trade(103.0, 0.1)  # changes the last bar
    tabled.show()
    tabled.forget(TINY)
    tabled.trades(*(100.0 + number % 3 for number in range(5)))  # drops some or all bars
    tabled.trades(*(100.0 + number % 3 for number in range(100)))
    assert tabled.driver.scene.chart_data.series.begin > begin + 100
    assert tabled.model.rowCount() == TINY.second_bars
    for options in ({"timeframe": "5s"}, {"timeframe": "3t"}, {"indicators": ()}, {"indicators": SOME[:1]}):
        tabled.driver.choose(**options)
        tabled.trades(101.0)
        assert tabled.titles == [*titles(tabled.driver.scene.chart_data), "Coverage"]
        assert row(tabled.model, -1)[4] == "101.00"
    for _ in range(2):
        tabled.driver.show(1)  # has no bars yet
        tabled.show()
        tabled.driver.trade(5.0, symbol="B")
        tabled.show()
    assert row(tabled.model, -1)[4] == "5.00"
    tabled.driver.show(0)
    tabled.show()
    assert tester.model() is tabled.model
    qtmodeltester.check(tabled.model)


def test_another_symbol_resets_the_model(qtbot: QtBot) -> None:
    tabled = Tabled(qtbot, "A", "B", bars=3)
    for price in range(5):
        tabled.driver.trade(50.0 + price, symbol="B")
    kept = QPersistentModelIndex(tabled.model.index(1, 0))
    tabled.trades(103.0)
    assert kept.isValid()
    tabled.driver.show(1)
    tabled.show()
    assert not kept.isValid()
    assert [row(tabled.model, position)[4] for position in range(5)] == ["50.00", "51.00", "52.00", "53.00", "54.00"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.integers(-3, 30), max_size=6))
def test_added_and_removed_rows_are_reported_exactly(tabled: Tabled, steps: list[int]) -> None:
    """Track rows by the model's signals, as a view does, and compare."""
    model = BarModel()
    kept: list[str] = []

    def fill() -> None:
        kept[:] = [model.index(position, 0).data() for position in range(model.rowCount())]

    def insert(parent: QModelIndex, first: int, last: int) -> None:
        kept[first:first] = [model.index(position, 0).data() for position in range(first, last + 1)]

    def remove(parent: QModelIndex, first: int, last: int) -> None:
        del kept[first : last + 1]

    model.modelReset.connect(fill)
    model.rowsInserted.connect(insert)
    model.rowsRemoved.connect(remove)
    tabled.forget(TINY)
    model.set_scene(tabled.driver.scene)
    for step in steps:
        for _ in range(step):
            tabled.driver.trade(100.0)
        if step < 0:
            tabled.driver.choose(timeframe=f"{-step}t" if step < -1 else "1s")
        tabled.driver.chart.refresh()
        model.set_scene(tabled.driver.scene)
        assert kept == [model.index(position, 0).data() for position in range(model.rowCount())]
        assert model.rowCount() == len(tabled.driver.scene.chart_data.series)


def test_trades_between_two_reads_cause_no_error(tabled: Tabled) -> None:
    tabled.forget()
    for number in range(200):
        tabled.driver.trade(200.0 + number)
    tabled.driver.chart.refresh()
    assert tabled.model.rowCount() == FEW.second_bars  # as of the last update
    for position in range(tabled.model.rowCount()):
        assert row(tabled.model, position) == [""] * 7  # all of these are dropped
    tabled.view.grab()
    tabled.show()
    assert row(tabled.model, -1)[4] == "399.00"


@pytest.mark.parametrize(
    "indicators",
    [(), (IndicatorConfig("macd"), IndicatorConfig("bbands"), IndicatorConfig("adx"))],
    ids=["few", "many"],
)
def test_the_table_opens_at_the_newest_bar_and_follows_it(qtbot: QtBot, indicators: Sequence[IndicatorConfig]) -> None:
    tabled = Tabled(qtbot, indicators=indicators)
    qtbot.waitUntil(lambda: tabled.is_at_end)
    for price in range(100, 112):
        tabled.trades(float(price))
        assert tabled.is_at_end
    tabled.forget()
    tabled.trades(*(100.0,) * 100)
    assert tabled.is_at_end
    assert tabled.view.rowAt(0) > 0


def test_the_table_stays_at_the_end_when_it_is_resized(tabled: Tabled, qtbot: QtBot) -> None:
    height = tabled.view.viewport().height()
    tabled.table.resize(600, 250)
    qtbot.waitUntil(lambda: tabled.view.viewport().height() < height)
    tabled.trades(101.0)
    assert tabled.is_at_end


def test_a_scrolled_table_does_not_follow(tabled: Tabled, qtbot: QtBot) -> None:
    qtbot.keyClick(tabled.view, _Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    for _ in range(2):
        qtbot.keyClick(tabled.view, _Key.Key_PageDown)
    top = tabled.top
    for price in range(100, 112):
        tabled.trades(float(price))
        assert tabled.top == top
    qtbot.keyClick(tabled.view, _Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    tabled.trades(1.0)
    assert tabled.is_at_end


def test_a_scrolled_table_keeps_its_rows_when_old_bars_are_dropped(tabled: Tabled, qtbot: QtBot) -> None:
    tabled.forget()
    tabled.view.verticalScrollBar().setValue(tabled.view.verticalScrollBar().maximum() // 2)
    top = tabled.top
    for price in range(100, 110):
        tabled.trades(float(price))
        assert tabled.top == top


def test_the_current_row_stays_current(tabled: Tabled) -> None:
    tabled.forget()
    assert tabled.view.currentIndex().row() == 59
    time = tabled.view.currentIndex().data()
    for price in (101.0, 102.0, 103.0):
        tabled.trades(price)
        assert tabled.view.currentIndex().data() == time


def test_the_window_has_symbol_and_timeframe_as_title_and_escape_closes_it(qtbot: QtBot) -> None:
    tabled = Tabled(qtbot, "<b>A</b>\u202e&x\n")
    assert tabled.table.windowTitle() == "<b>A</b>&x, 1s"
    tabled.driver.choose(timeframe="5m")
    tabled.show()
    assert tabled.table.windowTitle().endswith(", 5m")
    tabled.driver.choose(timeframe="ticks")
    tabled.show()
    assert tabled.table.windowTitle().endswith(", 1s")  # the bars of single trades are seconds
    qtbot.keyClick(tabled.view, _Key.Key_Escape)
    assert not tabled.table.isVisible()


def test_the_table_has_an_accessible_name_and_is_read_only(tabled: Tabled) -> None:
    assert tabled.view.accessibleName() == "Chart data"
    assert not tabled.table.isModal()
    index = tabled.model.index(0, 1)
    assert not tabled.model.flags(index) & Qt.ItemFlag.ItemIsEditable
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert index.data(Qt.ItemDataRole.DecorationRole) is None
    assert tabled.view.horizontalHeader().sectionResizeMode(0) is QHeaderView.ResizeMode.Interactive


def test_headers_are_aligned_with_their_numbers(qtbot: QtBot) -> None:
    model = BarModel()
    role = Qt.ItemDataRole.TextAlignmentRole
    title = model.headerData(0, Qt.Orientation.Horizontal, role)
    assert title & Qt.AlignmentFlag.AlignRight
    assert model.headerData(0, Qt.Orientation.Vertical, role) is None
