from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.command_palette.fuzzy import Rank, match

TEXTS = st.text("abAB -:…ßİ", max_size=14)
TERMS = st.text("abİß", min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("typed", "text", "rank", "matched"),
    [
        ("quit", "Quit", Rank.EXACT, "Quit"),
        ("QUI", "Quit", Rank.PREFIX, "Qui"),
        ("theme", "Theme: Dark", Rank.PREFIX, "Theme"),
        ("dark", "Theme: Dark", Rank.WORD, "Dark"),
        ("theme dark", "Theme: Dark", Rank.WORD, "ThemeDark"),
        ("dark theme", "Theme: Dark", Rank.WORD, "ThemeDark"),
        ("ark", "Theme: Dark", Rank.SUBSTRING, "ark"),
        ("cdt", "Copy data table", Rank.INITIALS, "Cdt"),
        ("codata", "Copy data table", Rank.INITIALS, "Codata"),
        ("btcusd", "BTC-USD", Rank.INITIALS, "BTCUSD"),
        ("clr", "Clear comparison", Rank.SCATTERED, "Clr"),
        ("nasd", "NeedsAName: sd", Rank.INITIALS, "NAsd"),
        ("abb", "aB b", Rank.INITIALS, "aBb"),  # the capital letter begins a word, but counts once
    ],
)
def test_matches_are_ranked_and_highlighted(typed: str, text: str, rank: Rank, matched: str) -> None:
    found = match(typed, text)
    assert found is not None
    assert (found.rank, "".join(text[position] for position in found.positions)) == (rank, matched)


@pytest.mark.parametrize("typed", ["lear x", "rca", "clearx", "quit"])
def test_a_text_without_the_typed_letters_does_not_match(typed: str) -> None:
    assert match(typed, "Clear comparison") is None


def test_an_empty_text_matches_everything() -> None:
    assert match("", "Quit") == match("  ", "Quit") == (Rank.WORD, ())


@given(TEXTS, TEXTS)
def test_positions_are_sorted_and_are_the_typed_letters(typed: str, text: str) -> None:
    found = match(typed, text)
    if found is None:
        return
    assert list(found.positions) == sorted(set(found.positions))
    assert all(0 <= position < len(text) for position in found.positions)
    if len(typed.lower()) == len(typed):
        assert {text[position].lower() for position in found.positions} - {" "} == set(typed.lower()) - {" "}


@given(TEXTS, TERMS, TEXTS)
def test_a_text_that_contains_the_typed_text_matches_by_it(before: str, term: str, after: str) -> None:
    found = match(term, before + term + after)
    assert found is not None
    assert found.rank <= Rank.SUBSTRING


@given(TERMS, st.lists(TEXTS, max_size=3))
def test_an_exact_match_ranks_before_all_others(term: str, others: list[str]) -> None:
    exact = match(term, term)
    assert exact is not None
    assert exact.rank is Rank.EXACT
    ranks = [found.rank for other in others if (found := match(term, other)) is not None]
    assert all(rank > Rank.EXACT or term.lower() in [other.lower() for other in others] for rank in ranks)


@given(TERMS, TERMS, TEXTS)
def test_the_order_of_typed_words_does_not_decide_whether_a_text_matches(one: str, two: str, text: str) -> None:
    assert (match(f"{one} {two}", text) is None) == (match(f"{two} {one}", text) is None)


def test_many_repeated_letters_are_matched_quickly() -> None:
    assert match("a" * 100, "a-" * 99) is None
