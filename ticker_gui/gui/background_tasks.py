"""Fire-and-forget background tasks, referenced until they finish."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeAlias

from PySide6.QtCore import Qt, SignalInstance

from ticker_gui.logs.internal_errors import InternalErrors

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]

_RESTART_S: Final = 1.0
_SIGNAL_TIMEOUT_S: Final = 1.0


class BackgroundTasks:
    """The running background tasks. Failures are recorded in ``errors``; the program continues."""

    def __init__(self, errors: InternalErrors | None = None) -> None:
        self.errors = errors or InternalErrors("a background task")
        self.tasks = set[asyncio.Task[None]]()

    def run(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task and return it."""
        task = asyncio.create_task(coroutine, name=getattr(coroutine, "__qualname__", "a task"))
        self.tasks.add(task)
        task.add_done_callback(self._end)
        return task

    def run_forever(self, work: Work, *, after: SignalInstance | None = None) -> None:
        """Start a task that never ends; if it fails, it is restarted after a second.

        With a signal, it starts when that is emitted, at the latest after a second.
        """
        self.run(self._repeat(work, after))

    def run_once(self, work: Work, *, after: SignalInstance) -> None:
        """Start a task when a signal is emitted, at the latest after a second."""
        self.run(self._once(work, after))

    async def _once(self, work: Work, after: SignalInstance) -> None:
        await _emitted(after)
        with self.errors.contained(f"running {work.__qualname__} in the background"):
            await work()

    async def _repeat(self, work: Work, after: SignalInstance | None) -> None:
        if after is not None:
            await _emitted(after)
        while True:
            with self.errors.contained(f"running {work.__qualname__} in the background"):
                await work()
            await asyncio.sleep(_RESTART_S)

    def _end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            self.errors.note(bug, f"running {task.get_name()} in the background")


async def _emitted(signal: SignalInstance) -> None:
    """Wait until a signal is emitted, but not for long."""
    emitted = asyncio.Event()
    signal.connect(lambda *_: emitted.set(), Qt.ConnectionType.SingleShotConnection)
    with suppress(TimeoutError):
        async with asyncio.timeout(_SIGNAL_TIMEOUT_S):
            await emitted.wait()
