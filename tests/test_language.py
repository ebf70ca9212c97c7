"""Names and texts use the standard terms of the field; see the glossary in the README."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from tests.readme import TOP

# Each word with a dash, so that this file does not contain it. Write instead: again, a caller or a user, MAX_ and MIN_,
# requested, stop delivery, connect, tasks, preferences, presenter, controller, a number.
WORDS = (
    "an-ew", "who-ever", r"\bbe i-t\b", "_mo-st_", "_lea-st_", r"_wan-ted\b", r"\bdea-fen", r"\bdi-al(led|s|ler|ling)?\b",
    "erra-nds", r"\bwi-shes\b", r"\btel-ler\b", r"\bkee-per\b", "in va-in", r"\bso ma-ny\b",
)  # fmt: skip
AVOIDED = re.compile("|".join(word.replace("-", "") for word in WORDS))
LETTERS = tuple(re.sub(r"\\b|-|\(.*", "", word) for word in WORDS)  # found much faster than the pattern


@functools.cache
def in_lower_case(folder: str) -> dict[Path, str]:
    """Return the texts of all modules of a folder."""
    return {path: path.read_text("utf-8").lower() for path in sorted((TOP / folder).rglob("*.py"))}


def avoided(text: str) -> list[tuple[int, str]]:
    """Return the lines of a text in lower case that have such a word, with their numbers."""
    if not any(letters in text for letters in LETTERS):
        return []
    return [(number, line) for number, line in enumerate(text.splitlines(), start=1) if AVOIDED.search(line)]


@pytest.mark.parametrize("folder", ["ticker_gui", "tests"])
def test_no_private_term_is_used_for_a_standard_one(folder: str) -> None:
    texts = in_lower_case(folder).items()
    found = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}" for path, text in texts for number, line in avoided(text)
    ]
    assert not found, "\n".join(found)


BRITISH = ("col-our", "gr-ey", "cent-re", "recog-nis", "behavi-our", "neighb-our", "lab-elled", "lic-ence")


def test_words_are_spelled_as_in_american_english() -> None:
    words = [word.replace("-", "") for word in BRITISH]
    readme = TOP / "README.md"
    texts = in_lower_case("ticker_gui") | in_lower_case("tests") | {readme: readme.read_text("utf-8").lower()}
    found = [str(path.relative_to(TOP)) for path, text in texts.items() if any(word in text for word in words)]
    assert not found


@pytest.mark.parametrize("word", ["An-ew", "x_wan-ted", "di-alled", "SO MA-NY", "Be I-t", "_MO-ST_", "Kee-per"])
def test_private_terms_are_found_in_any_case(word: str) -> None:
    line = f"a {word.replace('-', '')}, b"
    assert avoided(f"a\n{line}\nb".lower()) == [(2, line.lower())]


def test_words_that_contain_the_letters_of_a_private_term_are_not_mistaken_for_it() -> None:
    assert not avoided("a dialog and a wanted_man")
