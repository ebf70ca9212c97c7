from __future__ import annotations

import re
from pathlib import Path

import pytest

import ticker_gui
from ticker_gui.gui.widgets.menu_icons import MENU_ICONS, menu_icon
from ticker_gui.resources import asset

GUI = Path(ticker_gui.__file__).parent / "gui"


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """All texts in the code of the window, without mnemonics and ellipses."""
    sources = "\n".join(path.read_text("utf-8") for path in GUI.rglob("*.py") if path.name != "menu_icons.py")
    return {text.replace("&", "").removesuffix("…") for text in re.findall(r'"([^"\n]+)"', sources)}


@pytest.mark.parametrize(("title", "icon"), MENU_ICONS.items())
def test_every_icon_belongs_to_a_command(texts: set[str], title: str, icon: str) -> None:
    assert title in texts
    assert asset("icons", f"{icon}.svg").is_file()


def test_the_price_of_an_alert_does_not_matter_for_its_icon() -> None:
    assert menu_icon("Alert at 187.66") == "bell_plus"
    assert menu_icon("Undo") == "undo"
    assert menu_icon("Symbols") == ""
