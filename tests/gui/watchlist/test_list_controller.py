from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
import shiboken6
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.doubles import ScriptedDialler, StillClock
from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.watchlist.list_controller import SavedLists, WatchlistController
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.market.market import Limits
from ticker_gui.watchlist.columns import COLUMN_INDEX
from ticker_gui.watchlist.lists import MAX_ENTRIES, MAX_LISTS, ListEntry, Lists, NamedList
from ticker_gui.watchlist.sorting import Sorting

DESK = Feed("ws://desk", ("A", "B", "C"), "desk", "demo")
COINS = Feed("wss://ws-feed.exchange.coinbase.com", ("BTC-USD",), "coins", "coinbase")


def _panel_alone(engine: Engine) -> WatchlistPanel:
    panel = WatchlistPanel(engine.clock, load_theme("dark"), flash_enabled=False)
    panel.resize(900, 300)
    return panel


class Kept:
    """A list controller on an engine that is not running, and the messages that it has emitted."""

    def __init__(
        self,
        *feeds: Feed,
        kept: SavedLists | None = None,
        limits: Limits | None = None,
        make_panel: Callable[[Engine], WatchlistPanel] | None = None,
    ) -> None:
        self.clock = StillClock()
        self.engine = Engine(feeds or (DESK, COINS), limits, dial=ScriptedDialler(), clock=self.clock)
        self.panel = (make_panel or _panel_alone)(self.engine)
        self.table, self.tabs = self.panel.table, self.panel.tabs
        self.list_controller = WatchlistController(self.engine, self.panel)
        self.told: list[str] = []
        self.list_controller.message_requested.connect(self.told.append)
        self.list_controller.restore(kept or SavedLists())

    def show(self, qtbot: QtBot) -> None:
        # Held until it is closed, because pytest-qt paints once more when the test has returned.
        qtbot.addWidget(self.panel, before_close_func=self._let_go)
        self.panel.show()
        qtbot.waitUntil(lambda: self.table.viewport().height() > 100)

    def _let_go(self, panel: QWidget) -> None:
        """Drop the references to the panel before it is closed."""

    @property
    def rows(self) -> str:
        return " ".join(state.symbol for state in self.panel.model.states)

    @property
    def selected(self) -> str:
        return " ".join(state.symbol for state in self.table.selected_states())

    @property
    def names(self) -> list[str]:
        return [named.name for named in self.list_controller.lists.lists]

    def select(self, *symbols: str) -> None:
        """Select rows and make the first one current."""
        states = {state.symbol: state for state in self.panel.model.states}
        self.table.select_states([states[symbol] for symbol in symbols])
        self.table.selectionModel().setCurrentIndex(
            self.panel.model.index(self.rows.split().index(symbols[0]), 0), QItemSelectionModel.SelectionFlag.NoUpdate
        )

    def watched(self, feed: str) -> list[str]:
        """Return the symbols subscribed at a feed, which are those in the market."""
        asked = list(self.engine.feeds[feed].session._desired)
        assert sorted(asked) == sorted(state.wire_symbol for state in self.engine.feeds[feed].market.states)
        return asked

    def trade(self, symbol: str, price: float) -> None:
        self.clock.advance(1)
        self.engine.feeds["desk"].market.apply(Trade(symbol, price, 1.0, self.clock()), self.clock())

    def check(self) -> None:
        """Assert that lists, engine, rows and tabs agree."""
        list_controller = self.list_controller
        shown = list_controller.lists.lists[list_controller.active_index]
        for name, feed in self.engine.feeds.items():
            spell = feed.settings.protocol.wire_symbol
            assert set(self.watched(name)) == {spell(symbol) for symbol in list_controller.lists.symbols_of(name)}
        assert list_controller.active_list is shown
        rows = [ListEntry(state.feed, state.symbol) for state in self.panel.model.states]
        assert sorted(rows, key=repr) == sorted(shown.entries, key=repr)
        if self.panel.order.sorting is None:
            assert rows == list(shown.display_order)
        assert {ListEntry(state.feed, state.symbol) for state in self.table.pinned} == set(shown.pinned)
        bar = self.tabs.bar
        assert [bar.tabData(place) for place in range(bar.count())] == self.names
        assert bar.currentIndex() == list_controller.active_index
        aliases = {state: state.alias for state in self.engine.market.states if state.alias}
        found = (
            (self.engine.feeds[entry.feed].find(entry.symbol), name) for entry, name in list_controller.lists.aliases
        )
        assert aliases == {state: name for state, name in found if state is not None}


@pytest.fixture
def kept(qtbot: QtBot) -> Kept:
    kept = Kept()
    kept.show(qtbot)
    return kept


# Symbols


def test_without_saved_lists_the_first_list_has_the_symbols_of_the_settings(kept: Kept) -> None:
    assert (kept.rows, kept.names, kept.told) == ("A B C BTC-USD", ["Watchlist"], [])
    kept.check()


def test_added_symbols_are_selected_and_subscribed_and_can_be_undone(kept: Kept) -> None:
    kept.list_controller.add_text("desk", "X, y; Z\nA")
    assert kept.rows == "A B C BTC-USD X y Z"
    assert kept.selected == "A X y Z"
    assert kept.watched("desk") == ["A", "B", "C", "X", "Y", "Z"]
    kept.list_controller.undo()
    assert kept.told == ["Undo: add 4 symbols"]
    assert kept.watched("desk") == ["A", "B", "C"]
    kept.list_controller.redo()
    assert kept.told[-1] == "Redo: add 4 symbols"
    kept.check()


def test_invalid_symbols_are_reported_and_the_others_are_added(kept: Kept) -> None:
    kept.list_controller.add_text("desk", "X <img> -1 =cmd() ?")
    assert kept.rows.endswith(" X")
    assert kept.told[-1].startswith('"<img>", "-1", "=cmd()" and 1 more are not valid symbols. Use letters')
    kept.list_controller.add_text("desk", "?" * 500)
    assert len(kept.told[-1]) < 200


def test_a_symbol_in_the_list_is_selected_and_reported_without_a_change(kept: Kept) -> None:
    kept.list_controller.add_text("desk", "b c")
    assert kept.told == ["2 symbols are already in this list."]
    assert kept.selected == "B C"
    assert not kept.list_controller.history.can_undo


@pytest.mark.parametrize("text", ["btcusd", "btc/usd BTC-USD", "BTC_USD"])
def test_a_symbol_in_another_spelling_is_the_same_symbol(kept: Kept, text: str) -> None:
    kept.list_controller.add_text("coins", text)
    assert kept.told == ["BTC-USD is already in this list."]
    kept.list_controller.add_text("coins", "ethusd ETH-USD eth/usd")
    assert kept.rows == "A B C BTC-USD ethusd"
    kept.list_controller.new_list()
    kept.list_controller.add_text("coins", "Eth-Usd")
    assert kept.rows == "ethusd"
    kept.check()


def test_symbols_of_a_removed_feed_are_not_added(kept: Kept) -> None:
    kept.list_controller.add("nobody", ["X"])
    assert kept.rows == "A B C BTC-USD"


def test_exceeding_the_list_limit_is_reported(kept: Kept) -> None:
    kept.list_controller.add("desk", [f"S{number}" for number in range(MAX_ENTRIES)])
    assert len(kept.told) == 1
    assert kept.told[0].startswith("Cannot add 10,000 more to Watchlist:")
    kept.check()


def test_exceeding_the_symbol_limit_is_reported_and_what_fits_is_shown(qtbot: QtBot) -> None:
    kept = Kept(DESK, limits=Limits(symbols=4))
    kept.show(qtbot)
    kept.list_controller.add_text("desk", "X Y Z")
    assert kept.rows == "A B C X"
    assert "Y is not watched" in kept.told[-1]
    kept.list_controller.sort(Sorting("symbol"))
    assert kept.rows == "X C B A"
    kept.select("X")
    kept.table.request_removal()
    assert kept.rows == "C B A Y"


def test_a_list_keeps_its_selection_and_scroll_position(kept: Kept) -> None:
    kept.list_controller.add_text("desk", " ".join(f"S{number}" for number in range(80)))
    kept.select("S40", "S41")
    wanted: list[object] = []
    bar = kept.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    scrolled = bar.value()
    kept.list_controller.new_list()
    kept.list_controller.add_text("desk", "A")
    kept.table.chart_requested.connect(wanted.append)
    kept.tabs.step(-1)
    assert (kept.selected, bar.value()) == ("S40 S41", scrolled)
    assert kept.table.current_state is kept.panel.model.state(44)
    assert not wanted
    kept.tabs.step(1)
    assert kept.selected == "A"


def test_removed_symbols_are_unsubscribed_unless_another_list_has_them(kept: Kept) -> None:
    kept.list_controller.new_list()
    kept.list_controller.add_text("desk", "A")
    kept.tabs.step(-1)
    kept.select("A", "B")
    kept.table.request_removal()
    assert kept.rows == "C BTC-USD"
    assert kept.watched("desk") == ["A", "C"]
    kept.list_controller.undo()
    assert kept.rows == "A B C BTC-USD"
    assert kept.told[-1] == "Undo: remove 2 symbols"
    kept.check()


def test_rows_are_moved_shifted_and_pinned(kept: Kept) -> None:
    states = {state.symbol: state for state in kept.panel.model.states}
    kept.table.move_requested.emit([states["C"]], states["A"])
    assert kept.rows == "C A B BTC-USD"
    kept.table.move_requested.emit([states["C"]], None)
    assert kept.rows == "A B BTC-USD C"
    kept.select("BTC-USD", "C")
    kept.table.request_shift(-1)
    assert (kept.rows, kept.selected) == ("A BTC-USD C B", "BTC-USD C")
    kept.select("C")
    kept.table.request_pin()
    assert kept.rows == "C A BTC-USD B"
    kept.table.request_pin()
    assert kept.rows == "A BTC-USD C B"
    for what in ("unpin C", "pin C", "move 2 symbols", "move C", "move C"):
        kept.list_controller.undo()
        assert kept.told[-1] == f"Undo: {what}"
    assert kept.rows == "A B C BTC-USD"
    kept.check()


def test_a_shifted_row_stays_visible(kept: Kept) -> None:
    kept.list_controller.add("desk", [f"S{number:02d}" for number in range(60)])
    kept.select("A")
    kept.table.verticalScrollBar().setValue(0)
    for _ in range(50):
        kept.table.request_shift(1)
        row = kept.rows.split().index("A")
        assert kept.table.row_top(row) + kept.table.rowHeight(row) <= kept.table.viewport().height()
    assert kept.rows.split().index("A") == 50


def test_moving_rows_switches_to_the_manual_order(kept: Kept) -> None:
    kept.table.header.sorting_requested.emit(Sorting("symbol"))
    assert kept.rows == "C BTC-USD B A"
    kept.select("A")
    kept.table.request_shift(1)
    assert kept.rows == "B A C BTC-USD"
    assert kept.table.header.sorting is None


def test_sorting_once_changes_the_manual_order(kept: Kept) -> None:
    kept.table.header.sorting_requested.emit(Sorting("feed"))
    kept.table.header.sort_requested.emit(Sorting("symbol"))
    assert kept.rows == "C BTC-USD B A"
    assert kept.panel.order.sorting is None
    kept.list_controller.undo()
    assert (kept.rows, kept.told) == ("A B C BTC-USD", ["Undo: sort by Symbol"])


def test_sorting_once_includes_rows_that_the_filter_hides(kept: Kept) -> None:
    kept.panel.order.set_filter(lambda state, now_ns: state.feed == "desk")
    kept.table.header.sort_requested.emit(Sorting("symbol"))
    kept.panel.order.set_filter(None)
    assert kept.rows == "C BTC-USD B A"


def test_an_alias_applies_in_all_lists_and_can_be_removed(kept: Kept) -> None:
    state = kept.panel.model.states[1]
    kept.panel.model.setData(kept.panel.model.index(1, COLUMN_INDEX["alias"]), "Bee")
    assert state.alias == "Bee"
    kept.list_controller.new_list()
    kept.list_controller.add_text("desk", "B")
    assert kept.panel.model.states[0].alias == "Bee"
    kept.panel.model.setData(kept.panel.model.index(0, COLUMN_INDEX["alias"]), "")
    assert state.alias == ""
    kept.list_controller.undo()
    assert (state.alias, kept.told[-1]) == ("Bee", "Undo: set the alias of B")
    kept.check()


def test_an_alias_is_edited_in_its_row(kept: Kept, qtbot: QtBot) -> None:
    kept.select("B")
    kept.table.edit_alias()
    editor = QApplication.focusWidget()
    qtbot.keyClicks(editor, "Bee")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: kept.panel.model.states[1].alias == "Bee")
    assert kept.panel.model.index(1, COLUMN_INDEX["alias"]).data() == "Bee"


def test_an_alias_applies_to_every_spelling_of_a_symbol(kept: Kept) -> None:
    model = kept.panel.model
    model.setData(model.index(3, COLUMN_INDEX["alias"]), "Gold")
    kept.tabs.deletion_requested.emit(0)
    kept.list_controller.add_text("coins", "btcusd")
    assert model.states[0].alias == "Gold"
    model.setData(model.index(0, COLUMN_INDEX["alias"]), "")
    assert model.states[0].alias == ""
    kept.check()


# Lists


def test_a_new_list_is_active_and_receives_added_symbols(kept: Kept) -> None:
    kept.tabs.new_list_requested.emit()
    assert (kept.rows, kept.names, kept.list_controller.active_index) == ("", ["Watchlist", "Watchlist 2"], 1)
    kept.list_controller.add_text("desk", "X")
    kept.tabs.step(1)
    assert kept.rows == "A B C BTC-USD"
    kept.check()


def test_a_list_is_renamed(kept: Kept) -> None:
    kept.tabs.rename_requested.emit(0, "Coins & more")
    assert kept.tabs.bar.tabText(0) == "Coins && more"
    kept.list_controller.undo()
    assert (kept.names, kept.told) == (["Watchlist"], ["Undo: rename the list Watchlist"])


def test_undo_restores_and_shows_a_deleted_list(kept: Kept) -> None:
    kept.tabs.new_list_requested.emit()
    kept.list_controller.add_text("desk", "X")
    kept.tabs.deletion_requested.emit(1)
    assert kept.told == ["Deleted the list Watchlist 2. Undo restores it."]
    assert (kept.rows, kept.watched("desk")) == ("A B C BTC-USD", ["A", "B", "C"])
    kept.list_controller.undo()
    assert (kept.rows, kept.list_controller.active_index) == ("X", 1)
    kept.check()


def test_the_active_list_stays_active_when_others_change(kept: Kept) -> None:
    for _ in range(3):
        kept.tabs.new_list_requested.emit()
    kept.list_controller.add_text("desk", "X")
    assert (kept.rows, kept.list_controller.active_index) == ("X", 3)
    kept.tabs.deletion_requested.emit(0)
    assert (kept.rows, kept.list_controller.active_index) == ("X", 2)
    kept.tabs.move_requested.emit(2, 0)
    assert (kept.rows, kept.list_controller.active_index) == ("X", 0)
    kept.tabs.move_requested.emit(2, 0)
    assert (kept.rows, kept.list_controller.active_index) == ("X", 1)
    kept.list_controller.undo()
    assert (kept.rows, kept.list_controller.active_index) == ("X", 0)
    kept.check()


def test_moving_a_list_keeps_the_selection(kept: Kept) -> None:
    kept.tabs.new_list_requested.emit()
    kept.tabs.step(1)
    kept.select("B", "C")
    kept.tabs.move_requested.emit(0, 1)
    assert (kept.selected, kept.list_controller.active_index) == ("B C", 1)


def test_undo_shows_the_list_that_it_changes(kept: Kept) -> None:
    kept.select("A")
    kept.table.request_removal()
    kept.tabs.new_list_requested.emit()
    kept.list_controller.undo()  # of the new list
    kept.list_controller.redo()
    assert (kept.rows, kept.list_controller.active_index) == ("", 1)
    kept.list_controller.undo()
    kept.list_controller.undo()
    assert (kept.rows, kept.list_controller.active_index) == ("A B C BTC-USD", 0)


def test_deleting_the_only_list_leaves_an_empty_one_that_cannot_be_deleted(kept: Kept) -> None:
    kept.tabs.deletion_requested.emit(0)
    assert (kept.rows, kept.names) == ("", ["Watchlist"])
    assert kept.watched("desk") == kept.watched("coins") == []
    kept.tabs.deletion_requested.emit(0)
    assert len(kept.told) == 1  # nothing was deleted, and undoing would undo something else
    kept.list_controller.undo()
    assert kept.rows == "A B C BTC-USD"


def test_exceeding_the_number_of_lists_is_reported(kept: Kept) -> None:
    for _ in range(MAX_LISTS):
        kept.tabs.new_list_requested.emit()
    assert kept.told == [f"Cannot create a list: the limit of {MAX_LISTS} lists is reached. Delete one first."]
    kept.check()


def test_undo_without_history_does_nothing(kept: Kept) -> None:
    kept.list_controller.undo()
    kept.list_controller.redo()
    assert kept.told == []


# Keeping


def test_saved_lists_are_restored_in_the_next_run(kept: Kept, qtbot: QtBot) -> None:
    kept.tabs.new_list_requested.emit()
    kept.list_controller.add_text("desk", "X Y Z")
    kept.select("Y")
    kept.table.request_pin()
    kept.panel.model.setData(kept.panel.model.index(0, COLUMN_INDEX["alias"]), "Why")
    written = msgspec.json.encode(kept.list_controller.capture())
    again = Kept(kept=msgspec.json.decode(written, type=SavedLists))
    again.show(qtbot)
    assert again.list_controller.lists == kept.list_controller.lists
    assert (again.rows, again.list_controller.active_index, again.panel.model.states[0].alias) == ("Y X Z", 1, "Why")
    assert not again.list_controller.history.can_undo
    again.check()


def test_changes_of_the_settings_since_saving_are_applied(kept: Kept, qtbot: QtBot) -> None:
    kept.list_controller.add_text("desk", "X")
    state = kept.list_controller.capture()
    again = Kept(msgspec.structs.replace(DESK, symbols=("A", "C", "D")), COINS, kept=state)
    again.show(qtbot)
    assert again.rows == "A C BTC-USD X D"
    again.check()


def test_reloaded_settings_are_applied_and_can_be_undone(kept: Kept) -> None:
    kept.list_controller.add_text("desk", "X")
    kept.engine.use([msgspec.structs.replace(DESK, symbols=("B", "D"))])
    kept.list_controller.apply_settings()
    assert kept.rows == "B X D"
    kept.check()
    kept.list_controller.undo()
    assert kept.rows == "A B C X"
    assert kept.told[-1] == "Undo: apply the settings"


def test_symbols_of_a_removed_feed_are_kept_until_it_returns(kept: Kept, qtbot: QtBot) -> None:
    kept.list_controller.add_text("coins", "ETH-USD")
    without = Kept(DESK, kept=kept.list_controller.capture())
    without.show(qtbot)
    assert without.rows == "A B C"
    without.table.header.sort_requested.emit(Sorting("symbol"))
    assert without.rows == "C B A"
    with_it = Kept(kept=without.list_controller.capture())
    with_it.show(qtbot)
    assert with_it.rows == "C B A ETH-USD BTC-USD"


def test_a_symbol_with_two_spellings_is_one_row_that_can_be_removed(qtbot: QtBot) -> None:
    lists = Lists((NamedList(entries=(ListEntry("coins", "btcusd"), ListEntry("coins", "ETH-USD"))),))
    kept = Kept(COINS, kept=SavedLists(lists=lists))
    kept.show(qtbot)
    assert kept.rows == "BTC-USD ETH-USD"
    kept.select("BTC-USD")
    kept.table.request_shift(1)
    assert kept.rows == "ETH-USD BTC-USD"
    kept.table.request_pin()
    assert kept.rows == "BTC-USD ETH-USD"
    kept.table.request_removal()
    assert (kept.rows, kept.watched("coins")) == ("ETH-USD", ["ETH-USD"])


@pytest.mark.parametrize("shown", [-3, 99])
def test_an_invalid_active_index_falls_back_to_an_existing_list(qtbot: QtBot, shown: int) -> None:
    kept = Kept(kept=SavedLists(lists=Lists().new(), shown=shown))
    kept.show(qtbot)
    kept.check()


def test_full_lists_report_added_settings_and_stay_unchanged(qtbot: QtBot) -> None:
    full = Lists((NamedList(entries=tuple(ListEntry("desk", f"S{number}") for number in range(MAX_ENTRIES))),))
    kept = Kept(DESK, kept=SavedLists(lists=full), limits=Limits(symbols=MAX_ENTRIES))
    kept.show(qtbot)
    assert "Cannot add 3 more to Watchlist" in kept.told[0]
    assert kept.list_controller.lists == full


# In the window


def test_every_list_action_works_with_the_keyboard_alone(qtbot: QtBot) -> None:
    windows: list[MainWindow] = []

    def in_window(engine: Engine) -> WatchlistPanel:
        windows.append(MainWindow(list(engine.feeds), engine.clock, load_theme("dark")))
        return windows[0].panel

    kept = Kept(make_panel=in_window)
    (window,) = windows
    window.undo_requested.connect(kept.list_controller.undo)
    window.symbols_requested.connect(kept.list_controller.add_text)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    def focus() -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def press(key: str) -> None:
        QTest.keySequence(focus(), QKeySequence(key))

    kept.table.setFocus()
    press("Down")
    press("Alt+Down")
    assert (kept.rows, kept.selected) == ("A C B BTC-USD", "B")
    press("Ctrl+D")
    assert kept.rows == "B A C BTC-USD"
    press("Del")
    assert kept.rows == "A C BTC-USD"
    press("Ctrl+Z")
    assert kept.rows == "B A C BTC-USD"
    press("Ctrl+T")
    press("Ctrl+N")
    qtbot.keyClicks(focus(), "X")
    press("Return")
    assert (kept.rows, kept.names) == ("X", ["Watchlist", "Watchlist 2"])
    press("Ctrl+Shift+Tab")
    assert kept.rows == "B A C BTC-USD"
    press("Ctrl+Tab")
    press("Ctrl+Shift+R")
    qtbot.keyClicks(focus(), "Mine")
    press("Return")
    assert kept.names == ["Watchlist", "Mine"]
    press("Ctrl+F")
    qtbot.keyClicks(focus(), "nothing")
    assert kept.rows == ""
    press("Esc")
    assert kept.rows == "X"
    assert kept.table.hasFocus()
    window.hide()


# Anything at all

_PLACES = st.integers(0, 9)
_SOME = st.sets(st.integers(0, 7), min_size=1, max_size=4)
_TEXTS = st.lists(st.sampled_from("AaBbCcDdEe"), min_size=1, max_size=4).map(" ".join)
_COINS = st.lists(st.sampled_from(["btcusd", "BTC-USD", "eth/usd", "ETH-USD", "solusd"]), min_size=1).map(",".join)
_NAMES = st.sampled_from(["", "One", "Two", "Watchlist 2"])
_SORTINGS = st.builds(Sorting, st.sampled_from(["symbol", "feed", "last"]), st.booleans())

Step = Callable[["Kept"], object]


def _choose(kept: Kept, some: set[int]) -> None:
    states = kept.panel.model.states
    kept.table.select_states([states[number % len(states)] for number in some if states])


def _remove(kept: Kept, some: set[int]) -> None:
    _choose(kept, some)
    kept.table.request_removal()


def _pin(kept: Kept, some: set[int]) -> None:
    _choose(kept, some)
    kept.table.request_pin()


def _shift(kept: Kept, some: set[int], by: int) -> None:
    _choose(kept, some)
    kept.table.request_shift(by)


def _move(kept: Kept, some: set[int], place: int) -> None:
    _choose(kept, some)
    states = kept.panel.model.states
    if states:
        kept.table.move_requested.emit(kept.table.selected_states(), states[place] if place < len(states) else None)


def _alias(kept: Kept, place: int, name: str) -> None:
    model = kept.panel.model
    if model.rowCount():
        model.setData(model.index(place % model.rowCount(), COLUMN_INDEX["alias"]), name)


def _list(kept: Kept, what: Callable[[int], object], place: int) -> None:
    what(place % len(kept.names))


def _steps() -> st.SearchStrategy[Step]:
    """Return all actions of a user on lists."""
    return st.one_of(
        _TEXTS.map(lambda text: lambda kept: kept.list_controller.add_text("desk", text)),
        _COINS.map(lambda text: lambda kept: kept.list_controller.add_text("coins", text)),
        _SOME.map(lambda some: lambda kept: _remove(kept, some)),
        _SOME.map(lambda some: lambda kept: _pin(kept, some)),
        st.tuples(_SOME, st.sampled_from([-1, 1])).map(lambda what: lambda kept: _shift(kept, *what)),
        st.tuples(_SOME, _PLACES).map(lambda what: lambda kept: _move(kept, *what)),
        st.tuples(_PLACES, _NAMES).map(lambda what: lambda kept: _alias(kept, *what)),
        _SORTINGS.map(lambda sorting: lambda kept: kept.table.header.sort_requested.emit(sorting)),
        st.none().map(lambda nothing: lambda kept: kept.tabs.new_list_requested.emit()),
        st.sampled_from([-1, 1]).map(lambda by: lambda kept: kept.tabs.step(by)),
        _PLACES.map(lambda place: lambda kept: _list(kept, kept.tabs.deletion_requested.emit, place)),
        st.tuples(_PLACES, _NAMES).map(
            lambda what: (
                lambda kept: _list(kept, lambda place: kept.tabs.rename_requested.emit(place, what[1]), what[0])
            )
        ),
        st.tuples(_PLACES, _PLACES).map(
            lambda what: (
                lambda kept: _list(
                    kept, lambda place: kept.tabs.move_requested.emit(place, what[1] % len(kept.names)), what[0]
                )
            )
        ),
    )


def _other_steps() -> st.SearchStrategy[Step]:
    """Return actions that do not change the lists."""
    return st.one_of(
        st.just(lambda kept: kept.list_controller.undo()),
        st.just(lambda kept: kept.list_controller.redo()),
        _SORTINGS.map(lambda sorting: lambda kept: kept.table.header.sorting_requested.emit(sorting)),
        st.just(lambda kept: kept.table.header.sorting_requested.emit(None)),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(_steps() | _other_steps(), max_size=16))
def test_lists_rows_and_feeds_agree_after_any_actions_and_all_can_be_undone(
    qapp: QApplication, steps: list[Step]
) -> None:
    kept = Kept()
    first = kept.list_controller.lists
    for step in steps:
        step(kept)
        kept.check()
    last = kept.list_controller.lists
    done = 0
    while kept.list_controller.history.can_undo:
        kept.list_controller.undo()
        kept.check()
        done += 1
    assert kept.list_controller.lists == first
    for _ in range(done):
        kept.list_controller.redo()
        kept.check()
    assert kept.list_controller.lists == last
    shiboken6.delete(kept.panel)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(_steps() | _other_steps(), max_size=8), st.data())
def test_the_selection_stays_on_its_symbols_while_rows_are_sorted(
    qapp: QApplication, steps: list[Step], data: st.DataObject
) -> None:
    kept = Kept()
    for step in steps:
        step(kept)
    if states := kept.panel.model.states:
        chosen = data.draw(st.sets(st.sampled_from(states)))
        kept.table.select_states(list(chosen))
        for sorting in data.draw(st.lists(_SORTINGS, max_size=4)):
            kept.table.header.sorting_requested.emit(sorting)
            if chosen:
                assert set(kept.table.selected_states()) == chosen
    shiboken6.delete(kept.panel)


def test_remaining_symbols_keep_their_prices_through_all_changes(kept: Kept) -> None:
    kept.trade("A", 5.0)
    for step in (kept.list_controller.new_list, kept.list_controller.undo, kept.list_controller.redo):
        step()
    kept.tabs.step(1)
    kept.table.header.sort_requested.emit(Sorting("symbol"))
    assert [state.last for state in kept.panel.model.states] == [None, None, None, 5.0]
