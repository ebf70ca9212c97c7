from __future__ import annotations

import base64

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.console.frames import START_NS, frame
from ticker_gui.console.frame_file import frame_line, frame_lines
from ticker_gui.console.frame_ring import FrameEntry


def test_a_frame_is_one_json_line() -> None:
    entry = FrameEntry("desk", frame('{"a":1}', "out"), "object")
    assert frame_line(entry) == f'{{"t":{START_NS},"feed":"desk","dir":"out","frame":"{{\\"a\\":1}}"}}'


@given(st.lists(st.binary(max_size=50)))
def test_every_payload_is_restored_from_its_line(payloads: list[bytes]) -> None:
    content = frame_lines(FrameEntry("desk", frame(payload), "") for payload in payloads)
    lines = [msgspec.json.decode(line) for line in content.splitlines()]
    found = [line["frame"].encode() if "frame" in line else base64.b64decode(line["b64"]) for line in lines]
    assert found == payloads
