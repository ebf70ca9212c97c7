"""One connection to a feed: log in, subscribe, decode what is received."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import FrameError, TickerError, TradeHeld
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.frame import Direction
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.protocol import FeedProtocol, Message
from ticker_gui.logs.internal_errors import ENDS_PROGRAM
from ticker_gui.stream.error_translation import login_timed_out, peer_not_reading
from ticker_gui.stream.rate_limiter import RateLimiter
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.transport import Connection, Endpoint, OnPayloads, OnPhase

_DUPLICATE: Final = re.compile(r"already subscribed|\bdup", re.IGNORECASE)  # Kraken, Bybit; Bitfinex
_MAX_OUTGOING: Final = 10_000  # that wait to be sent

Connector: TypeAlias = Callable[[Endpoint, OnPayloads, Clock, OnPhase], Awaitable[Connection]]


class ConnectionCallbacks(msgspec.Struct):
    """What a connection calls: for each fact, once it is open, and for market data while it does not count as live.

    ``on_frames(connection, payloads, direction, time_ns)`` receives each batch of payloads before they are decoded, and
    each message before it is sent; they contain the key. ``on_fact`` and ``on_frames`` may be replaced at any time,
    with effect from the next batch.
    """

    on_fact: Callable[[Fact, int], object]
    on_open: Callable[[FeedConnection], None]
    on_data: Callable[[FeedConnection], None]
    on_frames: Callable[[FeedConnection, Sequence[Message], Direction, int], object] | None = None


class SentRequest(NamedTuple):
    """A subscription without an answer: when it was sent, and whether that was for the second time."""

    sent_ns: int
    is_repeated: bool


class FeedConnection:
    """A connection and its dialect, which live equally long. After its end it hears nothing any more.

    ``desired`` belongs to the session and holds what is wanted now; `wake` says that it is another set.
    """

    def __init__(
        self,
        protocol: FeedProtocol,
        desired: Mapping[str, None],
        callbacks: ConnectionCallbacks,
        rejected_frames: RejectedFrames,
        clock: Clock,
        timeouts: Timeouts,
    ) -> None:
        self.protocol = protocol
        self.phase = Phase.NAME
        self.opened_ns: int | None = None
        self.subscribed_at_ns = 0  # since when it is open and something has been asked for
        self.last_frame_ns = self.data_ns = 0  # when a frame, and when market data, came last
        self.frames_since_data = self.decode_errors_since_data = (
            0  # frames since market data came, and those of them not understood
        )
        self.frames = 0
        self.is_live = False
        self.requested: dict[str, None] = {}
        self.unanswered: dict[str, SentRequest] = {}  # only where the provider acknowledges; see `Subscriptions`
        self._to_repeat: dict[str, None] = {}  # to be requested for the second time
        self._repeated = set[str]()
        self.transport: Connection | None = None
        self._desired = desired
        self._callbacks = callbacks
        self._rejected = rejected_frames
        self._clock = clock
        self._timeouts = timeouts
        self._is_closed = False
        self._send_event = asyncio.Event()
        self._was_ready = False
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(self) -> None:
        """See to it that what is wanted now is asked for."""
        self._send_event.set()

    def request_again(self, symbols: Iterable[str]) -> None:
        """Request symbols for the second time, because the first request was not answered."""
        for symbol in symbols:
            self.unanswered.pop(symbol, None)
            self._to_repeat[symbol] = None
            self._repeated.add(symbol)
        self.wake()

    def stop_delivery(self) -> None:
        """Deliver nothing any more. The owner of the connection ends it."""
        self._is_closed = True

    def end(self, error: TickerError) -> None:
        """Let the line end for a reason of our own."""
        if not self._end.done():
            self._end.set_exception(error)

    @property
    def last_activity_ns(self) -> int:
        """When anything was received last, a pong included."""
        return (
            self.last_frame_ns if self.transport is None else max(self.last_frame_ns, self.transport.last_received_ns)
        )

    @property
    def is_ending(self) -> bool:
        """Whether `end` was called."""
        return self._end.done()

    @property
    def is_closing(self) -> bool:
        """Whether the server is about to hang up: it said so, or it does so at this age."""
        max_connection_age_s = self.protocol.max_connection_age_s
        if self.opened_ns is None:
            return False
        if self.protocol.is_closing:
            return True
        return (
            max_connection_age_s is not None
            and self._clock() - self.opened_ns > (max_connection_age_s - self._timeouts.rollover_lead) * SECOND_NS
        )

    async def run(self, connector: Connector) -> None:
        """Connect and receive until the connection ends, which raises."""
        protocol, access = self.protocol, self.protocol.credentials
        endpoint = Endpoint(protocol.address, protocol.headers, access.cafile, access.proxy)
        try:
            transport = self.transport = await connector(endpoint, self._on_payloads, self._clock, self._set_phase)
            try:
                self._open(self._clock())
                await _first_failure(transport.read(), self._send_loop(transport), self._keep_alive(), self._end)
            finally:
                self._is_closed = True
                await transport.close()
        finally:
            self._is_closed = True
            if not self._end.cancel() and not self._end.cancelled():
                self._end.exception()  # seen, or overtaken by another end

    def _open(self, now_ns: int) -> None:
        """Note that the connection is open. First payloads may arrive before connecting has returned."""
        if self.opened_ns is None:
            self.opened_ns = self.subscribed_at_ns = now_ns
            self._callbacks.on_open(self)

    def _set_phase(self, phase: Phase) -> None:
        self.phase = phase

    def _on_payloads(self, payloads: list[bytes], received_ns: int) -> None:
        """Understand what one read brought and hand the facts on."""
        if self._is_closed:  # the last of a line that has been given up
            return
        self._count_frames(payloads, received_ns)
        protocol = self.protocol
        decode, on_fact = protocol.decode, self._callbacks.on_fact
        for payload in payloads:
            is_data = is_rejected = False
            try:
                for fact in decode(payload):
                    try:
                        if type(fact) is not Reply:  # asking a struct for its type costs a tenth of isinstance
                            on_fact(fact, received_ns)
                            is_data = True
                        else:
                            on_fact(self._checked_reply(fact), received_ns)
                    except BaseException as error:  # one value costs that value, and a bug in it no more
                        is_rejected = self._reject(payload, received_ns, error, is_counted=is_rejected)
            except BaseException as error:
                self._reject(payload, received_ns, error, is_counted=is_rejected)
            if is_data:  # that, and neither a reply nor a value that cannot be true, proves a feed alive
                self.data_ns = received_ns
                self.frames_since_data = self.decode_errors_since_data = 0
                if not self.is_live:
                    self._callbacks.on_data(self)
        if protocol.outgoing or not self._was_ready:
            self._schedule_outgoing()

    def _count_frames(self, payloads: Sequence[bytes], received_ns: int) -> None:
        if self.opened_ns is None:
            self._open(received_ns)
        self.frames += len(payloads)
        self.frames_since_data += len(payloads)
        self.last_frame_ns = received_ns
        if self._callbacks.on_frames is not None:
            self._callbacks.on_frames(self, payloads, "in", received_ns)

    def _schedule_outgoing(self) -> None:
        """Send the answers; end the connection where they pile up because the server does not read."""
        self._send_event.set()
        if len(self.protocol.outgoing) > _MAX_OUTGOING:
            self.end(peer_not_reading(self.protocol.title))

    def _checked_reply(self, reply: Reply) -> Reply:
        """Return a reply without our key; that a repeated request is a duplicate acknowledges the first one."""
        is_duplicate = self._repeated.issuperset(reply.symbols) and _DUPLICATE.search(reply.message) is not None
        ok = reply.ok or (bool(reply.symbols) and is_duplicate)
        return msgspec.structs.replace(reply, ok=ok, message=self.protocol.credentials.redact(reply.message))

    def _reject(self, payload: bytes, received_ns: int, error: BaseException, *, is_counted: bool = False) -> bool:
        """Reject a frame and count it once; raise an error that is not about the frame but about more than it.

        Return whether it is counted now: not yet if a trade in it waits for confirmation.
        """
        if isinstance(error, (TickerError, *ENDS_PROGRAM)) and not isinstance(error, FrameError):
            raise error
        if isinstance(error, TradeHeld):
            if not is_counted:
                self._rejected.hold(payload, received_ns, error, self.protocol.credentials.redact)
            return is_counted
        reason = self._rejected.reason_for(error)
        if not is_counted:
            self.decode_errors_since_data += 1
            self._rejected.put(payload, received_ns, reason, self.protocol.credentials.redact)
        return True

    async def _send_loop(self, transport: Connection) -> None:
        """Log in, answer, and tell the server what is wanted: first all of it, then each change."""
        protocol = self.protocol
        rate_limiter = RateLimiter(protocol.messages_per_second)

        async def send_throttled(messages: Iterable[Message]) -> None:
            for message in messages:
                await self._flush_outgoing(transport)  # an answer does not wait behind a hundred requests
                await rate_limiter.wait()
                await self._send(transport, message)
            await self._flush_outgoing(transport)

        await send_throttled(())
        await self._log_in(send_throttled)
        while True:
            self._send_event.clear()
            requested, self.requested = self.requested, dict(self._desired)
            gone = [symbol for symbol in requested if symbol not in self.requested and not protocol.refusal(symbol)]
            new = self._without_refused(symbol for symbol in self.requested if symbol not in requested)
            await send_throttled((*protocol.unsubscribe(gone), *protocol.subscribe(new)))
            self._note_requested(new, is_repeated=False)
            repeated, self._to_repeat = [symbol for symbol in self._to_repeat if symbol in self.requested], {}
            await send_throttled(protocol.subscribe(repeated))
            self._note_requested(repeated, is_repeated=True)
            await self._send_event.wait()

    def _note_requested(self, symbols: Iterable[str], *, is_repeated: bool) -> None:
        if self.protocol.acknowledges:
            request = SentRequest(self._clock(), is_repeated)
            self.unanswered.update(dict.fromkeys(symbols, request))

    def _without_refused(self, symbols: Iterable[str]) -> list[str]:
        """Return the symbols that the provider may have, and report each of the others as refused."""
        servable = []
        for symbol in symbols:
            refusal = self.protocol.refusal(symbol)
            if refusal:
                self._callbacks.on_fact(Reply((symbol,), ok=False, message=refusal), self._clock())
            else:
                servable.append(symbol)
        return servable

    async def _flush_outgoing(self, transport: Connection) -> None:
        while self.protocol.outgoing:
            await self._send(transport, self.protocol.outgoing.pop(0))

    async def _send(self, transport: Connection, message: Message) -> None:
        if self._callbacks.on_frames is not None:  # before it is sent, so that it precedes its answer
            self._callbacks.on_frames(self, (message,), "out", self._clock())
        await transport.send(message)

    async def _log_in(self, send_throttled: Callable[[Iterable[Message]], Awaitable[None]]) -> None:
        """Go through the login, if there is one."""
        protocol = self.protocol
        if not protocol.is_ready:
            self.phase = Phase.LOGIN
        try:
            async with asyncio.timeout(self._timeouts.login_timeout):
                while not protocol.is_ready:
                    self._send_event.clear()
                    await self._send_event.wait()
                    await send_throttled(())
        except TimeoutError:
            raise login_timed_out(protocol.title) from None
        self.phase = Phase.OPEN
        self._was_ready = True

    async def _keep_alive(self) -> None:
        """Say now and then what the provider wants to hear."""
        protocol = self.protocol
        while protocol.keepalive_s is not None:
            await asyncio.sleep(protocol.keepalive_s)
            protocol.outgoing.extend(protocol.keepalive())
            self._send_event.set()
        await asyncio.Event().wait()


async def _first_failure(*awaited: Awaitable[None]) -> None:
    """Run all until one fails, cancel the others, and raise that first failure itself. None of them may just end."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not task.cancelled():
                task.result()
        raise RuntimeError("A part of the connection ended without a reason.")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
