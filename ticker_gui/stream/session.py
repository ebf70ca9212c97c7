"""One feed kept connected: connect, monitor, reconnect, and roll over to a new connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final, TypeAlias

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import (
    ConnectionLost,
    FeedRejected,
    InternalError,
    KeyRejected,
    ProtocolViolation,
    SettingsError,
    TickerError,
)
from ticker_gui.domain.events import Fact
from ticker_gui.domain.feed_state import FeedState, FeedStatus, Phase
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.logs.internal_errors import InternalErrors, as_exception
from ticker_gui.stream import error_translation
from ticker_gui.stream.connection import ConnectionCallbacks, Connector, FeedConnection
from ticker_gui.stream.idle_monitor import NO_SYMBOL, IdleMonitor
from ticker_gui.stream.rejected_frames import RejectedFrames
from ticker_gui.stream.retry import Backoff
from ticker_gui.stream.subscriptions import Subscriptions
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.transport import open_connection
from ticker_gui.stream.wait import RetryTimer

_ROLLOVER_CHECK_S: Final = 0.1
_KEPT_STATES: Final = 50

MakeProtocol: TypeAlias = Callable[[], Awaitable[FeedProtocol]]


class Session:
    """Owns the desired set of one feed's symbols and keeps a line that delivers them.

    Callbacks run inside the reader's step and must return at once: ``on_fact(fact, received_ns)`` for each fact,
    which may raise `FrameError` where it cannot be true; ``on_bad_frame(frame, reason)`` for each frame that was
    skipped; ``on_state()`` after each change of `state`. ``is_due()`` says whether market data should have come by now,
    and ``is_answered`` and ``on_overdue`` are for `Subscriptions`.

    Any unexpected exception is counted in ``errors``: it costs one frame, or else this feed's connection.
    """

    def __init__(
        self,
        make_protocol: MakeProtocol,
        clock: Clock,
        on_fact: Callable[[Fact, int], object],
        *,
        on_bad_frame: Callable[[Frame, str], None] | None = None,
        on_state: Callable[[], None] | None = None,
        connector: Connector | None = None,
        timeouts: Timeouts | None = None,
        backoff: Backoff | None = None,
        data_expected: Callable[[], bool] | None = None,
        is_answered: Callable[[str], bool] | None = None,
        on_overdue: Callable[[Sequence[str], bool], object] | None = None,
        name: str = "",
    ) -> None:
        self.errors = InternalErrors(f"feed {name}" if name else "a feed")
        self._name = name
        self.state = FeedState(FeedStatus.STOPPED, clock())
        self.rejected_frames = RejectedFrames(on_bad_frame, self.errors)
        self.idle_monitor = IdleMonitor(
            clock, timeouts or Timeouts(), self.rejected_frames, data_expected or (lambda: True)
        )
        self._subscriptions = Subscriptions(
            clock,
            timeouts or Timeouts(),
            is_answered or (lambda symbol: True),
            on_overdue or (lambda symbols, final: None),
        )
        self.connection: FeedConnection | None = None
        self.history: deque[FeedState] = deque(maxlen=_KEPT_STATES)
        self._timeouts = timeouts or Timeouts()
        self._make_protocol = make_protocol
        self._clock = clock
        self.callbacks = ConnectionCallbacks(on_fact, self._note_open, self._note_data)
        self._on_state = on_state
        self._connector = connector or partial(open_connection, timeouts=self._timeouts)
        self._backoff = backoff or Backoff(self._timeouts)
        self._desired: dict[str, None] = {}  # a set that keeps its order
        self._wait = RetryTimer(clock, self._timeouts)
        self._past: FeedConnection | None = None  # the last line that has ended
        self._past_frames = 0
        self._hide: Callable[[str], str] = str
        self._next: FeedConnection | None = None  # about to take over
        self._running = set[asyncio.Task[None]]()  # of both lines
        self.last_tick_ns = 0  # when the line was last looked after
        self._may_retry_auth = False  # a rejection by the last line: it served us, with a key that may have run out
        self._has_retried_auth = False  # one, since the last good connection
        self._has_ever_received_data = False  # then what fails now is not a wrong address
        self._consecutive_failures = 0  # losses in a row that another attempt hardly changes
        self._replace_after_ns = 0

    @property
    def frames(self) -> int:
        """How many frames have come."""
        return self._past_frames + (self.connection.frames if self.connection else 0)

    @property
    def last_frame_ns(self) -> int:
        """When the last frame came; 0 where none has."""
        return connection.last_frame_ns if (connection := self.connection or self._past) else 0

    @property
    def last_activity_ns(self) -> int:
        """When anything came last over the line, or over the last one: what was told until then has been heard."""
        return connection.last_activity_ns if (connection := self.connection or self._past) else 0

    @property
    def protocol(self) -> FeedProtocol | None:
        """The dialect of the line, while there is one."""
        return self.connection.protocol if self.connection else None

    @property
    def last_protocol(self) -> FeedProtocol | None:
        """The dialect of the last connection that has ended."""
        return self._past.protocol if self._past else None

    @property
    def phase(self) -> Phase:
        """How far the line has come."""
        return self.connection.phase if self.connection else Phase.NAME

    def watch(self, symbols: Iterable[str]) -> None:
        """Want these symbols, in the provider's spelling, now and after every reconnect."""
        self._desired.update(dict.fromkeys(symbols))
        self._wake()

    def unwatch(self, symbols: Iterable[str]) -> None:
        """No longer want these symbols."""
        for symbol in symbols:
            self._desired.pop(symbol, None)
        self._wake()

    def retry_now(self) -> None:
        """Cut a wait short, or try again after a rejection."""
        self._wait.cancel()

    def mark_live(self) -> None:
        """Market data was believed and is about to be told: let it be known before that the feed is live."""
        if self.connection is not None and not self.connection.is_live:
            self._note_data(self.connection)

    def stop_delivery(self) -> None:
        """Deliver nothing any more: the feed is about to be stopped."""
        for connection in (self.connection, self._next):
            if connection is not None:
                connection.stop_delivery()

    async def run(self) -> None:
        """Stream for ever. Losing the line is normal; being rejected waits for the user; a bug costs the connection."""
        try:
            while True:
                try:
                    await self._stream()
                except TickerError as error:
                    await self._handle_disconnect(error)
                except (Exception, asyncio.CancelledError) as error:
                    if _is_cancelled():
                        raise
                    self.errors.note(error, "keeping the connection")
                    await self._handle_disconnect(InternalError(self._name))
        finally:
            self._set_state(FeedStatus.STOPPED)

    async def _stream(self) -> None:
        """Connect and receive until the connection ends, which raises; roll over before the server closes it."""
        attempt = self._backoff.attempts + 1
        self._set_state(FeedStatus.CONNECTING, self.state.reason if attempt > 1 else "", attempt=attempt)
        self._may_retry_auth = False
        connection = self.connection = await self._new_connection()
        running = self._begin(connection)
        try:
            while True:
                await self._monitor(connection, running)
                connection, running = await self._hand_over(connection, running)
        finally:
            self.stop_delivery()  # what a flood still brings must not delay the end
            for task in list(self._running):
                self._note_bug(await _stop(task))
            connection, self._past, self.connection = self.connection, self.connection, None
            self._past_frames += connection.frames
            self._has_ever_received_data |= connection.data_ns > 0
            self._may_retry_auth = connection.data_ns > 0 and connection.protocol.access.key is not None

    def _begin(self, connection: FeedConnection) -> asyncio.Task[None]:
        running = asyncio.create_task(connection.run(self._connector))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return running

    async def _new_connection(self) -> FeedConnection:
        protocol = await self._make_protocol()  # no dialect outlives its connection
        self._hide = protocol.access.hide
        return FeedConnection(
            protocol, self._desired, self.callbacks, self.rejected_frames, self._clock, self._timeouts
        )

    async def _monitor(self, connection: FeedConnection, running: asyncio.Task[None]) -> None:
        """Monitor the connection until it should be rolled over; raise its error when it ends."""
        self.last_tick_ns = self._clock()
        while True:
            await asyncio.wait((running,), timeout=self._timeouts.check_interval)
            if running.done():
                self._running.discard(running)
                if not running.cancelled():
                    as_exception(running.result)
                raise RuntimeError("The connection ended without a reason.")
            if as_exception(partial(self._look_after, connection)):
                return

    def _look_after(self, connection: FeedConnection) -> bool:
        """Notice what is wrong with a line that runs; return whether it should be replaced."""
        self.rejected_frames.settle()
        if not self._has_slept(connection) and connection.opened_ns is not None:
            self._look_at_silence(connection, connection.opened_ns)
            self._subscriptions.check(connection)
        return connection.is_closing and bool(self._desired) and self._clock() >= self._replace_after_ns

    async def _hand_over(
        self, old: FeedConnection, running: asyncio.Task[None]
    ) -> tuple[FeedConnection, asyncio.Task[None]]:
        """Return a new line that brings market data already, the old one closed; or the old one, if that fails."""
        give_up_ns = self._replace_after_ns = self._clock() + int(self._timeouts.rollover_timeout * SECOND_NS)
        try:
            new = self._next = await self._new_connection()
        except Exception as error:  # a missing key, or a bug: neither may cost the connection that still works
            self._note_bug(error)
            return old, running
        opening = self._begin(new)
        try:
            while not new.data_ns and not opening.done() and not running.done() and self._clock() < give_up_ns:
                await asyncio.wait((opening, running), timeout=_ROLLOVER_CHECK_S, return_when=asyncio.FIRST_COMPLETED)
            if not new.data_ns or opening.done():
                return old, running
            self.connection, opening, running = new, running, opening
            self._past_frames += old.frames
            new.is_live = self.state.kind is FeedStatus.LIVE
            return new, running
        finally:
            self._next = None
            self._note_bug(await _stop(opening))  # whichever of the two is not to go on

    def _note_bug(self, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, TickerError):
            self.errors.note(error, "ending a connection")

    def _has_slept(self, connection: FeedConnection) -> bool:
        """Return whether nobody listened since the last look: then the line may be dead without a sign, and ends."""
        now_ns = self._clock()
        slept_s = (now_ns - self.last_tick_ns) / SECOND_NS - self._timeouts.check_interval
        if slept_s > self._timeouts.suspend_threshold:
            connection.end(error_translation.resumed_after_suspend(slept_s))
            return True
        self.last_tick_ns = now_ns
        return False

    def _look_at_silence(self, connection: FeedConnection, opened_ns: int) -> None:
        """Say why nothing comes, where that is so, and reset the backoff where all has been well for a while."""
        if connection.is_ending:
            return
        if self._desired and self.state.reason == NO_SYMBOL:
            connection.subscribed_at_ns = self._clock()
            self._set_state(FeedStatus.SUBSCRIBING)
        why = self.idle_monitor.look(connection) if self._desired else NO_SYMBOL
        if why is not None and not connection.is_ending and self.state.reason != why:
            connection.is_live = False
            self._set_state(FeedStatus.QUIET, why)
        if connection.data_ns - opened_ns > self._timeouts.healthy_after * SECOND_NS:
            self._backoff.reset()
            self._has_retried_auth = False
            self._consecutive_failures = 0

    def _note_open(self, connection: FeedConnection) -> None:
        if connection is self.connection:
            self._set_state(FeedStatus.SUBSCRIBING, since_ns=connection.opened_ns)

    def _note_data(self, connection: FeedConnection) -> None:
        if not self._desired:  # whatever comes, nobody has asked for it
            return
        connection.is_live = True
        if connection is self.connection:
            self._set_state(FeedStatus.LIVE)

    async def _handle_disconnect(self, error: TickerError) -> None:
        """Wait as the failure demands: for the backoff after a loss, for the user after a rejection."""
        loss = error if isinstance(error, ConnectionLost) else None
        if isinstance(error, FeedRejected) and self._may_retry_auth and not self._has_retried_auth:
            self._has_retried_auth = True
            loss = error_translation.auth_expired(error)
        is_violation = isinstance(loss, ProtocolViolation)
        most = None if loss is None or (self._has_ever_received_data and not is_violation) else loss.max_attempts
        self._consecutive_failures = 0 if most is None else self._consecutive_failures + 1
        if loss is not None and most is not None and self._consecutive_failures >= most:
            again = f"This happened {most} times in a row, so the feed was stopped. Check the URL, then retry."
            tried = f"Tried {most} times; retry when it is mended."
            error = FeedRejected(f"{loss.for_user} {again if is_violation else tried}")
            loss = None
        self._wait.begin()
        if loss is None:
            wants_key = isinstance(error, KeyRejected | SettingsError)
            self._set_state(FeedStatus.REJECTED, error.for_user, wants_key=wants_key)
            await self._wait.for_user()
            self._backoff.reset()
            self._consecutive_failures = 0
            return
        delay, is_limited = self._backoff.next_delay(loss), loss.retry_after is not None
        until_ns, attempt = self._clock() + int(delay * SECOND_NS), self._backoff.attempts + 1
        is_internal = isinstance(loss, InternalError)
        self._set_state(
            FeedStatus.WAITING,
            loss.for_user,
            until_ns,
            attempt=attempt,
            is_limited=is_limited,
            is_internal=is_internal,
        )
        if await self._wait.until(until_ns, is_limited=is_limited):
            self._backoff.reset()

    def _wake(self) -> None:
        for connection in (self.connection, self._next):
            if connection is not None:
                connection.wake()

    def _set_state(
        self,
        kind: FeedStatus,
        reason: str = "",
        retry_at_ns: int | None = None,
        *,
        attempt: int = 0,
        is_limited: bool = False,
        wants_key: bool = False,
        is_internal: bool = False,
        since_ns: int | None = None,
    ) -> None:
        since_ns = since_ns or self._clock()
        if kind is FeedStatus.QUIET and self.state.kind is kind:  # the same silence in other words
            since_ns = self.history.pop().since_ns
        is_down = kind in (FeedStatus.CONNECTING, FeedStatus.WAITING)
        down_ns = (self.state.down_since_ns or since_ns) if is_down else None
        reason = self._hide(reason)
        self.state = FeedState(
            kind, since_ns, reason, retry_at_ns, attempt, is_limited, wants_key, down_ns, is_internal
        )
        self.history.append(self.state)
        if self._on_state is not None:
            self.errors.guard(self._on_state, "reporting the state")


def _is_cancelled() -> bool:
    """Return whether somebody asked the current task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _stop(running: asyncio.Task[None]) -> BaseException | None:
    """End a line's task, wait for its last words, and return what it raised."""
    if not running.cancelling():  # a second time would cut its last words short
        running.cancel()
    await asyncio.wait((running,))
    return None if running.cancelled() else running.exception()
