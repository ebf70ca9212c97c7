from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from tests.gui.market_of import Desk
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> MainWindow:
    apply_theme(qapp, load_theme("dark"))
    window = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.resize(1500, 900)
    window.show()
    QApplication.processEvents()
    return window


def grip(window: MainWindow, side: str) -> QWidget:
    found = window.findChild(QWidget, f"grip_{side}")
    assert isinstance(found, QWidget)
    return found


def drag(qtbot: QtBot, widget: QWidget, by: QPoint) -> None:
    start = widget.rect().center()
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(widget, start + by)
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=start + by)


def test_the_strip_beside_the_list_is_wider_than_its_line(window: MainWindow) -> None:
    left = grip(window, "left")
    assert left.isVisible()
    assert left.width() == 7
    assert window.chart.x() - 1 == left.geometry().center().x()
    assert not grip(window, "bottom").isVisible()
    assert not grip(window, "right").isVisible()


def test_dragging_changes_the_width_of_the_list(window: MainWindow, qtbot: QtBot) -> None:
    before = window.panel.width()
    drag(qtbot, grip(window, "left"), QPoint(-60, 0))
    qtbot.waitUntil(lambda: window.panel.width() == before - 60)
    assert window.chart.x() - 1 == grip(window, "left").geometry().center().x()


def test_dragging_changes_the_height_of_the_panels_below(window: MainWindow, qtbot: QtBot) -> None:
    window.docks.open(window.details)
    bottom = grip(window, "bottom")
    qtbot.waitUntil(bottom.isVisible)
    before = window.details.height()
    drag(qtbot, bottom, QPoint(0, -40))
    qtbot.waitUntil(lambda: window.details.height() == before + 40)


def test_a_double_click_gives_a_panel_its_usual_size_back(window: MainWindow, qtbot: QtBot) -> None:
    left, before = grip(window, "left"), window.panel.width()
    drag(qtbot, left, QPoint(-60, 0))
    qtbot.waitUntil(lambda: window.panel.width() == before - 60)
    assert window.docks.chosen_width is not None
    qtbot.mouseDClick(left, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.panel.width() == before)
    assert window.docks.chosen_width is None
    qtbot.mouseClick(left, Qt.MouseButton.LeftButton)
    assert window.docks.chosen_width is None  # a click is no choice


def test_without_a_panel_there_is_no_strip(window: MainWindow, qtbot: QtBot) -> None:
    window.docks.show_only(window.chart)
    qtbot.waitUntil(lambda: not grip(window, "left").isVisible())
    window.docks.show_all()
    qtbot.waitUntil(grip(window, "left").isVisible)


def test_a_window_can_be_deleted_while_it_is_visible(qapp: QApplication, capfd: pytest.CaptureFixture[str]) -> None:
    window = MainWindow(["desk"], Desk().clock, load_theme("dark"))
    window.show()
    delete(window)
    assert "already deleted" not in capfd.readouterr().err
