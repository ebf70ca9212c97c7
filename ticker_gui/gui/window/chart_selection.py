"""The symbols on the chart: the symbol of the current row, and the symbols that it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import NamedTuple, TypeAlias

from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.view.saved_views import SavedView
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.section_heading import SectionHeading

FindSymbol: TypeAlias = Callable[[str, str], SymbolState | None]  # of a feed and a symbol


class SavedSymbols(NamedTuple):
    """The symbols on the chart, each as feed and symbol, and the view of the charted one."""

    charted: tuple[str, str] | None = None
    compared: tuple[tuple[str, str], ...] = ()
    view: SavedView | None = None


class ChartSelection:
    """Shows symbols of the table on the chart, for which the market keeps a long history."""

    def __init__(self, market: Market, panel: WatchlistPanel, chart: PriceChart) -> None:
        self._market, self._table, self._order, self._chart = market, panel.table, panel.order, chart

    def show(self, state: SymbolState | None) -> None:
        """Show the chart of a symbol, or an empty chart."""
        if state is not self._chart.state:
            if state is not None:
                self._market.chart(state)
            self._chart.show_symbol(state)

    def restore(self, saved: SavedSymbols, find: FindSymbol) -> None:
        """Show the saved symbols as far as they are still in a list, and select the row of the charted one."""
        charted = None if saved.charted is None else find(*saved.charted)
        if charted is not None and self._market.holds(charted):
            self._market.chart(charted)
            self._chart.show_symbol(charted, saved.view)
            self._table.select_states([charted])
        found = [find(*symbol) for symbol in saved.compared]
        compared = [state for state in found if state is not None and self._market.holds(state)]
        for state in compared:
            self._market.chart(state)
        self._chart.compare(compared)

    def compare(self, is_requested: bool) -> None:
        """Compare the symbol on the chart with the selected ones, or clear the comparison."""
        states = self._table.selected_states() if is_requested else []
        for state in filter(None, (*states, self._chart.state)):
            self._market.chart(state)
        self._chart.compare(states)

    def follow_lists(self) -> None:
        """Remove symbols that are in no list any more, and show the current row if the chart's symbol is elsewhere."""
        chart, holds = self._chart, self._market.holds
        if not all(map(holds, chart.compared)):
            chart.compare([*filter(holds, chart.compared)])
        if chart.state is None or not holds(chart.state):
            if self._table.current_state is None:
                self._select_nearest()
            self.show(self._table.current_state)
        elif chart.state not in self._order.states and self._table.current_state is not None:
            self.show(self._table.current_state)

    def _select_nearest(self) -> None:
        """Select the first symbol below the current row, or else above it, if that is the heading of a section."""
        states, row = self._table.watchlist.states, max(0, self._table.currentIndex().row())
        nearest = (state for state in (*states[row:], *states[row::-1]) if not isinstance(state, SectionHeading))
        self._table.select_states([*islice(nearest, 1)])
