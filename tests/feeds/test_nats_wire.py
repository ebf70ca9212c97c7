from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.nats_wire import Batch, Control, Msg, NatsParser, Operation

TOKEN = st.from_regex(rb"[A-Za-z0-9_.%$-]{1,12}", fullmatch=True)
HEADER = b"NATS/1.0 404 Message Not Found\r\nNats-Stream: TICKS\r\n\r\n"
PLAIN_HEADER = b"NATS/1.0\r\nNats-Subject: ticker.a.trade.B\r\nEmpty:\r\n\r\n"


@st.composite
def operations(draw: st.DrawFn) -> tuple[Operation, bytes]:
    """Draw an operation and how the server writes it."""
    kind = draw(st.sampled_from(("msg", "reply", "header", "info", "ping", "error")))
    subject, sid, reply, payload = draw(TOKEN), draw(TOKEN), draw(TOKEN), draw(st.binary(max_size=40))
    match kind:
        case "msg":
            return Msg(sid, subject, b"", payload), b"MSG %b %b %d\r\n%b\r\n" % (subject, sid, len(payload), payload)
        case "reply":
            wire = b"MSG %b %b %b %d\r\n%b\r\n" % (subject, sid, reply, len(payload), payload)
            return Msg(sid, subject, reply, payload), wire
        case "header":
            header, status = draw(st.sampled_from(((HEADER, 404), (PLAIN_HEADER, 0))))
            size = len(header) + len(payload)
            wire = b"HMSG %b %b %b %d %d\r\n%b%b\r\n" % (subject, sid, reply, len(header), size, header, payload)
            return Msg(sid, subject, reply, payload, status, header), wire
        case "info":
            return Control(b"INFO", b'{"a":1}'), b'INFO {"a":1}\r\n'
        case "error":
            return Control(b"-ERR", b"'Slow Consumer'"), b"-ERR 'Slow Consumer'\r\n"
        case _:
            return Control(b"PING", b""), b"PING\r\n"


@given(st.lists(operations(), max_size=6), st.data())
def test_operations_are_the_same_wherever_the_frames_end(
    expected: list[tuple[Operation, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(written for _, written in expected)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    parser = NatsParser()
    found = []
    for begin, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        found += parser.parse(bytearray(wire[begin:end]))  # as websockets delivers binary frames
    assert found == [operation for operation, _ in expected]


KEYS = {b"10": "A", b"15": "B"}


def parser_with_keys() -> NatsParser:
    parser = NatsParser()
    for sid, key in KEYS.items():
        parser.set_key(sid, key)
    return parser


def flattened(operations: list[Operation]) -> list[Operation | tuple[str, bytes]]:
    """Return the operations with each message of a batch by itself."""
    flat: list[Operation | tuple[str, bytes]] = []
    for one in operations:
        if isinstance(one, Batch):
            assert one.keys
            flat += zip(one.keys, [payload.removesuffix(b"\r") for payload in one.payloads], strict=True)
        else:
            flat.append(one)
    return flat


def keyed(operation: Operation) -> Operation | tuple[str, bytes]:
    if isinstance(operation, Msg) and operation.sid in KEYS:
        return KEYS[operation.sid], operation.payload
    return operation


@st.composite
def live_messages(draw: st.DrawFn) -> tuple[Operation, bytes]:
    """Draw a message of live data, whose payload may contain anything but seldom does."""
    sid = draw(st.sampled_from((*KEYS, b"20")))
    payload = draw(st.sampled_from((b"{}", b'{"price":1}')) | st.binary(max_size=20).map(lambda raw: raw.rstrip(b"\r")))
    return Msg(sid, b"s", b"", payload), b"MSG s %b %d\r\n%b\r\n" % (sid, len(payload), payload)


@given(st.lists(live_messages() | operations(), max_size=12), st.data())
def test_messages_with_keys_are_batched_in_their_order_wherever_the_frames_end(
    expected: list[tuple[Operation, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(written for _, written in expected)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    parser = parser_with_keys()
    found = []
    for begin, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        found += flattened(parser.parse(wire[begin:end]))
    assert found == [keyed(operation) for operation, _ in expected]


FRAME = b"MSG s 10 2\r\n{}\r\nPING\r\nMSG s 15 4\r\n{ \n}\r\nMSG s 20 r 2\r\n{}\r\n"


@pytest.mark.parametrize("at", range(len(FRAME)))
def test_a_frame_may_be_split_at_every_byte(at: int) -> None:
    parser = parser_with_keys()
    found = flattened([*parser.parse(FRAME[:at]), *parser.parse(FRAME[at:])])
    assert found == [("A", b"{}"), Control(b"PING", b""), ("B", b"{ \n}"), Msg(b"20", b"s", b"r", b"{}")]


def test_messages_that_follow_each_other_are_one_batch_and_none_without_its_key() -> None:
    parser = parser_with_keys()
    frame = b"MSG s 10 2\r\n{}\r\nMSG s 15 2\r\n{}\r\n"
    for _ in range(2):
        (batch,) = parser.parse(frame)
        assert flattened([batch]) == [("A", b"{}"), ("B", b"{}")]
    parser.remove_key(b"10")
    message, batch = parser.parse(frame)
    assert message == Msg(b"10", b"s", b"", b"{}")
    assert batch == Batch(["B"], [b"{}"])
    parser.set_key(b"15", "C")
    assert flattened(parser.parse(frame))[1] == ("C", b"{}")


@given(st.binary(max_size=60))
def test_other_data_is_rejected_or_ignored_and_never_a_bug(data: bytes) -> None:
    parser = parser_with_keys()
    try:
        parser.parse(data)
    except FrameError:
        assert parser.parse(b"PING\r\n") == [Control(b"PING", b"")]  # what was incomplete is dropped


@pytest.mark.parametrize(
    "data",
    [
        b'{"price":1}\r\n',
        b'{"price":1}',
        b"MSG a 1 x\r\n",
        b"MSG a 1 -5\r\n",
        b"MSG a 1 99999999999\r\n",
        b"MSG a 1\r\nx\r\n",
        b"MSG a 1 2\r\nabc\r\n",
        b"HMSG a 1 9 4\r\nabcd\r\n",
        b"HMSG a 1 " + b"9" * 5_000 + b" 4\r\nabcd\r\n",
        b"HMSG a 1 4\r\nabcd\r\n",
        b"PING" * 2_000,
    ],
)
def test_impossible_data_is_rejected(data: bytes) -> None:
    for parser in (NatsParser(), parser_with_keys()):
        with pytest.raises(FrameError):
            parser.parse(data.replace(b"a 1 ", b"a 10 "))


def test_a_large_message_in_small_frames_is_joined_once() -> None:
    wire = b"MSG a 1 2000000\r\n" + b"x" * 2_000_000 + b"\r\n"
    parser = NatsParser()
    found = [one for at in range(0, len(wire), 100) for one in parser.parse(wire[at : at + 100])]
    assert [len(one.payload) for one in found if isinstance(one, Msg)] == [2_000_000]
