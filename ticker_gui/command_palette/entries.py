"""The entries of the command palette, and their groups."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple


class Group(IntEnum):
    """The groups of entries, in their order on the screen."""

    RECENT = 0
    SYMBOLS = 1
    COMMANDS = 2
    LISTS = 3
    CHART = 4
    SETTINGS = 5

    @property
    def title(self) -> str:
        """The title above the group."""
        return self.name.capitalize()


class Entry(NamedTuple):
    """An item that the user can choose; ``run`` does what its title says.

    ``id`` stays the same between runs of the program. ``detail`` is shown beside the title, ``key`` is its shortcut,
    ``keywords`` are also searched, and ``reason`` says why it cannot be run now. A fallback matches
    everything, but all entries whose words match are before it. ``icon`` is its name, if it is not that of its group.
    """

    id: str
    group: Group
    title: str
    run: Callable[[], object]
    detail: str = ""
    key: str = ""
    keywords: str = ""
    reason: str = ""
    is_fallback: bool = False
    icon: str = ""
