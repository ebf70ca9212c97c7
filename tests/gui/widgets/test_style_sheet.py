from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QFont

from ticker_gui.gui.widgets.style_sheet import style_sheet
from ticker_gui.gui.widgets.theme import load_theme


@pytest.mark.parametrize("name", ["dark", "light"])
def test_all_colours_of_the_style_sheet_are_those_of_the_theme(name: str) -> None:
    theme = load_theme(name)
    tokens = {getattr(theme, field) for field in theme.__struct_fields__}
    assert set(re.findall(r"#[0-9a-f]{6}\b", style_sheet(theme, QFont()))) <= tokens


def test_no_rule_reaches_what_is_painted_by_this_program() -> None:
    """A rule for a painted view would make Qt paint its background first, in every frame."""
    sheet = style_sheet(load_theme("dark"), QFont())
    for selector in re.findall(r"([^{}]+)\{", sheet):
        for one in selector.split(","):
            assert re.match(r"\s*(Q[A-Z]\w+)", one), one
            assert not re.match(r"\s*(\*|QWidget|QAbstractScrollArea|QAbstractItemView|QGraphicsView)\s*$", one), one
