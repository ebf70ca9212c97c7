from __future__ import annotations

from ticker_gui.domain.state_mark import StateMark


def test_every_state_has_a_word_of_its_own_in_sentence_case() -> None:
    assert len({str(mark) for mark in StateMark}) == len(StateMark) == 11
    assert all(str(mark) == str(mark).capitalize() for mark in StateMark)
