"""The panes of a chart: prices, volume, and one for each indicator that is on no scale of prices."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from ticker_gui.gui.chart import candles, crosshair, levels, lines, overlays, readout
from ticker_gui.gui.chart.axis import Label, Tag
from ticker_gui.gui.chart.frame import Frame
from ticker_gui.gui.chart.measure import Measure
from ticker_gui.gui.chart.pane import Layer, Pane
from ticker_gui.gui.chart.price_axis import amount_labels, price_labels
from ticker_gui.gui.chart.readout import NO_BARS, Placed, Words
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.shades import draw_shades, shade_of
from ticker_gui.gui.painting import TextPainter
from ticker_gui.market import formats
from ticker_gui.market.content import Curve, Study


class ChartPane(Pane):
    """A pane that draws its part of a scene."""

    def show_scene(self, scene: Scene) -> None:
        """Draw this from now on."""
        self._fit(scene)
        heights = self.heights
        frame = Frame(scene.left, scene.right, heights.bottom, heights.top, *self.extent, is_log=self._is_log(scene))
        known = self._labels(frame, scene) if heights.is_known else ()
        labels = [Label(at, scene.style.write(text)) for at, text in known]
        layers: list[Layer] = [partial(_draw_grid, scene=scene, labels=labels)]
        if scene.picture.gaps:
            shades = [shade_of(gap, scene.content) for gap in scene.picture.gaps]
            layers.append(partial(draw_shades, shades=shades, colour=scene.palette.warning, texts=self._gap_texts))
        layers += self._layers(scene)
        tags = self._tags(frame, scene)
        if scene.cursor is not None:
            layers.append(partial(crosshair.draw, scene=scene, pane=self))
            if scene.cursor.pane is self:
                tags.append(crosshair.price_tag(scene, frame, self._text_at(frame, scene)))
        words = readout.laid_out(self.texts, self._words(scene), frame.width)
        layers.append(partial(_draw_words, texts=self.texts, words=words, ground=scene.palette.base))
        layers += self._layers_on_top(scene, words)
        self.price_axis.show_labels(labels, tags, scene.palette)
        if self.is_lowest:
            self._show_times(frame, scene)
        self.draw(frame, layers)

    def _show_times(self, frame: Frame, scene: Scene) -> None:
        places = np.asarray(scene.times.places, float)
        labels = [Label(*label) for label in zip(frame.x(places).tolist(), scene.times.texts, strict=True)]
        self.time_axis.show_labels(labels, crosshair.time_tags(scene, frame), scene.palette)

    _gap_texts: TextPainter | None = None  # only the pane of prices says how long a gap is

    @abstractmethod
    def _fit(self, scene: Scene) -> None: ...

    @abstractmethod
    def _layers(self, scene: Scene) -> list[Layer]: ...

    def _layers_on_top(self, scene: Scene, words: Sequence[Placed]) -> list[Layer]:
        return []

    def _is_log(self, scene: Scene) -> bool:
        return False

    def _labels(self, frame: Frame, scene: Scene) -> Sequence[Label]:
        return price_labels(frame)

    def _tags(self, frame: Frame, scene: Scene) -> list[Tag]:
        return []

    def _words(self, scene: Scene) -> list[list[Words]]:
        return []

    def _text_at(self, frame: Frame, scene: Scene) -> str:
        assert scene.cursor is not None
        return scene.style.write(formats.price(frame.price(scene.cursor.height), 2))


class PricePane(ChartPane):
    """Prices with what lies over them: indicators, other symbols, levels, a measured distance."""

    def __init__(self) -> None:
        super().__init__()
        self.measure: Measure | None = None
        self._gap_texts = self.texts

    def _fit(self, scene: Scene) -> None:
        prices = scene.prices.prices
        known = prices[np.isfinite(prices)]
        if not len(known) and not self.heights.is_known:
            known = np.asarray(levels.known_prices(scene))  # bid and ask are seen before the first trade
        if not len(known):
            return
        low, high = float(known.min()), float(known.max())
        low, high = _stretched(low, high, [curve for _, curve in _over_prices(scene)])
        for line in scene.compared():
            others = line.prices[np.isfinite(line.prices)]
            if len(others):
                low, high = min(low, float(others.min())), max(high, float(others.max()))
        scale = Frame(0, 1, 0, 1, 1, 1, is_log=self._is_log(scene))
        self.heights.fit(float(scale.level(low)), float(scale.level(high)))

    def _is_log(self, scene: Scene) -> bool:
        """A logarithm is only of what is above zero; anything else is drawn on a linear scale."""
        if scene.choices.scale != "log" or scene.is_percent:
            return False
        prices = scene.prices.prices
        return bool(len(prices)) and bool(np.nanmin(prices) > 0)

    def _labels(self, frame: Frame, scene: Scene) -> Sequence[Label]:
        return price_labels(frame, scene.base if scene.is_percent else None)

    def _layers(self, scene: Scene) -> list[Layer]:
        palette, picture = scene.palette, scene.picture
        layers: list[Layer] = [
            partial(levels.draw_levels, scene=scene),
            partial(_draw_prices, scene=scene),
        ]
        if scene.kind.has_bars:
            layers.append(partial(candles.marks_of_partial, visible=picture.visible, palette=palette))
        for number, curves in _studies(scene, "price"):
            layers.append(_study_layer(scene, number, curves))
        for number, line in enumerate(scene.compared()):
            layers.append(partial(lines.plain, line=line, colour=palette.compared(number)))
        return layers

    def _layers_on_top(self, scene: Scene, words: Sequence[Placed]) -> list[Layer]:
        layers: list[Layer] = [partial(levels.draw_extremes, scene=scene, texts=self.texts, words=words)]
        if self.measure is not None:
            layers.append(partial(self.measure.draw, scene=scene, texts=self.texts))
        return layers

    def _tags(self, frame: Frame, scene: Scene) -> list[Tag]:
        return levels.compared_tags(frame, scene) + levels.level_tags(frame, scene)

    def _words(self, scene: Scene) -> list[list[Words]]:
        palette = scene.palette
        if not len(scene.content.series):
            return [[Words(NO_BARS, palette.muted)]]
        studies = enumerate(scene.content.studies)
        return [
            readout.bar_line(scene),
            *(readout.study_line(scene, one, palette.series(n)) for n, one in studies if one.chosen.pane == "price"),
            *(readout.compared_line(scene, n, palette.compared(n)) for n in range(len(scene.content.compared))),
        ]

    def _text_at(self, frame: Frame, scene: Scene) -> str:
        assert scene.cursor is not None
        return levels.price_text(scene, frame.price(scene.cursor.height))


class VolumePane(ChartPane):
    """How much was traded in each bar."""

    def _fit(self, scene: Scene) -> None:
        volumes = scene.picture.visible.bars.volume
        if len(volumes):
            self.heights.stand_on(0.0, float(volumes.max()))

    def _labels(self, frame: Frame, scene: Scene) -> Sequence[Label]:
        return amount_labels(frame)

    def _layers(self, scene: Scene) -> list[Layer]:
        return [partial(candles.volumes, visible=scene.picture.visible, palette=scene.palette)]

    def _words(self, scene: Scene) -> list[list[Words]]:
        if not len(scene.content.series):
            return []
        volume = float(scene.bar(scene.row).volume[0])
        palette = scene.palette
        return [[Words("Volume", palette.muted), Words(scene.style.write(formats.amount(volume)), palette.text)]]

    def _text_at(self, frame: Frame, scene: Scene) -> str:
        assert scene.cursor is not None
        return scene.style.write(formats.amount(frame.price(scene.cursor.height)))


class StudyPane(ChartPane):
    """One indicator with a scale of its own."""

    study: Study

    def use_study(self, study: Study) -> None:
        """Show this indicator from now on."""
        self.study = study
        self.heights.reset()

    def _number(self, scene: Scene) -> int:
        return scene.content.studies.index(self.study)

    def _fit(self, scene: Scene) -> None:
        curves = scene.picture.studies[self._number(scene)]
        values = [edge[np.isfinite(edge)] for curve in curves for edge in (curve.lows, curve.highs)]
        known = np.concatenate([*values, np.asarray(self.study.chosen.indicator.levels, float)])
        if any(curve.output.look == "histogram" for curve in curves):
            known = np.append(known, 0.0)
        if len(known):
            self.heights.fit(float(known.min()), float(known.max()))

    def _layers(self, scene: Scene) -> list[Layer]:
        number = self._number(scene)
        marks = partial(overlays.draw_levels, levels=self.study.chosen.indicator.levels, palette=scene.palette)
        return [marks, _study_layer(scene, number, scene.picture.studies[number])]

    def _words(self, scene: Scene) -> list[list[Words]]:
        if not len(scene.content.series):
            return []
        return [readout.study_line(scene, self.study, scene.palette.series(self._number(scene)))]


def _studies(scene: Scene, pane: str) -> list[tuple[int, list[Curve]]]:
    """Return number and curves of the indicators that are drawn over prices, or each in a pane of its own."""
    pairs = zip(scene.content.studies, scene.picture.studies, strict=True)
    return [(number, curves) for number, (study, curves) in enumerate(pairs) if study.chosen.pane == pane]


def _over_prices(scene: Scene) -> list[tuple[int, Curve]]:
    return [(number, curve) for number, curves in _studies(scene, "price") for curve in curves]


def _study_layer(scene: Scene, number: int, curves: list[Curve]) -> Layer:
    return partial(
        overlays.draw_study,
        visible=scene.picture.visible,
        curves=curves,
        colour=scene.palette.series(number),
        palette=scene.palette,
    )


def _stretched(low: float, high: float, curves: Sequence[Curve]) -> tuple[float, float]:
    """Return the range with room for what lies over prices, up to as much again: prices stay what is looked at."""
    room, least, most = high - low, low, high
    for curve in curves:
        values = np.append(curve.lows, curve.highs)
        values = values[np.isfinite(values)]
        if curve.output.look != "figure" and len(values):
            least, most = min(least, float(values.min())), max(most, float(values.max()))
    return max(least, low - room), min(most, high + room)


def _draw_grid(painter: QPainter, frame: Frame, scene: Scene, labels: Sequence[Label]) -> None:
    painter.setPen(scene.palette.grid)
    for at, _ in labels:
        painter.drawLine(QPointF(0, round(at)), QPointF(frame.width, round(at)))
    for places, colour in ((scene.times.places, scene.palette.grid), (scene.times.days, scene.palette.border)):
        painter.setPen(colour)
        for x in np.round(frame.x(np.asarray(places, float))).tolist():
            painter.drawLine(QPointF(x, 0), QPointF(x, frame.height))


def _draw_prices(painter: QPainter, frame: Frame, scene: Scene) -> None:
    scene.kind.draw(painter, frame, scene.picture, scene.palette, scene.reference)


def _draw_words(painter: QPainter, frame: Frame, texts: TextPainter, words: Sequence[Placed], ground: QColor) -> None:
    readout.draw(painter, texts, words, ground)
