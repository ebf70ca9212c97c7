"""The watchlist's table view, which repaints only the cells that have changed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QHeaderView, QWidget

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.watchlist.cells import BAR_WIDTH, CellPainter, ColumnRect
from ticker_gui.gui.watchlist.changed_cells import ChangedCells, RowPlaces
from ticker_gui.gui.watchlist.column_view import ColumnView
from ticker_gui.gui.watchlist.drag_delegate import DragDelegate
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_snapshot import NEVER, Row, RowSnapshot
from ticker_gui.gui.watchlist.section_painter import HeadingRow, SectionPainter
from ticker_gui.gui.watchlist.sparkline_builder import SparklineBuilder
from ticker_gui.gui.watchlist.sparkline_cell import SparklineSize
from ticker_gui.gui.widgets.keyboard_focus import is_navigation, is_ring_visible
from ticker_gui.gui.widgets.paint_guard import paint_widget
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.column_choice import ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX
from ticker_gui.watchlist.section_heading import SectionHeading
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS

_Index = QModelIndex | QPersistentModelIndex
_ScrollHint = QAbstractItemView.ScrollHint
_SYMBOL: Final = COLUMN_INDEX["symbol"]
_SPARKLINE: Final = COLUMN_INDEX["line"]
_MAX_SPARKLINES_PER_FRAME: Final = 8
_SPARKLINES_PAUSE_NS: Final = SECOND_NS // 10


class WatchlistView(ColumnView):
    """A streaming table; all rows have the same height, so the scroll bar determines the visible rows.

    Signals:
        density_changed: the rows have become lower or higher.
        frame_requested: in how many seconds a flash fades further, or other sparklines are built.
    """

    density_changed = Signal()
    frame_requested = Signal(float)

    def __init__(
        self, model: WatchlistModel, theme: Theme, *, flash_enabled: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, CellPainter(QApplication.font(), theme), parent)
        self.setObjectName("watchlist")
        self.setAccessibleName("Watchlist")
        self.flash_enabled = flash_enabled
        self.pinned: frozenset[SymbolState] = frozenset()
        self._alerted: Mapping[SymbolState, bool] = {}
        self.drop_row: int | None = None  # the row before which a drop would insert
        self._has_ring = False  # the keyboard was used last, so the focused cell is marked
        self.is_rearranging = False  # rows are being updated by the program, not by the user
        self._theme = theme
        self._is_dense = False
        self._snapshots: dict[SymbolState, RowSnapshot] = {}
        self._frame = 0
        self._changed_cells = ChangedCells()
        self._headings = SectionPainter(self.font(), theme)
        self._sparklines = SparklineBuilder(self._update_failed_titles)
        self._last_size: SparklineSize | None = None
        self._has_due_sparklines = False  # which the last frame has left for the next one
        self.setModel(model)
        self.setItemDelegate(DragDelegate(self))
        model.appearance_changed.connect(self._on_appearance_changed)
        model.values_changed.connect(self._repaint_changes)
        self._configure_table()
        self._fit_to_font()
        self.set_column_choice(ColumnChoice())

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        self._cells.set_theme(theme)
        self._headings.set_theme(theme)
        self.viewport().update()

    def set_sparkline_period(self, name: str) -> None:
        """Set the period that sparklines cover."""
        self.watchlist.set_sparkline_period(next(span for span in SPARKLINE_PERIODS if span.name == name))

    def set_flash_enabled(self, flash_enabled: bool) -> None:
        """Switch the flash of changed digits on or off."""
        self.flash_enabled = flash_enabled

    # Changes

    def dataChanged(self, top_left: _Index, bottom_right: _Index, roles: Sequence[int] = ()) -> None:
        """Repaint only visible cells whose text has changed or whose flash is fading."""
        self._repaint_changes(reads_all=True)

    def _repaint_changes(self, *, reads_all: bool = False) -> None:
        """Repaint changed cells. Unless ``reads_all``, only the rows of symbols with new data are read."""
        now_ns, spans, rows = self.watchlist.now_ns(), self._visible_columns(), self.visible_rows()
        size = self._sparkline_size(spans, now_ns)
        reads_all = reads_all or self._has_due_sparklines or size != self._last_size
        self._last_size, self._has_due_sparklines = size, False
        sparklines_left, next_step_ns, has_changed = _MAX_SPARKLINES_PER_FRAME, NEVER, False
        before, self._frame = self._frame, self._frame + 1
        snapshots, cached = self._snapshots, self.watchlist.cached_rows
        for row in rows:
            reading = cached[row]
            snapshot = snapshots.get(reading.state)
            if snapshot is None:  # not painted yet
                continue
            flash_enabled = self.flash_enabled and snapshot.frame == before  # not for changes while it was not visible
            snapshot.frame = self._frame
            is_read = reads_all or reading.version != reading.state.version
            if is_read:
                self.watchlist.read(row, now_ns)
            changed = snapshot.changes(reading, now_ns, flash_enabled=flash_enabled)
            next_step_ns = min(next_step_ns, snapshot.next_step_ns)
            if is_read and size is not None and snapshot.sparkline.is_due(reading.state, size, now_ns):
                if sparklines_left:
                    self._sparklines.build(snapshot.sparkline, reading.state, size, now_ns)
                    changed = {*changed, _SPARKLINE}
                    sparklines_left -= 1
                else:
                    self._has_due_sparklines, next_step_ns = True, min(next_step_ns, now_ns + _SPARKLINES_PAUSE_NS)
            if changed:
                self._changed_cells.add(row, changed)
                has_changed = True
        if has_changed:
            self.viewport().update(self._changed_cells.area(spans, self._row_places(), len(rows) * len(spans) // 2))
        if next_step_ns != NEVER:
            self.frame_requested.emit((next_step_ns - now_ns) / SECOND_NS)

    def _sparkline_size(self, spans: Sequence[ColumnRect], now_ns: int) -> SparklineSize | None:
        """Return the size of sparklines, or None if their column is not visible."""
        span = self.watchlist.sparkline_period
        width = next((one.width for one in spans if one.column == _SPARKLINE), None)
        return None if width is None else SparklineSize(width, self._cells.row_height, span, span.step_of(now_ns))

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        for index in (current, previous):  # Qt repaints only two cells, but the outline surrounds the row
            self._update_row(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_ring(self._has_ring or is_navigation(event))
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_ring(False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._has_ring = is_ring_visible(event.reason(), was_visible=self._has_ring)
        self._update_row(self.currentIndex().row())

    def _show_ring(self, is_visible: bool) -> None:
        if is_visible is not self._has_ring:
            self._has_ring = is_visible
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
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # otherwise signs and units change sides
        self._cells.is_mirrored = self.isRightToLeft()
        if not self.watchlist.rowCount():
            self._cells.paint(painter, event.rect(), (), ())
            return
        self._drop_invisible_snapshots()
        spans, bar_left = self._visible_columns(), self._bar_left()
        area, region = event.rect(), event.region()
        frozen_width = self.header.frozen_width
        changed = self._changed_cells.take(region, self._row_places())
        if changed is not None and not frozen_width:
            rows = self._rows(changed, spans)
            pairs = list(zip(rows, changed.values(), strict=True))
            cells = {one.column: [row for row, columns in pairs if one.column in columns] for one in spans}
            self._cells.paint(painter, area, [one for one in spans if cells[one.column]], rows, bar_left, cells)
        else:  # all areas in one pass, clipped to them: a pass per area would cost more than the cells it leaves out
            areas: Iterable[QRect] = region  # type: ignore[assignment]  # PySide6 declares no iterator
            numbers = dict.fromkeys(row for one in areas for row in self.visible_rows(one.top(), one.bottom()))
            rows = self._rows(numbers, spans)
            within = [span for span in spans if span.left <= area.right() and span.right > area.left()]
            self._cells.paint(painter, area, within, rows, bar_left)
        if area.left() < frozen_width:
            painter.save()
            frozen = area.intersected(QRect(0, area.top(), frozen_width, area.height()))
            painter.setClipRect(frozen)  # the columns below it are wider
            self._cells.paint(painter, frozen, [span for span in spans if span.column == _SYMBOL], rows)
            painter.restore()
        if changed is None or frozen_width:
            self._paint_headings(painter, numbers)
        if self.drop_row is not None:
            painter.fillRect(0, self.row_top(self.drop_row) - 1, self.viewport().width(), 2, self._cells.accent)

    def _paint_headings(self, painter: QPainter, numbers: Iterable[int]) -> None:
        """Paint the headings of sections, which span all columns."""
        current = self.currentIndex().row() if self._has_ring and self.hasFocus() else -1
        width, height = self.viewport().width(), self._cells.row_height
        for row in numbers:
            if isinstance(heading := self.watchlist.state(row), SectionHeading):
                one = HeadingRow(self.row_top(row), heading, row == current)
                self._headings.paint(painter, one, width, height, is_mirrored=self.isRightToLeft())

    def show_alerts(self, alerted: Mapping[SymbolState, bool]) -> None:
        """Mark the symbols with alerts; the value is whether one has fired and is not acknowledged."""
        if alerted != self._alerted:
            self._alerted = dict(alerted)
            self.viewport().update()

    def _rows(self, numbers: Iterable[int], spans: Sequence[ColumnRect]) -> list[Row]:
        """Return what to paint of rows."""
        ranges: Iterable[QItemSelectionRange] = self.selectionModel().selection()  # type: ignore[assignment]
        selected = [(one.top(), one.bottom()) for one in ranges]
        current = self.currentIndex() if self._has_ring and self.hasFocus() else QModelIndex()
        current_row, now_ns = current.row(), self.watchlist.now_ns()
        first_top, height, _ = self._row_places()
        rows = []
        for row in numbers:
            state = self.watchlist.state(row)
            if isinstance(state, SectionHeading):
                continue
            snapshot = self._snapshots.get(state) or self._add_snapshot(row, spans, now_ns)
            if snapshot.frame != self._frame:  # visible again
                snapshot.frame = self._frame
                snapshot.update(self.watchlist.read(row, now_ns), now_ns, flash_enabled=False)
            is_selected = bool(selected) and any(top <= row <= bottom for top, bottom in selected)
            focus = current.column() if row == current_row else None
            top, has_fired = first_top + row * height, self._alerted.get(state)
            rows.append(Row(top, state, snapshot, state in self.pinned, is_selected, focus, has_fired))
        return rows

    def _add_snapshot(self, row: int, spans: Sequence[ColumnRect], now_ns: int) -> RowSnapshot:
        reading = self.watchlist.read(row, now_ns)
        snapshot = self._snapshots[reading.state] = RowSnapshot(reading, self._frame)
        if (size := self._sparkline_size(spans, now_ns)) is not None:
            self._sparklines.build(snapshot.sparkline, reading.state, size, now_ns)
        return snapshot

    def _update_failed_titles(self) -> None:
        if self._sparklines.failed_titles != self._cells.failed_titles:
            self._cells.failed_titles = self._sparklines.failed_titles
            self.viewport().update()

    def _on_appearance_changed(self) -> None:
        self._snapshots.clear()
        self._sparklines.forget_all_except(())
        self.viewport().update()

    def _drop_invisible_snapshots(self) -> None:
        """Drop snapshots of rows that are no longer visible, once there are many."""
        visible = self.visible_rows()
        if len(self._snapshots) > 4 * len(visible) + 64:
            states = {self.watchlist.state(row) for row in visible}
            self._keep_snapshots(states)

    def forget_removed(self, is_watched: Callable[[SymbolState], bool]) -> None:
        """Forget the symbols that are no longer watched, so that their data is freed."""
        self._keep_snapshots({state for state in self._snapshots if is_watched(state)})

    def _keep_snapshots(self, states: Container[SymbolState]) -> None:
        self._snapshots = {state: snapshot for state, snapshot in self._snapshots.items() if state in states}
        self._sparklines.forget_all_except(states)

    # Geometry

    def visible_rows(self, top: int = 0, bottom: int | None = None) -> range:
        """Return the rows between two y coordinates of the viewport."""
        height, offset = self._cells.row_height, self.verticalHeader().offset()
        lowest = (self.viewport().height() if bottom is None else bottom) + offset
        return range(max(0, (top + offset) // height), min(self.watchlist.rowCount(), lowest // height + 1))

    def _row_places(self) -> RowPlaces:
        return RowPlaces(self.row_top(0), self._cells.row_height, self.horizontalHeader().offset())

    def row_top(self, row: int) -> int:
        """Return the y coordinate of a row in the viewport."""
        return row * self._cells.row_height - self.verticalHeader().offset()

    def _visible_columns(self) -> Sequence[ColumnRect]:
        """Return the visible columns."""
        return self.header.visible_columns(self.watchlist.columns)

    def scrollContentsBy(self, right: int, down: int) -> None:
        super().scrollContentsBy(right, down)
        if right:  # Qt has moved the frozen column, too
            self.viewport().update(0, 0, self.header.sectionSize(_SYMBOL) + abs(right), self.viewport().height())
            for row in self.visible_rows():
                if isinstance(self.watchlist.state(row), SectionHeading):
                    self._update_row(row)
            self.header.viewport().update()

    def indexAt(self, at: QPoint) -> QModelIndex:
        index = super().indexAt(at)
        return index.siblingAtColumn(_SYMBOL) if index.isValid() and at.x() < self.header.frozen_width else index

    def scrollTo(self, index: _Index, hint: _ScrollHint = _ScrollHint.EnsureVisible) -> None:
        super().scrollTo(index, hint)
        bar = self.horizontalScrollBar()
        covered = self.header.frozen_width - self.columnViewportPosition(index.column())
        if covered > 0 and index.column() != _SYMBOL:
            bar.setValue(bar.value() - covered)

    def _bar_left(self) -> int:
        """Return the x coordinate of the bar of selected rows: their start, on the right in right-to-left layouts."""
        offset = self.horizontalHeader().offset()
        return self.viewport().width() + offset - BAR_WIDTH if self.isRightToLeft() else -offset

    # Setup

    def _configure_table(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # painting fills the whole viewport
        self.verticalHeader().hide()

    def _fit_to_font(self) -> None:
        """Set row height and column widths for the font."""
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(self._cells.row_height)
        rows.setDefaultSectionSize(self._cells.row_height)
        self._use_default_widths()

    @property
    def is_dense(self) -> bool:
        """Whether the rows are lower than usual."""
        return self._is_dense

    def set_dense(self, is_dense: bool) -> None:
        """Make the rows lower, so that there is room for more."""
        if is_dense is not self._is_dense:
            self._is_dense = is_dense
            self._make_painter()
            self.density_changed.emit()

    def _make_painter(self) -> None:
        widths, symbol_width = self.widths, self._symbol_width
        self._cells = CellPainter(self.font(), self._theme, is_dense=self._is_dense)
        self._headings = SectionPainter(self.font(), self._theme)
        self._cells.is_mirrored = self.isRightToLeft()
        self._fit_to_font()
        for key, width in widths.items():
            self._widths[COLUMN_INDEX[key]] = width
        self._symbol_width = symbol_width
        self._visible_keys = ()
        self._fit_columns()
        self._on_appearance_changed()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.model() is not None:
            self._make_painter()
        elif event.type() == QEvent.Type.LayoutDirectionChange:
            self.viewport().update()
