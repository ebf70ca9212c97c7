"""The last view of each symbol, restored when the user returns to it."""

from __future__ import annotations

from typing import Final, NamedTuple

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
