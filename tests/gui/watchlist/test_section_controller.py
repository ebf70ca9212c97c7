"""Sections of a list as a user works with them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QLineEdit
from pytestqt.qtbot import QtBot

from tests.gui.watchlist.test_list_controller import Setup
from ticker_gui.config.settings import Feed
from ticker_gui.gui.watchlist.list_importer import ListImporter
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX
from ticker_gui.watchlist.sorting import Sorting

DESK = Feed("ws://desk", ("A", "B", "C", "D", "E"), "desk", "demo")


@pytest.fixture
def setup(qtbot: QtBot) -> Setup:
    """Return a list with A, B and C above the section One with D and E."""
    setup = Setup(DESK)
    setup.show(qtbot)
    setup.list_controller.sections.add(_states(setup, "DE"))
    _type_name(setup, qtbot, "One")
    return setup


def _states(setup: Setup, symbols: str) -> list[SymbolState]:
    return [state for state in setup.panel.model.states if state.symbol in symbols]


def _type_name(setup: Setup, qtbot: QtBot, name: str) -> None:
    """Type the name of a section; the editor closes in the event loop."""
    editor = [one for one in setup.table.viewport().findChildren(QLineEdit) if one.isVisible()][-1]
    editor.setText(name)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    editing = QAbstractItemView.State.EditingState
    qtbot.waitUntil(lambda: setup.table.state() is not editing)


def test_the_editor_covers_the_name_over_the_width_of_the_table(setup: Setup) -> None:
    setup.list_controller.sections.add(_states(setup, "AB"))
    (editor,) = [one for one in setup.table.viewport().findChildren(QLineEdit) if one.isVisible()]
    assert (editor.x(), editor.width()) == (0, setup.table.viewport().width())


def _row(setup: Setup, symbol: str) -> int:
    return setup.rows.split().index(symbol)


def _click(setup: Setup, symbol: str) -> None:
    at = QPoint(20, setup.table.row_top(_row(setup, symbol)) + 8)
    QTest.mouseClick(setup.table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def test_a_new_section_gets_the_selected_rows_and_a_name(setup: Setup, qtbot: QtBot) -> None:
    assert setup.rows == "A B C One D E"
    setup.select("A")
    setup.table.request_section()
    _type_name(setup, qtbot, "Two")
    assert setup.rows == "B C One D E Two A"
    setup.list_controller.undo()
    setup.list_controller.undo()
    assert setup.rows == "A B C One D E"


@pytest.mark.parametrize(
    ("current", "rows"),
    [
        ("D", "A B C One D E X A2 Two"),
        ("E", "A B C One D E X A2 Two"),
        ("One", "A B C One D E X A2 Two"),
        ("Two", "A B C One D E Two X A2"),
        ("B", "A B C X A2 One D E Two"),
        ("", "A B C X A2 One D E Two"),
    ],
)
def test_new_symbols_go_into_the_section_of_the_current_row(
    current: str, rows: str, setup: Setup, qtbot: QtBot
) -> None:
    setup.list_controller.sections.add([])
    _type_name(setup, qtbot, "Two")
    setup.table.setCurrentIndex(setup.panel.model.index(_row(setup, current), 0) if current else QModelIndex())
    setup.list_controller.add_text("desk", "X A A2")  # A is in the list and stays where it is
    assert setup.rows == rows
    setup.list_controller.undo()
    assert setup.rows == "A B C One D E Two"


def test_a_folded_section_unfolds_to_show_its_new_symbols(setup: Setup) -> None:
    _click(setup, "One")
    assert setup.rows == "A B C One"
    setup.table.setCurrentIndex(setup.panel.model.index(_row(setup, "One"), 0))
    setup.list_controller.add_text("desk", "X")
    assert setup.rows == "A B C One D E X"
    assert setup.table.current_state is not None
    assert setup.table.current_state.symbol == "X"


def test_new_symbols_do_not_follow_a_pinned_row_into_its_section(setup: Setup) -> None:
    setup.list_controller.pin(_states(setup, "D"), True)
    setup.select("D")
    setup.list_controller.add_text("desk", "X")
    assert setup.rows == "D A B C X One E"


def test_a_click_on_a_heading_folds_its_section(setup: Setup) -> None:
    _click(setup, "One")
    assert setup.rows == "A B C One"
    _click(setup, "One")
    assert setup.rows == "A B C One D E"


@pytest.mark.parametrize(
    ("keys", "rows"),
    [
        ([Qt.Key.Key_Left], "A B C One"),
        ([Qt.Key.Key_Space], "A B C One"),
        ([Qt.Key.Key_Left, Qt.Key.Key_Left], "A B C One"),
        ([Qt.Key.Key_Left, Qt.Key.Key_Right], "A B C One D E"),
        ([Qt.Key.Key_Return, Qt.Key.Key_Return], "A B C One D E"),
    ],
)
def test_keys_fold_the_section_of_the_current_heading(setup: Setup, keys: list[Qt.Key], rows: str) -> None:
    setup.select("C")
    QTest.keyClick(setup.table, Qt.Key.Key_Down)
    assert setup.table.current_heading is not None
    for key in keys:
        QTest.keyClick(setup.table, key)
    assert setup.rows == rows


def test_a_heading_is_not_a_symbol(setup: Setup) -> None:
    setup.table.selectAll()
    assert setup.selected == "A B C D E"
    setup.select("C")
    requested: list[object] = []
    setup.table.chart_requested.connect(requested.append)
    QTest.keyClick(setup.table, Qt.Key.Key_Down)
    assert (setup.table.current_state, setup.table.selected_states(), requested) == (None, [], [])
    QTest.keyClick(setup.table, Qt.Key.Key_Down)
    assert setup.table.current_state is _states(setup, "D")[0]


def test_symbols_are_moved_over_a_heading(setup: Setup) -> None:
    setup.select("D")
    setup.table.request_shift(-1)
    assert setup.rows == "A B C D One E"
    setup.table.move_requested.emit(_states(setup, "A"), None)
    assert setup.rows == "B C D One E A"
    setup.table.move_requested.emit(_states(setup, "A"), setup.panel.model.state(_row(setup, "One")))
    assert setup.rows == "B C D A One E"


def test_a_section_is_moved_renamed_and_removed_as_one(setup: Setup, qtbot: QtBot) -> None:
    setup.list_controller.sections.add(_states(setup, "B"))
    _type_name(setup, qtbot, "Two")
    assert setup.rows == "A C One D E Two B"
    assert setup.table.current_heading is not None
    setup.table.request_shift(-1)
    assert setup.rows == "A C Two B One D E"
    setup.table.edit_alias()
    _type_name(setup, qtbot, "Three")
    assert setup.rows == "A C Three B One D E"
    setup.table.request_removal()
    assert setup.rows == "A C B One D E"
    assert setup.undo_offers == ["Removed the section Three. Its symbols stay in the list."]


def test_a_heading_stays_the_current_row_when_its_name_is_restored(setup: Setup, qtbot: QtBot) -> None:
    setup.table.setCurrentIndex(setup.panel.model.index(_row(setup, "One"), 0))
    setup.table.edit_alias()
    _type_name(setup, qtbot, "Two")
    names = [setup.rows]
    for change in (setup.list_controller.undo, setup.list_controller.redo):
        change()
        names.append(setup.rows)
        assert setup.table.current_state is None
    assert names == ["A B C Two D E", "A B C One D E", "A B C Two D E"]


def test_a_heading_is_not_that_of_another_list(setup: Setup) -> None:
    setup.table.setCurrentIndex(setup.panel.model.index(_row(setup, "One"), 0))
    heading = setup.table.current_heading
    setup.list_controller.new_list()
    setup.list_controller.sections.add([])
    assert setup.rows == "New section"
    assert setup.table.watchlist.heading(setup.panel.model.index(0, 0)) is not heading


def test_the_row_that_takes_the_place_of_a_removed_heading_is_charted(setup: Setup, qtbot: QtBot) -> None:
    setup.table.setCurrentIndex(setup.panel.model.index(_row(setup, "One"), 0))
    with qtbot.waitSignal(setup.table.chart_requested) as charted:
        setup.table.request_removal()
    assert charted.args == [setup.table.current_state]


def test_the_charted_symbol_is_the_current_row_after_a_new_section_is_undone(setup: Setup, qtbot: QtBot) -> None:
    charted = list[str]()
    setup.table.chart_requested.connect(lambda state: charted.append(state.symbol))
    setup.select("B", "A")
    setup.table.request_section()
    _type_name(setup, qtbot, "Two")
    assert setup.rows == "C One D E Two A B"
    for _ in range(2):
        setup.list_controller.undo()
    assert setup.rows == "A B C One D E"
    assert setup.selected == "B"
    current = setup.table.current_state
    assert current is not None
    assert (current.symbol, charted[-1]) == ("B", "B")


def test_rows_are_sorted_within_their_sections_and_the_filter_hides_empty_ones(setup: Setup) -> None:
    setup.panel.order.keep_sorted(Sorting("symbol"))
    assert setup.rows == "C B A One E D"
    setup.panel.order.set_filter(lambda state, now_ns: state.symbol == "B")
    assert setup.rows == "B"
    setup.panel.order.set_filter(lambda state, now_ns: state.symbol == "D")
    assert setup.rows == "One D"


def test_a_heading_has_an_accessible_description(setup: Setup) -> None:
    index = setup.panel.model.index(_row(setup, "One"), 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "One, section, 2 symbols, unfolded"
    assert setup.panel.model.index(_row(setup, "One"), COLUMN_INDEX["last"]).data() is None


def test_an_imported_list_keeps_its_sections(setup: Setup) -> None:
    ListImporter(setup.list_controller, setup.panel, lambda: "desk", setup.messages.append)
    setup.table.text_dropped.emit("###Tech,X,Y,###One,A,Z")
    assert setup.rows == "B C One A D E Z Tech X Y"
    setup.list_controller.undo()
    assert setup.rows == "A B C One D E"
