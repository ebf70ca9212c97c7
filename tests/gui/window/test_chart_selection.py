from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.chart.view.saved_views import SavedView
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.chart_selection import ChartSelection, SavedSymbols
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.watchlist.section_heading import SectionHeading, SectionRows


class Shown:
    """A window on a small market, without the rest of the program."""

    def __init__(self, qtbot: QtBot) -> None:
        self.desk = Desk("A", "B", "C")
        self.window = MainWindow(("desk",), self.desk.clock, load_theme("dark"))
        qtbot.addWidget(self.window)
        self.window.show()
        self.charted = ChartSelection(self.desk.market, self.window.panel, self.window.chart)
        self.window.watchlist.chart_requested.connect(self.charted.show)
        self.follow()

    def follow(self) -> None:
        """Update the table and the chart."""
        self.window.panel.order.set_states(self.desk.market.states, ())
        self.charted.follow_lists()

    @property
    def symbols(self) -> list[str]:
        """The symbols on the chart: its own, then those it is compared with."""
        chart = self.window.chart
        return [state.symbol for state in (chart.state, *chart.compared) if state is not None]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_the_current_rows_symbol_is_on_the_chart_with_a_long_history(shown: Shown) -> None:
    assert shown.symbols == ["A"]
    shown.window.watchlist.selectRow(1)
    assert shown.symbols == ["B"]
    assert shown.desk.market.states[1].tape.capacity == shown.desk.market.limits.chart_trades


def test_the_selected_symbols_are_compared_until_switched_off(shown: Shown) -> None:
    shown.window.watchlist.selectAll()
    shown.charted.compare(True)
    assert set(shown.symbols) == {"A", "B", "C"}
    assert {state.tape.capacity for state in shown.desk.market.states} == {shown.desk.market.limits.chart_trades}
    shown.charted.compare(False)
    assert len(shown.symbols) == 1


def test_removed_symbols_leave_the_chart(shown: Shown) -> None:
    shown.window.watchlist.selectAll()
    shown.charted.compare(True)
    own, *_ = shown.symbols
    left = {"A", "B", "C"} - {own}
    shown.desk.feed.unwatch(left.pop())
    shown.follow()
    assert set(shown.symbols) == {own, *left}
    shown.desk.feed.unwatch(own)
    shown.follow()
    assert set(shown.symbols) == left
    shown.desk.feed.unwatch(left.pop())
    shown.follow()
    assert shown.symbols == []


def test_a_symbol_that_left_the_active_list_leaves_the_chart_although_another_list_has_it(shown: Shown) -> None:
    shown.window.watchlist.selectRow(1)
    assert shown.symbols == ["B"]
    first, _, third = shown.desk.market.states
    shown.window.panel.order.set_states([first, third], ())
    shown.charted.follow_lists()
    current = shown.window.watchlist.current_state
    assert current is not None
    assert shown.symbols == [current.symbol]
    shown.window.panel.order.set_states([], ())
    shown.charted.follow_lists()
    assert shown.symbols == [current.symbol]  # an empty list has nothing better to show


@pytest.mark.parametrize(("removed", "expected"), [("A", "B"), ("C", "B")])
def test_next_to_the_heading_of_a_section_the_nearest_symbol_is_charted(
    shown: Shown, removed: str, expected: str
) -> None:
    headings = {name: SectionHeading(name) for name in "ABC"}  # each symbol has a section of its own

    def show() -> None:
        states = shown.desk.market.states
        sections = [
            SectionRows(one, [state for state in states if state.symbol == name]) for name, one in headings.items()
        ]
        shown.window.panel.order.set_states(states, (), sections)
        shown.charted.follow_lists()

    show()
    shown.window.watchlist.select_states([state for state in shown.desk.market.states if state.symbol == removed])
    assert shown.symbols == [removed]
    shown.desk.feed.unwatch(removed)
    show()
    current = shown.window.watchlist.current_state
    assert current is not None
    assert [current.symbol] == shown.symbols == [expected]


def test_the_saved_symbols_and_view_return_to_the_chart(shown: Shown) -> None:
    view = SavedView("ticks", None, None, 0, 33.0, is_at_newest=True)
    saved = SavedSymbols(("desk", "B"), (("desk", "C"), ("desk", "A")), view)
    shown.charted.restore(saved, lambda feed, symbol: shown.desk.market.feed(feed).find(symbol))
    assert shown.symbols == ["B", "C", "A"]
    current = shown.window.watchlist.current_state
    assert current is not None
    assert current.symbol == "B"
    assert shown.window.chart.captured_view() == view
    assert all(state.tape.capacity == shown.desk.market.limits.chart_trades for state in shown.desk.market.states)


def test_saved_symbols_that_are_no_longer_in_a_list_are_left_out(shown: Shown) -> None:
    saved = SavedSymbols(("desk", "GONE"), (("desk", "GONE"), ("other", "A"), ("desk", "C")))
    shown.charted.restore(
        saved, lambda feed, symbol: shown.desk.market.feed("desk").find(symbol) if feed == "desk" else None
    )
    assert shown.symbols == ["A", "C"]
