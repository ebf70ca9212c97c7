from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.watchlist.columns import COLUMN_INDEX


class Shown:
    """A visible table."""

    def __init__(self, qtbot: QtBot) -> None:
        desk = Desk("A", "B")
        model = WatchlistModel(desk.clock)
        model.show(desk.market.states)
        self.view = WatchlistView(model, load_theme("dark"))
        qtbot.addWidget(self.view)
        self.view.resize(1000, 300)
        self.view.show()

    @property
    def keys(self) -> list[str]:
        return [key for key in self.view.columns if not self.view.isColumnHidden(COLUMN_INDEX[key])]

    @property
    def total(self) -> int:
        return sum(self.view.columnWidth(COLUMN_INDEX[key]) for key in self.keys)

    def width(self, key: str) -> int:
        return self.view.columnWidth(COLUMN_INDEX[key])


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_columns_are_left_out_from_the_right_when_narrow_except_symbol_last_price_and_age(shown: Shown) -> None:
    order = [["range"], ["volume"], ["line"], ["change_percent"]]
    left_out: list[str] = []
    before = shown.keys
    for width in range(1000, 150, -4):
        shown.view.resize(width, 300)
        if shown.keys != before:
            left_out += [key for key in before if key not in shown.keys]
            before = shown.keys
        assert "symbol" in shown.keys
        assert "last" in shown.keys
        assert "age" in shown.keys
        if len(shown.keys) > 3:
            assert shown.total <= shown.view.viewport().width()
    assert left_out == [key for keys in order for key in keys]
    shown.view.resize(1000, 300)
    assert len(shown.keys) == 7


def test_a_column_that_the_user_has_checked_is_never_left_out(shown: Shown) -> None:
    shown.view.toggle_column("bid")
    shown.view.resize(250, 300)
    assert shown.keys == ["symbol", "last", "bid", "age"]
    assert shown.view.horizontalScrollBar().maximum() > 0


def test_the_symbols_get_the_rest_of_the_width_until_the_user_sets_theirs(shown: Shown) -> None:
    for width in (1000, 900):
        shown.view.resize(width, 300)
        assert shown.total == shown.view.viewport().width()
    assert shown.view.widths == {}
    shown.view.header.resizeSection(COLUMN_INDEX["symbol"], 150)  # as a drag does
    shown.view.resize(1000, 300)
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
