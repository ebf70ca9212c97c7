"""Horizontal lines at last, bid, ask and previous close, and labels of high and low."""

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
from ticker_gui.gui.chart.axes.axis import Tag
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.gui.widgets.theme import mix

_PALE: Final = 0.55
_LEADER: Final = 12  # pixels from an extreme to its label
_HOUR: Final = 3600
_DAY: Final = 86_400


def draw_price_lines(painter: QPainter, viewport: Viewport, scene: Scene) -> None:
    """Draw a dashed line for each known price."""
    for price, colour, dash, gap in _price_lines(scene):
        painter.setPen(colour)
        batch.dashes(painter, float(viewport.y(price)), viewport.width, dash, gap)


def known_prices(scene: Scene) -> list[float]:
    """Return the prices that have a line."""
    return [price for price, *_ in _price_lines(scene)]


def price_line_tags(viewport: Viewport, scene: Scene) -> list[Tag]:
    """Return the axis tags of the price lines, the last price with the countdown to the bar's close on top."""
    tags = [
        Tag(float(viewport.y(price)), (price_text(scene, price),), mix(colour, scene.palette.base, _PALE))
        for price, colour, *_ in _price_lines(scene)
    ]
    state = scene.chart_data.state
    if state.last is not None:
        countdown = countdown_text(scene)
        lines = (price_text(scene, state.last), countdown) if countdown else (price_text(scene, state.last),)
        tags[-1] = Tag(float(viewport.y(state.last)), lines, _last_colour(scene))
    return [tag for tag in tags if 0 <= tag.at <= viewport.height]


def comparison_tags(viewport: Viewport, scene: Scene) -> list[Tag]:
    """Return the axis tags of compared symbols, at the ends of their visible lines."""
    tags: list[Tag] = []
    for number, line in enumerate(scene.compared()):
        known = line.prices[np.isfinite(line.prices)]
        if len(known):
            price = float(known[-1])
            tags.append(Tag(float(viewport.y(price)), (price_text(scene, price),), scene.palette.compared(number)))
    return [tag for tag in tags if 0 <= tag.at <= viewport.height]


def draw_extremes(
    painter: QPainter, viewport: Viewport, scene: Scene, texts: TextPainter, placed_legend: Sequence[PlacedText]
) -> None:
    """Label the highest and the lowest visible price, without covering the legend."""
    positions, prices, _ = scene.prices
    if not np.isfinite(prices).any():
        return
    height = round(texts.metrics.height())
    for row in {int(np.nanargmax(prices)), int(np.nanargmin(prices))}:  # one if all are equal
        x, y = viewport.column(float(positions[row])), viewport.row(float(prices[row]))
        y = min(max(y, 0), round(viewport.height))
        text = texts.get(price_text(scene, float(prices[row])))
        is_left = x + _LEADER + text.width < viewport.width
        end = x + _LEADER if is_left else x - _LEADER
        left = end + 2 if is_left else round(end - 2 - text.width)
        top = labels.avoid_overlap(placed_legend, texts, left, text.width, max(y - height // 2, 0))
        top = min(top, round(viewport.height) - height)
        painter.setPen(scene.palette.muted)
        painter.drawLine(x, y, end, min(max(y, top), top + height))
        labels.draw(painter, texts, [PlacedText(left, top, text, scene.palette.muted)], scene.palette.base)


def price_text(scene: Scene, price: float) -> str:
    """Return a price as the axis shows it: with the instrument's decimals, or as a change in percent."""
    if scene.is_percent and scene.base:
        return scene.style.write(numbers.signed_percent(100.0 * (price - scene.base) / abs(scene.base)))
    return scene.style.write(numbers.price(price, scene.chart_data.state.price_decimals))


def countdown_text(scene: Scene) -> str:
    """Return the time until the forming bar closes, or its trade count; empty if no bar is forming."""
    chart_data = scene.chart_data
    series = chart_data.series
    if not len(series) or chart_data.is_ticks or not chart_data.state.coverage.is_connected:
        return ""
    if isinstance(series, TradeCountBars):
        return f"{(series.trades - 1) % series.count + 1}/{series.count}"
    assert isinstance(series, TimeSeries)
    timeframe = series.timeframe
    seconds = -((scene.now_ns - timeframe.start_of(scene.now_ns) - timeframe.width_ns) // SECOND_NS)
    if seconds >= _DAY:
        return ""
    minutes = f"{seconds % _HOUR // 60:02}:{seconds % 60:02}"
    return f"{seconds // _HOUR:02}:{minutes}" if timeframe.width_ns > _HOUR * SECOND_NS else minutes


def _price_lines(scene: Scene) -> list[tuple[float, QColor, float, float]]:
    """Return price, colour, dash length and gap length of each line, the last price at the end."""
    state, palette = scene.chart_data.state, scene.palette
    levels = [
        (state.day.previous_close, palette.muted, 6.0, 4.0),
        (state.bid, palette.up, 2.0, 6.0),
        (state.ask, palette.down, 2.0, 6.0),
        (state.last, _last_colour(scene), 2.0, 2.0),
    ]
    return [(price, colour, dash, gap) for price, colour, dash, gap in levels if price is not None]


def _last_colour(scene: Scene) -> QColor:
    """Return the colour of the forming bar's direction; muted while disconnected."""
    state, series = scene.chart_data.state, scene.chart_data.series
    if not state.coverage.is_connected or not len(series):
        return scene.palette.muted
    bar = scene.bar(len(series) - 1)
    return scene.palette.direction(float(bar.close[0]) >= float(bar.open[0]))
