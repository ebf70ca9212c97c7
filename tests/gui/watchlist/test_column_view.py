from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.header import ColumnHeader
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.measures import SCROLL_BAR_WIDTH
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.watchlist.column_choice import ADDED_ORDER, LEFT_OUT_ORDER, ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX


class Shown:
    """A visible table."""

    def __init__(self, qtbot: QtBot) -> None:
        desk = Desk("A", "B")
        model = WatchlistModel(desk.clock)
        model.show(desk.market.states)
        self.view = WatchlistView(model, load_theme("dark"))
        qtbot.addWidget(self.view)
        self.view.resize(740, 300)
        self.view.show()

    @property
    def keys(self) -> list[str]:
        return [key for key in self.view.columns_in_room if not self.view.isColumnHidden(COLUMN_INDEX[key])]

    @property
    def total(self) -> int:
        return sum(self.view.columnWidth(COLUMN_INDEX[key]) for key in self.keys)

    def resized(self, width: int) -> int:
        """Set the width, and return the number of columns."""
        self.view.resize(width, 300)
        return len(self.keys)

    def width(self, key: str) -> int:
        return self.view.columnWidth(COLUMN_INDEX[key])


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_no_text_is_measured_while_the_list_is_resized(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []
    monkeypatch.setattr(shown.view._cells, "_measured_width", measured.append)
    for width in range(740, 150, -50):
        shown.resized(width)
    assert not measured


def test_columns_that_appear_and_disappear_are_not_measured_for_the_height_of_the_titles(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []
    monkeypatch.setattr(ColumnHeader, "initStyleOptionForIndex", lambda header, option, index: measured.append(index))
    monkeypatch.setattr(ColumnHeader, "paintSection", lambda *_: None)
    height = shown.view.header.height()
    for width in (740, 300, 740):
        shown.resized(width)
    assert not measured
    assert shown.view.header.height() == shown.view.header.sizeHint().height() == height


def test_default_columns_are_left_out_in_the_documented_order_and_return_in_reverse(shown: Shown) -> None:
    order = [key for key in LEFT_OUT_ORDER if key in shown.keys]
    changes: list[tuple[str, ...]] = []
    before = shown.keys
    for width in (*range(740, 150, -4), *range(150, 740, 4)):
        shown.view.resize(width, 300)
        if shown.keys != before:
            changes.append(tuple({*before}.symmetric_difference(shown.keys)))
            before = shown.keys
        if len(shown.keys) > 3:
            assert shown.total <= shown.view.viewport().width()
    assert changes == [(key,) for key in (*order, *reversed(order))]
    assert len(shown.keys) == 7


def test_columns_that_were_left_out_return_with_their_usual_widths(shown: Shown) -> None:
    before = shown.width("line")
    for width in range(740, 150, -4):
        shown.view.resize(width, 300)
    shown.view.resize(740, 300)
    assert shown.width("line") == before
    assert shown.view.widths == {}


def test_a_list_that_becomes_longer_than_its_view_keeps_its_columns(
    shown: Shown, qapp: QApplication, qtbot: QtBot
) -> None:
    apply_theme(qapp, load_theme("dark"))
    bar = shown.view.verticalScrollBar()
    for width in range(380, 700, 13):
        shown.view.resize(740, 300)  # the columns of a width are those of a view that was wide
        shown.view.resize(width, 300)
        before = shown.keys
        shown.view.resize(width, 60)
        qtbot.waitUntil(bar.isVisible)
        assert shown.keys == before, width
        shown.view.resize(width, 300)
        qtbot.waitUntil(lambda: not bar.isVisible())
        assert shown.keys == before, width


def test_a_splitter_that_trembles_around_a_limit_changes_no_column(shown: Shown) -> None:
    width = next(width for width in range(740, 150, -1) if shown.resized(width) != 7)
    before = shown.keys
    for step in (1, 0, 3, -2, 4, 1, -1, 2):
        shown.view.resize(width + step, 300)
        assert shown.keys == before


def test_the_choice_of_the_user_never_changes_with_the_width(shown: Shown) -> None:
    shown.view.toggle_column("bid")
    chosen = shown.keys
    assert "bid" in chosen
    for width in (250, 600, 740):
        shown.view.resize(width, 300)
        assert shown.keys == chosen
    shown.view.resize(250, 300)
    assert shown.view.horizontalScrollBar().maximum() > 0


def test_the_choice_in_a_narrow_list_starts_from_the_columns_in_view(shown: Shown) -> None:
    shown.view.resize(420, 300)
    in_view = shown.keys
    assert "range" not in in_view
    shown.view.toggle_column("bid")
    assert sorted(shown.keys) == sorted([*in_view, "bid"])
    shown.view.toggle_column("bid")
    assert shown.keys == in_view
    shown.view.resize(740, 300)
    assert shown.keys == in_view
    shown.view.set_column_choice(ColumnChoice())
    assert len(shown.keys) == 7


def test_a_column_that_was_left_out_can_be_switched_on_alone(shown: Shown) -> None:
    shown.view.resize(420, 300)
    before = shown.keys
    shown.view.toggle_column("range")
    assert sorted(shown.keys) == sorted([*before, "range"])


def test_the_symbols_get_the_rest_of_the_width_until_the_user_sets_theirs(shown: Shown) -> None:
    for width in (740, 700):
        shown.view.resize(width, 300)
        assert shown.total == shown.view.viewport().width()
    assert shown.view.widths == {}
    shown.view.header.resizeSection(COLUMN_INDEX["symbol"], 150)  # as a drag does
    shown.view.resize(740, 300)
    assert shown.width("symbol") == 150
    assert shown.view.widths == {"symbol": 150}


def test_a_width_that_the_user_sets_survives_a_change_of_density(shown: Shown, qtbot: QtBot) -> None:
    shown.view.header.resizeSection(COLUMN_INDEX["last"], 200)
    before = shown.view.rowHeight(0)
    with qtbot.waitSignal(shown.view.density_changed):
        shown.view.set_dense(True)
    assert shown.view.rowHeight(0) < before
    assert shown.view.is_dense
    assert shown.width("last") == 200
    assert shown.view.widths == {"last": 200}


def test_titles_of_numbers_end_where_the_numbers_do(shown: Shown) -> None:
    alignment = shown.view.watchlist.headerData(
        COLUMN_INDEX["last"], Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole
    )
    assert alignment & Qt.AlignmentFlag.AlignRight
    assert shown.view.header.height() >= 28
    assert shown.view.indexAt(QPoint(5, 5)).row() == 0


def test_more_room_first_widens_what_is_drawn_and_the_symbols(shown: Shown) -> None:
    sizes = range(740, 400, -1)
    narrow = next(width for width in sizes if shown.resized(width) == 7 and shown.total == least_total(shown))
    before = {key: shown.width(key) for key in shown.keys}
    shown.view.resize(narrow + 10, 300)
    assert {key for key in before if shown.width(key) != before[key]} <= {"symbol", "line"}
    assert shown.total == shown.view.viewport().width()


def least_total(shown: Shown) -> int:
    return sum(shown.view._cells.least_width(COLUMN_INDEX[key]) for key in shown.keys) + SCROLL_BAR_WIDTH


def test_a_wide_list_adds_columns_instead_of_leaving_a_gap(shown: Shown) -> None:
    chosen = shown.view.column_choice
    assert shown.resized(740) == 7
    seen = [shown.resized(width) for width in range(740, 1700, 20)]
    assert seen == sorted(seen)
    assert seen[-1] == 7 + len(ADDED_ORDER)
    assert shown.total == shown.view.viewport().width()
    assert shown.width("line") > 2 * shown.view._cells.default_width(COLUMN_INDEX["line"])
    assert shown.view.column_choice == chosen  # what is saved
    assert set(shown.view.columns_in_room) == {*chosen.keys, *ADDED_ORDER}
    assert tuple(key for key in shown.view.columns_in_room if key in chosen.keys) == chosen.keys
    narrower = [shown.resized(width) for width in reversed(range(740, 1700, 20))]
    assert narrower == sorted(narrower, reverse=True)
    assert shown.view.columns_in_room == chosen.keys


def test_a_wide_list_adds_no_column_without_data_or_to_the_choice_of_the_user(shown: Shown) -> None:
    shown.view.set_columns_without_data(frozenset({"bid", "ask"}))
    assert shown.resized(1800) == 5 + len(ADDED_ORDER)
    shown.view.set_columns(["symbol", "last", "line"])
    assert shown.keys == ["symbol", "last", "line"]
    assert shown.resized(1700) == 3


def test_a_column_that_a_wide_list_has_added_can_be_switched_off(shown: Shown) -> None:
    shown.view.resize(1700, 300)
    before = list(shown.view.columns_in_room)
    shown.view.toggle_column("bid")
    assert list(shown.view.columns_in_room) == [key for key in before if key != "bid"]
    assert shown.view.isColumnHidden(COLUMN_INDEX["bid"])
    shown.view.resize(1500, 300)
    assert shown.view.isColumnHidden(COLUMN_INDEX["bid"])
