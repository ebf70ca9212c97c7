"""One connection to a feed: logs in, subscribes, and decodes what is received."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import msgspec

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import FrameError, TickerError, TradeHeld
from ticker_gui.domain.events import Fact, PastData, Relay, Reply
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.frame import Direction
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.protocol import FeedProtocol, Message
from ticker_gui.logs.internal_errors import ENDS_PROGRAM
from ticker_gui.stream.connection_failures import peer_not_reading
from ticker_gui.stream.first_failure import first_failure
from ticker_gui.stream.login import wait_until_ready
from ticker_gui.stream.rate_limiter import RateLimiter
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.subscription_requests import SubscriptionRequests
from ticker_gui.stream.timeouts import Timeouts

if TYPE_CHECKING:
    from ticker_gui.stream.opening import Endpoint, OnPhase
    from ticker_gui.stream.transport import OnPayloads, Transport

_DUPLICATE: Final = re.compile(r"already subscribed|\bdup", re.IGNORECASE)  # Kraken, Bybit; Bitfinex
_MAX_OUTGOING: Final = 10_000  # messages that are not sent yet

Connector: TypeAlias = "Callable[[Endpoint, OnPayloads, Clock, OnPhase], Awaitable[Transport]]"


async def open_transport(
    endpoint: Endpoint, on_payloads: OnPayloads, clock: Clock, on_phase: OnPhase, **options: Any
) -> Transport:
    """Open a connection with `open_connection`; websockets is loaded only now, for a faster start of the window."""
    await asyncio.to_thread(import_module, "ticker_gui.stream.transport")
    from ticker_gui.stream.transport import open_connection

    return await open_connection(endpoint, on_payloads, clock, on_phase, **options)


class ConnectionCallbacks(msgspec.Struct):
    """The callbacks of a connection: for each fact, when it is open, and for market data until it counts as live.

    ``on_frames(connection, payloads, direction, time_ns)`` receives each batch of payloads before they are decoded, and
    each message before it is sent; they contain the key. ``on_fact`` and ``on_frames`` may be replaced at any time,
    with effect from the next batch. ``on_past_data`` receives the answers to requests for past data, and ``on_relay``
    the reports of a relay; a connection to one is open when it has data, and ``on_waiting`` receives why it has none.
    """

    on_fact: Callable[[Fact, int], object]
    on_open: Callable[[FeedConnection], None]
    on_data: Callable[[FeedConnection], None]
    on_frames: Callable[[FeedConnection, Sequence[Message], Direction, int], object] | None = None
    on_past_data: Callable[[PastData], object] | None = None
    on_relay: Callable[[Relay], object] | None = None
    on_waiting: Callable[[FeedConnection, str], object] | None = None


class UserMessage(NamedTuple):
    """A message that the user sends, the form without the key in which it is reported, and whether it was sent."""

    message: Message
    shown: Message
    is_sent: asyncio.Future[bool]


class FeedConnection:
    """A connection and the protocol object that decodes it. It delivers nothing after its end.

    ``desired`` holds the symbols to subscribe to. It belongs to the session, which calls `wake` after changing it.
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
        self.subscribed_at_ns = 0  # when it was opened, or got its first symbol after that
        self.last_frame_ns = self.data_ns = 0  # when the last frame, and the last market data, was received
        self.frames_since_data = self.decode_errors_since_data = 0  # frames since then, and those of them rejected
        self.frames = 0
        self.is_live = False
        self.requested: dict[str, None] = {}
        self.has_subscribed = False  # to all symbols that were desired when it was ready
        self.requests = SubscriptionRequests(acknowledges=protocol.acknowledges)
        self.took_over_ns = 0  # when it replaced another connection
        self._user_messages: list[UserMessage] = []
        self.transport: Transport | None = None
        self._desired = desired
        self._callbacks = callbacks
        self._rejected_frames = rejected_frames
        self._clock = clock
        self._timeouts = timeouts
        self._settle_after_ns = int(timeouts.check_interval * SECOND_NS)
        self._is_closed = False
        self._send_event = asyncio.Event()
        self._was_ready = False
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(self) -> None:
        """Wake the sender so that it sends the pending subscription changes."""
        self._send_event.set()

    def request_again(self, symbols: Iterable[str]) -> None:
        """Request symbols a second time, because the first request was not answered."""
        self.requests.repeat(symbols)
        self.wake()

    def stop_delivery(self) -> None:
        """Stop delivering facts. The owner of the connection ends it."""
        self._is_closed = True

    def end(self, error: TickerError) -> None:
        """End the connection; `run` raises the error."""
        if not self._end.done():
            self._end.set_exception(error.redacted(self.protocol.credentials.redact))

    @property
    def last_activity_ns(self) -> int:
        """When anything was received last, a pong included."""
        return (
            self.last_frame_ns if self.transport is None else max(self.last_frame_ns, self.transport.last_received_ns)
        )

    @property
    def is_closed(self) -> bool:
        """Whether it delivers nothing more: it has ended, or the feed is about to be stopped."""
        return self._is_closed

    @property
    def is_waiting(self) -> bool:
        """Whether it is open, but the relay behind it has no data, so that there is nothing to subscribe to."""
        return not self._was_ready and bool(self.protocol.waiting_reason)

    @property
    def is_ending(self) -> bool:
        """Whether `end` was called."""
        return self._end.done()

    @property
    def is_closing(self) -> bool:
        """Whether the server is about to close the connection: it announced that, or does so at this age."""
        if self.opened_ns is None:
            return False
        age_s, max_age_s = (self._clock() - self.opened_ns) / SECOND_NS, self.protocol.max_connection_age_s
        is_old = max_age_s is not None and age_s > max_age_s - self._timeouts.rollover_lead
        return self.protocol.is_closing or is_old

    async def run(self, connector: Connector) -> None:
        """Connect and receive until the connection ends, which raises."""
        from ticker_gui.stream.opening import Endpoint  # as in `open_transport`

        protocol, access = self.protocol, self.protocol.credentials
        endpoint = Endpoint(
            protocol.address, protocol.headers, access.cafile, access.proxy,
            max_bytes=protocol.max_frame_bytes, redact=access.redact,
        )  # fmt: skip
        try:
            transport = self.transport = await connector(endpoint, self._on_payloads, self._clock, self._set_phase)
            try:
                self._open(self._clock())
                await first_failure(transport.read(), self._send_loop(transport), self._keep_alive(), self._end)
            finally:
                self._is_closed = True
                await transport.close()
        finally:
            self._is_closed = True
            for one in self._user_messages:
                _resolve(one.is_sent, False)
            if not self._end.cancel() and not self._end.cancelled():
                self._end.exception()  # mark it as retrieved: another error may have ended the connection first

    def _open(self, now_ns: int) -> None:
        """Note that the connection is open. The first payloads may arrive before the connector has returned."""
        if self.opened_ns is None:
            self.opened_ns = self.subscribed_at_ns = now_ns
            if not self.protocol.announces_symbols:
                self._callbacks.on_open(self)

    def _set_phase(self, phase: Phase) -> None:
        """Note the phase that the connector reports; ``OPEN`` becomes ``LOGIN`` where a login follows."""
        self.phase = Phase.LOGIN if phase is Phase.OPEN and not self.protocol.is_ready else phase

    def _on_payloads(self, payloads: list[bytes], received_ns: int) -> None:
        """Decode the payloads of one read and deliver their facts."""
        if self._is_closed:  # the last payloads of a connection that has ended
            return
        self._count_frames(payloads, received_ns)
        self._rejected_frames.settle_before(received_ns - self._settle_after_ns)
        protocol = self.protocol
        decode, on_fact = protocol.decode, self._callbacks.on_fact
        for payload in payloads:
            is_data = is_rejected = False
            try:
                for fact in decode(payload):
                    try:
                        if type(fact) is not Reply:  # `type(x) is` is ten times cheaper than isinstance here
                            on_fact(fact, received_ns)
                            is_data = True
                        else:
                            self._deliver_reply(fact, received_ns)
                    except BaseException as error:  # a bad value, or a bug, costs one value only
                        is_rejected = self._reject(payload, received_ns, error, is_counted=is_rejected)
            except BaseException as error:
                self._reject(payload, received_ns, error, is_counted=is_rejected)
            if is_data:  # a reply or an impossible value does not prove that the feed works
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
        """Send the answers; end the connection if too many are unsent because the server does not read."""
        self._send_event.set()
        if len(self.protocol.outgoing) > _MAX_OUTGOING:
            self.end(peer_not_reading(self.protocol.title))

    def request(self, messages: Iterable[Message]) -> None:
        """Send messages, such as a request for past data, before all that waits."""
        self.protocol.outgoing.extend(messages)
        self._schedule_outgoing()

    def send(self, message: Message, shown: Message) -> asyncio.Future[bool]:
        """Send a message of the user after the login, within the provider's rate limit.

        It is reported as ``shown``. The result is false if the connection has ended or ends before.
        """
        is_sent: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if self._is_closed:
            _resolve(is_sent, False)
        else:
            self._user_messages.append(UserMessage(message, shown, is_sent))
            self.wake()
        return is_sent

    def _deliver_reply(self, reply: Reply, received_ns: int) -> None:
        callbacks = self._callbacks
        if reply.past is not None and callbacks.on_past_data is not None:
            callbacks.on_past_data(reply.past)
        if reply.relay is not None and callbacks.on_relay is not None:
            callbacks.on_relay(reply.relay)
        if reply.past is None and reply.relay is None:
            self.requests.note_reply(reply.symbols)
            callbacks.on_fact(self._checked_reply(reply), received_ns)

    def _checked_reply(self, reply: Reply) -> Reply:
        """Return a reply without the API key; an error about a duplicate request acknowledges the first request."""
        is_duplicate = self.requests.were_repeated(reply.symbols) and _DUPLICATE.search(reply.message) is not None
        ok = reply.ok or (bool(reply.symbols) and is_duplicate)
        return msgspec.structs.replace(reply, ok=ok, message=self.protocol.credentials.redact(reply.message))

    def _reject(self, payload: bytes, received_ns: int, error: BaseException, *, is_counted: bool = False) -> bool:
        """Reject a frame and count it once; raise an error that concerns more than the frame.

        Return whether the frame has been counted: not yet if a trade in it waits for confirmation.
        """
        if isinstance(error, TickerError) and not isinstance(error, FrameError):
            raise error.redacted(self.protocol.credentials.redact)
        if isinstance(error, ENDS_PROGRAM):
            raise error
        if isinstance(error, TradeHeld):
            if not is_counted:
                self._rejected_frames.hold(payload, received_ns, error, self.protocol.credentials.redact)
            return is_counted
        reason = self._rejected_frames.reason_for(error)
        if not is_counted:
            self.decode_errors_since_data += 1
            self._rejected_frames.add(payload, received_ns, reason, self.protocol.credentials.redact)
        return True

    async def _send_loop(self, transport: Transport) -> None:
        """Log in, subscribe to the desired symbols, and then send changes and answers."""
        protocol = self.protocol
        rate_limiter = RateLimiter(protocol.messages_per_second)

        async def send_throttled(messages: Iterable[Message]) -> None:
            for message in messages:
                await self._flush_outgoing(transport)  # answers go before pending requests
                await rate_limiter.wait()
                await self._send(transport, message)
            await self._flush_outgoing(transport)

        await send_throttled(())
        await self._log_in(send_throttled)
        while True:
            self._send_event.clear()
            requested, self.requested = self.requested, dict(self._desired)
            removed = [symbol for symbol in requested if symbol not in self.requested and not protocol.refusal(symbol)]
            new = self._without_refused(symbol for symbol in self.requested if symbol not in requested)
            self.requests.begin(new)
            await send_throttled((*protocol.unsubscribe(removed), *protocol.subscribe(new)))
            self.requests.end(self._clock(), is_repeated=False)
            self.has_subscribed = True
            repeated = [symbol for symbol in self.requests.take_repeated() if symbol in self.requested]
            self.requests.begin(repeated)
            await send_throttled(protocol.subscribe(repeated))
            self.requests.end(self._clock(), is_repeated=True)
            while self._user_messages:
                await self._flush_outgoing(transport)
                await rate_limiter.wait()
                await self._send_user_message(transport)
            await self._send_event.wait()

    def _without_refused(self, symbols: Iterable[str]) -> list[str]:
        """Return the symbols that the provider can serve, and report each other one as refused."""
        servable = []
        for symbol in symbols:
            refusal = self.protocol.refusal(symbol)
            if refusal:
                self._callbacks.on_fact(Reply((symbol,), ok=False, message=refusal), self._clock())
            else:
                servable.append(symbol)
        return servable

    async def _flush_outgoing(self, transport: Transport) -> None:
        while self.protocol.outgoing:
            await self._send(transport, self.protocol.outgoing.pop(0))

    async def _send_user_message(self, transport: Transport) -> None:
        one = self._user_messages[0]
        await self._send(transport, one.message, one.shown)
        self._user_messages.remove(one)
        _resolve(one.is_sent, True)

    async def _send(self, transport: Transport, message: Message, shown: Message | None = None) -> None:
        if self._callbacks.on_frames is not None:  # before it is sent, so that it precedes its answer
            self._callbacks.on_frames(self, (message if shown is None else shown,), "out", self._clock())
        await transport.send(message)

    async def _log_in(self, send_throttled: Callable[[Iterable[Message]], Awaitable[None]]) -> None:
        """Log in, if the provider requires it."""
        protocol = self.protocol
        if not protocol.is_ready:
            self.phase = Phase.LOGIN
        await wait_until_ready(
            protocol, self._send_event, lambda: send_throttled(()), self._timeouts.login_timeout, self._note_waiting
        )
        self.phase = Phase.OPEN
        self._was_ready = True
        if protocol.announces_symbols:
            self.subscribed_at_ns = self._clock()
            self._callbacks.on_open(self)

    def _note_waiting(self, reason: str) -> None:
        if self._callbacks.on_waiting is not None:
            self._callbacks.on_waiting(self, reason)

    async def _keep_alive(self) -> None:
        """Send the provider's keepalive messages, if it needs any."""
        protocol = self.protocol
        while protocol.keepalive_s is not None:
            await asyncio.sleep(protocol.keepalive_s)
            protocol.outgoing.extend(protocol.keepalive())
            self._send_event.set()
        await asyncio.Event().wait()


def _resolve(is_sent: asyncio.Future[bool], result: bool) -> None:
    if not is_sent.done():  # the sender may have been cancelled
        is_sent.set_result(result)
