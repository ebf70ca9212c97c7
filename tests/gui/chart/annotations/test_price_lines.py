from __future__ import annotations

from itertools import product

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations import labels
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.price_lines import comparison_tags, countdown_text, price_line_tags, price_text
from ticker_gui.indicators.registry import IndicatorConfig


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    return ChartDriver(qtbot, timeframe="1m", kind="candles")


def test_known_prices_have_tags_with_the_last_price_on_top(driver: ChartDriver) -> None:
    driver.trades(100.0)
    assert [tag.lines[0] for tag in price_line_tags(driver.viewport, driver.scene)] == ["100.00"]
    driver.desk.day("A", 100.2)
    driver.desk.quote("A", 100.05, 100.1)
    driver.trades(100.0)
    driver.trades(100.3)
    texts = [tag.lines[0] for tag in price_line_tags(driver.viewport, driver.scene)]
    assert texts == ["100.20", "100.05", "100.10", "100.30"]
    ys = [tag.at for tag in price_line_tags(driver.viewport, driver.scene)]
    assert ys == [pytest.approx(float(driver.viewport.y(float(text)))) for text in texts]


def test_prices_out_of_view_have_no_tag(driver: ChartDriver) -> None:
    driver.desk.day("A", 5.0)
    driver.trades(100.0, 100.1)
    assert [tag.lines[0] for tag in price_line_tags(driver.viewport, driver.scene)] == ["100.10"]


def test_the_last_price_has_the_colour_of_the_forming_bar_unless_disconnected(driver: ChartDriver) -> None:
    palette = driver.chart._palette
    driver.trades(100.0, 101.0, after_s=0.5)
    assert price_line_tags(driver.viewport, driver.scene)[-1].colour == palette.up
    driver.trades(99.0, after_s=0.5)
    assert price_line_tags(driver.viewport, driver.scene)[-1].colour == palette.down
    coverage = driver.desk.market.states[0].coverage
    coverage.mark_connected(driver.desk.now_ns)
    coverage.mark_disconnected(driver.desk.now_ns)
    assert price_line_tags(driver.viewport, driver.scene)[-1].colour == palette.muted
    assert countdown_text(driver.scene) == ""


@pytest.mark.parametrize(
    ("timeframe", "second", "text"),
    [
        ("1m", 0.0, "01:00"),
        ("1m", 59.5, "00:01"),
        ("1s", 0.5, "00:01"),
        ("5m", 61.0, "03:59"),
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


def test_the_visible_high_and_low_are_labelled(driver: ChartDriver) -> None:
    driver.choose(timeframe="1s", kind="line")
    driver.trades(*[100.0 + index % 10 for index in range(60)])
    drawn = driver.chart.price.texts._texts
    driver.chart.grab()
    assert {"109.00", "100.00"} <= set(drawn)


def test_compared_symbols_have_tags_at_the_ends_of_their_lines(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B", "C", timeframe="1s", kind="line")
    for index in range(20):
        driver.trade(100.0)
        driver.trade(50.0 + index, 0.0, "B")
    driver.chart.compare(driver.desk.market.states[1:])
    driver.chart.refresh()
    (tag,) = comparison_tags(driver.viewport, driver.scene)  # the third symbol has no price yet
    assert tag.lines == ("+38.00%",)
    assert tag.at == pytest.approx(float(driver.viewport.y(138.0)))
    assert tag.colour == driver.scene.palette.compared(0)
    assert tag.lines in driver.chart.price.price_axis.tags


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
        assert {label.text.text for label in labels} == {"150.00", "100.00"}
        for label, word in product(labels, words):
            is_beside = label.left + label.text.width < word.left or word.left + word.text.width < label.left
            assert is_beside or abs(label.top - word.top) >= height, (label, word)
            assert 0 <= label.top <= driver.viewport.height - height


def test_equal_extremes_are_labelled_once(driver: ChartDriver) -> None:
    driver.trades(100.0, 100.0, 100.0)
    _, labels = placed(driver)
    assert [label.text.text for label in labels] == ["100.00"]
