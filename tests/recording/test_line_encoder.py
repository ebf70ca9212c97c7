"""Encoding: what is decoded again is what was received, however frames are encoded together, without secrets."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.recording.recorded import T0, batch, encoded
from ticker_gui.recording.format import Line
from ticker_gui.recording.line_encoder import SEPARATOR, FrameBatch

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
    text = encoded(batches_of(contents, joined))
    lines = [msgspec.json.decode(line, type=Line) for line in text.splitlines()]
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
    text = encoded(batches_of(contents, joined, "s3cret"))
    last = msgspec.json.decode(text.splitlines()[-1], type=Line)
    assert b"s3cret" not in text
    assert last.payload == secret.replace(b"s3cret", "•••".encode())
    assert text.count(b"\n") == sum(map(len, contents))


@given(some.lists(some.binary(max_size=3), min_size=1, max_size=4))
def test_received_frames_are_joined_so_that_their_memory_is_free(payloads: list[bytes]) -> None:
    joined = batch(*payloads).joined()
    assert joined.text is not None
    assert joined.text.split(SEPARATOR) == payloads
    assert not joined.payloads
    assert joined.size == len(joined.text)
    assert joined._replace(payloads=payloads, text=None) == batch(*payloads)._replace(payloads=payloads)


@pytest.mark.parametrize("payloads", [(b"{}", "{}"), ()])
def test_text_to_send_and_nothing_are_not_joined(payloads: tuple[str | bytes, ...]) -> None:
    one = batch(*payloads)
    assert one.joined() is one
    assert encoded([one]).count(b"\n") == len(payloads)


def test_a_server_cannot_guess_what_separates_frames() -> None:
    code = "from ticker_gui.recording.line_encoder import SEPARATOR; print(SEPARATOR.hex())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert bytes.fromhex(other) != SEPARATOR
    assert len(SEPARATOR) == len(bytes.fromhex(other)) >= 8
    assert SEPARATOR in msgspec.json.encode(SEPARATOR.decode())  # as it is
    assert not any(character.isalnum() for character in (SEPARATOR[:1] + SEPARATOR[-1:]).decode())


@pytest.mark.parametrize(
    "change", [{"feed": "x"}, {"conn": 2}, {"direction": "out"}, {"again": True}, {"redact": str.upper}]
)
def test_batches_are_alike_if_only_their_times_and_frames_differ(change: dict[str, object]) -> None:
    first = batch("{}")
    assert first._replace(time_ns=T0 + 1, payloads=("[]",)).is_like(first)
    assert not first._replace(**change).is_like(first)  # type: ignore[arg-type]
