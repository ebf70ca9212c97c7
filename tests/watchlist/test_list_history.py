from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.watchlist.list_history import MAX_STEPS, ListHistory, ListStep
from ticker_gui.watchlist.lists import ListEntry, Lists, NamedList
from ticker_gui.watchlist.sorting import Sorting


def lists(letters: str = "ABCDE") -> Lists:
    return Lists((NamedList("One", tuple(ListEntry("desk", letter) for letter in letters)),))


def shown(it: Lists) -> str:
    return "".join(entry.symbol for entry in it.lists[0].display_order)


def described(step: ListStep | None) -> str:
    return "" if step is None else step.description


def test_history_describes_the_next_undo_and_redo() -> None:
    history = ListHistory(lists())
    assert (history.can_undo, history.can_redo, history.undo_text, history.redo_text) == (False, False, "Undo", "Redo")
    assert (history.undo(), history.redo()) == (None, None)
    history.do("nothing", lists())
    assert not history.can_undo
    history.do("remove 3 symbols", lists("AB"))
    assert history.undo_text == "Undo: remove 3 symbols"
    assert described(history.undo()) == "remove 3 symbols"
    assert (history.can_undo, history.redo_text, shown(history.current)) == (False, "Redo: remove 3 symbols", "ABCDE")
    assert (described(history.redo()), shown(history.current)) == ("remove 3 symbols", "AB")


def test_a_new_change_clears_the_redo_steps() -> None:
    history = ListHistory(lists("A"))
    history.do("add B", lists("AB"))
    history.undo()
    history.do("add C", lists("AC"))
    assert not history.can_redo
    assert (described(history.undo()), shown(history.current)) == ("add C", "A")


def test_history_is_bounded() -> None:
    history = ListHistory(Lists())
    for number in range(MAX_STEPS + 50):
        history.do(f"rename {number}", history.current.rename(0, str(number)))
    undone = 0
    while history.undo():
        undone += 1
    assert (undone, history.current.lists[0].name) == (MAX_STEPS, "49")


def test_a_step_keeps_the_sorting_that_it_has_ended() -> None:
    history, sorting = ListHistory(lists("AB")), Sorting("last")
    history.do("move B", lists("BA"), sorting)
    for _ in range(2):
        undone, redone = history.undo(), history.redo()
        assert undone is not None
        assert redone is not None
        assert (undone.unsorted, redone.unsorted) == (sorting, sorting)


def entries(letters: str) -> tuple[ListEntry, ...]:
    return tuple(ListEntry("desk", letter) for letter in letters)


def test_undo_keeps_the_symbols_of_a_feed_that_was_connected_since() -> None:
    history = ListHistory(lists("AB"), entries("AB"))
    history.do("add X", lists("ABX"))
    history.follow_settings(entries("ABCD"))
    assert shown(history.current) == "ABXCD"
    history.undo()
    assert (shown(history.current), history.can_undo) == ("ABCD", False)
    history.redo()
    assert shown(history.current) == "ABXCD"


def test_undo_does_not_bring_back_the_symbols_of_a_feed_that_was_removed_since() -> None:
    history = ListHistory(lists("AB"), entries("AB"))
    history.do("add X", lists("ABX"))
    history.follow_settings(entries("A"))
    history.undo()
    assert shown(history.current) == "A"


def test_a_feed_that_comes_back_has_its_rows_where_they_were_and_its_folded_sections() -> None:
    history = ListHistory(lists("ABC").add_section(0, "Mine", entries("B")), entries("ABC"))
    history.amend(lambda current: current.fold_section(0, "Mine", True))
    before = history.current
    history.follow_settings(entries("AC"))
    assert "B" not in shown(history.current)
    history.follow_settings(entries("ABC"))
    assert history.current == before


def test_an_amendment_is_a_part_of_the_last_step() -> None:
    history = ListHistory(lists("AB"))
    history.do("add a section", history.current.add_section(0, "Mine", entries("B")))
    history.amend(lambda current: current.fold_section(0, "Mine", True))
    (section,) = history.current.lists[0].sections
    assert section.is_folded
    assert history.undo_text == "Undo: add a section"
    history.undo()
    assert (history.current, history.can_undo) == (lists("AB"), False)
    history.redo()
    (section,) = history.current.lists[0].sections
    assert section.is_folded


@given(st.lists(st.one_of(st.sets(st.sampled_from("ABCD")), st.sampled_from(["undo", "redo", "X", "Y"])), max_size=20))
def test_the_lists_always_have_exactly_the_symbols_of_the_settings_and_those_of_the_steps(
    changes: list[set[str] | str],
) -> None:
    history, settings, done, undone = ListHistory(lists("AB"), entries("AB")), set("AB"), list[str](), list[str]()
    for change in changes:
        match change:
            case "undo":
                history.undo()
                undone += [done.pop()] if done else []
            case "redo":
                history.redo()
                done += [undone.pop()] if undone else []
            case str():
                if change not in done:
                    history.do(f"add {change}", history.current.add(0, entries(change)))
                    done, undone = [*done, change], []
            case _:
                settings = change
                history.follow_settings(entries("".join(sorted(change))))
        assert set(shown(history.current)) == settings.union(done)
