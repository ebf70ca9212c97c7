"""The connections of a replay: a session connects to a recording instead of a server."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, TypeAlias

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, InternalError, KeyRejected, TickerError
from ticker_gui.domain.feed_state import FeedStatus, Phase
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.protocol import Message
from ticker_gui.logs.internal_errors import ENDS_PROGRAM
from ticker_gui.recording.format import Line
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.stream.opening import Endpoint, OnPhase
from ticker_gui.stream.transport import OnPayloads, Transport

_MAX_BUFFERED: Final = 100_000  # frames of a connection that the session has not opened


class ReplayTransport:
    """A recorded connection: delivers what was received, and lets the session send when a message was sent.

    Connections whose beginning is not recorded do not wait for that (``waits_to_send``).
    """

    latency_s = 0.0
    clock_offset_ns: int | None = None

    def __init__(self, *, waits_to_send: bool) -> None:
        self.last_received_ns = 0
        self._may_send: Final = asyncio.Semaphore(0) if waits_to_send else None
        self._on_payloads: OnPayloads | None = None
        self._buffered: deque[Batch] = deque()
        self._is_reading = False
        self._error: BaseException | None = None
        self._ended = asyncio.Event()

    @property
    def is_ended(self) -> bool:
        """Whether it was closed, or ended by an error."""
        return self._ended.is_set()

    def attach(self, on_payloads: OnPayloads) -> None:
        """Deliver to this callback as soon as `read` is called."""
        self._on_payloads = on_payloads

    def deliver(self, batch: Batch) -> None:
        """Deliver the frames of one read."""
        if self._is_reading and not self._buffered:
            self._deliver(batch)
        elif len(self._buffered) < _MAX_BUFFERED:
            self._buffered.append(batch)

    def allow_send(self) -> None:
        """Let the session send one more message."""
        if self._may_send is not None:
            self._may_send.release()

    def end(self, error: TickerError) -> None:
        """End the connection, if it has not ended; `read` raises the error."""
        self._error = self._error or error
        self._ended.set()

    def _deliver(self, batch: Batch) -> None:
        if self._on_payloads is None or self._ended.is_set():
            return
        self.last_received_ns = batch.t
        try:
            self._on_payloads(batch.payloads, batch.t)
        except ENDS_PROGRAM:
            raise
        except BaseException as error:  # as in the real transport, `read` raises it
            self._error = self._error or error
            self._ended.set()

    async def read(self) -> None:
        """Deliver until the recorded connection ends, which raises."""
        self._is_reading = True
        while self._buffered:
            self._deliver(self._buffered.popleft())
        await self._ended.wait()
        raise self._error or ConnectionLost("The recorded connection has ended.")

    async def send(self, message: Message) -> None:
        """Wait until the recorded session sent a message; what is sent does not matter."""
        if self._may_send is not None:
            await self._may_send.acquire()

    async def ping(self) -> float | None:
        """Return that the round-trip time is unknown."""
        return None

    async def close(self) -> None:
        """End the connection."""
        self._ended.set()


_Attempt: TypeAlias = tuple[OnPayloads, "asyncio.Future[Transport]"]


class ReplayConnections:
    """The recorded connections of one feed, and the session's attempts to connect, matched in their order."""

    def __init__(self, feed: str) -> None:
        self._feed: Final = feed
        self._transports: dict[int, ReplayTransport] = {}
        self._outcomes: deque[ReplayTransport | TickerError] = deque()  # of recorded attempts, not yet used
        self._attempts: deque[_Attempt] = deque()
        self._closed: set[int] = set()

    @property
    def is_expected(self) -> bool:
        """Whether the recording has a connection for which the session has not asked yet."""
        return bool(self._outcomes)

    async def connect(self, endpoint: Endpoint, on_payloads: OnPayloads, clock: Clock, on_phase: OnPhase) -> Transport:
        """Connect as the recorded feed did, when it did; raise what it raised."""
        attempt: asyncio.Future[Transport] = asyncio.get_running_loop().create_future()
        self._attempts.append((on_payloads, attempt))
        self._match()
        transport = await attempt
        on_phase(Phase.OPEN)
        return transport

    def open(self, line: Line, *, waits_to_send: bool) -> None:
        """Open a recorded connection."""
        transport = self._transports[line.conn] = ReplayTransport(waits_to_send=waits_to_send)
        self._outcomes.append(transport)
        self._match()

    def was_closed(self, number: int) -> bool:
        """Return whether a connection was closed."""
        return number in self._closed

    def find(self, number: int) -> ReplayTransport | None:
        """Return a connection by its number; ``None`` if its beginning is missing or it has ended."""
        return self._transports.get(number)

    def allow_send(self, number: int) -> None:
        """Let the session send one more message over a connection."""
        if number in self._transports:
            self._transports[number].allow_send()

    def close(self, line: Line) -> None:
        """Close a recorded connection, or let an attempt fail if it was never opened."""
        transport = self._transports.pop(line.conn, None)
        self._closed.add(line.conn)
        error = recorded_error(self._feed, line)
        if transport is None:
            if error is not None:
                self._outcomes.append(error)
                self._match()
            return
        transport.last_received_ns = max(transport.last_received_ns, line.last)
        if error is not None:
            transport.end(error)

    def _match(self) -> None:
        while self._attempts and self._outcomes:
            on_payloads, attempt = self._attempts.popleft()
            if attempt.done():  # it was cancelled
                continue
            outcome = self._outcomes.popleft()
            if isinstance(outcome, TickerError):
                attempt.set_exception(outcome)
            else:
                outcome.attach(on_payloads)
                attempt.set_result(outcome)


def recorded_delay_s(line: Line) -> float | None:
    """Return for how many seconds the feed waited after a connection was closed; ``None`` if it did not reconnect."""
    return max(0, line.retry_at - int(line.t)) / SECOND_NS if line.state == FeedStatus.WAITING else None


def recorded_error(feed: str, line: Line) -> TickerError | None:
    """Return the error that ended a recorded connection; ``None`` if the feed was stopped or took another one."""
    reason = line.frame or "The connection was lost."
    if line.state == FeedStatus.REJECTED:
        return KeyRejected(reason) if line.wants_key else FeedRejected(reason)
    if line.state == FeedStatus.WAITING:
        if line.is_internal:
            return InternalError(feed)
        return ConnectionLost(reason, retry_after=recorded_delay_s(line) if line.is_limited else None)
    return None if line.state or line.last else ConnectionLost(reason)  # a capture states no more than the reason
