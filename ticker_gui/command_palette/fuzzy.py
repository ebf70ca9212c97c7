"""Fuzzy matching of a typed text: whole words, parts of words, initials, then letters in order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple


class Rank(IntEnum):
    """How well a text matches; lower is better."""

    EXACT = 0
    PREFIX = 1  # of the whole text
    WORD = 2  # each typed word begins a word
    SUBSTRING = 3
    INITIALS = 4  # the beginnings of several words, such as ``cdt`` in "Copy data table"
    SCATTERED = 5  # letters in order, the first at the beginning of a word


class Match(NamedTuple):
    """A match: its rank, and the sorted indices of the matched characters."""

    rank: Rank
    positions: tuple[int, ...]


def match(typed: str, text: str) -> Match | None:
    """Return how well a typed text matches, ignoring case; None if it does not.

    Every typed word must match, in any order. An empty text matches everything.
    """
    terms = _fold(typed).split()
    if not terms:
        return Match(Rank.WORD, ())
    folded = _fold(text)
    if not all(_has_in_order(term, folded) for term in terms):
        return None  # as for most texts, of which nothing else is then computed
    starts = _word_starts(text)
    found = [_match_term(term, folded, starts) for term in terms]
    matches = [one for one in found if one is not None]
    if len(matches) < len(terms):
        return None
    positions = tuple(sorted({position for one in matches for position in one.positions}))
    rank = max(one.rank for one in matches)
    joined = " ".join(terms)
    if folded.startswith(joined):
        rank = Rank.EXACT if folded == joined else Rank.PREFIX
        positions = tuple(range(len(joined)))
    return Match(rank, positions)


def _has_in_order(term: str, folded: str) -> bool:
    """Return whether the letters of a term are in a text in this order, as they are in any match."""
    rest = iter(folded)
    return all(letter in rest for letter in term)


def _fold(text: str) -> str:
    """Return the text in lower case, with the same length."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(character.lower() if len(character.lower()) == 1 else character for character in text)


def _word_starts(text: str) -> list[int]:
    """Return where words begin: after other characters than letters and digits, or at a capital letter."""
    return [
        index
        for index, character in enumerate(text)
        if character.isalnum()
        and (index == 0 or not text[index - 1].isalnum() or (character.isupper() and text[index - 1].islower()))
    ]


def _match_term(term: str, folded: str, starts: Sequence[int]) -> Match | None:
    at = next((start for start in starts if folded.startswith(term, start)), -1)
    if at >= 0:
        return Match(Rank.WORD, tuple(range(at, at + len(term))))
    at = folded.find(term)
    if at >= 0:
        return Match(Rank.SUBSTRING, tuple(range(at, at + len(term))))
    if (initials := _match_initials(term, folded, starts)) is not None:
        return Match(Rank.INITIALS, initials)
    return next(
        (
            Match(Rank.SCATTERED, scattered)
            for start in starts
            if (scattered := _match_scattered(term, folded, start)) is not None
        ),
        None,
    )


def _match_initials(term: str, folded: str, starts: Sequence[int]) -> tuple[int, ...] | None:
    """Return the positions of a term that is split into beginnings of words, the longest beginnings first."""
    failed: set[tuple[int, int]] = set()

    def rest(used: int, word: int) -> tuple[int, ...] | None:
        if used == len(term):
            return ()
        if word == len(starts) or (used, word) in failed:
            return None
        start = starts[word]
        length = _common_length(term, used, folded, start)
        for taken in range(length, 0, -1):
            after = bisect_left(starts, start + taken, word + 1)  # a letter counts once, also in "aB"
            if (following := rest(used + taken, after)) is not None:
                return (*range(start, start + taken), *following)
        following = rest(used, word + 1)
        if following is None:
            failed.add((used, word))
        return following

    return rest(0, 0)


def _common_length(term: str, used: int, folded: str, start: int) -> int:
    length = 0
    while used + length < len(term) and start + length < len(folded) and term[used + length] == folded[start + length]:
        length += 1
    return length


def _match_scattered(term: str, folded: str, start: int) -> tuple[int, ...] | None:
    """Return the positions of the letters of a term in order, the first one at ``start``."""
    if folded[start] != term[0]:
        return None
    positions = [start]
    for letter in term[1:]:
        at = folded.find(letter, positions[-1] + 1)
        if at < 0:
            return None
        positions.append(at)
    return tuple(positions)
