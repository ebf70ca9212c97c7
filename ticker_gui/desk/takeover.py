"""Taking over from another publisher: what it has published already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ticker_gui.desk.outbox import OutboxMessage
from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.wire import json_reader


class _Line(msgspec.Struct, frozen=True):
    """What identifies a trade in its line."""

    trade_id: str | None = None
    venue: str | None = None
    time: str = ""
    price: float | None = None


_read: Final = json_reader(_Line)


class PublishedTrades:
    """The trades and corrections that another publisher has stored, by their subjects.

    Publishers do not always have them in the same order: those of a gap follow when they were backfilled. So each one
    is compared, and not only the last one.
    """

    def __init__(self) -> None:
        self._lines: set[tuple[str, _Line]] = set()

    def add(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Add stored messages: the subject and the line of each."""
        for subject, payload in messages:
            if (line := _line(payload)) is not None:
                self._lines.add((subject, line))

    def ids(self) -> set[tuple[str | None, str | None]]:
        """Return the ids of the trades as text, each with its venue."""
        return {(line.trade_id, line.venue) for _, line in self._lines}

    def missing_in(self, messages: Sequence[OutboxMessage], own_ids: str) -> list[OutboxMessage]:
        """Return the messages that are not among them. Other events than trades may be published again.

        Ids that begin with ``own_ids`` were given by this publisher, and other ones have given others: such trades are
        dropped unless they are later than the newest one of another publisher.
        """
        newest: dict[str, str] = {}  # by subject
        for subject, line in self._lines:
            if not _has_own_id(line, own_ids):
                newest[subject] = max(line.time, newest.get(subject, ""))

        def has(message: OutboxMessage) -> bool:
            line = _line(message.payload)
            if line is None:
                return False
            is_older = bool(line.time) and line.time <= newest.get(message.subject, "")
            return (message.subject, line) in self._lines or (_has_own_id(line, own_ids) and is_older)

        return [message for message in messages if not (message.is_trade and has(message))]


def _has_own_id(line: _Line, own_ids: str) -> bool:
    return line.trade_id is not None and line.trade_id.startswith(own_ids)


def oldest_time(messages: Iterable[OutboxMessage]) -> str:
    """Return the oldest time of trades in these messages; empty if there is none."""
    lines = (_line(message.payload) for message in messages if message.is_trade)
    return min((line.time for line in lines if line is not None and line.time), default="")


def line_time(payload: bytes) -> str:
    """Return the time of a stored trade; empty if it has none."""
    line = _line(payload)
    return "" if line is None else line.time


def _line(payload: bytes) -> _Line | None:
    try:
        return _read(payload)
    except FrameError:  # another program published it
        return None
