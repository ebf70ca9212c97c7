"""What the commands without a window share: their event loop, and their output to a reader that may be slow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, BinaryIO, Final

import msgspec

from ticker_gui.domain.errors import TickerError
from ticker_gui.formatting import json_lines
from ticker_gui.logs.exception_hooks import with_exception_handler
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process import exit_signals, pipes
from ticker_gui.process.early_exit import exit_code
from ticker_gui.stream.daemon_executor import DaemonExecutor

_MAX_UNWRITTEN: Final = 64 << 20
_MANY_UNWRITTEN: Final = 4 << 20
_INTERRUPTED_FLUSH_S: Final = 1.0


def run_command(coroutine: Coroutine[Any, Any, int], errors: InternalErrors | None) -> int:
    """Run a command in an event loop of its own; return its exit code."""

    async def run() -> int:
        asyncio.get_running_loop().set_default_executor(DaemonExecutor())  # a slow DNS resolver must not delay the exit
        return await coroutine

    with exit_signals.handlers_restored():
        return asyncio.run(with_exception_handler(run(), errors or InternalErrors("the program")))


async def finish_or_exit(command: str, work: Coroutine[Any, Any, int]) -> int:
    """Return the exit code of the work of a command, or that of a signal, which cancels the work."""
    interrupted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def interrupt(number: int) -> None:
        if not interrupted.done():
            interrupted.set_result(number)

    exit_signals.handle(asyncio.get_running_loop(), interrupt)
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait((working, interrupted), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else exit_code(command, interrupted.result())
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


class OutputLines:
    """Writes lines to a pipe that may be slow, in batches and in a thread; the buffer is limited."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self.is_closed = False
        self._lock = threading.Lock()  # a cancelled flush may still be writing its batch
        self._encoder = msgspec.json.Encoder()
        self._unwritten = bytearray()
        self._has_more = asyncio.Event()
        self._overflowed = False
        self._writing: asyncio.Future[None] | None = None

    def add(self, line: json_lines.Line) -> None:
        """Add a line, to be written by the next `flush`."""
        self._add(self._encoder.encode(line))

    def add_line(self, line: str) -> None:
        """Add a line that is text already, to be written by the next `flush`."""
        self._add(line.encode("utf-8", "replace"))

    def _add(self, line: bytes) -> None:
        if len(self._unwritten) > _MAX_UNWRITTEN:
            self._overflowed = True
            self._has_more.set()
            return
        self._unwritten += line
        self._unwritten += b"\n"
        self._has_more.set()

    def add_text(self, text: str) -> None:
        """Add whole lines of text, to be written by the next `flush`."""
        self._unwritten += text.encode("utf-8", "replace")
        self._has_more.set()

    @property
    def is_filling(self) -> bool:
        """Whether so much waits to be written that a source that can wait should do so."""
        return len(self._unwritten) > _MANY_UNWRITTEN

    async def write_until_closed(self) -> None:
        """Write what is added, until the reader closes the output.

        Raises:
            TickerError: the reader is too slow, or writing failed.
        """
        while not self.is_closed:
            await self._has_more.wait()
            self._has_more.clear()
            if self._overflowed:
                raise TickerError("The program that reads the output is too slow: 64 MB is waiting to be written.")
            await self.flush()

    async def flush(self) -> None:
        """Write what was added, unless the output is closed, and wait for what another flush is writing.

        Raises:
            TickerError: writing failed.
        """
        while (writing := self._writing) is not None and not writing.done():
            await asyncio.shield(writing)
        batch, self._unwritten = self._unwritten, bytearray()
        if batch and not self.is_closed:
            # Shielded, because a batch must be written as a whole.
            self._writing = asyncio.ensure_future(asyncio.to_thread(self._write, batch))
            await asyncio.shield(self._writing)

    async def finish(self, interrupted: asyncio.Event) -> None:
        """Write the last lines. Wait for a slow reader, but not long after an interrupt.

        Raises:
            TickerError: writing failed.
        """
        flushing, waiting = (asyncio.ensure_future(work) for work in (self.flush(), interrupted.wait()))
        await asyncio.wait((flushing, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await asyncio.wait((flushing,), timeout=_INTERRUPTED_FLUSH_S)
        if flushing.done():
            flushing.result()
        else:
            flushing.cancel()
        await asyncio.gather(flushing, waiting, return_exceptions=True)

    def _write(self, batch: bytearray) -> None:
        with self._lock:
            if not pipes.write_all(self._output, batch):
                self.is_closed = True
