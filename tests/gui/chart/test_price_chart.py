from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.market_of import Desk
from ticker_gui.domain.events import Trade
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.feed_status.charted_status import ChartedStatus, Remedy
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.chart import price_chart
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.empty_view import EmptyText
from ticker_gui.gui.widgets.paint_guard import FailureKind
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.indicators.registry import IndicatorConfig

REFUSED = ChartedStatus(StateMark.REFUSED, "Refused", "desk", "A is not listed here.", Remedy.FIND, True)


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    return ChartDriver(qtbot)


def test_the_line_shows_all_trades_and_follows_the_latest_price(driver: ChartDriver) -> None:
    for index in range(20):
        driver.trades(100.0 + index)
        time_range, price_range = driver.chart.time_range, driver.chart.price.price_range
        assert time_range.left < driver.desk.now_ns / SECOND_NS < time_range.right
        assert price_range.bottom < 100.0 + index < price_range.top
    assert list(driver.visible_data.line.prices) == [100.0 + index for index in range(20)]


def test_the_headline_shows_symbol_price_and_change(driver: ChartDriver) -> None:
    driver.desk.day("A", 100.0)
    driver.trades(110.0)
    assert driver.chart.head.text() == "A   110.00   +10.00   +10.00%"


def test_a_failing_headline_leaves_the_chart_and_the_symbol(
    driver: ChartDriver, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    def fail(*_: object) -> str:
        raise OverflowError("cannot convert float infinity to integer")

    driver.trades(100.0)
    before = driver.chart.scene
    monkeypatch.setattr(price_chart, "headline", fail)
    driver.trades(110.0)
    assert driver.chart.head.text() == "A"
    assert driver.chart.scene is not before
    assert list(driver.visible_data.line.prices) == [100.0, 110.0]
    assert [kind[0] for kind in paint_failures] == ["the headline"]
    assert list(driver.chart.price.canvas.unprepared) == ["the headline"]
    paint_failures.clear()


def test_numbers_are_in_the_number_format(driver: ChartDriver) -> None:
    driver.trades(1100.5)
    driver.chart.set_style(NumberStyle(point=",", group="."))
    driver.chart.refresh()
    assert driver.chart.head.text() == "A   1.100,50"
    assert all("." not in label or label.count(".") == 1 for label in driver.chart.price.price_axis.labels)
    assert "1.100,50" in [line for tag in driver.chart.price.price_axis.tags for line in tag]


def test_another_symbol_is_shown_at_once_with_its_history(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B")
    for index in range(10):
        driver.trade(100.0 + index)
        driver.trade(5.0 + index / 10, 0.1, "B")
    driver.chart.refresh()
    driver.show(1)
    assert list(driver.visible_data.line.prices) == [5.0 + index / 10 for index in range(10)]
    price_range = driver.chart.price.price_range
    assert 0.0 < price_range.bottom < 5.0 < 5.9 < price_range.top < 50.0
    assert driver.chart.head.text().startswith("B ")


def test_no_symbol_and_no_trades_cause_no_error(driver: ChartDriver) -> None:
    driver.chart.refresh()
    driver.desk.quote("A", 1.0, 2.0)
    driver.chart.refresh()
    driver.chart.update_accessible_text()
    driver.chart.grab()
    driver.chart.show_symbol(None)
    driver.chart.refresh()
    assert driver.chart.head.text() == ""
    assert driver.chart.empty.text.title == "No symbol on the chart"
    assert not driver.chart.panes.isVisible()


def test_without_data_there_are_no_axes_but_the_reason_and_its_remedy(driver: ChartDriver) -> None:
    chart = driver.chart
    assert not chart.panes.isVisible()
    assert chart.empty.text.title == WAITING_FOR_TRADES
    chart.show_status(REFUSED)
    assert chart.empty.text == EmptyText("Refused", "A is not listed here.", "Find…")
    assert not chart.head._button.isVisible()  # it is in the middle already
    assert chart.head.text() == "A"
    asked: list[object] = []
    chart.remedy_requested.connect(asked.append)
    chart.empty._button.click()
    assert asked == [Remedy.FIND]
    chart.update_accessible_text()
    assert chart.accessibleDescription() == "Refused. A is not listed here."
    driver.trades(100.0)
    assert chart.panes.isVisible()
    assert not chart.empty.isVisible()
    assert chart.head._button.isVisible()


def test_an_empty_chart_offers_to_add_symbols(driver: ChartDriver, qtbot: QtBot) -> None:
    driver.chart.show_symbol(None)
    with qtbot.waitSignal(driver.chart.symbols_requested):
        driver.chart.empty._button.click()


def test_stale_data_has_no_colors_of_direction(driver: ChartDriver) -> None:
    driver.trades(100.0, 101.0)
    theme = load_theme("dark")
    assert driver.scene.colors.up.name() == theme.up
    driver.chart.show_status(REFUSED)
    driver.chart.refresh()
    assert driver.scene.is_stale
    assert (driver.scene.colors.up.name(), driver.scene.colors.down.name()) == (theme.text2, theme.text3)
    assert driver.chart.price.price_axis._tags[-1].color.name() == theme.raised
    driver.chart.show_status(None)
    driver.chart.refresh()
    assert driver.scene.colors.up.name() == theme.up


@pytest.mark.parametrize(
    "prices", [[], [5.0], [5.0, 5.0], [-3.0, -3.0, -5.0, 0.0], [1e-8, 2e-8], [1e9, 1e9 + 1, 1e9 + 2]], ids=str
)
def test_few_equal_negative_and_tiny_prices_are_drawn(qtbot: QtBot, prices: list[float]) -> None:
    driver = ChartDriver(qtbot, scale="log", indicators=(IndicatorConfig("sma"), IndicatorConfig("rsi")))
    driver.trades(*prices)
    for timeframe in ("ticks", "1s", "1d", "2t"):
        for kind in CHART_TYPES:
            driver.choose(kind=kind, timeframe=timeframe)
            price_range = driver.chart.price.price_range
            assert -math.inf < price_range.bottom < price_range.top < math.inf
            assert all(0 <= driver.viewport.y(price) <= driver.viewport.height for price in prices[-1:])
            assert not driver.chart.price.grab().isNull()
        assert not driver.chart.grab().isNull()


def test_a_quiet_chart_does_no_work(driver: ChartDriver) -> None:
    driver.trades(1.0)
    before = driver.chart.scene
    driver.chart.refresh()
    assert driver.chart.scene is before


def test_passing_time_redraws_only_visible_changes(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1m")
    driver.trades(1.0)
    (tag,) = driver.chart.price.price_axis.tags
    driver.desk.now_ns += 3 * SECOND_NS
    driver.chart.update_accessible_text()
    driver.chart.refresh()
    (later,) = driver.chart.price.price_axis.tags
    assert tag[0] == later[0]
    assert int(tag[1][-2:]) - int(later[1][-2:]) in (3, -57)
    driver.choose(timeframe="ticks")
    before = driver.chart.scene
    driver.chart.update_accessible_text()
    driver.chart.refresh()
    assert driver.chart.scene is before


def test_a_second_within_a_bar_draws_only_the_price_axis(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1m")
    driver.desk.now_ns += -driver.desk.now_ns % MINUTE_NS
    driver.trades(1.0, 2.0, 1.5)
    chart, canvas = driver.chart, driver.chart.price.canvas

    def wait(seconds: int) -> bool:
        """Return whether the canvas is drawn after some seconds; after each change, the picture is the whole one."""
        layers = canvas.layers
        driver.desk.now_ns += seconds * SECOND_NS
        chart.update_accessible_text()
        chart.refresh()
        is_drawn, shown = canvas.layers is not layers, on_screen()
        chart.invalidate()
        chart.refresh()
        assert shown == on_screen() == chart.grab().toImage().convertToFormat(shown.format())
        return is_drawn

    def on_screen() -> QImage:
        for _ in range(3):
            QApplication.processEvents()
        return chart.screen().grabWindow(chart.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)

    before = chart.price.price_axis.tags
    assert not wait(3)
    assert chart.price.price_axis.tags != before
    assert wait(60)  # in the next bar
    assert not wait(3)
    driver.desk.market.states[0].coverage.mark_disconnected(driver.desk.now_ns)
    chart.invalidate()
    chart.refresh()
    assert wait(3)  # the gap becomes longer


def test_a_changed_countdown_does_not_paint_the_canvas_beside_it(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1m")
    driver.desk.now_ns += -driver.desk.now_ns % MINUTE_NS
    driver.trades(1.0, 2.0, 1.5)
    QApplication.processEvents()
    canvas, paints = driver.chart.price.canvas, list[int]()
    canvas.layers = [*canvas.layers, lambda *_: paints.append(1)]
    driver.desk.now_ns += 3 * SECOND_NS
    driver.chart.update_accessible_text()
    driver.chart.refresh()
    QApplication.processEvents()
    assert not paints
    driver.chart.price.viewport().update()
    qtbot.waitUntil(lambda: bool(paints))


def test_prices_that_stay_within_the_axis_do_not_move_it(driver: ChartDriver) -> None:
    driver.trades(*(100.0 + index % 10 for index in range(50)))
    before = (driver.chart.price.price_range.bottom, driver.chart.price.price_range.top)
    driver.trades(*(101.0 + index % 8 for index in range(50)))
    assert (driver.chart.price.price_range.bottom, driver.chart.price.price_range.top) == before


def test_a_scrolled_chart_stays_until_the_user_returns_to_the_latest_price(driver: ChartDriver, qtbot: QtBot) -> None:
    driver.trades(*(100.0 + index % 10 for index in range(300)))
    live = driver.chart.findChild(QToolButton, "live")
    assert isinstance(live, QToolButton)
    assert not live.isVisible()
    with qtbot.waitSignal(driver.chart.frame_requested):
        for _ in range(15):
            qtbot.keyClick(driver.chart, Qt.Key.Key_Left)
    driver.chart.refresh()
    assert live.isVisible()
    before = (driver.chart.time_range.left, driver.chart.time_range.right)
    driver.trades(100.0, 101.0)
    assert (driver.chart.time_range.left, driver.chart.time_range.right) == before
    qtbot.mouseClick(live, Qt.MouseButton.LeftButton)
    driver.chart.refresh()
    assert driver.chart.time_range.is_following
    assert driver.chart.time_range.right > driver.desk.now_ns / SECOND_NS
    assert not live.isVisible()


@pytest.mark.parametrize("row", [1, None])
def test_without_data_there_is_no_latest_price_to_go_to(qtbot: QtBot, row: int | None) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s")
    driver.trades(*(100.0 + number % 3 for number in range(200)))
    driver.chart.time_range.pan(-150.0)
    driver.chart.invalidate()
    driver.chart.refresh()
    button = driver.chart.findChild(QToolButton, "live")
    assert isinstance(button, QToolButton)
    assert button.isVisible()
    driver.chart.show_symbol(None if row is None else driver.desk.market.states[row])
    driver.chart.refresh()
    assert driver.chart.empty.isVisible()
    assert not button.isVisible()
    driver.show(0)
    assert button.isVisible()


def test_the_button_is_in_the_corner_of_the_canvas_in_the_first_frame(qtbot: QtBot) -> None:
    desk = Desk("A")
    chart = PriceChart(load_theme("dark"), desk.clock)
    qtbot.addWidget(chart)
    chart.resize(480, 320)  # before it is laid out
    chart.show()
    chart.show_symbol(desk.market.states[0])
    for index in range(300):
        desk.now_ns += SECOND_NS
        desk.trade("A", 10_000_000.5 + index)  # makes the axis wider
    chart.refresh()
    chart.time_range.pan(-100.0)
    for _ in range(2):
        chart.invalidate()
        chart.refresh()
    live = chart.findChild(QToolButton, "live")
    assert isinstance(live, QToolButton)
    assert live.isVisible()
    edge = chart.width() - chart.panes.axis_width
    assert edge - 20 < live.geometry().right() < edge
    assert chart.height() - 40 < live.geometry().bottom() < chart.height()


def test_the_menu_opens_by_its_key_once(driver: ChartDriver) -> None:
    asked: list[QPoint] = []
    driver.chart.menu_requested.connect(asked.append)
    at = QPoint(20, 30)
    for widget, reason in (
        (driver.chart, QContextMenuEvent.Reason.Keyboard),
        (driver.chart.price.viewport(), QContextMenuEvent.Reason.Mouse),
    ):
        QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))
    above_panes = driver.chart.panes.mapToGlobal(QPoint(0, -1))  # there is no crosshair of keys
    assert asked == [above_panes, driver.chart.price.viewport().mapToGlobal(at)]


def test_the_button_is_inside_the_panes(driver: ChartDriver) -> None:
    driver.trades(1.0)
    live = driver.chart.findChild(QToolButton, "live")
    assert isinstance(live, QToolButton)
    for width, height in ((700, 500), (400, 300), (1200, 900)):
        driver.chart.resize(width, height)
        assert driver.chart.panes.geometry().contains(live.geometry())


def test_a_long_history_is_drawn_by_its_peaks(driver: ChartDriver) -> None:
    prices = 100 + np.cumsum(np.random.default_rng(5).normal(0, 0.1, 60_000))
    for index, price in enumerate(prices):
        driver.desk.now_ns += 4_000_000
        driver.desk.feed.apply(Trade("A", float(price), 1.0, driver.desk.now_ns), driver.desk.now_ns)
        if index % 20_000 == 0:
            driver.chart.refresh()
    driver.chart.refresh()
    x, y = driver.visible_data.line[:2]
    assert len(x) < 3_000
    held = driver.desk.market.states[0].tape
    visible = held.prices[held.times_ns >= x[0] * SECOND_NS]
    assert max(y) == pytest.approx(visible.max())
    assert min(y) == pytest.approx(visible.min())


def test_screen_readers_get_a_description_of_the_view(driver: ChartDriver) -> None:
    driver.trades(12.5)
    driver.chart.update_accessible_text()
    assert driver.chart.accessibleDescription().startswith("A   12.50. Line, Ticks.")
    driver.chart.show_symbol(None)
    driver.chart.update_accessible_text()
    assert driver.chart.accessibleDescription() == "No symbol on the chart. Select a row to see its chart."


def test_a_hostile_symbol_is_shown_as_plain_text(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "<img src=x width=9999>")
    driver.trades(1.0)
    assert driver.chart.head.text().startswith("<img src=x width=9999>")


def test_the_theme_applies_to_all_panes_at_once(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, indicators=(IndicatorConfig("rsi"),))
    driver.trades(1.0, 2.0)
    light = load_theme("light", "classic")
    driver.chart.set_theme(light)
    driver.chart.refresh()
    image = driver.chart.grab().toImage()
    assert image.pixelColor(100, 250).name() == light.base
    assert driver.scene.colors.up.name() == light.up


def test_option_changes_are_emitted_once(driver: ChartDriver, qtbot: QtBot) -> None:
    with qtbot.waitSignal(driver.chart.options_changed):
        driver.choose(kind="candles")
    with qtbot.assertNotEmitted(driver.chart.options_changed):
        driver.choose(kind="candles")


def test_another_timeframe_shows_as_many_bars(driver: ChartDriver) -> None:
    driver.trades(*(100.0 + index % 7 for index in range(1_000)))
    driver.choose(timeframe="1s")
    seconds = driver.width
    driver.choose(timeframe="5s")
    assert driver.width == pytest.approx(5 * seconds)
    assert len(driver.visible_data.visible.bars.close) == pytest.approx(113, abs=3)


def test_compared_symbols_are_shown_as_percentages(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s")
    for index in range(50):
        driver.trade(100.0 + index, 1.0)
        driver.trade(10.0 + index / 10, 0.0, "B")
    driver.chart.compare([driver.desk.market.states[1]])
    driver.chart.refresh()
    assert all(label.endswith("%") for label in driver.chart.price.price_axis.labels)
    (line,) = driver.scene.compared()
    assert line.prices[-1] == pytest.approx(149.0, rel=0.01)  # both rose by 49 percent
    driver.trade(20.0, 1.0, "B")
    driver.chart.refresh()
    assert driver.scene.compared()[0].prices[-1] == pytest.approx(200.0)
    driver.show(1)
    assert driver.visible_data.compared == []  # a symbol is not compared with itself
    driver.chart.compare([])
    driver.chart.refresh()
    assert not any(label.endswith("%") for label in driver.chart.price.price_axis.labels)


def test_switching_again_and_again_leaks_nothing(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, *"ABCDE")
    for symbol in "ABCDE":
        for index in range(30):
            driver.trade(1.0 + index, symbol=symbol)
    all_kinds, chosen = list(CHART_TYPES), (IndicatorConfig("sma"), IndicatorConfig("rsi"), IndicatorConfig("macd"))

    def switch(index: int) -> None:
        driver.show(index % 5)
        driver.choose(
            kind=all_kinds[index % len(all_kinds)],
            timeframe=("ticks", "1s", "5s", "3t")[index % 4],
            indicators=chosen[: index % 4],
            has_volume=bool(index % 3),
        )

    def objects() -> int:
        items = [item for pane in driver.chart.panes._all() for item in pane.scene().items()]
        return len(items) + len(driver.chart.findChildren(QObject))

    for index in range(24):
        switch(index)
    before = objects()
    for index in range(24):
        switch(index)
    assert objects() == before


@pytest.mark.parametrize("timeframe", ["ticks", "1s"])
def test_a_rarely_traded_symbol_starts_with_several_trades_in_view(qtbot: QtBot, timeframe: str) -> None:
    driver = ChartDriver(qtbot, timeframe=timeframe)
    for index in range(100):
        driver.trade(100.0 + index % 7, after_s=40.0)
    driver.show(0)
    assert driver.visible_data.visible.end - driver.visible_data.visible.begin >= 30
    driver.trade(100.0, after_s=80_000.0)
    driver.show(0)
    assert driver.width < 1500.0  # a long pause does not widen the range
    assert driver.chart.time_range.is_following
    driver.choose(timeframe="1m")
    assert driver.width == pytest.approx(120 * 60.0)


def middle_time(driver: ChartDriver) -> float:
    chart_data, time_range = driver.scene.chart_data, driver.chart.time_range
    return chart_data.time_scale.time_at(chart_data.series, (time_range.left + time_range.right) / 2) / SECOND_NS


def away(driver: ChartDriver, seconds: float = -4000.0) -> None:
    """Scroll until the newest bar is out of view."""
    driver.chart.time_range.pan(seconds)
    driver.chart.invalidate()
    driver.chart.refresh()
    assert not driver.chart.time_range.is_following


@pytest.mark.parametrize("begin", ["1s", "10t", "ticks"])
def test_another_timeframe_keeps_the_time_in_the_middle(qtbot: QtBot, begin: str) -> None:
    driver = ChartDriver(qtbot, timeframe=begin, kind="line")
    driver.trades(*(100.0 + index % 10 for index in range(5000)))
    for timeframe in ("ticks", "5s", "1m", "5m", "1h", "1t", "10t", "100t"):
        driver.chart.reset()
        driver.chart.refresh()
        away(driver, -400.0 if begin == "10t" else -4000.0)
        before = middle_time(driver)
        driver.choose(timeframe=timeframe)
        bar = 100.0 if timeframe == "100t" else 1.0
        assert middle_time(driver) == pytest.approx(before, abs=2 * bar), timeframe
        driver.choose(timeframe=begin)
        assert middle_time(driver) == pytest.approx(before, abs=20.0 if "t" in begin else 2 * bar), timeframe


def test_another_chart_type_keeps_the_view(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, kind="line")
    driver.trades(*(100.0 + index % 10 for index in range(5000)))
    away(driver)
    driver.chart.price.price_range.scale(0.5)
    prices, before = (driver.chart.price.price_range.bottom, driver.chart.price.price_range.top), middle_time(driver)
    for kind in (*CHART_TYPES, "line"):
        driver.choose(kind=kind)
        assert middle_time(driver) == pytest.approx(before, abs=1.0), kind
        assert (driver.chart.price.price_range.bottom, driver.chart.price.price_range.top) == pytest.approx(prices), (
            kind
        )


@pytest.mark.parametrize("scale", ["log", "percent"])
def test_another_scale_keeps_the_time_and_the_price_in_the_middle(qtbot: QtBot, scale: str) -> None:
    driver = ChartDriver(qtbot, timeframe="1s", kind="candles")
    driver.trades(*(100.0 + index % 10 for index in range(5000)))
    away(driver)
    driver.chart.price.price_range.scale(0.5)
    driver.chart.price.price_range.pan(2.0)
    driver.chart.invalidate()
    driver.chart.refresh()
    viewport, before = driver.viewport, middle_time(driver)
    price = viewport.price(viewport.height / 2)
    for one in (scale, "linear"):
        driver.choose(scale=one)
        assert middle_time(driver) == before
        assert driver.viewport.is_log is (one == "log")
        assert driver.viewport.price(viewport.height / 2) == pytest.approx(price)


def test_a_following_chart_follows_on_another_timeframe(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1s", kind="line")
    driver.trades(*(100.0 + index % 10 for index in range(3000)))
    for timeframe in ("1m", "10t", "1s", "ticks"):
        driver.choose(timeframe=timeframe)
        assert driver.chart.time_range.is_at_newest


def test_a_view_with_the_newest_bar_in_its_middle_keeps_its_middle(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1s", kind="line")
    driver.trades(*(100.0 + index % 10 for index in range(5000)))
    away(driver)
    before = middle_time(driver)
    for timeframe in ("1m", "1s", "5m", "1s"):  # the newest bar enters and leaves the view
        driver.choose(timeframe=timeframe)
        assert middle_time(driver) == pytest.approx(before, abs=1.0)


def two(qtbot: QtBot) -> ChartDriver:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s", kind="line")
    for index in range(3000):
        driver.trade(100.0 + index % 10)
        driver.trade(5.0 + index % 3, 0.0, "B")
    driver.chart.refresh()
    return driver


def test_each_symbol_returns_to_its_last_view(qtbot: QtBot) -> None:
    driver = two(qtbot)
    driver.wheel(300, 100, -3.0)
    away(driver, -1500.0)
    driver.chart.price.price_range.scale(0.5)
    driver.chart.invalidate()
    driver.chart.refresh()
    time_range, price_range = driver.chart.time_range, driver.chart.price.price_range
    before = (time_range.left, time_range.right, price_range.bottom, price_range.top)
    driver.show(1)
    assert time_range.is_following
    assert price_range.auto_scale
    driver.trade(100.0, 30.0)
    driver.show(0)
    assert (time_range.left, time_range.right, price_range.bottom, price_range.top) == pytest.approx(before)
    assert not time_range.is_following
    driver.show(1)
    assert time_range.is_following


def test_a_followed_symbol_is_followed_again_with_the_same_zoom(qtbot: QtBot) -> None:
    driver = two(qtbot)
    driver.wheel(600, 100, -3.0)
    width = driver.width
    driver.show(1)
    driver.wheel(600, 100, 5.0)
    driver.trade(100.0, 500.0)
    driver.show(0)
    assert driver.width == pytest.approx(width)
    assert driver.chart.time_range.is_at_newest
    assert driver.chart.time_range.right > driver.desk.now_ns / SECOND_NS


def test_each_symbol_returns_to_the_same_time_on_another_timeframe(qtbot: QtBot) -> None:
    driver = two(qtbot)
    away(driver, -1500.0)
    before = middle_time(driver)
    driver.show(1)
    driver.choose(timeframe="5s")
    driver.show(0)
    assert middle_time(driver) == pytest.approx(before, abs=5.0)


def test_a_view_of_dropped_bars_becomes_that_of_the_newest(qtbot: QtBot) -> None:
    driver = two(qtbot)
    away(driver, -1e6)
    driver.show(1)
    driver.show(0)
    assert driver.chart.time_range.is_following


def test_a_saved_view_is_restored_when_bars_arrive(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s", kind="line")
    driver.show(1)
    driver.show(0)
    driver.choose(timeframe="5s")
    driver.trades(1.0, 2.0)
    assert driver.chart.time_range.is_following
