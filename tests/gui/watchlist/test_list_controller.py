from __future__ import annotations

import time
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

from tests.doubles import ScriptedConnector, StillClock
from ticker_gui.config.settings import BUILT_IN, Feed
from ticker_gui.domain.events import Relay, Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.watchlist.list_controller import NO_RELAY, WatchlistController
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.market.limits import Limits
from ticker_gui.watchlist import lists
from ticker_gui.watchlist.columns import COLUMN_INDEX
from ticker_gui.watchlist.lists import MAX_ENTRIES, MAX_LISTS, ListEntry, Lists, NamedList
from ticker_gui.watchlist.saved_lists import SavedLists
from ticker_gui.watchlist.sorting import Sorting

DESK = Feed("ws://desk", ("A", "B", "C"), "desk", "demo")
COINS = Feed("wss://ws-feed.exchange.coinbase.com", ("BTC-USD",), "coins", "coinbase")


def _panel_alone(engine: Engine) -> WatchlistPanel:
    panel = WatchlistPanel(engine.clock, load_theme("dark"), flash_enabled=False)
    panel.resize(900, 300)
    return panel


class Setup:
    """A list controller on an engine that is not running, and the messages that it has emitted."""

    def __init__(
        self,
        *feeds: Feed,
        setup: SavedLists | None = None,
        limits: Limits | None = None,
        make_panel: Callable[[Engine], WatchlistPanel] | None = None,
    ) -> None:
        self.clock = StillClock()
        self.engine = Engine(feeds or (DESK, COINS), limits, connector=ScriptedConnector(), clock=self.clock)
        self.panel = (make_panel or _panel_alone)(self.engine)
        self.table, self.tabs = self.panel.table, self.panel.tabs
        self.list_controller = WatchlistController(self.engine, self.panel)
        self.messages: list[str] = []
        self.list_controller.message_requested.connect(self.messages.append)
        self.undo_offers: list[str] = []
        self.list_controller.undo_offered.connect(self.undo_offers.append)
        self.list_controller.restore(setup or SavedLists())

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
def setup(qtbot: QtBot) -> Setup:
    setup = Setup()
    setup.show(qtbot)
    return setup


# Symbols


def test_without_saved_lists_the_first_list_has_the_symbols_of_the_settings(setup: Setup) -> None:
    assert (setup.rows, setup.names, setup.messages) == ("A B C BTC-USD", ["Watchlist"], [])
    setup.check()


def test_added_symbols_are_selected_and_subscribed_and_can_be_undone(setup: Setup) -> None:
    setup.list_controller.add_text("desk", "X, y; Z\nA")
    assert setup.rows == "A B C BTC-USD X y Z"
    assert setup.selected == "A X y Z"
    assert setup.watched("desk") == ["A", "B", "C", "X", "Y", "Z"]
    setup.list_controller.undo()
    assert setup.messages == ["Undo: add 3 symbols"]
    assert setup.watched("desk") == ["A", "B", "C"]
    setup.list_controller.redo()
    assert setup.messages[-1] == "Redo: add 3 symbols"
    assert setup.selected == "X y Z"
    setup.check()


def test_removed_symbols_that_return_are_selected(setup: Setup) -> None:
    setup.list_controller.remove([state for state in setup.panel.model.states if state.symbol in ("B", "C")])
    assert setup.selected == "A"
    setup.list_controller.undo()
    assert setup.selected == "B C"
    setup.list_controller.redo()
    assert setup.selected == "A"


def test_invalid_symbols_are_reported_and_the_others_are_added(setup: Setup) -> None:
    setup.list_controller.add_text("desk", "X <img> -1 =cmd() ?")
    assert setup.rows.endswith(" X")
    assert setup.messages[-1].startswith('"<img>", "-1", "=cmd()" and 1 more are not valid symbols. Use letters')
    setup.list_controller.add_text("desk", " ".join(f"<{number}>" for number in range(1_003)))
    assert '"<2>" and 1,000 more are not valid symbols' in setup.messages[-1]
    setup.list_controller.add_text("desk", "?" * 500)
    assert len(setup.messages[-1]) < 200


def test_a_feed_before_a_symbol_adds_it_to_that_feed(setup: Setup) -> None:
    setup.list_controller.add_text("desk", "D, COINS:eth-usd coins:SOL-USD nasdaq:X desk:")
    assert setup.watched("desk") == ["A", "B", "C", "D", "NASDAQ:X", "DESK:"]
    assert setup.watched("coins") == ["BTC-USD", "ETH-USD", "SOL-USD"]
    setup.check()
    setup.list_controller.undo()  # in one step
    assert setup.rows == "A B C BTC-USD"


def test_symbols_that_the_built_in_market_does_not_have_are_reported_and_not_added(qtbot: QtBot) -> None:
    setup = Setup(BUILT_IN)
    missing: list[list[str]] = []
    setup.list_controller.symbols_missing.connect(missing.append)
    before = setup.rows
    setup.list_controller.add_text("demo", "AAPL nimb BTC-USD")
    assert missing == [["AAPL", "BTC-USD"]]
    assert setup.rows == before


def test_a_symbol_in_the_list_is_selected_and_reported_without_a_change(setup: Setup) -> None:
    setup.list_controller.add_text("desk", "b c")
    assert setup.messages == ["2 symbols are already in this list."]
    assert setup.selected == "B C"
    assert not setup.list_controller.history.can_undo


@pytest.mark.parametrize("text", ["btcusd", "btc/usd BTC-USD", "BTC_USD"])
def test_a_symbol_in_another_spelling_is_the_same_symbol(setup: Setup, text: str) -> None:
    setup.list_controller.add_text("coins", text)
    assert setup.messages == ["BTC-USD is already in this list."]
    setup.list_controller.add_text("coins", "ethusd ETH-USD eth/usd")
    assert setup.rows == "A B C BTC-USD ethusd"
    setup.list_controller.new_list()
    setup.list_controller.add_text("coins", "Eth-Usd")
    assert setup.rows == "ethusd"
    setup.check()


def test_the_time_to_find_out_which_symbols_a_feed_may_have_grows_with_their_number(qtbot: QtBot) -> None:
    setup, times = Setup(), []
    qtbot.addWidget(setup.panel)
    for count in (500, 4_000):
        symbols = [f"S{number}" for number in range(count)]
        began_s = time.thread_time()
        assert len(setup.list_controller._targets("desk", symbols)) == count
        times.append(time.thread_time() - began_s)
    assert times[1] < 20 * times[0]  # eight times


def test_symbols_of_a_removed_feed_are_not_added(setup: Setup) -> None:
    setup.list_controller.add("nobody", ["X"])
    assert setup.rows == "A B C BTC-USD"


def test_exceeding_the_list_limit_is_reported(setup: Setup) -> None:
    setup.list_controller.add("desk", [f"S{number}" for number in range(MAX_ENTRIES)])
    assert len(setup.messages) == 1
    assert setup.messages[0].startswith("Cannot add 10,000 more to Watchlist:")
    setup.check()


def test_exceeding_the_symbol_limit_is_reported_and_what_fits_is_shown(qtbot: QtBot) -> None:
    setup = Setup(DESK, limits=Limits(symbols=4))
    setup.show(qtbot)
    setup.list_controller.add_text("desk", "X Y Z")
    assert setup.rows == "A B C X"
    assert "Cannot add Y" in setup.messages[-1]
    setup.list_controller.rows.sort(Sorting("symbol"))
    assert setup.rows == "X C B A"
    setup.select("X")
    setup.table.request_removal()
    assert setup.rows == "C B A Y"


def test_a_list_keeps_its_selection_and_scroll_position(setup: Setup) -> None:
    setup.list_controller.add_text("desk", " ".join(f"S{number}" for number in range(80)))
    setup.select("S40", "S41")
    requested: list[object] = []
    bar = setup.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    scrolled = bar.value()
    setup.list_controller.new_list()
    setup.list_controller.add_text("desk", "A")
    setup.table.chart_requested.connect(requested.append)
    setup.tabs.step(-1)
    assert (setup.selected, bar.value()) == ("S40 S41", scrolled)
    assert setup.table.current_state is setup.panel.model.state(44)
    assert requested == [setup.table.current_state]  # so that the chart shows the current row
    setup.tabs.step(1)
    assert setup.selected == "A"
    assert requested[-1] is setup.table.current_state


def test_in_a_list_without_a_current_row_the_first_symbol_becomes_the_current_one(setup: Setup) -> None:
    setup.list_controller.new_list()
    setup.list_controller.add("desk", ["B"])
    setup.table.clearSelection()
    setup.table.setCurrentIndex(setup.panel.model.index(-1, 0))
    setup.list_controller.show(0)
    current = setup.table.current_state
    assert current is not None
    assert (current.symbol, setup.selected) == ("A", "A")


def test_removed_symbols_are_unsubscribed_unless_another_list_has_them(setup: Setup) -> None:
    setup.list_controller.new_list()
    setup.list_controller.add_text("desk", "A")
    setup.tabs.step(-1)
    setup.select("A", "B")
    setup.table.request_removal()
    assert setup.rows == "C BTC-USD"
    assert setup.undo_offers == ["Removed 2 symbols from Watchlist."]
    assert setup.watched("desk") == ["A", "C"]
    setup.list_controller.undo()
    assert setup.rows == "A B C BTC-USD"
    assert setup.messages[-1] == "Undo: remove 2 symbols"
    setup.check()


def test_rows_are_moved_shifted_and_pinned(setup: Setup) -> None:
    states = {state.symbol: state for state in setup.panel.model.states}
    setup.table.move_requested.emit([states["C"]], states["A"])
    assert setup.rows == "C A B BTC-USD"
    setup.table.move_requested.emit([states["C"]], None)
    assert setup.rows == "A B BTC-USD C"
    setup.select("BTC-USD", "C")
    setup.table.request_shift(-1)
    assert (setup.rows, setup.selected) == ("A BTC-USD C B", "BTC-USD C")
    setup.select("C")
    setup.table.request_pin()
    assert setup.rows == "C A BTC-USD B"
    setup.table.request_pin()
    assert setup.rows == "A BTC-USD C B"
    for what in ("unpin C", "pin C", "move 2 symbols", "move C", "move C"):
        setup.list_controller.undo()
        assert setup.messages[-1] == f"Undo: {what}"
    assert setup.rows == "A B C BTC-USD"
    setup.check()


def test_a_shifted_row_stays_visible(setup: Setup) -> None:
    setup.list_controller.add("desk", [f"S{number:02d}" for number in range(60)])
    setup.select("A")
    setup.table.verticalScrollBar().setValue(0)
    for _ in range(50):
        setup.table.request_shift(1)
        row = setup.rows.split().index("A")
        assert setup.table.row_top(row) + setup.table.rowHeight(row) <= setup.table.viewport().height()
    assert setup.rows.split().index("A") == 50


def test_moved_rows_keep_the_sorted_order_and_the_user_learns_that_sorting_ends(setup: Setup) -> None:
    setup.table.header.sorting_requested.emit(Sorting("symbol"))
    assert setup.rows == "C BTC-USD B A"
    setup.select("B")
    setup.table.request_shift(1)
    assert setup.rows == "C BTC-USD A B"
    assert setup.table.header.sorting is None
    assert setup.undo_offers == ["Moved B. The rows keep this order and are no longer sorted by Symbol."]
    setup.list_controller.undo()
    assert setup.rows == "C BTC-USD B A"
    setup.table.header.sorting_requested.emit(None)
    assert setup.rows == "A B C BTC-USD"


def test_sorting_once_changes_the_manual_order(setup: Setup) -> None:
    setup.table.header.sorting_requested.emit(Sorting("feed"))
    setup.table.header.sort_requested.emit(Sorting("symbol"))
    assert setup.rows == "C BTC-USD B A"
    assert setup.panel.order.sorting is None
    setup.list_controller.undo()
    assert (setup.rows, setup.messages) == ("A B C BTC-USD", ["Undo: sort by Symbol"])


def test_sorting_once_includes_rows_that_the_filter_hides(setup: Setup) -> None:
    setup.panel.order.set_filter(lambda state, now_ns: state.feed == "desk")
    setup.table.header.sort_requested.emit(Sorting("symbol"))
    setup.panel.order.set_filter(None)
    assert setup.rows == "C BTC-USD B A"


def test_an_alias_applies_in_all_lists_and_can_be_removed(setup: Setup) -> None:
    state = setup.panel.model.states[1]
    setup.panel.model.setData(setup.panel.model.index(1, COLUMN_INDEX["alias"]), "Bee")
    assert state.alias == "Bee"
    setup.list_controller.new_list()
    setup.list_controller.add_text("desk", "B")
    assert setup.panel.model.states[0].alias == "Bee"
    setup.panel.model.setData(setup.panel.model.index(0, COLUMN_INDEX["alias"]), "")
    assert state.alias == ""
    setup.list_controller.undo()
    assert (state.alias, setup.messages[-1]) == ("Bee", "Undo: set the alias of B")
    setup.check()


def test_an_alias_is_edited_in_its_row(setup: Setup, qtbot: QtBot) -> None:
    setup.select("B")
    setup.table.edit_alias()
    editor = QApplication.focusWidget()
    qtbot.keyClicks(editor, "Bee")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: setup.panel.model.states[1].alias == "Bee")
    assert setup.panel.model.index(1, COLUMN_INDEX["alias"]).data() == "Bee"


def test_an_alias_applies_to_every_spelling_of_a_symbol(setup: Setup) -> None:
    model = setup.panel.model
    model.setData(model.index(3, COLUMN_INDEX["alias"]), "Gold")
    setup.tabs.deletion_requested.emit(0)
    setup.list_controller.add_text("coins", "btcusd")
    assert model.states[0].alias == "Gold"
    model.setData(model.index(0, COLUMN_INDEX["alias"]), "")
    assert model.states[0].alias == ""
    setup.check()


# Lists


def test_a_new_list_is_active_and_receives_added_symbols(setup: Setup) -> None:
    setup.tabs.new_list_requested.emit()
    assert (setup.rows, setup.names, setup.list_controller.active_index) == ("", ["Watchlist", "Watchlist 2"], 1)
    setup.list_controller.add_text("desk", "X")
    setup.tabs.step(1)
    assert setup.rows == "A B C BTC-USD"
    setup.check()


def test_a_list_is_renamed(setup: Setup) -> None:
    setup.tabs.rename_requested.emit(0, "Coins & more")
    assert setup.tabs.bar.tabText(0) == "Coins && more"
    setup.list_controller.undo()
    assert (setup.names, setup.messages) == (["Watchlist"], ["Undo: rename the list Watchlist"])


def test_undo_restores_and_shows_a_deleted_list(setup: Setup) -> None:
    setup.tabs.new_list_requested.emit()
    setup.list_controller.add_text("desk", "X")
    setup.tabs.deletion_requested.emit(1)
    assert setup.undo_offers == ["Deleted the list Watchlist 2."]
    assert (setup.rows, setup.watched("desk")) == ("A B C BTC-USD", ["A", "B", "C"])
    setup.list_controller.undo()
    assert (setup.rows, setup.list_controller.active_index) == ("X", 1)
    setup.check()


def test_the_active_list_stays_active_when_others_change(setup: Setup) -> None:
    for _ in range(3):
        setup.tabs.new_list_requested.emit()
    setup.list_controller.add_text("desk", "X")
    assert (setup.rows, setup.list_controller.active_index) == ("X", 3)
    setup.tabs.deletion_requested.emit(0)
    assert (setup.rows, setup.list_controller.active_index) == ("X", 2)
    setup.tabs.move_requested.emit(2, 0)
    assert (setup.rows, setup.list_controller.active_index) == ("X", 0)
    setup.tabs.move_requested.emit(2, 0)
    assert (setup.rows, setup.list_controller.active_index) == ("X", 1)
    setup.list_controller.undo()
    assert (setup.rows, setup.list_controller.active_index) == ("X", 0)
    setup.check()


def test_moving_a_list_keeps_the_selection(setup: Setup) -> None:
    setup.tabs.new_list_requested.emit()
    setup.tabs.step(1)
    setup.select("B", "C")
    setup.tabs.move_requested.emit(0, 1)
    assert (setup.selected, setup.list_controller.active_index) == ("B C", 1)


def test_undo_shows_the_list_that_it_changes(setup: Setup) -> None:
    setup.select("A")
    setup.table.request_removal()
    setup.tabs.new_list_requested.emit()
    setup.list_controller.undo()  # of the new list
    setup.list_controller.redo()
    assert (setup.rows, setup.list_controller.active_index) == ("", 1)
    setup.list_controller.undo()
    setup.list_controller.undo()
    assert (setup.rows, setup.list_controller.active_index) == ("A B C BTC-USD", 0)


def test_deleting_the_only_list_leaves_an_empty_one_that_cannot_be_deleted(setup: Setup) -> None:
    setup.tabs.deletion_requested.emit(0)
    assert (setup.rows, setup.names) == ("", ["Watchlist"])
    assert setup.watched("desk") == setup.watched("coins") == []
    setup.tabs.deletion_requested.emit(0)
    assert len(setup.undo_offers) == 1  # nothing was deleted, and undoing would undo something else
    setup.list_controller.undo()
    assert setup.rows == "A B C BTC-USD"


def test_exceeding_the_number_of_lists_is_reported(setup: Setup) -> None:
    for _ in range(MAX_LISTS):
        setup.tabs.new_list_requested.emit()
    assert setup.messages == [f"Cannot create a list: the limit of {MAX_LISTS} lists is reached. Delete one first."]
    setup.check()


def test_undo_without_history_does_nothing(setup: Setup) -> None:
    setup.list_controller.undo()
    setup.list_controller.redo()
    assert setup.messages == []


# Keeping


def test_saved_lists_are_restored_in_the_next_run(setup: Setup, qtbot: QtBot) -> None:
    setup.tabs.new_list_requested.emit()
    setup.list_controller.add_text("desk", "X Y Z")
    setup.select("Y")
    setup.table.request_pin()
    setup.panel.model.setData(setup.panel.model.index(0, COLUMN_INDEX["alias"]), "Why")
    written = msgspec.json.encode(setup.list_controller.capture())
    again = Setup(setup=msgspec.json.decode(written, type=SavedLists))
    again.show(qtbot)
    assert again.list_controller.lists == setup.list_controller.lists
    assert (again.rows, again.list_controller.active_index, again.panel.model.states[0].alias) == ("Y X Z", 1, "Why")
    assert not again.list_controller.history.can_undo
    again.check()


def test_changes_of_the_settings_since_saving_are_applied(setup: Setup, qtbot: QtBot) -> None:
    setup.list_controller.add_text("desk", "X")
    state = setup.list_controller.capture()
    again = Setup(msgspec.structs.replace(DESK, symbols=("A", "C", "D")), COINS, setup=state)
    again.show(qtbot)
    assert again.rows == "A C BTC-USD X D"
    again.check()


def test_reloaded_settings_are_applied_and_stay_when_the_step_before_is_undone(setup: Setup) -> None:
    setup.list_controller.add_text("desk", "X")
    setup.engine.set_feeds([msgspec.structs.replace(DESK, symbols=("B", "D"))])
    setup.list_controller.apply_settings()
    assert setup.rows == "B X D"
    setup.check()
    setup.list_controller.undo()
    assert setup.rows == "B D"
    assert setup.messages[-1] == "Undo: add X"


def test_after_an_addition_was_undone_the_current_row_is_selected_again(setup: Setup) -> None:
    setup.select("C")
    setup.list_controller.add_text("desk", "X")
    assert setup.selected == "X"
    setup.list_controller.undo()
    current = setup.table.current_state
    assert current is not None
    assert setup.selected == current.symbol


def test_symbols_of_a_removed_feed_are_kept_until_it_returns(setup: Setup, qtbot: QtBot) -> None:
    setup.list_controller.add_text("coins", "ETH-USD")
    without = Setup(DESK, setup=setup.list_controller.capture())
    without.show(qtbot)
    assert without.rows == "A B C"
    without.table.header.sort_requested.emit(Sorting("symbol"))
    assert without.rows == "C B A"
    with_it = Setup(setup=without.list_controller.capture())
    with_it.show(qtbot)
    assert with_it.rows == "C B A ETH-USD BTC-USD"


def test_a_symbol_with_two_spellings_is_one_row_that_can_be_removed(qtbot: QtBot) -> None:
    lists = Lists((NamedList(entries=(ListEntry("coins", "btcusd"), ListEntry("coins", "ETH-USD"))),))
    setup = Setup(COINS, setup=SavedLists(lists=lists))
    setup.show(qtbot)
    assert setup.rows == "BTC-USD ETH-USD"
    setup.select("BTC-USD")
    setup.table.request_shift(1)
    assert setup.rows == "ETH-USD BTC-USD"
    setup.table.request_pin()
    assert setup.rows == "BTC-USD ETH-USD"
    setup.table.request_removal()
    assert (setup.rows, setup.watched("coins")) == ("ETH-USD", ["ETH-USD"])


@pytest.mark.parametrize("shown", [-3, 99])
def test_an_invalid_active_index_falls_back_to_an_existing_list(qtbot: QtBot, shown: int) -> None:
    setup = Setup(setup=SavedLists(lists=Lists().new(), shown=shown))
    setup.show(qtbot)
    setup.check()


def test_full_lists_report_added_settings_and_stay_unchanged(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_ENTRIES", 300)
    full = Lists((NamedList(entries=tuple(ListEntry("desk", f"S{number}") for number in range(300))),))
    setup = Setup(DESK, setup=SavedLists(lists=full), limits=Limits(symbols=300))
    setup.show(qtbot)
    assert "Cannot add 3 more to Watchlist" in setup.messages[0]
    assert setup.list_controller.lists == full


# In the window


def test_every_list_action_works_with_the_keyboard_alone(qtbot: QtBot) -> None:
    windows: list[MainWindow] = []

    def in_window(engine: Engine) -> WatchlistPanel:
        windows.append(MainWindow(list(engine.feeds), engine.clock, load_theme("dark")))
        return windows[0].panel

    setup = Setup(make_panel=in_window)
    (window,) = windows
    window.undo_requested.connect(setup.list_controller.undo)
    window.symbols_requested.connect(setup.list_controller.add_text)
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    def focus() -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def press(key: str) -> None:
        QTest.keySequence(focus(), QKeySequence(key))

    setup.table.setFocus()
    press("Down")
    press("Alt+Down")
    assert (setup.rows, setup.selected) == ("A C B BTC-USD", "B")
    press("Ctrl+D")
    assert setup.rows == "B A C BTC-USD"
    press("Del")
    assert setup.rows == "A C BTC-USD"
    press("Ctrl+Z")
    assert setup.rows == "B A C BTC-USD"
    press("Ctrl+T")
    press("Ctrl+N")
    qtbot.keyClicks(focus(), "X")
    press("Return")
    assert (setup.rows, setup.names) == ("X", ["Watchlist", "Watchlist 2"])
    press("Ctrl+Shift+Tab")
    assert setup.rows == "B A C BTC-USD"
    press("Ctrl+Tab")
    press("Ctrl+Shift+R")
    qtbot.keyClicks(focus(), "Mine")
    press("Return")
    assert setup.names == ["Watchlist", "Mine"]
    press("Ctrl+F")
    qtbot.keyClicks(focus(), "nothing")
    assert setup.rows == ""
    press("Esc")
    assert setup.rows == "X"
    assert setup.table.hasFocus()
    window.hide()


# Anything at all

_PLACES = st.integers(0, 9)
_SOME = st.sets(st.integers(0, 7), min_size=1, max_size=4)
_TEXTS = st.lists(st.sampled_from("AaBbCcDdEe"), min_size=1, max_size=4).map(" ".join)
_COINS = st.lists(st.sampled_from(["btcusd", "BTC-USD", "eth/usd", "ETH-USD", "solusd"]), min_size=1).map(",".join)
_NAMES = st.sampled_from(["", "One", "Two", "Watchlist 2"])
_SORTINGS = st.builds(Sorting, st.sampled_from(["symbol", "feed", "last"]), st.booleans())

Step = Callable[["Setup"], object]


def _choose(setup: Setup, some: set[int]) -> None:
    states = setup.panel.model.states
    setup.table.select_states([states[number % len(states)] for number in some if states])


def _remove(setup: Setup, some: set[int]) -> None:
    _choose(setup, some)
    setup.table.request_removal()


def _pin(setup: Setup, some: set[int]) -> None:
    _choose(setup, some)
    setup.table.request_pin()


def _shift(setup: Setup, some: set[int], by: int) -> None:
    _choose(setup, some)
    setup.table.request_shift(by)


def _move(setup: Setup, some: set[int], place: int) -> None:
    _choose(setup, some)
    states = setup.panel.model.states
    if states:
        setup.table.move_requested.emit(setup.table.selected_states(), states[place] if place < len(states) else None)


def _alias(setup: Setup, place: int, name: str) -> None:
    model = setup.panel.model
    if model.rowCount():
        model.setData(model.index(place % model.rowCount(), COLUMN_INDEX["alias"]), name)


def _list(setup: Setup, what: Callable[[int], object], place: int) -> None:
    what(place % len(setup.names))


def _steps() -> st.SearchStrategy[Step]:
    """Return all actions of a user on lists."""
    return st.one_of(
        _TEXTS.map(lambda text: lambda setup: setup.list_controller.add_text("desk", text)),
        _COINS.map(lambda text: lambda setup: setup.list_controller.add_text("coins", text)),
        _SOME.map(lambda some: lambda setup: _remove(setup, some)),
        _SOME.map(lambda some: lambda setup: _pin(setup, some)),
        st.tuples(_SOME, st.sampled_from([-1, 1])).map(lambda what: lambda setup: _shift(setup, *what)),
        st.tuples(_SOME, _PLACES).map(lambda what: lambda setup: _move(setup, *what)),
        st.tuples(_PLACES, _NAMES).map(lambda what: lambda setup: _alias(setup, *what)),
        _SORTINGS.map(lambda sorting: lambda setup: setup.table.header.sort_requested.emit(sorting)),
        st.none().map(lambda nothing: lambda setup: setup.tabs.new_list_requested.emit()),
        st.sampled_from([-1, 1]).map(lambda by: lambda setup: setup.tabs.step(by)),
        _PLACES.map(lambda place: lambda setup: _list(setup, setup.tabs.deletion_requested.emit, place)),
        st.tuples(_PLACES, _NAMES).map(
            lambda what: (
                lambda setup: _list(setup, lambda place: setup.tabs.rename_requested.emit(place, what[1]), what[0])
            )
        ),
        st.tuples(_PLACES, _PLACES).map(
            lambda what: (
                lambda setup: _list(
                    setup,
                    lambda place: setup.tabs.move_requested.emit(place, what[1] % len(setup.names)),
                    what[0],
                )
            )
        ),
    )


def _other_steps() -> st.SearchStrategy[Step]:
    """Return actions that do not change the lists."""
    return st.one_of(
        st.just(lambda setup: setup.list_controller.undo()),
        st.just(lambda setup: setup.list_controller.redo()),
        _SORTINGS.map(lambda sorting: lambda setup: setup.table.header.sorting_requested.emit(sorting)),
        st.just(lambda setup: setup.table.header.sorting_requested.emit(None)),
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(_steps() | _other_steps(), max_size=16))
def test_lists_rows_and_feeds_agree_after_any_actions_and_all_can_be_undone(
    qapp: QApplication, steps: list[Step]
) -> None:
    setup = Setup()
    first = setup.list_controller.lists
    for step in steps:
        step(setup)
        setup.check()
    last = setup.list_controller.lists
    done = 0
    while setup.list_controller.history.can_undo:
        setup.list_controller.undo()
        setup.check()
        done += 1
    assert setup.list_controller.lists == first
    for _ in range(done):
        setup.list_controller.redo()
        setup.check()
    assert setup.list_controller.lists == last
    shiboken6.delete(setup.panel)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(_steps() | _other_steps(), max_size=8), st.data())
def test_the_selection_stays_on_its_symbols_while_rows_are_sorted(
    qapp: QApplication, steps: list[Step], data: st.DataObject
) -> None:
    setup = Setup()
    for step in steps:
        step(setup)
    if states := setup.panel.model.states:
        chosen = data.draw(st.sets(st.sampled_from(states)))
        setup.table.select_states(list(chosen))
        for sorting in data.draw(st.lists(_SORTINGS, max_size=4)):
            setup.table.header.sorting_requested.emit(sorting)
            if chosen:
                assert set(setup.table.selected_states()) == chosen
    shiboken6.delete(setup.panel)


def test_remaining_symbols_keep_their_prices_through_all_changes(setup: Setup) -> None:
    setup.trade("A", 5.0)
    for step in (setup.list_controller.new_list, setup.list_controller.undo, setup.list_controller.redo):
        step()
    setup.tabs.step(1)
    setup.table.header.sort_requested.emit(Sorting("symbol"))
    assert [state.last for state in setup.panel.model.states] == [None, None, None, 5.0]


RELAYED = Feed("ws://127.0.0.1:1", ("*",), "relayed", "nats")


def report(setup: Setup, *symbols: str) -> None:
    setup.engine.feeds["relayed"].relayed.receive(Relay(symbols))
    setup.list_controller.apply_settings()


def test_all_symbols_of_a_relay_are_rows_and_removed_ones_do_not_come_back(qtbot: QtBot) -> None:
    setup = Setup(RELAYED)
    report(setup, "A", "B")
    setup.list_controller.remove([state for state in setup.engine.market.states if state.symbol == "A"])
    report(setup, "A", "B", "C")
    assert [entry.symbol for entry in setup.list_controller.active_list.entries] == ["B", "C"]
    assert [state.symbol for state in setup.engine.market.states] == ["B", "C"]


def test_rows_of_a_relay_stay_in_the_next_run_before_it_is_connected(qtbot: QtBot) -> None:
    first = Setup(RELAYED)
    report(first, "A", "B")
    first.list_controller.remove([first.engine.market.states[0]])
    second = Setup(RELAYED, setup=first.list_controller.capture())
    assert [entry.symbol for entry in second.list_controller.active_list.entries] == ["B"]
    report(second, "B", "A", "C")
    assert [entry.symbol for entry in second.list_controller.active_list.entries] == ["B", "C"]


def test_symbols_of_a_relay_leave_the_lists_when_the_settings_name_others(qtbot: QtBot) -> None:
    first = Setup(RELAYED)
    report(first, "A", "B")
    named = Setup(msgspec.structs.replace(RELAYED, symbols=("B",)), setup=first.list_controller.capture())
    assert [entry.symbol for entry in named.list_controller.active_list.entries] == ["B"]


def test_an_asterisk_adds_all_symbols_of_a_relay_in_one_step(qtbot: QtBot) -> None:
    setup = Setup(msgspec.structs.replace(RELAYED, symbols=("X",)))
    setup.list_controller.add_text("", "*")
    assert setup.messages == [NO_RELAY]
    report(setup, "A", "B")
    setup.list_controller.add_text("", "*")
    assert [entry.symbol for entry in setup.list_controller.active_list.entries] == ["X", "A", "B"]
    setup.list_controller.undo()
    assert [entry.symbol for entry in setup.list_controller.active_list.entries] == ["X"]


def test_a_row_of_the_list_beside_a_deleted_one_is_selected(qtbot: QtBot) -> None:
    setup = Setup()
    setup.show(qtbot)
    setup.list_controller.new_list([ListEntry("desk", "C"), ListEntry("coins", "BTC-USD")])
    setup.tabs.list_requested.emit(0)
    setup.select("A")
    setup.tabs.deletion_requested.emit(0)
    assert setup.rows == "C BTC-USD"
    current = setup.table.current_state
    assert current is not None
    assert setup.selected == current.symbol
