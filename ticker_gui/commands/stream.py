"""The command ``stream``, which prints market data as JSON lines. Loads no Qt."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from ticker_gui.alerts.alert import Alert
from ticker_gui.commands.output import OutputLines, run_command
from ticker_gui.commands.stream_alerts import StreamAlerts
from ticker_gui.commands.stream_sources import LiveSource, RecordedSource
from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Settings
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.frame import Frame
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.formatting import json_lines
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process import exit_signals
from ticker_gui.process.console import print_error
from ticker_gui.process.early_exit import EXIT_DONE, EXIT_NOT_DELIVERED, exit_code


def stream(
    settings: Settings,
    *,
    count: int | None,
    seconds: float | None,
    states: bool,
    errors: InternalErrors | None = None,
    record: Path | None = None,
    replay: Path | None = None,
    speed: float = 1.0,
    alerts: Sequence[Alert] = (),
) -> int:
    """Print market data until ``count`` events, ``seconds`` or an interrupt; return the exit code.

    ``errors`` counts internal errors that belong to no feed. All messages are recorded in the new file ``record``. With
    ``replay``, nothing is connected: the data is that of a recording, played at ``speed`` and until its end. The
    ``alerts`` add lines.

    Raises:
        SettingsError: a feed's required key is missing or must not be sent, a file cannot be read or written, or no
            feed has the symbol of an alert.
    """
    source: LiveSource | RecordedSource
    if replay is not None:
        source = RecordedSource(replay, speed, settings.limits)
    else:
        for feed in settings.feeds:
            resolve_credentials(feed)
        source = LiveSource(settings, record, backfills=bool(alerts))
    running = _Stream(source, count, seconds, states)
    running.add_alerts(alerts)
    return run_command(running.run(), errors)


class _Stream:
    """One run of ``ticker-gui stream``."""

    def __init__(
        self, source: LiveSource | RecordedSource, count: int | None, seconds: float | None, states: bool
    ) -> None:
        self._source = source
        self._remaining = count
        self._seconds = seconds
        self._prints_states = states
        self._lines = OutputLines(sys.stdout.buffer)
        self._is_done = asyncio.Event()
        self._interrupted = asyncio.Event()
        self._signal = 0  # the number of the signal that interrupted
        self._connected: set[str] = set()
        self._failed_feeds: set[str] = set()
        self._alerts: StreamAlerts | None = None
        self._engine = source.engine
        self._engine.taps.facts.add(self._write_fact)
        self._engine.taps.rejected_frames.add(self._write_rejected_frame)
        self._engine.taps.states.add(self._on_state)
        self._engine.taps.relays.add(self._on_relay)

    def add_alerts(self, alerts: Sequence[Alert]) -> None:
        """Add a line for each firing of an alert, after that of the trade, and for each time without evaluation."""
        if alerts:
            self._alerts = StreamAlerts(self._engine, alerts, self._lines.add)

    async def run(self) -> int:
        exit_signals.handle(asyncio.get_running_loop(), self._interrupt)
        tasks = [
            asyncio.ensure_future(work)
            for work in (
                *(() if self._alerts is None else (self._alerts.run(),)),
                self._source.run(lambda: not self._lines.is_filling and not self._is_done.is_set()),
                self._lines.write_until_closed(),
                self._is_done.wait(),
                self._interrupted.wait(),
            )
        ]
        try:
            done, _ = await asyncio.wait(tasks, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if self._alerts is not None:
                self._alerts.write_unobserved(is_end=True)
            exit_code = EXIT_DONE if self._lines.is_closed else self._exit_code()
            self._is_done.set()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._source.close()
        await self._lines.finish(self._interrupted)
        return exit_code

    def _interrupt(self, number: int) -> None:
        self._signal = number
        self._interrupted.set()

    def _exit_code(self) -> int:
        if self._interrupted.is_set():
            return exit_code("stream", self._signal)
        if self._has_all:
            return EXIT_DONE
        for name in self._engine.feeds:
            if name not in self._connected and name not in self._failed_feeds:
                self._fail(name, "did not connect in time. To find out why, run ticker-gui check with the same feed.")
        return EXIT_NOT_DELIVERED if self._failed_feeds else EXIT_DONE

    @property
    def _has_all(self) -> bool:
        """Whether all events of the requested count have been printed."""
        return self._remaining is not None and self._remaining <= 0

    @property
    def _has_failed(self) -> bool:
        """Whether no feed can deliver."""
        return len(self._failed_feeds) == len(self._engine.feeds)

    def _write_fact(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        if self._has_all or self._has_failed:
            return  # what arrives while the feeds are stopped is printed otherwise, because it is recorded as well
        if isinstance(fact, Reply):
            self._lines.add(
                json_lines.reply_line(feed.name, [feed.display_symbol(symbol) for symbol in fact.symbols], fact)
            )
            return
        self._lines.add(json_lines.fact_line(feed.name, feed.display_symbol(fact.symbol), fact, received_ns))
        if self._remaining is not None:
            self._remaining -= 1
            if self._has_all:
                self._is_done.set()

    def _write_rejected_frame(self, feed: EngineFeed, frame: Frame, reason: str) -> None:
        self._lines.add(json_lines.bad_frame_line(feed.name, frame, reason))

    def _on_state(self, feed: EngineFeed) -> None:
        state = feed.state
        if self._has_failed and state.kind is not FeedStatus.STOPPED:
            return  # the next attempt of a loop that was busy; a replay ends before it
        if self._prints_states:  # a failure to print must not prevent what follows
            feed.errors.guard(lambda: self._lines.add(json_lines.state_line(feed.name, state)), "reporting the state")
        if state.is_connected:
            self._connected.add(feed.name)
            self._failed_feeds.discard(feed.name)
        elif state.kind is FeedStatus.REJECTED or (
            state.kind is FeedStatus.WAITING and feed.name not in self._connected
        ):
            self._fail(feed.name, state.reason_at(state.since_ns))

    def _on_relay(self, feed: EngineFeed) -> None:
        if feed.watches_all and (message := feed.relayed.describe_left_out()):
            print_error(message)

    def _fail(self, feed: str, reason: str) -> None:
        """Report once that a feed cannot deliver; exit if no other feed can."""
        if feed in self._failed_feeds:
            return
        self._failed_feeds.add(feed)
        print_error(f"{feed}: {reason}")
        if self._has_failed:
            self._is_done.set()
