"""One save at a time: in a thread, or at once when the display is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class BackgroundSave:
    """Runs the saves of some files in the order in which they are requested.

    A save that was started in a thread continues when its task is cancelled. The last save of the program must not be
    overwritten by it.
    """

    def __init__(self) -> None:
        self._is_idle = threading.Event()
        self._is_idle.set()
        self._saving = threading.Lock()

    async def in_thread(self, save: Callable[[], T]) -> T:
        """Run ``save`` in a thread and return its result; it must not use Qt's objects."""
        self._is_idle.clear()

        def run() -> T:
            try:
                with self._saving:
                    return save()
            finally:
                self._is_idle.set()

        try:
            saving = asyncio.get_running_loop().run_in_executor(None, run)
        except RuntimeError:  # there cannot be more threads
            self._is_idle.set()
            raise
        # Cancelled before the thread has started, it would not run, and the last save would wait for it.
        return await asyncio.shield(saving)

    async def at_end(self, save: Callable[[], T]) -> T:
        """Do the same as `at_once`, in a thread: the event loop does not wait for a slow disk."""
        try:
            saving = asyncio.get_running_loop().run_in_executor(None, self.at_once, save)
        except RuntimeError:  # there cannot be more threads
            return self.at_once(save)
        return await asyncio.shield(saving)

    def at_once(self, save: Callable[[], T]) -> T:
        """Run ``save`` in this thread, after the one that is running."""
        self._is_idle.wait()
        with self._saving:
            return save()
