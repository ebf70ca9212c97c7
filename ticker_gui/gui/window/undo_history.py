"""Undo and redo of the window: one order of steps for the lists, the drawings, the feeds and other parts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QObject, Signal

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.window.feed_commands import FeedCommands

_MAX_STEPS: Final = 1000  # more than all parts keep


class StepHistory(Protocol):
    """The history of one part of the window."""

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""

    @property
    def undo_text(self) -> str:
        """The text of the menu item for undo."""

    @property
    def redo_text(self) -> str:
        """The text of the menu item for redo."""

    def forget_undone(self) -> None:
        """Forget the steps that could be redone."""


class UndoablePart(Protocol):
    """A part of the window whose changes can be undone."""

    @property
    def history(self) -> StepHistory:
        """The history of the part."""

    def undo(self) -> None:
        """Undo the last step of this part, and display that."""

    def redo(self) -> None:
        """Redo the step of this part that was undone last, and display that."""


class UndoHistory(QObject):
    """The parts whose steps can be undone and redone, in the order of their steps.

    Signals:
        changed: another step is the next one to undo or redo.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done: deque[UndoablePart] = deque(maxlen=_MAX_STEPS)
        self._undone: list[UndoablePart] = []

    def record(self, part: UndoablePart) -> None:
        """Record that a part has done a step, after which nothing can be redone."""
        for other in {*self._done, *self._undone} - {part}:
            other.history.forget_undone()
        self._undone.clear()
        self._done.append(part)
        self.changed.emit()

    def undo(self) -> None:
        """Undo the last step of all parts, if there is one."""
        part = self._last(self._done, can="can_undo")
        if part is not None:
            self._done.pop()
            self._undone.append(part)
            part.undo()
            self.changed.emit()

    def redo(self) -> None:
        """Redo the step that was undone last, if there is one."""
        part = self._last(self._undone, can="can_redo")
        if part is not None:
            self._undone.pop()
            self._done.append(part)
            part.redo()
            self.changed.emit()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._last(self._done, can="can_undo") is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._last(self._undone, can="can_redo") is not None

    @property
    def undo_text(self) -> str:
        """The text of the menu item for undo."""
        part = self._last(self._done, can="can_undo")
        return "Undo" if part is None else part.history.undo_text

    @property
    def redo_text(self) -> str:
        """The text of the menu item for redo."""
        part = self._last(self._undone, can="can_redo")
        return "Redo" if part is None else part.history.redo_text

    @staticmethod
    def _last(parts: deque[UndoablePart] | list[UndoablePart], *, can: str) -> UndoablePart | None:
        """Return the part of the last step; steps that a part has forgotten meanwhile are left out."""
        while parts and not getattr(parts[-1].history, can):
            parts.pop()
        return parts[-1] if parts else None


class ListSteps:
    """The steps of the watchlists; their panel is shown when one of them is undone or redone."""

    def __init__(self, controller: WatchlistController, reveal: Callable[[], object]) -> None:
        self._controller, self._reveal = controller, reveal

    @property
    def history(self) -> StepHistory:
        """The history of the lists."""
        return self._controller.history

    def undo(self) -> None:
        """Undo the last change of the lists."""
        self._reveal()
        self._controller.undo()

    def redo(self) -> None:
        """Redo the change of the lists that was undone last."""
        self._reveal()
        self._controller.redo()


class FeedSteps:
    """The removal of the last feed that was removed: it can be undone, but not redone."""

    def __init__(self, commands: FeedCommands) -> None:
        self._commands = commands
        self.can_redo: Final = False
        self.redo_text: Final = "Redo"

    @property
    def history(self) -> StepHistory:
        """The history of the removals."""
        return self

    @property
    def can_undo(self) -> bool:
        """Whether there is a feed that can be brought back."""
        return bool(self._commands.removed_feed)

    @property
    def undo_text(self) -> str:
        """The text of the menu item for undo."""
        return f"Undo: remove the feed {sanitize_text(self._commands.removed_feed, 40)}"

    def undo(self) -> None:
        """Bring the feed back."""
        self._commands.undo()

    def redo(self) -> None:
        """Do nothing: a removal is requested again."""

    def forget_undone(self) -> None:
        """Do nothing: there is nothing to redo."""
