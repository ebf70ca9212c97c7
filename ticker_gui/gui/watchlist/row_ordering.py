"""Row order and re-sorting policy: at most once a second, never under the pointer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QApplication

from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.section_heading import SectionHeading, SectionRows, sectioned_rows
from ticker_gui.watchlist.sorting import Filter, Sorting, visible_rows

_RESORT_INTERVAL_MS: Final = 1000


class ViewPosition(NamedTuple):
    """Selected rows, current row and scroll offset (pixels) of a list.

    Symbols are identified by feed and name, so that no reference to a removed state is held.
    """

    selected: frozenset[tuple[str, str]]
    current: tuple[str, str] | None
    scroll_offset: int


class RowSorter(QObject):
    """Orders the rows of a view: a list's symbols in manual order or sorted, and filtered.

    User actions take effect at once. Market data moves rows only while the user is not about to click one, and shows
    the first that passes the filter at any time.

    Signals:
        sorting_changed: a `Sorting`, or None for the manual order.
        sort_paused: whether re-sorting is paused because the user points at the rows.
        arranged: rows may have been added, removed or moved.
    """

    sorting_changed = Signal(object)
    sort_paused = Signal(bool)
    arranged = Signal()

    def __init__(self, view: WatchlistTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sorting: Sorting | None = None
        self.is_sort_paused = False
        self._view = view
        self._states: Sequence[SymbolState] = ()
        self._sections: Sequence[SectionRows] = ()
        self._filter: Filter | None = None
        # Selected rows that the filter hides. They are selected again when they reappear, unless the selection changed.
        self._hidden_selection: set[SymbolState] = set()
        self._hidden_current: SymbolState | None = None
        self._last_current: SymbolState | None = None  # the symbol that is on the chart while a heading is current
        selection = view.selectionModel()
        selection.selectionChanged.connect(self._on_selection_changed)
        selection.currentChanged.connect(self._on_selection_changed)
        self._timer = QTimer(self, interval=_RESORT_INTERVAL_MS)
        self._timer.timeout.connect(self._resort)

    def set_states(
        self,
        states: Sequence[SymbolState],
        pinned: Collection[SymbolState],
        sections: Sequence[SectionRows] = (),
    ) -> None:
        """Set the symbols in manual order, and their sections; pinned ones come first."""
        self._states, self._sections = states, sections
        if self._view.pinned != frozenset(pinned):
            self._view.pinned = frozenset(pinned)
            self._view.viewport().update()  # repaint the pin markers even if no row moves
        self.arrange()

    def set_filter(self, row_filter: Filter | None) -> None:
        """Show only rows that pass the filter."""
        self._filter = row_filter
        is_current_hidden = self._hidden_current is not None
        self.arrange()
        if is_current_hidden and self._hidden_current is None:
            self._view.scrollTo(self._view.currentIndex())

    def keep_sorted(self, sorting: Sorting | None) -> None:
        """Keep the rows sorted, or return to the manual order (None)."""
        self.sorting = sorting
        self.arrange()
        self.sorting_changed.emit(sorting)

    @property
    def states(self) -> Sequence[SymbolState]:
        """All symbols of the list, including those that the filter hides."""
        return self._states

    @property
    def current_state(self) -> SymbolState | None:
        """The state of the current row, also while the filter hides it; the chart shows it then, too."""
        return self._hidden_current or self._view.current_state

    @property
    def position(self) -> ViewPosition:
        """The current selection and scroll position."""
        view = self._view
        selected = frozenset(map(_key_of, view.selected_states()))
        current = view.current_state
        return ViewPosition(selected, None if current is None else _key_of(current), view.verticalScrollBar().value())

    def restore_position(self, position: ViewPosition) -> None:
        """Restore selection and scroll position as far as the rows still exist; the chart does not change."""
        view = self._view
        states = {_key_of(state): state for state in view.watchlist.states}
        current = None if position.current is None else states.get(position.current)
        view.is_rearranging = True
        view.clearSelection()  # symbols in both lists may be selected from the other one
        view.reselect([state for name, state in states.items() if name in position.selected], current)
        view.is_rearranging = False
        view.updateGeometries()  # updates the range of the scroll bar
        view.verticalScrollBar().setValue(position.scroll_offset)

    def sort_once(self, sorting: Sorting) -> list[SymbolState]:
        """Return all symbols sorted by their current values."""
        return visible_rows(self._states, self._view.watchlist.now_ns(), sorting=sorting)

    def arrange(self) -> None:
        """Update the row order; selection and scroll position stay with their symbols."""
        view = self._view
        anchors = self._scroll_anchors()
        now_ns, pinned = view.watchlist.now_ns(), view.pinned
        selected, current = (
            self._hidden_selection.union(view.selected_states()),
            self._hidden_current or view.current_state,
        )
        view.is_rearranging = True
        view.setAutoScroll(False)  # otherwise Qt scrolls when the current row is removed
        counts = [one.heading.count for one in self._sections]
        rows = sectioned_rows(
            self._states, self._sections, now_ns, pinned=pinned, sorting=self.sorting, row_filter=self._filter
        )
        view.watchlist.show(rows)
        if counts != [one.heading.count for one in self._sections]:
            view.viewport().update()
        self._reselect(selected, current)
        view.setAutoScroll(True)
        view.is_rearranging = False
        self._restore_scroll(anchors)
        if self.sorting is not None or self._filter is not None:
            self._timer.start()
        else:
            self._timer.stop()
            self._set_sort_paused(False)
        self.arranged.emit()

    def _reselect(self, selected: set[SymbolState], current: SymbolState | None) -> None:
        """Select rows that have reappeared, and remember those that are hidden."""
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
            self._last_current = self._view.current_state or self._last_current

    def settle_current(self, heading: SectionHeading | None) -> None:
        """Make a symbol the current row, and chart it, if a heading was that and is gone; select it if nothing is.

        It is the symbol that was the current row before the heading, if it is in view.
        """
        view = self._view
        if heading is not None and view.current_heading is not heading:
            view.reselect((), self._last_current)
            view.request_chart()
        if not view.selected_states():
            view.select_current()

    def _resort(self) -> None:
        has_rows = bool(self._view.watchlist.states)
        is_busy = has_rows and (
            self._view.viewport().underMouse()
            or QApplication.activePopupWidget() is not None  # a context menu of these rows is open
            or bool(QApplication.mouseButtons() & Qt.MouseButton.LeftButton)
            or bool(
                QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
            )  # a range selection is in progress
            or self._view.state() is QAbstractItemView.State.EditingState  # removing the row would discard the edit
        )
        self._set_sort_paused(is_busy)
        if not is_busy:
            self.arrange()

    def _set_sort_paused(self, is_sort_paused: bool) -> None:
        if is_sort_paused is not self.is_sort_paused:
            self.is_sort_paused = is_sort_paused
            self.sort_paused.emit(is_sort_paused)

    def _scroll_anchors(self) -> list[tuple[SymbolState, int]]:
        """Return symbols to keep in view, each with its y coordinate: the current one first, then the topmost."""
        view = self._view
        visible, current = view.visible_rows(), view.currentIndex().row()
        if view.verticalScrollBar().value() == 0:
            return []
        rows = [current, *visible] if current in visible else visible
        return [(view.watchlist.state(row), view.row_top(row)) for row in rows]

    def _restore_scroll(self, anchors: Sequence[tuple[SymbolState, int]]) -> None:
        """Scroll the first anchor that still exists back to its y coordinate."""
        view = self._view
        for state, top in anchors:
            if (row := view.watchlist.row_of(state)) is not None:
                view.updateGeometries()  # updates the range of the scroll bar
                bar = view.verticalScrollBar()
                bar.setValue(bar.value() + view.row_top(row) - top)
                return


def _key_of(state: SymbolState) -> tuple[str, str]:
    return state.feed, state.symbol
