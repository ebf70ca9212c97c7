"""One feed under test: taken step by step, listened to, and what was found until now."""

from __future__ import annotations

import asyncio
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from ticker_gui.commands.check.no_data import describe_for_check
from ticker_gui.commands.check.probe import Step, milliseconds, probe
from ticker_gui.commands.check.report import MAX_REASONS, BadFrames, Report
from ticker_gui.config.settings import Feed, shown_url
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.events import Fact, Quote, Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.engine.engine import Engine, EngineFeed
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.logs.internal_errors import as_exception
from ticker_gui.market.clock_offset import Delay, estimate_delay
from ticker_gui.market.market import Limits
from ticker_gui.stream.subscriptions import NO_ANSWER
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.transport import Endpoint, OnPayloads, OnPhase, Transport, open_connection

_MAX_DELAYS: Final = 1_000_000
_MAX_DELAY_NS: Final = 1 << 61  # any number may be sent for a time
_MAX_KINDS: Final = 1_000  # of reasons; a reason may quote the frame
_LATER: Final = "Try again later; if it stays so, ask the provider."
_THROUGH_PROXY: Final = "Check the proxy of the environment, or name this host in NO_PROXY."


class FeedCheck:
    """One feed under test, in an engine of its own. `report` may be asked for at any time."""

    def __init__(
        self,
        feed: Feed,
        limits: Limits,
        seconds: float,
        *,
        clock: Clock | None = None,
        timeouts: Timeouts | None = None,
        log_file: Path | None = None,
    ) -> None:
        self._log_file = "" if log_file is None else str(log_file)
        self._settings = feed
        self._route = Endpoint(feed.url, cafile=feed.cafile, proxy=feed.proxy)
        self._seconds = seconds
        self._engine = Engine((feed,), limits, clock=clock, connector=self._connect, timeouts=timeouts)
        self._engine.taps.facts.add(self._note_fact)
        self._engine.taps.rejected_frames.add(self._note_rejected_frame)
        self._engine.taps.states.add(self._note_state)
        self._feed = self._engine.feeds[feed.name]
        self._probed: list[Step] = []
        self._marks: dict[str, int] = {}  # when what was first reached
        self._has_answered = asyncio.Event()  # either way
        self._has_failed = asyncio.Event()
        self._failure = ""
        self._is_done = False
        self._has_proxy = False
        self._transport: Transport | None = None
        self._protocol: FeedProtocol | None = None
        self._has_login = False
        self._has_acknowledged = False
        self._refusal = ""
        self._no_data = self._feed.why_no_data()  # when the time was up
        self._arrivals_ns = array("q")
        self._delays_ns = array("q")
        self._bad_frames: Counter[str] = Counter()
        self._payloads: dict[str, bytes] = {}

    async def run(self) -> None:
        """Go to the feed and listen, until the time is up or it fails. An unexpected exception ends this check only."""
        with self._feed.errors.contained("checking the feed"):
            await self._run()

    async def _run(self) -> None:
        async for step in probe(self._route, self._engine.clock):
            self._probed.append(step)
        self._has_proxy = any(step.ok is None for step in self._probed)  # which takes these steps for us
        if any(step.ok is False for step in self._probed):
            return
        self._mark("started")
        engine = asyncio.ensure_future(self._engine.run())
        try:
            await _first_of(engine, self._has_answered, None)
            await _first_of(engine, self._has_failed, self._seconds)
            self._is_done = True
        finally:
            self._mark("ended")
            self._no_data = self._feed.why_no_data()
            engine.cancel()
            await asyncio.gather(engine, return_exceptions=True)

    # What happens, noted at feed speed

    def _mark(self, name: str) -> None:
        self._marks.setdefault(name, self._engine.clock())

    async def _connect(self, route: Endpoint, on_payloads: OnPayloads, now_ns: Clock, on_phase: OnPhase) -> Transport:
        """Connect as usual, and note when the connection is open and when the login is complete."""
        self._protocol = protocol = self._feed.session.protocol
        assert protocol is not None
        self._has_login = not protocol.is_ready
        self._marks["started"] = now_ns()  # what came before was asking for the key

        def take(payloads: list[bytes], received_ns: int) -> None:
            on_payloads(payloads, received_ns)
            if protocol.is_ready:
                self._marks.setdefault("ready", received_ns)

        connection = await open_connection(route, take, now_ns, on_phase, self._engine.timeouts)
        self._transport = connection
        self._mark("connected")
        self._has_answered.set()
        return connection

    def _note_fact(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        if isinstance(fact, Reply):
            self._note_reply(fact, received_ns)
            return
        self._marks.setdefault("data", received_ns)
        if not isinstance(fact, Trade | Quote) or fact.time_ns is None or len(self._delays_ns) >= _MAX_DELAYS:
            return
        delay_ns = received_ns - fact.time_ns
        if delay_ns >= -DAY_NS:  # a time further ahead is none to the market either
            self._arrivals_ns.append(received_ns)
            self._delays_ns.append(min(delay_ns, _MAX_DELAY_NS))

    def _note_reply(self, reply: Reply, received_ns: int) -> None:
        if reply.message == NO_ANSWER:  # which is our own, and says that there was no reply
            return
        if not reply.ok:
            self._refusal = self._refusal or sanitize_text(reply.message) or "the server does not say why"
        if self._has_login and "ready" not in self._marks:
            return  # it answers the login
        self._marks.setdefault("reply", received_ns)
        self._has_acknowledged |= reply.ok

    def _note_rejected_frame(self, feed: EngineFeed, frame: Frame, reason: str) -> None:
        reason = sanitize_text(reason)
        if reason not in self._bad_frames and len(self._bad_frames) >= _MAX_KINDS:
            reason = "other reasons"
        self._bad_frames[reason] += 1
        self._payloads.setdefault(reason, frame.payload)

    def _note_state(self, feed: EngineFeed) -> None:
        if feed.state.kind not in (FeedStatus.WAITING, FeedStatus.REJECTED) or self._has_failed.is_set():
            return
        # A rejection names its remedy; a lost connection would be retried, but not by a check.
        remedy = _THROUGH_PROXY if "connected" not in self._marks and self._has_proxy else _LATER
        is_whole = feed.state.kind is FeedStatus.REJECTED or feed.state.is_internal
        self._failure = feed.state.reason if is_whole else f"{feed.state.reason} {remedy}"
        self._mark("failed")
        self._has_failed.set()
        self._has_answered.set()

    # What it comes to

    def report(self) -> Report:
        """Return what has been found until now, whatever it is."""
        symbols = [state.symbol for state in self._feed.market.states]
        report = Report(self._feed.name, shown_url(self._settings.url), self._settings.provider, (), symbols)
        with self._feed.errors.contained("writing the report"):
            report = as_exception(self._report)
        errors = dict(self._feed.errors.kinds)
        return msgspec.structs.replace(report, internal_errors=errors, log_file=self._log_file)

    def _report(self) -> Report:
        states, market, marks = self._feed.market.states, self._feed.market, self._marks
        up_ns = marks.get("failed", marks.get("ended", 0)) - marks["connected"] if "connected" in marks else 0
        refused: list[tuple[str | None, str]] = [
            (state.symbol, state.refusal) for state in states if state.refusal is not None
        ]
        guess = self._protocol if isinstance(self._protocol, AutoDetect) else None
        return Report(
            feed=self._feed.name,
            url=shown_url(self._settings.url),
            provider=self._settings.provider,
            steps=[*self._probed, *self._session_steps()],
            symbols=[state.symbol for state in states],
            delivered=[state.symbol for state in states if state.received_ns is not None],
            silent=[state.symbol for state in states if state.received_ns is None and state.refusal is None],
            rejected=[
                (state.symbol, sanitize_text(state.rejection))
                for state in states
                if state.rejection is not None and state.received_ns is None
            ],
            refused=[*refused, (None, market.last_error)] if market.last_error else refused,
            not_sent=[state.symbol for state in states if self._protocol and self._protocol.refusal(state.wire_symbol)],
            listened_s=max(0.0, round(up_ns / SECOND_NS, 3)),
            messages=self._feed.session.frames,
            bad_frame_count=self._bad_frames.total(),
            bad_frames=[
                BadFrames(reason, count, self._payloads[reason])
                for reason, count in self._bad_frames.most_common(MAX_REASONS)
            ],
            delay=self._delay(marks.get("started", 0)),
            recognised=None if guess is None else guess.detected_provider,
            mapping=None if guess is None or guess.detected_provider is not None else guess.detected_mapping,
            notes=() if self._protocol is None else self._protocol.notes,
        )

    def _delay(self, started_ns: int) -> Delay | None:
        """Return how late messages arrive; those from before the start are ignored, because they answer a request."""
        if not self._delays_ns or self._transport is None:
            return None
        arrivals, delays = np.array(self._arrivals_ns, np.int64), np.array(self._delays_ns, np.int64)
        ages = delays - delays.min()
        recent = delays[arrivals - ages >= started_ns]
        if not recent.size:
            return None
        return estimate_delay(recent, self._transport.latency_s, self._transport.clock_offset_ns)

    def _session_steps(self) -> Iterator[Step]:
        """Yield the steps from the handshake on, the first that was not reached being the last."""
        marks = self._marks
        if "started" not in marks:
            return
        if "connected" not in marks:
            yield self._unfinished("handshake", marks["started"], "No answer to the handshake.")
            return
        took = milliseconds(marks["connected"] - marks["started"])
        yield Step("handshake", True, took, "WebSocket open (time includes DNS, TCP and TLS)")
        asked_ns = marks["connected"]
        if self._has_login:
            if "ready" not in marks:
                yield self._unfinished("login", asked_ns, f"{self._refusal or 'No answer to the login'}.")
                return
            yield Step("login", True, milliseconds(marks["ready"] - asked_ns), "logged in")
            asked_ns = marks["ready"]
        yield self._subscription(asked_ns)
        if "data" in marks:
            yield Step("first data", True, milliseconds(marks["data"] - asked_ns), "market data comes")
            if self._failure:
                took = milliseconds(marks["failed"] - asked_ns)
                yield Step("connection", False, took, self._failure)
        elif "reply" in marks:
            yield self._unfinished("first data", asked_ns, describe_for_check(self._no_data))

    def _subscription(self, asked_ns: int) -> Step:
        marks = self._marks
        if "reply" in marks:
            took = milliseconds(marks["reply"] - asked_ns)
            if self._has_acknowledged:
                return Step("subscription", True, took, "acknowledged")
            return Step("subscription", "data" in marks, took, f"refused: {self._refusal}")
        if "data" in marks:
            return Step("subscription", True, None, "not acknowledged; data comes without")
        return self._unfinished("subscription", asked_ns, f"No acknowledgement. {describe_for_check(self._no_data)}")

    def _unfinished(self, name: str, since_ns: int, missing: str) -> Step:
        """Return a step that was not reached, with the reason."""
        took = milliseconds(self._marks["ended"] - since_ns)
        if self._failure:
            return Step(name, False, milliseconds(self._marks["failed"] - since_ns), self._failure)
        if not self._is_done:
            return Step(name, None, took, "interrupted while waiting for it")
        return Step(name, False, took, missing)


async def _first_of(engine: asyncio.Future[None], event: asyncio.Event, timeout_s: float | None) -> None:
    """Wait for an event, but no longer than the engine runs, which never ends by itself; if it does, raise why."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait((engine, waiting), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if engine.done():
            engine.result()
    finally:
        waiting.cancel()
