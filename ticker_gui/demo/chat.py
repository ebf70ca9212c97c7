"""The chat room of the demo server: members with names, their messages, and limits for all of it. Uses no sockets.

Messages to the room are ``{"op":"join","name":"Ann"}``, ``{"op":"say","text":"Hello"}``, or a line of plain text, which
is the same as ``say``; a visitor that has not joined is given a name first. Messages from the room are JSON objects
with an ``event``: ``welcome`` (to a new member: its name and all members), ``join``, ``say``, ``leave`` (to all
members), and ``error``.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from itertools import count
from typing import Any, Final, Protocol, TypeAlias

import msgspec

from ticker_gui.domain.sanitize import sanitize_text

MAX_VISITORS: Final = 100  # connections, whether they have joined or not
MAX_NAME_LENGTH: Final = 24
MAX_TEXT_LENGTH: Final = 500
_MAX_MESSAGE_LENGTH: Final = 4_096  # of JSON with all escapes; longer messages are not parsed
_MESSAGES_PER_S: Final = 2.0
_MAX_BURST: Final = 10.0
_MAX_REFUSED: Final = 50  # consecutive messages above the rate, after which the client is disconnected
_POLICY: Final = 1008
_TRY_LATER: Final = 1013
_IN_NAMES: Final = frozenset(" -_.'")
_HOW_TO_JOIN: Final = 'Join first: {"op":"join","name":"Ann"}'


class Join(msgspec.Struct, tag_field="op", tag="join", frozen=True):
    """A request to become a member."""

    name: str


class Say(msgspec.Struct, tag_field="op", tag="say", frozen=True):
    """A message to all members."""

    text: str


Request: TypeAlias = Join | Say

_read_request: Callable[[str], Request] = msgspec.json.Decoder(Request).decode


class ChatConnection(Protocol):
    """The connection of a visitor, or a stand-in for one in tests. Nothing of it waits."""

    @property
    def is_slow(self) -> bool:
        """Whether too much is waiting to be sent, because the client does not read."""

    def send(self, text: str) -> object:
        """Send a text; no effect if the connection is closing."""

    def close(self, code: int, reason: str) -> object:
        """Start closing the connection."""

    def abort(self) -> object:
        """Drop the connection without a closing handshake."""


class Visitor:
    """One connection to the room; a member once it has a name."""

    def __init__(self, connection: ChatConnection, now_s: float) -> None:
        self.connection = connection
        self.name = ""
        self._tokens = _MAX_BURST
        self._counted_s = now_s
        self.refused = 0

    def may_send(self, now_s: float) -> bool:
        """Count a message; return whether it is within the rate."""
        self._tokens = min(_MAX_BURST, self._tokens + (now_s - self._counted_s) * _MESSAGES_PER_S)
        self._counted_s = now_s
        if self._tokens < 1:
            self.refused += 1
            return False
        self._tokens -= 1
        self.refused = 0
        return True


class ChatRoom:
    """A room in which every member receives what every member says, itself included."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._visitors: set[Visitor] = set()
        self._members: dict[str, Visitor] = {}  # by the normalized form of their names, in order of joining

    @property
    def names(self) -> list[str]:
        """The names of the members, in the order in which they joined."""
        return [member.name for member in self._members.values()]

    def enter(self, connection: ChatConnection) -> Visitor | None:
        """Return a visitor for a new connection; close it and return None if the room is full."""
        if len(self._visitors) >= MAX_VISITORS:
            connection.send(_encode("error", message="The room is full. Try again later."))
            connection.close(_TRY_LATER, "the room is full")
            return None
        visitor = Visitor(connection, self._now())
        self._visitors.add(visitor)
        return visitor

    def receive(self, visitor: Visitor, message: str | bytes) -> None:
        """Process a message of a visitor; anything invalid is answered with an error."""
        if visitor not in self._visitors:  # disconnected, but some of its messages were read already
            return
        if not visitor.may_send(self._now()):
            self._refuse(visitor)
            return
        error = self._process(visitor, message)
        if error:
            self._send(visitor, _encode("error", message=error))

    def leave(self, visitor: Visitor) -> None:
        """Remove a visitor whose connection has ended, and announce it if it was a member."""
        self._visitors.discard(visitor)
        key = _name_key(visitor.name)
        if self._members.get(key) is visitor:
            del self._members[key]
            self._announce("leave", name=visitor.name, members=len(self._members))

    def _refuse(self, visitor: Visitor) -> None:
        """Report once that the messages are too fast; disconnect a client that does not stop."""
        if visitor.refused > _MAX_REFUSED:
            visitor.connection.close(_POLICY, "too many messages")
            self.leave(visitor)
        elif visitor.refused == 1:
            limit = f"At most {_MESSAGES_PER_S:g} messages per second are accepted. This one was dropped."
            self._send(visitor, _encode("error", message=limit))

    def _process(self, visitor: Visitor, message: str | bytes) -> str:
        """Carry out a message; return why it is invalid, or an empty text."""
        if isinstance(message, bytes):
            return "The room accepts text messages only."
        if len(message) > _MAX_MESSAGE_LENGTH:
            return f"A message may have at most {MAX_TEXT_LENGTH} characters."
        if not message.lstrip().startswith("{"):
            return self._say_line(visitor, message)
        try:
            request = _read_request(message)
        except (msgspec.MsgspecError, RecursionError):
            return 'Invalid request. Send {"op":"join","name":"Ann"}, {"op":"say","text":"Hello"}, or plain text.'
        if isinstance(request, Join):
            return self._join(visitor, request.name)
        return self._say(visitor, request.text) if visitor.name else _HOW_TO_JOIN

    def _say_line(self, visitor: Visitor, line: str) -> str:
        if not visitor.name and line.strip():
            free = next(name for number in count(1) if _name_key(name := f"Guest {number}") not in self._members)
            self._join(visitor, free)
        return self._say(visitor, line)

    def _join(self, visitor: Visitor, requested: str) -> str:
        name, key = sanitize_text(requested, 4 * MAX_NAME_LENGTH), _name_key(requested)
        if visitor.name:
            return f"You have already joined as {visitor.name}."
        if not _is_valid_name(name):
            return (
                f"A name has 1 to {MAX_NAME_LENGTH} letters, digits, spaces, hyphens, underscores, periods and "
                "apostrophes, and begins with a letter or digit."
            )
        if key in self._members:
            return f"The name {self._members[key].name} is taken. Choose another one."
        visitor.name = name
        self._members[key] = visitor
        self._send(visitor, _encode("welcome", name=name, members=self.names))
        self._announce("join", except_for=visitor, name=name, members=len(self._members))
        return ""

    def _say(self, visitor: Visitor, text: str) -> str:
        clean = sanitize_text(text, _MAX_MESSAGE_LENGTH)
        if not clean:
            return "The message is empty."
        if len(clean) > MAX_TEXT_LENGTH:
            return f"A message may have at most {MAX_TEXT_LENGTH} characters."
        self._announce("say", name=visitor.name, text=clean)
        return ""

    def _announce(self, event: str, *, except_for: Visitor | None = None, **content: Any) -> None:
        """Send an event to all members."""
        text = _encode(event, **content)
        for member in list(self._members.values()):
            if member is not except_for:
                self._send(member, text)

    def _send(self, visitor: Visitor, text: str) -> None:
        """Send a text, or drop a visitor that does not read."""
        if visitor not in self._visitors:
            return
        if not visitor.connection.is_slow:
            visitor.connection.send(text)
            return
        visitor.connection.abort()
        self.leave(visitor)


def _is_valid_name(name: str) -> bool:
    return (
        0 < len(name) <= MAX_NAME_LENGTH
        and name[0].isalnum()
        and all(character.isalnum() or character in _IN_NAMES for character in name)
    )


def _name_key(name: str) -> str:
    """Return the form in which two names are the same: regardless of case, width, and spaces."""
    clean = sanitize_text(name, 4 * MAX_NAME_LENGTH)
    return " ".join(unicodedata.normalize("NFKC", clean).casefold().split())


def _encode(event: str, **content: Any) -> str:
    return msgspec.json.encode({"event": event, **content}).decode()
