from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.empty_view import EmptyText, EmptyView
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.watchlist.columns import COLUMN_INDEX
from ticker_gui.watchlist.sorting import Sorting


class Shown:
    """A visible panel with a small market."""

    def __init__(self, qtbot: QtBot) -> None:
        self.desk = Desk("A", "B", "C")
        self.panel = WatchlistPanel(self.desk.clock, load_theme("dark"), flash_enabled=False)
        self.table = self.panel.table
        self.states = self.desk.market.states
        for symbol, price in (("A", 11.0), ("B", 13.0), ("C", 9.0)):
            self.desk.trade(symbol, price)
        self.panel.order.set_states(self.states, ())
        self.panel.tabs.show_lists(["One", "Two"], 0)
        qtbot.addWidget(self.panel)
        self.panel.resize(900, 300)
        self.panel.show()
        self.panel.activateWindow()
        qtbot.waitUntil(lambda: self.table.viewport().height() > 0)
        self._qtbot = qtbot

    @property
    def rows(self) -> str:
        return " ".join(state.symbol for state in self.panel.model.states)

    @property
    def held(self) -> ElidedLabel:
        label = self.panel.findChild(ElidedLabel, "held")
        assert isinstance(label, ElidedLabel)
        return label

    def find(self, text: str) -> QLineEdit:
        """Type into the filter field and return it."""
        self.panel.filter.open_filter()
        field = self.panel.findChild(QLineEdit, "filter")
        assert isinstance(field, QLineEdit)
        self._qtbot.keyClicks(field, text)
        return field

    def click_title(self, key: str) -> None:
        header = self.table.horizontalHeader()
        at = QPoint(header.sectionViewportPosition(COLUMN_INDEX[key]) + header.sectionSize(COLUMN_INDEX[key]) // 2, 5)
        self._qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def point(self, is_inside: bool) -> None:
        """Move the pointer over the rows or away from them, and let a second pass."""
        at = QPointF(5, 5)
        event = QEnterEvent(at, at, at) if is_inside else QEvent(QEvent.Type.Leave)
        QApplication.sendEvent(self.table.viewport(), event)
        self.panel.order._timer.timeout.emit()


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_a_title_sorts_then_reverses_then_restores_the_manual_order(shown: Shown) -> None:
    header = shown.table.header
    shown.click_title("last")
    assert (shown.rows, header.sorting) == ("B A C", Sorting("last", is_descending=True))
    shown.click_title("last")
    assert (shown.rows, header.sorting) == ("C A B", Sorting("last", is_descending=False))
    shown.click_title("last")
    assert (shown.rows, header.sorting) == ("A B C", None)


def test_text_is_sorted_from_a_and_sparklines_are_not_sorted(shown: Shown) -> None:
    shown.panel.order.set_states(shown.states[::-1], ())
    shown.click_title("symbol")
    assert shown.rows == "A B C"
    shown.click_title("symbol")
    assert shown.rows == "C B A"
    before = shown.panel.order.sorting
    shown.click_title("line")
    assert shown.panel.order.sorting == before


def test_another_title_starts_with_its_first_order(shown: Shown) -> None:
    shown.click_title("last")
    shown.click_title("symbol")
    assert shown.panel.order.sorting == Sorting("symbol", is_descending=False)


def test_the_filter_finds_rows_and_escape_clears_it_and_focuses_the_rows(shown: Shown, qtbot: QtBot) -> None:
    field = shown.find("last > 10")
    assert shown.rows == "A B"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert shown.rows == "A B C"
    assert shown.table.hasFocus()


def test_a_filter_error_is_readable_in_full_and_moves_no_row(shown: Shown, qtbot: QtBot) -> None:
    field = shown.find("last > 0")
    complaint = shown.panel.findChild(QLabel, "filter_complaint")
    assert isinstance(complaint, QLabel)
    qtbot.waitUntil(lambda: complaint.width() > 800)
    top = shown.table.viewport().mapTo(shown.panel, QPoint(0, 0))
    field.setText("chnge% > 2")
    QApplication.processEvents()
    assert "Did you mean" in complaint.text()
    assert complaint.fontMetrics().horizontalAdvance(complaint.text()) <= complaint.width()
    assert shown.table.viewport().mapTo(shown.panel, QPoint(0, 0)) == top


def button(panel: WatchlistPanel, name: str) -> QPushButton:
    found = panel.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def test_a_filter_without_matches_is_cleared_by_one_click(shown: Shown, qtbot: QtBot) -> None:
    clear = button(shown.panel, "empty_list_action")
    assert not clear.isVisible()
    shown.find("nothing_such")
    assert shown.rows == ""
    assert (clear.isVisible(), clear.text()) == (True, "Clear filter")
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert shown.rows == "A B C"
    assert not clear.isVisible()
    assert not shown.panel.filter.isVisible()


def test_an_empty_list_names_itself_and_says_how_to_add_symbols(shown: Shown, qtbot: QtBot) -> None:
    panel = shown.panel
    panel.model.set_feed_marks({"desk": StateMark.LIVE})
    panel.order.set_states((), ())
    panel.tabs.show_lists(["Energy", "Two"], 0)
    empty = panel.findChild(EmptyView, "empty_list")
    assert isinstance(empty, EmptyView)
    assert empty.text == EmptyText(
        "Energy is empty", "Type symbols, paste a column of them, or drop a file here.", "Add symbols"
    )
    assert empty.geometry() == shown.table.viewport().rect()
    with qtbot.waitSignal(panel.add_requested):
        qtbot.mouseClick(button(panel, "empty_list_action"), Qt.MouseButton.LeftButton)
    panel.resize(500, 400)
    assert empty.geometry() == shown.table.viewport().rect()
    connect = button(panel, "empty_list_second_action")
    assert not connect.isVisible()
    panel.model.set_feed_marks({"desk": StateMark.DEMO})
    assert (connect.isVisible(), connect.text()) == (True, "Connect a feed…")
    with qtbot.waitSignal(panel.connection_requested):
        qtbot.mouseClick(connect, Qt.MouseButton.LeftButton)
    panel.order.set_states(shown.states, ())
    assert not empty.isVisible()


def test_a_notice_says_that_sorting_is_paused_and_moves_no_row(shown: Shown, qtbot: QtBot) -> None:
    assert not shown.held.isVisible()
    shown.click_title("last")
    area, tabs = shown.table.geometry(), shown.panel.tabs.bar.geometry()
    shown.point(is_inside=True)
    qtbot.waitUntil(shown.held.isVisible)
    shown.panel.grab()  # lays it out
    assert shown.held.displayed_text == "Sorting paused while the pointer is over the list."
    assert (shown.table.geometry(), shown.panel.tabs.bar.geometry()) == (area, tabs)
    shown.point(is_inside=False)
    assert not shown.held.isVisible()


def test_a_narrow_panel_stays_narrow_while_sorting_is_paused(shown: Shown) -> None:
    shown.click_title("last")
    before = shown.panel.minimumSizeHint().width()
    shown.point(is_inside=True)
    assert shown.panel.minimumSizeHint().width() == before
    shown.panel.resize(420, 300)
    shown.panel.grab()  # lays it out
    assert shown.held.displayed_text == "Sorting paused"
    assert shown.held.toolTip()


def test_focusing_the_panel_focuses_the_rows(shown: Shown) -> None:
    shown.find("a")
    shown.panel.setFocus()
    assert shown.table.hasFocus()


def test_escape_in_the_rows_clears_an_open_filter(shown: Shown, qtbot: QtBot) -> None:
    field = shown.find("b")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert shown.rows == "B"
    assert shown.table.hasFocus()
    qtbot.keyClick(shown.table, Qt.Key.Key_Escape)
    assert shown.rows == "A B C"
    assert not shown.panel.filter.isVisible()
    assert shown.table.hasFocus()


def test_the_filter_counts_its_matches_also_when_the_list_changes(shown: Shown) -> None:
    shown.find("last > 10")
    count = shown.panel.findChild(QLabel, "filter_count")
    assert isinstance(count, QLabel)
    assert count.text() == "2 of 3"
    shown.panel.order.set_states(shown.states[:2], ())
    assert count.text() == "2 of 2"
    shown.panel.filter.close_filter()
    assert count.text() == ""


def test_a_button_beside_the_tabs_opens_and_closes_the_filter(shown: Shown, qtbot: QtBot) -> None:
    toggle = shown.panel.findChild(QToolButton, "filter_button")
    assert isinstance(toggle, QToolButton)
    for is_open in (True, False):
        qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
        assert shown.panel.filter.isVisible() is is_open


def test_every_control_has_an_accessible_name_and_a_tooltip(shown: Shown) -> None:
    shown.panel.filter.open_filter()
    shown.panel.resize(900, 700)
    shown.table.selectRow(0)
    controls: list[QAbstractButton | QLineEdit] = [
        *shown.panel.findChildren(QAbstractButton), *shown.panel.findChildren(QLineEdit)
    ]  # fmt: skip
    visible = [one for one in controls if one.isVisible() and not one.objectName().startswith(("qt_", "Scroll"))]
    assert len(visible) >= 6
    for one in visible:
        assert one.accessibleName() or (isinstance(one, QAbstractButton) and one.text()), one.objectName()
        is_inside_field = isinstance(one.parent(), QLineEdit)  # whose tooltip it has
        assert one.toolTip() or is_inside_field, one.objectName()


def test_the_details_are_those_of_the_charted_symbol_while_the_filter_hides_its_row(shown: Shown) -> None:
    details = shown.panel.details
    shown.table.selectRow(0)
    field = shown.find("b")
    assert shown.rows == "B"
    assert details.accessibleDescription().startswith("A, ")
    field.clear()
    assert shown.rows == "A B C"
    shown.table.selectRow(1)
    assert shown.panel.order.current_state is shown.states[1]


def test_numbers_are_shown_and_read_in_the_format_of_the_user(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.table.selectRow(0)
    assert "11.00" in shown.panel.details.accessibleDescription()
    shown.panel.set_style(NumberStyle(",", "."))
    assert "11,00" in shown.panel.details.accessibleDescription()
    shown.find("last < 1.000,5")
    assert shown.rows == "A B C"
