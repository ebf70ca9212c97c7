"""The search finds what Python's own regular expressions find, in a time that no expression can exceed."""

from __future__ import annotations

import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.console.linear_regex import LinearRegex, SearchTimeoutError

LEAVES = st.sampled_from(
    ["a", "b", "1", " ", "é", "ß", "K", r"\n", ".", "[ab]", "[^a]", r"\d", r"\w", r"\W", r"\s", "[a-c1]", "^", "$", r"\b", r"\B", r"\A",
     r"\Z", "(?i:a)", "(?s:.)", "(?-i:k)", "(?a:é)", "(?m:^a)"]
)  # fmt: skip
PATTERNS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{1,3}", "{,2}", "{2,}?"])).map(
            lambda pair: f"({pair[0]}){pair[1]}"
        )
    ),
    max_leaves=8,
)
TEXTS = st.text(alphabet="ab1 _é\nKkßſ\u212a", max_size=8)  # so short that backtracking ends
FLAGS = st.sampled_from([0, re.IGNORECASE, re.MULTILINE, re.ASCII, re.IGNORECASE | re.DOTALL])


@given(PATTERNS, st.lists(TEXTS, max_size=5), FLAGS)
def test_it_finds_what_python_finds(pattern: str, texts: list[str], flags: int) -> None:
    expected, regex = re.compile(pattern, flags), LinearRegex(pattern, flags, limit_s=60)
    for text in (*texts, *texts):  # the second time with what it remembers
        assert regex.search(text) is (expected.search(text) is not None), (pattern, text)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(a|a)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*[0-9]"]
)
def test_a_long_text_needs_one_step_per_character(pattern: str) -> None:
    ticks = count()  # of the clock, which is read once per some thousand characters
    regex = LinearRegex(pattern, limit_s=200, now=lambda: next(ticks))
    assert not regex.search("a" * 50_000 + "!")
    assert next(ticks) < 150


def test_a_text_is_found_across_the_chunks_in_which_it_is_read() -> None:
    regex = LinearRegex("xyz$")
    for length in (1021, 1022, 1023, 1024, 1025, 2048):
        assert regex.search("." * length + "xyz")
        assert not regex.search("." * length + "xyz.")


def test_the_search_continues_after_many_states_were_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker_gui.console.linear_regex._MAX_TRANSITIONS", 10)
    regex = LinearRegex("(a|b)*a(a|b){6}c", limit_s=60)
    assert regex.search("abba" * 50 + "abbabbac")
    assert not regex.search("abba" * 50 + "b" * 8 + "c")
    assert len(regex._states) < 20


def test_a_search_that_takes_too_long_ends() -> None:
    with pytest.raises(SearchTimeoutError):
        LinearRegex("(a|b)*a(a|b){12}c", limit_s=0.0).search("ab" * 5000 + "c")
