"""Steps that can be undone and redone: what the histories of lists, drawings and alerts have in common."""

from __future__ import annotations

from collections import deque
from typing import Generic, Protocol, TypeVar


class DescribedStep(Protocol):
    """A change with a description that completes a menu text, such as ``remove 3 symbols``."""

    @property
    def description(self) -> str:
        """What the change does."""


StepT = TypeVar("StepT", bound=DescribedStep)


class UndoSteps(Generic[StepT]):
    """The last steps, and those that were undone since. The owner applies them."""

    def __init__(self, max_steps: int) -> None:
        self._done: deque[StepT] = deque(maxlen=max_steps)
        self._undone: list[StepT] = []

    @property
    def last(self) -> StepT | None:
        """The step that would be undone; None if there is none."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> StepT | None:
        """The step that would be redone; None if there is none."""
        return self._undone[-1] if self._undone else None

    def add(self, step: StepT) -> None:
        """Add a step that was done, after which the undone ones cannot be redone."""
        self._done.append(step)
        self._undone.clear()

    def replace_last(self, step: StepT) -> None:
        """Put a step in place of the last one, which it continues."""
        self._done[-1] = step
        self._undone.clear()

    def note_undone(self, step: StepT) -> None:
        """Note that the last step was undone; ``step`` redoes it."""
        self._done.pop()
        self._undone.append(step)

    def note_redone(self, step: StepT) -> None:
        """Note that the next step was redone; ``step`` undoes it."""
        self._undone.pop()
        self._done.append(step)

    def forget_undone(self) -> None:
        """Forget the steps that could be redone, because something else was changed."""
        self._undone.clear()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._undone)

    @property
    def undo_text(self) -> str:
        """The text of the menu item for undo."""
        return "Undo" if self.last is None else f"Undo: {self.last.description}"

    @property
    def redo_text(self) -> str:
        """The text of the menu item for redo."""
        return "Redo" if self.next is None else f"Redo: {self.next.description}"
