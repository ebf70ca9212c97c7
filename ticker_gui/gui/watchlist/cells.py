"""How the watchlist's cells look: grounds, texts, the light of a price that moved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from ticker_gui.gui.painting import TextPainter
from ticker_gui.gui.theme import Theme, tabular
from ticker_gui.market.columns import COLUMNS

_PADDING: Final = 8
_TEXT_TOP: Final = 4
_FLASH_NS: Final = 400_000_000
_FLASH_STEPS: Final = 4
_FLASH_OPACITY: Final = 110
_LAST: Final = next(index for index, column in enumerate(COLUMNS) if column.key == "last")
_AGE: Final = next(index for index, column in enumerate(COLUMNS) if column.key == "age")


class Span(NamedTuple):
    """Where a column stands in the viewport, in pixels."""

    column: int
    left: int
    width: int

    @property
    def right(self) -> int:
        """The first pixel that is the next column's."""
        return self.left + self.width


class Shown:
    """What the screen shows of a symbol: its texts, one for each of `COLUMNS`, and the light on its last price."""

    __slots__ = ("_lit_ns", "is_live", "light", "texts")

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.is_live = True
        self.light = 0  # steps of light left; negative after a fall
        self._lit_ns = 0

    def update(self, texts: list[str], tick: int, now_ns: int, *, flashes: bool, is_live: bool = True) -> set[int]:
        """Take over new texts and let the light fade; return the columns to paint."""
        changed = {column for column, text in enumerate(texts) if text != self.texts[column]}
        self.texts = texts
        if is_live is not self.is_live:
            self.is_live = is_live
            changed = set(range(len(texts)))
        if flashes and tick and _LAST in changed:
            self._lit_ns = now_ns
        left = _FLASH_STEPS - (now_ns - self._lit_ns) * _FLASH_STEPS // _FLASH_NS
        light = tick * max(0, left)
        if light != self.light:
            self.light = light
            changed.add(_LAST)
        return changed


class Row(NamedTuple):
    """One row to paint. ``top`` is where its upper edge is in the viewport; ``is_live`` whether its figures are."""

    top: int
    shown: Shown
    is_live: bool
    is_refused: bool = False
    is_selected: bool = False
    has_focus: bool = False


class CellPainter:
    """Draws rows of cells in the theme's colours; all rows are of one height."""

    def __init__(self, font: QFont, theme: Theme) -> None:
        figures = tabular(font)
        symbols = QFont(figures)
        symbols.setBold(True)
        self._figures, self._symbols = TextPainter(figures), TextPainter(symbols)
        self.row_height: Final = QFontMetrics(figures).height() + 2 * _TEXT_TOP
        self.use_theme(theme)

    def use_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self.muted = QColor(theme.muted)
        self._text, self._warning = QColor(theme.text), QColor(theme.warning)
        self._signs = {"+": QColor(theme.up), "-": QColor(theme.down)}
        self._base, self._accent = QColor(theme.base), QColor(theme.accent)
        self._selection, self._selected_text = QColor(theme.selection), QColor(theme.selection_text)

    def usual_width(self, column: int) -> int:
        """Return how wide a column should be for its title and usual values; widths never follow the data."""
        declared = COLUMNS[column]
        texts = self._texts_of(column)
        return math.ceil(max(texts.get(text).width for text in (declared.sample, declared.title))) + 2 * _PADDING

    def paint(self, painter: QPainter, area: QRect, spans: Sequence[Span], rows: Sequence[Row]) -> None:
        """Paint an area; ``spans`` and ``rows`` are those in it."""
        painter.fillRect(area, self._base)
        for row in rows:
            if row.is_selected:
                painter.fillRect(area.left(), row.top, area.width(), self.row_height, self._selection)
        tops = [row.top + _TEXT_TOP for row in rows]
        plain = [self._colour(row) for row in rows]
        for span in spans:
            column = span.column
            if column == _LAST:
                self._paint_lights(painter, span, rows)
            self._texts_of(column).draw_column(
                painter,
                [row.shown.texts[column] for row in rows],
                tops,
                self._colours(column, rows) or plain,
                span.left + _PADDING,
                span.right - _PADDING,
                is_left=COLUMNS[column].is_text,
            )
        for row in rows:
            if row.has_focus:
                self._paint_focus(painter, row, spans)

    def _colours(self, column: int, rows: Sequence[Row]) -> list[QColor] | None:
        """Return the colours of a column's texts; nothing where they are those of the rows."""
        if COLUMNS[column].is_signed:
            return [self._colour_by_sign(row, row.shown.texts[column][0]) for row in rows]
        if column == _AGE:
            return [self._warning if row.is_refused else self.muted for row in rows]
        return None

    def _colour(self, row: Row) -> QColor:
        return self.muted if not row.is_live else self._selected_text if row.is_selected else self._text

    def _colour_by_sign(self, row: Row, sign: str) -> QColor:
        return self._signs.get(sign, self._text) if row.is_live else self.muted

    def _paint_lights(self, painter: QPainter, span: Span, rows: Sequence[Row]) -> None:
        for row in rows:
            if row.shown.light:
                light = QColor(self._signs["+" if row.shown.light > 0 else "-"])
                light.setAlpha(_FLASH_OPACITY * abs(row.shown.light) // _FLASH_STEPS)
                painter.fillRect(span.left, row.top, span.width, self.row_height, light)

    def _paint_focus(self, painter: QPainter, row: Row, spans: Sequence[Span]) -> None:
        painter.setPen(self._accent)
        for span in spans:  # the outline goes around the row, so each column has its piece of it
            right, bottom = span.right, row.top + self.row_height - 1
            painter.drawLine(span.left, row.top, right, row.top)
            painter.drawLine(span.left, bottom, right, bottom)

    def _texts_of(self, column: int) -> TextPainter:
        return self._symbols if column == 0 else self._figures
