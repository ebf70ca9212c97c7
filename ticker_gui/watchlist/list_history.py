"""The history of changes of the lists, for undo and redo."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from ticker_gui.watchlist.lists import Lists
from ticker_gui.watchlist.sorting import Sorting

MAX_STEPS: Final = 200


class Step(NamedTuple):
    """A change that can be undone or redone."""

    description: str
    lists: Lists  # before the step (undo) or after it (redo)
    unsorted: Sorting | None = None  # the sorting of the rows that the step has ended


class History:
    """The current lists and the last changes, each of which can be undone and redone.

    The ``description`` of a change completes a menu text: ``remove 3 symbols``.
    """

    def __init__(self, lists: Lists) -> None:
        self.current = lists
        self._done: deque[Step] = deque(maxlen=MAX_STEPS)
        self._undone: list[Step] = []

    def do(self, description: str, lists: Lists, unsorted: Sorting | None = None) -> None:
        """Record changed lists; nothing is recorded if they are equal to the current ones.

        ``unsorted`` is the sorting of the rows that this change ends.
        """
        if lists == self.current:
            return
        self._done.append(Step(description, self.current, unsorted))
        self._undone.clear()
        self.current = lists

    def amend(self, change: Callable[[Lists], Lists]) -> None:
        """Change the current lists as a part of the last step, which is undone with it."""
        self.current = change(self.current)

    def undo(self) -> Step | None:
        """Undo the last change and return it, if there is one."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step._replace(lists=self.current))
        self.current = step.lists
        return step

    def redo(self) -> Step | None:
        """Redo the change that was undone last and return it, if there is one."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step._replace(lists=self.current))
        self.current = step.lists
        return step

    def forget_undone(self) -> None:
        """Forget the changes that could be redone, because something else was changed."""
        self._undone.clear()

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to redo."""
        return bool(self._undone)

    @property
    def undo_text(self) -> str:
        """The text of the menu item for undo."""
        return f"Undo: {self._done[-1].description}" if self._done else "Undo"

    @property
    def redo_text(self) -> str:
        """The text of the menu item for redo."""
        return f"Redo: {self._undone[-1].description}" if self._undone else "Redo"
