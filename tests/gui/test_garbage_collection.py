from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.garbage_collection import GarbageCollector

MODULE = "ticker_gui.gui.garbage_collection"
MANY = 5_000


class Cycle:
    """Can be deleted by a garbage collection only."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _automatic() -> Iterator[None]:
    """Start with Python's automatic garbage collection, as a program does."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.enable()
    yield
    (gc.enable if was_enabled else gc.disable)()


def allocate_in_a_thread() -> None:
    thread = threading.Thread(target=lambda: [Cycle() for _ in range(MANY)])
    thread.start()
    thread.join()


def test_garbage_is_collected_in_the_gui_thread_although_others_allocate(qtbot: QtBot, qapp: QApplication) -> None:
    deleted_in: list[int] = []

    def leave_garbage() -> None:
        weakref.finalize(Cycle(), lambda: deleted_in.append(threading.get_ident()))

    leave_garbage()
    allocate_in_a_thread()
    assert threading.get_ident() not in deleted_in
    assert len(deleted_in) == 1, "Python collects in the thread that allocates; otherwise the collector is not needed"

    collector = GarbageCollector(qapp)
    collector.start()
    deleted_in.clear()
    leave_garbage()
    allocate_in_a_thread()
    assert not deleted_in
    qtbot.waitUntil(lambda: bool(deleted_in), timeout=30_000)
    assert deleted_in == [threading.get_ident()]
    collector.deleteLater()


def test_nothing_is_collected_while_little_was_allocated() -> None:
    gc.disable()
    gc.collect()
    assert GarbageCollector().collect_if_due() is None


def test_older_generations_are_collected_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.disable()
    gc.collect()
    monkeypatch.setattr(f"{MODULE}.time", SimpleNamespace(perf_counter=lambda: 0.0))
    collector = GarbageCollector()
    generations: list[int | None] = []
    kept: list[Any] = []
    for _ in range(300):
        kept.append([[] for _ in range(1_000)])
        generations.append(collector.collect_if_due())
    assert generations.count(2) < generations.count(1) < generations.count(0)
    assert generations.count(2) >= 1
    assert generations.count(1) >= 20


def test_full_collections_take_a_hundredth_of_the_time_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    now, spent = 0.0, 0.0

    def collect(generation: int) -> None:
        nonlocal now, spent
        took = 0.2 if generation == 2 else 0.0
        now, spent = now + took, spent + took

    monkeypatch.setattr(f"{MODULE}.time", SimpleNamespace(perf_counter=lambda: now))
    monkeypatch.setattr(f"{MODULE}.gc", SimpleNamespace(collect=collect, get_count=lambda: (10_000, 11, 11)))
    collector = GarbageCollector()
    for _ in range(1_000):
        collector.collect_if_due()
        now += 0.5
    assert 0 < spent <= 0.01 * now + 0.2


class Dialog(QDialog):
    """A dialog that only a garbage collection frees, because it is in a reference cycle."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.close_dialog = lambda: self.close()


def is_traversed(sought: object) -> bool:
    """Return whether garbage collections go through an object."""
    return any(one is sought for one in gc.get_objects())


def test_collections_skip_what_is_frozen_but_free_a_later_dialog(qtbot: QtBot, qapp: QApplication) -> None:
    window, collector = QWidget(), GarbageCollector(qapp)
    qtbot.addWidget(window)
    assert is_traversed(window)
    collector.freeze()
    assert not is_traversed(window)
    dialog = Dialog(window)
    closed = weakref.ref(dialog)
    dialog.close_dialog()
    dialog.setParent(None)
    dialog.deleteLater()
    del dialog
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert closed() is None
