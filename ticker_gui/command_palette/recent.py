"""The entries that were used last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MAX_RECENT: Final = 20
MAX_ID_LENGTH: Final = 200


class RecentEntries:
    """The ids of the entries that were used last, newest first; at most `MAX_RECENT`."""

    def __init__(self) -> None:
        self.ids: tuple[str, ...] = ()

    def add(self, entry_id: str) -> None:
        """Note that an entry was used; one with a very long id is not noted."""
        self.restore((entry_id, *self.ids))

    def restore(self, ids: Iterable[str]) -> None:
        """Set all ids, newest first; those that are too long or too many are dropped."""
        valid = (entry_id for entry_id in ids if 0 < len(entry_id) <= MAX_ID_LENGTH)
        self.ids = tuple(dict.fromkeys(valid))[:MAX_RECENT]
