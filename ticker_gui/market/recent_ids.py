"""Which trades have been told already."""

from __future__ import annotations

from typing import Final

import numpy as np

WINDOW: Final = 1024
_NOTHING: Final = -1  # the one value that no hash has


class RecentIds:
    """Knows the last ``window`` identifiers again; they are texts, or numbers from 0 on.

    Identifiers mostly grow, and one that is greater than all before cannot have been told; only the others are
    looked for. What is kept are hashes in one plain array: a set of as many objects would take forty times the
    memory and, as the processor's caches go, twice the time.

    Where they are ``counted``, numbers without a gap, ``missed`` is how many of them have not come.
    """

    __slots__ = ("_array", "_greatest", "_is_counted", "_next", "_view", "_window", "missed")

    def __init__(self, window: int = WINDOW, *, counted: bool = False) -> None:
        self.missed = 0
        self._is_counted = counted
        self._window = window
        self._array = np.full(window, _NOTHING, np.int64)
        self._view = memoryview(self._array)  # type: ignore[arg-type]
        self._next = 0
        self._greatest = -(2**63)

    def stop_counting(self) -> None:
        """They are not what they were said to be."""
        self._is_counted = False
        self.missed = 0

    def is_new(self, identifier: int | str) -> bool:
        """Remember ``identifier`` and return whether it was not known."""
        key = hash(identifier)
        if key > self._greatest:
            if self._is_counted and 1 < key - self._greatest <= key:  # the first that ever comes follows none
                self.missed += key - self._greatest - 1
            self._greatest = key
        elif (self._array == key).any():
            return False
        elif self.missed:  # one of them, late
            self.missed -= 1
        place = self._next
        self._view[place] = key
        place += 1
        self._next = 0 if place == self._window else place
        return True
