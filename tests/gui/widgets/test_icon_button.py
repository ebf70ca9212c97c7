from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.pixels import color_names
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.theme import Theme, load_theme


def colors(button: IconButton) -> set[str]:
    image = button.grab().toImage()
    return color_names(image)


def test_the_icon_has_the_color_of_secondary_text_in_every_theme(qtbot: QtBot, qapp: QApplication) -> None:
    button = IconButton("columns", "columns_button")
    qtbot.addWidget(button)
    themes: list[Theme] = [load_theme("light"), load_theme("dark")]
    for theme in themes:
        apply_theme(qapp, theme)
        assert theme.text2 in colors(button)


def test_the_button_is_a_square_that_can_be_clicked(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, load_theme("dark"))
    for is_small, side in ((True, 24), (False, 28)):
        button = IconButton("close", "close", is_small=is_small)
        qtbot.addWidget(button)
        button.show()
        assert button.size() == QSize(side, side)
