"""Hand-written test doubles: a clock that only the test advances, a scripted transport, a keyring."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from keyring.backend import KeyringBackend

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.stream.opening import Endpoint, OnPhase
from ticker_gui.stream.transport import OnPayloads

NOON_NS = 1_700_000_000 * SECOND_NS


class StillClock:
    """A clock that only the test advances."""

    def __init__(self, now_ns: int = NOON_NS) -> None:
        self.now_ns = now_ns
        self.reads = 0

    def __call__(self) -> int:
        self.reads += 1
        return self.now_ns

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self.now_ns += int(seconds * SECOND_NS)


class ScriptedConnection:
    """A transport whose server is the test: `deliver` payloads, read `sent`, `end` it with an error."""

    latency_s = 0.0
    clock_offset_ns: int | None = None

    def __init__(self, on_payloads: OnPayloads, clock: Clock) -> None:
        self.sent: list[str | bytes] = []
        self.is_closed = False
        self._on_payloads = on_payloads
        self._clock = clock
        self.last_received_ns = 0
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def deliver(self, *payloads: bytes) -> None:
        """Deliver payloads as from one read of the socket."""
        self.last_received_ns = self._clock()
        try:
            self._on_payloads(list(payloads), self._clock())
        except Exception as failure:
            if not self._end.done():
                self._end.set_exception(failure)

    def end(self, error: TickerError) -> None:
        """End the connection."""
        self._end.set_exception(error)

    async def read(self) -> None:
        await asyncio.shield(self._end)

    async def send(self, message: str | bytes) -> None:
        self.sent.append(message)

    async def ping(self) -> float | None:
        return self.latency_s or None

    async def close(self) -> None:
        self.is_closed = True
        if not self._end.done():
            self._end.cancel()


class ScriptedConnector:
    """Returns a `ScriptedConnection` for each attempt, or raises the next error in `failures`.

    The first attempts come in the order of ``urls``; without them, that of several feeds is any order, because their keys
    are read in threads.
    """

    def __init__(self, *urls: str) -> None:
        self.connections: list[ScriptedConnection] = []
        self.urls: list[str] = []
        self.failures: list[Exception] = []
        self.greeting: bytes | None = None  # received together with the handshake
        self._order = urls

    async def __call__(
        self, endpoint: Endpoint, on_payloads: OnPayloads, clock: Clock, on_phase: OnPhase
    ) -> ScriptedConnection:
        if endpoint.url in self._order:
            earlier = self._order[: self._order.index(endpoint.url)]
            await until(lambda: all(url in self.urls for url in earlier))
        self.urls.append(endpoint.url)
        if self.failures:
            raise self.failures.pop(0)
        self.connections.append(ScriptedConnection(on_payloads, clock))
        if self.greeting is not None:
            self.connections[-1].deliver(self.greeting)
        return self.connections[-1]

    async def connection(self, number: int = 1) -> ScriptedConnection:
        """Wait for the connection of this number and return it."""
        await until(lambda: len(self.connections) >= number)
        return self.connections[number - 1]


class Broken(Exception):
    """An exception of a library, whose text cannot be read."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Odd(BaseException):
    """An exception that ``except Exception`` does not catch."""


UNEXPECTED: tuple[Callable[[], BaseException], ...] = (
    partial(KeyError, "price"),
    partial(UnicodeDecodeError, "utf-8", b"\xff", 0, 1, "invalid start byte"),
    partial(RecursionError, "maximum recursion depth exceeded"),
    partial(AttributeError, "no such attribute"),
    partial(StopIteration, 1),
    partial(MemoryError),
    partial(OSError, 28, "No space left on device"),
    partial(TimeoutError),
    partial(ExceptionGroup, "several", [ValueError("one")]),
    Broken,
    partial(GeneratorExit),
    partial(asyncio.CancelledError),
    partial(BaseExceptionGroup, "several", [Odd(1)]),
    Odd,
)
HOOKS = ("__init__", "wire_symbol", "address", "headers", "subscribe", "unsubscribe", "keepalive", "decode")


def crashing_protocol(hook: str, error: Callable[[], BaseException]) -> type[Demo]:
    """Return the demo protocol with a bug in one of its hooks."""

    def crash(*_: object) -> Any:
        raise error()

    wrapped = {"wire_symbol": staticmethod(crash), "address": property(crash), "headers": property(crash)}
    members = {hook: wrapped.get(hook, crash), "name": "crashing", "keepalive_s": 0.01}
    return type(f"CrashingIn_{hook}", (Demo,), members)


async def until(is_so: Callable[[], object], *, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
    """Wait for a fact. The test's own timeout ends a wait for what never comes."""
    while not is_so():
        await (meanwhile() if meanwhile else asyncio.sleep(0.005))


class Ring(KeyringBackend):
    """A keyring that holds the key of one feed at first."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept = {("ticker-gui", "stocks"): "s3cret"}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]
