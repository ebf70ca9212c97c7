from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.domain.events import Reply
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.feeds.history import Instrument
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.formatting.past_times import day_and_time, past_time
from ticker_gui.gui.watchlist.model import VALUE_ROLE, WatchlistModel
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.sorting import Sorting, visible_rows
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS

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
    model.show(desk.market.states)
    return model


def test_each_row_is_a_symbol_and_each_cell_a_column(desk: Desk, model: WatchlistModel) -> None:
    assert [shown(model, row, "symbol") for row in range(model.rowCount())] == ["A", "B", "C"]
    assert shown(model, 1, "last") == "–"
    desk.day("B", 100.0)
    desk.trade("B", 110.5)
    assert shown(model, 1, "last") == "110.50"
    assert shown(model, 1, "change") == "+10.50"
    assert shown(model, 1, "last", VALUE_ROLE) == 110.5  # type: ignore[arg-type]
    assert shown(model, 1, "age") == "0 s"
    desk.now_ns += 65 * 10**9
    assert shown(model, 1, "age") == "quiet 1 min"


def test_rows_are_inserted_and_removed_in_place(desk: Desk, model: WatchlistModel, qtbot: QtBot) -> None:
    b, c = desk.market.states[1:]
    desk.feed.unwatch("A")
    with qtbot.waitSignal(model.rowsRemoved):
        model.show(desk.market.states)
    assert model.states == [b, c]
    desk.feed.watch("D", "D")
    with qtbot.waitSignal(model.rowsInserted):
        model.show(desk.market.states)
    assert [state.symbol for state in model.states] == ["B", "C", "D"]
    model.show([model.state(2), b])
    assert [state.symbol for state in model.states] == ["D", "B"]


def test_persistent_indexes_stay_on_their_symbols(desk: Desk, model: WatchlistModel) -> None:
    a, b, c = desk.market.states
    pointers = [QPersistentModelIndex(model.index(row, 2)) for row in range(3)]
    model.show([c, a, b])
    assert [pointer.row() for pointer in pointers] == [1, 2, 0]
    model.show([b, c])
    assert [pointer.isValid() for pointer in pointers] == [False, True, True]
    assert [pointer.row() for pointer in pointers[1:]] == [0, 1]
    assert (model.row_of(c), model.row_of(a)) == (1, None)


def test_many_rows_are_inserted_and_removed_in_blocks(qtbot: QtBot) -> None:
    desk = Desk(*(f"S{number}" for number in range(100)))
    model = WatchlistModel(desk.clock)
    signals: list[str] = []
    model.rowsInserted.connect(lambda *_: signals.append("in"))
    model.rowsRemoved.connect(lambda *_: signals.append("out"))
    model.layoutChanged.connect(lambda *_: signals.append("moved"))
    states = desk.market.states
    model.show(states)
    model.show(states[:30] + states[60:])
    model.show(list(reversed(states)))
    assert model.states == list(reversed(states))
    assert signals == ["in", "out", "moved", "in"]


def test_editing_the_alias_requests_it(desk: Desk, model: WatchlistModel, qtbot: QtBot) -> None:
    alias, last = model.index(1, column("alias")), model.index(1, column("last"))
    assert model.flags(alias) & Qt.ItemFlag.ItemIsEditable
    assert not model.flags(last) & Qt.ItemFlag.ItemIsEditable
    with qtbot.waitSignal(model.alias_requested) as expected:
        assert model.setData(alias, "Bee")
    assert expected.args == [desk.market.states[1], "Bee"]
    assert not model.setData(last, "5")


def test_hidden_columns_can_be_read(desk: Desk, model: WatchlistModel) -> None:
    model.set_columns([column("symbol")])
    desk.trade("A", 12.5)
    assert shown(model, 0, "last") == "12.50"
    assert shown(model, 0, "line") == "0.00% in 10 min"
    assert model.read(0, desk.now_ns).texts[column("last")] == ""


def test_numbers_use_the_locales_format(desk: Desk, model: WatchlistModel, qtbot: QtBot) -> None:
    desk.trade("A", 1234.5, 1_234_567.5)
    model.read(0, desk.now_ns)
    with qtbot.waitSignal(model.appearance_changed):
        model.set_style(NumberStyle(",", "."))
    assert shown(model, 0, "last") == "1.234,50"
    assert shown(model, 0, "volume") == "1,23 M"
    assert shown(model, 0, "volume", Qt.ItemDataRole.ToolTipRole) == "<qt>1.234.567,5</qt>"


def test_a_minus_sign_is_a_hyphen_only_in_accessible_texts(desk: Desk, model: WatchlistModel) -> None:
    model.set_columns((COLUMN_INDEX["change"], COLUMN_INDEX["change_percent"]))
    desk.day("A", 10.0)
    desk.trade("A", 9.0)
    assert shown(model, 0, "change") == "−1.00"
    assert shown(model, 0, "change_percent") == "−10.00%"
    assert shown(model, 0, "change", Qt.ItemDataRole.AccessibleTextRole) == "A Chg -1.00"


def test_the_state_of_the_feed_is_shown_in_its_rows(desk: Desk, model: WatchlistModel) -> None:
    desk.trade("A", 100.0)
    assert model.read(0, desk.now_ns).status.mark is StateMark.LIVE
    model.set_feed_marks({"desk": StateMark.DELAYED})
    assert model.read(0, desk.now_ns).status.mark is StateMark.DELAYED
    assert shown(model, 0, "age") == "delayed"
    model.set_feed_marks({"desk": StateMark.LIVE})
    assert shown(model, 0, "age") == "0 s"


def test_remembered_values_are_displayed_with_their_date_until_data_arrives(desk: Desk, model: WatchlistModel) -> None:
    desk.remember("A", 50.0, reference=40.0)
    desk.trade("B", 1.0)
    row = model.read(0, desk.now_ns)
    assert not row.status.is_current
    assert row.direction == 1
    keys = ("last", "change", "change_percent", "range", "volume", "bid", "trades")
    assert [shown(model, 0, key) for key in keys] == ["50.00", "+10.00", "+25.00%", "33%", "1,000", "–", "0"]
    yesterday = past_time(desk.now_ns - DAY_NS, desk.now_ns)
    assert yesterday.startswith("yesterday ")
    assert shown(model, 0, "age") == yesterday
    tooltip, accessible = Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole
    assert f">50, last known, from {yesterday}<" in str(shown(model, 0, "last", tooltip))
    assert f">Last known, from {yesterday} · " in str(shown(model, 0, "age", tooltip))
    assert f" · Last known, from {yesterday} · " in str(shown(model, 0, "symbol", tooltip))
    assert shown(model, 0, "symbol", accessible) == f"A, last known, from {yesterday}"
    assert shown(model, 0, "last", accessible) == f"A Last 50.00, last known, from {yesterday}"
    assert shown(model, 0, "bid", accessible) == "A Bid –"
    ages = [model.data(model.index(row, column("age")), VALUE_ROLE) for row in range(3)]
    assert ages == [DAY_NS // SECOND_NS, 0, None]
    desk.trade("A", 60.0)
    assert [shown(model, 0, key) for key in keys] == ["60.00", "–", "–", "50%", "1", "–", "1"]
    assert shown(model, 0, "age") == "0 s"
    assert shown(model, 0, "last", accessible) == "A Last 60.00"
    assert model.read(0, desk.now_ns).status.is_current


def test_the_day_of_remembered_values_is_another_one_after_midnight(desk: Desk, model: WatchlistModel) -> None:
    desk.remember("A", 50.0)
    assert str(shown(model, 0, "age")).startswith("yesterday")
    desk.now_ns += DAY_NS
    assert shown(model, 0, "age") == day_and_time(desk.now_ns - 2 * DAY_NS)


def test_rows_are_sorted_by_remembered_values_too(desk: Desk) -> None:
    desk.remember("A", 50.0)
    desk.trade("B", 70.0)
    for key, order in (("last", "BAC"), ("age", "ABC")):
        rows = visible_rows(desk.market.states, desk.now_ns, sorting=Sorting(key))
        assert "".join(state.symbol for state in rows) == order


def test_a_refused_symbol_with_remembered_values_says_both(desk: Desk, model: WatchlistModel) -> None:
    desk.remember("A", 50.0)
    desk.feed.apply(Reply(("A",), ok=False, message="no such symbol"), desk.now_ns)
    tooltip = str(shown(model, 0, "last", Qt.ItemDataRole.ToolTipRole))
    assert "no such symbol" in tooltip
    assert "last known, from yesterday" in tooltip
    assert str(shown(model, 0, "age")).startswith("yesterday")


def test_the_title_of_the_trend_has_its_period(model: WatchlistModel) -> None:
    model.set_sparkline_period(SPARKLINE_PERIODS[1])
    assert model.headerData(COLUMN_INDEX["line"], Qt.Orientation.Horizontal) == "Trend 1 h"


def test_dragged_rows_provide_text(model: WatchlistModel) -> None:
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert model.flags(QModelIndex()) & Qt.ItemFlag.ItemIsDropEnabled
    assert model.mimeData([model.index(2, 0), model.index(0, 0), model.index(0, 1)]).text() == "A\nC"


def test_changes_emit_one_signal_for_all_cells(desk: Desk, model: WatchlistModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.dataChanged) as news:
        model.refresh()
    first, last, roles = news.args
    assert (first.row(), first.column()) == (0, 0)
    assert (last.row(), last.column()) == (2, len(COLUMNS) - 1)
    assert list(roles) == [int(Qt.ItemDataRole.DisplayRole)]


def test_texts_are_formatted_again_only_after_a_change(desk: Desk, model: WatchlistModel) -> None:
    desk.trade("A", 1.0)
    texts = model.read(0, desk.now_ns).texts
    assert model.read(0, desk.now_ns).texts is texts
    desk.trade("B", 1.0)
    assert model.read(0, desk.now_ns).texts is texts
    assert model.read(0, desk.now_ns + 2 * 10**9).texts is not texts


@pytest.mark.parametrize(
    ("key", "side"),
    [
        ("symbol", Qt.AlignmentFlag.AlignLeft),
        ("last", Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute),
        ("volume", Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute),
        ("line", Qt.AlignmentFlag.AlignLeft),
        ("range", Qt.AlignmentFlag.AlignLeft),
    ],
)
def test_titles_are_aligned_like_their_columns(model: WatchlistModel, key: str, side: Qt.AlignmentFlag) -> None:
    role, expected = Qt.ItemDataRole.TextAlignmentRole, int(side | Qt.AlignmentFlag.AlignVCenter)
    assert shown(model, 0, key, role) == expected
    assert model.headerData(column(key), Qt.Orientation.Horizontal, int(role)) == expected


def test_a_tooltip_adds_details_and_is_plain_text(desk: Desk, model: WatchlistModel) -> None:
    desk.trade("A", 1.0, 1_234_567_890.5)
    assert shown(model, 0, "volume") == "1.23 B"
    assert shown(model, 0, "volume", Qt.ItemDataRole.ToolTipRole) == "<qt>1,234,567,890.5</qt>"
    desk.trade("B", 0.00001305)
    assert shown(model, 1, "last", Qt.ItemDataRole.ToolTipRole) == "<qt>0.00001305</qt>"
    desk.day("B", 0.00001301)
    assert shown(model, 1, "change", Qt.ItemDataRole.ToolTipRole) == "<qt>0.00000004</qt>"
    model.state(0).refusal = "<img src=x>"
    assert "&lt;img src=x&gt;" in str(shown(model, 0, "symbol", Qt.ItemDataRole.ToolTipRole))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("symbol", "A · Live"),
        ("feed", "desk"),
        ("trades", "1"),
        ("state", "live"),
        ("line", "0.00% in 10 min"),
        ("bid", ""),
    ],
)
def test_a_tooltip_has_the_full_text_of_an_elided_cell(desk: Desk, model: WatchlistModel, key: str, text: str) -> None:
    desk.trade("A", 12.5)
    assert shown(model, 0, key, Qt.ItemDataRole.ToolTipRole) == (f"<qt>{text}</qt>" if text else "")


def test_the_name_of_an_instrument_is_a_column_and_in_the_tooltip_of_its_symbol(
    desk: Desk, model: WatchlistModel
) -> None:
    desk.trade("A", 12.5)
    assert shown(model, 0, "name") == ""
    desk.feed.set_instruments({"A": Instrument("A", "Alpha <b>Inc.")}, 1)
    assert shown(model, 0, "name") == "Alpha <b>Inc."
    assert shown(model, 0, "symbol", Qt.ItemDataRole.ToolTipRole) == "<qt>A · Alpha &lt;b&gt;Inc. · Live</qt>"


def test_the_accessible_text_of_a_cell_includes_the_symbol(desk: Desk, model: WatchlistModel) -> None:
    desk.trade("A", 12.5)
    assert shown(model, 0, "last", Qt.ItemDataRole.AccessibleTextRole) == "A Last 12.50"
    assert shown(model, 0, "symbol", Qt.ItemDataRole.AccessibleTextRole) == "A"
    assert shown(model, 0, "alias", Qt.ItemDataRole.AccessibleTextRole) == "A Alias –"


def test_headers_have_titles_and_tooltips(model: WatchlistModel) -> None:
    titles = [model.headerData(section, Qt.Orientation.Horizontal) for section in range(model.columnCount())]
    assert titles == ["Trend 10 min" if column.key == "line" else column.title for column in COLUMNS]
    assert model.headerData(0, Qt.Orientation.Horizontal, int(Qt.ItemDataRole.ToolTipRole))
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.headerData(99, Qt.Orientation.Horizontal) is None


def test_a_hostile_symbol_is_shown_literally_and_cut(qapp: object) -> None:
    desk = Desk("<img src=x width=9999>", "x\u202eyz\x00", "L" * 10_000)
    model = WatchlistModel(desk.clock)
    model.show(desk.market.states)
    assert shown(model, 0, "symbol") == "<img src=x width=9999>"
    assert shown(model, 1, "symbol") == "xyz"
    assert len(str(shown(model, 2, "symbol"))) == 64


def test_an_invalid_index_shows_nothing(model: WatchlistModel) -> None:
    assert model.data(QModelIndex()) is None


def test_the_model_passes_qts_model_tester(qtmodeltester: ModelTester, qapp: object) -> None:
    chance = random.Random(1)
    desk = Desk()
    model = WatchlistModel(desk.clock)
    qtmodeltester.check(model)
    names = [f"S{number}" for number in range(6)]  # enough for all kinds of blocks; each time all cells are looked at
    for _ in range(400):
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
                model.show(desk.market.states)
            case 5:
                shuffled = desk.market.states
                chance.shuffle(shuffled)
                model.show(shuffled[: chance.randrange(1 + len(shuffled))])
            case 6:
                model.refresh()
        if model.rowCount():
            model.data(model.index(chance.randrange(model.rowCount()), chance.randrange(len(COLUMNS))))
    model.show(desk.market.states)
    assert model.states == desk.market.states
