from __future__ import annotations

import math
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from tests.gui.chart.painted import COLORS, contrast, linear
from ticker_gui.gui.chart.paint import colors as module
from ticker_gui.gui.chart.paint.colors import ChartColors, _distance
from ticker_gui.gui.widgets.theme import load_theme

ALL = list(COLORS.values())


def series(colors: ChartColors) -> list[QColor]:
    """Return the colors of indicators up to the first repetition."""
    found: list[QColor] = []
    while colors.series(len(found)) not in found:
        found.append(colors.series(len(found)))
    return found


def difference(one: QColor, other: QColor) -> float:
    """Return the CIE 1976 color difference; about 10 is visible at a glance."""
    return math.dist(lab(one), lab(other))


def lab(color: QColor) -> tuple[float, float, float]:
    red, green, blue = linear(color)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.0890
    x, y, z = (math.cbrt(part) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def test_colors_are_those_of_the_theme() -> None:
    parts = ("base", "text", "grid", "border", "accent", "raised", "warning", "up", "down")
    for name, part in product(("dark", "light"), parts):
        theme = load_theme(name)
        assert getattr(ChartColors(theme), part) == QColor(getattr(theme, part))
        assert (ChartColors(theme).muted, ChartColors(theme).line) == (QColor(theme.text3), QColor(theme.text))


def test_all_colors_stand_out_from_the_background() -> None:
    for colors in ALL:
        for color in (colors.line, colors.up, colors.down, colors.muted, colors.warning, *series(colors)):
            assert contrast(color, colors.base) >= 4.5
        assert contrast(colors.text, colors.base) >= 7


def test_pale_colors_are_between_background_and_full_color() -> None:
    for colors in ALL:
        for pale, full in ((colors.pale_up, colors.up), (colors.pale_down, colors.down)):
            assert 1.5 < contrast(pale, colors.base) < contrast(full, colors.base) / 1.5
        assert difference(colors.pale_up, colors.pale_down) >= 10


def test_indicator_colors_differ_from_each_other_and_from_prices() -> None:
    for colors in ALL:
        own = series(colors)
        assert len(own) >= 5
        assert min(difference(one, other) for one, other in combinations(own, 2)) >= 10
        prices = (colors.line, colors.up, colors.down)
        assert min(difference(one, other) for one, other in product(own, prices)) >= 10


@given(st.sampled_from(ALL), st.integers(0, 10_000))
def test_colors_repeat_if_there_are_many_indicators(colors: ChartColors, number: int) -> None:
    count = len(series(colors))
    assert colors.series(number) == colors.series(number + count) == series(colors)[number % count]


@given(
    st.sampled_from(ALL), st.integers(0, 5), st.lists(st.sampled_from(["s1", "s4", "s6", "up", "#c39bf0"]), max_size=6)
)
def test_no_compared_symbol_has_the_color_of_an_indicator_or_of_another_one(
    colors: ChartColors, count: int, chosen: list[str]
) -> None:
    used = [colors.indicator(color, number) for number, color in enumerate([*chosen, *[""] * (6 - len(chosen))])]
    compared = colors.compared(count, used)
    assert len({color.name() for color in compared}) == count
    assert not {color.name() for color in compared} & {color.name() for color in used}
    assert all(contrast(color, colors.base) >= 4.5 for color in compared)


def test_the_colors_of_compared_symbols_are_computed_again_only_if_others_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    colors, compared_pairs = ChartColors(load_theme("dark")), list[tuple[QColor, QColor]]()

    def distance(one: QColor, other: QColor) -> float:
        compared_pairs.append((one, other))
        return _distance(one, other)

    monkeypatch.setattr(module, "_distance", distance)
    assert colors.compared(0, [colors.series(0)]) == []
    assert not compared_pairs
    first = colors.compared(3, [colors.series(0)])
    count = len(compared_pairs)
    assert count
    assert colors.compared(3, [QColor(colors.series(0))]) == first
    assert len(compared_pairs) == count
    assert colors.compared(3, [first[0]]) != first
    assert len(compared_pairs) > count


def test_without_indicators_compared_symbols_have_the_colors_of_the_theme_and_repeat_them_last() -> None:
    for colors in ALL:
        assert colors.compared(2, []) == series(colors)[:-3:-1]
        many = colors.compared(40, [])
        assert len(many) == 40
        assert len({color.name() for color in many[:8]}) == 8


def test_changes_have_the_color_of_their_first_sign() -> None:
    for colors in ALL:
        assert colors.change("+0.01", "+0.00%") == colors.change("0.00", "+0.01%") == colors.up
        assert colors.change("-3e-12") == colors.change("0.00", "-0.01%") == colors.down
        assert colors.change("0.00", "0.00%") == colors.change("0e-12") == colors.change("–") == colors.text


def test_directions_have_the_colors_of_up_and_down() -> None:
    for colors in ALL:
        assert colors.direction(True) == colors.up
        assert colors.direction(False) == colors.down
        assert difference(colors.up, colors.down) >= 10
