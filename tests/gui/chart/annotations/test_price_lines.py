from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.chart.painted import ink, painted, pixels_of, row
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.gui.chart.annotations import labels
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.price_lines import (
    countdown_text,
    draw_extremes,
    draw_price_lines,
    known_prices,
    last_color,
    price_text,
)
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.market.day import Day
from ticker_gui.market.session_calendar import US_STOCKS


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    return ChartDriver(qtbot, timeframe="1m", kind="candles")


def test_the_last_price_has_the_color_of_the_day_unless_disconnected(driver: ChartDriver) -> None:
    colors = driver.chart._colors
    driver.trades(100.0, 101.0, after_s=0.5)
    driver.desk.day("A", 100.5)
    driver.chart.refresh()
    assert last_color(driver.scene) == colors.up
    driver.trades(100.2, after_s=0.5)
    assert last_color(driver.scene) == colors.down
    driver.trades(100.5, after_s=0.5)
    assert last_color(driver.scene) == colors.muted
    driver.trades(99.0, after_s=0.5)
    coverage = driver.desk.market.states[0].coverage
    coverage.mark_connected(driver.desk.now_ns)
    coverage.mark_disconnected(driver.desk.now_ns)
    driver.chart.invalidate()
    driver.chart.refresh()
    assert last_color(driver.scene) == colors.muted
    assert countdown_text(driver.scene) == ""


def test_a_dotted_line_is_at_the_last_price_and_a_dashed_one_at_the_previous_close(driver: ChartDriver) -> None:
    driver.desk.day("A", 140.0)
    driver.trades(150.0, after_s=0.5)
    scene, viewport = driver.scene, Viewport(0, 120, 100, 200, 120, 100)
    pixels = painted(lambda painter: draw_price_lines(painter, viewport, scene), scene.colors)
    last, close = pixels_of(pixels, scene.colors.up), pixels_of(pixels, scene.colors.muted)
    assert {y for _, y in last} == {50}
    assert {y for _, y in close} == {60}
    assert row(last, 50)[:3] == [0, 3, 6]
    assert row(close, 60)[:8] == [0, 1, 2, 3, 4, 5, 10, 11]
    assert ink(pixels, scene.colors) == last | close


def test_without_a_price_no_line_is_drawn(driver: ChartDriver) -> None:
    viewport, colors = Viewport(0, 120, 100, 200, 120, 100), driver.scene.colors
    assert not ink(painted(lambda painter: draw_price_lines(painter, viewport, driver.scene), colors), colors)


def test_the_known_prices_are_those_of_quote_trade_and_day(driver: ChartDriver) -> None:
    driver.desk.quote("A", 100.05, 100.1)
    driver.chart.refresh()
    assert known_prices(driver.scene) == [100.05, 100.1]
    driver.desk.day("A", 100.2)
    driver.trades(100.0)
    assert known_prices(driver.scene) == [100.2, 100.05, 100.1, 100.0]


@pytest.mark.parametrize(
    ("timeframe", "second", "text"),
    [
        ("1m", 0.0, "01:00"),
        ("1m", 59.5, "00:01"),
        ("1s", 0.5, "00:01"),
        ("5m", 61.0, "03:59"),
        ("1h", 0.5, "60:00"),
        ("1h", 1.0, "59:59"),
        ("4h", 3_600.0, "03:00:00"),
        ("1d", 86_399.0, "00:00:01"),
        ("ticks", 1.0, ""),
    ],
)
def test_the_countdown_shows_the_time_to_the_close_of_the_bar(
    driver: ChartDriver, timeframe: str, second: float, text: str
) -> None:
    day = 86_400 * SECOND_NS
    driver.desk.now_ns = driver.desk.now_ns // day * day + day
    driver.trades(1.0, after_s=0.0)
    driver.choose(timeframe=timeframe)
    scene = driver.scene._replace(now_ns=driver.desk.now_ns // day * day + int(second * SECOND_NS))
    assert countdown_text(scene) == text


def test_a_closed_market_forms_no_bar(driver: ChartDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.trades(100.0)
    state = driver.scene.chart_data.state
    assert countdown_text(driver.scene)
    monkeypatch.setattr(state, "day", Day(US_STOCKS))
    sunday_ns = 1_700_000_000 * SECOND_NS + 5 * DAY_NS
    assert countdown_text(driver.scene._replace(now_ns=sunday_ns)) == ""


def test_the_countdown_of_tick_bars_counts_trades(driver: ChartDriver) -> None:
    driver.choose(timeframe="10t")
    texts = []
    for _ in range(21):
        driver.trades(1.0)
        texts.append(countdown_text(driver.scene))
    assert (texts[0], texts[9], texts[10], texts[20]) == ("1/10", "10/10", "1/10", "1/10")


def test_prices_have_the_decimals_of_the_instrument_or_are_percentages(driver: ChartDriver) -> None:
    driver.trades(100.125)
    assert price_text(driver.scene, 100.5) == "100.500"
    driver.choose(scale="percent")
    assert price_text(driver.scene, 200.25) == "+100.00%"


def test_the_visible_high_and_low_are_labeled(driver: ChartDriver) -> None:
    driver.choose(timeframe="1s", kind="line")
    driver.trades(*[100.0 + index % 10 for index in range(60)])
    drawn = driver.chart.price.texts._texts
    driver.chart.grab()
    assert {"High 109.00", "Low 100.00"} <= set(drawn)


def placed(driver: ChartDriver) -> tuple[list[PlacedText], list[PlacedText]]:
    """Return the legend of the price pane and the labels of high and low, as they are drawn."""
    drawn: list[list[PlacedText]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "draw", lambda painter, texts, some, ground: drawn.append(list(some)))
        driver.chart.price.grab()
    words, *extremes = drawn
    return words, [label for some in extremes for label in some]


def test_labels_of_extremes_do_not_cover_the_legend(driver: ChartDriver) -> None:
    driver.choose(
        timeframe="1s",
        kind="line",
        indicators=(IndicatorConfig("bbands"), IndicatorConfig("sma"), IndicatorConfig("ema")),
    )
    height = round(driver.chart.price.texts.metrics.height())
    for peak in range(20, 110, 5):
        driver.trades(*(150.0 if index == peak else 100.0 + index % 7 for index in range(110)))
        words, labels = placed(driver)
        assert {label.text.text for label in labels} == {"High 150.00", "Low 100.00"}
        for label, word in product(labels, words):
            is_beside = label.left + label.text.width < word.left or word.left + word.text.width < label.left
            assert is_beside or abs(label.top - word.top) >= height, (label, word)
            assert 0 <= label.top <= driver.viewport.height - height


def test_labels_of_extremes_leave_room_for_the_names_of_tags(driver: ChartDriver) -> None:
    driver.choose(timeframe="1s", kind="line")
    for peak in range(60, 110, 7):
        driver.trades(*(150.0 if index == peak else 100.0 + index % 7 for index in range(110)))
        _, labels = placed(driver)
        assert all(label.left + label.text.width < driver.viewport.width - 40 for label in labels), peak


def placed_in(driver: ChartDriver, viewport: Viewport, legend: Sequence[PlacedText] = ()) -> list[PlacedText]:
    """Return the labels of high and low, as they are drawn in this part of the chart."""
    image = QImage(round(viewport.width), round(viewport.height), QImage.Format.Format_RGB32)
    drawn: list[PlacedText] = []
    painter = QPainter(image)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "draw", lambda painter, texts, some, ground: drawn.extend(some))
        draw_extremes(painter, viewport, driver.scene, driver.chart.price.texts, legend)
    painter.end()
    return drawn


@pytest.mark.parametrize("width", [400.0, 120.0])
def test_the_label_of_a_price_at_the_right_edge_does_not_cover_the_names_of_tags(
    width: float, driver: ChartDriver
) -> None:
    driver.choose(timeframe="1s", kind="line")
    driver.trades(90.0, *(100.0 + index % 7 for index in range(60)), 110.0)
    first, last = driver.scene.prices.positions[[0, -1]].tolist()
    high, low = placed_in(driver, Viewport(first, last, 80.0, 120.0, width, 200.0, is_log=False))
    assert (high.text.text, low.text.text) == ("High 110.00", "Low 90.00")
    assert 0 <= high.left <= max(0, width - 72 - high.text.width)


def test_a_low_chart_has_only_the_labels_that_cover_no_other_text(driver: ChartDriver) -> None:
    driver.choose(timeframe="1s", kind="line")
    driver.trades(*(100.0 + index % 7 for index in range(30)), 110.0, 90.0, *(100.0 + index % 7 for index in range(30)))
    texts = driver.chart.price.texts
    height = round(texts.metrics.height())
    first, last = driver.scene.prices.positions[[0, -1]].tolist()
    legend = [PlacedText(0, 0, texts.get("O 100.00 H 100.00 L 100.00 C 100.00 " * 4), QColor("white"))]
    for lines, expected in ((5, ["High 110.00", "Low 90.00"]), (2, ["High 110.00"]), (1, [])):
        viewport = Viewport(first, last, 80.0, 120.0, 400.0, float(lines * height), is_log=False)
        found = placed_in(driver, viewport, legend)
        assert [label.text.text for label in found] == expected
        assert all(label.top >= height for label in found)


def test_equal_extremes_are_labeled_once(driver: ChartDriver) -> None:
    driver.trades(100.0, 100.0, 100.0)
    _, labels = placed(driver)
    assert [label.text.text for label in labels] == ["100.00"]


def test_the_label_of_a_price_where_a_line_begins_before_the_view_is_not_cut(driver: ChartDriver) -> None:
    driver.choose(timeframe="1s", kind="line")
    driver.trades(90.0, *(100.0 + index % 7 for index in range(60)))
    first = float(driver.scene.prices.positions[0])
    drawn = placed_in(driver, Viewport(first + 5.0, first + 60.0, 80.0, 120.0, 400.0, 200.0, is_log=False))
    assert {label.text.text for label in drawn} == {"High 106.00", "Low 90.00"}
    assert all(0 <= label.left <= 400 - label.text.width for label in drawn)
