import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.sanitize import is_encodable, quoted, sanitize_text


def test_ordinary_text_is_unchanged() -> None:
    assert sanitize_text("AT&T <b>bold</b> Ünïcode 株") == "AT&T <b>bold</b> Ünïcode 株"


def test_invisible_characters_are_removed() -> None:
    assert sanitize_text("BTC\u202eDSU\u200b\x00\ufeff-X") == "BTCDSU-X"


def test_line_breaks_become_spaces() -> None:
    assert sanitize_text("first\nsecond\tthird\u2028fourth\u2029fifth\r") == "first second third fourth fifth"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert sanitize_text("x" * 100, 10) == "x" * 9 + "…"
    assert len(sanitize_text("y" * 10_000_000)) == 256


def test_text_is_normalized_to_nfc() -> None:
    assert sanitize_text("e\u0301") == "é"


@given(st.text(), st.integers(2, 50))
def test_sanitized_text_is_limited_and_has_no_control_characters(text: str, limit: int) -> None:
    shown = sanitize_text(text, limit)
    assert len(shown) <= limit
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs") for character in shown)
    assert len(shown.splitlines()) <= 1


@given(st.text(max_size=60) | st.just("e\u200b\u0301"))
def test_sanitizing_is_idempotent(text: str) -> None:
    assert sanitize_text(sanitize_text(text)) == sanitize_text(text)


@pytest.mark.parametrize(("text", "can_be_encoded"), [("", True), ("ü€😀", True), (os.fsdecode(b"a\xff"), False)])
def test_bytes_that_are_not_text_cannot_be_encoded(text: str, can_be_encoded: bool) -> None:
    assert is_encodable(text) is can_be_encoded


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("BTC-USD", '"BTC-USD"'),
        ("it's", '"it\'s"'),
        (r"C:\new", r'"C:\new"'),
        ("a\nb\u202e", r'"a\nb\u202e"'),
        (os.fsdecode(b"a\xff"), r'"a\udcff"'),
        ("x" * 40, f'"{"x" * 40}"'),
        ("x" * 41, f'"{"x" * 39}…"'),
    ],
)
def test_a_quoted_text_is_in_double_quotes_with_invisible_characters_escaped(text: str, shown: str) -> None:
    assert quoted(text) == shown


@given(st.text(), st.integers(2, 50))
def test_a_quoted_text_is_one_line_that_can_be_displayed(text: str, limit: int) -> None:
    shown = quoted(text, limit)
    assert shown.isprintable()
    assert is_encodable(shown)
    assert len(quoted("x" * 1_000, limit)) == limit + 2
