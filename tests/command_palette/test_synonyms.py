from __future__ import annotations

import pytest

from ticker_gui.command_palette.synonyms import SYNONYMS


@pytest.mark.parametrize("title", SYNONYMS)
def test_synonyms_are_different_words_in_small_letters(title: str) -> None:
    words = SYNONYMS[title].split()
    assert words == [word.casefold() for word in words]
    assert len(set(words)) == len(words)
