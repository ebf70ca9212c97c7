"""The history of changes of the lists, for undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from ticker_gui.domain.undo_steps import UndoSteps
from ticker_gui.watchlist.lists import ListEntry, Lists, ListsError, merge_settings
from ticker_gui.watchlist.sorting import Sorting

MAX_STEPS: Final = 200


class ListStep(NamedTuple):
    """A change that can be undone or redone."""

    description: str
    lists: Lists  # before the step (undo) or after it (redo)
    unsorted: Sorting | None = None  # the sorting of the rows that the step has ended
    settings: tuple[ListEntry, ...] | None = None  # the symbols in the settings that the lists follow, if they have any


class ListHistory(UndoSteps[ListStep]):
    """The current lists and the last changes, each of which can be undone and redone.

    The ``description`` of a change completes a menu text: ``remove 3 symbols``. The lists also follow the symbols in
    the settings, which is not a step: feeds that were connected or removed since a step stay so when it is undone.
    """

    def __init__(self, lists: Lists, settings: tuple[ListEntry, ...] | None = None) -> None:
        super().__init__(MAX_STEPS)
        self.current = lists
        self._settings = settings
        self._base = ListStep("", lists, settings=settings)  # as of the last step, before the settings have changed

    def do(self, description: str, lists: Lists, unsorted: Sorting | None = None) -> None:
        """Record changed lists; nothing is recorded if they are equal to the current ones.

        ``unsorted`` is the sorting of the rows that this change ends.
        """
        if lists == self.current:
            return
        self.add(ListStep(description, self.current, unsorted, self._settings))
        self._set(lists)

    def amend(self, change: Callable[[Lists], Lists]) -> None:
        """Change the current lists as a part of the last step, which is undone with it."""
        self.current = change(self.current)
        self._base = self._base._replace(lists=change(self._base.lists))

    def follow_settings(self, settings: tuple[ListEntry, ...]) -> None:
        """Add the symbols that are new in the settings, and remove those that no longer are in them.

        If the settings were changed back since the last step, the lists are exactly those that they were.

        Raises:
            ListsError: the first list would be too long; it does not get the symbols.
        """
        self._settings = settings
        base, before = self._base.lists, self._base.settings
        self.current = base if before is None else merge_settings(base, before, settings)

    def undo(self) -> ListStep | None:
        """Undo the last change and return it, if there is one."""
        step = self.last
        if step is not None:
            self.note_undone(step._replace(lists=self.current, settings=self._settings))
            self._set(self._followed(step))
        return step

    def redo(self) -> ListStep | None:
        """Redo the change that was undone last and return it, if there is one."""
        step = self.next
        if step is not None:
            self.note_redone(step._replace(lists=self.current, settings=self._settings))
            self._set(self._followed(step))
        return step

    def _set(self, lists: Lists) -> None:
        self.current = lists
        self._base = ListStep("", lists, settings=self._settings)

    def _followed(self, step: ListStep) -> Lists:
        """Return the lists of a step with the changes of the settings since."""
        if step.settings is None or self._settings is None or step.settings == self._settings:
            return step.lists
        with suppress(ListsError):
            return merge_settings(step.lists, step.settings, self._settings)
        return step.lists
