"""Composition root without a screen: the same engine, facts as JSON lines on stdout. Loads no Qt."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, BinaryIO, Final

import msgspec

from ticker_gui import json_lines
from ticker_gui.credentials import access_to
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.domain.feed_state import FeedKind
from ticker_gui.domain.frame import Frame
from ticker_gui.engine import Engine, EngineFeed
from ticker_gui.settings import Settings
from ticker_gui.stream.demo_server import DemoServer

EXIT_DONE: Final = 0
EXIT_NOT_DELIVERED: Final = 1
EXIT_INTERRUPTED: Final = 130
_MOST_UNWRITTEN: Final = 64 << 20


def stream(settings: Settings, *, count: int | None, seconds: float | None, states: bool) -> int:
    """Print facts until ``count`` of them came, ``seconds`` passed, or the user stops it; return the exit code.

    Raises:
        SettingsError: a feed has no key where its provider wants one, or may not send it.
    """
    for feed in settings.feeds:
        access_to(feed)
    return _run(_Stream(settings, count, seconds, states).run())


def serve_demo(server: DemoServer) -> int:
    """Run the local market until the user stops it; return the exit code.

    Raises:
        SettingsError: the address cannot be listened at.
    """
    return _run(_serve_demo(server))


def _run(coroutine: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(coroutine)
    except KeyboardInterrupt:  # where the loop takes no signal handlers
        return EXIT_INTERRUPTED


def _on_interrupt(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, stop.set)


async def _serve_demo(server: DemoServer) -> int:
    stop = asyncio.Event()
    _on_interrupt(stop)
    await server.start()
    print(
        f"The local market trades {', '.join(server.market.symbols)} at {server.url}\n"
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
        self._connected: set[str] = set()
        self._given_up: set[str] = set()
        self._engine = Engine(
            settings.feeds,
            settings.limits,
            on_fact=self._tell_fact,
            on_bad_frame=self._tell_bad_frame,
            on_state=self._tell_state,
        )

    async def run(self) -> int:
        _on_interrupt(self._interrupted)
        tasks = [
            asyncio.ensure_future(work)
            for work in (
                self._engine.run(),
                self._lines.write_for_ever(),
                self._is_enough.wait(),
                self._interrupted.wait(),
            )
        ]
        try:
            done, _ = await asyncio.wait(tasks, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            verdict = self._verdict()
            for task in done:
                task.result()
            self._is_enough.set()
        except BrokenPipeError:
            self._lines.give_up()
            return EXIT_DONE  # whoever reads has had enough
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(BrokenPipeError):
            await self._lines.flush()
        return verdict

    def _verdict(self) -> int:
        if self._interrupted.is_set():
            return EXIT_INTERRUPTED
        if self._left is not None and self._left <= 0:
            return EXIT_DONE
        for name in self._engine.feeds:
            if name not in self._connected and name not in self._given_up:
                self._give_up(name, "not connected in the time given.")
        return EXIT_NOT_DELIVERED if self._given_up else EXIT_DONE

    def _tell_fact(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        if self._is_enough.is_set():
            return
        if isinstance(fact, Reply):
            self._lines.add(json_lines.reply_line(feed.name, [feed.spell(symbol) for symbol in fact.symbols], fact))
            return
        self._lines.add(json_lines.fact_line(feed.name, feed.spell(fact.symbol), fact, received_ns))
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self._is_enough.set()

    def _tell_bad_frame(self, feed: EngineFeed, frame: Frame, reason: str) -> None:
        self._lines.add(json_lines.bad_frame_line(feed.name, frame, reason))

    def _tell_state(self, feed: EngineFeed) -> None:
        state = feed.state
        if self._states:
            self._lines.add(json_lines.state_line(feed.name, state))
        if state.is_connected:
            self._connected.add(feed.name)
            self._given_up.discard(feed.name)
        elif state.kind is FeedKind.REJECTED or (state.kind is FeedKind.WAITING and feed.name not in self._connected):
            self._give_up(feed.name, state.reason)

    def _give_up(self, feed: str, reason: str) -> None:
        """Say once that a feed cannot deliver; where none is left that could, there is nothing to wait for."""
        if feed in self._given_up:
            return
        self._given_up.add(feed)
        print(f"ticker-gui: {feed}: {reason}", file=sys.stderr)
        if len(self._given_up) == len(self._engine.feeds):
            self._is_enough.set()


class _Lines:
    """Lines on their way to a pipe that may be slow: written by one thread, in batches, within a bound."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._thread = ThreadPoolExecutor(1, "lines")
        self._encoder = msgspec.json.Encoder()
        self._unwritten = bytearray()
        self._has_more = asyncio.Event()
        self._overflowed = False

    def add(self, line: json_lines.Line) -> None:
        if len(self._unwritten) > _MOST_UNWRITTEN:
            self._overflowed = True
            self._has_more.set()
            return
        self._unwritten += self._encoder.encode(line)
        self._unwritten += b"\n"
        self._has_more.set()

    async def write_for_ever(self) -> None:
        while True:
            await self._has_more.wait()
            self._has_more.clear()
            if self._overflowed:
                raise TickerError("Whoever reads the lines is too slow: 64 MiB of them are waiting.")
            await self.flush()

    async def flush(self) -> None:
        batch, self._unwritten = self._unwritten, bytearray()
        if batch:
            # Shielded: the batch is on its way, whoever stops waiting for it.
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, self._write, batch))

    def give_up(self) -> None:
        """Let the interpreter's own last flush go nowhere."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._output.fileno())

    def _write(self, batch: bytearray) -> None:
        self._output.write(batch)
        self._output.flush()
