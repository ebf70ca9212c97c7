from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.icons import current_theme
from ticker_gui.gui.window.alert_bell import AlertBell


@pytest.fixture
def bell(qtbot: QtBot) -> AlertBell:
    action = QAction("Alerts")
    action.setShortcut("Ctrl+Shift+A")
    bell = AlertBell(action)
    qtbot.addWidget(bell)
    return bell


def has_color(bell: QToolButton, color: str) -> bool:
    image = bell.icon().pixmap(64, 64).toImage()
    return any(image.pixelColor(x, y).name() == color for x in range(image.width()) for y in range(image.height()))


def test_without_fired_alerts_there_is_only_a_bell(bell: AlertBell) -> None:
    assert bell.text() == ""
    assert bell.accessibleName() == "Alerts"
    assert "Alerts" in bell.toolTip()
    assert "Ctrl+Shift+A" in bell.toolTip()
    assert not has_color(bell, current_theme().warning)


@pytest.mark.parametrize(
    ("count", "text", "words"),
    [(1, "1", "1 alert has fired"), (7, "7", "7 alerts have fired"), (1200, "99+", "1,200 alerts have fired")],
)
def test_fired_alerts_are_counted_in_color_and_in_words(bell: AlertBell, count: int, text: str, words: str) -> None:
    bell.show_fired(count)
    assert bell.text() == text
    assert bell.accessibleName() == f"Alerts: {words}"
    assert words in bell.toolTip().replace("&nbsp;", " ")
    assert has_color(bell, current_theme().warning)
    bell.show_fired(0)
    assert bell.text() == ""
    assert bell.accessibleName() == "Alerts"
    assert not has_color(bell, current_theme().warning)


def test_a_new_width_is_announced_only_where_the_number_changes(bell: AlertBell, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bell.resized):
        bell.show_fired(2)
    with qtbot.assertNotEmitted(bell.resized):
        bell.show_fired(2)
