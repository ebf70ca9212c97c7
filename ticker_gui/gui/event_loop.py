"""The event loop of the window: qasync's, with fewer steps between a readable socket and its reader."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from ticker_gui.stream.daemon_executor import DaemonExecutor


class QtEventLoop(QEventLoop):  # type: ignore[misc]
    """Calls the reader of a socket as soon as Qt reports that the socket is readable.

    qasync disables the notifier, starts a timer, calls the reader when the timer fires and enables the notifier again.
    With one message per read, these steps cost half as much as everything else that is done with the message.
    """

    def _add_reader(self, fd: Any, callback: Callable[..., object], *args: object) -> None:
        """Call ``callback`` whenever ``fd``, a file descriptor or an object that has one, is readable."""
        self._check_closed()
        if fd in self._read_notifiers:
            self._remove_reader(fd)
        notifier = QSocketNotifier(fd if isinstance(fd, int) else fd.fileno(), QSocketNotifier.Type.Read)
        handle = asyncio.Handle(callback, args, self)  # it reports exceptions to the loop
        # The slot holds the notifier until it returns, because the reader may remove itself.
        notifier.activated["int"].connect(lambda _, notifier=notifier: handle._run())  # type: ignore[index]
        self._read_notifiers[fd] = notifier


def make_event_loop(application: QApplication) -> asyncio.AbstractEventLoop:
    """Return a new event loop; on Windows, where qasync has no notifiers of sockets, it is qasync's own."""
    loop = QEventLoop(application) if sys.platform == "win32" else QtEventLoop(application)
    loop.set_default_executor(DaemonExecutor())  # qasync would start ten threads at the first call, and wait for them
    return loop
