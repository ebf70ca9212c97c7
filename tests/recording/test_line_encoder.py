"""Encoding: what is decoded again is what was received, however frames are encoded together, without secrets."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.recording.recorded import T0, batch
from ticker_gui.recording.format import Line
from ticker_gui.recording.line_encoder import FrameBatch, LineEncoder

frames = some.one_of(
    some.binary(),
    some.text('a"\\€\x1f\x00\n', max_size=5),
    some.text('a"\\€\x1f\x00\n').map(str.encode),
    some.sampled_from([b"\x7f", b'"\\u001f\\"', b"", b"{}"]),
)
several_batches = some.lists(some.lists(frames, min_size=1, max_size=6), min_size=1, max_size=5)


def as_bytes(payload: str | bytes) -> bytes:
    return payload.encode("utf-8", "replace") if isinstance(payload, str) else payload


def batches_of(contents: list[list[str | bytes]], joined: list[bool], secret: str = "") -> list[FrameBatch]:
    """Return a batch for each list of frames, some of them joined."""
    batches = [batch(*payloads, t=T0 + number, secret=secret) for number, payloads in enumerate(contents)]
    return [one.joined() if joined[number % len(joined)] else one for number, one in enumerate(batches)]


some_joined = some.lists(some.booleans(), min_size=1, max_size=3)


@given(several_batches, some_joined)
def test_every_batch_is_encoded_as_it_was_received(contents: list[list[str | bytes]], joined: list[bool]) -> None:
    encoded = LineEncoder().encode_batches(batches_of(contents, joined))
    lines = [msgspec.json.decode(line, type=Line) for line in encoded.splitlines()]
    assert [(line.t, line.payload) for line in lines] == [
        (T0 + number, as_bytes(payload)) for number, payloads in enumerate(contents) for payload in payloads
    ]
    assert all((line.dir, line.conn, line.feed) == ("in", 1, "crypto") for line in lines)


@given(
    several_batches,
    some_joined,
    some.sampled_from([b"s3cret", b'{"key":"s3cret"}', b"\x7fs3cret\x7f", b"\xffs3cret"]),
)
def test_a_secret_is_redacted_beside_any_other_frames(
    contents: list[list[str | bytes]], joined: list[bool], secret: bytes
) -> None:
    contents[-1].append(secret)
    encoded = LineEncoder().encode_batches(batches_of(contents, joined, "s3cret"))
    last = msgspec.json.decode(encoded.splitlines()[-1], type=Line)
    assert b"s3cret" not in encoded
    assert last.payload == secret.replace(b"s3cret", "•••".encode())
    assert encoded.count(b"\n") == sum(map(len, contents))


@given(some.lists(some.binary(max_size=3), min_size=1, max_size=4))
def test_frames_are_joined_unless_they_could_not_be_told_apart_again(payloads: list[bytes]) -> None:
    one = batch(*payloads)
    joined = one.joined()
    if any(b"\x7f" in payload for payload in payloads):
        assert joined is one
    else:
        assert joined.text == b"\x7f".join(payloads)
        assert not joined.payloads  # so their memory is free
        assert joined.size == len(joined.text)


@pytest.mark.parametrize(
    "change", [{"feed": "x"}, {"conn": 2}, {"direction": "out"}, {"again": True}, {"redact": str.upper}]
)
def test_batches_are_alike_if_only_their_times_and_frames_differ(change: dict[str, object]) -> None:
    first = batch("{}")
    assert first._replace(time_ns=T0 + 1, payloads=("[]",)).is_like(first)
    assert not first._replace(**change).is_like(first)  # type: ignore[arg-type]
