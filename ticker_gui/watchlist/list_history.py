"""The history of changes of the lists, for undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from ticker_gui.domain.undo_steps import UndoSteps
from ticker_gui.watchlist.lists import Lists
from ticker_gui.watchlist.sorting import Sorting

MAX_STEPS: Final = 200


class Step(NamedTuple):
    """A change that can be undone or redone."""

    description: str
    lists: Lists  # before the step (undo) or after it (redo)
    unsorted: Sorting | None = None  # the sorting of the rows that the step has ended


class History(UndoSteps[Step]):
    """The current lists and the last changes, each of which can be undone and redone.

    The ``description`` of a change completes a menu text: ``remove 3 symbols``.
    """

    def __init__(self, lists: Lists) -> None:
        super().__init__(MAX_STEPS)
        self.current = lists

    def do(self, description: str, lists: Lists, unsorted: Sorting | None = None) -> None:
        """Record changed lists; nothing is recorded if they are equal to the current ones.

        ``unsorted`` is the sorting of the rows that this change ends.
        """
        if lists == self.current:
            return
        self.add(Step(description, self.current, unsorted))
        self.current = lists

    def amend(self, change: Callable[[Lists], Lists]) -> None:
        """Change the current lists as a part of the last step, which is undone with it."""
        self.current = change(self.current)

    def undo(self) -> Step | None:
        """Undo the last change and return it, if there is one."""
        step = self.last
        if step is not None:
            self.note_undone(step._replace(lists=self.current))
            self.current = step.lists
        return step

    def redo(self) -> Step | None:
        """Redo the change that was undone last and return it, if there is one."""
        step = self.next
        if step is not None:
            self.note_redone(step._replace(lists=self.current))
            self.current = step.lists
        return step
