"""Decoding: what many lines contain together is what each of them contains."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.recording.recorded import T0, batch, encoded
from ticker_gui.recording.format import Header, Line
from ticker_gui.recording.line_decoder import Batch, LineDecoder, as_batches
from ticker_gui.recording.line_encoder import LineEncoder

frames = some.one_of(
    some.binary(max_size=20),
    some.text('a"\\€\x1f\x00\n{}', max_size=9),
    some.sampled_from([b"\x7f", b'"}\n{"t":1', b'{"price":1.5}', "\N{GRINNING FACE}", b""]),
)
reads = some.lists(some.tuples(some.lists(frames, min_size=1, max_size=4), some.integers(1, 150)), max_size=6)


def text_of(*lines: Line) -> bytes:
    return b"".join(map(LineEncoder().encode, lines))


def items_of(block: bytes) -> list[Batch | Line | Header]:
    """Return what a block contains, decoded as far as possible together."""
    decoder, items, at = LineDecoder(), list[Batch | Line | Header](), 0
    while at < len(block):
        some_items, end = decoder.decode_next(block, at)
        items += some_items or as_batches(map(decoder.decode, block[at:end].splitlines()))
        at = end
    return items


def frames_of(items: list[Batch | Line | Header]) -> list[tuple[int, bytes]]:
    return [(item.t, payload) for item in items if isinstance(item, Batch) for payload in item.payloads]


@given(reads)
def test_frames_are_decoded_as_they_were_recorded(contents: list[tuple[list[str | bytes], int]]) -> None:
    batches = [batch(*payloads * times, t=T0 + number) for number, (payloads, times) in enumerate(contents)]
    block = encoded([one.joined() for one in batches]) if batches else b""
    expected = [msgspec.json.decode(line, type=Line) for line in block.splitlines()]
    assert frames_of(items_of(block)) == [(line.t, line.payload) for line in expected]


@pytest.mark.parametrize("count", [100, 2000])
@pytest.mark.parametrize("payload", [b'{"a":"\\\\n"}', "€\n".encode(), b"{}"])
def test_a_large_read_becomes_few_batches(count: int, payload: bytes) -> None:
    block = encoded([batch(*[payload] * count).joined(), batch(b"next", t=T0 + 1)])
    first = LineDecoder().decode_next(block, 0)[0]
    assert len(first) == 1
    items = items_of(block)
    assert frames_of(items) == [(T0, payload)] * count + [(T0 + 1, b"next")]
    assert len(items) < 2 + count / 200
    assert all(isinstance(item, Batch) and (item.feed, item.conn, item.again) == ("crypto", 1, False) for item in items)


@pytest.mark.parametrize(
    "other",
    [
        Line(T0, "in", "crypto", 2, frame="2"),
        Line(T0, "in", "other", 1, frame="2"),
        Line(T0 + 1, "in", "crypto", 1, frame="2"),
        Line(T0, "in", "crypto", 1, again=True, frame="2"),
        Line(T0, "in", "crypto", 1, b64="Mg=="),
        Line(T0, "note", "crypto", 1, frame="2"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 50, 98, 99])
def test_another_line_within_a_read_is_kept_apart(other: Line, place: int) -> None:
    lines = [Line(T0, "in", "crypto", 1, frame=str(number) * 40) for number in range(100)]
    lines[place] = other
    separate = [
        (item.t, item.feed, item.conn, item.again, payload)
        for item in items_of(text_of(*lines))
        if isinstance(item, Batch)
        for payload in item.payloads
    ]
    assert separate == [(one.t, one.feed, one.conn, one.again, one.payload) for one in lines if one.dir == "in"]


@pytest.mark.parametrize("place", [0, 50, 99])
@pytest.mark.parametrize(
    "damaged",
    [
        b'{"t":%d,"dir":"in","feed":"crypto","conn":1,"frame":"a"b"}',
        b'{"t":%d,"dir":"in","feed":"crypto","conn":1,"frame":"a","b64":"?"}',
        b'{"t":%d,"dir":"in","feed":"crypto","conn":1,"frame":"\xff"}',
        b'{"t":%d,"dir":"in","feed":"crypto","conn":1,"frame":"\\x"}',
        b'{"t":%d,"dir":"in","feed":"crypto","conn":1,"frame":7}',
        b'{"t":%d,"dir":"in","feed":"crypto","conn":1,"frame":"a","b"}',
        b"",
    ],
)
def test_lines_of_which_one_is_damaged_are_decoded_one_by_one(damaged: bytes, place: int) -> None:
    lines = text_of(*[Line(T0, "in", "crypto", 1, frame="{}" * 40)] * 100).splitlines()
    lines[place] = damaged.replace(b"%d", b"%d" % T0)
    decoder, block, at = LineDecoder(), b"\n".join(lines) + b"\n", 0
    damaged_parts = []
    while at < len(block):
        items, end = decoder.decode_next(block, at)
        if not items:
            damaged_parts.append(block[at:end])
        at = end
    assert [lines[place] in part.splitlines() for part in damaged_parts] == [True]


def test_damaged_lines_do_not_complete_each_other() -> None:
    lines = text_of(*[Line(T0, "in", "crypto", 1, frame="{}" * 40)] * 100).splitlines()
    lines[50] = b'{"t":%d,"dir":"in","feed":"crypto","conn":1,"frame":"a}' % T0
    lines[51] = b'{"t":%d,"dir":"in","feed":"crypto","conn":1,"frame":","b"}' % T0
    assert LineDecoder().decode_next(b"\n".join(lines) + b"\n", 0)[0] == []


def test_lines_that_end_unlike_others_are_read() -> None:
    line = b'{"t":%d,"dir":"in","conn":1,"frame":"{}" }' % T0
    assert frames_of(items_of(b"\n".join([line] * 200) + b"\n")) == [(T0, b"{}")] * 200
