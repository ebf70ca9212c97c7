"""Composition root without a screen: the same engine, facts as JSON lines on stdout. Loads no Qt."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, BinaryIO, Final

import msgspec

from ticker_gui.commands import json_lines
from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Settings
from ticker_gui.demo.server import DemoServer
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.frame import Frame
from ticker_gui.engine.engine import Engine, EngineFeed
from ticker_gui.logs.exception_hooks import with_exception_handler
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process import exit_signals, pipes
from ticker_gui.process.console import print_error
from ticker_gui.process.early_exit import exit_code
from ticker_gui.stream.daemon_executor import DaemonExecutor

EXIT_DONE: Final = 0
EXIT_NOT_DELIVERED: Final = 1
_MAX_UNWRITTEN: Final = 64 << 20
_INTERRUPTED_FLUSH_S: Final = 1.0


def stream(
    settings: Settings,
    *,
    count: int | None,
    seconds: float | None,
    states: bool,
    errors: InternalErrors | None = None,
) -> int:
    """Print facts until ``count`` of them came, ``seconds`` passed, or the user stops it; return the exit code.

    ``errors`` counts internal errors that belong to no feed.

    Raises:
        SettingsError: a feed has no key where its provider wants one, or may not send it.
    """
    for feed in settings.feeds:
        resolve_credentials(feed)
    return _run(_Stream(settings, count, seconds, states).run(), errors)


def serve_demo(server: DemoServer, errors: InternalErrors | None = None) -> int:
    """Run the demo market until the user stops it; return the exit code.

    Raises:
        SettingsError: the address cannot be used.
    """
    if errors is not None:
        server.errors = errors
    return _run(_serve_demo(server), errors)


def _run(coroutine: Coroutine[Any, Any, int], errors: InternalErrors | None) -> int:
    async def run() -> int:
        asyncio.get_running_loop().set_default_executor(DaemonExecutor())  # a resolver must not hold up the end
        return await coroutine

    with exit_signals.handlers_restored():
        return asyncio.run(with_exception_handler(run(), errors or InternalErrors("the program")))


def _on_interrupt(on_signal: Callable[[int], object]) -> None:
    exit_signals.handle(asyncio.get_running_loop(), on_signal)


async def _serve_demo(server: DemoServer) -> int:
    stop = asyncio.Event()
    _on_interrupt(lambda number: stop.set())
    await server.start()
    print(
        f"The demo market serves {', '.join(server.market.symbols)} at {server.url}\n"
        f"Watch it with: ticker-gui --provider demo --url {server.url} --symbols {','.join(server.market.symbols)}",
        flush=True,
    )
    await stop.wait()
    await server.stop()
    return EXIT_DONE


class _Stream:
    """One run of ``ticker-gui stream``."""

    def __init__(self, settings: Settings, count: int | None, seconds: float | None, states: bool) -> None:
        self._left = count
        self._seconds = seconds
        self._states = states
        self._lines = _Lines(sys.stdout.buffer)
        self._is_enough = asyncio.Event()
        self._interrupted = asyncio.Event()
        self._signal = 0  # which one interrupted
        self._connected: set[str] = set()
        self._given_up: set[str] = set()
        self._engine = Engine(settings.feeds, settings.limits)
        self._engine.taps.facts.add(self._write_fact)
        self._engine.taps.rejected_frames.add(self._write_rejected_frame)
        self._engine.taps.states.add(self._note_state)

    async def run(self) -> int:
        _on_interrupt(self._interrupt)
        tasks = [
            asyncio.ensure_future(work)
            for work in (
                self._engine.run(),
                self._lines.write_until_nobody_reads(),
                self._is_enough.wait(),
                self._interrupted.wait(),
            )
        ]
        try:
            done, _ = await asyncio.wait(tasks, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            verdict = EXIT_DONE if self._lines.has_no_reader else self._verdict()
            self._is_enough.set()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._flush()
        return verdict

    def _interrupt(self, number: int) -> None:
        self._signal = number
        self._interrupted.set()

    async def _flush(self) -> None:
        """Write the last lines. A reader may take its time, but not after an interrupt."""
        flushing, interrupted = (asyncio.ensure_future(it) for it in (self._lines.flush(), self._interrupted.wait()))
        await asyncio.wait((flushing, interrupted), return_when=asyncio.FIRST_COMPLETED)
        interrupted.cancel()
        await asyncio.wait((flushing,), timeout=_INTERRUPTED_FLUSH_S)
        if flushing.done():
            flushing.result()
        else:
            flushing.cancel()
        await asyncio.gather(flushing, interrupted, return_exceptions=True)

    def _verdict(self) -> int:
        if self._interrupted.is_set():
            return exit_code("stream", self._signal)
        if self._left is not None and self._left <= 0:
            return EXIT_DONE
        for name in self._engine.feeds:
            if name not in self._connected and name not in self._given_up:
                self._give_up(name, "not connected in the time given.")
        return EXIT_NOT_DELIVERED if self._given_up else EXIT_DONE

    def _write_fact(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        if self._is_enough.is_set():
            return
        if isinstance(fact, Reply):
            self._lines.add(
                json_lines.reply_line(feed.name, [feed.display_symbol(symbol) for symbol in fact.symbols], fact)
            )
            return
        self._lines.add(json_lines.fact_line(feed.name, feed.display_symbol(fact.symbol), fact, received_ns))
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self._is_enough.set()

    def _write_rejected_frame(self, feed: EngineFeed, frame: Frame, reason: str) -> None:
        self._lines.add(json_lines.bad_frame_line(feed.name, frame, reason))

    def _note_state(self, feed: EngineFeed) -> None:
        state = feed.state
        if self._states:  # whatever becomes of the line, the state counts
            feed.errors.guard(lambda: self._lines.add(json_lines.state_line(feed.name, state)), "reporting the state")
        if state.is_connected:
            self._connected.add(feed.name)
            self._given_up.discard(feed.name)
        elif state.kind is FeedStatus.REJECTED or (
            state.kind is FeedStatus.WAITING and feed.name not in self._connected
        ):
            self._give_up(feed.name, state.reason_at(state.since_ns))

    def _give_up(self, feed: str, reason: str) -> None:
        """Say once that a feed cannot deliver; where none is left that could, there is nothing to wait for."""
        if feed in self._given_up:
            return
        self._given_up.add(feed)
        print_error(f"{feed}: {reason}")
        if len(self._given_up) == len(self._engine.feeds):
            self._is_enough.set()


class _Lines:
    """Lines on their way to a pipe that may be slow: written by one thread, in batches, within a bound."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self.has_no_reader = False
        self._order = threading.Lock()  # a batch whose waiter was cancelled is still being written
        self._encoder = msgspec.json.Encoder()
        self._unwritten = bytearray()
        self._has_more = asyncio.Event()
        self._overflowed = False

    def add(self, line: json_lines.Line) -> None:
        if len(self._unwritten) > _MAX_UNWRITTEN:
            self._overflowed = True
            self._has_more.set()
            return
        self._unwritten += self._encoder.encode(line)
        self._unwritten += b"\n"
        self._has_more.set()

    async def write_until_nobody_reads(self) -> None:
        while not self.has_no_reader:
            await self._has_more.wait()
            self._has_more.clear()
            if self._overflowed:
                raise TickerError("The reader of the output is too slow: 64 MiB of lines are waiting.")
            await self.flush()

    async def flush(self) -> None:
        batch, self._unwritten = self._unwritten, bytearray()
        if batch and not self.has_no_reader:
            # Shielded: a batch that is being written must not be cut off.
            writing = asyncio.ensure_future(asyncio.to_thread(self._write, batch))
            self.has_no_reader = not await asyncio.shield(writing)

    def _write(self, batch: bytearray) -> bool:
        with self._order:
            return pipes.write_all(self._output, batch)
