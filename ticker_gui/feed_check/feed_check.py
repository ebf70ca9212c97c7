"""The check of one feed: it connects step by step, receives for a while and collects the results."""

from __future__ import annotations

import asyncio
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Feed, shown_url
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.events import Fact, Quote, Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.taps import Taps
from ticker_gui.feed_check.no_data import describe_for_check
from ticker_gui.feed_check.probe import CheckStep, milliseconds, probe
from ticker_gui.feed_check.report import MAX_REASONS, BadFrames, Report
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.logs.internal_errors import as_exception
from ticker_gui.market.clock_offset import Delay, estimate_delay
from ticker_gui.market.limits import Limits
from ticker_gui.stream.opening import Endpoint, OnPhase
from ticker_gui.stream.subscriptions import NO_ANSWER
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.transport import OnPayloads, Transport, open_connection

_MAX_DELAYS: Final = 1_000_000
_MAX_DELAY_NS: Final = 1 << 61  # a timestamp may be any number
_MAX_REASONS_KEPT: Final = 1_000  # of reasons; a reason may quote the frame
_TRY_LATER: Final = "Try again later. If the problem persists, contact the provider."
_CHECK_PROXY: Final = "Check the proxy in the environment, or add this host to NO_PROXY."


class FeedCheck:
    """Checks one feed with an engine of its own. `report` and `steps` may be called at any time.

    ``find_credentials`` returns the key and the address to use, those of the settings by default. With
    ``ends_when_answered``, the check ends as soon as each symbol has delivered data or was refused, and not only when
    the time is up.
    """

    def __init__(
        self,
        feed: Feed,
        limits: Limits,
        seconds: float,
        *,
        clock: Clock | None = None,
        timeouts: Timeouts | None = None,
        log_file: Path | None = None,
        find_credentials: Callable[[Feed], Credentials] = resolve_credentials,
        ends_when_answered: bool = False,
    ) -> None:
        self._log_file = "" if log_file is None else str(log_file)
        self._settings = feed
        self._endpoint = Endpoint(feed.url, cafile=feed.cafile, proxy=feed.proxy)
        self._seconds = seconds
        self._engine = Engine(
            (feed,),
            limits,
            clock=clock,
            connector=self._connect,
            timeouts=timeouts,
            find_credentials=find_credentials,
        )
        self._engine.taps.facts.add(self._on_fact)
        self._engine.taps.rejected_frames.add(self._on_rejected_frame)
        self._engine.taps.states.add(self._on_state)
        self._ends_when_answered = ends_when_answered
        self._feed = self._engine.feeds[feed.name]
        self._probed: list[CheckStep] = []
        self._timestamps: dict[str, int] = {}  # when each step was first completed
        self._connected_or_failed = asyncio.Event()
        self._should_end = asyncio.Event()
        self._failure = ""
        self.wants_key = False  # whether it failed because the key is missing or rejected
        self._is_finished = False
        self._has_proxy = False
        self._transport: Transport | None = None
        self._protocol: FeedProtocol | None = None
        self._has_login = False
        self._has_acknowledged = False
        self._refusal = ""
        self._no_data = self._feed.why_no_data()  # at the end of the check
        self._arrivals_ns = array("q")
        self._delays_ns = array("q")
        self._bad_frames: Counter[str] = Counter()
        self._payloads: dict[str, bytes] = {}

    async def run(self) -> None:
        """Connect and receive until the time is up or the feed fails. An unexpected exception ends this check only."""
        with self._feed.errors.contained("checking the feed"):
            await self._run()

    async def _run(self) -> None:
        async for step in probe(self._endpoint, self._engine.clock):
            self._probed.append(step)
        self._has_proxy = any(step.ok is None for step in self._probed)  # the proxy does these steps
        if any(step.ok is False for step in self._probed):
            return
        self._record("started")
        engine = asyncio.ensure_future(self._engine.run())
        try:
            await _first_of(engine, self._connected_or_failed, None)
            await _first_of(engine, self._should_end, self._seconds)
            self._is_finished = True
        finally:
            self._record("ended")
            engine.cancel()
            self._no_data = self._feed.why_no_data()
            await asyncio.gather(engine, return_exceptions=True)

    # Events of the engine

    def _record(self, name: str) -> None:
        self._timestamps.setdefault(name, self._engine.clock())

    async def _connect(
        self, endpoint: Endpoint, on_payloads: OnPayloads, now_ns: Clock, on_phase: OnPhase
    ) -> Transport:
        """Connect, and record when the connection is open and when the login is complete."""
        self._protocol = protocol = self._feed.session.protocol
        assert protocol is not None
        self._has_login = not protocol.is_ready
        self._timestamps["started"] = now_ns()  # resolving the key does not count

        def receive(payloads: list[bytes], received_ns: int) -> None:
            on_payloads(payloads, received_ns)
            if protocol.is_ready:
                self._timestamps.setdefault("ready", received_ns)
            if self._ends_when_answered and self.is_answered:
                self._should_end.set()

        connection = await open_connection(endpoint, receive, now_ns, on_phase, self._engine.timeouts)
        self._transport = connection
        self._record("connected")
        self._connected_or_failed.set()
        return connection

    def _on_fact(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        if isinstance(fact, Reply):
            self._on_reply(fact, received_ns)
            return
        self._timestamps.setdefault("data", received_ns)
        if not isinstance(fact, Trade | Quote) or fact.time_ns is None or len(self._delays_ns) >= _MAX_DELAYS:
            return
        delay_ns = received_ns - fact.time_ns
        if delay_ns >= -DAY_NS:  # the market ignores timestamps further ahead, too
            self._arrivals_ns.append(received_ns)
            self._delays_ns.append(min(delay_ns, _MAX_DELAY_NS))

    def _on_reply(self, reply: Reply, received_ns: int) -> None:
        if reply.message == NO_ANSWER:  # made by the program itself, because there was no reply
            return
        if not reply.ok:
            self._refusal = self._refusal or sanitize_text(reply.message) or "no reason given"
        if self._has_login and "ready" not in self._timestamps:
            return  # this one replies to the login
        self._timestamps.setdefault("reply", received_ns)
        self._has_acknowledged |= reply.ok

    def _on_rejected_frame(self, feed: EngineFeed, frame: Frame, reason: str) -> None:
        reason = sanitize_text(reason)
        if reason not in self._bad_frames and len(self._bad_frames) >= _MAX_REASONS_KEPT:
            reason = "other reasons"
        self._bad_frames[reason] += 1
        self._payloads.setdefault(reason, frame.payload)

    def _on_state(self, feed: EngineFeed) -> None:
        if feed.state.kind not in (FeedStatus.WAITING, FeedStatus.REJECTED) or self._failure:
            return
        # A rejection states what to do. A lost connection would be retried, but not by a check.
        remedy = _CHECK_PROXY if "connected" not in self._timestamps and self._has_proxy else _TRY_LATER
        is_whole = feed.state.kind is FeedStatus.REJECTED or feed.state.is_internal
        self.wants_key = feed.state.wants_key
        self._failure = feed.state.reason if is_whole else f"{feed.state.reason} {remedy}"
        self._record("failed")
        self._should_end.set()
        self._connected_or_failed.set()

    # Results

    @property
    def feed(self) -> EngineFeed:
        """The feed under test, with its part of the market and its session."""
        return self._feed

    @property
    def now_ns(self) -> int:
        """The time by the clock of the check."""
        return self._engine.clock()

    @property
    def taps(self) -> Taps[EngineFeed]:
        """The taps of the check's engine."""
        return self._engine.taps

    @property
    def has_protocol_login(self) -> bool:
        """Whether the protocol logs in before it subscribes; known when the connection is being opened."""
        return self._has_login

    @property
    def detected_settings(self) -> str:
        """The detected format of an unknown feed as TOML; empty if nothing is detected, or the provider is known."""
        return "" if self._protocol is None else self._protocol.detected_settings

    @property
    def failure(self) -> str:
        """Why the feed failed and what the user can do, as sentences; empty if it did not."""
        return self._failure

    @property
    def has_ended(self) -> bool:
        """Whether the check has ended by itself and was not stopped."""
        return self._is_finished

    @property
    def is_answered(self) -> bool:
        """Whether each symbol has delivered data or was refused."""
        states = self._feed.market.states
        return bool(states) and all(state.has_data or state.refusal is not None for state in states)

    def steps(self) -> list[CheckStep]:
        """Return the steps so far. The last one is not completed while the check is running."""
        self._no_data = self._no_data if "ended" in self._timestamps else self._feed.why_no_data()
        return [*self._probed, *self._connection_steps()]

    def report(self) -> Report:
        """Return the results so far."""
        symbols = [state.symbol for state in self._feed.market.states]
        report = Report(self._feed.name, shown_url(self._settings.url), self._settings.provider, (), symbols)
        with self._feed.errors.contained("writing the report"):
            report = as_exception(self._report)
        errors = dict(self._feed.errors.kinds)
        return msgspec.structs.replace(report, internal_errors=errors, log_file=self._log_file)

    def _report(self) -> Report:
        states, market, timestamps = self._feed.market.states, self._feed.market, self._timestamps
        ended_ns = timestamps.get("failed", timestamps.get("ended", 0))
        open_ns = ended_ns - timestamps.get("connected", ended_ns)
        refused: list[tuple[str | None, str]] = [
            (state.symbol, state.refusal) for state in states if state.refusal is not None
        ]
        guess = self._protocol if isinstance(self._protocol, AutoDetect) else None
        return Report(
            feed=self._feed.name,
            url=shown_url(self._settings.url),
            provider=self._settings.provider,
            steps=[*self._probed, *self._connection_steps()],
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
            listened_s=max(0.0, round(open_ns / SECOND_NS, 3)),
            messages=self._feed.session.frames,
            bad_frame_count=self._bad_frames.total(),
            bad_frames=[
                BadFrames(reason, count, self._payloads[reason])
                for reason, count in self._bad_frames.most_common(MAX_REASONS)
            ],
            delay=self._delay(timestamps.get("started", 0)),
            recognized=None if guess is None else guess.detected_provider,
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

    def _connection_steps(self) -> Iterator[CheckStep]:
        """Yield the steps from the handshake on, up to the first that was not completed."""
        timestamps = self._timestamps
        if "started" not in timestamps:
            return
        if "connected" not in timestamps:
            yield self._failed_step("handshake", timestamps["started"], "No answer to the handshake.")
            return
        took = milliseconds(timestamps["connected"] - timestamps["started"])
        yield CheckStep("handshake", True, took, "WebSocket open (time includes DNS, TCP and TLS)")
        requested_ns = timestamps["connected"]
        if self._has_login:
            if "ready" not in timestamps:
                reason = (self._refusal or "No answer to the login").removesuffix(".")
                yield self._failed_step("login", requested_ns, f"{reason}.")
                return
            yield CheckStep("login", True, milliseconds(timestamps["ready"] - requested_ns), "logged in")
            requested_ns = timestamps["ready"]
        yield self._subscription_step(requested_ns)
        if "data" in timestamps:
            yield CheckStep("first data", True, milliseconds(timestamps["data"] - requested_ns), "market data received")
            if self._failure:
                took = milliseconds(timestamps["failed"] - requested_ns)
                yield CheckStep("connection", False, took, self._failure)
        elif "reply" in timestamps:
            yield self._failed_step("first data", requested_ns, describe_for_check(self._no_data))

    def _subscription_step(self, requested_ns: int) -> CheckStep:
        timestamps = self._timestamps
        if "reply" in timestamps:
            took = milliseconds(timestamps["reply"] - requested_ns)
            if self._has_acknowledged:
                return CheckStep("subscription", True, took, "acknowledged")
            return CheckStep("subscription", "data" in timestamps, took, f"refused: {self._refusal}")
        if "data" in timestamps:
            return CheckStep("subscription", True, None, "no acknowledgment, but data is arriving")
        return self._failed_step(
            "subscription", requested_ns, f"No acknowledgment. {describe_for_check(self._no_data)}"
        )

    def _failed_step(self, name: str, since_ns: int, missing: str) -> CheckStep:
        """Return a step that was not completed, with the reason."""
        if "ended" not in self._timestamps and not self._failure:
            return CheckStep(name, None, milliseconds(self._engine.clock() - since_ns))
        took = milliseconds(self._timestamps.get("ended", since_ns) - since_ns)
        if self._failure:
            return CheckStep(name, False, milliseconds(self._timestamps["failed"] - since_ns), self._failure)
        if not self._is_finished:
            return CheckStep(name, None, took, "interrupted")
        return CheckStep(name, False, took, missing)


async def _first_of(engine: asyncio.Future[None], event: asyncio.Event, timeout_s: float | None) -> None:
    """Wait for an event; if the engine ends meanwhile, raise its exception."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait((engine, waiting), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if engine.done():
            engine.result()
    finally:
        waiting.cancel()
