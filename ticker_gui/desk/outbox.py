"""The events that wait to be sent to the broker, and those that it has not confirmed yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

_MAX_MESSAGES: Final = 200_000
_MAX_BYTES: Final = 64 << 20
_OVERHEAD: Final = 200  # bytes of one message besides its payload


class OutboxMessage(NamedTuple):
    """A message for the broker; ``added_s`` is the time of the event loop when it was added."""

    subject: str
    payload: bytes
    is_trade: bool
    added_s: float

    @property
    def size(self) -> int:
        """The bytes that it takes."""
        return len(self.payload) + _OVERHEAD


class Outbox:
    """A bounded queue. Messages that were taken stay until they are confirmed, so that they can be sent again.

    If it is full, the oldest messages are dropped and counted in ``lost``.
    """

    def __init__(self, max_messages: int = _MAX_MESSAGES, max_bytes: int = _MAX_BYTES) -> None:
        self.lost = 0
        self.unconfirmed = 0  # messages that were taken
        self._max_messages: Final = max_messages
        self._max_bytes: Final = max_bytes
        self._waiting: deque[OutboxMessage] = deque()
        self._taken: deque[list[OutboxMessage]] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._waiting) + self.unconfirmed

    def add(self, message: OutboxMessage) -> None:
        """Add a message."""
        self._waiting.append(message)
        self._bytes += message.size
        while self._waiting and (len(self) > self._max_messages or self._bytes > self._max_bytes):
            self._bytes -= self._waiting.popleft().size
            self.lost += 1

    def take(self, count: int) -> list[OutboxMessage]:
        """Return the next messages, at most ``count``."""
        taken = [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]
        if taken:
            self._taken.append(taken)
            self.unconfirmed += len(taken)
        return taken

    def confirm(self, taken: list[OutboxMessage]) -> None:
        """Note that the broker has what was taken first; no effect if it was put back meanwhile."""
        if self._taken and self._taken[0] is taken:
            self._taken.popleft()
            self.unconfirmed -= len(taken)
            self._bytes -= sum(message.size for message in taken)

    def rewind(self) -> None:
        """Put what was taken and not confirmed back to the front, in its order."""
        while self._taken:
            self._waiting.extendleft(reversed(self._taken.pop()))
        self.unconfirmed = 0

    def drop_before(self, added_s: float) -> None:
        """Drop what was added before a time: another publisher has sent it."""
        self.rewind()
        while self._waiting and self._waiting[0].added_s < added_s:
            self._bytes -= self._waiting.popleft().size

    @property
    def waiting(self) -> Sequence[OutboxMessage]:
        """The messages that were not taken, oldest first."""
        return tuple(self._waiting)

    def replace(self, messages: Iterable[OutboxMessage]) -> None:
        """Replace all messages."""
        self.rewind()
        self._waiting = deque(messages)
        self._bytes = sum(message.size for message in self._waiting)
