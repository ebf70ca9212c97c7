from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.pixels import color_names
from ticker_gui.gui.widgets.empty_view import EmptyText, EmptyView
from ticker_gui.gui.widgets.icons import current_theme, set_icon_theme
from ticker_gui.gui.widgets.theme import load_theme


def test_the_button_is_there_only_with_an_action(qtbot: QtBot) -> None:
    view = EmptyView("nothing", "candles")
    qtbot.addWidget(view)
    view.show()
    button = view.findChild(QPushButton, "nothing_action")
    assert isinstance(button, QPushButton)
    view.show_text(EmptyText("Nothing", "Nothing at all."))
    assert not button.isVisible()
    assert view.accessibleName() == "Nothing. Nothing at all."
    view.show_text(EmptyText("Nothing", "", "Do it"))
    assert button.isVisible()
    with qtbot.waitSignal(view.action_requested):
        button.click()


def test_the_icon_has_the_color_of_the_theme(qtbot: QtBot) -> None:
    before = current_theme()
    try:
        view = EmptyView("nothing", "candles")
        qtbot.addWidget(view)
        picture = view.findChildren(QLabel)[0]
        for name, is_shown in (("light", True), ("dark", True), ("light", False)):
            theme = load_theme(name)
            view.setVisible(is_shown)
            set_icon_theme(theme)
            view.refresh_icon()
            view.show()
            assert theme.text3 in color_names(picture.pixmap().toImage(), only_opaque=True)
    finally:
        set_icon_theme(before)


def test_a_second_action_has_a_button_of_its_own(qtbot: QtBot) -> None:
    view = EmptyView("nothing", "list")
    qtbot.addWidget(view)
    view.show()
    view.show_text(EmptyText("Nothing", "", "Add", "Connect"))
    second = view.findChild(QPushButton, "nothing_second_action")
    assert isinstance(second, QPushButton)
    assert (second.isVisible(), second.text()) == (True, "Connect")
    with qtbot.waitSignal(view.second_action_requested):
        second.click()
    view.show_text(EmptyText("Nothing", "", "Add"))
    assert not second.isVisible()


def test_a_long_sentence_is_wrapped_in_the_middle_and_the_surface_is_that_of_charts(qtbot: QtBot) -> None:
    view = EmptyView("nothing", "candles", is_filled=True)
    qtbot.addWidget(view)
    view.resize(1600, 600)
    view.show_text(EmptyText("Nothing", "The server has not answered the subscription. " * 3))
    view.show()
    sentence = view.findChild(QLabel, "empty")
    assert isinstance(sentence, QLabel)
    qtbot.waitUntil(lambda: sentence.height() >= 2 * sentence.fontMetrics().height())
    assert sentence.width() < 800
    assert abs(sentence.geometry().center().x() - view.rect().center().x()) <= 1
    assert view.minimumSizeHint().width() < 300  # a wide view can become narrow again
    assert view.grab().toImage().pixelColor(2, 2) == view.palette().color(QPalette.ColorRole.Base)
