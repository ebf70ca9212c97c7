from __future__ import annotations

from typing import NamedTuple

from ticker_gui.domain.undo_steps import UndoSteps


class Step(NamedTuple):
    description: str


def test_the_last_steps_are_undone_and_redone_in_order() -> None:
    steps = UndoSteps[Step](2)
    assert (steps.undo_text, steps.redo_text, steps.can_undo, steps.can_redo) == ("Undo", "Redo", False, False)
    for name in "abc":
        steps.add(Step(name))
    undone = []
    while (last := steps.last) is not None:
        undone.append(last.description)
        steps.note_undone(last)
    assert undone == ["c", "b"]  # the oldest step was dropped
    assert (steps.undo_text, steps.redo_text) == ("Undo", "Redo: b")
    following = steps.next
    assert following is not None
    steps.note_redone(Step("b again"))
    assert (steps.undo_text, steps.redo_text) == ("Undo: b again", "Redo: c")


def test_another_step_or_another_change_ends_redoing() -> None:
    steps = UndoSteps[Step](9)
    for end in (lambda: steps.add(Step("b")), lambda: steps.replace_last(Step("c")), steps.forget_undone):
        steps.add(Step("a"))
        steps.add(Step("a"))
        steps.note_undone(Step("a"))
        assert steps.can_redo
        end()
        assert not steps.can_redo


def test_a_step_that_continues_the_last_one_replaces_it() -> None:
    steps = UndoSteps[Step](9)
    steps.add(Step("a"))
    steps.replace_last(Step("b"))
    assert steps.undo_text == "Undo: b"
    steps.note_undone(Step("b"))
    assert not steps.can_undo
