"""Painter of the watchlist's cells: backgrounds, texts, sparklines, flashes and markers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from ticker_gui.formatting.numbers import NONE
from ticker_gui.gui.watchlist.row_snapshot import FLASH_STEPS, Row
from ticker_gui.gui.widgets.paint_guard import PaintGuard, draw_failures
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.gui.widgets.theme import Theme, mix, tabular
from ticker_gui.market.subscription import symbol_failure
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind

_PADDING: Final = 6
_TITLE_MARGIN: Final = 4  # that the style adds beside a title
_TEXT_TOP: Final = 4
PIN_WIDTH: Final = 3
_MARK_WIDTH: Final = 3
_LAST: Final = COLUMN_INDEX["last"]
_AGE: Final = COLUMN_INDEX["age"]
_ELIDE_SYMBOL: Final = Qt.TextElideMode.ElideMiddle  # names of contracts often differ at the end
_ARROWS: Final = {1: "▲", -1: "▼"}


class ColumnRect(NamedTuple):
    """Position and width of a column in the viewport, in pixels."""

    column: int
    left: int
    width: int

    @property
    def right(self) -> int:
        """The left edge of the next column."""
        return self.left + self.width


class CellPainter:
    """Draws rows of cells in the colours of the theme; all rows have the same height.

    Prices are aligned at their decimal points, with room for ``aligned_digits`` decimals; a longer price uses the full
    width of its cell.
    """

    def __init__(self, font: QFont, theme: Theme) -> None:
        regular_font = tabular(font)
        bold_font = QFont(regular_font)
        bold_font.setBold(True)
        self._regular_texts, self._bold_texts = TextPainter(regular_font), TextPainter(bold_font)
        self._digit_width = self._regular_texts.get("0").width
        self._point_width = self._regular_texts.get(".").width
        self._arrow_width = self._regular_texts.get(_ARROWS[1]).width
        self.aligned_digits = 0
        self.is_mirrored = False  # text is right-aligned in right-to-left layouts
        self.row_height: Final = QFontMetrics(regular_font).height() + 2 * _TEXT_TOP
        self._painters: dict[CellKind, Callable[[QPainter, ColumnRect, Sequence[Row]], None]] = {
            CellKind.TEXT: self._paint_texts,
            CellKind.NUMBER: self._paint_texts,
            CellKind.PRICE: self._paint_prices,
            CellKind.RANGE: self._paint_ranges,
            CellKind.SPARKLINE: self._paint_sparklines,
        }
        self.guard: Final = PaintGuard()
        self.failed_titles: tuple[str, ...] = ()  # titles of parts that could not be built
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Set the colours."""
        self.muted = QColor(theme.text3)
        self._text, self._warning, self._border = QColor(theme.text), QColor(theme.warning), QColor(theme.border)
        self._signs = {"+": QColor(theme.up), "-": QColor(theme.down)}
        self._directions = {1: QColor(theme.up), -1: QColor(theme.down), 0: self.muted}
        self._base, self.accent = QColor(theme.base), QColor(theme.accent)
        self._selection = QColor(theme.selection)
        self._flash_colours = {
            sign * step: mix(self._directions[sign], self._text, step / FLASH_STEPS)
            for sign in (1, -1)
            for step in range(1, FLASH_STEPS + 1)
        }

    def default_width(self, column: int) -> int:
        """Return the width of a column for typical values and for its title with the sort arrow.

        Widths do not depend on the data.
        """
        declared, texts = COLUMNS[column], self._texts_of(column)
        title = texts.get(f"{declared.title} ▾").width + _TITLE_MARGIN
        return math.ceil(max(texts.get(declared.width_sample).width, title)) + 2 * _PADDING

    def paint(
        self,
        painter: QPainter,
        area: QRect,
        columns: Sequence[ColumnRect],
        rows: Sequence[Row],
        pins_left: int = 0,
        cells: Mapping[int, Sequence[Row]] | None = None,
    ) -> None:
        """Paint an area with its columns and rows; pin markers are drawn at x = ``pins_left``.

        With ``cells``, the rows of each column, only these cells are painted; the painter is clipped to them.
        """
        parts: list[tuple[str, Callable[[], None]]] = [
            ("the rows", partial(self._paint_backgrounds, painter, area, rows)),
        ]
        for one in columns:
            part = self._column_part(painter, one, rows if cells is None else cells[one.column])
            parts.append((f"the column {COLUMNS[one.column].title}", part))
        parts.append(("the row markers", partial(self._paint_marks, painter, area, columns, rows, pins_left)))
        self.guard.paint_parts(painter, parts)

    def _column_part(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> Callable[[], None]:
        return partial(self._painters[COLUMNS[span.column].kind], painter, span, rows)

    def paint_failures(self, painter: QPainter, area: QRect) -> None:
        """Write at the lower edge of an area which parts could not be painted."""
        if failed := (*self.failed_titles, *self.guard.failed):
            draw_failures(painter, area, failed, self._regular_texts, self._warning, self._base)

    def _paint_backgrounds(self, painter: QPainter, area: QRect, rows: Sequence[Row]) -> None:
        painter.fillRect(area, self._base)
        for row in rows:
            if row.is_selected:
                painter.fillRect(area.left(), row.top, area.width(), self.row_height, self._selection)

    def _paint_marks(
        self, painter: QPainter, area: QRect, columns: Sequence[ColumnRect], rows: Sequence[Row], pins_left: int
    ) -> None:
        for row in rows:
            if row.is_pinned and pins_left <= area.right() and pins_left + PIN_WIDTH > area.left():
                painter.fillRect(pins_left, row.top + 1, PIN_WIDTH, self.row_height - 2, self.accent)
            if row.focus is not None:
                self._paint_focus(painter, row, columns, area)

    def _paint_texts(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        column = span.column
        self._texts_of(column).draw_column(
            painter,
            [row.snapshot.texts[column] for row in rows],
            [row.top + _TEXT_TOP for row in rows],
            self._colours(column, rows),
            span.left + _PADDING,
            span.right - _PADDING,
            is_left=COLUMNS[column].kind is CellKind.TEXT and not self.is_mirrored,
            elide=_elide(column),
        )

    def _paint_prices(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        column = span.column
        left, right = span.left + _PADDING, span.right - _PADDING
        if column == _LAST:
            self._paint_arrows(painter, span, rows)
            left += math.ceil(self._arrow_width)
            flashing = [row for row in rows if self._is_flashing(row, right - left)]
            for row in flashing:
                self._paint_flashing_price(painter, left, right, row)
            rows = [row for row in rows if row not in flashing] if flashing else rows
        self._regular_texts.draw_column(
            painter,
            [row.snapshot.texts[column] for row in rows],
            [row.top + _TEXT_TOP for row in rows],
            self._colours(column, rows),
            left,
            right,
            is_left=False,
            elide=None,
            shifts=[0.0 if row.snapshot.texts[column] == NONE else self._shift(row) for row in rows],
        )

    def _is_flashing(self, row: Row, room: float) -> bool:
        """Return whether the changed digits of a price flash: the data is fresh and the price fits."""
        snapshot = row.snapshot
        return (
            bool(snapshot.flash_step)
            and snapshot.is_live
            and self._regular_texts.get(snapshot.texts[_LAST]).width <= room
        )

    def _paint_flashing_price(self, painter: QPainter, left: int, right: int, row: Row) -> None:
        """Paint a price whose last digits have just changed."""
        snapshot, texts = row.snapshot, self._regular_texts
        whole = snapshot.texts[_LAST]
        unchanged, changed = texts.get(whole[: snapshot.changed_from]), texts.get(whole[snapshot.changed_from :])
        width = unchanged.width + changed.width
        at = int(right - width - min(self._shift(row), right - left - width))
        painter.setFont(texts.font)
        painter.setPen(self._colour(row))
        texts.draw(painter, at, row.top + _TEXT_TOP, unchanged)
        painter.setPen(self._flash_colours[snapshot.flash_step])
        texts.draw(painter, int(at + unchanged.width), row.top + _TEXT_TOP, changed)

    def _shift(self, row: Row) -> float:
        """Return the distance of a price from the right edge that aligns its decimal point, in pixels."""
        missing = max(0, self.aligned_digits - row.state.price_decimals)
        return missing * self._digit_width + (self._point_width if missing and not row.state.price_decimals else 0.0)

    def _paint_arrows(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        moved = [row for row in rows if row.snapshot.tick]
        self._regular_texts.draw_column(
            painter,
            [_ARROWS[row.snapshot.tick] for row in moved],
            [row.top + _TEXT_TOP for row in moved],
            [self._directions[row.snapshot.tick] if row.snapshot.is_live else self.muted for row in moved],
            span.left + _PADDING,
            span.right - _PADDING,
            is_left=True,
        )

    def _paint_ranges(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        left, width = span.left + _PADDING, span.width - 2 * _PADDING
        middle = self.row_height // 2
        known = [row for row in rows if row.snapshot.texts[span.column] not in ("", NONE)]
        painter.setPen(self._border)
        painter.drawLines([QLineF(left, row.top + middle, left + width, row.top + middle) for row in known])
        for row in known:
            percent = COLUMNS[span.column].value(row.state, 0)
            at = left + percent / 100.0 * (width - _MARK_WIDTH)
            painter.fillRect(QRectF(at, row.top + middle - 5, _MARK_WIDTH, 11), self._colour(row))

    def _paint_sparklines(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        ratio = painter.device().devicePixelRatioF()
        for row in rows:
            sparkline = row.snapshot.sparkline
            if sparkline.segments:
                colour = self._directions[sparkline.direction] if row.snapshot.is_live else self.muted
                painter.drawPixmap(span.left, row.top, sparkline.pixmap(colour, self._border, ratio))

    def _colours(self, column: int, rows: Sequence[Row]) -> list[QColor]:
        if COLUMNS[column].is_signed:
            return [self._colour_by_sign(row, row.snapshot.texts[column][:1]) for row in rows]
        if column == _AGE:
            states = [row.state for row in rows]
            return [self._warning if _has_failed(it) else self.muted for it in states]
        return [self._colour(row) for row in rows]

    def _colour(self, row: Row) -> QColor:
        return self._text if row.snapshot.is_live else self.muted

    def _colour_by_sign(self, row: Row, sign: str) -> QColor:
        return self._signs.get(sign, self._text) if row.snapshot.is_live else self.muted

    def _paint_focus(self, painter: QPainter, row: Row, columns: Sequence[ColumnRect], area: QRect) -> None:
        """Paint the outline of the focused row, and a line below its current cell."""
        painter.setPen(self.accent)
        bottom = row.top + self.row_height - 1
        for y in (row.top, bottom):
            painter.drawLine(area.left(), y, area.right(), y)
        for span in columns:
            if span.column == row.focus:
                painter.fillRect(span.left + 2, bottom - 2, span.width - 4, 2, self.accent)

    def _texts_of(self, column: int) -> TextPainter:
        return self._bold_texts if column == 0 else self._regular_texts


def _has_failed(state: SymbolState) -> bool:
    return state.coverage.is_connected and symbol_failure(state) is not None


def _elide(column: int) -> Qt.TextElideMode | None:
    """Return where texts of a column are elided, or None for numbers; ages may be text."""
    if column == 0:
        return _ELIDE_SYMBOL
    return None if COLUMNS[column].kind is CellKind.NUMBER and column != _AGE else Qt.TextElideMode.ElideRight
