"""Builds the sparklines of rows; one that cannot be built affects only its row."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import partial
from typing import Final

from ticker_gui.gui.watchlist.sparkline_cell import SparklineCell, SparklineSize
from ticker_gui.gui.widgets.paint_guard import PaintGuard
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS

_TITLE: Final = f"the column {COLUMNS[COLUMN_INDEX['line']].title}"


class SparklineBuilder:
    """Builds sparklines and remembers which ones failed; ``on_failures_changed`` is called when that changes."""

    def __init__(self, on_failures_changed: Callable[[], object]) -> None:
        self._on_failures_changed = on_failures_changed
        self._guard = PaintGuard()
        self._failed: set[SymbolState] = set()

    @property
    def failed_titles(self) -> tuple[str, ...]:
        """The title of the column if any sparkline could not be built."""
        return (_TITLE,) if self._failed else ()

    def build(self, sparkline: SparklineCell, state: SymbolState, size: SparklineSize, now_ns: int) -> None:
        """Build the sparkline of a symbol; if that fails, its cell stays empty."""
        self._guard.begin()
        self._guard.build(_TITLE, partial(sparkline.build, state, size, now_ns))
        if self._guard.failed or state in self._failed:
            (self._failed.add if self._guard.failed else self._failed.discard)(state)
            self._on_failures_changed()

    def forget_all_except(self, states: Container[SymbolState]) -> None:
        """Forget the failures of other symbols."""
        self._failed = {state for state in self._failed if state in states}
        self._on_failures_changed()
