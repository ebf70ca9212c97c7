from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.demo.chat import MAX_NAME_LENGTH, MAX_TEXT_LENGTH, MAX_VISITORS, ChatRoom, Visitor


class Connection:
    """A visitor's connection that notes what it is sent."""

    def __init__(self) -> None:
        self.is_slow = False
        self.texts: list[str] = []
        self.closed: tuple[int, str] | None = None
        self.is_aborted = False

    def send(self, text: str) -> None:
        self.texts.append(text)

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def abort(self) -> None:
        self.is_aborted = True

    def read(self) -> list[dict[str, Any]]:
        """Return what was sent since the last call."""
        texts, self.texts = self.texts, []
        return [msgspec.json.decode(text) for text in texts]


class Chat:
    """A room on a clock of the test."""

    def __init__(self) -> None:
        self.now = 0.0
        self.room = ChatRoom(lambda: self.now)

    def enter(self, name: str = "") -> tuple[Connection, Visitor]:
        connection = Connection()
        visitor = self.room.enter(connection)
        assert visitor is not None
        if name:
            self.join(visitor, name)
        return connection, visitor

    def join(self, visitor: Visitor, name: str) -> None:
        self.room.receive(visitor, msgspec.json.encode({"op": "join", "name": name}).decode())

    def say(self, visitor: Visitor, text: str) -> None:
        self.room.receive(visitor, msgspec.json.encode({"op": "say", "text": text}).decode())


def test_joins_messages_and_leaves_are_announced_to_everyone() -> None:
    chat = Chat()
    ann, ann_visitor = chat.enter("Ann")
    assert ann.read() == [{"event": "welcome", "name": "Ann", "members": ["Ann"]}]
    bob, bob_visitor = chat.enter("Bob")
    assert bob.read() == [{"event": "welcome", "name": "Bob", "members": ["Ann", "Bob"]}]
    assert ann.read() == [{"event": "join", "name": "Bob", "members": 2}]
    chat.say(ann_visitor, "Hello")
    chat.room.receive(bob_visitor, "a plain line\n")
    said = [
        {"event": "say", "name": "Ann", "text": "Hello"},
        {"event": "say", "name": "Bob", "text": "a plain line"},
    ]
    assert (ann.read(), bob.read()) == (said, said)
    chat.room.leave(bob_visitor)
    assert ann.read() == [{"event": "leave", "name": "Bob", "members": 1}]
    assert bob.read() == []
    chat.room.leave(bob_visitor)
    assert ann.read() == []


def test_a_name_is_taken_until_its_member_leaves() -> None:
    chat = Chat()
    _, ann_visitor = chat.enter("Ann")
    other, other_visitor = chat.enter()
    for same in ("Ann", "ANN ", "\u200bann", "Ａｎｎ"):
        chat.join(other_visitor, same)
        assert other.read() == [{"event": "error", "message": "The name Ann is taken. Choose another one."}]
    chat.room.leave(ann_visitor)
    chat.join(other_visitor, "ann")
    assert other.read() == [{"event": "welcome", "name": "ann", "members": ["ann"]}]
    chat.join(other_visitor, "Bob")
    assert other.read() == [{"event": "error", "message": "You have already joined as ann."}]


@pytest.mark.parametrize("name", ["", "  ", "<b>Ann</b>", "-", "\u202e", "x" * (MAX_NAME_LENGTH + 1), "a\nb;c"])
def test_invalid_names_are_rejected(name: str) -> None:
    chat = Chat()
    connection, _ = chat.enter(name or "\0")
    (answer,) = connection.read()
    assert answer["event"] == "error"
    assert "1 to 24 letters" in answer["message"]
    assert chat.room.names == []


def test_a_plain_line_of_a_visitor_without_a_name_is_said_by_a_guest() -> None:
    chat = Chat()
    first, first_visitor = chat.enter()
    second, second_visitor = chat.enter()
    chat.room.receive(first_visitor, "hi")
    chat.room.receive(second_visitor, "ho")
    assert first.read()[1:3] == [
        {"event": "say", "name": "Guest 1", "text": "hi"},
        {"event": "join", "name": "Guest 2", "members": 2},
    ]
    assert second.read()[-1] == {"event": "say", "name": "Guest 2", "text": "ho"}


def test_a_visitor_has_to_join_before_it_sends_json_or_receives_anything() -> None:
    chat = Chat()
    connection, visitor = chat.enter()
    chat.enter("Ann")
    chat.say(visitor, "hi")
    assert connection.read() == [{"event": "error", "message": 'Join first: {"op":"join","name":"Ann"}'}]


@pytest.mark.parametrize(
    "message",
    [b"\xff", b"binary", "{", '{"op":"dance"}', '{"op":"say","text":7}', "", " ", "\u200b", '{"a":' * 800, "x" * 1_000_000],
    ids=lambda message: repr(message[:12]),
)  # fmt: skip
def test_an_invalid_message_is_answered_with_an_error(message: str | bytes) -> None:
    chat = Chat()
    ann, visitor = chat.enter("Ann")
    ann.read()
    chat.room.receive(visitor, message)
    (answer,) = ann.read()
    assert answer["event"] == "error"
    chat.say(visitor, "still here")
    assert ann.read() == [{"event": "say", "name": "Ann", "text": "still here"}]


def test_texts_are_sanitized_and_limited() -> None:
    chat = Chat()
    ann, visitor = chat.enter("Ann")
    ann.read()
    chat.say(visitor, "\x1b[2J\u202ered\nline")
    assert ann.read() == [{"event": "say", "name": "Ann", "text": "[2Jred line"}]
    chat.say(visitor, "x" * MAX_TEXT_LENGTH)
    assert ann.read()[0]["event"] == "say"
    chat.say(visitor, "x" * (MAX_TEXT_LENGTH + 1))
    assert ann.read() == [{"event": "error", "message": "A message may have at most 500 characters."}]


def test_messages_above_the_rate_are_dropped_and_a_flood_is_disconnected() -> None:
    chat = Chat()
    ann, visitor = chat.enter("Ann")
    bob, _ = chat.enter("Bob")
    for _ in range(12):
        chat.say(visitor, "spam")
    answers = [answer["event"] for answer in ann.read()]
    assert answers == ["welcome", "join", *["say"] * 9, "error"]
    chat.now += 1
    chat.say(visitor, "slower")
    assert ann.read() == [{"event": "say", "name": "Ann", "text": "slower"}]
    for _ in range(100):
        chat.say(visitor, "spam")
    assert ann.closed == (1008, "too many messages")
    assert bob.read()[-1] == {"event": "leave", "name": "Ann", "members": 1}
    chat.now += 60
    chat.say(visitor, "after the end")
    assert bob.read() == []


def test_a_member_that_does_not_read_is_dropped() -> None:
    chat = Chat()
    _, visitor = chat.enter("Ann")
    slow, _ = chat.enter("Slow")
    bob, _ = chat.enter("Bob")
    bob.read(), slow.read()
    slow.is_slow = True
    chat.say(visitor, "hello")
    assert slow.is_aborted
    assert slow.read() == []
    assert chat.room.names == ["Ann", "Bob"]
    assert {"event": "leave", "name": "Slow", "members": 2} in bob.read()


def test_a_full_room_is_reported() -> None:
    chat = Chat()
    visitors = [chat.enter()[1] for _ in range(MAX_VISITORS)]
    connection = Connection()
    assert chat.room.enter(connection) is None
    assert connection.closed == (1013, "the room is full")
    assert connection.read()[0]["event"] == "error"
    chat.room.leave(visitors[0])
    assert chat.room.enter(Connection()) is not None


@given(
    st.lists(
        st.one_of(st.text(), st.binary(), st.sampled_from(['{"op":"join","name":"A"}', '{"op":"say","text":"x"}']))
    )
)
def test_no_message_breaks_the_room(messages: list[str | bytes]) -> None:
    chat = Chat()
    connection, visitor = chat.enter()
    for message in messages:
        chat.now += 1
        chat.room.receive(visitor, message)
    assert all(answer["event"] in ("welcome", "say", "error") for answer in connection.read())
    assert len(chat.room.names) <= 1
    chat.room.leave(visitor)
    assert chat.room.names == []
