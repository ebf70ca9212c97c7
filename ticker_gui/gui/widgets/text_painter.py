"""Fast painting of text that is drawn many times a second, with cached layouts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QStaticText

from ticker_gui.formatting import numbers

_MAX_CACHED: Final = 8192


class CachedText:
    """A text in one font with its width in pixels; its layout is cached from the second drawing on."""

    __slots__ = ("is_drawn", "layout", "text", "width")

    def __init__(self, text: str, width: float) -> None:
        self.text = text
        self.width = width
        self.is_drawn = False
        self.layout: QStaticText | None = None


class TextPainter:
    """Draws plain text in one font.

    Laying a text out costs as much as drawing it twice directly; drawing a laid-out text costs a third. So a price that
    is drawn once is drawn directly, and only a text that is drawn again is laid out and cached.
    """

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetricsF(font)
        self._ascent = round(self.metrics.ascent())
        self._advances: dict[str, float] = {}
        self._texts: dict[str, CachedText] = {}

    def get(self, text: str) -> CachedText:
        """Return the cached text."""
        cached = self._texts.get(text)
        if cached is None:
            if len(self._texts) >= _MAX_CACHED:
                self._texts.clear()
            cached = self._texts[text] = CachedText(text, self._width(text))
        return cached

    def draw(self, painter: QPainter, left: int, top: int, text: CachedText) -> None:
        """Draw a text at its upper left corner; the painter must have this font."""
        if text.layout is not None:
            painter.drawStaticText(left, top, text.layout)
        elif not text.is_drawn:
            text.is_drawn = True
            painter.drawText(left, top + self._ascent, text.text)
        else:
            text.layout = QStaticText(text.text)
            text.layout.setTextFormat(Qt.TextFormat.PlainText)
            text.layout.prepare(font=self.font)
            painter.drawStaticText(left, top, text.layout)

    def draw_column(
        self,
        painter: QPainter,
        texts: Iterable[str],
        tops: Iterable[int],
        colors: Iterable[QColor],
        left: int,
        right: int,
        *,
        is_left: bool,
        elide: Qt.TextElideMode | None = Qt.TextElideMode.ElideRight,
        shifts: Iterable[float] | None = None,
    ) -> None:
        """Draw texts in a column, aligned at its left or right edge.

        ``elide`` sets where texts are elided; with None they are numbers, which are never cut to another number.
        ``shifts`` move each text away from the right edge, as far as there is room. Hundreds of cells are drawn here in
        every frame, so nothing is looked up twice.
        """
        painter.setFont(self.font)
        cached, draw_laid_out, room = self._texts, painter.drawStaticText, right - left
        pen: QColor | None = None
        for string, top, color, shift in zip(texts, tops, colors, shifts or repeat(0.0)):  # noqa: B905  # endless
            text = cached.get(string) or self.get(string)
            if text.width + shift > room:
                shift = max(0.0, room - text.width)
                if text.width > room:
                    text = self.elided(text, room, elide) if elide is not None else self.cut_number(text, room)
            if color is not pen:
                painter.setPen(color)
                pen = color
            at = left if is_left else int(right - text.width - shift)
            if text.layout is not None:
                draw_laid_out(at, top, text.layout)
            else:
                self.draw(painter, at, top, text)

    def elided(
        self, text: CachedText, width: float, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> CachedText:
        """Return a text elided to fit a width."""
        return self.get(self.metrics.elidedText(text.text, elide, width))

    def cut_number(self, text: CachedText, width: float) -> CachedText:
        """Return a number cut to fit a width, in a form that cannot be misread as another number."""
        characters = len(self.metrics.elidedText(text.text, Qt.TextElideMode.ElideRight, width)) - 1
        number = self.get(numbers.cut(text.text, characters))
        return number if number.width <= width else self.elided(self.get("…"), width)

    def _width(self, text: str) -> float:
        """Return a text's width as the sum of its characters, which is faster than Qt's layout."""
        advances = self._advances
        total = 0.0
        for character in text:
            advance = advances.get(character)
            if advance is None:
                advance = advances[character] = self.metrics.horizontalAdvance(character)
            total += advance
        return total
