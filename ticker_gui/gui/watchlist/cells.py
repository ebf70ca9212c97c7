"""Painter of the watchlist's cells: backgrounds, texts, sparklines, flashes and markers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from PySide6.QtCore import QLineF, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPainter

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.formatting.numbers import MINUS, NONE
from ticker_gui.formatting.past_times import YESTERDAY, day_and_time
from ticker_gui.gui.watchlist.row_marks import ARROW_SIZE, PIN_SIZE, RowMarks
from ticker_gui.gui.watchlist.row_snapshot import FLASH_STEPS, Row
from ticker_gui.gui.widgets.measures import DENSE_ROW_HEIGHT, MARK_SIZE, ROW_HEIGHT, SMALL_TEXT
from ticker_gui.gui.widgets.paint_guard import PaintGuard, draw_failures
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.gui.widgets.theme import Theme, mix, tabular
from ticker_gui.watchlist.columns import ALIGNED_DECIMALS, COLUMN_INDEX, COLUMNS, CellKind

BAR_WIDTH: Final = 2  # at the start of selected rows
_DESIGN_SIZE: Final = 13  # pixels of the font for which the widths are given
_WIDTHS: Final = {"symbol": 116, "last": 104, "change_percent": 78, "line": 94, "range": 82, "volume": 72, "age": 74}
_PADDING: Final = 10  # right of numbers, and on both sides of texts
_BELL_GAP: Final = 4
_MIN_PADDING: Final = 4  # left of numbers that need the room
# Of their usual widths, before other columns are left out: all default columns fit beside a chart on a laptop's screen.
_MIN_SHARES: Final = {"symbol": 0.84, "alias": 0.6, "last": 0.85, "change_percent": 0.96, "line": 0.58}
_ARROW_GAP: Final = 6  # between an arrow and its number
_USUAL_CHANGE: Final = f"{MINUS}0.00%"
_LINE_GAP: Final = 6  # between the texts of rows
_MARK_LEFT: Final = 8
_SYMBOL_LEFT: Final = 24
_RANGE_MARK: Final = (3, 9)
_SYMBOL: Final = COLUMN_INDEX["symbol"]
_LAST: Final = COLUMN_INDEX["last"]
_CHANGE_PERCENT: Final = COLUMN_INDEX["change_percent"]
_AGE: Final = COLUMN_INDEX["age"]
_WORDLESS: Final = (StateMark.LIVE, StateMark.DEMO, StateMark.REPLAY)  # marks of current prices, which have an age
_ELIDE_SYMBOL: Final = Qt.TextElideMode.ElideMiddle  # names of contracts often differ at the end


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
    """Draws rows of cells in the colors of the theme; all rows have the same height.

    Prices are aligned at their decimal points; a longer price uses the full width of its cell. The arrow of the day's
    direction stands in the column ``arrow_column``.
    """

    def __init__(self, font: QFont, theme: Theme, *, is_dense: bool = False) -> None:
        regular_font = tabular(font)
        bold_font = QFont(regular_font)
        bold_font.setWeight(QFont.Weight.DemiBold)
        self._regular_texts, self._bold_texts = TextPainter(regular_font), TextPainter(bold_font)
        self._digit_width = self._regular_texts.get("0").width
        self._point_width = self._regular_texts.get(".").width
        self._scale = max(1.0, QFontInfo(regular_font).pixelSize() / _DESIGN_SIZE)
        self.arrow_column = COLUMN_INDEX["change_percent"]
        self.is_mirrored = False  # text is right-aligned in right-to-left layouts
        self._default_widths: dict[tuple[int, bool], int] = {}  # by column and direction, for the font
        text_height = QFontMetrics(regular_font).height()
        self.row_height: Final = max(DENSE_ROW_HEIGHT if is_dense else ROW_HEIGHT, text_height + _LINE_GAP)
        self._text_top = (self.row_height - text_height) // 2
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
        """Set the colors."""
        self.muted = QColor(theme.text3)
        self._text, self._text2, self._track = QColor(theme.text), QColor(theme.text2), QColor(theme.control)
        self._signs = {"+": QColor(theme.up), MINUS: QColor(theme.down)}
        self._directions = {1: QColor(theme.up), -1: QColor(theme.down), 0: self.muted}
        self._base, self.accent, self._focus = QColor(theme.base), QColor(theme.accent), QColor(theme.focus)
        self._selection, self._warning = QColor(theme.selection), QColor(theme.warning)
        self._marks = RowMarks(theme)
        self._flash_colors = {
            sign * step: mix(self._directions[sign], self._text, step / FLASH_STEPS)
            for sign in (1, -1)
            for step in range(1, FLASH_STEPS + 1)
        }

    def default_width(self, column: int) -> int:
        """Return the width of a column for typical values and for its title with the sort arrow.

        Widths do not depend on the data.
        """
        key = (column, self.is_mirrored)
        if (width := self._default_widths.get(key)) is None:  # they are needed whenever the list is resized
            width = self._default_widths[key] = self._measured_width(column)
        return width

    def _measured_width(self, column: int) -> int:
        declared, texts = COLUMNS[column], self._texts_of(column)
        title = SMALL_TEXT * texts.get(f"{declared.title} ▾").width + 2 * _PADDING
        left = _SYMBOL_LEFT if column == _SYMBOL else _PADDING if self._is_left(column) else _MIN_PADDING
        sample = texts.get(declared.width_sample).width + left + _PADDING
        return math.ceil(max(sample, title, self._scale * _WIDTHS.get(declared.key, 0)))

    def least_width(self, column: int) -> int:
        """Return the width to which a column is narrowed before others are left out."""
        return math.ceil(_MIN_SHARES.get(COLUMNS[column].key, 1.0) * self.default_width(column))

    def paint(
        self,
        painter: QPainter,
        area: QRect,
        columns: Sequence[ColumnRect],
        rows: Sequence[Row],
        bar_left: int = 0,
        cells: Mapping[int, Sequence[Row]] | None = None,
    ) -> None:
        """Paint an area with its columns and rows; the bar of selected rows is drawn at x = ``bar_left``.

        With ``cells``, the rows of each column, only these cells are painted; the painter is clipped to them.
        """
        parts: list[tuple[str, Callable[[], None]]] = [
            ("the rows", partial(self._paint_backgrounds, painter, area, rows)),
        ]
        for one in columns:
            part = self._column_part(painter, one, rows if cells is None else cells[one.column])
            parts.append((f"the column {COLUMNS[one.column].title}", part))
        parts.append(("the row markers", partial(self._paint_bars, painter, area, columns, rows, bar_left)))
        self.guard.paint_parts(painter, parts)

    def _column_part(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> Callable[[], None]:
        if span.column == _SYMBOL:
            return partial(self._paint_symbols, painter, span, rows)
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

    def _paint_bars(
        self, painter: QPainter, area: QRect, columns: Sequence[ColumnRect], rows: Sequence[Row], bar_left: int
    ) -> None:
        """Paint the bar at the start of selected rows and of the current one, and a line below the focused cell."""
        is_in_area = bar_left <= area.right() and bar_left + BAR_WIDTH > area.left()
        for row in rows:
            if is_in_area and (row.is_selected or row.focus is not None):
                painter.fillRect(bar_left, row.top, BAR_WIDTH, self.row_height, self.accent)
            if row.focus is not None:
                bottom = row.top + self.row_height
                for span in columns:
                    if span.column == row.focus:
                        painter.fillRect(span.left + 4, bottom - 2, span.width - 8, 2, self._focus)

    def _paint_symbols(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        """Paint the marks of the states, the symbols, and the bells and pins at the other end of the cell."""
        mark_top, pin_top = (self.row_height - MARK_SIZE) // 2, (self.row_height - PIN_SIZE) // 2
        mark_left, pin_left = span.left + _MARK_LEFT, span.right - PIN_SIZE - _MIN_PADDING
        left, right = span.left + _SYMBOL_LEFT, span.right - _MIN_PADDING
        if self.is_mirrored:
            mark_left, pin_left = span.right - _MARK_LEFT - MARK_SIZE, span.left + _MIN_PADDING
            left, right = span.left + _MIN_PADDING, span.right - _SYMBOL_LEFT
        for row in rows:
            self._marks.draw_state(painter, mark_left, row.top + mark_top, row.snapshot.status.mark)
            if row.is_pinned:
                self._marks.draw_pin(painter, pin_left, row.top + pin_top)
        room = PIN_SIZE if any(row.is_pinned for row in rows) else 0
        alerted = [row for row in rows if row.has_fired is not None]
        beside = room + _BELL_GAP if room else 0
        for row in alerted:
            bell_left = pin_left + (beside if self.is_mirrored else -beside)
            self._marks.draw_bell(painter, bell_left, row.top + pin_top, has_fired=bool(row.has_fired))
        others = rows if not alerted else [row for row in rows if row.has_fired is None]
        for some, taken in ((others, room), (alerted, room + PIN_SIZE + _BELL_GAP)):
            if some:
                begin, end = (left + taken, right) if self.is_mirrored else (left, right - taken)
                self._draw_column(painter, span.column, some, begin, end)

    def _paint_texts(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        left = span.left + (_PADDING if self._is_left(span.column) else _MIN_PADDING)
        if span.column == self.arrow_column:
            left = self._paint_arrows(painter, span, rows)
        self._draw_column(painter, span.column, rows, left, span.right - _PADDING)

    def _draw_column(
        self,
        painter: QPainter,
        column: int,
        rows: Sequence[Row],
        left: int,
        right: int,
        shifts: Sequence[float] | None = None,
    ) -> None:
        texts = [row.snapshot.texts[column] for row in rows]
        if column == _AGE:
            texts = [self._fitting_age(row, text, right - left) for row, text in zip(rows, texts, strict=True)]
        elif column == _SYMBOL:
            texts = [self._fitting_symbol(text, right - left) for text in texts]
        self._texts_of(column).draw_column(
            painter,
            texts,
            [row.top + self._text_top for row in rows],
            self._colors(column, rows),
            left,
            right,
            is_left=self._is_left(column),
            elide=_elide(column),
            shifts=shifts,
        )

    def _fitting_age(self, row: Row, text: str, room: int) -> str:
        """Return the text of an age; where "yesterday" has no room, the day of remembered values has its name."""
        remembered = row.state.remembered
        if remembered is None or not text.startswith(YESTERDAY) or self._regular_texts.get(text).width <= room:
            return text
        return day_and_time(remembered.dated_ns)

    def _fitting_symbol(self, symbol: str, room: int) -> str:
        """Return a symbol; where it has no room, its exchange is left out first: BINANCE:BTCUSDT."""
        _, _, ticker = symbol.partition(":")
        if not ticker or self._bold_texts.get(symbol).width <= room:
            return symbol
        shortened = f"…{ticker}"
        return shortened if self._bold_texts.get(shortened).width <= room else ticker

    def _is_left(self, column: int) -> bool:
        return COLUMNS[column].kind is CellKind.TEXT and not self.is_mirrored

    def _paint_prices(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        column = span.column
        left, right = span.left + _MIN_PADDING, span.right - _PADDING
        if column == self.arrow_column:
            left = self._paint_arrows(painter, span, rows)
        if column == _LAST:
            flashing = [row for row in rows if self._is_flashing(row, right - left)]
            for row in flashing:
                self._paint_flashing_price(painter, left, right, row)
            rows = [row for row in rows if row not in flashing] if flashing else rows
        shifts = [0.0 if row.snapshot.texts[column] == NONE else self._shift(row) for row in rows]
        self._draw_column(painter, column, rows, left, right, shifts)

    def _is_flashing(self, row: Row, room: float) -> bool:
        """Return whether the changed digits of a price flash: the data is fresh and the price fits."""
        snapshot = row.snapshot
        return (
            bool(snapshot.flash_step)
            and snapshot.is_current
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
        painter.setPen(self._text)
        texts.draw(painter, at, row.top + self._text_top, unchanged)
        painter.setPen(self._flash_colors[snapshot.flash_step])
        texts.draw(painter, int(at + unchanged.width), row.top + self._text_top, changed)

    def _shift(self, row: Row) -> float:
        """Return the distance of a price from the right edge that aligns its decimal point, in pixels."""
        missing = max(0, ALIGNED_DECIMALS - row.state.price_decimals)
        return missing * self._digit_width + (self._point_width if missing and not row.state.price_decimals else 0.0)

    def _paint_arrows(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> int:
        """Paint the arrows of the day's direction; return where the numbers may begin."""
        left, middle = span.left + _MIN_PADDING, (self.row_height - ARROW_SIZE) // 2
        for row in rows:
            snapshot = row.snapshot
            if snapshot.direction:
                at, top = max(left, self._arrow_left(span, row)), row.top + middle
                self._marks.draw_arrow(painter, at, top, snapshot.direction, is_current=snapshot.is_current)
        return left + ARROW_SIZE + 2

    def _arrow_left(self, span: ColumnRect, row: Row) -> int:
        """Return the x coordinate of an arrow: beside a percentage, aligned for usual ones; else the left edge."""
        if span.column != _CHANGE_PERCENT:
            return span.left
        widths = (self._regular_texts.get(text).width for text in (_USUAL_CHANGE, row.snapshot.texts[span.column]))
        return span.right - _PADDING - math.ceil(max(widths)) - _ARROW_GAP - ARROW_SIZE

    def _paint_ranges(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        left, width = span.left + _PADDING, span.width - 2 * _PADDING
        middle = self.row_height // 2
        mark_width, mark_height = _RANGE_MARK
        # The value may have become unknown since the text was read, as when the next session begins.
        value = COLUMNS[span.column].value
        shown = [(row, value(row.state, 0)) for row in rows if row.snapshot.texts[span.column] not in ("", NONE)]
        known = [(row, percent) for row, percent in shown if percent is not None]
        painter.setPen(self._track)
        painter.drawLines([QLineF(left, row.top + middle, left + width, row.top + middle) for row, _ in known])
        for row, percent in known:
            at = left + percent / 100.0 * (width - mark_width)
            top = row.top + middle - mark_height // 2
            painter.fillRect(QRectF(round(at), top, mark_width, mark_height), self._color(row, self._text))

    def _paint_sparklines(self, painter: QPainter, span: ColumnRect, rows: Sequence[Row]) -> None:
        ratio = painter.device().devicePixelRatioF()
        for row in rows:
            snapshot, sparkline = row.snapshot, row.snapshot.sparkline
            if sparkline.segments:
                direction = sparkline.direction if snapshot.direction is None else snapshot.direction
                color = self._directions[direction] if snapshot.is_current else self.muted
                pixmap = sparkline.pixmap(color, self._track, ratio)
                # It may be wider than its column, until it is built again after that became narrower.
                in_column = QRect(0, 0, min(pixmap.width(), round(span.width * ratio)), pixmap.height())
                painter.drawPixmap(QPoint(span.left, row.top), pixmap, in_column)

    def _colors(self, column: int, rows: Sequence[Row]) -> list[QColor]:
        declared = COLUMNS[column]
        if declared.is_signed:
            signs, text = self._signs, self._text
            return [
                signs.get(row.snapshot.texts[column][:1], text) if row.snapshot.is_current else self.muted
                for row in rows
            ]
        if column == _AGE:
            return [self._age_color(row) for row in rows]
        is_secondary = column != _SYMBOL and declared.kind in (CellKind.TEXT, CellKind.NUMBER)
        usual, muted = self._text2 if is_secondary else self._text, self.muted
        return [usual if row.snapshot.is_current and row.snapshot.texts[column] != NONE else muted for row in rows]

    def _age_color(self, row: Row) -> QColor:
        status = row.snapshot.status
        has_word = status.mark not in _WORDLESS and row.state.remembered is None
        return QColor(self._marks.color(status.mark)) if has_word else self.muted

    def _color(self, row: Row, usual: QColor) -> QColor:
        return usual if row.snapshot.is_current else self.muted

    def _texts_of(self, column: int) -> TextPainter:
        return self._bold_texts if column == _SYMBOL else self._regular_texts


def _elide(column: int) -> Qt.TextElideMode | None:
    """Return where texts of a column are elided, or None for numbers; ages may be text."""
    if column == _SYMBOL:
        return _ELIDE_SYMBOL
    return None if COLUMNS[column].kind is not CellKind.TEXT and column != _AGE else Qt.TextElideMode.ElideRight
