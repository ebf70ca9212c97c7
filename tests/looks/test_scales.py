"""The window at 100, 150 and 200 %, with large fonts and from right to left, in every theme and palette."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests import programs
from tests.looks.look import LARGE, SIZE
from ticker_gui.gui.widgets.theme import PALETTES

COMBINATIONS = [f"{theme} {palette}" for theme in ("dark", "light") for palette in PALETTES]
Facts = dict[str, dict[str, Any]]


def look(*arguments: str, scale: float = 1.0) -> Facts:
    code = "import runpy; runpy.run_module('tests.looks.look', run_name='__main__', alter_sys=True)"
    result = programs.call_python(code, *arguments, QT_SCALE_FACTOR=str(scale))
    assert result.returncode == 0, result.stderr
    facts: Facts = msgspec.json.decode(result.stdout.splitlines()[-1])
    return facts


@pytest.fixture(scope="module")
def default_facts() -> Facts:
    return look()


def test_all_themes_and_palettes_show_the_same_content_in_their_colors(default_facts: Facts) -> None:
    assert list(default_facts) == COMBINATIONS
    first = default_facts[COMBINATIONS[0]]
    for name, facts in default_facts.items():
        assert facts["mean"] < 60 if name.startswith("dark") else facts["mean"] > 190
        assert facts["table_base"] > 0.7
        assert facts["chart_base"] > 0.7
        assert facts["grid"] > 0.001
        # Rising rows have the color of up, falling rows that of down, and unchanged rows neither.
        assert facts["up"][0] > facts["down"][0] == 0
        assert facts["down"][1] > 0
        assert facts["up"][2] == facts["down"][2] == 0
        assert facts["candles_up"] > facts["candles_down"] > 0
        assert facts["labels"] == first["labels"]
        assert facts["candles_to"] == first["candles_to"]


@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_scaling_enlarges_the_window_without_changing_its_layout(default_facts: Facts, scale: float) -> None:
    for name, larger in look("--one-palette", scale=scale).items():
        facts = default_facts[name]
        assert larger["ratio"] == scale
        assert larger["size"] == [round(side * scale) for side in SIZE]
        assert larger["row_height"] == facts["row_height"]  # in logical pixels
        assert larger["labels"] == facts["labels"]
        for key in ("table_base", "chart_base", "candles_from", "candles_to", "first_column"):
            assert larger[key] == pytest.approx(facts[key], abs=0.03), key
        assert larger["candles_up"] == pytest.approx(facts["candles_up"], rel=0.5)
        assert larger["up"][0] > larger["down"][0] == 0
        assert larger["up"][2] == larger["down"][2] == 0


def test_large_fonts_fit_into_rows_and_axes(default_facts: Facts) -> None:
    for name, facts in look("--large", "--one-palette").items():
        assert facts["text_height"] > 0.9 * LARGE * default_facts[name]["text_height"] > 0
        assert facts["row_height"] >= facts["text_height"]
        assert facts["labels"][0]
        assert facts["labels"][1]


def test_right_to_left_layout_mirrors_columns_but_not_the_time_axis(default_facts: Facts) -> None:
    for name, facts in look("--rtl", "--one-palette").items():
        assert facts["first_column"] > 0.6 > default_facts[name]["first_column"] == 0.0
        assert facts["candles_to"] == pytest.approx(default_facts[name]["candles_to"], abs=0.02)
        assert facts["labels"] == default_facts[name]["labels"]
        assert facts["up"][0] > facts["down"][0] == 0
