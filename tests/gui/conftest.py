"""Fixtures for all tests of the user interface."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.conftest import delete_windows
from ticker_gui.gui.widgets import paint_guard


@pytest.fixture(autouse=True)
def _no_window_dies_while_another_is_painted() -> Iterator[None]:
    """Delete the windows of a test at its end: otherwise Python may delete one in a later paintEvent and crash."""
    yield
    delete_windows()


@pytest.fixture(autouse=True)
def _nothing_is_pressed_or_pointed_at(qapp: QApplication) -> None:
    """Undo what the test before has left: the pointer where a window will be shown, or a key or a button that is held."""
    if QApplication.mouseButtons() or QApplication.keyboardModifiers():
        elsewhere = QWidget()
        elsewhere.show()
        for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            QTest.mouseRelease(elsewhere, button)
        elsewhere.deleteLater()
    QCursor.setPos(QPoint(100_000, 100_000))
    qapp.processEvents()
    assert not QApplication.mouseButtons()
    assert not QApplication.keyboardModifiers()


@pytest.fixture(autouse=True)
def paint_failures() -> Iterator[set[paint_guard.FailureKind]]:
    """Fail a test if a part could not be painted; a test that expects this clears the set at its end."""
    paint_guard.logged_kinds.clear()
    yield paint_guard.logged_kinds
    assert not paint_guard.logged_kinds
