"""Ends the running program on Ctrl+C, termination, or the loss of the terminal."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from ticker_gui.process.early_exit import EXIT_SIGNAL_NAMES, is_ignored

EXIT_SIGNALS: Final = tuple(signal.Signals[name] for name in EXIT_SIGNAL_NAMES if name in signal.Signals.__members__)


def handle(loop: asyncio.AbstractEventLoop, on_signal: Callable[[int], object]) -> bool:
    """Call ``on_signal`` in the loop with the number of each signal.

    Return whether Python handles the signals instead of the loop, as on Windows. Python does so only while it executes
    code, so an event loop of Qt must run some from time to time.
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
    """Yield the signals to handle."""
    for number in EXIT_SIGNALS:
        if number.name != "SIGHUP" or not is_ignored(number):
            yield number
