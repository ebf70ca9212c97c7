"""The last view of each symbol, restored when the user returns to it."""

from __future__ import annotations

from typing import Final, NamedTuple

from ticker_gui.chart.chart_data import ChartData
from ticker_gui.gui.chart.view.price_range import PriceRange
from ticker_gui.gui.chart.view.time_range import TimeRange
from ticker_gui.market.symbol_state import SymbolState

_MAX_SYMBOLS: Final = 200


class SavedPriceRange(NamedTuple):
    """A price range that the user chose, in scale coordinates."""

    bottom: float
    top: float
    is_log: bool


class SavedView(NamedTuple):
    """A view on one timeframe: its range of the time scale, and the time in its middle.

    A view ``is_at_newest`` if it showed the newest bars, and does so again; ``prices`` is None if prices auto-scale.
    ``left`` and ``right`` are None in a view of an earlier run, whose positions may belong to other bars.
    """

    timeframe: str
    left: float | None
    right: float | None
    middle_ns: int
    bars: float
    is_at_newest: bool
    prices: SavedPriceRange | None = None


class SavedViews:
    """The views of the symbols that were shown last; the oldest are dropped."""

    def __init__(self) -> None:
        self._views: dict[tuple[str, str], SavedView] = {}

    def __len__(self) -> int:
        return len(self._views)

    def save(self, state: SymbolState, view: SavedView) -> None:
        """Save the view of a symbol."""
        key = (state.feed, state.symbol)
        self._views.pop(key, None)
        self._views[key] = view
        if len(self._views) > _MAX_SYMBOLS:
            del self._views[next(iter(self._views))]

    def get(self, state: SymbolState) -> SavedView | None:
        """Return the saved view of a symbol."""
        return self._views.get((state.feed, state.symbol))


def captured_view(chart_data: ChartData, timeframe: str, time_range: TimeRange, price_range: PriceRange) -> SavedView:
    """Return the current view of a chart."""
    middle_ns = chart_data.time_scale.time_at(chart_data.series, (time_range.left + time_range.right) / 2)
    prices = (
        None if price_range.auto_scale else SavedPriceRange(price_range.bottom, price_range.top, price_range.is_log)
    )
    left, right, bars = time_range.left, time_range.right, time_range.bars_to_save
    return SavedView(timeframe, left, right, middle_ns, bars, time_range.is_at_newest, prices)


def restore_view(view: SavedView, timeframe: str, time_range: TimeRange, chart_data: ChartData) -> None:
    """Restore a view; on another timeframe, keep the time in its middle."""
    series, is_same = chart_data.series, view.timeframe == timeframe
    middle = right = chart_data.time_scale.x_at(series, view.middle_ns)
    if is_same and view.left is not None and view.right is not None:
        middle, right = (view.left + view.right) / 2, view.right
    oldest = chart_data.time_scale.x_at(series, int(series.bars.start_ns[0]))
    if not view.is_at_newest and right >= oldest:
        # The bars that an earlier run had seen may arrive only now, one after the other.
        is_of_this_run = view.left is not None
        time_range.center_on(middle, view.bars if is_same else time_range.bars, may_follow=is_of_this_run)
    elif is_same:
        time_range.follow_bars(view.bars)
