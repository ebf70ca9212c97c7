"""Who stands where in the table, and when that may change: never under the pointer, and at most once a second."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QApplication

from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sorting import Filter, Sorting, visible_rows

_RESORT_INTERVAL_MS: Final = 1000


class ViewPosition(NamedTuple):
    """Where the user is in a list: the selected rows, the current one, the pixels above what is in sight.

    Symbols go by feed and name, as a state that is watched no more should not be held.
    """

    selected: frozenset[tuple[str, str]]
    current: tuple[str, str] | None
    scroll_offset: int


class RowSorter(QObject):
    """Arranges the rows of a view: a list's symbols in the user's order, filtered, and kept sorted where wanted.

    What the user does is shown at once. What the market does moves rows only while nobody is about to click one.

    Signals:
        sorting_changed: a `Sorting`, or nothing where the rows are in the user's own order.
        held: whether rows would move and do not, as the pointer is over them.
    """

    sorting_changed = Signal(object)
    sort_paused = Signal(bool)

    def __init__(self, view: WatchlistTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sorting: Sorting | None = None
        self.is_sort_paused = False
        self._view = view
        self._states: Sequence[SymbolState] = ()
        self._filter: Filter | None = None
        # Rows chosen that the filter hides; they are so again when they come back, unless others are chosen by then.
        self._hidden_selection: set[SymbolState] = set()
        self._hidden_current: SymbolState | None = None
        selection = view.selectionModel()
        selection.selectionChanged.connect(self._on_selection_changed)
        selection.currentChanged.connect(self._on_selection_changed)
        self._timer = QTimer(self, interval=_RESORT_INTERVAL_MS)
        self._timer.timeout.connect(self._resort)

    def set_states(self, states: Sequence[SymbolState], pinned: Collection[SymbolState]) -> None:
        """Show these symbols, in the user's order; the pinned ones stand first."""
        self._states = states
        if self._view.pinned != frozenset(pinned):
            self._view.pinned = frozenset(pinned)
            self._view.viewport().update()  # a mark, though no row may move
        self.arrange()

    def set_filter(self, row_filter: Filter | None) -> None:
        """Show only what passes."""
        self._filter = row_filter
        is_current_hidden = self._hidden_current is not None
        self.arrange()
        if is_current_hidden and self._hidden_current is None:
            self._view.scrollTo(self._view.currentIndex())

    def keep_sorted(self, sorting: Sorting | None) -> None:
        """Keep the rows sorted from now on; or go back to the user's own order."""
        self.sorting = sorting
        self.arrange()
        self.sorting_changed.emit(sorting)

    @property
    def states(self) -> Sequence[SymbolState]:
        """All symbols of the list, also those that the filter hides."""
        return self._states

    @property
    def position(self) -> ViewPosition:
        """Where the user is now."""
        view = self._view
        selected = frozenset(map(_key_of, view.selected_states()))
        current = view.current_state
        return ViewPosition(selected, None if current is None else _key_of(current), view.verticalScrollBar().value())

    def restore_position(self, position: ViewPosition) -> None:
        """Bring the user back to where they were, as far as it is still there; the chart stays."""
        view = self._view
        states = {_key_of(state): state for state in view.watchlist.states}
        current = None if position.current is None else states.get(position.current)
        view.is_rearranging = True
        view.clearSelection()  # a symbol that both lists have was selected in the other one
        view.reselect([state for name, state in states.items() if name in position.selected], current)
        view.is_rearranging = False
        view.updateGeometries()  # else the bar does not reach yet as far as the rows do
        view.verticalScrollBar().setValue(position.scroll_offset)

    def sort_once(self, sorting: Sorting) -> list[SymbolState]:
        """Return all symbols as they would be sorted now, to become the user's order."""
        return visible_rows(self._states, self._view.watchlist.now_ns(), sorting=sorting)

    def arrange(self) -> None:
        """Put the rows where they belong now; the selection stays with its symbols, and so does what is in sight."""
        view = self._view
        anchors = self._scroll_anchors()
        now_ns, pinned = view.watchlist.now_ns(), view.pinned
        selected, current = (
            self._hidden_selection.union(view.selected_states()),
            self._hidden_current or view.current_state,
        )
        view.is_rearranging = True
        view.setAutoScroll(False)  # Qt would scroll to a row that is current for want of another
        view.watchlist.show(
            visible_rows(self._states, now_ns, pinned=pinned, sorting=self.sorting, row_filter=self._filter)
        )
        self._reselect(selected, current)
        view.setAutoScroll(True)
        view.is_rearranging = False
        self._restore_scroll(anchors)
        if self.sorting is not None or self._filter is not None:
            self._timer.start()
        else:
            self._timer.stop()
            self._set_sort_paused(False)

    def _reselect(self, selected: set[SymbolState], current: SymbolState | None) -> None:
        """Choose those of them that have come back, and remember those that are hidden."""
        shown = set(self._view.watchlist.states) if selected or current else set()
        back = self._hidden_selection & shown
        if back or self._hidden_current in shown:
            self._view.reselect(back, current if current in shown else None)
        hidden = selected.union((current,) if current else ()).difference(shown)
        hidden = hidden.intersection(self._states) if hidden else hidden
        self._hidden_selection = selected & hidden
        self._hidden_current = current if current in hidden else None

    def _on_selection_changed(self) -> None:
        if not self._view.is_rearranging:
            self._hidden_selection, self._hidden_current = set(), None

    def _resort(self) -> None:
        is_busy = (
            self._view.viewport().underMouse()
            or QApplication.activePopupWidget() is not None  # a menu of these rows, which the pointer is over instead
            or bool(QApplication.mouseButtons() & Qt.MouseButton.LeftButton)
            or bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)  # rows are being selected
            or self._view.state() is QAbstractItemView.State.EditingState  # a row that goes takes what is typed with it
        )
        self._set_sort_paused(is_busy)
        if not is_busy:
            self.arrange()

    def _set_sort_paused(self, is_sort_paused: bool) -> None:
        if is_sort_paused is not self.is_sort_paused:
            self.is_sort_paused = is_sort_paused
            self.sort_paused.emit(is_sort_paused)

    def _scroll_anchors(self) -> list[tuple[SymbolState, int]]:
        """Return who should stay in sight, each with its height there: the current symbol, or else the topmost."""
        view = self._view
        visible, current = view.visible_rows(), view.currentIndex().row()
        if view.verticalScrollBar().value() == 0:
            return []
        rows = [current, *visible] if current in visible else visible
        return [(view.watchlist.state(row), view.row_top(row)) for row in rows]

    def _restore_scroll(self, anchors: Sequence[tuple[SymbolState, int]]) -> None:
        """Bring the first of these that is still there back to its height."""
        view = self._view
        for state, top in anchors:
            if (row := view.watchlist.row_of(state)) is not None:
                view.updateGeometries()  # else the bar does not reach yet where new rows have pushed the symbol
                bar = view.verticalScrollBar()
                bar.setValue(bar.value() + view.row_top(row) - top)
                return


def _key_of(state: SymbolState) -> tuple[str, str]:
    return state.feed, state.symbol
