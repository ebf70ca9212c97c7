"""What every pane of a chart draws: grid, gaps, axes, legend and crosshair."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication

from ticker_gui.bars.arrays import Floats
from ticker_gui.chart.axis_tags import TagLayout
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.annotations import crosshair, labels, legend, price_tags
from ticker_gui.gui.chart.annotations.gaps import draw_gaps, gap_shading
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.legend import TextRun
from ticker_gui.gui.chart.annotations.price_tags import PriceTag, TagName
from ticker_gui.gui.chart.axes.axis import Label, Tag
from ticker_gui.gui.chart.axes.time_ticks import TimeTicks
from ticker_gui.gui.chart.options import zone_text
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.pane import Layer, Pane, TitledLayer
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.measures import NOTE_TEXT
from ticker_gui.gui.widgets.paint_guard import PaintGuard
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.gui.widgets.theme import scaled


class ChartPane(Pane):
    """A pane that draws its part of a scene; subclasses add their layers, labels, tags and legend."""

    def __init__(self) -> None:
        super().__init__()
        self._build_guard: Final = PaintGuard()
        self._labels_key: object = None  # what the labels depend on
        self._last_labels: list[Label] = []
        self._grid_key: object = None  # what the lines of the grid depend on
        self._grid: Sequence[Floats] = ()
        self._tag_layout: Final = TagLayout()
        self._placed_texts: Sequence[PlacedText] = ()  # of the legend
        self._names: Sequence[TagName] = ()  # of the price tags
        self._name_texts: Final = TextPainter(scaled(QApplication.font(), NOTE_TEXT))

    def show_scene(self, scene: Scene) -> None:
        """Draw a scene. A part that fails is left out and named in the pane."""
        guard, price_range = self._build_guard, self.price_range
        guard.begin()
        guard.build("the price range", lambda: self._fit(scene))
        viewport = Viewport(
            scene.left, scene.right, price_range.bottom, price_range.top, *self.extent, is_log=price_range.is_log
        )
        axis_labels = guard.build("the price axis labels", lambda: self._axis_labels(viewport, scene)) or []
        tags, self._names = guard.build("the price axis tags", lambda: self._placed_tags(viewport, scene)) or ([], [])
        layers: list[Layer] = [TitledLayer("the grid", partial(self._draw_grid, scene=scene, labels=axis_labels))]
        layers += guard.build("the gaps", lambda: self._gap_layers(scene)) or []
        layers += guard.build("the prices", lambda: self._layers(scene)) or []
        if self._names:
            layers.append(TitledLayer("the names of the price tags", self._draw_names(self._names, scene)))
        if scene.crosshair is not None:
            layers.append(TitledLayer("the crosshair", partial(crosshair.draw, scene=scene, pane=self)))
        placed_legend = guard.build("the legend", lambda: self._placed_legend(viewport, scene)) or []
        self._placed_texts = placed_legend
        draw_legend = partial(_draw_legend, texts=self.texts, placed=placed_legend, background=scene.colors.base)
        layers.append(TitledLayer("the legend", draw_legend))
        layers += self._layers_on_top(scene, placed_legend)
        self._show_tags(axis_labels, tags, scene)
        if self.is_lowest:
            guard.build("the time axis labels", lambda: self._show_times(viewport, scene))
        self.canvas.unprepared = guard.failed
        self.draw(viewport, layers)

    def show_time(self, scene: Scene) -> bool:
        """Show the scene that was drawn at a later time, if only the price axis differs; return whether it does."""
        viewport = self.current_viewport
        if viewport is None:
            return False
        tags, names = self._placed_tags(viewport, scene)
        if names != self._names:
            return False
        self._show_tags(self._axis_labels(viewport, scene), tags, scene)
        self.update_axis()
        return True

    def _show_tags(self, axis_labels: Sequence[Label], tags: Sequence[Tag], scene: Scene) -> None:
        free_labels = price_tags.without_touched(axis_labels, tags, self.price_axis)
        self.price_axis.show_labels(free_labels, tags, scene.colors)

    @property
    def legend_height(self) -> float:
        """The height of the legend in the last frame, in pixels from the top of the pane."""
        return labels.bottom_of(self._placed_texts, self.texts)

    def tooltip_at(self, point: QPointF) -> str:
        return labels.tooltip_at(self._placed_texts, self.texts, point.x(), point.y())

    def _axis_labels(self, viewport: Viewport, scene: Scene) -> list[Label]:
        """Return the labels of the price axis; between two bars, they are usually those of the last frame."""
        key = viewport, scene.base if scene.is_percent else None, scene.style, self.price_range.is_known
        if key != self._labels_key:
            known = self._labels(viewport, scene) if self.price_range.is_known else ()
            self._last_labels = [Label(at, numbers.on_screen(scene.style.write(text))) for at, text in known]
            self._labels_key = key
        return self._last_labels

    def _draw_grid(self, painter: QPainter, viewport: Viewport, scene: Scene, labels: Sequence[Label]) -> None:
        """Draw lines at the labels of both axes, and at the starts of days; between two bars, they do not move."""
        key = viewport, labels, scene.times
        if key != self._grid_key:
            self._grid = _grid_lines(viewport, scene.times, labels)
            self._grid_key = key
        colors = scene.colors
        for rows, color in zip(self._grid, (colors.grid, colors.grid, colors.border), strict=True):
            painter.setPen(color)
            batch.prepared_lines(painter, rows)

    def _gap_layers(self, scene: Scene) -> list[Layer]:
        if not scene.visible_data.gaps:
            return []
        shadings = [gap_shading(gap, scene.chart_data) for gap in scene.visible_data.gaps]
        draw = partial(draw_gaps, shadings=shadings, color=scene.colors.warning, texts=self._gap_texts)
        return [TitledLayer("the gaps", draw)]

    def _placed_legend(self, viewport: Viewport, scene: Scene) -> list[PlacedText]:
        return legend.layout(self.texts, self._legend_lines(scene), viewport.width)

    def _placed_tags(self, viewport: Viewport, scene: Scene) -> tuple[list[Tag], list[TagName]]:
        tags = self._tags(viewport, scene)
        if scene.crosshair is not None and scene.crosshair.pane is self and self.price_range.is_known:
            tags.append(price_tags.pointer_tag(scene, self._crosshair_text(viewport, scene)))
        return price_tags.place(self._tag_layout, tags, self.price_axis, viewport.height)

    def _draw_names(self, names: Sequence[TagName], scene: Scene) -> Layer:
        height = self.price_axis.tag_height()
        return partial(price_tags.draw_names, names=names, texts=self._name_texts, colors=scene.colors, height=height)

    def _show_times(self, viewport: Viewport, scene: Scene) -> None:
        positions = np.asarray(scene.times.positions, float)
        axis_labels = [Label(*label) for label in zip(viewport.x(positions).tolist(), scene.times.texts, strict=True)]
        end_ns = scene.chart_data.time_scale.time_at(scene.chart_data.series, scene.right)
        note = zone_text(scene.zone, end_ns / SECOND_NS)
        self.time_axis.show_labels(axis_labels, crosshair.time_tags(scene, viewport), scene.colors, note)

    _gap_texts: TextPainter | None = None  # only the price pane labels gaps

    @abstractmethod
    def _fit(self, scene: Scene) -> None: ...

    @abstractmethod
    def _layers(self, scene: Scene) -> list[Layer]: ...

    @abstractmethod
    def _labels(self, viewport: Viewport, scene: Scene) -> Sequence[Label]: ...

    @abstractmethod
    def _legend_lines(self, scene: Scene) -> list[list[TextRun]]: ...

    def _layers_on_top(self, scene: Scene, placed_legend: Sequence[PlacedText]) -> list[Layer]:
        return []

    def _tags(self, viewport: Viewport, scene: Scene) -> list[PriceTag]:
        return []

    def _crosshair_text(self, viewport: Viewport, scene: Scene) -> str:
        assert scene.crosshair is not None
        text = scene.style.write(
            numbers.price(viewport.price(scene.crosshair.y), numbers.value_decimals(viewport.top - viewport.bottom))
        )
        return numbers.on_screen(text)


def _grid_lines(viewport: Viewport, times: TimeTicks, labels: Sequence[Label]) -> list[Floats]:
    """Return the lines at labels of prices, at labels of times, and at the starts of days."""
    heights = np.round([at for at, _ in labels])
    lines = [batch.line_rows(np.zeros(len(heights)), heights, np.full(len(heights), viewport.width), heights)]
    for positions in (times.positions, times.days):
        columns = np.round(viewport.x(np.asarray(positions, float)))
        bottoms = np.full(len(columns), viewport.height)
        lines.append(batch.line_rows(columns, np.zeros(len(columns)), columns, bottoms))
    return lines


def _draw_legend(
    painter: QPainter, viewport: Viewport, texts: TextPainter, placed: Sequence[PlacedText], background: QColor
) -> None:
    labels.draw(painter, texts, placed, background)
