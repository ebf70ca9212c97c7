from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.window.main_window import MainWindow

_SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(qtbot: QtBot, window: MainWindow, *, back: bool = False) -> QWidget | None:
    qtbot.keyClick(window, Qt.Key.Key_F6, _SHIFT if back else Qt.KeyboardModifier.NoModifier)
    return QApplication.focusWidget()


def test_a_key_moves_the_focus_around_all_visible_areas(qtbot: QtBot, window: MainWindow) -> None:
    window.watchlist.setFocus()
    assert [press(qtbot, window) for _ in range(3)] == [window.chart, window.add_field, window.watchlist]
    assert [press(qtbot, window, back=True) for _ in range(2)] == [window.add_field, window.chart]
    window.docks.open(window.details)
    window.chart.setFocus()
    found = press(qtbot, window)
    assert found is not None
    assert window.details.isAncestorOf(found) or found is window.details
    assert press(qtbot, window) is window.add_field


def test_hidden_areas_are_left_out(qtbot: QtBot, window: MainWindow) -> None:
    window.docks.show_only(window.panel)
    window.watchlist.setFocus()
    assert [press(qtbot, window) for _ in range(2)] == [window.add_field, window.watchlist]


def test_tab_never_leads_to_a_control_that_is_not_displayed(qtbot: QtBot, window: MainWindow) -> None:
    window.watchlist.setFocus()
    qtbot.waitUntil(lambda: not _hidden_tab_bars(window))
    seen: list[QWidget] = []
    for _ in range(60):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert window.rect().contains(focus.mapTo(window, QPoint(0, 0))), focus
        if focus in seen:
            break
        seen.append(focus)
    assert window.chart in seen
    assert window.chart.price not in seen  # the chart is one stop
    names = [one.objectName() for one in seen]
    assert names.index("range_All") < names.index("time_zone") < names.index("scale_auto")


def _hidden_tab_bars(window: MainWindow) -> list[QTabBar]:
    bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    hidden = (bar for bar in bars if not window.rect().intersects(bar.geometry()))
    return [bar for bar in hidden if bar.focusPolicy() is not Qt.FocusPolicy.NoFocus]
