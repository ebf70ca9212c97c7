"""One feed kept alive: dial, subscribe, read, dial again."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final, TypeAlias

import msgspec

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError, SettingsError
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.domain.feed_state import FeedKind, FeedState
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.protocol import FeedProtocol, Message
from ticker_gui.stream.backoff import HEALTHY_AFTER_S, Backoff
from ticker_gui.stream.clock import Clock
from ticker_gui.stream.connection import Connection, OnPayloads, dial
from ticker_gui.stream.pace import Pace

QUIET_AFTER_S: Final = 10.0
MUTE_AFTER_S: Final = 60.0
_LONGEST_MUTE_S: Final = 1800.0
LOGIN_TIMEOUT_S: Final = 10.0
_KEPT_BAD_FRAMES: Final = 200
_KEPT_BYTES: Final = 512

Dial: TypeAlias = Callable[[str, Mapping[str, str], OnPayloads, Clock], Awaitable[Connection]]
Say: TypeAlias = Callable[[Iterable[Message]], Awaitable[None]]
MakeProtocol: TypeAlias = Callable[[], Awaitable[FeedProtocol]]


class Session:
    """Owns the desired set of one feed's symbols and keeps a connection that delivers them.

    Callbacks run inside the reader's step and must return at once: ``on_fact(fact, received_ns)`` for each fact,
    ``on_bad_frame(frame, reason)`` for each frame that was skipped, ``on_state()`` after each change of `state`.
    """

    def __init__(
        self,
        make_protocol: MakeProtocol,
        clock: Clock,
        on_fact: Callable[[Fact, int], object],
        *,
        on_bad_frame: Callable[[Frame, str], None] | None = None,
        on_state: Callable[[], None] | None = None,
        dial: Dial = dial,
        backoff: Backoff | None = None,
    ) -> None:
        self.state = FeedState(FeedKind.STOPPED, clock())
        self._is_live = False
        self.frames = 0
        self.bad_frames: deque[tuple[Frame, str]] = deque(maxlen=_KEPT_BAD_FRAMES)
        self.bad_frame_count = 0
        self._make_protocol = make_protocol
        self._clock = clock
        self._on_fact = on_fact
        self._on_bad_frame = on_bad_frame
        self._on_state = on_state
        self._dial = dial
        self._backoff = backoff or Backoff()
        self._desired: dict[str, None] = {}  # a set that keeps its order
        self._has_to_talk = asyncio.Event()
        self._retry = asyncio.Event()
        self._data_ns = 0
        self._has_been_ready = False
        self._heard = self._misread = 0  # frames since market data came, and those of them not understood
        self._mute_s = MUTE_AFTER_S
        self._hide: Callable[[str], str] = str
        self._protocol: FeedProtocol | None = None

    @property
    def protocol(self) -> FeedProtocol | None:
        """The dialect of the connection, while there is one."""
        return self._protocol

    def watch(self, symbols: Iterable[str]) -> None:
        """Want these symbols, in the provider's spelling, now and after every reconnect."""
        self._desired.update(dict.fromkeys(symbols))
        self._has_to_talk.set()

    def unwatch(self, symbols: Iterable[str]) -> None:
        """No longer want these symbols."""
        for symbol in symbols:
            self._desired.pop(symbol, None)
        self._has_to_talk.set()

    def retry_now(self) -> None:
        """Cut a wait short, or try again after a rejection."""
        self._retry.set()

    async def run(self) -> None:
        """Stream for ever. Losing the line is normal; being rejected waits for the user."""
        try:
            while True:
                loss: ConnectionLost | None = None
                try:
                    await self._stream()
                except ConnectionLost as error:
                    loss = error
                except (FeedRejected, SettingsError) as rejection:
                    self._enter(FeedKind.REJECTED, rejection.for_user)
                await self._wait_to_dial(loss)
        finally:
            self._enter(FeedKind.STOPPED)

    async def _stream(self) -> None:
        """Dial once and read until the line ends, which raises."""
        self._enter(FeedKind.CONNECTING)
        self._protocol = protocol = await self._make_protocol()  # no dialect outlives its connection
        self._hide = protocol.access.hide
        self._data_ns = 0
        self._has_been_ready = False
        self._heard = self._misread = 0
        connection = await self._dial(protocol.address, protocol.headers, self._take, self._clock)
        try:
            self._enter(FeedKind.SUBSCRIBING)
            await _first_failure(
                connection.read(), self._talk(connection, protocol), self._keep_alive(protocol), self._watch_silence()
            )
        finally:
            self._protocol = None
            await connection.close()

    def _take(self, payloads: list[bytes], received_ns: int) -> None:
        """Understand what one read brought and hand the facts on."""
        protocol = self._protocol
        if protocol is None:  # the last of a line that has been given up
            return
        self.frames += len(payloads)
        self._heard += len(payloads)
        decode, on_fact = protocol.decode, self._on_fact
        for payload in payloads:
            try:
                facts = decode(payload)
            except FrameError as error:
                self._skip(payload, received_ns, str(error))
                continue
            # Only market data proves a feed alive. (Asking a struct for its type costs a tenth of isinstance.)
            if facts and type(facts[0]) is not Reply:
                self._data_ns = received_ns
                self._heard = self._misread = 0
                if not self._is_live:
                    self._enter(FeedKind.LIVE)
            for fact in facts:
                if type(fact) is Reply:
                    fact = msgspec.structs.replace(fact, message=self._hide(fact.message))
                on_fact(fact, received_ns)
        if protocol.outgoing or not self._has_been_ready:
            self._has_to_talk.set()

    def _skip(self, payload: bytes, received_ns: int, reason: str) -> None:
        reason = self._hide(reason)
        # Hidden before it is cut, as a key may stand across the edge; the sign in its place is UTF-8.
        kept = self._hide(payload[: 2 * _KEPT_BYTES].decode("utf-8", "surrogateescape"))
        frame = Frame(kept.encode("utf-8", "surrogateescape")[:_KEPT_BYTES], "in", received_ns)
        self.bad_frames.append((frame, reason))
        self.bad_frame_count += 1
        self._misread += 1
        if self._on_bad_frame is not None:
            self._on_bad_frame(frame, reason)

    async def _talk(self, connection: Connection, protocol: FeedProtocol) -> None:
        """Log in, answer, and tell the server what is wanted: first all of it, then each change."""
        pace = Pace(protocol.messages_per_second)
        asked: dict[str, None] = {}

        async def say(messages: Iterable[Message]) -> None:
            for message in messages:
                await self._say_outgoing(connection, protocol)  # an answer does not wait behind a hundred requests
                await pace.wait()
                await connection.send(message)
            await self._say_outgoing(connection, protocol)

        await say(())
        await self._wait_until_ready(say, protocol)
        while True:
            self._has_to_talk.clear()
            wanted = dict(self._desired)
            gone = [symbol for symbol in asked if symbol not in wanted]
            new = [symbol for symbol in wanted if symbol not in asked]
            asked = wanted
            await say((*protocol.unsubscribe(gone), *protocol.subscribe(new)))
            await self._has_to_talk.wait()

    async def _say_outgoing(self, connection: Connection, protocol: FeedProtocol) -> None:
        while protocol.outgoing:
            await connection.send(protocol.outgoing.pop(0))

    async def _wait_until_ready(self, say: Say, protocol: FeedProtocol) -> None:
        """Go through the login, if there is one."""
        try:
            async with asyncio.timeout(LOGIN_TIMEOUT_S):
                while not protocol.is_ready:
                    self._has_to_talk.clear()
                    await self._has_to_talk.wait()
                    await say(())
        except TimeoutError:
            raise ConnectionLost(f"{protocol.title} does not answer the login.", slowly=True) from None
        self._has_been_ready = True

    async def _keep_alive(self, protocol: FeedProtocol) -> None:
        """Say now and then what the provider wants to hear."""
        while protocol.keepalive_s is not None:
            await asyncio.sleep(protocol.keepalive_s)
            protocol.outgoing.extend(protocol.keepalive())
            self._has_to_talk.set()
        await asyncio.Event().wait()

    async def _watch_silence(self) -> None:
        """Say when no market data has come for a while, dial anew when it stays so, and reset the backoff when not.

        A market may be closed, so a feed that stays mute is dialled more and more rarely.
        """
        began_ns = self._clock()
        while True:
            await asyncio.sleep(1.0)
            now_ns = self._clock()
            if self._data_ns > began_ns:
                self._mute_s = MUTE_AFTER_S
            silent_ns = now_ns - max(self._data_ns, began_ns)
            if silent_ns > self._mute_s * SECOND_NS:
                waited_s, self._mute_s = self._mute_s, min(2 * self._mute_s, _LONGEST_MUTE_S)
                raise ConnectionLost(f"No market data came for {waited_s:.0f} s. {self._why_mute()}")
            if silent_ns > QUIET_AFTER_S * SECOND_NS and self.state.reason != (reason := self._why_mute()):
                self._enter(FeedKind.QUIET, reason)
            if self._data_ns - began_ns > HEALTHY_AFTER_S * SECOND_NS:
                self._backoff.reset()

    def _why_mute(self) -> str:
        """Return what comes in the place of market data, and what can be done."""
        if not self._heard:
            what = "Connected, but nothing comes."
        elif 2 * self._misread > self._heard:
            what = f"Frames come, but most cannot be understood: {self.bad_frames[-1][1]}."
        else:
            what = "Connected, but no market data has come."
        hint = self._protocol.silence_hint if self._protocol is not None else ""
        return f"{what} {hint}".strip()

    async def _wait_to_dial(self, loss: ConnectionLost | None) -> None:
        """Wait as the failure demands: for the backoff after a loss, for the user after a rejection."""
        self._retry.clear()
        if loss is None:
            await self._retry.wait()
            self._backoff.reset()
            return
        delay = self._backoff.next_delay(retry_after=loss.retry_after, slowly=loss.slowly)
        retry_at_ns = self._clock() + int(delay * SECOND_NS)
        self._enter(FeedKind.WAITING, loss.for_user, retry_at_ns)
        # Qt's timers may fire early, so the clock is looked at again.
        while (left_ns := retry_at_ns - self._clock()) > 0:
            try:
                async with asyncio.timeout(left_ns / SECOND_NS):
                    await self._retry.wait()
            except TimeoutError:
                continue
            self._backoff.reset()
            return

    def _enter(self, kind: FeedKind, reason: str = "", retry_at_ns: int | None = None) -> None:
        self.state = FeedState(kind, self._clock(), self._hide(reason), retry_at_ns)
        self._is_live = kind is FeedKind.LIVE
        if self._on_state is not None:
            self._on_state()


async def _first_failure(*coroutines: Awaitable[None]) -> None:
    """Run all until one fails, cancel the others, and raise that first failure itself."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
