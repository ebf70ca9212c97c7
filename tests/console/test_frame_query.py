from __future__ import annotations

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.console.frame_query import QueryError, compile_query


@pytest.mark.parametrize(
    ("typed", "payload", "is_match"),
    [
        ("btc", '{"s":"BTC-USD"}', True),
        ("eth", '{"s":"BTC-USD"}', False),
        ("GRÜN", "grün", True),
        ("/^.{3}$/", "abc", True),
        ("/abc/", "ABC", False),
        ("/abc/i", "ABC", True),
        ("/", "a/b", True),
        ("/a/b", "x/a/b", True),
        ("$.price", '{"price":"1.5"}', True),
        ("$.price", '{"size":1}', False),
        ("$.price", "no JSON", False),
        ("$.type == 'match'", '{"type":"match"}', True),
        ("$.type == 'match'", '{"type":"ticker"}', False),
        ("$.data[?p > `10`]", '{"data":[{"p":12}]}', True),
        ("$.data[?p > `10`]", '{"data":[{"p":9}]}', False),
        ("$.count", '{"count":0}', True),
        ("$.abs(text)", '{"text":"x"}', False),
    ],
)
def test_a_search_finds_text_patterns_and_paths(typed: str, payload: str, is_match: bool) -> None:
    matches = compile_query(typed)
    assert callable(matches)
    assert matches(payload.encode()) is is_match


def test_a_path_is_searched_in_compressed_frames_and_in_several_messages_of_one() -> None:
    matches = compile_query("$.p")
    assert callable(matches)
    for payload in (zlib.compress(b'{"p":1}'), msgspec.msgpack.encode({"p": 1}), b'{"a":1}\n{"p":1}\n'):
        assert matches(payload)
    assert not matches(zlib.compress(b'{"a":1}'))


def test_an_empty_search_selects_everything() -> None:
    assert compile_query("  ") is None


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("/a(/", "Not a valid regular expression at character 2: missing ), unterminated subpattern"),
        ("$.a[", "Not a valid path at character 5"),
        ("$.a b", "Not a valid path at character 5"),
        ("$.a == 'x", "Not a valid path at character 8"),
    ],
)
def test_an_invalid_search_says_where(typed: str, message: str) -> None:
    error = compile_query(typed)
    assert isinstance(error, QueryError)
    assert error.message == message


@given(st.text(max_size=40) | st.text(max_size=20).map("$.{}".format) | st.text(max_size=20).map("/{}/".format))
def test_any_typed_text_searches_or_is_explained(typed: str) -> None:
    matches = compile_query(typed)
    if callable(matches):
        assert matches(b'{"a":[1,"x",null]}') in (True, False)
        assert matches(b"\xff\x00") in (True, False)
    elif matches is not None:
        assert matches.message
