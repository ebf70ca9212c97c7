from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from ticker_gui.gui.chart import chart_pane, panes, price_chart
from ticker_gui.gui.chart.annotations import crosshair, labels, legend, price_lines
from ticker_gui.gui.chart.axes.axis import Axis
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.paint import candles, indicators
from ticker_gui.gui.chart.panes import IndicatorPane, PricePane
from ticker_gui.gui.widgets.paint_guard import FailureKind
from ticker_gui.indicators.registry import Chosen


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    shown = Shown(qtbot, timeframe="1s", kind="candles", indicators=(Chosen("rsi"), Chosen("sma")))
    shown.trades(*(100.0 + index % 10 for index in range(200)))
    shown.move(300, 50)
    return shown


def fail(*_: Any, **__: Any) -> Any:
    raise OverflowError("argument out of range")


PARTS: list[tuple[object, str, str]] = [
    (price_lines, "draw_price_lines", "the price lines"),
    (price_lines, "draw_extremes", "the highest and lowest price"),
    (candles, "mark_partial_bars", "the partial bar markers"),
    (candles, "volumes", "the volume"),
    (indicators, "draw_indicator", "SMA 20"),
    (indicators, "draw_thresholds", "the thresholds of RSI 14"),
    (crosshair, "draw", "the crosshair"),
    (labels, "draw", "the legend"),
    (legend, "bar_legend", "the legend"),
    (price_lines, "price_line_tags", "the price axis tags"),
    (price_lines, "comparison_tags", "the price axis tags"),
    (crosshair, "time_tags", "the time axis labels"),
    (panes, "price_labels", "the price axis labels"),
    (panes, "_draw_prices", "the prices"),
    (chart_pane, "_draw_grid", "the grid"),
    (PricePane, "_fit", "the price range"),
    (IndicatorPane, "_layers", "the prices"),
    (Axis, "_draw_label", "the price axis labels"),
    (Axis, "_draw_tag", "the price axis tags"),
    (price_chart, "times_in_view", "the chart"),
    (price_chart, "headline", "the headline"),
]


@pytest.mark.parametrize(("owner", "name", "title"), PARTS, ids=[f"{name}" for _, name, _ in PARTS])
def test_a_part_that_fails_is_named_and_all_others_are_drawn(
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
    paint_failures: set[FailureKind],
    owner: object,
    name: str,
    title: str,
) -> None:
    monkeypatch.setattr(owner, name, fail)
    shown.chart.invalidate()
    shown.chart.refresh()
    shown.chart.grab()
    broken = shown.chart.grab().toImage()
    failed = {one for pane in shown.chart.panes.visible_panes for one in failures(pane)}
    assert title in failed
    assert ink(broken) > 2_000  # the others
    assert {kind[0] for kind in paint_failures} == failed
    paint_failures.clear()
    monkeypatch.undo()
    shown.chart.invalidate()
    shown.chart.refresh()
    shown.chart.grab()
    whole = shown.chart.grab().toImage()
    assert not any(failures(pane) for pane in shown.chart.panes.visible_panes)
    assert whole != broken


def failures(pane: ChartPane) -> list[str]:
    canvas = pane.canvas
    axes = [title for guard in canvas.axis_guards for title in guard.failed]
    return [*canvas.unprepared, *canvas.guard.failed, *axes]


def ink(image: QImage) -> int:
    ground = image.pixelColor(1, image.height() // 2)
    return sum(
        image.pixelColor(x, y) != ground for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)
    )


def test_failures_are_named_in_the_pane(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    before = shown.chart.price.grab().toImage()
    said: list[str] = []
    get = shown.chart.price.texts.get
    monkeypatch.setattr(shown.chart.price.texts, "get", noting(get, said))
    monkeypatch.setattr(price_lines, "draw_price_lines", fail)
    shown.chart.invalidate()
    shown.chart.refresh()
    image = shown.chart.price.grab().toImage()
    assert "Could not draw the price lines. Details are in the log." in said
    warning = shown.scene.palette.warning
    bottom = round(shown.chart.price.extent[1])
    strip = [(x, y) for x in range(200) for y in range(bottom - 25, bottom)]
    assert sum(image.pixelColor(x, y) == warning for x, y in strip) > 20
    assert image != before
    monkeypatch.undo()
    shown.chart.invalidate()
    shown.chart.refresh()
    paint_failures.clear()


def noting(get: Callable[[str], Any], said: list[str]) -> Callable[[str], Any]:
    def noted(text: str) -> Any:
        said.append(text)
        return get(text)

    return noted
