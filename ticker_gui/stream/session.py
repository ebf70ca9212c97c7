"""Keeps one feed connected: connects, reconnects, and rolls over to a new connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import InternalError, TickerError
from ticker_gui.domain.events import Fact
from ticker_gui.domain.feed_state import FeedState, FeedStatus, Phase
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.protocol import FeedProtocol, Message
from ticker_gui.logs.internal_errors import InternalErrors, as_exception
from ticker_gui.stream.connection import ConnectionCallbacks, Connector, FeedConnection, open_transport
from ticker_gui.stream.connection_monitor import ConnectionMonitor
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.retry import AskUser, RetryPolicy
from ticker_gui.stream.retry_timer import RetryTimer
from ticker_gui.stream.state_log import StateLog
from ticker_gui.stream.subscriptions import Subscriptions
from ticker_gui.stream.timeouts import Timeouts

_ROLLOVER_CHECK_S: Final = 0.1

MakeProtocol: TypeAlias = Callable[[], Awaitable[FeedProtocol]]

_LOG: Final = logging.getLogger(__name__)


class Session:
    """Keeps one feed connected and subscribed to the desired symbols.

    It opens and closes connections. `RetryPolicy` decides about reconnects; `ConnectionMonitor` checks the open one.

    Callbacks must return at once, because they run while payloads are read: ``on_fact(fact, received_ns)`` receives
    each fact and may raise `FrameError` if its value is impossible; ``on_rejected_frame(frame, reason)`` receives each
    rejected frame; ``on_state()`` is called after each change of `state`. ``data_expected()`` returns whether market
    data should have been received by now, and ``why_no_data()`` a sentence about why it has not. For ``has_data_since``
    and ``on_overdue`` see `Subscriptions`.

    Any unexpected exception is counted in ``errors``; it costs one frame, or otherwise this feed's connection.
    """

    def __init__(
        self,
        make_protocol: MakeProtocol,
        clock: Clock,
        on_fact: Callable[[Fact, int], object],
        *,
        on_rejected_frame: Callable[[Frame, str], None] | None = None,
        on_state: Callable[[], None] | None = None,
        connector: Connector | None = None,
        timeouts: Timeouts | None = None,
        retry_policy: RetryPolicy | None = None,
        data_expected: Callable[[], bool] | None = None,
        why_no_data: Callable[[], str] | None = None,
        has_data_since: Callable[[str, int], bool] | None = None,
        on_overdue: Callable[[Sequence[str], bool], object] | None = None,
        name: str = "",
    ) -> None:
        self._name = name
        self._clock = clock
        self._timeouts = timeouts = timeouts or Timeouts()
        self._make_protocol = make_protocol
        self._on_state = on_state
        self._connector = connector or partial(open_transport, timeouts=timeouts)
        self.errors = InternalErrors(f"feed {name}" if name else "a feed")
        self.callbacks = ConnectionCallbacks(on_fact, self._note_open, self._note_data, on_waiting=self._note_waiting)
        self.rejected_frames = RejectedFrames(on_rejected_frame, self.errors)
        self.retry_policy = retry_policy or RetryPolicy(timeouts)
        self.retry_timer = RetryTimer(clock, timeouts)
        self._subscriptions = Subscriptions(clock, timeouts, has_data_since, on_overdue)
        self._states = StateLog(clock, self._report_state)
        self._desired: dict[str, None] = {}  # an ordered set
        self.monitor = ConnectionMonitor(
            clock,
            timeouts,
            self._desired,
            self._states,
            self.retry_policy,
            data_expected or (lambda: True),
            why_no_data or (lambda: "No market data is arriving."),
        )
        self.connection: FeedConnection | None = None
        self._next: FeedConnection | None = None  # opened during a rollover
        self._previous: FeedConnection | None = None  # the last one that has ended
        self._previous_frames = 0  # of all connections that have ended
        self._received_data = False  # over the connection that ended last
        self._tasks = set[asyncio.Task[None]]()  # of the connections
        self._rollover_after_ns = 0

    @property
    def state(self) -> FeedState:
        """The current state."""
        return self._states.current

    @property
    def history(self) -> Sequence[FeedState]:
        """The last states, the current one included, oldest first."""
        return self._states.history

    @property
    def frames(self) -> int:
        """The number of frames received over all connections."""
        return self._previous_frames + (self.connection.frames if self.connection else 0)

    @property
    def last_frame_ns(self) -> int:
        """When the last frame was received over this connection or the previous one; 0 if none was."""
        return connection.last_frame_ns if (connection := self.connection or self._previous) else 0

    @property
    def last_activity_ns(self) -> int:
        """When anything was received last over this connection or the previous one, a pong included."""
        return connection.last_activity_ns if (connection := self.connection or self._previous) else 0

    @property
    def last_tick_ns(self) -> int:
        """When a connection was last checked; 0 if none was."""
        return self.monitor.last_tick_ns

    @property
    def protocol(self) -> FeedProtocol | None:
        """The protocol of the current connection, if there is one."""
        return self.connection.protocol if self.connection else None

    @property
    def last_protocol(self) -> FeedProtocol | None:
        """The protocol of the previous connection, if there was one."""
        return self._previous.protocol if self._previous else None

    @property
    def phase(self) -> Phase:
        """How far the current attempt to connect has come."""
        return self.connection.phase if self.connection else Phase.NAME

    def watch(self, symbols: Iterable[str]) -> None:
        """Subscribe to symbols, given in the provider's format, now and after every reconnect."""
        self._desired.update(dict.fromkeys(symbols))
        self._wake()

    def unwatch(self, symbols: Iterable[str]) -> None:
        """Unsubscribe from symbols."""
        for symbol in symbols:
            self._desired.pop(symbol, None)
        self._wake()

    def retry_now(self, *, by_user: bool = True) -> None:
        """Reconnect now instead of waiting for the retry time or the user.

        With ``by_user`` the next waits are short again; otherwise, as in a replay, this attempt is one of many.
        """
        self.retry_timer.cancel(by_user=by_user)

    @property
    def can_send(self) -> bool:
        """Whether the connection is open and logged in."""
        return self.connection is not None and self.connection.phase is Phase.OPEN

    async def send(self, message: Message, shown: Message) -> bool:
        """Send a message of the user within the provider's rate limit, and report it as ``shown``.

        Return whether it was sent before the connection ended.
        """
        return self.connection is not None and await self.connection.send(message, shown)

    async def ping(self) -> float | None:
        """Send a ping; return the time until its pong in seconds, or None if there is none.

        Raises:
            ConnectionLost, FeedRejected: the connection has ended.
        """
        transport = self.connection.transport if self.connection is not None else None
        return None if transport is None else await transport.ping()

    def mark_live(self) -> None:
        """Report that the feed is live before its first fact is delivered."""
        if self.connection is not None and not self.connection.is_live:
            self._note_data(self.connection)

    def stop_delivery(self) -> None:
        """Stop delivering facts, because the feed is about to be stopped."""
        for connection in (self.connection, self._next):
            if connection is not None:
                connection.stop_delivery()

    def report_idle(self, reason: str) -> None:
        """Report that no market data arrives, when the recorded session of a replay has reported that."""
        if self.connection is not None and self.state.is_connected:
            self.monitor.report_idle(self.connection, reason)

    def detach(self) -> None:
        """Deliver and report nothing any more, so that what was received can still be shown after the end."""
        self.stop_delivery()
        self._on_state = None

    async def run(self) -> None:
        """Keep the feed connected until cancelled. A lost connection, a rejection or a bug does not end it."""
        try:
            while True:
                await self._handle_disconnect(await self._stream_until_error())
        finally:
            self._settle_if_quiet()
            self._states.set(FeedStatus.STOPPED)

    async def _handle_disconnect(self, error: TickerError) -> None:
        """Wait as the retry policy decides: for a time, or for the user."""
        self.retry_timer.reset()
        step = self.retry_policy.next_step(error, received_data=self._received_data)
        if isinstance(step, AskUser):
            self._states.set(FeedStatus.REJECTED, step.reason, wants_key=step.wants_key)
            await self.retry_timer.wait_for_user()
            return
        now_ns = self._clock()
        retry_at_ns = now_ns + int(step.delay_s * SECOND_NS)
        self._states.set(
            FeedStatus.WAITING,
            step.reason,
            since_ns=now_ns,
            retry_at_ns=retry_at_ns,
            attempt=step.attempt,
            is_limited=step.is_limited,
            is_internal=step.is_internal,
        )
        if await self.retry_timer.wait_until(retry_at_ns, is_limited=step.is_limited):
            self.retry_policy.note_user_retry()

    async def _stream_until_error(self) -> TickerError:
        """Connect and receive until the connection ends; return why it ended."""
        self._received_data = False
        try:
            await self._stream()
        except TickerError as error:
            return error
        except (Exception, asyncio.CancelledError) as error:
            if _is_cancelled():
                raise
            self.errors.note(error, "keeping the connection")
        return InternalError(self._name)

    async def _stream(self) -> None:
        """Connect and receive until the connection ends, which raises; roll over before the server closes it."""
        attempt = self.retry_policy.attempts + 1
        self._states.set(FeedStatus.CONNECTING, self.state.reason if attempt > 1 else "", attempt=attempt)
        connection = self.connection = await self._new_connection()
        task = self._start(connection.run(self._connector))
        try:
            while True:
                await self._monitor(connection, task)
                connection, task = await self._roll_over(connection, task)
        finally:
            self.stop_delivery()  # payloads still arriving must not delay the end
            # A task may have ended just before this one was cancelled, so that nothing has read its error.
            for one in self._tasks | ({task} if _is_cancelled() else set()):
                self._note_bug(await _stop(one))
            connection, self._previous, self.connection = self.connection, self.connection, None
            self._previous_frames += connection.frames
            self._received_data = connection.data_ns > 0

    def _start(self, running: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(running)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _new_connection(self) -> FeedConnection:
        protocol = await self._make_protocol()  # each connection has its own
        self._states.redact = protocol.credentials.redact
        return FeedConnection(
            protocol, self._desired, self.callbacks, self.rejected_frames, self._clock, self._timeouts
        )

    async def _monitor(self, connection: FeedConnection, task: asyncio.Task[None]) -> None:
        """Check the connection until it should be rolled over; raise its error when it ends."""
        self.monitor.start()
        while True:
            await asyncio.wait((task,), timeout=self._check_delay_s)
            self._settle_if_quiet()
            if task.done():
                self._tasks.discard(task)
                if not task.cancelled():
                    as_exception(task.result)
                raise RuntimeError("The connection ended without a reason.")
            as_exception(partial(self._check, connection))
            if connection.is_closing and self._desired and self._clock() >= self._rollover_after_ns:
                return

    @property
    def _quiet_s(self) -> float:
        """The time since the last frame."""
        return (self._clock() - self.last_frame_ns) / SECOND_NS

    @property
    def _check_delay_s(self) -> float:
        """The time until the next check. If frames are held, it ends when `_settle_if_quiet` is due."""
        interval_s = self._timeouts.check_interval
        left_s = interval_s - self._quiet_s if self.rejected_frames.held else 0.0
        return min(left_s, interval_s) if left_s > 0.0 else interval_s

    def _settle_if_quiet(self) -> None:
        """Settle held frames if no frame arrives; otherwise the connection settles them before the next frame.

        It depends on when the last frame arrived only, not on when checks happen, so that a replay reports the same.
        """
        if self._quiet_s >= self._timeouts.check_interval:
            self.rejected_frames.settle()

    def _check(self, connection: FeedConnection) -> None:
        self.monitor.check(connection)
        if not connection.is_ending:
            self._subscriptions.check(connection)

    async def _roll_over(
        self, old: FeedConnection, task: asyncio.Task[None]
    ) -> tuple[FeedConnection, asyncio.Task[None]]:
        """Open a new connection and close the old one when the new one has subscribed and receives market data.

        Return the connection to continue with: the old one if the new one fails or takes too long.
        """
        give_up_ns = self._rollover_after_ns = self._clock() + int(self._timeouts.rollover_timeout * SECOND_NS)
        new_task = self._start(self._run_next())
        try:
            while not self._may_roll_over and not new_task.done() and not task.done() and self._clock() < give_up_ns:
                await asyncio.wait((new_task, task), timeout=_ROLLOVER_CHECK_S, return_when=asyncio.FIRST_COMPLETED)
                as_exception(partial(self._check, old))
            new = self._next
            if new is None or not self._may_roll_over or new_task.done():
                return old, task
            self.connection, new_task, task = new, task, new_task
            new.took_over_ns = self._clock()
            self._previous_frames += old.frames
            new.is_live = self.state.kind is FeedStatus.LIVE
            return new, task
        finally:
            self._next = None
            self._note_bug(await _stop(new_task))  # of the connection that is not continued

    async def _run_next(self) -> None:
        """Open the connection that is to replace the current one, and receive until it ends, which raises."""
        with self.errors.contained("replacing a connection"):  # a bug must not cost the one that still works
            try:
                self._next = await self._new_connection()
            except TickerError as error:  # such as a missing key: the user learns of it when the old connection ends
                _LOG.info("Feed %s keeps its connection, because no new one could be opened: %s", self._name, error)
        if self._next is not None:
            await self._next.run(self._connector)

    @property
    def _may_roll_over(self) -> bool:
        """Whether the next connection receives market data, and has subscribed to all symbols, which may take long."""
        return self._next is not None and self._next.data_ns > 0 and self._next.has_subscribed

    def _note_bug(self, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, TickerError):
            self.errors.note(error, "ending a connection")

    def _note_open(self, connection: FeedConnection) -> None:
        if connection is self.connection:
            self._states.set(FeedStatus.SUBSCRIBING, since_ns=connection.subscribed_at_ns)

    def _note_waiting(self, connection: FeedConnection, reason: str) -> None:
        if connection is self.connection:
            self._states.set(FeedStatus.WAITING, reason, waits_for_relay=True)

    def _note_data(self, connection: FeedConnection) -> None:
        if not self._desired:  # a server may send data of symbols that were not subscribed
            return
        connection.is_live = True
        if connection is self.connection:
            self._states.set(FeedStatus.LIVE)

    def _report_state(self) -> None:
        if self._on_state is not None:
            self.errors.guard(self._on_state, "reporting the state")

    def _wake(self) -> None:
        for connection in (self.connection, self._next):
            if connection is not None:
                connection.wake()


def _is_cancelled() -> bool:
    """Return whether the current task was cancelled from outside."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _stop(task: asyncio.Task[None]) -> BaseException | None:
    """Cancel the task of a connection, wait until it has closed the connection, and return what it raised."""
    if not task.cancelling():  # a second cancellation would interrupt the closing
        task.cancel()
    await asyncio.wait((task,))
    return None if task.cancelled() else task.exception()
