from __future__ import annotations

import pytest

from ticker_gui.gui.alerts.number_field import read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,250.5", 1250.5),
        ("\N{MINUS SIGN}3", -3.0),
        (" 7 ", 7.0),
        ("", None),
        ("x", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_a_number_is_read_as_it_is_typed(text: str, number: float | None) -> None:
    assert read_number(text) == number
