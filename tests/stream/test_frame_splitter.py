"""Splitting the bytes of a WebSocket into frames, compared with the parser of ``websockets``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, State
from websockets.uri import parse_uri

from ticker_gui.stream.frame_splitter import FrameSplitter

DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
MAX_MESSAGE = 100_000
URI = parse_uri("ws://127.0.0.1")


class Connection:
    """A connection after the handshake; ``received`` has the data frames in order, and ``passed`` the other bytes."""

    def __init__(self) -> None:
        self.protocol = ClientProtocol(URI, state=OPEN, max_size=MAX_MESSAGE)
        self.received: list[bytes] = []
        self.passed: list[bytes] = []
        self.splitter = FrameSplitter(self.can_take, self.parse)

    def can_take(self) -> bool:
        return self.protocol.state is State.OPEN and self.protocol.current_size is None

    def parse(self, data: bytes) -> None:
        self.passed.append(data)
        self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Frame) and event.opcode in DATA:
                self.received.append(bytes(event.data))

    def split(self, *parts: bytes) -> Connection:
        for part in parts:
            self.splitter.split(part, self.received)
        return self


def frame(first: int, payload: bytes, *, length_bytes: int = 0, mask: int = 0) -> bytes:
    """Return a frame with this first byte, and the length in 2 or 8 bytes if requested or needed."""
    size = len(payload)
    if length_bytes == 8 or size > 0xFFFF:
        return bytes([first, 127 | mask]) + size.to_bytes(8, "big") + payload
    if length_bytes == 2 or size > 125:
        return bytes([first, 126 | mask]) + size.to_bytes(2, "big") + payload
    return bytes([first, size | mask]) + payload


def text(payload: bytes) -> bytes:
    return frame(0x81, payload)


PAYLOADS = st.binary(max_size=20) | st.integers(100, 400).map(lambda size: b"x" * size)
WHOLE = st.builds(frame, st.sampled_from([0x81, 0x82]), PAYLOADS, length_bytes=st.sampled_from([0, 2, 8]))
FRAGMENTED = st.lists(st.binary(max_size=20), min_size=2, max_size=4).map(
    lambda parts: b"".join(
        frame((0x80 if index == len(parts) - 1 else 0) | (0 if index else 1), part) for index, part in enumerate(parts)
    )
)
PING = st.binary(max_size=20).map(lambda payload: frame(0x89, payload))
ODD = st.builds(frame, st.integers(0, 255), st.binary(max_size=20), mask=st.sampled_from([0, 0x80])) | st.sampled_from(
    [b"\x88\x00", b"\x81\x7f" + b"\xff" * 8, frame(0x81, b"x" * (MAX_MESSAGE + 1))]
)
SPLITS = st.lists(st.integers(0, 3_000), max_size=8)


def parts_of(stream: bytes, splits: Sequence[int]) -> list[bytes]:
    edges = sorted({0, len(stream), *(split for split in splits if split < len(stream))})
    return [stream[begin:end] for begin, end in pairwise(edges)]


@given(st.lists(WHOLE | FRAGMENTED | PING | ODD, max_size=10).map(b"".join), SPLITS)
def test_every_message_arrives_once_and_in_order_however_the_bytes_are_split(stream: bytes, splits: list[int]) -> None:
    reference, connection = Connection(), Connection()
    reference.parse(stream)
    connection.split(*parts_of(stream, splits))
    assert connection.received == reference.received
    assert connection.protocol.state is reference.protocol.state
    assert repr(connection.protocol.parser_exc) == repr(reference.protocol.parser_exc)


@given(st.lists(WHOLE, min_size=1, max_size=3))
def test_every_split_of_whole_messages_into_two_parts_is_the_same(frames: list[bytes]) -> None:
    stream = b"".join(frames)
    expected = Connection().split(stream).received
    assert len(expected) == len(frames)
    for at in range(len(stream)):
        assert Connection().split(stream[:at], stream[at:]).received == expected


def test_whole_messages_are_not_parsed_again() -> None:
    connection = Connection().split(text(b"one") + text(b"x" * 70_000) + text(b"y" * 60_000) + frame(0x82, b"two"))
    assert connection.received == [b"one", b"x" * 70_000, b"y" * 60_000, b"two"]
    assert connection.passed == [text(b"x" * 70_000)]


def test_messages_within_a_fragmented_one_are_the_error_that_they_are() -> None:
    connection = Connection().split(frame(0x01, b"begun"), text(b"within"), text(b"after"))
    assert connection.received == [b"begun"]
    assert str(connection.protocol.parser_exc) == "expected a continuation frame"


def test_nothing_is_delivered_after_the_closing_frame() -> None:
    connection = Connection().split(text(b"one") + frame(0x88, b"\x03\xe8") + text(b"two"))
    assert connection.received == [b"one"]
    assert connection.protocol.close_rcvd is not None


@pytest.mark.parametrize("length", [70_000, MAX_MESSAGE])
def test_a_large_message_is_passed_on_in_the_parts_that_arrive(length: int) -> None:
    stream = text(b"x" * length)
    parts = [stream[at : at + 1_000] for at in range(0, len(stream), 1_000)]
    connection = Connection().split(*parts, text(b"next"))
    assert connection.passed == parts
    assert connection.received == [b"x" * length, b"next"]
