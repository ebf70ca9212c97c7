"""Who stands where in the table, and when that may change: never under the pointer, and at most once a second."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QApplication

from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.market.arrangement import Filter, Sorting, arranged
from ticker_gui.market.symbol_state import SymbolState

_EVERY_MS: Final = 1000


class RowOrder(QObject):
    """Arranges the rows of a view: a list's symbols in the user's order, filtered, and kept sorted where wanted.

    What the user does is shown at once. What the market does moves rows only while nobody is about to click one.

    Signals:
        sorting_changed: a `Sorting`, or nothing where the rows are in the user's own order.
        held: whether rows would move and do not, as the pointer is over them.
    """

    sorting_changed = Signal(object)
    held = Signal(bool)

    def __init__(self, view: WatchlistView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sorting: Sorting | None = None
        self.is_held = False
        self._view = view
        self._states: Sequence[SymbolState] = ()
        self._passes: Filter | None = None
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._follow_market)

    def use_states(self, states: Sequence[SymbolState], pinned: Collection[SymbolState]) -> None:
        """Show these symbols, in the user's order; the pinned ones stand first."""
        self._states = states
        if self._view.pinned != frozenset(pinned):
            self._view.pinned = frozenset(pinned)
            self._view.viewport().update()  # a mark, though no row may move
        self.arrange()

    def use_filter(self, passes: Filter | None) -> None:
        """Show only what passes."""
        self._passes = passes
        self.arrange()

    def keep_sorted(self, sorting: Sorting | None) -> None:
        """Keep the rows sorted from now on; or go back to the user's own order."""
        self.sorting = sorting
        self.arrange()
        self.sorting_changed.emit(sorting)

    @property
    def states(self) -> Sequence[SymbolState]:
        """All symbols of the list, also those that the filter hides."""
        return self._states

    def sorted_now(self, sorting: Sorting) -> list[SymbolState]:
        """Return all symbols as they would be sorted now, to become the user's order."""
        return arranged(self._states, self._view.watchlist.now_ns(), sorting=sorting)

    def arrange(self) -> None:
        """Put the rows where they belong now; the selection stays with its symbols, and so does what is in sight."""
        view = self._view
        anchor = self._anchor()
        now_ns, pinned = view.watchlist.now_ns(), view.pinned
        view.is_arranged = True
        view.watchlist.show(arranged(self._states, now_ns, pinned=pinned, sorting=self.sorting, passes=self._passes))
        view.is_arranged = False
        if anchor is not None:
            self._return_to(*anchor)
        if self.sorting is not None or self._passes is not None:
            self._timer.start()
        else:
            self._timer.stop()
            self._hold(False)

    def _follow_market(self) -> None:
        is_busy = (
            self._view.viewport().underMouse()
            or bool(QApplication.mouseButtons() & Qt.MouseButton.LeftButton)
            or bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)  # rows are being selected
            or self._view.state() is QAbstractItemView.State.EditingState  # a row that goes takes what is typed with it
        )
        self._hold(is_busy)
        if not is_busy:
            self.arrange()

    def _hold(self, is_held: bool) -> None:
        if is_held is not self.is_held:
            self.is_held = is_held
            self.held.emit(is_held)

    def _anchor(self) -> tuple[SymbolState, int] | None:
        """Return the symbol that should stay where it is in sight, the current one or the top, and its height there."""
        view = self._view
        visible, current = view.visible_rows(), view.currentIndex().row()
        if not visible or view.verticalScrollBar().value() == 0:
            return None
        row = current if current in visible else visible[0]
        return view.watchlist.state(row), view.row_top(row)

    def _return_to(self, state: SymbolState, top: int) -> None:
        view = self._view
        row = view.watchlist.row_of(state)
        if row is not None:
            view.updateGeometries()  # else the bar does not reach yet where new rows have pushed the symbol
            bar = view.verticalScrollBar()
            bar.setValue(bar.value() + view.row_top(row) - top)
