"""What takes a while and nobody waits for: kept until it is done, as asyncio alone keeps no task."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_LOG = logging.getLogger(__name__)


class Errands:
    """Tasks that are under way. One that fails is logged; the program goes on."""

    def __init__(self) -> None:
        self.tasks = set[asyncio.Task[None]]()

    def run(self, errand: Coroutine[Any, Any, None]) -> None:
        """Begin one."""
        task = asyncio.create_task(errand)
        self.tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            _LOG.error("An errand has failed.", exc_info=bug)
