"""What every test of the screen leaves behind: nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from tests.conftest import without_garbage
from ticker_gui.gui.widgets import paint_guard


@pytest.fixture(autouse=True)
def _no_window_dies_while_another_is_painted() -> Iterator[None]:
    """Let the windows of a test go at its end: Python may else take one away inside a later paintEvent, and crash."""
    with without_garbage():
        yield
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(autouse=True)
def paint_failures() -> Iterator[set[paint_guard.FailureKind]]:
    """Fail a test in which something could not be painted; one that wants that clears this set at its end."""
    paint_guard.logged_kinds.clear()
    yield paint_guard.logged_kinds
    assert not paint_guard.logged_kinds
