"""Numbers on the command line are checked, and a wrong one is described."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

from ticker_gui.commands.number_arguments import delay_s, number_from_zero, port_number, positive_number, whole_number


@pytest.mark.parametrize(
    ("convert", "text", "value"),
    [
        (delay_s, "86400", 86_400),
        (positive_number, "0.5", 0.5),
        (number_from_zero, "0", 0),
        (whole_number, "12", 12),
        (port_number, "0", 0),
    ],
)
def test_a_number_is_converted(convert: Callable[[str], float], text: str, value: float) -> None:
    assert convert(text) == value


@pytest.mark.parametrize(
    ("convert", "texts"),
    [
        (delay_s, ("0", "nan", "86401", "1e308", "soon")),
        (positive_number, ("0", "-1", "nan", "inf", "one", "")),
        (number_from_zero, ("-1", "inf", "nan", "", "1e308")),
        (whole_number, ("0", "1.5", "-3", "many")),
        (port_number, ("-1", "65536", "http")),
    ],
)
def test_a_wrong_number_is_described(convert: Callable[[str], float], texts: tuple[str, ...]) -> None:
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError, match=f'"{text}" is not a'):
            convert(text)


@pytest.mark.parametrize(("text", "reason"), [("1e-320", "small"), ("1e308", "large")])
def test_an_extreme_number_is_too_small_or_too_large(text: str, reason: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f'"{text}" is too {reason}'):
        positive_number(text)
