"""One feed kept alive: dial, listen, watch for silence, dial again."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final, TypeAlias

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
from ticker_gui.domain.feed_state import FeedKind, FeedState, Phase
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.logs.internal_errors import InternalErrors, as_exception
from ticker_gui.stream import error_translation
from ticker_gui.stream.clock import Clock
from ticker_gui.stream.connection import Dial, Line, Listener
from ticker_gui.stream.idle_monitor import NO_SYMBOL, Silence
from ticker_gui.stream.rejected_frames import Quarantine
from ticker_gui.stream.retry import Backoff
from ticker_gui.stream.subscriptions import Subscriptions
from ticker_gui.stream.timeouts import Timing
from ticker_gui.stream.transport import dial as dial_for_real
from ticker_gui.stream.wait import Wait

_OVERLAP_LOOK_S: Final = 0.1
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
        dial: Dial | None = None,
        timing: Timing | None = None,
        backoff: Backoff | None = None,
        is_due: Callable[[], bool] | None = None,
        is_answered: Callable[[str], bool] | None = None,
        on_overdue: Callable[[Sequence[str], bool], object] | None = None,
        name: str = "",
    ) -> None:
        self.errors = InternalErrors(f"feed {name}" if name else "a feed")
        self._name = name
        self.state = FeedState(FeedKind.STOPPED, clock())
        self.quarantine = Quarantine(on_bad_frame, self.errors)
        self.silence = Silence(clock, timing or Timing(), self.quarantine, is_due or (lambda: True))
        self._subscriptions = Subscriptions(
            clock, timing or Timing(), is_answered or (lambda symbol: True), on_overdue or (lambda symbols, final: None)
        )
        self.line: Line | None = None
        self.history: deque[FeedState] = deque(maxlen=_KEPT_STATES)
        self._timing = timing or Timing()
        self._make_protocol = make_protocol
        self._clock = clock
        self._listener = Listener(on_fact, self._note_open, self._note_data)
        self._on_state = on_state
        self._dial = dial or partial(dial_for_real, timing=self._timing)
        self._backoff = backoff or Backoff(self._timing)
        self._desired: dict[str, None] = {}  # a set that keeps its order
        self._wait = Wait(clock, self._timing)
        self._past: Line | None = None  # the last line that has ended
        self._past_frames = 0
        self._hide: Callable[[str], str] = str
        self._next: Line | None = None  # about to take over
        self._running = set[asyncio.Task[None]]()  # of both lines
        self.awake_ns = 0  # when the line was last looked after
        self._may_forgive = False  # a rejection by the last line: it served us, with a key that may have run out
        self._has_forgiven = False  # one, since the last good connection
        self._has_served = False  # then what fails now is not a wrong address
        self._in_vain = 0  # losses in a row that another attempt hardly changes
        self._replace_after_ns = 0

    @property
    def frames(self) -> int:
        """How many frames have come."""
        return self._past_frames + (self.line.frames if self.line else 0)

    @property
    def heard_ns(self) -> int:
        """When the last frame came; 0 where none has."""
        return line.heard_ns if (line := self.line or self._past) else 0

    @property
    def alive_ns(self) -> int:
        """When anything came last over the line, or over the last one: what was told until then has been heard."""
        return line.alive_ns if (line := self.line or self._past) else 0

    @property
    def protocol(self) -> FeedProtocol | None:
        """The dialect of the line, while there is one."""
        return self.line.protocol if self.line else None

    @property
    def last_protocol(self) -> FeedProtocol | None:
        """The dialect of the last connection that has ended."""
        return self._past.protocol if self._past else None

    @property
    def phase(self) -> Phase:
        """How far the line has come."""
        return self.line.phase if self.line else Phase.NAME

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
        self._wait.cut_short()

    def be_live(self) -> None:
        """Market data was believed and is about to be told: let it be known before that the feed is live."""
        if self.line is not None and not self.line.is_live:
            self._note_data(self.line)

    def deafen(self) -> None:
        """Hear nothing any more: the feed is about to be ended."""
        for line in (self.line, self._next):
            if line is not None:
                line.deafen()

    async def run(self) -> None:
        """Stream for ever. Losing the line is normal; being rejected waits for the user; a bug costs the connection."""
        try:
            while True:
                try:
                    await self._stream()
                except TickerError as error:
                    await self._recover(error)
                except (Exception, asyncio.CancelledError) as error:
                    if _is_cancelled():
                        raise
                    self.errors.note(error, "keeping the connection")
                    await self._recover(InternalError(self._name))
        finally:
            self._enter(FeedKind.STOPPED)

    async def _stream(self) -> None:
        """Dial and listen until the line ends, which raises. One that is about to end is replaced before it does."""
        attempt = self._backoff.attempts + 1
        self._enter(FeedKind.CONNECTING, self.state.reason if attempt > 1 else "", attempt=attempt)
        self._may_forgive = False
        line = self.line = await self._new_line()
        running = self._begin(line)
        try:
            while True:
                await self._watch(line, running)
                line, running = await self._replace(line, running)
        finally:
            self.deafen()  # what a flood still brings must not delay the end
            for task in list(self._running):
                self._note_bug(await _stop(task))
            line, self._past, self.line = self.line, self.line, None
            self._past_frames += line.frames
            self._has_served |= line.data_ns > 0
            self._may_forgive = line.data_ns > 0 and line.protocol.access.key is not None

    def _begin(self, line: Line) -> asyncio.Task[None]:
        running = asyncio.create_task(line.run(self._dial))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return running

    async def _new_line(self) -> Line:
        protocol = await self._make_protocol()  # no dialect outlives its connection
        self._hide = protocol.access.hide
        return Line(protocol, self._desired, self._listener, self.quarantine, self._clock, self._timing)

    async def _watch(self, line: Line, running: asyncio.Task[None]) -> None:
        """Look after a line until it should be replaced; when it ends, raise why."""
        self.awake_ns = self._clock()
        while True:
            await asyncio.wait((running,), timeout=self._timing.look)
            if running.done():
                self._running.discard(running)
                if not running.cancelled():
                    as_exception(running.result)
                raise RuntimeError("The connection ended without a reason.")
            if as_exception(partial(self._look_after, line)):
                return

    def _look_after(self, line: Line) -> bool:
        """Notice what is wrong with a line that runs; return whether it should be replaced."""
        self.quarantine.settle()
        if not self._has_slept(line) and line.opened_ns is not None:
            self._look_at_silence(line, line.opened_ns)
            self._subscriptions.check(line)
        return line.is_leaving and bool(self._desired) and self._clock() >= self._replace_after_ns

    async def _replace(self, old: Line, running: asyncio.Task[None]) -> tuple[Line, asyncio.Task[None]]:
        """Return a new line that brings market data already, the old one closed; or the old one, if that fails."""
        give_up_ns = self._replace_after_ns = self._clock() + int(self._timing.overlap * SECOND_NS)
        try:
            new = self._next = await self._new_line()
        except Exception as error:  # such as a key that is gone; what is here goes on as long as it may
            self._note_bug(error)
            return old, running
        dialling = self._begin(new)
        try:
            while not new.data_ns and not dialling.done() and not running.done() and self._clock() < give_up_ns:
                await asyncio.wait((dialling, running), timeout=_OVERLAP_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            if not new.data_ns or dialling.done():
                return old, running
            self.line, dialling, running = new, running, dialling
            self._past_frames += old.frames
            new.is_live = self.state.kind is FeedKind.LIVE
            return new, running
        finally:
            self._next = None
            self._note_bug(await _stop(dialling))  # whichever of the two is not to go on

    def _note_bug(self, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, TickerError):
            self.errors.note(error, "ending a connection")

    def _has_slept(self, line: Line) -> bool:
        """Return whether nobody listened since the last look: then the line may be dead without a sign, and ends."""
        now_ns = self._clock()
        slept_s = (now_ns - self.awake_ns) / SECOND_NS - self._timing.look
        if slept_s > self._timing.asleep:
            line.end(error_translation.asleep(slept_s))
            return True
        self.awake_ns = now_ns
        return False

    def _look_at_silence(self, line: Line, opened_ns: int) -> None:
        """Say why nothing comes, where that is so, and reset the backoff where all has been well for a while."""
        if line.is_ending:
            return
        if self._desired and self.state.reason == NO_SYMBOL:
            line.awaits_since_ns = self._clock()
            self._enter(FeedKind.SUBSCRIBING)
        why = self.silence.look(line) if self._desired else NO_SYMBOL
        if why is not None and not line.is_ending and self.state.reason != why:
            line.is_live = False
            self._enter(FeedKind.QUIET, why)
        if line.data_ns - opened_ns > self._timing.healthy * SECOND_NS:
            self._backoff.reset()
            self._has_forgiven = False
            self._in_vain = 0

    def _note_open(self, line: Line) -> None:
        if line is self.line:
            self._enter(FeedKind.SUBSCRIBING, since_ns=line.opened_ns)

    def _note_data(self, line: Line) -> None:
        if not self._desired:  # whatever comes, nobody has asked for it
            return
        line.is_live = True
        if line is self.line:
            self._enter(FeedKind.LIVE)

    async def _recover(self, error: TickerError) -> None:
        """Wait as the failure demands: for the backoff after a loss, for the user after a rejection."""
        loss = error if isinstance(error, ConnectionLost) else None
        if isinstance(error, FeedRejected) and self._may_forgive and not self._has_forgiven:
            self._has_forgiven = True
            loss = error_translation.expired(error)
        is_violation = isinstance(loss, ProtocolViolation)
        most = None if loss is None or (self._has_served and not is_violation) else loss.give_up_after
        self._in_vain = 0 if most is None else self._in_vain + 1
        if loss is not None and most is not None and self._in_vain >= most:
            again = f"This happened {most} times in a row, so the feed was stopped. Check the URL, then retry."
            tried = f"Tried {most} times; retry when it is mended."
            error = FeedRejected(f"{loss.for_user} {again if is_violation else tried}")
            loss = None
        self._wait.begin()
        if loss is None:
            wants_key = isinstance(error, KeyRejected | SettingsError)
            self._enter(FeedKind.REJECTED, error.for_user, wants_key=wants_key)
            await self._wait.for_user()
            self._backoff.reset()
            self._in_vain = 0
            return
        delay, is_limited = self._backoff.next_delay(loss), loss.retry_after is not None
        until_ns, attempt = self._clock() + int(delay * SECOND_NS), self._backoff.attempts + 1
        is_internal = isinstance(loss, InternalError)
        self._enter(
            FeedKind.WAITING,
            loss.for_user,
            until_ns,
            attempt=attempt,
            is_limited=is_limited,
            is_internal=is_internal,
        )
        if await self._wait.until(until_ns, is_limited=is_limited):
            self._backoff.reset()

    def _wake(self) -> None:
        for line in (self.line, self._next):
            if line is not None:
                line.wake()

    def _enter(
        self,
        kind: FeedKind,
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
        if kind is FeedKind.QUIET and self.state.kind is kind:  # the same silence in other words
            since_ns = self.history.pop().since_ns
        is_down = kind in (FeedKind.CONNECTING, FeedKind.WAITING)
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
