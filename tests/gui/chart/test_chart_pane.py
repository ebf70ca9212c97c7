from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.pixels import argb
from ticker_gui.bars.arrays import Floats
from ticker_gui.gui.chart import chart_pane, panes, price_chart
from ticker_gui.gui.chart.annotations import crosshair, labels, legend, price_lines, price_tags
from ticker_gui.gui.chart.axes.axis import Axis, Label
from ticker_gui.gui.chart.axes.time_ticks import TimeTicks
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.paint import candles, indicators
from ticker_gui.gui.chart.panes import IndicatorPane, PricePane
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.paint_guard import FailureKind
from ticker_gui.indicators.registry import IndicatorConfig


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    driver = ChartDriver(
        qtbot, timeframe="1s", kind="candles", indicators=(IndicatorConfig("rsi"), IndicatorConfig("sma"))
    )
    driver.trades(*(100.0 + index % 10 for index in range(200)))
    driver.move(300, 50)
    return driver


def fail(*_: Any, **__: Any) -> Any:
    raise OverflowError("argument out of range")


FAILING_PARTS: list[tuple[object, str, str]] = [
    (price_lines, "draw_price_lines", "the price lines"),
    (price_lines, "draw_extremes", "the highest and lowest price"),
    (candles, "mark_partial_bars", "the partial bar markers"),
    (candles, "volumes", "the volume"),
    (indicators, "draw_indicator", "SMA 20"),
    (indicators, "draw_thresholds", "the thresholds of RSI 14"),
    (crosshair, "draw", "the crosshair"),
    (labels, "draw", "the legend"),
    (legend, "bar_legend", "the legend"),
    (price_tags, "level_tags", "the price axis tags"),
    (price_tags, "comparison_tags", "the price axis tags"),
    (crosshair, "time_tags", "the time axis labels"),
    (panes, "price_labels", "the price axis labels"),
    (panes, "_draw_prices", "the prices"),
    (ChartPane, "_draw_grid", "the grid"),
    (PricePane, "_fit", "the price range"),
    (IndicatorPane, "_layers", "the prices"),
    (Axis, "_draw_labels", "the price axis labels"),
    (Axis, "_draw_tag", "the price axis tags"),
    (price_chart, "times_in_view", "the chart"),
    (price_chart, "headline", "the headline"),
]


def test_a_part_that_fails_is_named_and_all_others_are_drawn(
    driver: ChartDriver, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    for owner, name, title in FAILING_PARTS:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, fail)
            driver.chart.time_range.pan(1.0)  # what depends on the view only is not built again without a new view
            driver.chart.invalidate()
            driver.chart.refresh()
            broken = driver.chart.grab().toImage()
        failed = {one for pane in driver.chart.panes.visible_panes for one in failures(pane)}
        assert title in failed, name
        assert ink(broken) > 2_000, name  # from the other parts
        assert {kind[0] for kind in paint_failures} == failed, name
        paint_failures.clear()
        driver.chart.invalidate()
        driver.chart.refresh()
        whole = driver.chart.grab().toImage()
        assert not any(failures(pane) for pane in driver.chart.panes.visible_panes), name
        assert whole != broken, name


def failures(pane: ChartPane) -> list[str]:
    canvas = pane.canvas
    axes = [title for guard in canvas.axis_guards for title in guard.failed]
    return [*canvas.unprepared, *canvas.guard.failed, *axes]


def ink(image: QImage) -> int:
    ground = image.pixelColor(1, image.height() // 2).rgba()
    return int((argb(image)[::2, ::2] != ground).sum())


def test_failures_are_named_in_the_pane(
    driver: ChartDriver, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    before = driver.chart.price.grab().toImage()
    drawn_texts: list[str] = []
    get = driver.chart.price.texts.get
    monkeypatch.setattr(driver.chart.price.texts, "get", recording(get, drawn_texts))
    monkeypatch.setattr(price_lines, "draw_price_lines", fail)
    driver.chart.invalidate()
    driver.chart.refresh()
    image = driver.chart.price.grab().toImage()
    assert "Could not draw the price lines. Details are in the log." in drawn_texts
    warning = driver.scene.colors.warning
    bottom = round(driver.chart.price.extent[1])
    strip = [(x, y) for x in range(200) for y in range(bottom - 25, bottom)]
    assert any(image.pixelColor(x, y) == warning for x, y in strip)
    assert sum(image.pixelColor(x, y) != before.pixelColor(x, y) for x, y in strip) > 20
    assert image != before
    monkeypatch.undo()
    driver.chart.invalidate()
    driver.chart.refresh()
    paint_failures.clear()


def recording(get: Callable[[str], Any], drawn_texts: list[str]) -> Callable[[str], Any]:
    def recorded(text: str) -> Any:
        drawn_texts.append(text)
        return get(text)

    return recorded


def test_the_lines_of_the_grid_are_computed_again_only_if_the_view_changes(
    driver: ChartDriver, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    compute, viewports = chart_pane._grid_lines, list[Viewport]()

    def recorded(viewport: Viewport, times: TimeTicks, labels: Sequence[Label]) -> list[Floats]:
        viewports.append(viewport)
        return compute(viewport, times, labels)

    monkeypatch.setattr(chart_pane, "_grid_lines", recorded)
    driver.trade(105.0, after_s=0.01)  # in the last bar
    driver.chart.refresh()
    qtbot.wait(1)
    prices = driver.chart.price
    count = sum(viewport == prices.current_viewport for viewport in viewports)
    for _ in range(3):
        driver.trade(105.0, after_s=0.01)
        driver.chart.refresh()
        qtbot.wait(1)
    assert sum(viewport == prices.current_viewport for viewport in viewports) == count
    driver.trade(105.0, after_s=5.0)  # the chart scrolls
    driver.chart.refresh()
    qtbot.wait(1)
    assert viewports[-1] != viewports[0]
    assert prices.current_viewport in viewports[count:]
