from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.pane import Pane
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import load_theme

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier
VIEWPORT = Viewport(10.0, 20.0, -1.0, 1.0, 400.0, 200.0)


@pytest.fixture
def pane(qtbot: QtBot) -> Pane:
    pane = Pane()
    qtbot.addWidget(pane)
    pane.resize(464, 224)
    pane.set_colors(ChartColors(load_theme("dark")))
    pane.show_time_axis(True)
    pane.show()
    qtbot.waitUntil(lambda: pane.extent[0] > 300)
    return pane


def test_layers_are_painted_in_order_and_clipped_to_the_canvas(pane: Pane) -> None:
    width, height = pane.extent
    red, blue = QColor("#ff0000"), QColor("#0000ff")
    pane.draw(
        VIEWPORT,
        [
            lambda painter, viewport: painter.fillRect(-50, -50, 9000, 9000, red),
            lambda painter, viewport: painter.fillRect(0, 0, 20, 10, blue),
        ],
    )
    image = pane.grab().toImage()
    assert image.pixelColor(5, 5) == blue
    assert image.pixelColor(30, 5) == red
    assert image.pixelColor(round(width) - 2, round(height) - 2) == red
    assert image.pixelColor(round(width) + 5, 5) != red
    assert image.pixelColor(5, round(height) + 5) != red


def test_without_a_viewport_the_canvas_is_empty(pane: Pane) -> None:
    image = pane.grab().toImage()
    assert image.pixelColor(50, 50).name() == load_theme("dark").base


def test_the_time_axis_takes_space_only_if_it_is_visible(pane: Pane, qtbot: QtBot) -> None:
    assert pane.is_lowest
    height = pane.extent[1]
    with qtbot.waitSignal(pane.resized):
        pane.show_time_axis(False)
    assert pane.extent[1] > height
    assert not pane.is_lowest


def test_other_buttons_do_not_drag(pane: Pane, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(pane.panned), qtbot.assertNotEmitted(pane.released):
        QTest.mousePress(pane.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, QPoint(50, 50))
        QTest.mouseMove(pane.viewport(), QPoint(80, 50))
        QTest.mouseRelease(pane.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, QPoint(80, 50))


def mouse(pane: Pane, kind: QEvent.Type, x: int, button: Qt.MouseButton, buttons: Qt.MouseButton) -> None:
    at = QPointF(x, 50)
    where = QPointF(pane.viewport().mapToGlobal(at))
    QApplication.sendEvent(pane.viewport(), QMouseEvent(kind, at, where, button, buttons, NO_KEY))


def test_another_button_neither_ends_a_drag_nor_resets_the_chart(pane: Pane, qtbot: QtBot) -> None:
    mouse(pane, QEvent.Type.MouseButtonPress, 50, LEFT, LEFT)
    with qtbot.assertNotEmitted(pane.released), qtbot.assertNotEmitted(pane.reset):
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick):
            mouse(pane, kind, 50, Qt.MouseButton.MiddleButton, LEFT)
    with qtbot.waitSignal(pane.panned):
        mouse(pane, QEvent.Type.MouseMove, 80, Qt.MouseButton.NoButton, LEFT)


def test_a_drag_ends_although_its_release_went_elsewhere(pane: Pane, qtbot: QtBot) -> None:
    mouse(pane, QEvent.Type.MouseButtonPress, 50, LEFT, LEFT)
    with qtbot.waitSignal(pane.released), qtbot.assertNotEmitted(pane.panned):
        mouse(pane, QEvent.Type.MouseMove, 80, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton)
    assert not pane.is_dragged


def test_the_menu_is_requested_at_the_clicked_point(pane: Pane, qtbot: QtBot) -> None:
    where = pane.viewport().mapToGlobal(QPoint(40, 30))
    with qtbot.waitSignal(pane.menu_requested) as requested:
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(40, 30), where)
        QApplication.sendEvent(pane.viewport(), event)
    assert requested.args == [where]


def test_hover_signals_are_in_pixels_of_the_canvas(pane: Pane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.hovered) as hovered:
        QTest.mouseMove(pane.viewport(), QPoint(40, 30))
    assert hovered.args == [QPointF(40, 30)]
    for outside in (QPoint(round(pane.extent[0]) + 5, 30), QPoint(40, round(pane.extent[1]) + 5)):
        with qtbot.waitSignal(pane.hover_ended):
            QTest.mouseMove(pane.viewport(), outside)


def test_a_closed_pane_can_be_shown_again(pane: Pane) -> None:
    assert pane.close()
    assert not pane.isVisible()
    pane.draw(VIEWPORT, [lambda painter, viewport: painter.fillRect(0, 0, 20, 10, QColor("#ff0000"))])
    pane.show()
    assert pane.grab().toImage().pixelColor(5, 5) == QColor("#ff0000")


def test_the_mouse_no_longer_hovers_when_it_leaves_the_pane(pane: Pane) -> None:
    ends: list[int] = []
    pane.hover_ended.connect(lambda: ends.append(1))
    QTest.mouseMove(pane.viewport(), QPoint(40, 30))
    assert not ends
    QApplication.sendEvent(pane, QEvent(QEvent.Type.Leave))
    assert ends
