"""The history of changes of the lists, for undo and redo."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from ticker_gui.watchlist.lists import Lists

MAX_STEPS: Final = 200


class _Step(NamedTuple):
    description: str
    lists: Lists  # before the step (undo) or after it (redo)


class History:
    """The current lists and the last changes, each of which can be undone and redone.

    The ``description`` of a change completes a menu text: ``remove 3 symbols``.
    """

    def __init__(self, lists: Lists) -> None:
        self.current = lists
        self._done: deque[_Step] = deque(maxlen=MAX_STEPS)
        self._undone: list[_Step] = []

    def do(self, description: str, lists: Lists) -> None:
        """Record changed lists; nothing is recorded if they are equal to the current ones."""
        if lists == self.current:
            return
        self._done.append(_Step(description, self.current))
        self._undone.clear()
        self.current = lists

    def amend(self, change: Callable[[Lists], Lists]) -> None:
        """Change the current lists as a part of the last step, which is undone with it."""
        self.current = change(self.current)

    def undo(self) -> str:
        """Undo the last change; return its description, or an empty text if there is none."""
        if not self._done:
            return ""
        step = self._done.pop()
        self._undone.append(_Step(step.description, self.current))
        self.current = step.lists
        return step.description

    def redo(self) -> str:
        """Redo the change that was undone last; return its description, or an empty text if there is none."""
        if not self._undone:
            return ""
        step = self._undone.pop()
        self._done.append(_Step(step.description, self.current))
        self.current = step.lists
        return step.description

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
