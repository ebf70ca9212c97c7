"""What was in view of each symbol, so that a chart shows it again when the user comes back."""

from __future__ import annotations

from typing import Final, NamedTuple

from ticker_gui.market.symbol_state import SymbolState

_MAX_SYMBOLS: Final = 200


class SavedPriceRange(NamedTuple):
    """Prices, or their logarithms, that the user has chosen to see."""

    bottom: float
    top: float
    is_log: bool


class SavedView(NamedTuple):
    """What is in view: from one place on the ruler of a timeframe to another, and what time is in the middle.

    A view that ``is_at_newest`` shows the newest bars whenever it is shown; ``prices`` is ``None`` where they fit.
    """

    timeframe: str
    left: float
    right: float
    middle_ns: int
    bars: float
    is_at_newest: bool
    prices: SavedPriceRange | None = None


class SavedViews:
    """The views of the symbols that were shown last; the oldest are forgotten."""

    def __init__(self) -> None:
        self._views: dict[tuple[str, str], SavedView] = {}

    def __len__(self) -> int:
        return len(self._views)

    def save(self, state: SymbolState, view: SavedView) -> None:
        """Remember the view of a symbol."""
        key = (state.feed, state.symbol)
        self._views.pop(key, None)
        self._views[key] = view
        if len(self._views) > _MAX_SYMBOLS:
            del self._views[next(iter(self._views))]

    def get(self, state: SymbolState) -> SavedView | None:
        """Return the view that a symbol had, if it is remembered."""
        return self._views.get((state.feed, state.symbol))
