"""Where the window stood: kept as JSON beside the settings, so that it comes back there."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QByteArray

from ticker_gui.gui.window import MainWindow


class WindowState(msgspec.Struct, frozen=True):
    """What is remembered of a window. Qt's own records are kept as the bytes that they are."""

    version: int = 1
    geometry: bytes = b""
    splitter: bytes = b""
    columns: bytes = b""


def take(window: MainWindow) -> WindowState:
    """Return how a window stands now."""
    return WindowState(
        geometry=bytes(window.saveGeometry().data()),
        splitter=bytes(window.splitter.saveState().data()),
        columns=bytes(window.watchlist.horizontalHeader().saveState().data()),
    )


def put(state: WindowState, window: MainWindow) -> None:
    """Put a window where it stood; Qt looks its records over and leaves out what does not fit."""
    if state.geometry:
        window.restoreGeometry(QByteArray(state.geometry))
    if state.splitter:
        window.splitter.restoreState(QByteArray(state.splitter))
    if state.columns:
        window.watchlist.horizontalHeader().restoreState(QByteArray(state.columns))
