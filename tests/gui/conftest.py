"""What every test of the screen leaves behind: nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent


@pytest.fixture(autouse=True)
def _no_window_dies_while_another_is_painted() -> Iterator[None]:
    """Let the windows of a test go at its end: Python may else take one away inside a later paintEvent, and crash."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
