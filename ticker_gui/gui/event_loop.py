"""The event loop of the window: qasync's, with fewer steps between a readable socket and its reader."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from ticker_gui.stream.daemon_executor import DaemonExecutor

_T = TypeVar("_T")


class SocketReader(QSocketNotifier):
    """Calls the reader of a socket while it is enabled."""

    def __init__(self, number: int) -> None:
        super().__init__(number, QSocketNotifier.Type.Read)
        self._handle: asyncio.Handle | None = None
        self.activated["int"].connect(self._read)  # type: ignore[index]

    def start(self, handle: asyncio.Handle) -> None:
        """Register a reader; it reports exceptions to the loop."""
        self._handle = handle
        self.setEnabled(True)

    def stop(self) -> None:
        """Call no reader, and hold none."""
        self.setEnabled(False)
        self._handle = None

    def _read(self, _: int) -> None:
        if self._handle is not None:
            self._handle._run()


class _EndingLoop(QEventLoop):  # type: ignore[misc]
    """Ends when its task ends; qasync would handle Qt's events once more, in which callbacks find no running loop."""

    def run_until_complete(self, future: Awaitable[_T]) -> _T:
        """Run until a future is done or a coroutine returns; return its result."""
        task = asyncio.ensure_future(future, loop=self)
        task.add_done_callback(self._stop_with)
        try:
            self.run_forever()
        finally:
            task.remove_done_callback(self._stop_with)
        if not task.done():
            raise RuntimeError("The event loop was stopped before its task was done.")
        return task.result()

    def _stop_with(self, _: asyncio.Future[Any]) -> None:
        self.stop()


class QtEventLoop(_EndingLoop):
    """Calls the reader of a socket as soon as Qt reports that the socket is readable.

    qasync disables the notifier, starts a timer, calls the reader when the timer fires and enables the notifier again.
    With one message per read, these steps cost half as much as everything else that is done with the message.

    A busy socket is paused after each read, so the notifier of a removed reader is kept for the next reader of the same
    file descriptor: a new one costs more than the read.
    """

    def __init__(self, application: QApplication) -> None:
        self._idle_readers: dict[int, SocketReader] = {}  # by file descriptor
        super().__init__(application)  # adds a reader

    def _add_reader(self, fd: Any, callback: Callable[..., object], *args: object) -> None:
        """Call ``callback`` whenever ``fd``, a file descriptor or an object that has one, is readable."""
        self._check_closed()
        if fd in self._read_notifiers:
            self._remove_reader(fd)
        number = fd if isinstance(fd, int) else fd.fileno()
        reader = self._idle_readers.pop(number, None) or SocketReader(number)
        self._read_notifiers[fd] = reader
        reader.start(asyncio.Handle(callback, args, self))

    def _remove_reader(self, fd: Any) -> bool:
        """Stop calling the reader of ``fd``; return whether there was one."""
        reader = None if self.is_closed() else self._read_notifiers.pop(fd, None)
        if reader is None:
            return False
        reader.stop()
        self._idle_readers[reader.socket()] = reader
        return True

    def close(self) -> None:
        """Close the loop, which holds no notifiers afterwards."""
        super().close()
        self._idle_readers.clear()


def make_event_loop(application: QApplication) -> asyncio.AbstractEventLoop:
    """Return a new event loop; on Windows, where qasync has no notifiers of sockets, it is qasync's own."""
    loop = _EndingLoop(application) if sys.platform == "win32" else QtEventLoop(application)
    loop.set_default_executor(DaemonExecutor())  # qasync would start ten threads at the first call, and wait for them
    return loop
