from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.conftest import delete_windows
from ticker_gui.gui.widgets.appearance import apply_theme, request_color_scheme
from ticker_gui.gui.widgets.icons import current_theme
from ticker_gui.gui.widgets.theme import Theme, load_theme

THEMES = pytest.mark.parametrize("theme", [load_theme("dark"), load_theme("light")], ids=["dark", "light"])


@THEMES
def test_a_theme_is_applied_to_every_widget(qapp: QApplication, theme: Theme) -> None:
    apply_theme(qapp, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.window)
    assert theme.base in qapp.styleSheet()


def test_another_palette_styles_no_widget_again(qapp: QApplication, qtbot: QtBot) -> None:
    styled = list[QEvent.Type]()

    class Watched(QLabel):
        def changeEvent(self, event: QEvent) -> None:
            styled.append(event.type())
            super().changeEvent(event)

    label = Watched()
    qtbot.addWidget(label)
    for name, palette in (("dark", "safe"), ("dark", "classic"), ("light", "classic")):
        styled.clear()
        apply_theme(qapp, load_theme(name, palette))
        assert (QEvent.Type.StyleChange in styled) is (palette == "safe" or name == "light")


@pytest.mark.parametrize(("name", "scheme"), [("dark", "Dark"), ("light", "Light"), ("system", "Unknown")])
def test_title_bars_and_native_dialogs_follow_the_theme(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    asked = list[str]()
    hints = type(QGuiApplication.styleHints())
    monkeypatch.setattr(hints, "setColorScheme", lambda self, one: asked.append(one.name))
    request_color_scheme(name)
    assert asked == [scheme]


def test_the_theme_of_a_test_does_not_remain_in_the_next_one(qapp: QApplication) -> None:
    before, theme = qapp.palette(), load_theme("light")
    apply_theme(qapp, theme)
    assert qapp.palette() != before
    delete_windows()
    assert qapp.palette() == before
    assert not qapp.styleSheet()
    assert current_theme() == load_theme("dark")
