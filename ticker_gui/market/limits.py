"""The limits of what a market keeps in memory."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ticker_gui.bars.bar_history import HistoryCapacity

_Some = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
_Many = Annotated[int, msgspec.Meta(ge=60, le=100_000_000)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of what is kept in memory. Those with ``chart_`` apply to symbols that were displayed on a chart."""

    symbols: _Some = 4096
    trades: _Many = 2_000
    second_bars: _Many = 600
    minute_bars: _Many = 1_440
    chart_trades: _Many = 1_000_000
    chart_second_bars: _Many = 86_400
    chart_minute_bars: _Many = 43_200
    charts: _Some = 4

    @property
    def watched(self) -> HistoryCapacity:
        """The history of a watched symbol."""
        return HistoryCapacity(self.trades, self.second_bars, self.minute_bars)

    @property
    def charted(self) -> HistoryCapacity:
        """The history of a symbol on a chart."""
        return HistoryCapacity(self.chart_trades, self.chart_second_bars, self.chart_minute_bars)
