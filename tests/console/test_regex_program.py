from __future__ import annotations

import re

import pytest

from ticker_gui.console.regex_program import MAX_INSTRUCTIONS, UnsupportedPatternError, compile_program


@pytest.mark.parametrize(
    "pattern", [r"(a)\1", "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(a)?(?(1)b|c)", "a++", "(?>a)", "(?P<x>a)(?P=x)"]
)
def test_what_cannot_be_found_in_linear_time_is_not_supported(pattern: str) -> None:
    with pytest.raises(UnsupportedPatternError, match="not supported"):
        compile_program(pattern)


def test_an_invalid_pattern_is_the_error_of_python() -> None:
    with pytest.raises(re.error, match="nothing to repeat"):
        compile_program("*a")


def test_the_size_of_a_program_is_limited() -> None:
    assert len(compile_program("a{900}").instructions) <= MAX_INSTRUCTIONS
    with pytest.raises(UnsupportedPatternError, match="too long"):
        compile_program("(((a{1,100}){1,100}){1,100}){1,100}")


def test_nothing_is_repeated_in_no_time() -> None:
    assert len(compile_program("(?:(){4000000000}){4000000000}").instructions) == 1


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [('"price":1\\d+"x"', '"price":1'), ("(?i)abc", ""), ("a|b", ""), ("(ab)+c", "c"), (".*", "")],
)
def test_a_text_without_the_literal_needs_no_search(pattern: str, literal: str) -> None:
    assert compile_program(pattern).literal == literal
