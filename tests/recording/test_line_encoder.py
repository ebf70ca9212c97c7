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


def lines_of(*batches: FrameBatch) -> list[Line]:
    return [msgspec.json.decode(line, type=Line) for line in LineEncoder().encode_batches(batches).splitlines()]


@given(several_batches)
def test_every_batch_is_encoded_as_it_was_received(contents: list[list[str | bytes]]) -> None:
    lines = lines_of(*(batch(*payloads, t=T0 + number) for number, payloads in enumerate(contents)))
    assert [(line.t, line.payload) for line in lines] == [
        (T0 + number, as_bytes(payload)) for number, payloads in enumerate(contents) for payload in payloads
    ]
    assert all((line.dir, line.conn, line.feed) == ("in", 1, "crypto") for line in lines)


@given(several_batches, some.sampled_from([b"s3cret", b'{"key":"s3cret"}', b"\x7fs3cret\x7f", b"\xffs3cret"]))
def test_a_secret_is_redacted_beside_any_other_frames(contents: list[list[str | bytes]], secret: bytes) -> None:
    contents[-1].append(secret)
    encoded = LineEncoder().encode_batches([batch(*payloads, secret="s3cret") for payloads in contents])
    last = msgspec.json.decode(encoded.splitlines()[-1], type=Line)
    assert b"s3cret" not in encoded
    assert last.payload == secret.replace(b"s3cret", "•••".encode())
    assert encoded.count(b"\n") == sum(map(len, contents))


@pytest.mark.parametrize(
    "change", [{"feed": "x"}, {"conn": 2}, {"direction": "out"}, {"again": True}, {"redact": str.upper}]
)
def test_batches_are_alike_if_only_their_times_and_frames_differ(change: dict[str, object]) -> None:
    first = batch("{}")
    assert first._replace(time_ns=T0 + 1, payloads=("[]",)).is_like(first)
    assert not first._replace(**change).is_like(first)  # type: ignore[arg-type]
