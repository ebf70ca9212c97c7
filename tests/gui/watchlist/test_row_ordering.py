from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QEnterEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_ordering import RowSorter
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.market.limits import Limits
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sorting import Sorting

LAST = Sorting("last")
LEFT = Qt.MouseButton.LeftButton


def is_dear(state: SymbolState, now_ns: int) -> bool:
    """Pass symbols with a price above ten."""
    return state.last is not None and state.last > 10


class Painted(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


class Ordered:
    """A visible table with a row sorter, and the signals that it has emitted."""

    def __init__(self, qtbot: QtBot, *symbols: str) -> None:
        self.desk = Desk(*symbols, limits=Limits(symbols=len(symbols)))
        self.model = WatchlistModel(self.desk.clock)
        self.table = WatchlistTable(self.model, load_theme("dark"), flash_enabled=False)
        self.order = RowSorter(self.table, self.table)
        self.sort_paused: list[bool] = []
        self.order.sort_paused.connect(self.sort_paused.append)
        self.states = self.desk.market.states
        self.order.set_states(self.states, ())
        qtbot.addWidget(self.table)
        self.table.resize(900, 300)
        self.table.show()
        qtbot.waitUntil(lambda: self.table.viewport().height() > 0)
        self.leave()

    @property
    def rows(self) -> str:
        return " ".join(state.symbol for state in self.model.states)

    @property
    def selected(self) -> str:
        return " ".join(state.symbol for state in self.table.selected_states())

    def prices(self, *prices: float) -> None:
        """Trade each symbol, at the given prices in manual order."""
        for state, price in zip(self.states, prices, strict=True):
            self.desk.trade(state.symbol, price)
            if state.last != price:  # one far off counts when a second one confirms it
                self.desk.trade(state.symbol, price)

    def second(self) -> None:
        """Let a second pass and run the re-sorting timer."""
        if self.order._timer.isActive():
            self.order._timer.timeout.emit()

    def enter(self) -> None:
        """Move the pointer over the rows."""
        at = QPointF(5, 5)
        QApplication.sendEvent(self.table.viewport(), QEnterEvent(at, at, at))

    def leave(self) -> None:
        QApplication.sendEvent(self.table.viewport(), QEvent(QEvent.Type.Leave))

    def select(self, *symbols: str) -> None:
        """Select rows and make the first one current."""
        rows = [self.rows.split().index(symbol) for symbol in symbols]
        self.table.setCurrentIndex(self.model.index(rows[0], 0))
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in rows:
            self.table.selectionModel().select(self.model.index(row, 0), flags)

    def height_of(self, symbol: str) -> int:
        return self.table.row_top(self.rows.split().index(symbol))


@pytest.fixture
def ordered(qtbot: QtBot) -> Ordered:
    ordered = Ordered(qtbot, "A", "B", "C", "D")
    ordered.prices(11.0, 13.0, 9.0, 12.0)
    return ordered


@pytest.fixture
def long(qtbot: QtBot) -> Ordered:
    """Return five hundred sorted rows with shuffled prices."""
    ordered = Ordered(qtbot, *(f"S{number:03d}" for number in range(500)))
    prices = [1_000.0 + number for number in range(500)]
    random.Random(7).shuffle(prices)
    ordered.prices(*prices)
    ordered.order.keep_sorted(LAST)
    return ordered


def shuffled(ordered: Ordered, seed: int) -> None:
    """Change all prices by less than the outlier filter holds back."""
    numbers = random.Random(seed)
    ordered.prices(*((state.last or 0.0) * numbers.uniform(0.95, 1.05) for state in ordered.states))


def test_the_manual_order_does_not_change_by_itself(ordered: Ordered) -> None:
    ordered.prices(1.0, 2.0, 3.0, 4.0)
    ordered.second()
    assert ordered.rows == "A B C D"
    assert not ordered.order._timer.isActive()


def test_sorting_applies_at_once_and_follows_the_market(ordered: Ordered, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ordered.order.sorting_changed) as changed:
        ordered.order.keep_sorted(LAST)
    assert (changed.args, ordered.rows) == ([LAST], "B D A C")
    ordered.prices(11.0, 13.0, 14.0, 12.0)
    assert ordered.rows == "B D A C"
    ordered.second()
    assert ordered.rows == "C B D A"


def test_the_manual_order_is_restored(ordered: Ordered, qtbot: QtBot) -> None:
    ordered.order.keep_sorted(LAST)
    with qtbot.waitSignal(ordered.order.sorting_changed) as changed:
        ordered.order.keep_sorted(None)
    assert (changed.args, ordered.rows) == ([None], "A B C D")


def test_rows_are_re_sorted_once_a_second_and_not_with_each_price(ordered: Ordered, qapp: QApplication) -> None:
    ordered.order.keep_sorted(LAST)
    assert ordered.order._timer.isActive()
    assert ordered.order._timer.interval() == 1000
    ordered.order._timer.setInterval(10**9)
    moves: list[int] = []
    ordered.model.layoutChanged.connect(lambda: moves.append(1))
    for number in range(1, 4):
        for step in range(number, number + 11):
            ordered.prices(*((1.0, 2.0, 3.0, 4.0) if step % 2 else (4.0, 3.0, 2.0, 1.0)))
            qapp.processEvents()
        assert len(moves) == number - 1
        ordered.second()
        assert len(moves) == number


def test_rows_do_not_move_under_the_pointer_and_a_notice_is_shown(ordered: Ordered) -> None:
    ordered.order.keep_sorted(LAST)
    ordered.enter()
    ordered.prices(11.0, 13.0, 14.0, 12.0)
    ordered.second()
    assert (ordered.rows, ordered.sort_paused) == ("B D A C", [True])
    ordered.second()
    ordered.leave()
    assert ordered.rows == "B D A C"
    ordered.second()
    assert (ordered.rows, ordered.sort_paused) == ("C B D A", [True, False])


def test_the_first_matches_of_a_filter_appear_under_the_pointer(ordered: Ordered) -> None:
    ordered.prices(9.0, 9.0, 9.0, 9.0)
    ordered.enter()
    ordered.order.set_filter(is_dear)
    assert (ordered.rows, ordered.sort_paused) == ("", [])
    ordered.prices(9.0, 11.0, 9.0, 12.0)
    ordered.second()
    assert (ordered.rows, ordered.sort_paused) == ("B D", [])
    ordered.prices(11.0, 11.0, 9.0, 12.0)
    ordered.second()
    assert (ordered.rows, ordered.sort_paused) == ("B D", [True])


def test_rows_do_not_move_during_a_range_selection(ordered: Ordered, qtbot: QtBot) -> None:
    ordered.order.keep_sorted(LAST)
    viewport = ordered.table.viewport()
    qtbot.mousePress(viewport, LEFT, pos=ordered.table.visualRect(ordered.model.index(0, 0)).center())
    ordered.leave()  # dragged out of the table, the button still down
    ordered.prices(11.0, 13.0, 14.0, 12.0)
    ordered.second()
    assert ordered.rows == "B D A C"
    qtbot.mouseRelease(viewport, LEFT)
    ordered.leave()
    ordered.second()
    assert ordered.rows == "C B D A"


def test_rows_do_not_move_while_a_menu_is_open(ordered: Ordered, qtbot: QtBot) -> None:
    ordered.order.keep_sorted(LAST)
    ordered.select("A")
    at = ordered.table.visualRect(ordered.model.index(0, 0)).center()
    where = ordered.table.viewport().mapToGlobal(at)
    QApplication.sendEvent(ordered.table.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, where))
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    ordered.prices(11.0, 13.0, 14.0, 12.0)
    ordered.second()
    assert ordered.rows == "B D A C"
    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.close()
    ordered.leave()
    ordered.second()
    assert ordered.rows == "C B D A"


def test_rows_neither_move_nor_disappear_while_an_alias_is_edited(ordered: Ordered) -> None:
    ordered.order.set_filter(is_dear)
    ordered.select("A")
    ordered.table.edit_alias()
    assert ordered.table.focusWidget() is not ordered.table
    ordered.prices(9.0, 13.0, 9.0, 12.0)
    ordered.second()
    assert ordered.rows == "A B D"
    ordered.table.setFocus()
    ordered.second()
    assert ordered.rows == "B D"


def test_user_actions_apply_at_once_even_under_the_pointer(ordered: Ordered) -> None:
    ordered.enter()
    ordered.order.keep_sorted(LAST)
    assert ordered.rows == "B D A C"
    ordered.order.set_states(ordered.states[:2], ())
    assert ordered.rows == "B A"
    ordered.order.set_filter(is_dear)
    ordered.order.keep_sorted(None)
    assert ordered.rows == "A B"


def test_sorting_is_not_paused_in_the_manual_order(ordered: Ordered) -> None:
    ordered.order.keep_sorted(LAST)
    ordered.enter()
    ordered.second()
    ordered.order.keep_sorted(None)
    assert ordered.sort_paused == [True, False]
    assert not ordered.order.is_sort_paused


def test_pinned_rows_come_first_when_sorted(ordered: Ordered) -> None:
    ordered.order.set_states(ordered.states, ordered.states[2:])
    assert ordered.rows == "C D A B"
    ordered.order.keep_sorted(LAST)
    assert ordered.rows == "D C B A"
    assert ordered.table.pinned == frozenset(ordered.states[2:])


def test_a_pin_is_painted_even_if_no_row_moves(ordered: Ordered, qtbot: QtBot) -> None:
    plain = ordered.table.viewport().grab().toImage()
    painted = Painted()
    ordered.table.viewport().installEventFilter(painted)
    qtbot.wait(1)
    painted.count = 0
    ordered.order.set_states(ordered.states, ordered.states[:1])
    qtbot.waitUntil(lambda: painted.count > 0)
    assert ordered.rows == "A B C D"
    assert ordered.table.viewport().grab().toImage() != plain


def test_a_filter_follows_the_market(ordered: Ordered) -> None:
    ordered.order.set_filter(is_dear)
    assert ordered.rows == "A B D"
    ordered.prices(11.0, 9.0, 14.0, 12.0)
    ordered.second()
    assert ordered.rows == "A C D"
    assert ordered.order.states == ordered.states
    ordered.order.set_filter(None)
    assert ordered.rows == "A B C D"
    assert not ordered.order._timer.isActive()


def test_filtered_rows_are_selected_again_when_they_reappear(ordered: Ordered) -> None:
    ordered.select("C", "A")
    requested: list[object] = []
    ordered.table.chart_requested.connect(requested.append)
    ordered.order.set_filter(is_dear)
    assert (ordered.rows, ordered.selected) == ("A B D", "A")
    ordered.prices(9.0, 13.0, 9.0, 12.0)
    ordered.second()
    assert (ordered.rows, ordered.selected) == ("B D", "")
    ordered.order.set_filter(None)
    assert (ordered.rows, ordered.selected) == ("A B C D", "A C")
    assert ordered.table.current_state is ordered.states[2]
    assert not requested


def test_a_new_selection_discards_the_hidden_one(ordered: Ordered, qtbot: QtBot) -> None:
    ordered.select("C", "A")
    ordered.order.set_filter(is_dear)
    rect = ordered.table.visualRect(ordered.model.index(1, 0))
    qtbot.mouseClick(ordered.table.viewport(), LEFT, pos=rect.center())
    ordered.order.set_filter(None)
    assert ordered.selected == "B"
    assert ordered.table.current_state is ordered.states[1]


def test_clearing_the_filter_scrolls_to_the_current_row_and_market_data_does_not(long: Ordered) -> None:
    table, bar = long.table, long.table.verticalScrollBar()
    current = long.model.state(400)
    long.select(current.symbol)
    long.order.set_filter(lambda state, now_ns: state is not current and (state.last or 0.0) > 1_375)
    bar.setValue(0)
    long.order._filter = lambda state, now_ns: True  # as if all had risen
    long.second()
    assert table.current_state is current
    assert bar.value() == 0
    long.order.set_filter(lambda state, now_ns: state is not current)
    long.order.set_filter(None)
    assert table.current_state is current
    assert table.currentIndex().row() in table.visible_rows()


def test_hidden_rows_that_leave_the_list_are_discarded(ordered: Ordered) -> None:
    ordered.select("C")
    ordered.order.set_filter(is_dear)
    ordered.order.set_states(ordered.states[:2], ())
    ordered.order.set_states(ordered.states, ())
    ordered.order.set_filter(None)
    assert ordered.selected == ""


def test_sorting_once_sorts_all_symbols_and_changes_no_row(ordered: Ordered) -> None:
    ordered.order.set_filter(is_dear)
    once = ordered.order.sort_once(Sorting("last", is_descending=False))
    assert " ".join(state.symbol for state in once) == "C A D B"
    assert ordered.rows == "A B D"


def test_the_selection_stays_on_its_symbols(ordered: Ordered) -> None:
    ordered.select("C", "A")
    ordered.order.keep_sorted(LAST)
    assert (ordered.rows, ordered.selected) == ("B D A C", "A C")
    ordered.prices(9.0, 13.0, 14.0, 12.0)
    ordered.second()
    assert (ordered.rows, ordered.selected) == ("C B D A", "C A")
    assert ordered.table.current_state is ordered.states[2]


def test_selection_and_scroll_position_stay_among_hundreds_of_rows(long: Ordered) -> None:
    table = long.table
    table.verticalScrollBar().setValue(200 * table.rowHeight(0) + 7)
    chosen = [long.model.state(row).symbol for row in (203, 201, 400)]
    long.select(*chosen)
    table.verticalScrollBar().setValue(200 * table.rowHeight(0) + 7)
    for seed in range(3):
        height = long.height_of(chosen[0])
        before = long.rows
        shuffled(long, seed)
        long.second()
        assert long.rows != before
        assert long.height_of(chosen[0]) == height
        assert set(long.selected.split()) == set(chosen)
        prices = [state.last or 0.0 for state in long.model.states]
        assert prices == sorted(prices, reverse=True)


def test_the_top_row_stays_if_the_current_one_is_not_visible(long: Ordered) -> None:
    bar = long.table.verticalScrollBar()
    bar.setValue(250 * long.table.rowHeight(0) + 3)
    top = long.model.state(250).symbol
    shuffled(long, 1)
    long.second()
    assert long.height_of(top) == -3


def test_visible_rows_stay_when_the_current_one_is_removed(long: Ordered) -> None:
    above, other, current = (long.model.state(row) for row in (25, 202, 203))
    long.select(current.symbol)
    long.table.verticalScrollBar().setValue(200 * long.table.rowHeight(0))
    height = long.height_of(other.symbol)
    long.order.set_filter(lambda state, now_ns: state not in (above, current))
    assert long.height_of(other.symbol) == height


def test_the_view_stays_at_the_top(long: Ordered) -> None:
    long.select(long.model.state(3).symbol)
    shuffled(long, 1)
    long.second()
    assert long.table.verticalScrollBar().value() == 0


def test_rows_inserted_above_do_not_move_the_visible_ones(long: Ordered, qtbot: QtBot) -> None:
    bar = long.table.verticalScrollBar()
    most = bar.maximum()
    long.order.keep_sorted(None)
    long.order.set_states(long.states[200:], ())
    qtbot.waitUntil(lambda: bar.maximum() < most)
    bar.setValue(bar.maximum())
    bottom = long.states[-1].symbol
    height = long.height_of(bottom)
    long.order.set_states(long.states, ())
    assert long.height_of(bottom) == height
    long.order.set_states(long.states[200:], ())
    assert long.height_of(bottom) == height


def test_restoring_the_position_requests_no_chart(long: Ordered) -> None:
    table, order = long.table, long.order
    requested: list[object] = []
    first, second = long.model.state(30), long.model.state(31)
    long.select(first.symbol, second.symbol)
    table.verticalScrollBar().setValue(333)
    place = order.position
    order.set_states((), ())
    order.set_states(long.states, ())
    assert long.selected == ""
    table.chart_requested.connect(requested.append)
    order.restore_position(place)
    assert long.selected == f"{first.symbol} {second.symbol}"
    assert (table.current_state, table.verticalScrollBar().value()) == (first, 333)
    assert not requested


def test_restoring_the_position_skips_removed_symbols(ordered: Ordered) -> None:
    ordered.select("A", "B")
    place = ordered.order.position
    ordered.order.set_states((), ())
    ordered.order.set_states(ordered.states[1:], ())
    ordered.order.restore_position(place)
    assert ordered.selected == "B"
