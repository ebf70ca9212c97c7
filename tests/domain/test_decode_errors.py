"""Whatever cannot be decoded is described in words of our own."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.decode_errors import DECODE_ERRORS, decode_failure


def failure_of(data: bytes, shape: object = object) -> str:
    try:
        msgspec.json.decode(data, type=shape)
    except DECODE_ERRORS as error:
        return decode_failure(error)
    return ""


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (b"", "it is incomplete"),
        (b'{"a":', "it is incomplete"),
        (b"hello", "it is not valid JSON: invalid character (byte 0)"),
        (b"[1,]", "it is not valid JSON: trailing comma in array (byte 3)"),
        (b'"\xff"', "it is not valid UTF-8"),
        (b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_a_failure_of_json_is_the_end_of_a_sentence(data: bytes, failure: str) -> None:
    assert failure_of(data) == failure


def test_text_that_is_not_utf_8_is_called_that() -> None:
    with pytest.raises(UnicodeDecodeError) as caught:
        b"\xff".decode()
    assert decode_failure(caught.value) == "it is not valid UTF-8"


def test_a_value_of_another_type_is_named_by_its_place() -> None:
    assert failure_of(b'{"a":"x"}', dict[str, int]) == "Expected `int`, got `str` - at `$[...]`"


@given(st.binary() | st.text(alphabet='{}[]",:1e-.tnx\\u \x00é').map(str.encode))
def test_every_failure_of_json_has_our_words(data: bytes) -> None:
    assert failure_of(data).split(":")[0] in (
        "",
        "it is incomplete",
        "it is not valid JSON",
        "it is not valid UTF-8",
        "Number out of range",
    )
