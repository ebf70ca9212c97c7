"""The watchlist's view: a table that has only those cells painted that changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ticker_gui.gui.watchlist.cells import PIN_WIDTH, CellPainter, ColumnRect
from ticker_gui.gui.watchlist.header import ColumnHeader
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_snapshot import Row, RowSnapshot
from ticker_gui.gui.watchlist.sparkline_cell import Size
from ticker_gui.gui.widgets.paint_guard import PaintGuard, paint_widget
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, USUAL_COLUMNS
from ticker_gui.watchlist.sparkline import TREND_PERIODS

_Index = QModelIndex | QPersistentModelIndex
_LINE: Final = COLUMN_INDEX["line"]
_MAX_TRENDS_PER_FRAME: Final = 8


class WatchlistView(QTableView):
    """A streaming table. All rows are of one height, so what is visible follows from the scroll bar alone.

    Signals:
        frame_requested: something is lit up and has to fade.
    """

    INVITATION: Final = "Add a first symbol above."
    frame_requested = Signal()

    def __init__(
        self, model: WatchlistModel, theme: Theme, *, flashes: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("watchlist")
        self.setAccessibleName("watchlist")
        self.flashes = flashes
        self.pinned: frozenset[SymbolState] = frozenset()
        self.invitation = self.INVITATION  # what an empty table says
        self.drop_row: int | None = None  # before which row something dragged would land
        self.is_arranged = False  # rows come, go and move, and not by the user's hand
        self.watchlist = model
        self._theme = theme
        self._columns: tuple[str, ...] = ()  # those chosen
        self._seen: tuple[str, ...] = ()  # and those of them that have something to say
        self._has_feeds = False
        self._widths: dict[int, int] = {}  # of columns, hidden ones too
        self._shown: dict[SymbolState, RowSnapshot] = {}
        self._frame = 0
        self._cells = CellPainter(self.font(), theme)
        self._preparation = PaintGuard()
        self._without_trend: set[SymbolState] = set()  # their small charts could not be made
        self.titles = ColumnHeader(self)
        self.setHorizontalHeader(self.titles)
        self.setModel(model)
        self.titles.sectionResized.connect(self._note_width)
        model.looks_changed.connect(self._forget_looks)
        self._set_up_table()
        self._fit_cells()
        self.set_columns(USUAL_COLUMNS)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._theme = theme
        self._cells.set_theme(theme)
        self.viewport().update()

    def set_columns(self, keys: Sequence[str]) -> None:
        """Show these columns in this order; keys that are none are passed over, and the symbol is always there."""
        known = tuple(key for key in dict.fromkeys(keys) if key in COLUMN_INDEX)
        self._columns = known if "symbol" in known else ("symbol", *known)
        header = self.horizontalHeader()
        for place, key in enumerate(self._columns):
            header.moveSection(header.visualIndex(COLUMN_INDEX[key]), place)
        self._hide_others()

    def show_feeds(self, are_several: bool) -> None:
        """Show the feed of each row only where there are several."""
        self._has_feeds = are_several
        self._hide_others()

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of the columns chosen, in their order."""
        header = self.horizontalHeader()
        return tuple(sorted(self._columns, key=lambda key: header.visualIndex(COLUMN_INDEX[key])))

    @property
    def widths(self) -> dict[str, int]:
        """The widths of the columns that are not of their usual width, by their keys; of hidden ones, too."""
        return {
            COLUMNS[column].key: width
            for column, width in self._widths.items()
            if width != self._cells.usual_width(column)
        }

    def set_width(self, key: str, width: int) -> None:
        """Give a column a width, also one that is hidden: it has it when it is shown."""
        self.setColumnWidth(COLUMN_INDEX[key], width)
        self._widths[COLUMN_INDEX[key]] = width

    def _note_width(self, column: int, before: int, width: int) -> None:
        if width:  # else it is hidden now
            self._widths[column] = width

    def set_trend_period(self, name: str) -> None:
        """Let the small charts show so much time."""
        self.watchlist.set_trend_period(next(span for span in TREND_PERIODS if span.name == name))

    def set_flashes(self, flashes: bool) -> None:
        """Light digits up that change, or do not."""
        self.flashes = flashes

    def _hide_others(self) -> None:
        self._seen = tuple(key for key in self._columns if key != "feed" or self._has_feeds)
        for key, column in COLUMN_INDEX.items():
            self.setColumnHidden(column, key not in self._seen)
        self.watchlist.set_columns(COLUMN_INDEX[key] for key in self._seen)

    # What changed

    def dataChanged(self, top_left: _Index, bottom_right: _Index, roles: Sequence[int] = ()) -> None:
        """Have exactly those visible cells painted whose text is another one, or whose light fades."""
        model, shown_of = self.watchlist, self._shown
        now_ns, spans = model.now_ns(), self._spans()
        size = self._trend_size(spans, now_ns)
        trends_left = _MAX_TRENDS_PER_FRAME
        wants_frame = False
        areas: list[QRect] = []
        before, self._frame = self._frame, self._frame + 1
        for row in self.visible_rows():
            reading = model.read(row, now_ns)
            shown = shown_of.get(reading.state)
            if shown is None:  # not painted yet, so about to be
                continue
            flashes = self.flashes and shown.frame == before  # what came while it was out of sight is no news
            shown.frame = self._frame
            changed: set[int] = set()
            if reading.texts is not shown.texts or shown.light or reading.is_live is not shown.is_live:
                changed = shown.update(reading, now_ns, flashes=flashes)
                wants_frame = wants_frame or shown.light != 0
            if size is not None and shown.trend.is_due(reading.state, size, now_ns):
                wants_frame = wants_frame or not trends_left
                if trends_left:
                    self._make_trend(shown, reading.state, size, now_ns)
                    changed.add(_LINE)
                    trends_left -= 1
            if changed:
                areas.append(self._area(row, [span for span in spans if span.column in changed]))
        self._update_areas(areas)
        if wants_frame:
            self.frame_requested.emit()

    def _area(self, row: int, spans: Sequence[ColumnRect]) -> QRect:
        if not spans:
            return QRect()
        left = min([span.left for span in spans])
        return QRect(left, self.row_top(row), max([span.right for span in spans]) - left, self._cells.row_height)

    def _update_areas(self, areas: Sequence[QRect]) -> None:
        """Have areas painted; where they are most of the rows, as one, which is painted faster than many."""
        if 2 * len(areas) > len(self.visible_rows()):
            whole = QRect()
            for area in areas:
                whole |= area
            areas = [whole]
        for area in areas:
            self.viewport().update(area)

    def _trend_size(self, spans: Sequence[ColumnRect], now_ns: int) -> Size | None:
        """Return how large small charts are now, or nothing where none is in sight."""
        span = self.watchlist.trend_span
        width = next((one.width for one in spans if one.column == _LINE), None)
        return None if width is None else Size(width, self._cells.row_height, span, span.step_of(now_ns))

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        for index in (current, previous):  # Qt has only the two cells painted, and the outline is a row's
            self._update_row(index.row())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._update_row(self.currentIndex().row())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._update_row(self.currentIndex().row())

    def _update_row(self, row: int) -> None:
        self.viewport().update(0, self.row_top(row), self.viewport().width(), self._cells.row_height)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        draw, cells = partial(self._paint, event), self._cells
        paint_widget(self.viewport(), event.rect(), cells.guard, "the watchlist", draw, cells.paint_failures)

    def _paint(self, event: QPaintEvent, painter: QPainter) -> None:
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # else a sign or unit would change its side
        self._cells.is_mirrored = self.isRightToLeft()
        if not self.watchlist.rowCount():
            self._cells.paint(painter, event.rect(), (), ())
            painter.setPen(self._cells.muted)
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.invitation)
            return
        self._forget_unseen()
        spans, pins_left = self._spans(), self._pins_left()
        for area in event.region():  # type: ignore[attr-defined]
            within = [span for span in spans if span.left <= area.right() and span.right > area.left()]
            self._cells.paint(painter, area, within, self._rows_in(area, spans), pins_left)
        if self.drop_row is not None:
            painter.fillRect(0, self.row_top(self.drop_row) - 1, self.viewport().width(), 2, self._cells.accent)

    def _rows_in(self, area: QRect, spans: Sequence[ColumnRect]) -> list[Row]:
        selection = self.selectionModel()
        has_selection = selection.hasSelection()
        current = self.currentIndex() if self.hasFocus() else QModelIndex()
        now_ns = self.watchlist.now_ns()
        rows = []
        for row in self.visible_rows(area.top(), area.bottom()):
            state = self.watchlist.state(row)
            shown = self._shown.get(state) or self._begin_to_show(row, spans, now_ns)
            if shown.frame != self._frame:  # it comes back into sight
                shown.frame = self._frame
                shown.update(self.watchlist.read(row, now_ns), now_ns, flashes=False)
            is_selected = has_selection and selection.isRowSelected(row)
            focus = current.column() if row == current.row() else None
            rows.append(Row(self.row_top(row), state, shown, state in self.pinned, is_selected, focus))
        return rows

    def _begin_to_show(self, row: int, spans: Sequence[ColumnRect], now_ns: int) -> RowSnapshot:
        reading = self.watchlist.read(row, now_ns)
        shown = self._shown[reading.state] = RowSnapshot(reading, self._frame)
        if (size := self._trend_size(spans, now_ns)) is not None:
            self._make_trend(shown, reading.state, size, now_ns)
        return shown

    def _make_trend(self, shown: RowSnapshot, state: SymbolState, size: Size, now_ns: int) -> None:
        """Make the small chart of a row; one that cannot be made is left out, and this is shown."""
        self._preparation.begin()
        self._preparation.build(f"the column {COLUMNS[_LINE].title}", partial(shown.trend.make, state, size, now_ns))
        if self._preparation.failed or state in self._without_trend:
            (self._without_trend.add if self._preparation.failed else self._without_trend.discard)(state)
            self._show_unprepared()

    def _show_unprepared(self) -> None:
        titles = (f"the column {COLUMNS[_LINE].title}",) if self._without_trend else ()
        if titles != self._cells.unprepared:
            self._cells.unprepared = titles
            self.viewport().update()

    def _forget_looks(self) -> None:
        self._cells.aligned_digits = self.watchlist.aligned_digits
        self._shown.clear()
        self._without_trend.clear()
        self._show_unprepared()
        self.viewport().update()

    def _forget_unseen(self) -> None:
        """Drop what is known of rows that were scrolled away, once it is more than what is visible."""
        visible = self.visible_rows()
        if len(self._shown) > 4 * len(visible) + 64:
            states = {self.watchlist.state(row) for row in visible}
            self._shown = {state: shown for state, shown in self._shown.items() if state in states}
            self._without_trend &= states
            self._show_unprepared()

    # Where things are

    def visible_rows(self, top: int = 0, bottom: int | None = None) -> range:
        """Return the rows between two heights of the viewport."""
        height, offset = self._cells.row_height, self.verticalHeader().offset()
        lowest = (self.viewport().height() if bottom is None else bottom) + offset
        return range(max(0, (top + offset) // height), min(self.watchlist.rowCount(), lowest // height + 1))

    def row_top(self, row: int) -> int:
        """Return where a row's upper edge is in the viewport."""
        return row * self._cells.row_height - self.verticalHeader().offset()

    def _spans(self) -> list[ColumnRect]:
        """Return the columns that are in sight."""
        header, right = self.horizontalHeader(), self.viewport().width()
        spans = []
        for key in self._seen:
            column = COLUMN_INDEX[key]
            left, width = header.sectionViewportPosition(column), header.sectionSize(column)
            if left < right and left + width > 0 and width:
                spans.append(ColumnRect(column, left, width))
        return spans

    def _pins_left(self) -> int:
        """Return where rows begin: from right to left that is on the right, and scrolling moves it the other way."""
        offset = self.horizontalHeader().offset()
        return self.viewport().width() + offset - PIN_WIDTH if self.isRightToLeft() else -offset

    def sizeHint(self) -> QSize:
        """As wide as its columns."""
        others = self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        return QSize(self.horizontalHeader().length() + others, super().sizeHint().height())

    # Set-up

    def _set_up_table(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # we fill all of it ourselves
        self.verticalHeader().hide()

    def _fit_cells(self) -> None:
        """Make rows and columns as large as the font needs."""
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(self._cells.row_height)
        rows.setDefaultSectionSize(self._cells.row_height)
        for column in range(len(COLUMNS)):
            self.set_width(COLUMNS[column].key, self._cells.usual_width(column))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.model() is not None:
            self._cells = CellPainter(self.font(), self._theme)
            self._fit_cells()
            self._forget_looks()
        elif event.type() == QEvent.Type.LayoutDirectionChange:
            self.viewport().update()
