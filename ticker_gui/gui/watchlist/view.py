"""The watchlist's view: a table that has only those cells painted that changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from ticker_gui.gui.theme import Theme
from ticker_gui.gui.watchlist.cells import CellPainter, Row, Shown, Span
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.market.columns import COLUMNS
from ticker_gui.market.symbol_state import SymbolState

_Index = QModelIndex | QPersistentModelIndex


class WatchlistView(QTableView):
    """A streaming table. All rows are of one height, so what is visible follows from the scroll bar alone.

    Signals:
        removal_wanted: the list of states whose rows are selected; Delete was pressed.
        why_wanted: the state of a symbol, of which the user wants to know why it is quiet.
        frame_wanted: something is lit up and has to fade.
    """

    removal_wanted = Signal(object)
    why_wanted = Signal(object)
    frame_wanted = Signal()

    def __init__(
        self, model: WatchlistModel, theme: Theme, *, flashes: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("watchlist")
        self.setAccessibleName("watchlist")
        self._watchlist = model
        self._theme = theme
        self._flashes = flashes
        self._shown: dict[SymbolState, Shown] = {}
        self._cells = CellPainter(self.font(), theme)
        self.setModel(model)
        self._set_up_table()
        self._fit_cells()

    def use_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._theme = theme
        self._cells.use_theme(theme)
        self.viewport().update()

    def selected_states(self) -> list[SymbolState]:
        """Return what the selected rows show, top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._watchlist.state(row) for row in rows]

    def want_removal(self) -> None:
        """Say that the selected rows are to go."""
        if states := self.selected_states():
            self.removal_wanted.emit(states)

    def want_why(self) -> None:
        """Say that the user wants to know why the current symbol is quiet."""
        current = self.currentIndex()
        if current.isValid():
            self.why_wanted.emit(self._watchlist.state(current.row()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.currentIndex().isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Why is it quiet?").triggered.connect(self.want_why)
        menu.addAction("&Remove").triggered.connect(self.want_removal)
        menu.popup(event.globalPos())  # exec() would starve the loop

    # What changed

    def dataChanged(self, top_left: _Index, bottom_right: _Index, roles: Sequence[int] = ()) -> None:
        """Have exactly those visible cells painted whose text is another one, or whose light fades."""
        now_ns = self._watchlist.now_ns()
        spans: dict[int, Span] | None = None
        is_lit = False
        viewport, height, offset = self.viewport(), self._cells.row_height, self.verticalHeader().offset()
        for row in self._visible_rows():
            state = self._watchlist.state(row)
            shown = self._shown.get(state)
            if shown is None:  # not painted yet, so about to be
                continue
            texts, is_live = self._watchlist.texts(row, now_ns), state.is_live(now_ns)
            if texts is shown.texts and not shown.light and is_live is shown.is_live:
                continue
            changed = shown.update(texts, state.tick, now_ns, flashes=self._flashes, is_live=is_live)
            is_lit = is_lit or shown.light != 0
            if changed:
                spans = spans or {span.column: span for span in self._spans()}
                seen = [spans[column] for column in changed if column in spans]
                if seen:
                    left, right = min(span.left for span in seen), max(span.right for span in seen)
                    viewport.update(left, row * height - offset, right - left, height)
        if is_lit:
            self.frame_wanted.emit()

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
        self.viewport().update(0, self._row_top(row), self.viewport().width(), self._cells.row_height)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        if not self._watchlist.rowCount():
            self._cells.paint(painter, event.rect(), (), ())
            painter.setPen(self._cells.muted)
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, "Add a first symbol above.")
            return
        self._forget_unseen()
        spans = self._spans()
        for area in event.region():  # type: ignore[attr-defined]
            within = [span for span in spans if span.left <= area.right() and span.right > area.left()]
            self._cells.paint(painter, area, within, self._rows_in(area))

    def _rows_in(self, area: QRect) -> list[Row]:
        selection = self.selectionModel()
        has_selection = selection.hasSelection()
        current = self.currentIndex().row() if self.hasFocus() else -1
        now_ns = self._watchlist.now_ns()
        rows = []
        for row in self._visible_rows(area.top(), area.bottom()):
            state = self._watchlist.state(row)
            shown = self._shown.get(state)
            if shown is None:
                shown = self._shown[state] = Shown(self._watchlist.texts(row, now_ns))
            shown.is_live = state.is_live(now_ns)
            is_selected = has_selection and selection.isRowSelected(row)
            is_refused = state.refusal is not None and state.watch.is_on
            rows.append(Row(self._row_top(row), shown, shown.is_live, is_refused, is_selected, row == current))
        return rows

    def _forget_unseen(self) -> None:
        """Drop what is known of rows that were scrolled away, once it is more than what is visible."""
        visible = self._visible_rows()
        if len(self._shown) > 4 * len(visible) + 64:
            states = {self._watchlist.state(row) for row in visible}
            self._shown = {state: shown for state, shown in self._shown.items() if state in states}

    # Where things are

    def _visible_rows(self, top: int = 0, bottom: int | None = None) -> range:
        """Return the rows between two heights of the viewport."""
        height, offset = self._cells.row_height, self.verticalHeader().offset()
        lowest = (self.viewport().height() if bottom is None else bottom) + offset
        return range(max(0, (top + offset) // height), min(self._watchlist.rowCount(), lowest // height + 1))

    def _row_top(self, row: int) -> int:
        return row * self._cells.row_height - self.verticalHeader().offset()

    def _spans(self) -> list[Span]:
        header = self.horizontalHeader()
        return [
            Span(column, header.sectionViewportPosition(column), header.sectionSize(column))
            for column in range(len(COLUMNS))
            if not header.isSectionHidden(column)
        ]

    # Set-up

    def _set_up_table(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # we fill all of it ourselves
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

    def _fit_cells(self) -> None:
        """Make rows and columns as large as the font needs."""
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(self._cells.row_height)
        rows.setDefaultSectionSize(self._cells.row_height)
        for column in range(len(COLUMNS)):
            self.setColumnWidth(column, self._cells.usual_width(column))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete):
            self.want_removal()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.model() is not None:
            self._cells = CellPainter(self.font(), self._theme)
            self._fit_cells()
