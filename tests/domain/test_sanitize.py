import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.sanitize import sanitize_text


def test_usual_text_stays_as_it_is() -> None:
    assert sanitize_text("AT&T <b>bold</b> Ünïcode 株") == "AT&T <b>bold</b> Ünïcode 株"


def test_signs_without_a_look_of_their_own_are_left_out() -> None:
    assert sanitize_text("BTC\u202eDSU\u200b\x00\ufeff-X") == "BTCDSU-X"


def test_lines_become_one() -> None:
    assert sanitize_text("first\nsecond\tthird\r") == "first second third"


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert sanitize_text("x" * 100, 10) == "x" * 9 + "…"
    assert len(sanitize_text("y" * 10_000_000)) == 256


def test_letters_are_composed() -> None:
    assert sanitize_text("e\u0301") == "é"


@given(st.text(), st.integers(2, 50))
def test_no_text_is_longer_than_allowed_or_holds_controls(text: str, limit: int) -> None:
    shown = sanitize_text(text, limit)
    assert len(shown) <= limit
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs") for character in shown)


@given(st.text(max_size=60) | st.just("e\u200b\u0301"))
def test_what_is_shown_is_shown_the_same_again(text: str) -> None:
    assert sanitize_text(sanitize_text(text)) == sanitize_text(text)
