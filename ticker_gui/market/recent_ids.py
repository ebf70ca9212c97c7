"""Which trades have been told already."""

from __future__ import annotations

from typing import Final

import numpy as np

WINDOW: Final = 1024
_TELLING_JUMPS: Final = 50
_STEPS_A_JUMP: Final = 10  # at least, of numbers that count what they are said to count
_NOTHING: Final = -1  # the one value that no hash has


class RecentIds:
    """Knows the last ``window`` identifiers again; they are texts, or numbers from 0 on.

    Identifiers mostly grow, and one that is greater than all before cannot have been told; only the others are
    looked for. What is kept are hashes in one plain array: a set of as many objects would take forty times the
    memory and, as the processor's caches go, twice the time.

    Where they are ``counted``, numbers without a gap, ``missed`` is how many of them have not come.
    """

    __slots__ = ("_array", "_first", "_greatest", "_is_counted", "_jumps", "_next", "_view", "_window", "missed")

    def __init__(self, window: int = WINDOW, *, counted: bool = False) -> None:
        self.missed = 0
        self._is_counted = counted
        self._first = self._jumps = 0
        self._window = window
        self._array = np.full(window, _NOTHING, np.int64)
        self._view = memoryview(self._array)  # type: ignore[arg-type]
        self._next = 0
        self._greatest = -(2**63)

    def is_new(self, identifier: int | str) -> bool:
        """Remember ``identifier`` and return whether it was not known."""
        key = hash(identifier)
        if key > self._greatest:
            if self._is_counted and key - self._greatest != 1:
                self._count(key)
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

    def _count(self, key: int) -> None:
        """Take in a number that does not follow the greatest one."""
        if self._greatest < 0:  # it follows none
            self._first = key
            return
        self.missed += key - self._greatest - 1
        self._jumps += 1
        came = key - self._first - self.missed
        if self._jumps >= _TELLING_JUMPS and self._jumps * _STEPS_A_JUMP > came:
            self._is_counted = False
            self.missed = 0
