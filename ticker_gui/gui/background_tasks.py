"""Fire-and-forget background tasks, referenced until they finish."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from ticker_gui.logs.internal_errors import InternalErrors

_RESTART_S: Final = 1.0


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

    def run_forever(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a task that never ends; if it fails, it is restarted after a second."""
        self.run(self._repeat(work))

    async def _repeat(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            with self.errors.contained(f"running {work.__qualname__} in the background"):
                await work()
            await asyncio.sleep(_RESTART_S)

    def _end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            self.errors.note(bug, f"running {task.get_name()} in the background")
