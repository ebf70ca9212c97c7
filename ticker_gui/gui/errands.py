"""Background tasks: kept until they are done, as asyncio alone keeps no task."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from ticker_gui.internal_errors import InternalErrors


class Errands:
    """Tasks that are under way. One that fails counts in ``errors``; the program keeps running."""

    def __init__(self, errors: InternalErrors | None = None) -> None:
        self.errors = errors or InternalErrors("a background task")
        self.tasks = set[asyncio.Task[None]]()

    def run(self, errand: Coroutine[Any, Any, None]) -> None:
        """Begin one."""
        task = asyncio.create_task(errand, name=getattr(errand, "__qualname__", "a task"))
        self.tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            self.errors.note(bug, f"running {task.get_name()} in the background")
