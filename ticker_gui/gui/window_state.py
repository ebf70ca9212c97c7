"""Where the window stood: kept as JSON beside the settings, so that it comes back there."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QByteArray

from ticker_gui.gui.window import MainWindow

_MOST_BYTES: Final = 1 << 16
_LOG: Final = logging.getLogger(__name__)


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


def read(path: Path) -> WindowState:
    """Return what a file remembers; nothing where there is none. A file that is not ours is put aside."""
    try:
        if path.stat().st_size <= _MOST_BYTES:
            return msgspec.json.decode(path.read_bytes(), type=WindowState)
    except FileNotFoundError:
        return WindowState()
    except (OSError, msgspec.MsgspecError) as error:
        _LOG.info("The window's state is not readable: %s", error)
    try:
        path.replace(path.with_suffix(".bad"))
    except OSError as error:
        _LOG.info("The unreadable state cannot be put aside: %s", error)
    return WindowState()


def write(path: Path, state: WindowState) -> None:
    """Write the state for its owner alone, whole or not at all. A folder that cannot be written to is no failure."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".state-")  # readable by the owner alone
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(state))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        _LOG.info("The window's state is not kept: %s", error)
