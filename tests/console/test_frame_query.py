from __future__ import annotations

import gc
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.console.frame_query import PatternQuery, QueryError, compile_query
from ticker_gui.console.linear_regex import LinearRegex


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
        ("$.bid < ask", '{"bid":1,"ask":2}', True),
        ("$.open == @.close", '{"open":1,"close":1}', True),
        ("$.n == length(list)", '{"n":2,"list":[1,2]}', True),
        ("$.type == `[1]`", '{"type":[1]}', True),
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


def test_a_search_leaves_no_garbage() -> None:
    matches = compile_query("$.data[?p > `10`]")
    assert callable(matches)
    gc.collect()
    for _ in range(100):
        matches(b'{"data":[{"p":12}]}')
    assert gc.collect() < 10  # which would be collected while the window is painted


def test_an_empty_search_selects_everything() -> None:
    assert compile_query("  ") is None


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("/a(/", "Not a valid regular expression at character 2: missing ), unterminated subpattern"),
        (r"/(a)\1/", "Lookarounds, backreferences and possessive quantifiers are not supported in searches."),
        ("/(?!a)b/", "Lookarounds, backreferences and possessive quantifiers are not supported in searches."),
        ("/(x{500}){500}/", "This regular expression is too long for a search."),
        ("$." + "|".join(["[@,@][]"] * 30), "This path is too long for a search."),
        ("$." + "(" * 5000, "This path is too long for a search."),
        ('$.type == "trade"', "Put text in single quotes: == 'trade'"),
        ("$.type != trade", "Put text in single quotes: != 'trade', or write a field as @.trade"),
        ("$.price >= 187", "Write this value in backticks: >= `187`"),
        ("$.data[?ok==true]", "Write this value in backticks: == `true`"),
        ("$.a[", "Not a valid path at character 5"),
        ("$.a b", "Not a valid path at character 5"),
        ("$.a == 'x", "Not a valid path at character 8"),
    ],
)
def test_an_invalid_search_says_where(typed: str, message: str) -> None:
    error = compile_query(typed)
    assert isinstance(error, QueryError)
    assert error.message == message


def test_an_expression_that_would_take_years_ends_at_once() -> None:
    matches = compile_query("/(a+)+$/")
    assert callable(matches)
    long = b"a" * 200 + b"!"
    assert not matches(long)
    assert matches(b"!" + b"a" * 200)


def test_frames_that_cannot_be_searched_in_time_are_counted() -> None:
    query = PatternQuery(LinearRegex("(a|b)*a(a|b){12}c", limit_s=0.0))
    assert not query(b"ab" * 5000)
    assert query.unsearched == 1


@given(st.text(max_size=40) | st.text(max_size=20).map("$.{}".format) | st.text(max_size=20).map("/{}/".format))
def test_any_typed_text_searches_or_is_explained(typed: str) -> None:
    matches = compile_query(typed)
    if callable(matches):
        assert matches(b'{"a":[1,"x",null]}') in (True, False)
        assert matches(b"\xff\x00") in (True, False)
    elif matches is not None:
        assert matches.message
