"""Whether a chart has data, and the texts that are shown instead of a chart without data."""

from __future__ import annotations

from ticker_gui.chart.chart_data import ChartData
from ticker_gui.feed_status.charted_status import ChartedStatus
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES
from ticker_gui.gui.widgets.empty_view import EmptyText
from ticker_gui.market.symbol_state import SymbolState


def has_data(state: SymbolState | None, chart_data: ChartData | None) -> bool:
    """Return whether there is anything to draw; otherwise a chart has no axes either."""
    if state is None or chart_data is None:
        return False
    return bool(len(chart_data.series)) or any(price is not None for price in (state.last, state.bid, state.ask))


def empty_text(state: SymbolState | None, status: ChartedStatus | None) -> EmptyText:
    """Return what is shown instead of the chart of a symbol without data, or of no symbol."""
    if state is None:
        return EmptyText("No symbol on the chart", "Select a row to see its chart.", "Add symbols")
    if status is None:
        return EmptyText(WAITING_FOR_TRADES)
    return EmptyText(status.word, status.reason, "" if status.remedy is None else status.remedy.value)
