"""Collects garbage in the GUI thread only; Python would do it in any thread and at any time."""

from __future__ import annotations

import gc
import time
from typing import Final

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MS: Final = 500
# Thresholds of a collection, as in Python: new objects, and collections of the next younger generation.
_YOUNG_OBJECTS: Final = 700
_COLLECTIONS: Final = 10
_MAX_FULL_SHARE: Final = 0.01  # of the time may be spent on collections of all objects


class GarbageCollector(QObject):
    """Replaces Python's automatic garbage collection, which a window does not survive.

    Python collects in whichever thread allocates. A widget in a reference cycle is then deleted in a thread that is not
    Qt's, or in the middle of a handler while Qt goes through all widgets; both end the program.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._next_full = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.collect_if_due)

    def start(self) -> None:
        """Start collecting."""
        gc.disable()
        self._timer.start()

    def freeze(self) -> None:
        """Leave out all objects that exist now: the window stays, and going through it would block the loop.

        Later ones, such as dialogs, are garbage one day, which is never collected once it is frozen.
        """
        gc.freeze()

    def collect_if_due(self) -> int | None:
        """Collect the oldest generation that is due, with all younger ones, and return its number."""
        generation = self._due_generation()
        if generation is None:
            return None
        start = time.perf_counter()
        gc.collect(generation)
        if generation == 2:
            end = time.perf_counter()
            self._next_full = end + (end - start) / _MAX_FULL_SHARE
        return generation

    def _due_generation(self) -> int | None:
        objects, collections, middle_collections = gc.get_count()
        if middle_collections > _COLLECTIONS and time.perf_counter() >= self._next_full:
            return 2
        if collections > _COLLECTIONS:
            return 1
        return 0 if objects > _YOUNG_OBJECTS else None
