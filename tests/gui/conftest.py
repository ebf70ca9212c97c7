"""Fixtures for all tests of the user interface."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from ticker_gui.gui.widgets import paint_guard


@pytest.fixture(autouse=True)
def _no_window_dies_while_another_is_painted() -> Iterator[None]:
    """Delete the windows of a test at its end: otherwise Python may delete one in a later paintEvent and crash."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()


@pytest.fixture(autouse=True)
def paint_failures() -> Iterator[set[paint_guard.FailureKind]]:
    """Fail a test if a part could not be painted; a test that expects this clears the set at its end."""
    paint_guard.logged_kinds.clear()
    yield paint_guard.logged_kinds
    assert not paint_guard.logged_kinds
