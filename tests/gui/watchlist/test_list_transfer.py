from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from pytestqt.qtbot import QtBot

from tests.gui.watchlist.test_list_controller import Setup
from ticker_gui.gui.watchlist.list_transfer import ListTransfer
from ticker_gui.gui.watchlist.row_menu import list_items
from ticker_gui.gui.widgets.menus import MenuCommand


@pytest.fixture
def setup(qtbot: QtBot) -> Setup:
    """Return the list Watchlist with four rows, and the lists Two and Three, which are empty."""
    setup = Setup()
    setup.show(qtbot)
    ListTransfer(setup.list_controller, setup.panel)
    for name in ("Two", "Three"):
        setup.list_controller.new_list()
        setup.list_controller.rename_list(setup.list_controller.active_index, name)
    setup.list_controller.show(0)
    return setup


def _symbols(setup: Setup, index: int) -> str:
    return " ".join(entry.symbol for entry in setup.list_controller.lists.lists[index].entries)


def _commands(setup: Setup) -> dict[str, MenuCommand]:
    items = list_items(setup.table, setup.table.selected_states())
    return {item.text: item for item in items if isinstance(item, MenuCommand)}


def test_selected_rows_are_added_to_a_list_from_the_menu(setup: Setup) -> None:
    setup.select("A", "C")
    assert list(_commands(setup)) == ["Two", "Three", "&New list"]
    _commands(setup)["Three"].act()
    assert (_symbols(setup, 2), setup.rows) == ("A C", "A B C BTC-USD")
    assert setup.undo_offers == ["Added 2 symbols to Three."]
    setup.list_controller.undo()
    assert _symbols(setup, 2) == ""


def test_symbols_that_are_in_the_list_already_are_counted(setup: Setup) -> None:
    setup.select("A")
    _commands(setup)["Two"].act()
    setup.select("A", "B")
    _commands(setup)["Two"].act()
    assert setup.undo_offers[-1] == "Added B to Two. 1 was in it already."
    assert setup.list_controller.history.undo_text == "Undo: add B to Two"
    _commands(setup)["Two"].act()
    assert setup.messages[-1] == "2 symbols are already in Two."


def test_rows_are_added_to_the_chosen_list_although_the_lists_have_changed_meanwhile(setup: Setup) -> None:
    setup.select("A")
    commands = _commands(setup)
    setup.list_controller.delete_list(1)
    commands["Three"].act()
    assert _symbols(setup, 1) == "A"
    commands["Two"].act()
    assert setup.messages[-1] == "Two no longer exists."


def test_a_list_that_is_full_is_reported(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker_gui.watchlist.lists.MAX_ENTRIES", 1)
    setup.select("A", "B")
    _commands(setup)["Two"].act()
    assert setup.undo_offers == []
    assert [message.partition(":")[0] for message in setup.messages] == ["Cannot add 2 more to Two"]


def test_a_new_list_gets_the_selected_rows_and_asks_for_its_name(setup: Setup) -> None:
    setup.select("B", "C")
    _commands(setup)["&New list"].act()
    assert (setup.rows, setup.list_controller.active_index) == ("B C", 3)
    editor = setup.tabs.bar._editor
    assert editor.isVisible()
    assert editor.selectedText() == "Watchlist 2"


class _Drag:
    """A drag of the selected rows over the tabs."""

    def __init__(self, setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
        self._setup = setup
        self._mime = QMimeData()
        self._mime.setText("x")
        for kind in (QDragMoveEvent, QDropEvent):
            monkeypatch.setattr(kind, "source", lambda event: setup.table)

    def over(self, index: int) -> bool:
        at = self._setup.tabs.bar.tabRect(index).center()
        event = QDragMoveEvent(QPoint(at), *self._how())
        self._setup.tabs.bar.dragMoveEvent(event)
        return event.isAccepted()

    def drop(self, index: int) -> bool:
        at = self._setup.tabs.bar.tabRect(index).center()
        event = QDropEvent(QPointF(at), *self._how())
        event.ignore()
        self._setup.tabs.bar.dropEvent(event)
        return event.isAccepted()

    def _how(self) -> tuple[Qt.DropAction, QMimeData, Qt.MouseButton, Qt.KeyboardModifier]:
        move = Qt.DropAction.MoveAction
        return move, self._mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def test_rows_dragged_onto_a_tab_are_copied_to_its_list(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    drag = _Drag(setup, monkeypatch)
    setup.select("A", "B")
    assert drag.over(1)
    assert drag.drop(1)
    assert (_symbols(setup, 1), setup.rows) == ("A B", "A B C BTC-USD")
    assert setup.undo_offers == ["Added 2 symbols to Two."]


def test_the_tab_of_the_displayed_list_accepts_no_rows(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    drag = _Drag(setup, monkeypatch)
    setup.select("A")
    assert not drag.over(0)
    assert not drag.drop(0)
    assert not setup.undo_offers
