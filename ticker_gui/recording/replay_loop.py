"""An event loop whose time is that of a recording. It runs in slices, inside another loop or without one."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import Context
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeVar, TypeVarTuple, Unpack

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.logs.internal_errors import InternalErrors

if TYPE_CHECKING:
    _EventLoop = Any  # most of its methods are not needed
else:
    _EventLoop = asyncio.AbstractEventLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_CALLBACKS_PER_CHECK: Final = 16  # of the time


class ReplayLoop(_EventLoop):  # type: ignore[misc]  # to mypy its base class is unknown
    """Runs tasks in the time of a recording: a timer is due when `set_time` reaches it, and waits take no real time.

    So everything happens in the same order in each replay, at any speed. It does no I/O. Its tasks run in the thread
    that calls `run_ready`, from a callback of that thread's own event loop or without such a loop; blocking calls
    run at once (`run_in_executor`). Futures of both loops may be set from either.
    """

    def __init__(self, now_ns: int, errors: InternalErrors) -> None:
        self.now_ns = now_ns
        self._start_ns = now_ns
        self._errors = errors
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []  # a heap: due, number
        self._count = 0
        self._is_running = False
        self._is_closed = False

    def set_time(self, now_ns: int) -> None:
        """Advance the time; timers that are due become ready, in the order of their times."""
        self.now_ns = max(self.now_ns, now_ns)
        while self._timers and self._timers[0][0] <= self.now_ns:
            handle = heapq.heappop(self._timers)[2]
            if not handle.cancelled():
                self._ready.append(handle)

    @property
    def next_timer_ns(self) -> int | None:
        """When the next timer is due; ``None`` if there is none."""
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def is_idle_until(self, time_ns: int) -> bool:
        """Return whether nothing is ready, and no timer is due at that time or before."""
        return not self._ready and (not self._timers or self._timers[0][0] > time_ns)

    def run_ready(self, stop_s: float = float("inf")) -> bool:
        """Run what is ready until nothing is, or until ``perf_counter`` reaches ``stop_s``; return whether all was run.

        An exception of a callback is counted in the errors.
        """
        ready = self._ready
        if not ready:
            return True
        with self.running():
            while ready:
                for _ in range(min(len(ready), _CALLBACKS_PER_CHECK)):
                    handle = ready.popleft()
                    if not handle.cancelled():
                        handle._run()  # as every event loop does
                if perf_counter() > stop_s:
                    break
        return not ready

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be the running event loop of this thread in the block, so that code in it may create tasks and futures."""
        outer, was_running = asyncio._get_running_loop(), self._is_running
        asyncio._set_running_loop(self)  # both functions are for implementations of event loops
        self._is_running = True
        try:
            yield
        finally:
            self._is_running = was_running
            asyncio._set_running_loop(outer)

    def run_until_done(self, task: asyncio.Future[T]) -> None:
        """Run until a task is done, without any progress of the time. It must not wait for a timer."""
        while not task.done() and self._ready:
            self.run_ready()

    def close(self) -> None:
        """Drop what has not run yet."""
        self._ready.clear()
        self._timers.clear()
        self._is_closed = True

    # The interface of an event loop

    def time(self) -> float:
        """Return the seconds since the beginning."""
        return (self.now_ns - self._start_ns) / SECOND_NS

    def call_soon(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Call a function in the next step."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Call a function in the next step."""
        return self.call_soon(callback, *args, context=context)

    def call_later(
        self, delay: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call a function after a time."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call a function at a time."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        due_ns = self._start_ns + int(when * SECOND_NS) + 1  # rounded up, so that it is over when the timer is called
        heapq.heappush(self._timers, (due_ns, self._count, handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Ignore that a timer was cancelled: it is skipped when it is due."""

    def create_future(self) -> asyncio.Future[Any]:
        """Return a new future."""
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: str | None = None,
        context: Context | None = None,
        **options: Any,
    ) -> asyncio.Task[T]:
        """Return a new task."""
        return asyncio.Task(coro, loop=self, name=name, context=context, **options)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """Call a function in a task of this loop, so that the order of events does not depend on threads."""

        async def call() -> Any:
            return func(*args)

        return self.create_task(call())

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Count an exception that nothing has handled."""
        error = context.get("exception") or RuntimeError(context.get("message", "an unknown problem"))
        self._errors.note(error, "running a replay")

    def get_debug(self) -> bool:
        """Return false."""
        return False

    def is_running(self) -> bool:
        """Whether it is running a callback."""
        return self._is_running

    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._is_closed
