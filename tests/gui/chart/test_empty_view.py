from __future__ import annotations

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ticker_gui.gui.chart.empty_view import EmptyText, EmptyView


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
