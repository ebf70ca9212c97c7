from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.console.frame_text import (
    LINE_LENGTH,
    TEXT_LENGTH,
    delta_text,
    first_line,
    hex_dump,
    value_text,
    whole_text,
)


def test_the_first_line_is_text_or_hex() -> None:
    assert first_line(b'{"a":\n1}') == '{"a": 1}'
    assert first_line(b"\x00\xff\x10") == "00 ff 10"
    assert first_line("a\u202eb".encode()) == "ab"
    assert len(first_line(b"x" * 5000)) == LINE_LENGTH


def test_json_is_indented_and_other_text_stays() -> None:
    assert whole_text(b'{"a":[1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert whole_text(b"one\ntwo") == "one\ntwo"
    assert whole_text("a\u202eb\x07".encode()) == "a\ufffdb\ufffd"
    assert whole_text(b"x" * (TEXT_LENGTH + 5)).endswith("\n… 5 more bytes")


def test_a_hex_dump_has_offsets_and_characters() -> None:
    assert hex_dump(b'{"type":"match"}\n') == (
        '00000000  7b 22 74 79 70 65 22 3a  22 6d 61 74 63 68 22 7d  {"type":"match"}\n'
        "00000010  0a                                                ."
    )
    assert hex_dump(bytes(20_000)).endswith("… 3,616 more bytes")


@given(st.binary(max_size=200))
def test_any_payload_has_texts_without_control_characters(payload: bytes) -> None:
    assert first_line(payload).isprintable()
    for text in (whole_text(payload), hex_dump(payload)):
        assert all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize(
    ("delta_ns", "text"),
    [(0, "+0 ms"), (400_000, "+0.4 ms"), (2_900_000, "+2 ms"), (1_250_000_000, "+1.25 s"), (180 * 10**9, "+3 min"),
     (-5_000_000, "−5 ms")],
)  # fmt: skip
def test_time_differences_have_a_unit_that_fits(delta_ns: int, text: str) -> None:
    assert delta_text(delta_ns) == text


def test_values_are_written_as_json() -> None:
    assert value_text("a") == '"a"'
    assert value_text(1.5) == "1.5"
    assert value_text(None) == "null"
    assert value_text(b"x") == "(bytes)"
