"""Shows notifications, at most one per second; those of the same second are merged."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol

from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.result import ActionSuccess
from ticker_gui.domain.sanitize import sanitize_text

INTERVAL_S: Final = 1.0
_MAX_TITLES: Final = 5
_MAX_TITLE_LENGTH: Final = 120
_MAX_TEXT_LENGTH: Final = 400


class Notifier(Protocol):
    """Shows notifications on a desktop."""

    async def show(self, title: str, text: str, *, has_sound: bool) -> None:
        """Show a notification of plain text; its lines are separated by newlines.

        Raises:
            ActionError: it was not shown.
        """

    def close(self) -> None:
        """Close the connection to the desktop."""


class _Batch:
    """The messages of one notification, and the task that shows it."""

    def __init__(self) -> None:
        self.messages: Final[list[AlertMessage]] = []
        self.has_sound = False
        self.task: asyncio.Task[None] | None = None


class NotificationMerger:
    """Shows the notifications of alerts; if there are several within a second, it shows one for all of them."""

    def __init__(self, notifier: Notifier, interval_s: float = INTERVAL_S) -> None:
        self._notifier: Final = notifier
        self._interval_s: Final = interval_s
        self._batch: _Batch | None = None  # the one that is not shown yet
        self._tasks: Final = set[asyncio.Task[None]]()
        self._next_time = 0.0

    async def show(self, message: AlertMessage, *, has_sound: bool) -> ActionSuccess:
        """Show a message, alone or with others, and return a sentence about it.

        Raises:
            ActionError: it was not shown.
        """
        batch = self._batch
        if batch is None:
            batch = self._batch = _Batch()
            batch.task = asyncio.create_task(self._show_later(batch))
            self._tasks.add(batch.task)
            batch.task.add_done_callback(self._end)
        batch.messages.append(message)
        batch.has_sound |= has_sound
        assert batch.task is not None
        await asyncio.shield(batch.task)
        others = len(batch.messages) - 1
        return ActionSuccess(
            "The notification was shown." if not others else f"Shown in one notification together with {others} more."
        )

    def close(self) -> None:
        """Discard what has not been shown."""
        self._batch = None
        for task in self._tasks:
            task.cancel()

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # it is reported by those who wait for it, if there are any left

    async def _show_later(self, batch: _Batch) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._next_time - loop.time())
        self._batch = None
        self._next_time = loop.time() + self._interval_s
        title, text = merged_texts(batch.messages)
        await self._notifier.show(title, text, has_sound=batch.has_sound)


def merged_texts(messages: Sequence[AlertMessage]) -> tuple[str, str]:
    """Return the title and the text of a notification about one or more alerts."""
    if len(messages) == 1:
        return _title(messages[0]), sanitize_text(messages[0].text, _MAX_TEXT_LENGTH)
    counts = Counter(_title(message) for message in messages)  # in the order of their first messages
    shown = list(counts.items())[:_MAX_TITLES]
    lines = [title if count == 1 else f"{title} ({count} times)" for title, count in shown]
    if more := len(messages) - sum(count for _, count in shown):
        lines.append(f"and {more} more")
    return f"{len(messages)} alerts", "\n".join(lines)


def _title(message: AlertMessage) -> str:
    title = sanitize_text(message.title, _MAX_TITLE_LENGTH)
    return f"Test: {title}" if message.is_test else title
