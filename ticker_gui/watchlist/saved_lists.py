"""The saved state of the lists, and which changes of which program it contains."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

import msgspec

from ticker_gui.watchlist.lists import ListEntry, Lists
from ticker_gui.watchlist.merging import merge

_MAX_PROGRAMS: Final = 16
_MAX_VERSIONS: Final = 32


class SavedLists(msgspec.Struct, frozen=True):
    """Saved state: the lists, the index of the active one, and the symbols of the settings at that time.

    ``seen`` is the number of the last change that each program has saved, by a name for each run of the program. A file
    with a number contains that change or was made from a file that did.
    """

    version: int = 1
    lists: Lists | None = None
    shown: int = 0
    settings: tuple[ListEntry, ...] = ()
    seen: dict[str, int] = {}


class KnownVersions:
    """The versions of the lists that this run has read and written, to find out what another program has changed."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._count = 0
        self._seen: dict[str, int] = {}
        self._known: deque[SavedLists] = deque(maxlen=_MAX_VERSIONS)

    def record(self, state: SavedLists) -> None:
        """Record a version that was read or written."""
        self._known.append(state)
        self._seen.update(state.seen)

    def numbered(self, state: SavedLists) -> SavedLists:
        """Return the state as the next version of this run."""
        self._count += 1
        others = [(run, number) for run, number in self._seen.items() if run != self._run]
        seen = dict([*others[1 - _MAX_PROGRAMS :], (self._run, self._count)])
        return msgspec.structs.replace(state, seen=seen)

    def merge(self, ours: SavedLists, theirs: SavedLists) -> SavedLists:
        """Return our state with the changes that another program has made to the last version that it had read.

        Raises:
            ListsError: the result would exceed a limit.
        """
        if ours.lists is None or theirs.lists is None:
            return ours
        lists = merge(self._base(theirs.seen), ours.lists, theirs.lists)
        active = ours.lists.lists[min(max(ours.shown, 0), len(ours.lists.lists) - 1)].name
        names = [named.name for named in lists.lists]
        shown = names.index(active) if active in names else min(ours.shown, len(names) - 1)
        return msgspec.structs.replace(ours, lists=lists, shown=shown)

    def _base(self, seen: Mapping[str, int]) -> Lists | None:
        """Return the last version whose changes are all contained in a file; None if there is none.

        A program that has not read our changes has not removed them, even if they are not in its file.
        """
        for known in reversed(self._known):
            if all(seen.get(run, 0) >= number for run, number in known.seen.items()):
                return known.lists
        return None
