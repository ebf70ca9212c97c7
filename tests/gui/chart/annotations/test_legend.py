from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.pixels import argb
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS, timeframe_named
from ticker_gui.formatting.numbers import plain_minus
from ticker_gui.gui.chart.annotations.labels import draw
from ticker_gui.gui.chart.annotations.legend import TextRun, bar_legend, comparison_legend, indicator_legend, layout
from ticker_gui.gui.chart.scene import Crosshair
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.indicators.registry import IndicatorConfig

MINUTE = timeframe_named("1m")
BLACK, WHITE = QColor("#000000"), QColor("#ffffff")


def texts(words: list[TextRun]) -> list[str]:
    return [one.text for one in words]


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    driver = ChartDriver(
        qtbot,
        timeframe="1m",
        kind="candles",
        indicators=(IndicatorConfig("sma", {"timeperiod": 2}), IndicatorConfig("macd")),
    )
    driver.desk.now_ns = driver.desk.now_ns // (60 * SECOND_NS) * 60 * SECOND_NS
    for price, size in ((100.0, 2.0), (103.0, 1.0), (99.0, 1.0), (101.0, 0.5)):
        driver.trade(price, 1.0, size=size)
    driver.desk.now_ns += 60 * SECOND_NS
    driver.trades(100.5)
    return driver


def test_the_bar_legend_shows_the_change_from_the_previous_bar(driver: ChartDriver) -> None:
    words = texts(bar_legend(driver.scene))
    assert words == ["O", "100.50", "H", "100.50", "L", "100.50", "C", "100.50", "Chg", "−0.50 (−0.50%)"]
    first = driver.scene._replace(crosshair=Crosshair(driver.desk.now_ns / SECOND_NS - 60.0))
    words = texts(bar_legend(first))[1:]  # its time is the first, as there is a crosshair
    assert words[:-1] == ["O", "100.00", "H", "103.00", "L", "99.00", "C", "101.00", "Chg", "+1.00 (+1.00%)"]
    driver.choose(has_volume=False)
    assert texts(bar_legend(driver.scene))[-2:] == ["V", "1"]


def test_a_change_of_zero_has_the_text_color(driver: ChartDriver) -> None:
    driver.desk.now_ns += 60 * SECOND_NS
    driver.trades(100.5)
    colors = driver.scene.colors
    change = next(words for words in bar_legend(driver.scene) if "%" in words.text)
    assert (change.text, change.color) == ("0.00 (0.00%)", colors.text)
    driver.trades(100.51)
    assert next(words for words in bar_legend(driver.scene) if "%" in words.text).color == colors.up
    driver.trades(100.4)
    assert next(words for words in bar_legend(driver.scene) if "%" in words.text).color == colors.down


def test_the_legend_names_gaps_and_partial_bars_at_the_crosshair(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="5s", kind="candles")
    coverage = driver.desk.market.states[0].coverage
    driver.trades(*[100.0] * 20)
    coverage.mark_connected(driver.desk.now_ns)
    for away_s in (95, 2):
        coverage.mark_disconnected(driver.desk.now_ns)
        driver.desk.now_ns += away_s * SECOND_NS
        coverage.mark_connected(driver.desk.now_ns)
        driver.trades(*[100.0] * 20)
    long, short = driver.visible_data.gaps

    def last_words(time_ns: int) -> str:
        return texts(bar_legend(driver.scene._replace(crosshair=Crosshair(time_ns / SECOND_NS))))[-1]

    assert last_words(long.start_ns + 50 * SECOND_NS) == "no data for 1 min 35 s (disconnected)"
    bar_ns = short.start_ns - short.start_ns % (5 * SECOND_NS)
    assert last_words(bar_ns + SECOND_NS) == "no data for 2 s (disconnected)"
    assert last_words(bar_ns - SECOND_NS).endswith("%)")
    assert last_words(int(driver.scene.chart_data.series.bars.start_ns[0])) == "partial bar"
    assert texts(bar_legend(driver.scene))[-1].endswith("%)")  # no crosshair


def test_the_name_of_an_output_has_the_color_of_its_line(driver: ChartDriver) -> None:
    driver.trades(*[100.0 + index % 7 for index in range(60)], after_s=60.0)
    _, macd = driver.scene.chart_data.studies
    colors, color = driver.scene.colors, QColor("#e394c4")
    runs = {run.text: run.color for run in indicator_legend(driver.scene, macd, color)}
    drawn = dict(
        zip(("MACD", "Signal", "Histogram"), colors.outputs(macd.config.indicator.outputs, color), strict=True)
    )
    assert {title: runs[title] for title in drawn} == drawn
    assert drawn["MACD"] == color != drawn["Signal"]
    assert drawn["Histogram"] == colors.muted


def test_a_provided_bar_is_named_without_a_warning(driver: ChartDriver) -> None:
    scene = driver.scene
    start_ns = MINUTE.start_of(driver.desk.now_ns - 10 * MINUTE_NS)
    bar = Bar("A", "1m", start_ns, 90.0, 120.0, 80.0, 100.0, 1.0, is_closed=True)
    scene.chart_data.state.bars.provided.add(MINUTE, [bar])
    driver.chart.invalidate()
    driver.chart.refresh()
    scene = driver.scene._replace(crosshair=Crosshair(start_ns / SECOND_NS + 1))
    last = bar_legend(scene)[-1]
    assert (last.text, last.color) == ("provided bar", scene.colors.muted)
    assert "provided bar" not in texts(bar_legend(scene._replace(crosshair=None)))


def test_the_bar_time_is_in_the_chosen_time_zone_and_only_at_the_crosshair(driver: ChartDriver) -> None:
    def time() -> str:
        return texts(bar_legend(driver.scene._replace(crosshair=Crosshair(driver.scene.right))))[0]

    assert time() == "Tue 14 Nov 2023 22:14:00"
    assert texts(bar_legend(driver.scene))[0] == "O"
    driver.choose(zone="Asia/Tokyo")
    assert time() == "Wed 15 Nov 2023 07:14:00"
    driver.choose(timeframe="1d", zone="America/New_York")
    assert time() == "Tue 14 Nov 2023"  # the day of the bar in any time zone


def test_indicator_values_have_one_decimal_more_than_prices(driver: ChartDriver) -> None:
    average, macd = driver.scene.chart_data.studies
    assert texts(indicator_legend(driver.scene, average, WHITE)) == ["SMA 2", "100.750"]
    needed = indicator_legend(driver.scene, macd, WHITE)
    assert texts(needed) == ["MACD 12 26 9", "needs 34 bars"]
    assert {one.tooltip for one in needed} == {"MACD 12 26 9 needs 34 bars; there are 2 so far."}


@pytest.mark.parametrize("key", ["sma", "macd", "stochrsi", "adx", "vwap", "HT_TRENDLINE", "CDLDOJI", "sar", "obv"])
def test_an_indicator_has_values_from_the_number_of_bars_that_it_names(qtbot: QtBot, key: str) -> None:
    driver = ChartDriver(qtbot, timeframe="1s", kind="candles", indicators=(IndicatorConfig(key),))
    driver.trades(100.0)
    (study,) = driver.scene.chart_data.studies
    for count in range(1, study.required_bars + 2):
        outputs = study.values(driver.scene.chart_data.series)
        assert len(outputs[0]) == count
        assert all(math.isfinite(output[-1]) for output in outputs) is (count >= study.required_bars)
        driver.trade(100.0 + count * 7 % 11)
        driver.scene.chart_data.update()


def test_legend_texts_explain_themselves_under_the_pointer(driver: ChartDriver) -> None:
    driver.chart.refresh()
    pane = driver.chart.price
    placed = layout(pane.texts, [bar_legend(driver.scene)], 2000.0)
    change = placed[-1]
    assert change.tooltip == "Change of this bar: from the previous bar's close to this bar's close"
    assert pane.tooltip_at(QPointF(change.left + 3, change.top + 3)) == change.tooltip
    assert pane.tooltip_at(QPointF(change.left + 3, change.top + 200)) == ""
    first = driver.scene._replace(crosshair=Crosshair(driver.desk.now_ns / SECOND_NS - 60.0))
    assert any(run.tooltip.startswith("Change of this bar: from its open") for run in bar_legend(first))


@pytest.mark.parametrize("price", [0.85, 3.2e-12, 61_234.5])
def test_indicator_values_have_significant_digits_at_any_price(qtbot: QtBot, price: float) -> None:
    driver = ChartDriver(
        qtbot,
        timeframe="1s",
        kind="candles",
        indicators=(IndicatorConfig("macd"), IndicatorConfig("sma", {"timeperiod": 2})),
    )
    for second in range(80):
        driver.trade(price * (1 + 0.002 * (second % 7)), 1.0)
        driver.desk.now_ns += SECOND_NS
    driver.trade(price)
    driver.chart.refresh()
    macd, average = driver.scene.chart_data.studies
    for study, count in ((macd, 3), (average, 1)):
        values = [float(output[driver.scene.row]) for output in study.values(driver.scene.chart_data.series)]
        written = [text for text in texts(indicator_legend(driver.scene, study, WHITE))[1:] if text[-1].isdigit()]
        assert len(written) == len(values) == count
        largest = max(abs(value) for value in values)
        for text, value in zip(written, values, strict=True):
            assert float(plain_minus(text).replace(",", "")) == pytest.approx(
                value, rel=1e-3, abs=max(largest * 1e-2, 0.005 * (price > 100))
            )
        assert any(text.strip("-0.") for text in written)
    legend = texts(bar_legend(driver.scene))
    assert float(legend[legend.index("C") + 1].replace(",", "")) == pytest.approx(
        driver.scene.bar(driver.scene.row).close[0], rel=1e-3
    )


def test_compared_symbols_show_their_change_in_the_view(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B", timeframe="1s")
    for index in range(5):
        driver.trade(1.0)
        driver.trade(100.0 + index, 0.0, "B")
    driver.chart.compare([driver.desk.market.states[1]])
    driver.chart.refresh()
    assert texts(comparison_legend(driver.scene, 0, WHITE)) == ["B", "+4.00%"]
    second = driver.desk.now_ns // SECOND_NS
    for before, text in ((0, "+4.00%"), (2, "+2.00%"), (4, "0.00%")):
        scene = driver.scene._replace(crosshair=Crosshair(second - before + 0.3))
        assert texts(comparison_legend(scene, 0, WHITE)) == ["B", text]
    driver.chart.time_range.pan(-(driver.chart.time_range.right - (second - 1)))  # later bars are out of view
    driver.chart.invalidate()
    driver.chart.refresh()
    assert texts(comparison_legend(driver.scene, 0, WHITE)) == ["B", "+2.00%"]


def drawn(qapp: QApplication, lines: list[list[TextRun]], width: float) -> QImage:
    image = QImage(400, 120, QImage.Format.Format_RGB32)
    image.fill(BLACK)
    painter = QPainter(image)
    texts = TextPainter(qapp.font())
    draw(painter, texts, layout(texts, lines, width), BLACK)
    painter.end()
    return image


def rows_with_ink(image: QImage) -> set[int]:
    pixels = argb(image)
    channels = np.stack([pixels >> shift & 0xFF for shift in (0, 8, 16)])
    lightness = (channels.max(axis=0) + channels.min(axis=0)) / 2
    return {int(y) for y in (lightness > 128).any(axis=1).nonzero()[0]}


def test_runs_that_do_not_fit_wrap_to_the_next_line(qapp: QApplication) -> None:
    line = [TextRun(f"word {number}", WHITE) for number in range(4)]
    wide, narrow = (drawn(qapp, [line], width) for width in (400.0, 120.0))
    assert max(rows_with_ink(narrow)) > max(rows_with_ink(wide)) + 10
    assert not rows_with_ink(narrow.copy(130, 0, 270, 120))


def test_a_name_wraps_together_with_its_value(qapp: QApplication) -> None:
    line = [
        run for number in range(6) for run in (TextRun("NAME", WHITE), TextRun(f"{number}.5%", WHITE, is_close=True))
    ]
    rows_of_width = []
    for width in range(100, 400, 3):
        placed = layout(TextPainter(qapp.font()), [line], width)
        assert all(name.top == value.top for name, value in zip(placed[::2], placed[1::2], strict=True)), width
        assert all(one.left + one.text.width <= width for one in placed)
        rows_of_width.append(len({one.top for one in placed}))
    assert rows_of_width == sorted(rows_of_width, reverse=True)
    assert rows_of_width[0] > rows_of_width[-1]


def test_a_run_wider_than_the_pane_is_still_drawn(qapp: QApplication) -> None:
    assert rows_with_ink(drawn(qapp, [[TextRun("a word that is much too long", WHITE)]], 20.0))


def legend_texts(qapp: QApplication, line: list[TextRun], width: float) -> list[str]:
    return [placed.text.text for placed in layout(TextPainter(qapp.font()), [line], width)]


def test_runs_are_left_out_by_rank_if_the_pane_is_narrow(qapp: QApplication, driver: ChartDriver) -> None:
    driver.choose(has_volume=False)
    line = bar_legend(driver.scene._replace(crosshair=Crosshair(driver.scene.right)))
    pixels = TextPainter(qapp.font())
    widths = {width: legend_texts(qapp, line, width) for width in range(900, 100, -20)}
    assert widths[900] == texts(line)
    fewer = list(dict.fromkeys(tuple(left) for left in widths.values()))
    close = ("C", "100.50", "−0.50 (−0.50%)")
    assert (
        fewer
        == [
            tuple(texts(line)),
            tuple(texts(line)[:-2]),  # without the volume
            tuple(texts(line)[1:-2]),  # and without the time, which is on the axis
            close,
        ]
    )
    for width, left in widths.items():
        rows = {placed.top for placed in layout(pixels, [line], width)}
        assert len(rows) == 1 or tuple(left) == close


def test_all_values_of_an_indicator_are_shown_at_any_width(qapp: QApplication, driver: ChartDriver) -> None:
    driver.trades(*[100.0] * 33, after_s=60.0)
    line = indicator_legend(driver.scene, driver.scene.chart_data.studies[1], WHITE)
    assert legend_texts(qapp, line, 900.0) == texts(line)
    assert legend_texts(qapp, line, 60.0) == [texts(line)[at] for at in (0, 2, 4, 6)]
