"""Horizontal lines at the last price and the previous close, and labels of high and low."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtGui import QColor, QPainter

from ticker_gui.bars.series import TimeSeries, TradeCountBars
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.annotations import labels
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.market.display_values import change, why_closed

_ROOM_FOR_NAMES: Final = 72  # at the right, for the names of the tags of the axis and their leaders
_LEADER: Final = 12  # pixels from an extreme to its label
_HOUR: Final = 3600
_DAY: Final = 86_400


def draw_price_lines(painter: QPainter, viewport: Viewport, scene: Scene) -> None:
    """Draw a line across at the last price, dotted, and one at the previous close, dashed."""
    state, colors = scene.chart_data.state, scene.colors
    for price, color, dash, gap in (
        (state.day.previous_close, colors.muted, 6.0, 4.0),
        (state.last, last_color(scene), 1.0, 2.0),
    ):
        if price is not None:
            painter.setPen(color)
            batch.dashes(painter, float(viewport.y(price)), viewport.width, dash, gap)


def known_prices(scene: Scene) -> list[float]:
    """Return the known ones of the previous close, bid, ask and last price."""
    state = scene.chart_data.state
    prices = (state.day.previous_close, state.bid, state.ask, state.last)
    return [price for price in prices if price is not None]


def draw_extremes(
    painter: QPainter, viewport: Viewport, scene: Scene, texts: TextPainter, placed_legend: Sequence[PlacedText]
) -> None:
    """Label the highest and the lowest visible price where there is room beside the legend and the other label."""
    positions, prices = scene.prices[:2]
    if not np.isfinite(prices).any():
        return
    height = round(texts.metrics.height())
    has_all = not np.isnan(prices).any()  # as bars have, for which numpy is faster
    highest, lowest = (prices.argmax(), prices.argmin()) if has_all else (np.nanargmax(prices), np.nanargmin(prices))
    names = {int(highest): "High ", int(lowest): "Low "}  # one if all are equal
    placed, lowest_top = list(placed_legend), round(viewport.height) - height
    for row, name in names.items():
        x = min(max(viewport.column(float(positions[row])), 0), round(viewport.width))  # a line begins before the view
        y = viewport.row(float(prices[row]))
        y = min(max(y, 0), round(viewport.height))
        price = price_text(scene, float(prices[row]))
        text = texts.get(f"{name}{price}" if len(names) > 1 else price)
        is_left = x + _LEADER + text.width < viewport.width - _ROOM_FOR_NAMES
        end = x + _LEADER if is_left else min(x - _LEADER, round(viewport.width) - _ROOM_FOR_NAMES)
        left = end + 2 if is_left else max(0, round(end - 2 - text.width))
        top = min(max(y - height // 2, 0), lowest_top)
        top = labels.avoid_overlap(placed, texts, left, text.width, top)
        if top > lowest_top:
            continue
        painter.setPen(scene.colors.muted)
        painter.drawLine(x, y, end, min(max(y, top), top + height))
        label = PlacedText(left, top, text, scene.colors.text2)
        labels.draw(painter, texts, [label], scene.colors.base)
        placed = sorted([*placed, label], key=lambda one: one.top)


def price_text(scene: Scene, price: float) -> str:
    """Return a price as the axis shows it: with the instrument's decimals, or as a change in percent."""
    if scene.is_percent and scene.base:
        percent = numbers.signed_percent(100.0 * (price - scene.base) / abs(scene.base))
        return numbers.on_screen(scene.style.write(percent))
    return numbers.on_screen(scene.style.write(numbers.price(price, scene.chart_data.state.price_decimals)))


def countdown_text(scene: Scene) -> str:
    """Return the time until the forming bar closes, or its trade count; empty if none is, as in a closed market."""
    chart_data = scene.chart_data
    series = chart_data.series
    if not len(series) or chart_data.is_ticks or not chart_data.state.coverage.is_connected:
        return ""
    if isinstance(series, TradeCountBars):
        return f"{(series.trades - 1) % series.count + 1}/{series.count}"
    if why_closed(chart_data.state, scene.now_ns):
        return ""
    assert isinstance(series, TimeSeries)
    timeframe = series.timeframe
    seconds = -((scene.now_ns - timeframe.end_of(timeframe.start_of(scene.now_ns))) // SECOND_NS)
    if seconds > _DAY:
        return f"{seconds // _DAY}d {seconds % _DAY // _HOUR}h"
    if timeframe.width_ns <= _HOUR * SECOND_NS:
        return f"{seconds // 60:02}:{seconds % 60:02}"
    return f"{seconds // _HOUR:02}:{seconds % _HOUR // 60:02}:{seconds % 60:02}"


def last_color(scene: Scene) -> QColor:
    """Return the color of the day's change; of quiet text while disconnected, and without a change."""
    state = scene.chart_data.state
    difference = None if scene.is_stale else change(state)
    return scene.colors.direction(difference > 0) if difference else scene.colors.muted
