"""Which symbols are on the chart: that of the current row, and those it is compared with, while they are watched."""

from __future__ import annotations

from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState


class ChartSelection:
    """Puts symbols of the table on the chart, and has the market keep a long history of them."""

    def __init__(self, market: Market, table: WatchlistTable, chart: PriceChart) -> None:
        self._market, self._table, self._chart = market, table, chart

    def show(self, state: SymbolState | None) -> None:
        """Show a symbol, or none."""
        if state is not self._chart.state:
            if state is not None:
                self._market.chart(state)
            self._chart.show_symbol(state)

    def compare(self, is_requested: bool) -> None:
        """Show the selected symbols beside that of the chart, or no others."""
        states = self._table.selected_states() if is_requested else []
        for state in filter(None, (*states, self._chart.state)):
            self._market.chart(state)
        self._chart.compare(states)

    def follow_lists(self) -> None:
        """Take off what is watched no more; where that was the chart's own symbol, show the current row's."""
        chart, holds = self._chart, self._market.holds
        if not all(map(holds, chart.compared)):
            chart.compare([*filter(holds, chart.compared)])
        if chart.state is None or not holds(chart.state):
            if not self._table.currentIndex().isValid():
                self._table.selectRow(0)
            self.show(self._table.current_state)
