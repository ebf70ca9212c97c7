from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from tests.gui.market_of import Desk
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.chart import price_chart
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.paint_guard import FailureKind
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.indicators.registry import Chosen


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_the_line_shows_all_trades_and_follows_the_latest_price(shown: Shown) -> None:
    for index in range(20):
        shown.trades(100.0 + index)
        time_range, price_range = shown.chart.time_range, shown.chart.price.price_range
        assert time_range.left < shown.desk.now_ns / SECOND_NS < time_range.right
        assert price_range.bottom < 100.0 + index < price_range.top
    assert list(shown.visible_data.line.prices) == [100.0 + index for index in range(20)]


def test_the_headline_shows_symbol_price_and_change(shown: Shown) -> None:
    shown.desk.day("A", 100.0)
    shown.trades(110.0)
    assert shown.chart._title.text() == "A   110.00   +10.00   +10.00%"


def test_a_failing_headline_leaves_the_chart_and_the_symbol(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    def fail(*_: object) -> str:
        raise OverflowError("cannot convert float infinity to integer")

    shown.trades(100.0)
    before = shown.chart.scene
    monkeypatch.setattr(price_chart, "headline", fail)
    shown.trades(110.0)
    assert shown.chart._title.text() == "A"
    assert shown.chart.scene is not before
    assert list(shown.visible_data.line.prices) == [100.0, 110.0]
    assert [kind[0] for kind in paint_failures] == ["the headline"]
    assert list(shown.chart.price.canvas.unprepared) == ["the headline"]
    paint_failures.clear()


def test_numbers_are_in_the_number_format(shown: Shown) -> None:
    shown.trades(1100.5)
    shown.chart.set_style(NumberStyle(point=",", group="."))
    shown.chart.refresh()
    assert shown.chart._title.text() == "A   1.100,50"
    assert all("." not in label or label.count(".") == 1 for label in shown.chart.price.price_axis.labels)
    assert "1.100,50" in [line for tag in shown.chart.price.price_axis.tags for line in tag]


def test_another_symbol_is_shown_at_once_with_its_history(qtbot: QtBot) -> None:
    shown = Shown(qtbot, "A", "B")
    for index in range(10):
        shown.trade(100.0 + index)
        shown.trade(5.0 + index / 10, 0.1, "B")
    shown.chart.refresh()
    shown.show(1)
    assert list(shown.visible_data.line.prices) == [5.0 + index / 10 for index in range(10)]
    price_range = shown.chart.price.price_range
    assert 0.0 < price_range.bottom < 5.0 < 5.9 < price_range.top < 50.0
    assert shown.chart._title.text().startswith("B ")


def test_no_symbol_and_no_trades_cause_no_error(shown: Shown) -> None:
    shown.chart.refresh()
    shown.desk.quote("A", 1.0, 2.0)
    shown.chart.refresh()
    shown.chart.update_accessible_text()
    shown.chart.grab()
    shown.chart.show_symbol(None)
    shown.chart.refresh()
    assert "Select a symbol" in shown.chart._title.text()
    assert not shown.chart.panes.isVisible()


@pytest.mark.parametrize(
    "prices", [[], [5.0], [5.0, 5.0], [-3.0, -3.0, -5.0, 0.0], [1e-8, 2e-8], [1e9, 1e9 + 1, 1e9 + 2]], ids=str
)
def test_few_equal_negative_and_tiny_prices_are_drawn(qtbot: QtBot, prices: list[float]) -> None:
    shown = Shown(qtbot, scale="log", indicators=(Chosen("sma"), Chosen("rsi")))
    shown.trades(*prices)
    for timeframe in ("ticks", "1s", "1m", "1d", "2t"):
        for kind in CHART_TYPES:
            shown.choose(kind=kind, timeframe=timeframe)
            price_range = shown.chart.price.price_range
            assert -math.inf < price_range.bottom < price_range.top < math.inf
            assert all(0 <= shown.viewport.y(price) <= shown.viewport.height for price in prices[-1:])
            assert not shown.chart.grab().toImage().isNull()


def test_a_quiet_chart_does_no_work(shown: Shown) -> None:
    shown.trades(1.0)
    before = shown.chart.scene
    shown.chart.refresh()
    assert shown.chart.scene is before


def test_passing_time_redraws_only_visible_changes(qtbot: QtBot) -> None:
    shown = Shown(qtbot, timeframe="1m")
    shown.trades(1.0)
    (tag,) = shown.chart.price.price_axis.tags
    shown.desk.now_ns += 3 * SECOND_NS
    shown.chart.update_accessible_text()
    shown.chart.refresh()
    (later,) = shown.chart.price.price_axis.tags
    assert tag[0] == later[0]
    assert int(tag[1][-2:]) - int(later[1][-2:]) in (3, -57)
    shown.choose(timeframe="ticks")
    before = shown.chart.scene
    shown.chart.update_accessible_text()
    shown.chart.refresh()
    assert shown.chart.scene is before


def test_prices_that_stay_within_the_axis_do_not_move_it(shown: Shown) -> None:
    shown.trades(*(100.0 + index % 10 for index in range(50)))
    before = (shown.chart.price.price_range.bottom, shown.chart.price.price_range.top)
    shown.trades(*(101.0 + index % 8 for index in range(50)))
    assert (shown.chart.price.price_range.bottom, shown.chart.price.price_range.top) == before


def test_a_scrolled_chart_stays_until_the_user_returns_to_the_latest_price(shown: Shown, qtbot: QtBot) -> None:
    shown.trades(*(100.0 + index % 10 for index in range(300)))
    live = shown.chart.findChild(QToolButton, "live")
    assert isinstance(live, QToolButton)
    assert not live.isVisible()
    with qtbot.waitSignal(shown.chart.frame_requested):
        for _ in range(15):
            qtbot.keyClick(shown.chart, Qt.Key.Key_Left)
    shown.chart.refresh()
    assert live.isVisible()
    before = (shown.chart.time_range.left, shown.chart.time_range.right)
    shown.trades(100.0, 101.0)
    assert (shown.chart.time_range.left, shown.chart.time_range.right) == before
    qtbot.mouseClick(live, Qt.MouseButton.LeftButton)
    shown.chart.refresh()
    assert shown.chart.time_range.is_following
    assert shown.chart.time_range.right > shown.desk.now_ns / SECOND_NS
    assert not live.isVisible()


def test_the_button_is_in_the_corner_of_the_canvas_in_the_first_frame(qtbot: QtBot) -> None:
    desk = Desk("A")
    chart = PriceChart(load_theme("dark"), desk.clock)
    qtbot.addWidget(chart)
    chart.resize(480, 320)  # before it is laid out
    chart.show()
    chart.show_symbol(desk.market.states[0])
    for index in range(300):
        desk.now_ns += SECOND_NS
        desk.trade("A", 10_000_000.5 + index)  # which makes the axis wider
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


def test_the_menu_opens_by_its_key_once(shown: Shown) -> None:
    asked: list[QPoint] = []
    shown.chart.menu_requested.connect(asked.append)
    at = QPoint(20, 30)
    for widget, reason in (
        (shown.chart, QContextMenuEvent.Reason.Keyboard),
        (shown.chart.price.viewport(), QContextMenuEvent.Reason.Mouse),
    ):
        QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))
    assert asked == [shown.chart.mapToGlobal(at), shown.chart.price.viewport().mapToGlobal(at)]


def test_the_button_is_inside_the_panes(shown: Shown) -> None:
    live = shown.chart.findChild(QToolButton, "live")
    assert isinstance(live, QToolButton)
    for width, height in ((700, 500), (400, 300), (1200, 900)):
        shown.chart.resize(width, height)
        assert shown.chart.panes.geometry().contains(live.geometry())


def test_a_long_history_is_drawn_by_its_peaks(shown: Shown) -> None:
    prices = 100 + np.cumsum(np.random.default_rng(5).normal(0, 0.1, 60_000))
    for index, price in enumerate(prices):
        shown.desk.now_ns += 4_000_000
        shown.desk.feed.apply(Trade("A", float(price), 1.0, shown.desk.now_ns), shown.desk.now_ns)
        if index % 20_000 == 0:
            shown.chart.refresh()
    shown.chart.refresh()
    x, y, _ = shown.visible_data.line
    assert len(x) < 3_000
    held = shown.desk.market.states[0].tape
    visible = held.prices[held.times_ns >= x[0] * SECOND_NS]
    assert max(y) == pytest.approx(visible.max())
    assert min(y) == pytest.approx(visible.min())


def test_screen_readers_get_a_description_of_the_view(shown: Shown) -> None:
    shown.trades(12.5)
    shown.chart.update_accessible_text()
    assert shown.chart.accessibleDescription().startswith("A   12.50. Line, Ticks.")
    shown.chart.show_symbol(None)
    shown.chart.update_accessible_text()
    assert shown.chart.accessibleDescription() == ""


def test_a_hostile_symbol_is_shown_as_plain_text(qtbot: QtBot) -> None:
    shown = Shown(qtbot, "<img src=x width=9999>")
    shown.trades(1.0)
    assert shown.chart._title.text().startswith("<img src=x width=9999>")
    assert shown.chart._title.textFormat() == Qt.TextFormat.PlainText


def test_the_theme_applies_to_all_panes_at_once(qtbot: QtBot) -> None:
    shown = Shown(qtbot, indicators=(Chosen("rsi"),))
    shown.trades(1.0, 2.0)
    light = load_theme("light", "classic")
    shown.chart.set_theme(light)
    shown.chart.refresh()
    image = shown.chart.grab().toImage()
    assert image.pixelColor(100, 250).name() == light.base
    assert shown.scene.palette.up.name() == light.up


def test_option_changes_are_emitted_once(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.chart.options_changed):
        shown.choose(kind="candles")
    with qtbot.assertNotEmitted(shown.chart.options_changed):
        shown.choose(kind="candles")


def test_another_timeframe_shows_as_many_bars(shown: Shown) -> None:
    shown.trades(*(100.0 + index % 7 for index in range(1_000)))
    shown.choose(timeframe="1s")
    seconds = shown.width
    shown.choose(timeframe="5s")
    assert shown.width == pytest.approx(5 * seconds)
    assert len(shown.visible_data.visible.bars.close) == pytest.approx(113, abs=3)


def test_compared_symbols_are_shown_as_percentages(qtbot: QtBot) -> None:
    shown = Shown(qtbot, "A", "B", timeframe="1s")
    for index in range(50):
        shown.trade(100.0 + index, 1.0)
        shown.trade(10.0 + index / 10, 0.0, "B")
    shown.chart.compare([shown.desk.market.states[1]])
    shown.chart.refresh()
    assert all(label.endswith("%") for label in shown.chart.price.price_axis.labels)
    (line,) = shown.scene.compared()
    assert line.prices[-1] == pytest.approx(149.0, rel=0.01)  # both have gone up by 49 per cent
    shown.trade(20.0, 1.0, "B")
    shown.chart.refresh()
    assert shown.scene.compared()[0].prices[-1] == pytest.approx(200.0)
    shown.show(1)
    assert shown.visible_data.compared == []  # not with itself
    shown.chart.compare([])
    shown.chart.refresh()
    assert not any(label.endswith("%") for label in shown.chart.price.price_axis.labels)


def test_switching_hundreds_of_times_leaks_nothing(qtbot: QtBot) -> None:
    shown = Shown(qtbot, *"ABCDE")
    for symbol in "ABCDE":
        for index in range(30):
            shown.trade(1.0 + index, symbol=symbol)
    all_kinds, chosen = list(CHART_TYPES), (Chosen("sma"), Chosen("rsi"), Chosen("macd"))

    def switch(index: int) -> None:
        shown.show(index % 5)
        shown.choose(
            kind=all_kinds[index % len(all_kinds)],
            timeframe=("ticks", "1s", "5s", "3t")[index % 4],
            indicators=chosen[: index % 4],
            has_volume=bool(index % 3),
        )

    def objects() -> int:
        items = [item for pane in shown.chart.panes._all() for item in pane.scene().items()]
        return len(items) + len(shown.chart.findChildren(QObject))

    for index in range(60):
        switch(index)
    before = objects()
    for index in range(300):
        switch(index)
    assert objects() == before


@pytest.mark.parametrize("timeframe", ["ticks", "1s"])
def test_a_rarely_traded_symbol_starts_with_several_trades_in_view(qtbot: QtBot, timeframe: str) -> None:
    shown = Shown(qtbot, timeframe=timeframe)
    for index in range(100):
        shown.trade(100.0 + index % 7, after_s=40.0)
    shown.show(0)
    assert shown.visible_data.visible.end - shown.visible_data.visible.begin >= 30
    shown.trade(100.0, after_s=80_000.0)
    shown.show(0)
    assert shown.width < 1500.0  # a pause is no reason to show it
    assert shown.chart.time_range.is_following
    shown.choose(timeframe="1m")
    assert shown.width == pytest.approx(120 * 60.0)


def middle_time(shown: Shown) -> float:
    chart_data, time_range = shown.scene.chart_data, shown.chart.time_range
    return chart_data.time_scale.time_of(chart_data.series, (time_range.left + time_range.right) / 2) / SECOND_NS


def away(shown: Shown, seconds: float = -4000.0) -> None:
    """Move so far away from the newest bar that it is out of view."""
    shown.chart.time_range.pan(seconds)
    shown.chart.invalidate()
    shown.chart.refresh()
    assert not shown.chart.time_range.is_following


@pytest.mark.parametrize("timeframe", ["ticks", "5s", "1m", "5m", "1h", "1t", "10t", "100t"])
@pytest.mark.parametrize("begin", ["1s", "10t", "ticks"])
def test_another_timeframe_keeps_the_time_in_the_middle(qtbot: QtBot, begin: str, timeframe: str) -> None:
    shown = Shown(qtbot, timeframe=begin, kind="line")
    shown.trades(*(100.0 + index % 10 for index in range(9000)))
    away(shown, -400.0 if begin == "10t" else -4000.0)
    before = middle_time(shown)
    shown.choose(timeframe=timeframe)
    bar = 100.0 if timeframe == "100t" else 1.0
    assert middle_time(shown) == pytest.approx(before, abs=2 * bar)
    shown.choose(timeframe=begin)
    assert middle_time(shown) == pytest.approx(before, abs=20.0 if "t" in begin else 2 * bar)


@pytest.mark.parametrize("kind", CHART_TYPES)
def test_another_chart_type_keeps_the_view(qtbot: QtBot, kind: str) -> None:
    shown = Shown(qtbot, kind="line")
    shown.trades(*(100.0 + index % 10 for index in range(9000)))
    away(shown)
    shown.chart.price.price_range.scale(0.5)
    prices, before = (shown.chart.price.price_range.bottom, shown.chart.price.price_range.top), middle_time(shown)
    shown.choose(kind=kind)
    assert middle_time(shown) == pytest.approx(before, abs=1.0)
    assert (shown.chart.price.price_range.bottom, shown.chart.price.price_range.top) == pytest.approx(prices)


@pytest.mark.parametrize("scale", ["log", "percent"])
def test_another_scale_keeps_the_time_and_the_price_in_the_middle(qtbot: QtBot, scale: str) -> None:
    shown = Shown(qtbot, timeframe="1s", kind="candles")
    shown.trades(*(100.0 + index % 10 for index in range(9000)))
    away(shown)
    shown.chart.price.price_range.scale(0.5)
    shown.chart.price.price_range.pan(2.0)
    shown.chart.invalidate()
    shown.chart.refresh()
    viewport, before = shown.viewport, middle_time(shown)
    price = viewport.price(viewport.height / 2)
    for one in (scale, "linear"):
        shown.choose(scale=one)
        assert middle_time(shown) == before
        assert shown.viewport.is_log is (one == "log")
        assert shown.viewport.price(viewport.height / 2) == pytest.approx(price)


def test_a_following_chart_follows_on_another_timeframe(qtbot: QtBot) -> None:
    shown = Shown(qtbot, timeframe="1s", kind="line")
    shown.trades(*(100.0 + index % 10 for index in range(3000)))
    for timeframe in ("1m", "10t", "1s", "ticks"):
        shown.choose(timeframe=timeframe)
        assert shown.chart.time_range.is_at_newest


def test_a_view_with_the_newest_bar_in_its_middle_keeps_its_middle(qtbot: QtBot) -> None:
    shown = Shown(qtbot, timeframe="1s", kind="line")
    shown.trades(*(100.0 + index % 10 for index in range(9000)))
    away(shown)
    before = middle_time(shown)
    for timeframe in ("1m", "1s", "5m", "1s"):  # the newest bar comes into view, and goes
        shown.choose(timeframe=timeframe)
        assert middle_time(shown) == pytest.approx(before, abs=1.0)


def two(qtbot: QtBot) -> Shown:
    shown = Shown(qtbot, "A", "B", timeframe="1s", kind="line")
    for index in range(3000):
        shown.trade(100.0 + index % 10)
        shown.trade(5.0 + index % 3, 0.0, "B")
    shown.chart.refresh()
    return shown


def test_each_symbol_returns_to_its_last_view(qtbot: QtBot) -> None:
    shown = two(qtbot)
    shown.wheel(300, 100, -3.0)
    away(shown, -1500.0)
    shown.chart.price.price_range.scale(0.5)
    shown.chart.invalidate()
    shown.chart.refresh()
    time_range, price_range = shown.chart.time_range, shown.chart.price.price_range
    before = (time_range.left, time_range.right, price_range.bottom, price_range.top)
    shown.show(1)
    assert time_range.is_following
    assert price_range.auto_scale
    shown.trade(100.0, 30.0)
    shown.show(0)
    assert (time_range.left, time_range.right, price_range.bottom, price_range.top) == pytest.approx(before)
    assert not time_range.is_following
    shown.show(1)
    assert time_range.is_following


def test_a_followed_symbol_is_followed_again_with_the_same_zoom(qtbot: QtBot) -> None:
    shown = two(qtbot)
    shown.wheel(600, 100, -3.0)
    width = shown.width
    shown.show(1)
    shown.wheel(600, 100, 5.0)
    shown.trade(100.0, 500.0)
    shown.show(0)
    assert shown.width == pytest.approx(width)
    assert shown.chart.time_range.is_at_newest
    assert shown.chart.time_range.right > shown.desk.now_ns / SECOND_NS


def test_each_symbol_returns_to_the_same_time_on_another_timeframe(qtbot: QtBot) -> None:
    shown = two(qtbot)
    away(shown, -1500.0)
    before = middle_time(shown)
    shown.show(1)
    shown.choose(timeframe="5s")
    shown.show(0)
    assert middle_time(shown) == pytest.approx(before, abs=5.0)


def test_a_view_of_dropped_bars_becomes_that_of_the_newest(qtbot: QtBot) -> None:
    shown = two(qtbot)
    away(shown, -1e6)
    shown.show(1)
    shown.show(0)
    assert shown.chart.time_range.is_following


def test_a_saved_view_is_restored_when_bars_arrive(qtbot: QtBot) -> None:
    shown = Shown(qtbot, "A", "B", timeframe="1s", kind="line")
    shown.show(1)
    shown.show(0)
    shown.choose(timeframe="5s")
    shown.trades(1.0, 2.0)
    assert shown.chart.time_range.is_following
