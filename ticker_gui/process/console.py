"""Shows messages to the user on the terminal, or in a message box if there is none."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TextIO

from ticker_gui.domain.errors import SettingsError
from ticker_gui.process import pipes


def print_error(message: str) -> None:
    """Print a message on stderr; a program without a console shows it in a message box."""
    if sys.stderr is not None:
        print_status(f"ticker-gui: {message}\n")
    elif sys.stdout is None:
        _show_box(message)


def print_status(text: str) -> None:
    """Print text on stderr, which may be closed, full or without a reader."""
    if sys.stderr is None:
        return
    try:
        print(text, end="", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        with suppress(OSError, ValueError):  # Python would write the rest when it exits, and change the exit code
            pipes.discard(sys.stderr)


def is_without_terminal() -> bool:
    """Return whether the program was started from the desktop: no terminal, and no program that reads its errors."""
    streams = [stream for stream in (sys.stdin, sys.stdout, sys.stderr) if stream is not None]
    return not any(map(_is_terminal, streams)) and not _is_pipe(sys.stderr)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (OSError, ValueError):  # closed
        return False


def _is_pipe(stream: TextIO | None) -> bool:
    """Return whether another program reads a stream; the journal of the desktop session is a socket or a file."""
    try:
        return stream is not None and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def require_console(command: str) -> None:
    """Raise `SettingsError` if a command has no console to print on."""
    if sys.stdout is None:
        if sys.platform == "win32":
            raise SettingsError(f"This command needs a console: run ticker-gui-console {command}.")
        raise SettingsError(f"Standard output is closed, and ticker-gui {command} prints on it.")


def _show_box(message: str) -> None:
    if sys.platform == "win32":
        import ctypes

        error_icon = 0x10
        ctypes.windll.user32.MessageBoxW(None, message, "Ticker GUI", error_icon)
