from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.pixels import color_names
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.mark_view import MarkView
from ticker_gui.gui.widgets.theme import load_theme


def colors(view: MarkView) -> set[str]:
    image = view.grab().toImage()
    return color_names(image)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_mark_has_the_color_of_the_theme(qtbot: QtBot, qapp: QApplication, name: str) -> None:
    apply_theme(qapp, load_theme(name))
    view = MarkView("mark")
    qtbot.addWidget(view)
    assert load_theme(name).live not in colors(view)
    view.show_mark(StateMark.LIVE)
    assert view.mark is StateMark.LIVE
    assert load_theme(name).live in colors(view)
    view.show_mark(None)
    assert load_theme(name).live not in colors(view)
