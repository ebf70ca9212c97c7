"""Where the window stood and what the user has arranged in it: kept as JSON, so that it comes back so."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QByteArray

from ticker_gui.gui.window import MainWindow
from ticker_gui.market.arrangement import Sorting
from ticker_gui.market.columns import PLACES, USUAL_COLUMNS
from ticker_gui.market.sparkline import SPANS

_LEAST_WIDTH, _MOST_WIDTH = 20, 2000


class WindowState(msgspec.Struct, frozen=True):
    """What is remembered of a window. Qt's own records are kept as the bytes that they are."""

    version: int = 2
    geometry: bytes = b""
    splitter: bytes = b""
    columns: tuple[str, ...] = USUAL_COLUMNS
    widths: dict[str, int] = {}
    sorting: Sorting | None = None
    trend: str = SPANS[0].name


def take(window: MainWindow) -> WindowState:
    """Return how a window stands now."""
    table = window.watchlist
    return WindowState(
        geometry=bytes(window.saveGeometry().data()),
        splitter=bytes(window.splitter.saveState().data()),
        columns=table.columns,
        widths={key: table.columnWidth(PLACES[key]) for key in table.columns if table.columnWidth(PLACES[key])},
        sorting=window.panel.order.sorting,
        trend=table.watchlist.trend_span.name,
    )


def put(state: WindowState, window: MainWindow) -> None:
    """Put a window where it stood; what does not fit is left out."""
    if state.geometry:
        window.restoreGeometry(QByteArray(state.geometry))
    if state.splitter:
        window.splitter.restoreState(QByteArray(state.splitter))
    table = window.watchlist
    table.use_columns(state.columns)
    for key, width in state.widths.items():
        if key in PLACES and _LEAST_WIDTH <= width <= _MOST_WIDTH:
            table.setColumnWidth(PLACES[key], width)
    if state.sorting is not None and state.sorting.column in PLACES:
        window.panel.order.keep_sorted(state.sorting)
    if state.trend in {span.name for span in SPANS}:
        table.use_span(state.trend)
