"""Names and texts use the standard terms of the field; see the glossary in the README."""

from __future__ import annotations

import re

import pytest

from tests.readme import TOP

# Each word with a dash, so that this file does not contain it. Write instead: again, a caller or a user, MAX_ and MIN_,
# requested, stop delivery, connect, tasks, preferences, presenter, controller, a number.
WORDS = (
    "an-ew", "who-ever", r"\bbe i-t\b", "_MO-ST_", "_LEA-ST_", r"_wan-ted\b", r"\bdea-fen", r"\bdi-al(led|s|ler|ling)?\b",
    "erra-nds", r"\bwi-shes\b", r"\btel-ler\b", r"\bkee-per\b", "in va-in", r"\bso ma-ny\b",
)  # fmt: skip
AVOIDED = re.compile("|".join(word.replace("-", "") for word in WORDS), re.IGNORECASE)


@pytest.mark.parametrize("folder", ["ticker_gui", "tests"])
def test_no_private_term_is_used_for_a_standard_one(folder: str) -> None:
    found = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}"
        for path in sorted((TOP / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if AVOIDED.search(line)
    ]
    assert not found, "\n".join(found)


BRITISH = ("col-our", "gr-ey", "cent-re", "recog-nis", "behavi-our", "neighb-our", "lab-elled", "lic-ence")
SPELLED_BRITISH = re.compile("|".join(word.replace("-", "") for word in BRITISH), re.IGNORECASE)


def test_words_are_spelled_as_in_american_english() -> None:
    files = [TOP / "README.md", *(TOP / "ticker_gui").rglob("*.py"), *(TOP / "tests").rglob("*.py")]
    found = [str(path.relative_to(TOP)) for path in files if SPELLED_BRITISH.search(path.read_text("utf-8"))]
    assert not found


@pytest.mark.parametrize("word", ["An-ew", "x_wan-ted", "di-alled", "SO MA-NY"])
def test_private_terms_are_found_in_any_case(word: str) -> None:
    assert AVOIDED.search(word.replace("-", ""))
