from __future__ import annotations

from itertools import product

import pytest
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication

from ticker_gui.gui.widgets.theme import PALETTES, Theme, color_difference, load_theme, tabular

THEMES = pytest.mark.parametrize("theme", [load_theme("dark"), load_theme("light")], ids=["dark", "light"])


def luminance(color: str) -> float:
    parts = (QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF())
    linear = [part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4) for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


SURFACES = ("base", "window", "raised", "selection", "picked")
TEXTS = ("text", "text2", "text3", "accent", "live", "warning", "error")
MARKS = ("control", "focus")
# On `picked` quiet text has the color of secondary text, and edges of controls do not occur.
EXCEPTIONS = {(True, "text3", "picked"), (False, "text3", "picked"), (True, "control", "picked")}
SCHEMES = [load_theme(name, palette) for name in ("dark", "light") for palette in PALETTES]


@THEMES
def test_all_text_can_be_read_on_every_surface(theme: Theme) -> None:
    """WCAG 2 requires a contrast of 4.5 for text."""
    for color, surface in product(TEXTS, SURFACES):
        if (theme.is_dark, color, surface) not in EXCEPTIONS:
            assert contrast(getattr(theme, color), getattr(theme, surface)) >= 4.5, (color, surface)
    for background in (theme.warning_bg, theme.error_bg, theme.hover, theme.missing):
        assert contrast(theme.text, background) >= 4.5
        assert contrast(theme.text2, background) >= 4.5
    assert contrast(theme.on_accent, theme.accent) >= 4.5


@THEMES
def test_all_edges_and_marks_can_be_seen_on_every_surface(theme: Theme) -> None:
    """WCAG 2 requires a contrast of 3 for edges of controls and marks."""
    for color, surface in product(MARKS, SURFACES):
        if (theme.is_dark, color, surface) not in EXCEPTIONS:
            assert contrast(getattr(theme, color), getattr(theme, surface)) >= 3, (color, surface)


@THEMES
def test_the_exceptions_are_still_needed(theme: Theme) -> None:
    for is_dark, color, surface in EXCEPTIONS:
        if is_dark == theme.is_dark:
            limit = 4.5 if color in TEXTS else 3
            assert contrast(getattr(theme, color), getattr(theme, surface)) < limit


@pytest.mark.parametrize("theme", SCHEMES)
def test_up_and_down_can_be_read_in_rows_and_on_their_tags(theme: Theme) -> None:
    for color, surface in product((theme.up, theme.down), (theme.base, theme.selection)):
        assert contrast(color, surface) >= 4.5
    for color in (theme.up, theme.down):
        assert contrast(theme.base, color) >= 4.5  # text on a filled tag


@pytest.mark.parametrize("theme", SCHEMES)
def test_indicator_colors_can_be_seen_and_differ_from_up_and_down(theme: Theme) -> None:
    assert len(theme.series) >= 5
    for color in theme.series:
        assert contrast(color, theme.base) >= 4.5
        assert min(color_difference(color, theme.up), color_difference(color, theme.down)) >= 30


def test_indicator_colors_near_up_or_down_are_passed_over() -> None:
    passed_over = {
        (theme.is_dark, palette): {
            name for name in ("s1", "s2", "s3", "s4", "s5", "s6") if getattr(theme, name) not in theme.series
        }
        for theme, (_, palette) in zip(SCHEMES, product(("dark", "light"), PALETTES), strict=True)
    }
    assert passed_over == {
        (True, "safe"): set(), (True, "classic"): {"s3"}, (True, "red-up"): {"s3"}, (True, "red-blue"): {"s6"},
        (False, "safe"): {"s5"}, (False, "classic"): {"s3"}, (False, "red-up"): {"s3"}, (False, "red-blue"): set(),
    }  # fmt: skip


@THEMES
def test_surfaces_and_states_have_colors_of_their_own(theme: Theme) -> None:
    for group in (
        ("base", "window", "hover", "selection", "picked", "border", "control"),
        ("text", "text2", "text3", "disabled", "accent", "warning", "error", "live", "up", "down"),
    ):
        assert len({getattr(theme, name) for name in group}) == len(group)


def test_up_and_down_are_distinguishable_in_every_color_vision() -> None:
    dark, light = load_theme("dark"), load_theme("light")
    assert (dark.up, dark.down) == ("#4c9be8", "#f0a030")
    assert (light.up, light.down) == ("#0072b2", "#b84a00")


def test_the_system_theme_follows_the_desktop(qapp: QApplication) -> None:
    assert load_theme("system") in (load_theme("dark"), load_theme("light"))


def test_digits_have_equal_width(qapp: QApplication) -> None:
    are_equal = len({QFontMetricsF(QFont()).horizontalAdvance(figure) for figure in "0123456789"}) == 1
    assert (tabular(QFont()).styleStrategy() is QFont.StyleStrategy.PreferNoShaping) is are_equal  # a third faster
    metrics = QFontMetricsF(tabular(QFont()))
    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1
