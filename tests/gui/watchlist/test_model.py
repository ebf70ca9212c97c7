from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.model import VALUE_ROLE, WatchlistModel
from ticker_gui.market.columns import COLUMNS

KEYS = [column.key for column in COLUMNS]


def column(key: str) -> int:
    return KEYS.index(key)


def shown(model: WatchlistModel, row: int, key: str, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return model.data(model.index(row, column(key)), int(role))


@pytest.fixture
def desk() -> Desk:
    return Desk("A", "B", "C")


@pytest.fixture
def model(desk: Desk, qtmodeltester: ModelTester) -> WatchlistModel:
    model = WatchlistModel(desk.clock)
    model.sync(desk.market.states)
    return model


def test_rows_are_symbols_and_cells_are_what_is_known(desk: Desk, model: WatchlistModel) -> None:
    assert [shown(model, row, "symbol") for row in range(model.rowCount())] == ["A", "B", "C"]
    assert shown(model, 1, "last") == "–"
    desk.day("B", 100.0)
    desk.trade("B", 110.5)
    assert shown(model, 1, "last") == "110.50"
    assert shown(model, 1, "change") == "+10.50"
    assert shown(model, 1, "last", VALUE_ROLE) == 110.5  # type: ignore[arg-type]
    assert shown(model, 1, "age") == "0 s"
    desk.now_ns += 65 * 10**9
    assert shown(model, 1, "age") == "1 min"


def test_rows_come_and_go_where_they_belong(desk: Desk, model: WatchlistModel, qtbot: QtBot) -> None:
    b, c = desk.market.states[1:]
    desk.feed.unwatch("A")
    with qtbot.waitSignal(model.rowsRemoved):
        model.sync(desk.market.states)
    assert model.states == [b, c]
    desk.feed.watch("D", "D")
    with qtbot.waitSignal(model.rowsInserted):
        model.sync(desk.market.states)
    assert [state.symbol for state in model.states] == ["B", "C", "D"]
    model.sync([model.state(2), b])
    assert [state.symbol for state in model.states] == ["D", "B"]


def test_news_is_one_signal_for_all_cells(desk: Desk, model: WatchlistModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.dataChanged) as news:
        model.refresh()
    first, last, roles = news.args
    assert (first.row(), first.column()) == (0, 0)
    assert (last.row(), last.column()) == (2, len(COLUMNS) - 1)
    assert list(roles) == [int(Qt.ItemDataRole.DisplayRole)]


def test_texts_are_made_anew_only_where_something_changed(desk: Desk, model: WatchlistModel) -> None:
    desk.trade("A", 1.0)
    texts = model.texts(0, desk.now_ns)
    assert model.texts(0, desk.now_ns) is texts
    desk.trade("B", 1.0)
    assert model.texts(0, desk.now_ns) is texts
    assert model.texts(0, desk.now_ns + 2 * 10**9) is not texts


def test_numbers_stand_right_and_words_left(model: WatchlistModel) -> None:
    role = Qt.ItemDataRole.TextAlignmentRole
    assert shown(model, 0, "symbol", role) == int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    assert shown(model, 0, "last", role) == int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def test_a_tool_tip_says_what_the_cell_leaves_out_and_is_no_markup(desk: Desk, model: WatchlistModel) -> None:
    desk.trade("A", 1.0, 1_234_567_890.5)
    assert shown(model, 0, "volume") == "1.235 B"
    assert shown(model, 0, "volume", Qt.ItemDataRole.ToolTipRole) == "<qt>1,234,567,890.5</qt>"
    desk.trade("B", 0.00001305)
    assert shown(model, 1, "last", Qt.ItemDataRole.ToolTipRole) == "<qt>0.00001305</qt>"
    model.state(0).refusal = "<img src=x>"
    assert "&lt;img src=x&gt;" in str(shown(model, 0, "symbol", Qt.ItemDataRole.ToolTipRole))


def test_screen_readers_hear_the_symbol_with_every_value(desk: Desk, model: WatchlistModel) -> None:
    desk.trade("A", 12.5)
    assert shown(model, 0, "last", Qt.ItemDataRole.AccessibleTextRole) == "A Last 12.50"
    assert shown(model, 0, "symbol", Qt.ItemDataRole.AccessibleTextRole) == "A"


def test_headers_have_titles_and_explanations(model: WatchlistModel) -> None:
    titles = [model.headerData(section, Qt.Orientation.Horizontal) for section in range(model.columnCount())]
    assert titles == [column.title for column in COLUMNS]
    assert model.headerData(0, Qt.Orientation.Horizontal, int(Qt.ItemDataRole.ToolTipRole))
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.headerData(99, Qt.Orientation.Horizontal) is None


def test_a_hostile_symbol_is_shown_literally_and_cut(qapp: object) -> None:
    desk = Desk("<img src=x width=9999>", "x\u202eyz\x00", "L" * 10_000)
    model = WatchlistModel(desk.clock)
    model.sync(desk.market.states)
    assert shown(model, 0, "symbol") == "<img src=x width=9999>"
    assert shown(model, 1, "symbol") == "xyz"
    assert len(str(shown(model, 2, "symbol"))) == 64


def test_an_invalid_index_shows_nothing(model: WatchlistModel) -> None:
    assert model.data(QModelIndex()) is None


def test_it_keeps_qts_rules_through_ten_thousand_operations(qtmodeltester: ModelTester, qapp: object) -> None:
    chance = random.Random(1)
    desk = Desk()
    model = WatchlistModel(desk.clock)
    qtmodeltester.check(model)
    names = [f"S{number}" for number in range(12)]
    for _ in range(10_000):
        name = chance.choice(names)
        match chance.randrange(7):
            case 0:
                desk.feed.watch(name, name)
            case 1:
                desk.feed.unwatch(name)
            case 2:
                desk.trade(name, chance.uniform(20, 90))
            case 3:
                desk.quote(name, 20.0, chance.uniform(20, 90))
            case 4:
                model.sync(desk.market.states)
            case 5:
                shuffled = desk.market.states
                chance.shuffle(shuffled)
                model.sync(shuffled[: chance.randrange(1 + len(shuffled))])
            case 6:
                model.refresh()
        if model.rowCount():
            model.data(model.index(chance.randrange(model.rowCount()), chance.randrange(len(COLUMNS))))
    model.sync(desk.market.states)
    assert model.states == desk.market.states
