"""Which trades have been told already."""

from __future__ import annotations

from typing import Final

import numpy as np

WINDOW: Final = 1024
_TELLING_JUMPS: Final = 50
_STEPS_A_JUMP: Final = 10  # at least, of numbers that count what they are said to count
_TELLING_FALLS: Final = 64
_NOTHING: Final = -1  # the one value that no hash has


class RecentIds:
    """Knows the last ``window`` identifiers again; they are texts, or numbers from 0 on.

    Identifiers mostly grow, and one that is greater than all before cannot have been told; only the others are
    looked for. What is kept are hashes in one plain array: a set of as many objects would take forty times the
    memory and, as the processor's caches go, twice the time.

    Where they are ``counted``, numbers without a gap, ``missed`` is how many of them have not come. A server that was
    restarted may count anew: that is found out by many lower numbers in a row, or told by `begin_anew`.
    """

    __slots__ = (
        "_array",
        "_fallen_below",
        "_falls",
        "_first",
        "_greatest",
        "_is_counted",
        "_jumps",
        "_next",
        "_view",
        "_window",
        "missed",
    )

    def __init__(self, window: int = WINDOW, *, counted: bool = False) -> None:
        self.missed = 0
        self._is_counted = counted
        self._first = self._jumps = 0
        self._falls = self._fallen_below = 0
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
        else:
            self._note_lower(key)
        place = self._next
        self._view[place] = key
        place += 1
        self._next = 0 if place == self._window else place
        return True

    def is_greatest(self, identifier: int | str) -> bool:
        """Return whether no greater one has been told."""
        return hash(identifier) == self._greatest

    def begin_anew(self, identifier: int | str) -> None:
        """Forget all but this one: the server counts anew from here."""
        self._array.fill(_NOTHING)
        self._next = 1 % self._window
        self._view[0] = self._first = self._greatest = hash(identifier)
        self.missed = self._jumps = 0

    def _note_lower(self, key: int) -> None:
        """Take in a number below the greatest: one that was missed and comes late, or one of a new count."""
        if self.missed:
            self.missed -= 1
            return
        self._falls = self._falls + 1 if self._fallen_below == self._greatest else 1
        self._fallen_below = self._greatest
        if self._falls >= _TELLING_FALLS:
            self._falls = self._jumps = 0
            self._first = self._greatest = key

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
