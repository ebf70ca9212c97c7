from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ticker_gui.gui.widgets.theme import (
    PALETTES,
    Theme,
    apply_theme,
    load_theme,
    readable_on_selection,
    request_color_scheme,
    tabular,
)

THEMES = pytest.mark.parametrize("theme", [load_theme("dark"), load_theme("light")], ids=["dark", "light"])


def luminance(colour: str) -> float:
    parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    linear = [part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4) for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@THEMES
def test_all_text_has_enough_contrast(theme: Theme) -> None:
    """WCAG 2.1 requires a contrast of 4.5 for text."""
    for colour in (theme.text, theme.muted, theme.up, theme.down, theme.warning):
        assert contrast(colour, theme.base) >= 4.5
    assert contrast(theme.text, theme.window) >= 4.5
    assert contrast(theme.warning, theme.window) >= 4.5
    assert contrast(theme.selection_text, theme.selection) >= 4.5


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("name", ["dark", "light"])
def test_up_and_down_can_be_read_also_in_a_selected_row(name: str, palette: str) -> None:
    theme = load_theme(name, palette)
    for colour in (theme.up, theme.down):
        assert contrast(readable_on_selection(colour, theme).name(), theme.selection) >= 4.5


def test_up_and_down_are_distinguishable_in_every_colour_vision() -> None:
    dark, light = load_theme("dark"), load_theme("light")
    assert (dark.up, dark.down) == ("#4c9be8", "#f0a030")
    assert (light.up, light.down) == ("#0072b2", "#b84a00")


@THEMES
def test_a_theme_is_applied_to_every_widget(qapp: QApplication, theme: Theme) -> None:
    apply_theme(qapp, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.window)
    assert theme.base in qapp.styleSheet()


def test_the_system_theme_follows_the_desktop(qapp: QApplication) -> None:
    assert load_theme("system") in (load_theme("dark"), load_theme("light"))


def test_digits_have_equal_width(qapp: QApplication) -> None:
    metrics = QFontMetricsF(tabular(QFont()))
    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1


@pytest.mark.parametrize(("name", "scheme"), [("dark", "Dark"), ("light", "Light"), ("system", "Unknown")])
def test_title_bars_and_native_dialogs_follow_the_theme(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    asked = list[str]()
    hints = type(QGuiApplication.styleHints())
    monkeypatch.setattr(hints, "setColorScheme", lambda self, one: asked.append(one.name))
    request_color_scheme(name)
    assert asked == [scheme]
