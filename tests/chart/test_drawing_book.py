from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chart.test_drawings import T0
from ticker_gui.chart.drawing_book import MAX_PER_SYMBOL, DrawingBook, TooManyDrawingsError
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind

A, B = ("desk", "A"), ("desk", "B")


def level(name: str, price: float = 1.0) -> Drawing:
    return Drawing(name, DrawingKind.HORIZONTAL, Anchor(T0, price))


def test_each_symbol_has_its_drawings() -> None:
    book = DrawingBook()
    book.put("draw a line", A, level("a"))
    book.put("draw a line", B, level("b"))
    assert (book.of(A), book.of(B), book.of(("other", "A"))) == ((level("a"),), (level("b"),), ())
    assert book.changed == {A, B}
    assert (book.find(A, "a"), book.find(A, "b")) == (level("a"), None)


def test_a_drawing_with_a_known_id_replaces_the_other_one_in_its_place() -> None:
    book = DrawingBook()
    for name in ("a", "b"):
        book.put("draw", A, level(name))
    assert book.put("move", A, level("a", 5.0))
    assert book.of(A) == (level("a", 5.0), level("b"))


def test_an_edit_that_changes_nothing_is_not_a_step() -> None:
    book = DrawingBook()
    book.put("draw", A, level("a"))
    assert not book.put("move", A, level("a"))
    assert not book.remove("delete", A, ["x"])
    assert book.undo_text == "Undo: draw"


def test_all_drawings_are_deleted_and_come_back_in_one_step() -> None:
    book = DrawingBook()
    for name in ("a", "b", "c"):
        book.put("draw", A, level(name))
    book.remove("delete all", A, ["a", "b", "c"])
    assert not book.of(A)
    book.undo()
    assert len(book.of(A)) == 3


def test_a_symbol_has_a_limited_number_of_drawings() -> None:
    book = DrawingBook()
    for number in range(MAX_PER_SYMBOL):
        book.put("draw", A, level(str(number)))
    with pytest.raises(TooManyDrawingsError, match="100 drawings"):
        book.put("draw", A, level("one more"))
    assert book.put("move", A, level("5", 7.0))


def test_moves_by_keys_that_follow_each_other_are_one_step() -> None:
    book = DrawingBook()
    book.put("draw", A, level("a"))
    assert book.put("move", A, level("a", 2.0), by_key=True)
    assert not book.put("move", A, level("a", 3.0), by_key=True)
    book.undo()
    assert book.of(A) == (level("a"),)
    book.redo()
    assert book.of(A) == (level("a", 3.0),)
    assert book.put("move", A, level("a", 4.0))  # with the mouse


def test_moves_by_keys_are_two_steps_if_something_else_was_changed_in_between() -> None:
    book = DrawingBook()
    book.put("draw", A, level("a"))
    book.put("move", A, level("a", 2.0), by_key=True)
    book.forget_undone()
    assert book.put("move", A, level("a", 3.0), by_key=True)
    book.undo()
    book.redo()
    assert book.put("move", A, level("a", 4.0), by_key=True)


def test_a_new_step_or_another_change_of_the_window_ends_redo() -> None:
    for end in ("step", "window"):
        book = DrawingBook()
        book.put("draw", A, level("a"))
        book.undo()
        assert book.redo_text == "Redo: draw"
        if end == "step":
            book.put("draw", A, level("b"))
        else:
            book.forget_undone()
        assert (book.can_redo, book.redo_text, book.redo()) == (False, "Redo", None)


def test_restored_drawings_are_not_a_step() -> None:
    book = DrawingBook()
    book.restore({A: (level("a"),), B: ()})
    assert (book.of(A), book.can_undo, book.undo(), book.changed) == ((level("a"),), False, None, set())


changes = st.tuples(st.sampled_from([A, B]), st.sampled_from("abc"), st.floats(0, 9), st.booleans(), st.booleans())


@given(st.lists(changes, max_size=20), st.integers(0, 25))
def test_undo_and_redo_restore_every_state(
    script: list[tuple[tuple[str, str], str, float, bool, bool]], n: int
) -> None:
    book, states = DrawingBook(), list[object]([((), ())])
    for symbol, name, price, is_removal, by_key in script:
        before = (book.of(A), book.of(B))
        if is_removal:
            is_step = book.remove("delete", symbol, [name])
        else:
            is_step = book.put("move", symbol, level(name, price), by_key=by_key)
        after = (book.of(A), book.of(B))
        if is_step:
            states.append(after)
        else:
            states[-1] = after
            assert by_key or before == after
    undone = 0
    while undone < n and book.undo() is not None:
        undone += 1
        assert (book.of(A), book.of(B)) == states[-1 - undone]
    for left in range(undone, 0, -1):
        assert book.redo() is not None
        assert (book.of(A), book.of(B)) == states[-left]


def test_steps_describe_what_they_change() -> None:
    book = DrawingBook()
    book.put("draw a line", A, msgspec.structs.replace(level("a"), color="s1"))
    step = book.undo()
    assert step is not None
    assert (step.description, step.symbol, step.before) == ("draw a line", A, ())
