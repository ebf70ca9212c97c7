"""Work in slices between which the event loop runs."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from typing import Final

SLICE_S: Final = 0.008  # of work per turn of the event loop


class SlicedWork:
    """Jobs, one after the other. What takes less than a slice is done at once; `run` continues with the rest."""

    def __init__(self, slice_s: float = SLICE_S) -> None:
        self._slice_s: Final = slice_s
        self._jobs: Final[deque[Iterator[object]]] = deque()
        self._is_waiting: Final = asyncio.Event()

    @property
    def is_pending(self) -> bool:
        """Whether there is work that `run` has to continue."""
        return bool(self._jobs)

    def add(self, steps: Iterator[object]) -> None:
        """Add a job, of which each step is short."""
        if self._jobs or not self._work_on(steps):
            self._jobs.append(steps)
            self._is_waiting.set()

    async def run(self) -> None:
        """Continue with the jobs until cancelled."""
        while True:
            await self._is_waiting.wait()
            while self._jobs:
                await asyncio.sleep(0)
                if self._work_on(self._jobs[0]):
                    self._jobs.popleft()
            self._is_waiting.clear()

    def _work_on(self, steps: Iterator[object]) -> bool:
        """Work for one slice; return whether the job is done."""
        stop_s = time.perf_counter() + self._slice_s
        return all(time.perf_counter() <= stop_s for _ in steps)
