"""The panes of a chart: price, volume, and one for each indicator with its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from ticker_gui.bars.arrays import Floats
from ticker_gui.chart.chart_data import ActiveIndicator, ChartData, IndicatorSlice
from ticker_gui.chart.drawing_geometry import Projection
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.annotations import legend, price_lines, price_tags
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES, TextRun
from ticker_gui.gui.chart.annotations.measure import Measure
from ticker_gui.gui.chart.annotations.price_tags import PriceTag
from ticker_gui.gui.chart.annotations.source_marks import draw_source_marks
from ticker_gui.gui.chart.axes.axis import Label
from ticker_gui.gui.chart.axes.price_ticks import amount_labels, price_labels, threshold_labels
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.overlay import Overlay
from ticker_gui.gui.chart.paint import candles, indicators, lines
from ticker_gui.gui.chart.pane import Layer, TitledLayer
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport

_NO_ROOM: Final = "The chart is not tall enough for its pane."
_MIN_FOR_VALUES: Final = 120  # pixels: below, the legend would cover the prices


class PricePane(ChartPane):
    """Prices with overlays: indicators, compared symbols, price lines and a measurement."""

    def __init__(self) -> None:
        super().__init__()
        self.measure: Measure | None = None
        self.overlays: Final[list[Overlay]] = []
        self.studies_without_pane: Sequence[ActiveIndicator] = ()  # the chart is too low for their panes
        self.has_volume_pane = True
        self._gap_texts = self.texts

    def projection(self, chart_data: ChartData | None) -> Projection | None:
        """Return the conversion between pixels and times and prices; None before there is something to draw."""
        viewport = self.current_viewport
        if chart_data is None or viewport is None or not self.price_range.is_known:
            return None
        return Projection(viewport, chart_data.time_scale, chart_data.series)

    def _fit(self, scene: Scene) -> None:
        prices = scene.prices.prices
        if not np.isfinite(prices).any() and not self.price_range.is_known:
            prices = np.asarray(price_lines.known_prices(scene), float)  # before the first trade, show bid and ask
        self._choose_scale(scene, prices)
        is_log = self.price_range.is_log
        known = _on_scale(prices, is_log)
        if not len(known):
            return
        low, high = float(known.min()), float(known.max())
        low, high = _with_overlays(low, high, [curve for _, curve in _overlay_slices(scene)], is_log)
        for line in scene.compared():
            others = _on_scale(line.prices, is_log)
            if len(others):
                low, high = min(low, float(others.min())), max(high, float(others.max()))
        self.price_range.fit(low, high, self.legend_height / max(1.0, self.extent[1]))

    def _choose_scale(self, scene: Scene, prices: Floats) -> None:
        """Use a logarithmic scale if it is chosen and a visible price is positive, or no price is visible."""
        is_chosen = scene.options.scale == "log" and not scene.is_percent
        known = prices[np.isfinite(prices)]
        if len(known) or not is_chosen:
            self.price_range.set_log(is_chosen and bool((known > 0).any()))

    def _labels(self, viewport: Viewport, scene: Scene) -> Sequence[Label]:
        return price_labels(viewport, scene.base if scene.is_percent else None)

    def _layers(self, scene: Scene) -> list[Layer]:
        colors, visible_data = scene.colors, scene.visible_data
        layers: list[Layer] = [
            TitledLayer("the price lines", partial(price_lines.draw_price_lines, scene=scene)),
            *(layer for overlay in self.overlays for layer in overlay.layers_below(scene)),
            TitledLayer("the prices", partial(_draw_prices, scene=scene)),
        ]
        if scene.chart_type.has_bars:
            draw_marks = partial(candles.mark_partial_bars, visible=visible_data.visible, colors=colors)
            layers.append(TitledLayer("the partial bar markers", draw_marks))
        visible = visible_data.visible
        spans = scene.chart_data.source_spans(visible.begin, visible.end)
        if len(spans.sources):
            draw_sources = partial(draw_source_marks, spans=spans, colors=colors)
            layers.append(TitledLayer("the marks of received bars", draw_sources))
        for number, curves in _indicators_in(scene, "price"):
            layers.append(_indicator_layer(scene, number, curves))
        for line, color in zip(scene.compared(), scene.compared_colors(), strict=False):
            draw_line = partial(lines.plain, line=line, color=color)
            layers.append(TitledLayer("a compared symbol", draw_line))
        return layers

    def _layers_on_top(self, scene: Scene, placed_legend: Sequence[PlacedText]) -> list[Layer]:
        draw_extremes = partial(price_lines.draw_extremes, scene=scene, texts=self.texts, placed_legend=placed_legend)
        layers: list[Layer] = [TitledLayer("the highest and lowest price", draw_extremes)]
        layers += [one for overlay in self.overlays for one in overlay.layers_on_top(scene, placed_legend)]
        if self.measure is not None:
            draw_measure = partial(self.measure.draw, scene=scene, texts=self.texts)
            layers.append(TitledLayer("the measurement", draw_measure))
        return layers

    def _tags(self, viewport: Viewport, scene: Scene) -> list[PriceTag]:
        return [
            *price_tags.level_tags(viewport, scene),
            *price_tags.comparison_tags(viewport, scene),
            *price_tags.indicator_tags(viewport, scene),
            *(tag for overlay in self.overlays for tag in overlay.tags(viewport, scene)),
        ]

    def _legend_lines(self, scene: Scene) -> list[list[TextRun]]:
        colors = scene.colors
        if not len(scene.chart_data.series):
            return [[TextRun(WAITING_FOR_TRADES, colors.muted)]]
        over_prices = [(n, one) for n, one in enumerate(scene.chart_data.studies) if one.config.pane == "price"]
        lines = [legend.bar_legend(scene, has_volume=not self.has_volume_pane)]
        if note := _scale_note(scene):
            lines.append([TextRun(note, colors.warning)])
        overlays = list[TextRun]()
        for number, study in over_prices:
            overlays += legend.indicator_legend(scene, study, scene.indicator_color(number))
        for study in self.studies_without_pane if self.height() >= _MIN_FOR_VALUES else ():
            number = scene.chart_data.studies.index(study)
            runs = legend.indicator_legend(scene, study, scene.indicator_color(number))
            overlays += [run._replace(tooltip=run.tooltip or _NO_ROOM) for run in runs]
        for number, color in enumerate(scene.compared_colors()):
            overlays += legend.comparison_legend(scene, number, color)
        return [*lines, overlays] if overlays else lines

    def _crosshair_text(self, viewport: Viewport, scene: Scene) -> str:
        assert scene.crosshair is not None
        return price_lines.price_text(scene, viewport.price(scene.crosshair.y))


class VolumePane(ChartPane):
    """The volume of each bar."""

    def _fit(self, scene: Scene) -> None:
        volumes = scene.visible_data.visible.bars.volume
        if len(volumes):
            self.price_range.fit_from_zero(0.0, float(volumes.max()))

    def _labels(self, viewport: Viewport, scene: Scene) -> Sequence[Label]:
        return amount_labels(viewport)

    def _layers(self, scene: Scene) -> list[Layer]:
        draw_volumes = partial(candles.volumes, visible=scene.visible_data.visible, colors=scene.colors)
        return [TitledLayer("the volume", draw_volumes)]

    def _legend_lines(self, scene: Scene) -> list[list[TextRun]]:
        if not len(scene.chart_data.series):
            return []
        volume = float(scene.bar(scene.row).volume[0])
        colors = scene.colors
        amount = TextRun(scene.style.write(numbers.amount(volume)), colors.text, is_close=True)
        return [[TextRun("Volume", colors.muted), amount]]

    def _crosshair_text(self, viewport: Viewport, scene: Scene) -> str:
        assert scene.crosshair is not None
        return scene.style.write(numbers.amount(viewport.price(scene.crosshair.y)))


_ROOM_FOR_THRESHOLDS: Final = 0.08  # share of the height that stays free beyond them, for their labels


class IndicatorPane(ChartPane):
    """One indicator with its own scale."""

    def __init__(self, study: ActiveIndicator) -> None:
        super().__init__()
        self.study = study

    def set_study(self, study: ActiveIndicator) -> None:
        """Set the indicator to show; the scale of the current one stays as the user chose it."""
        if study is not self.study:
            self.study = study
            self.price_range.reset()

    def _number(self, scene: Scene) -> int:
        return scene.chart_data.studies.index(self.study)

    def _fit(self, scene: Scene) -> None:
        curves = scene.visible_data.studies[self._number(scene)]
        values = [edge[np.isfinite(edge)] for curve in curves for edge in (curve.lows, curve.highs)]
        thresholds = np.asarray(self.study.config.indicator.thresholds, float)
        known = np.concatenate([*values, thresholds])
        if len(thresholds):
            room = _ROOM_FOR_THRESHOLDS * float(np.ptp(known))
            known = np.concatenate([known, thresholds - room, thresholds + room])
        if any(curve.output.style == "histogram" for curve in curves):
            known = np.append(known, 0.0)
        if len(known):
            self.price_range.fit(float(known.min()), float(known.max()))

    def _layers(self, scene: Scene) -> list[Layer]:
        number = self._number(scene)
        thresholds = self.study.config.indicator.thresholds
        color = scene.indicator_color(number)
        draw_thresholds = partial(indicators.draw_thresholds, thresholds=thresholds, color=color, colors=scene.colors)
        return [
            TitledLayer(f"the thresholds of {sanitize_text(self.study.config.label())}", draw_thresholds),
            _indicator_layer(scene, number, scene.visible_data.studies[number]),
        ]

    def _labels(self, viewport: Viewport, scene: Scene) -> Sequence[Label]:
        return threshold_labels(viewport, self.study.config.indicator.thresholds)

    def _legend_lines(self, scene: Scene) -> list[list[TextRun]]:
        if not len(scene.chart_data.series):
            return []
        return [legend.indicator_legend(scene, self.study, scene.indicator_color(self._number(scene)))]


def _indicators_in(scene: Scene, pane: str) -> list[tuple[int, list[IndicatorSlice]]]:
    """Return number and outputs of the indicators that are drawn over prices, or in their own panes."""
    pairs = zip(scene.chart_data.studies, scene.visible_data.studies, strict=True)
    return [(number, curves) for number, (study, curves) in enumerate(pairs) if study.config.pane == pane]


def _overlay_slices(scene: Scene) -> list[tuple[int, IndicatorSlice]]:
    return [(number, curve) for number, curves in _indicators_in(scene, "price") for curve in curves]


def _indicator_layer(scene: Scene, number: int, curves: list[IndicatorSlice]) -> Layer:
    draw = partial(
        indicators.draw_indicator,
        visible=scene.visible_data.visible,
        curves=curves,
        pen=_indicator_pen(scene, number),
        colors=scene.colors,
    )
    return TitledLayer(sanitize_text(scene.chart_data.studies[number].config.label()), draw)


def _indicator_pen(scene: Scene, number: int) -> QPen:
    pen = QPen(scene.indicator_color(number), scene.chart_data.studies[number].config.width)
    if pen.width() > 1:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)  # else there would be notches where wide lines bend
    return pen


def _on_scale(prices: Floats, is_log: bool) -> Floats:
    """Return the finite prices in scale coordinates; a logarithmic scale leaves out prices that are not positive."""
    known = prices[np.isfinite(prices)]
    return np.log10(known[known > 0]) if is_log else known


def _scale_note(scene: Scene) -> str:
    """Return a note if the logarithmic scale hides visible prices or cannot be used."""
    prices = scene.prices.prices
    known = prices[np.isfinite(prices)]
    if scene.options.scale != "log" or scene.is_percent or not (known <= 0).any():
        return ""
    if (known > 0).any():
        return "Logarithmic scale: prices at or below zero are not shown."
    return "Linear scale: a logarithmic scale needs prices above zero."


def _with_overlays(low: float, high: float, curves: Sequence[IndicatorSlice], is_log: bool) -> tuple[float, float]:
    """Extend a price range to overlays, on each side by its own height at most, so that prices remain readable."""
    room, low_end, high_end = high - low, low, high
    for curve in curves:
        values = _on_scale(np.append(curve.lows, curve.highs), is_log)
        if curve.output.style != "hidden" and len(values):
            low_end, high_end = min(low_end, float(values.min())), max(high_end, float(values.max()))
    return max(low_end, low - room), min(high_end, high + room)


def _draw_prices(painter: QPainter, viewport: Viewport, scene: Scene) -> None:
    scene.chart_type.draw(painter, viewport, scene.visible_data, scene.colors, scene.reference)
