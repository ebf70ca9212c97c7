from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.gui.window.undo_history import ListSteps, UndoHistory


class Part:
    """A part that counts; its history is the part itself."""

    def __init__(self, name: str, history: UndoHistory, limit: int = 100) -> None:
        self.name, self.limit = name, limit
        self.done: list[int] = []
        self.undone: list[int] = []
        self._window = history

    @property
    def history(self) -> Part:
        return self

    def do(self, number: int) -> None:
        self.done = [*self.done, number][-self.limit :]
        self.undone.clear()
        self._window.record(self)

    @property
    def can_undo(self) -> bool:
        return bool(self.done)

    @property
    def can_redo(self) -> bool:
        return bool(self.undone)

    @property
    def undo_text(self) -> str:
        return f"Undo: {self.name} {self.done[-1]}"

    @property
    def redo_text(self) -> str:
        return f"Redo: {self.name} {self.undone[-1]}"

    def undo(self) -> None:
        self.undone.append(self.done.pop())

    def redo(self) -> None:
        self.done.append(self.undone.pop())

    def forget_undone(self) -> None:
        self.undone.clear()


def test_steps_of_all_parts_are_undone_in_their_order() -> None:
    history = UndoHistory()
    lists, drawings = Part("list", history), Part("drawing", history)
    lists.do(1)
    drawings.do(2)
    lists.do(3)
    texts = []
    while history.can_undo:
        texts.append(history.undo_text)
        history.undo()
    assert texts == ["Undo: list 3", "Undo: drawing 2", "Undo: list 1"]
    texts = []
    while history.can_redo:
        texts.append(history.redo_text)
        history.redo()
    assert texts == ["Redo: list 1", "Redo: drawing 2", "Redo: list 3"]


def test_a_step_of_one_part_ends_redo_of_all() -> None:
    history = UndoHistory()
    lists, drawings = Part("list", history), Part("drawing", history)
    lists.do(1)
    history.undo()
    drawings.do(2)
    assert (history.can_redo, history.redo_text, lists.undone) == (False, "Redo", [])
    history.redo()
    assert lists.done == []


def test_steps_that_a_part_has_forgotten_are_left_out() -> None:
    history = UndoHistory()
    lists, drawings = Part("list", history, limit=1), Part("drawing", history)
    drawings.do(1)
    lists.do(2)
    lists.do(3)
    history.undo()
    history.undo()
    assert (lists.done, drawings.done) == ([], [])
    assert (history.can_undo, history.undo_text) == (False, "Undo")
    history.undo()


def test_every_change_is_reported() -> None:
    history, reports = UndoHistory(), []  # type: tuple[UndoHistory, list[str]]
    part = Part("list", history)
    history.changed.connect(lambda: reports.append(history.undo_text))
    part.do(1)
    history.undo()
    history.redo()
    assert reports == ["Undo: list 1", "Undo", "Undo: list 1"]


@given(st.lists(st.sampled_from(["lists", "drawings", "undo", "redo"]), max_size=40))
def test_undo_and_redo_behave_as_one_list_of_steps(script: list[str]) -> None:
    history = UndoHistory()
    parts = {name: Part(name, history) for name in ("lists", "drawings")}
    done, undone = list[tuple[str, int]](), list[tuple[str, int]]()
    for number, action in enumerate(script):
        if action in parts:
            parts[action].do(number)
            done.append((action, number))
            undone.clear()
        elif action == "undo":
            history.undo()
            if done:
                undone.append(done.pop())
        else:
            history.redo()
            if undone:
                done.append(undone.pop())
        for name, part in parts.items():
            assert part.done == [one for owner, one in done if owner == name]


def test_undoing_a_change_of_the_lists_shows_their_panel() -> None:
    calls: list[str] = []

    class Controller:
        history = Part("list", UndoHistory())

        def undo(self) -> None:
            calls.append("undo")

        def redo(self) -> None:
            calls.append("redo")

    controller: Any = Controller()
    steps = ListSteps(controller, lambda: calls.append("reveal"))
    steps.undo()
    steps.redo()
    assert calls == ["reveal", "undo", "reveal", "redo"]
    assert steps.history is controller.history
