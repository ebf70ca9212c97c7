"""The tags of a price axis: last price, bid, ask, previous close, compared symbols, indicators and the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from ticker_gui.chart.axis_tags import Role, TagLayout, TagState, UnplacedTag
from ticker_gui.chart.chart_data import ActiveIndicator
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations.labels import value_text
from ticker_gui.gui.chart.annotations.price_lines import countdown_text, last_color, price_text
from ticker_gui.gui.chart.axes.axis import Axis, Label, Tag, draw_box
from ticker_gui.gui.chart.options import zone_by_name
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter

_NAMES: Final = {Role.LAST: "Last", Role.ASK: "Ask", Role.BID: "Bid", Role.PREVIOUS_CLOSE: "Prev"}
_WITHOUT_NAME: Final = (Role.POINTER, Role.DRAGGED, Role.LAST, Role.ALERT)  # in view
_QUOTES: Final = (Role.ASK, Role.BID)
_ARROWS: Final = {TagState.ABOVE: " ↑", TagState.BELOW: " ↓"}
_MARGIN: Final = 5  # beside the text of a name
_LEADER: Final = 12  # pixels from a name to the level of its price
_QUOTE_LINE: Final = 20


class PriceTag(NamedTuple):
    """A tag before it has a place; the ``edge`` is also the color of the line to its price.

    The name is short, because it covers bars; the full name is for the tooltip, if there is one.
    """

    role: Role
    y: float
    name: str
    lines: tuple[str, ...]
    color: QColor
    edge: QColor
    text: QColor
    full_name: str = ""


class TagName(NamedTuple):
    """The name of a placed tag, and the line that ties the tag to its price; without a name, the line alone."""

    tag: PriceTag
    text: str
    top: int
    y: int | None


def level_tags(viewport: Viewport, scene: Scene) -> list[PriceTag]:
    """Return the tags of last price, ask, bid and previous close; while disconnected, there are no quotes."""
    state, colors = scene.chart_data.state, scene.colors
    prices = {
        Role.LAST: state.last,
        Role.ASK: None if scene.is_stale else state.ask,
        Role.BID: None if scene.is_stale else state.bid,
        Role.PREVIOUS_CLOSE: state.day.previous_close,
    }
    tags = []
    for role, price in prices.items():
        if price is not None:
            lines, y = (price_text(scene, price),), float(viewport.y(price))
            tag = PriceTag(role, y, _NAMES[role], lines, colors.raised, colors.control, colors.text)
            tags.append(_last_tag(tag, scene) if role is Role.LAST else tag)
    return tags


def _last_tag(tag: PriceTag, scene: Scene) -> PriceTag:
    """Return the tag of the last price with the countdown to the bar's close; if stale, with the time of its trade."""
    last_ns = scene.chart_data.state.last_ns
    if scene.is_stale:
        time = (
            local_time(last_ns / SECOND_NS, zone_by_name(scene.options.zone)).strftime("%H:%M:%S")
            if last_ns > 0
            else ""
        )
        return tag._replace(lines=(*tag.lines, time) if time else tag.lines)
    if countdown := countdown_text(scene):
        tag = tag._replace(lines=(*tag.lines, countdown))
    color = last_color(scene)
    return tag._replace(color=color, edge=color, text=scene.colors.base)


def comparison_tags(viewport: Viewport, scene: Scene) -> list[PriceTag]:
    """Return the tags of compared symbols, at the ends of their visible lines."""
    tags: list[PriceTag] = []
    for number, (line, color) in enumerate(zip(scene.compared(), scene.compared_colors(), strict=False)):
        known = line.last_prices[np.isfinite(line.last_prices)]
        if len(known):
            price = float(known[-1])
            name = sanitize_text(scene.chart_data.compared[number].state.symbol, SYMBOL_LENGTH)
            tags.append(_series_tag(scene, Role.COMPARISON, viewport, price, name, price_text(scene, price), color))
    return _in_view(tags, viewport)


def indicator_tags(viewport: Viewport, scene: Scene) -> list[PriceTag]:
    """Return the tags of the indicators over prices, at their values of the newest visible bar."""
    row, tags = scene.visible_data.visible.end - 1, list[PriceTag]()
    for number, study in enumerate(scene.chart_data.studies):
        if study.config.pane == "price" and row >= 0:
            tags += _study_tags(viewport, scene, study, row, scene.indicator_color(number))
    return _in_view(tags, viewport)


def _study_tags(viewport: Viewport, scene: Scene, study: ActiveIndicator, row: int, color: QColor) -> list[PriceTag]:
    outputs, label = study.config.indicator.outputs, sanitize_text(study.config.label())
    tags = []
    colors = scene.colors.outputs(outputs, color)
    for output, values, own in zip(outputs, study.values(scene.chart_data.series), colors, strict=True):
        value = float(values[row]) if row < len(values) else np.nan
        if output.style != "hidden" and np.isfinite(value):
            title = "" if len(outputs) == 1 else output.title
            digits = scene.chart_data.state.price_decimals + 1
            text = price_text(scene, value) if scene.is_percent else scene.style.write(value_text(value, digits))
            tag = _series_tag(scene, Role.INDICATOR, viewport, value, title or label, text, own)
            tags.append(tag._replace(full_name=f"{label} {title.lower()}".rstrip()))
    return tags


def _series_tag(
    scene: Scene, role: Role, viewport: Viewport, price: float, name: str, text: str, color: QColor
) -> PriceTag:
    colors = scene.colors
    return PriceTag(role, float(viewport.y(price)), name, (text,), colors.raised, color, colors.text)


def _in_view(tags: Sequence[PriceTag], viewport: Viewport) -> list[PriceTag]:
    return [tag for tag in tags if 0 <= tag.y <= viewport.height]


def pointer_tag(scene: Scene, text: str) -> PriceTag:
    """Return the tag of the horizontal line of the crosshair."""
    colors = scene.colors
    y = scene.crosshair.y if scene.crosshair is not None else 0.0
    return PriceTag(Role.POINTER, y, "", (text,), colors.text2, colors.text2, colors.base)


def place(layout: TagLayout, tags: Sequence[PriceTag], axis: Axis, height: float) -> tuple[list[Tag], list[TagName]]:
    """Return the tags of the axis at their positions, the pointer on top, and the names beside them."""
    tags = sorted(tags, key=lambda tag: -tag.role)
    above = axis.tag_height() // 2
    unplaced = [UnplacedTag(tag.role, tag.y, axis.tag_height(len(tag.lines)), above) for tag in tags]
    placed, names = list[Tag](), list[TagName]()
    for tag, (state, top) in zip(tags, layout.positions(unplaced, round(height)), strict=True):
        if state is TagState.HIDDEN:
            continue
        is_tick, is_in_view = state is TagState.TICK, state is TagState.IN_VIEW
        is_strong, tooltip = tag.role is Role.LAST, f"{tag.full_name or tag.name} {tag.lines[0]}"
        at, edge = float(top) if is_tick else tag.y, None if tag.edge == tag.color else tag.edge
        placed.append(Tag(at, tag.lines, tag.color, edge, tag.text, top, is_strong, is_tick, tooltip))
        y = round(tag.y)
        is_tied = is_in_view and (tag.role in _QUOTES or top != y - above)
        name = "" if is_in_view and tag.role in _WITHOUT_NAME else f"{tag.name}{_ARROWS.get(state, '')}"
        if not is_tick and tag.role is not Role.POINTER and (name or is_tied):
            names.append(TagName(tag, name, top, y if is_tied else None))
    return placed, names


def without_touched(labels: Sequence[Label], tags: Sequence[Tag], axis: Axis) -> list[Label]:
    """Return the labels that no tag touches."""
    spans = [(tag.top or 0, (tag.top or 0) + axis.tag_height(len(tag.lines))) for tag in tags if not tag.is_tick]
    half = axis.label_height / 2
    return [
        label for label in labels if all(label.at + half <= top or bottom <= label.at - half for top, bottom in spans)
    ]


def draw_names(
    painter: QPainter,
    viewport: Viewport,
    names: Sequence[TagName],
    texts: TextPainter,
    colors: ChartColors,
    height: int,
) -> None:
    """Draw the lines from the tags to their prices, and above all lines the names at the right edge of a pane."""
    lefts = [round(viewport.width - (texts.get(name.text).width + 2 * _MARGIN if name.text else 0)) for name in names]
    for left, (tag, _, top, y) in zip(lefts, names, strict=True):
        if y is not None:
            _draw_leader(painter, tag, QPointF(left, top + height // 2), y)
    painter.setFont(texts.font)
    for left, (tag, text, top, _) in zip(lefts, names, strict=True):
        if text:
            name = texts.get(text)
            draw_box(painter, QRectF(left, top, viewport.width - left, height), colors.raised, tag.edge)
            painter.setPen(colors.text2)
            texts.draw(painter, left + _MARGIN, top + round((height - texts.metrics.height()) / 2), name)


def _draw_leader(painter: QPainter, tag: PriceTag, end: QPointF, y: int) -> None:
    """Draw the line from a tag to its price; a quote has a short line at its price."""
    painter.setPen(tag.edge)
    corner = end if end.y() == y else QPointF(end.x() - _LEADER, y)
    if corner != end:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawLine(corner, end)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if tag.role in _QUOTES:
        painter.drawLine(QPointF(corner.x() - _QUOTE_LINE, y), corner)
