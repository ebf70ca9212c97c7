"""Moves in sorted lists, and their undo."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.watchlist.test_list_controller import Setup
from ticker_gui.config.settings import Feed
from ticker_gui.watchlist.sorting import Sorting

DESCENDING = Sorting("symbol")


@pytest.fixture
def setup(qtbot: QtBot) -> Setup:
    """Return a list with B, A, D and C in this manual order."""
    setup = Setup(Feed("ws://desk", ("B", "A", "D", "C"), "desk", "demo"))
    setup.show(qtbot)
    return setup


def _sort(setup: Setup, sorting: Sorting | None) -> None:
    setup.table.header.sorting_requested.emit(sorting)


def test_undo_after_a_move_in_a_sorted_list_restores_the_sorting_and_the_manual_order(setup: Setup) -> None:
    _sort(setup, DESCENDING)
    assert setup.rows == "D C B A"
    setup.table.move_requested.emit(setup.panel.model.states[3:], setup.panel.model.states[0])
    assert (setup.rows, setup.table.header.sorting) == ("A D C B", None)
    setup.list_controller.undo()
    assert (setup.rows, setup.table.header.sorting) == ("D C B A", DESCENDING)
    setup.list_controller.redo()
    assert (setup.rows, setup.table.header.sorting) == ("A D C B", None)
    setup.list_controller.undo()
    _sort(setup, None)
    assert setup.rows == "B A D C"


def test_undo_after_sorting_once_restores_the_sorting_before(setup: Setup) -> None:
    _sort(setup, DESCENDING)
    setup.list_controller.rows.sort(Sorting("symbol", is_descending=False))
    assert (setup.rows, setup.table.header.sorting) == ("A B C D", None)
    setup.list_controller.undo()
    assert (setup.rows, setup.table.header.sorting) == ("D C B A", DESCENDING)


def test_a_row_that_cannot_move_further_leaves_the_list_sorted(setup: Setup) -> None:
    _sort(setup, DESCENDING)
    setup.select("D")
    setup.table.request_shift(-1)
    assert (setup.rows, setup.table.header.sorting) == ("D C B A", DESCENDING)
    assert not setup.undo_offers
    assert not setup.list_controller.history.can_undo


def test_undo_of_other_changes_does_not_touch_the_sorting(setup: Setup) -> None:
    setup.select("A")
    setup.table.request_shift(-1)
    _sort(setup, DESCENDING)
    setup.list_controller.undo()
    assert setup.table.header.sorting == DESCENDING
