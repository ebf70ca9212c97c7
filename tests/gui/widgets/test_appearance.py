from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.appearance import apply_theme, request_color_scheme
from ticker_gui.gui.widgets.theme import Theme, load_theme

THEMES = pytest.mark.parametrize("theme", [load_theme("dark"), load_theme("light")], ids=["dark", "light"])


@THEMES
def test_a_theme_is_applied_to_every_widget(qapp: QApplication, theme: Theme) -> None:
    apply_theme(qapp, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.window)
    assert theme.base in qapp.styleSheet()


@pytest.mark.parametrize(("name", "scheme"), [("dark", "Dark"), ("light", "Light"), ("system", "Unknown")])
def test_title_bars_and_native_dialogs_follow_the_theme(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    asked = list[str]()
    hints = type(QGuiApplication.styleHints())
    monkeypatch.setattr(hints, "setColorScheme", lambda self, one: asked.append(one.name))
    request_color_scheme(name)
    assert asked == [scheme]


def test_no_garbage_is_collected_while_the_style_is_applied_to_all_widgets(qtbot: QtBot, qapp: QApplication) -> None:
    """Python code runs meanwhile, in handlers of events; a collection would delete windows that Qt has yet to visit."""
    collections: list[int] = []

    class Allocating(QWidget):
        def changeEvent(self, event: QEvent) -> None:
            before = sum(each["collections"] for each in gc.get_stats())
            kept = [[] for _ in range(100)]  # type: ignore[var-annotated]
            collections.append(sum(each["collections"] for each in gc.get_stats()) - before)
            assert kept

    widget = Allocating()
    qtbot.addWidget(widget)
    widget.show()
    threshold, was_enabled = gc.get_threshold(), gc.isenabled()
    gc.set_threshold(1)
    gc.enable()
    try:
        collections.clear()
        apply_theme(qapp, load_theme("dark"))
        assert gc.isenabled()
        gc.disable()
        apply_theme(qapp, load_theme("light"))
        assert not gc.isenabled()
    finally:
        gc.set_threshold(*threshold)
        (gc.enable if was_enabled else gc.disable)()
    assert collections
    assert not any(collections)
