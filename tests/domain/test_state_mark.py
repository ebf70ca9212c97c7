from __future__ import annotations

from ticker_gui.domain.state_mark import FeedMark, StateMark
from ticker_gui.formatting.status_words import FEED_MARK_WORDS, MARK_WORDS


def test_every_state_has_a_word_of_its_own_in_sentence_case() -> None:
    for kind, words in ((StateMark, MARK_WORDS), (FeedMark, FEED_MARK_WORDS)):
        assert len(set(words.values())) == len(kind)
        assert all(word == word.capitalize() for word in words.values())


def test_every_state_of_a_feed_has_a_mark() -> None:
    assert {mark.state_mark for mark in FeedMark} == set(StateMark) - {StateMark.NO_FEED}  # that is one of symbols
