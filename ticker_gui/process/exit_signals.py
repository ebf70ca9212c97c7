"""Ending on a signal: Ctrl-C, a request to terminate, or the loss of the terminal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # importing it takes a tenth of a second, in which an interrupt would print a traceback
    import asyncio

EXIT_INTERRUPTED: Final = 130
# SIGHUP: the terminal or the session is gone. SIGBREAK: Ctrl-Break on Windows, which has no SIGHUP.
EXIT_SIGNALS: Final = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if name in signal.Signals.__members__
)


def exit_code(command: str, number: int) -> int:
    """Return what a command exits with when a signal ends it. An interrupted check is incomplete in any case."""
    is_interrupted = command == "check" or (command == "stream" and number == signal.SIGINT)
    return EXIT_INTERRUPTED if is_interrupted else 0


def exit_at_once(command: str) -> None:
    """Exit immediately on a signal, until the command handles signals itself.

    Importing takes up to a second. An exception raised in it would print a traceback, and nothing needs saving yet.
    """
    for number in _handled():
        signal.signal(number, lambda number, _: os._exit(exit_code(command, number)))


def handle(loop: asyncio.AbstractEventLoop, on_signal: Callable[[int], object]) -> bool:
    """Call ``on_signal`` in the loop with the number of each signal.

    Returns whether Python handles the signals instead of the loop (on Windows): it does so only while it runs, so a
    loop that is not Python's must let it run from time to time.
    """
    is_by_python = False
    for number in _handled():
        try:
            loop.add_signal_handler(number, on_signal, number)
        except NotImplementedError:
            is_by_python = True
            signal.signal(number, lambda number, _: loop.call_soon_threadsafe(on_signal, number))
    return is_by_python


@contextmanager
def handlers_restored() -> Iterator[None]:
    """Restore the handlers after the block: a loop that closes leaves Python's own, which raise KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in EXIT_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _handled() -> Iterator[signal.Signals]:
    """Yield the signals to handle; ``nohup`` has the loss of the terminal ignored."""
    for number in EXIT_SIGNALS:
        if number.name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN:
            yield number
