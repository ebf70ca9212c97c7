"""Taking over from another publisher: what it has published already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from ticker_gui.desk.outbox import Outgoing
from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.wire import json_reader


class _Stored(msgspec.Struct):
    """What identifies a trade in its line."""

    trade_id: str | None = None
    venue: str | None = None
    time: str = ""
    price: float | None = None


_read: Final = json_reader(_Stored)


def without_published(messages: Sequence[Outgoing], last: Mapping[str, bytes]) -> list[Outgoing]:
    """Return the messages that the other publisher has not published.

    ``last`` are the last stored lines of the trades' subjects. Of a subject, all trades up to the stored one are
    dropped; if it is not among them, those that are not later. Other events may be published again.
    """
    stored = {subject: line for subject, payload in last.items() if (line := _line(payload)) is not None}
    found = _positions(messages, stored)
    rest = []
    for at, message in enumerate(messages):
        line = stored.get(message.subject) if message.is_trade else None
        if line is not None:
            position = found.get(message.subject)
            if at <= position if position is not None else _is_not_later(message, line):
                continue
        rest.append(message)
    return rest


def _positions(messages: Sequence[Outgoing], stored: Mapping[str, _Stored]) -> dict[str, int]:
    """Return where the stored trades are among the messages, by their subjects. There may be many of both."""
    found: dict[str, int] = {}
    missing = set(stored)
    for at in range(len(messages) - 1, -1, -1):
        subject = messages[at].subject
        if subject in missing and _line(messages[at].payload) == stored[subject]:
            found[subject] = at
            missing.remove(subject)
            if not missing:
                break
    return found


def _is_not_later(message: Outgoing, stored: _Stored) -> bool:
    line = _line(message.payload)
    return line is not None and bool(line.time) and line.time <= stored.time


def _line(payload: bytes) -> _Stored | None:
    try:
        return _read(payload)
    except FrameError:  # another program published it
        return None
