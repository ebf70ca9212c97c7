"""User actions on the rows: select, move, pin, copy and remove, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from time import monotonic_ns

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from ticker_gui.formatting import csv_export
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.picture import table_picture
from ticker_gui.gui.watchlist.row_menu import heading_items, list_items, row_items
from ticker_gui.gui.watchlist.section_drag import SectionDrag, nearest_boundary
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.gui.widgets.key_layout import latin
from ticker_gui.gui.widgets.menus import MenuItem, popup
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind, export_row
from ticker_gui.watchlist.section_heading import SectionHeading

_Index = QModelIndex | QPersistentModelIndex
_TOGGLE_KEYS = dict.fromkeys((Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter))
_FOLD_KEYS = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False} | _TOGGLE_KEYS


class WatchlistTable(WatchlistView):
    """The interactive watchlist; it changes nothing itself but emits requests.

    Signals:
        removal_requested: the states of the selected rows.
        connection_requested: a symbol for which the user wants to connect a feed.
        diagnosis_requested: a state whose data the user wants diagnosed.
        move_requested: states or one heading, and the state or heading to insert them before, or None for the end.
        shift_requested: states or one heading, and -1 for up or 1 for down by one row.
        pin_requested: states, and whether to pin them.
        chart_requested: a state whose row has become the current one.
        text_dropped: text with symbols, pasted or dropped.
        files_dropped: the paths of dropped files.
        section_requested: the states of the selected rows, to put them into a new section.
        fold_requested: the heading of a section, and whether to fold it.
        section_removal_requested: the heading of a section.
        import_requested: the user wants to choose a file with symbols.
        copy_requested: states, and the name of the list to add them to; None for a new one.
        list_export_requested: True to export the list for TradingView, False as plain text.
        export_requested: True to export all rows and columns, False for the visible ones.
    """

    removal_requested = Signal(object)
    connection_requested = Signal(str)
    diagnosis_requested = Signal(object)
    move_requested = Signal(object, object)
    shift_requested = Signal(object, object)
    pin_requested = Signal(object, bool)
    chart_requested = Signal(object)
    text_dropped = Signal(str)
    files_dropped = Signal(object)
    section_requested = Signal(object)
    fold_requested = Signal(object, bool)
    section_removal_requested = Signal(object)
    copy_requested = Signal(object, object)
    list_export_requested = Signal(bool)
    import_requested = Signal()
    export_requested = Signal(bool)

    def __init__(
        self, model: WatchlistModel, theme: Theme, *, flash_enabled: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, theme, flash_enabled=flash_enabled, parent=parent)
        self.other_lists: Callable[[], Sequence[str]] = tuple  # names of lists to add rows to
        self.extra_row_items: list[Callable[[Sequence[SymbolState]], Sequence[MenuItem]]] = []
        self._search_text, self._search_text_ns = "", 0  # type-ahead text, and the time of its last letter
        self._section_drag = SectionDrag()
        self.header.hide_requested.connect(self.toggle_column)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)

    # Selection

    def selected_states(self) -> list[SymbolState]:
        """Return the states of the selected rows, top to bottom."""
        selection = self.selectionModel().selection()  # `selectedRows` takes seconds for thousands
        blocks = [range(block.top(), block.bottom() + 1) for block in selection]  # type: ignore[attr-defined]
        rows = sorted({row for block in blocks for row in block})
        states = (self.watchlist.state(row) for row in rows)
        return [state for state in states if not isinstance(state, SectionHeading)]

    @property
    def current_state(self) -> SymbolState | None:
        """The state of the current row; None if that is a heading."""
        current = self.currentIndex()
        is_symbol = current.isValid() and self.current_heading is None
        return self.watchlist.state(current.row()) if is_symbol else None

    @property
    def current_heading(self) -> SectionHeading | None:
        """The heading in the current row."""
        return self.watchlist.heading(self.currentIndex())

    def select_states(self, states: Sequence[SymbolState]) -> None:
        """Select the rows of these states and scroll to them."""
        rows = self._rows_of(states)
        if not rows:
            return
        self.setCurrentIndex(self.watchlist.index(rows[0], 0))
        self.selectionModel().select(self._selection(rows), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(self.watchlist.index(rows[-1], 0))

    def reselect(self, states: Collection[SymbolState], current: SymbolState | None) -> None:
        """Add the rows of these states to the selection, and set the current row."""
        selection = self.selectionModel()
        selection.select(self._selection(self._rows_of(states)), QItemSelectionModel.SelectionFlag.Select)
        row = None if current is None else self.watchlist.row_of(current)
        if row is not None:
            at = self.watchlist.index(row, max(0, self.currentIndex().column()))
            selection.setCurrentIndex(at, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _rows_of(self, states: Collection[SymbolState]) -> list[int]:
        chosen = set(states)
        return [row for row, state in enumerate(self.watchlist.states) if state in chosen]

    def _selection(self, rows: Sequence[int]) -> QItemSelection:
        selection = QItemSelection()
        for first, last in _blocks(rows):
            selection.select(self.watchlist.index(first, 0), self.watchlist.index(last, len(COLUMNS) - 1))
        return selection

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if not self.is_rearranging:  # otherwise the current row was removed
            self.request_chart()

    def show_current(self) -> None:
        """Show the chart of the current row; without one, the first symbol becomes the current row."""
        symbols = self.watchlist.symbols
        if not self.currentIndex().isValid():
            self.select_states(symbols[:1])
            return
        if not self.selected_states():
            self.select_current()
        self.request_chart()

    def select_current(self) -> None:
        """Select only the current row, so that the next command applies to it."""
        if self.currentIndex().isValid():
            self.selectRow(self.currentIndex().row())

    def request_chart(self) -> None:
        """Request the chart of the current symbol."""
        if self.current_state is not None:
            self.chart_requested.emit(self.current_state)

    def request_removal(self) -> None:
        """Request removal of the selected rows, or of the current section."""
        if (heading := self.current_heading) is not None:
            self.section_removal_requested.emit(heading)
        elif states := self.selected_states():
            self.removal_requested.emit(states)

    def request_diagnosis(self) -> None:
        """Request the diagnosis of the current symbol."""
        if self.current_state is not None:
            self.diagnosis_requested.emit(self.current_state)

    @property
    def is_selection_pinned(self) -> bool:
        """Whether rows are selected and all of them are pinned."""
        states = self.selected_states()
        return bool(states) and self.pinned.issuperset(states)

    def request_pin(self) -> None:
        """Request to pin the selected rows, or to unpin them if all are pinned."""
        if states := self.selected_states():
            self.pin_requested.emit(states, not self.is_selection_pinned)

    def request_shift(self, by: int) -> None:
        """Request to move the selected rows or the current section up (-1) or down (1) by one."""
        if (heading := self.current_heading) is not None:
            self.shift_requested.emit([heading], by)
        elif states := self.selected_states():
            self.shift_requested.emit(states, by)

    def request_section(self) -> None:
        """Request a new section with the selected rows."""
        self.section_requested.emit(self.selected_states())

    def edit_section(self, heading: SectionHeading) -> None:
        """Edit the name of a section in its row."""
        if (row := self.watchlist.row_of(heading)) is not None:
            cell = self.watchlist.index(row, 0)
            self.setCurrentIndex(cell)
            self.scrollTo(cell)
            self.edit(cell)

    def _fold(self, heading: SectionHeading, is_folded: bool) -> None:
        if heading.is_folded is not is_folded:
            self.fold_requested.emit(heading, is_folded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold the section of the current heading with the arrow keys, the space bar and Enter; Escape ends a drag."""
        if event.key() == Qt.Key.Key_Escape and self._section_drag.is_dragging:
            self._section_drag.release()
            self._set_drop_row(None)
            return
        heading = self.current_heading
        is_editing = self.state() is QAbstractItemView.State.EditingState
        if heading is None or event.key() not in _FOLD_KEYS or is_editing:
            super().keyPressEvent(event)
            return
        is_folded = _FOLD_KEYS[Qt.Key(event.key())]
        self._show_ring(True)
        self._fold(heading, not heading.is_folded if is_folded is None else is_folded)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        heading = self.watchlist.heading(self.indexAt(at))
        super().mousePressEvent(event)
        self._section_drag.press(heading if event.button() is Qt.MouseButton.LeftButton else None, at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the section whose heading is pressed; near an edge, the rows scroll."""
        if not self._section_drag.move(event):
            super().mouseMoveEvent(event)
        elif self._section_drag.is_dragging:
            y, bar = round(event.position().y()), self.verticalScrollBar()
            bar.setValue(bar.value() + min(0, y) + max(0, y - self.viewport().height()))
            self._set_drop_row(nearest_boundary(self.watchlist.states, self._row_below(y)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold the section whose heading is clicked, or move the one that is dragged."""
        super().mouseReleaseEvent(event)
        row, was_dragged, heading = self.drop_row, self._section_drag.is_dragging, self._section_drag.release()
        self._set_drop_row(None)
        if heading is not None and not was_dragged:
            self._fold(heading, not heading.is_folded)
        elif heading is not None and row is not None:
            self.move_requested.emit([heading], self._state_before(row))

    def edit_alias(self) -> None:
        """Edit the alias of the current symbol in its cell."""
        current = self.currentIndex()
        if (heading := self.current_heading) is not None:
            self.edit_section(heading)
            return
        if not current.isValid() or self.state() is QAbstractItemView.State.EditingState:
            return
        if "alias" not in self.columns:
            self.set_column_choice(self.column_choice.with_alias())
        cell = current.siblingAtColumn(COLUMN_INDEX["alias"])
        self.scrollTo(cell)
        self.edit(cell)

    def keyboardSearch(self, search: str) -> None:
        """Go to the next symbol that begins with the typed letters, which Qt passes one at a time."""
        now_ns = monotonic_ns()  # the clock of a replay may stand still
        if now_ns - self._search_text_ns > QApplication.keyboardInputInterval() * 1_000_000:
            self._search_text = ""
        self._search_text, self._search_text_ns = self._search_text + search.casefold(), now_ns
        rows = (self._next_row(text) for text in dict.fromkeys((self._search_text, latin(self._search_text))))
        row = next((row for row in rows if row is not None), None)
        if row is not None:
            self.setCurrentIndex(self.watchlist.index(row, 0))

    def _next_row(self, prefix: str) -> int | None:
        """Return the next row whose symbol or alias has this prefix, from the current row on."""
        states = self.watchlist.states
        first = self.currentIndex().row() + (len(self._search_text) == 1)
        for offset in range(len(states)):
            row = (first + offset) % len(states)
            if any(name.casefold().startswith(prefix) for name in (states[row].symbol, states[row].alias)):
                return row
        return None

    # Copying

    @property
    def text_columns(self) -> list[str]:
        """The keys of the visible columns that have text, in order."""
        seen = [key for key in self.columns_in_room if not self.isColumnHidden(COLUMN_INDEX[key])]
        return [key for key in seen if COLUMNS[COLUMN_INDEX[key]].kind is not CellKind.SPARKLINE]

    def copy_rows(self) -> None:
        """Copy the selected rows as tab-separated text."""
        self._copy(self.selected_states(), self.text_columns)

    def copy_cell(self) -> None:
        """Copy the current cell."""
        if self.current_state is not None:
            self._copy([self.current_state], [COLUMNS[self.currentIndex().column()].key])

    def _copy(self, states: Sequence[SymbolState], keys: Sequence[str]) -> None:
        if states:
            rows = (export_row(state, self.watchlist.now_ns(), keys) for state in states)
            QApplication.clipboard().setText(csv_export.to_tsv(rows))

    def copy_image(self) -> None:
        """Copy an image of the table."""
        QApplication.clipboard().setPixmap(table_picture(self))

    def paste(self) -> None:
        """Request to add the symbols on the clipboard."""
        if text := QApplication.clipboard().text():
            self.text_dropped.emit(text)

    # Context menu

    def choose_list(self) -> None:
        """Open a menu of the lists to which the selected rows can be added."""
        below = self.row_top(max(0, self.currentIndex().row()) + 1)
        popup(self, self.viewport().mapToGlobal(QPoint(0, below)), list_items(self, self.selected_states()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        heading = self.current_heading
        if heading is not None and self.indexAt(event.pos()).row() == self.currentIndex().row():
            popup(self, event.globalPos(), heading_items(self, heading))
        else:
            popup(self, event.globalPos(), row_items(self, self.selected_states()))  # none for a click below the rows

    # Dragging

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._accept_drag(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls near an edge
        self._accept_drag(event)
        self._set_drop_row(self._row_below(event.position().y()) if event.source() is self else None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.stopAutoScroll()
        self._set_drop_row(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self.stopAutoScroll()
        self._set_drop_row(None)
        mime = event.mimeData()
        if event.source() is self:
            row = self._row_below(event.position().y())
            self.move_requested.emit(self.selected_states(), self._state_before(row))
        elif paths := _paths(mime):
            self.files_dropped.emit(paths)
        elif mime.hasText():
            self.text_dropped.emit(mime.text())
        event.setDropAction(Qt.DropAction.CopyAction)  # Qt removes the source rows of a move
        event.accept()

    def _accept_drag(self, event: QDragMoveEvent) -> None:
        if event.source() is self or event.mimeData().hasText() or event.mimeData().hasUrls():
            event.acceptProposedAction()
        else:
            event.ignore()

    def _row_below(self, y: float) -> int:
        """Return the row before which a drop at a y coordinate inserts."""
        at = self.rowAt(round(y))
        if at < 0:
            return 0 if y < 0 else self.watchlist.rowCount()
        return at + (y > self.row_top(at) + self.verticalHeader().defaultSectionSize() / 2)

    def _state_before(self, row: int) -> SymbolState | None:
        return self.watchlist.state(row) if row < self.watchlist.rowCount() else None

    def _set_drop_row(self, row: int | None) -> None:
        if row != self.drop_row:
            self.drop_row = row
            self.viewport().update()


def _blocks(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last row of each contiguous run."""
    firsts = [row for row, before in zip(rows, (-2, *rows), strict=False) if row != before + 1]
    lasts = [row for row, after in zip(rows, (*rows[1:], -2), strict=False) if row + 1 != after]
    return list(zip(firsts, lasts, strict=True))


def _paths(mime: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
