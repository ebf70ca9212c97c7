"""A chart axis with labels, and tags drawn over them.

It does not use the axis of pyqtgraph, which replays a recorded picture with grid lines in every frame: some
milliseconds, ten times what the price line itself costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsWidget

from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.view.viewport import whole_pixel
from ticker_gui.gui.widgets.measures import SMALL_RADIUS, SMALL_TEXT
from ticker_gui.gui.widgets.paint_guard import PaintGuard
from ticker_gui.gui.widgets.text_painter import CachedText, TextPainter
from ticker_gui.gui.widgets.theme import scaled, tabular

_GAP: Final = 6
_TAG_HEIGHT: Final = 18  # with one line of text of the usual size
_TICK: Final = 6
_MAX_BOXES: Final = 64
_EQUAL_CONTRAST: Final = 0.179  # WCAG 2 luminance with equal contrast to black and white


_BoxKey: TypeAlias = tuple[int, int, int, int | None, float]  # width, height, color, edge, device pixel ratio
_boxes: Final[dict[_BoxKey, QPixmap]] = {}


class Label(NamedTuple):
    """A text and its position along the axis, in pixels from the top or left end."""

    at: float
    text: str


class Tag(NamedTuple):
    """Lines of text on a colored background, drawn over the labels.

    Without ``edge`` it is filled only; without ``text`` the text is black or white. ``top`` is its upper edge, if it is
    not centered at its position; the first line is emphasized if ``is_strong``. A tick is drawn instead of a tag for
    which there is no room; ``tooltip`` says what it is.
    """

    at: float
    lines: tuple[str, ...]
    color: QColor
    edge: QColor | None = None
    text: QColor | None = None
    top: int | None = None
    is_strong: bool = False
    is_tick: bool = False
    tooltip: str = ""


class Axis(QGraphicsWidget):
    """Draws its current labels and tags; ``orientation`` is "right" or "bottom"."""

    def __init__(self, orientation: str) -> None:
        super().__init__()
        font = tabular(scaled(QApplication.font(), SMALL_TEXT))
        self._texts, self._strong = TextPainter(font), TextPainter(scaled(font, 1.0, is_strong=True))
        self._line_height = self._texts.metrics.height()
        line_height = round(self._line_height)
        self._tag_height = max(_TAG_HEIGHT, line_height)  # with one line
        self._tag_step = max(_TAG_HEIGHT - 2, line_height)  # for each further one
        self._is_vertical = orientation == "right"
        self._labels: Sequence[Label] = ()
        self._tags: Sequence[Tag] = ()
        self._colors: ChartColors | None = None
        self._note = ""
        self._requested: object = None  # what the last update shows
        self.guard: Final = PaintGuard()

    def show_labels(self, labels: Sequence[Label], tags: Sequence[Tag], colors: ChartColors, note: str = "") -> None:
        """Set labels and tags for the next painting; the last tag is on top.

        A note is at the right end of a horizontal axis, where labels make room for it.
        """
        self._labels, self._tags, self._colors, self._note = labels, tags, colors, note

    def unchanged_area(self) -> QRect:
        """Return the area in the scene that needs no update, because it shows what the last update requested.

        It is empty if there is a change.
        """
        area = self.mapRectToScene(QRectF(QPointF(), self.size()))
        before, self._requested = self._requested, (self._labels, self._tags, self._colors, self._note, area)
        is_unchanged = self._requested == before and not self.guard.failed and area == area.toRect().toRectF()
        return area.toRect() if is_unchanged and self.isVisible() else QRect()

    @property
    def required_width(self) -> int:
        """The width that fits all labels and tags, in pixels."""
        texts = [label.text for label in self._labels]
        texts += [line for tag in self._tags if not tag.is_tick for line in tag.lines]
        strong = [tag.lines[0] for tag in self._tags if tag.is_strong]
        widths = [self._texts.get(text).width for text in texts] + [self._strong.get(text).width for text in strong]
        return round(max(widths, default=0.0)) + 2 * _GAP

    @property
    def note(self) -> str:
        """The note at the end."""
        return self._note

    @property
    def labels(self) -> list[str]:
        """The texts of the labels."""
        return [label.text for label in self._labels]

    @property
    def tags(self) -> list[tuple[str, ...]]:
        """The texts of the tags."""
        return [tag.lines for tag in self._tags if not tag.is_tick]

    def tag_height(self, lines: int = 1) -> int:
        """Return the height of a tag with this number of lines."""
        return self._tag_height + (lines - 1) * self._tag_step

    @property
    def label_height(self) -> float:
        """The height of a label."""
        return self._line_height

    def tick_at(self, at: float) -> str:
        """Return the tooltip of the tick at a position along the axis, or an empty text."""
        near = [tag for tag in self._tags if tag.is_tick and abs(tag.at - at) <= _TICK]
        return min(near, key=lambda tag: abs(tag.at - at)).tooltip if near else ""

    def paint(self, painter: QPainter, option: Any, /, widget: Any = None) -> None:
        colors = self._colors
        if colors is None:
            return
        before = self.guard.failed
        self.guard.begin()
        name = "the price axis" if self._is_vertical else "the time axis"
        self.guard.paint(f"{name} labels", painter, lambda: self._draw_labels(painter, colors))
        self.guard.paint(f"{name} tags", painter, lambda: self._draw_tags(painter))
        if self.guard.failed != before:
            self.scene().update()  # the canvas names the failed parts

    def _draw_labels(self, painter: QPainter, colors: ChartColors) -> None:
        width, height = self.size().width(), self.size().height()
        painter.setPen(colors.border)
        painter.drawLine(QPointF(0, 0), QPointF(0, height) if self._is_vertical else QPointF(width, 0))
        painter.setPen(colors.muted)
        painter.setFont(self._texts.font)
        note = self._texts.get(self._note)
        end = height if self._is_vertical else width - (note.width + _GAP if self._note else 0)
        labels_end = end - (2 * _GAP if self._note else 0)
        covered = [] if self._is_vertical else [self._span(tag, width) for tag in self._tags]
        for at, text in self._labels:
            cached = self._texts.get(text)
            extent = self._line_height if self._is_vertical else cached.width
            begin = whole_pixel(at - extent / 2)
            is_covered = any(left < begin + extent and begin < right for left, right in covered)
            if begin >= 0 and begin + extent <= labels_end and not is_covered:
                left, top = (_GAP, begin) if self._is_vertical else (begin, _GAP // 2)
                self._texts.draw(painter, left, top, self._fit_text(cached, self._texts, width))
        if self._note:
            self._texts.draw(painter, round(end), _GAP // 2, note)

    def _draw_tags(self, painter: QPainter) -> None:
        width, height = self.size().width(), self.size().height()
        for tag in self._tags:
            self._draw_tag(painter, tag, width, height)

    def _draw_tag(self, painter: QPainter, tag: Tag, width: float, height: float) -> None:
        if tag.is_tick:
            painter.fillRect(QRectF(0, whole_pixel(tag.at), _TICK, 1), tag.edge or tag.color)
            return
        fonts = [self._strong if tag.is_strong and not number else self._texts for number in range(len(tag.lines))]
        texts = [font.get(line) for font, line in zip(fonts, tag.lines, strict=True)]
        if self._is_vertical:
            tag_height = self.tag_height(len(texts))
            top = whole_pixel(tag.at) - self.tag_height() // 2 if tag.top is None else tag.top
            background = QRectF(1, min(max(0, top), height - tag_height), width - 1, tag_height)
            margin = (self.tag_height() - self._line_height) / 2
        else:
            left, right = self._span(tag, width)
            background = QRectF(left, 1, right - left, height - 1)
            margin = _GAP // 2 - 1
        draw_box(painter, background, tag.color, tag.edge)
        painter.setPen(tag.text or text_color_on(tag.color))
        line_height = self.tag_height(2) - self.tag_height()
        for number, (font, text) in enumerate(zip(fonts, texts, strict=True)):
            painter.setFont(font.font)
            text_top = round(background.top() + margin) + number * line_height
            font.draw(
                painter,
                round(background.left()) + _GAP - self._is_vertical,
                text_top,
                self._fit_text(text, font, width),
            )

    def _span(self, tag: Tag, width: float) -> tuple[float, float]:
        """Return the edges of a tag on a horizontal axis of this width; labels below it are left out, not cut."""
        tag_width = max(self._texts.get(line).width for line in tag.lines) + 2 * _GAP
        left = min(max(0.0, whole_pixel(tag.at - tag_width / 2)), width - tag_width)
        return left, left + tag_width

    def _fit_text(self, text: CachedText, font: TextPainter, width: float) -> CachedText:
        """Return a text that fits the axis: a price that is too long is marked as cut, so that it is not misread."""
        room = width - 2 * _GAP
        return font.cut_number(text, room) if self._is_vertical and text.width > room + 1 else text


def draw_box(painter: QPainter, area: QRectF, color: QColor, edge: QColor | None) -> None:
    """Draw the background of a tag: filled, and with an edge of one pixel if it has one.

    Rounded corners are slow to draw. On a screen with whole pixels, they are drawn once and copied.
    """
    ratio = painter.device().devicePixelRatioF()
    is_raster = painter.paintEngine().type() == QPaintEngine.Type.Raster  # not in a vector file
    if not is_raster or not ratio.is_integer() or area != area.toRect().toRectF():
        _draw_box(painter, area, color, edge)
        return
    key = round(area.width()), round(area.height()), color.rgba(), None if edge is None else edge.rgba(), ratio
    pixmap = _boxes.get(key)
    if pixmap is None:
        pixmap = QPixmap(area.size().toSize() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter_of_box = QPainter(pixmap)
        _draw_box(painter_of_box, QRectF(QPointF(), area.size()), color, edge)
        painter_of_box.end()
        if len(_boxes) >= _MAX_BOXES:
            _boxes.clear()
        _boxes[key] = pixmap
    painter.drawPixmap(area.topLeft(), pixmap)


def _draw_box(painter: QPainter, area: QRectF, color: QColor, edge: QColor | None) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen if edge is None else edge)
    painter.setBrush(color)
    painter.drawRoundedRect(area if edge is None else area.adjusted(0.5, 0.5, -0.5, -0.5), SMALL_RADIUS, SMALL_RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def text_color_on(background: QColor) -> QColor:
    """Return black or white, whichever has the higher contrast on a background."""
    return QColor("#000000") if _luminance(background) > _EQUAL_CONTRAST else QColor("#ffffff")


def _luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
