from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.watchlist.list_history import ListHistory
from ticker_gui.watchlist.lists import (
    MAX_ENTRIES,
    MAX_LISTS,
    MAX_SECTIONS,
    NAME_LENGTH,
    ListEntry,
    Lists,
    ListsError,
    NamedList,
    Section,
    describe_addition,
    describe_held,
    describe_symbols,
    merge_settings,
)
from ticker_gui.watchlist.section_layout import Heading

A, B, C, D, E = (ListEntry("desk", symbol) for symbol in "ABCDE")
LETTERS = {entry.symbol: entry for entry in (A, B, C, D, E)}


def these(letters: str) -> list[ListEntry]:
    return [LETTERS[letter] for letter in letters]


def lists(letters: str = "ABCDE", pinned: str = "") -> Lists:
    return Lists((NamedList("One", tuple(these(letters)), tuple(these(pinned))), NamedList("Two", (A,))))


def shown(of: Lists, index: int = 0) -> str:
    return "".join(entry.symbol for entry in of.lists[index].display_order)


def test_symbols_are_added_once_at_the_end() -> None:
    assert shown(lists("AB").add(0, [B, C, C])) == "ABC"
    assert shown(lists("AB", pinned="AB").add(0, [D, A, C])) == "ABDC"
    assert shown(lists("").add(0, [C])) == "C"


def test_symbols_are_removed_from_one_list_only() -> None:
    it = lists("ABC", pinned="A").remove(0, [A, C])
    assert (shown(it), it.lists[0].pinned, shown(it, 1)) == ("B", (), "A")


def test_symbols_added_since_an_earlier_time_are_known() -> None:
    before = lists("ABC")
    assert before.add(0, [D, A, E]).added_since(0, before) == [D, E]
    assert before.add(0, [D]).rename(0, "Other").added_since(0, before) == []


@pytest.mark.parametrize(
    ("moved", "before", "order"),
    [("D", "B", "ADBCE"), ("A", None, "BCDEA"), ("DB", "A", "BDACE"), ("AB", "E", "CDABE"), ("BC", "B", "ABCDE"),
     ("BD", "B", "ABDCE"), ("A", "A", "ABCDE"), ("", "A", "ABCDE"), ("DE", "E", "ABCDE")],
)  # fmt: skip
def test_symbols_are_moved_as_a_block(moved: str, before: str | None, order: str) -> None:
    assert shown(lists().move(0, these(moved), LETTERS[before] if before else None)) == order


@pytest.mark.parametrize(
    ("moved", "up", "down"),
    [("C", "ACBDE", "ABDCE"), ("A", "ABCDE", "BACDE"), ("E", "ABCED", "ABCDE"), ("BC", "BCADE", "ADBCE"),
     ("BD", "BADCE", "ACBED"), ("AC", "ACBDE", "BADCE"), ("DE", "ABDEC", "ABCDE")],
)  # fmt: skip
def test_shifting_moves_each_block_by_one_row(moved: str, up: str, down: str) -> None:
    assert shown(lists().shift(0, these(moved), -1)) == up
    assert shown(lists().shift(0, these(moved), 1)) == down


def test_pinned_symbols_come_first_and_return_when_unpinned() -> None:
    it = lists().pin(0, [D, B])
    assert shown(it) == "BDACE"
    assert shown(it.pin(0, [A])) == "BDACE"
    assert it.pin(0, [A]).lists[0].pinned == (B, D, A)
    assert shown(it.unpin(0, [B])) == "DABCE"
    assert shown(it.unpin(0, [B, D])) == "ABCDE"


def test_pinned_symbols_stay_at_the_top_when_moved() -> None:
    it = lists(pinned="DE")
    assert shown(it) == "DEABC"
    assert shown(it.move(0, [D], None)) == "EDABC"
    assert shown(it.move(0, [C], D)) == "DECAB"
    assert shown(it.shift(0, [A, D], -1)) == "DEABC"
    assert shown(it.shift(0, [A, D], 1)) == "EDBAC"
    assert shown(it.move(0, [C], A).unpin(0, [D, E])) == "CABDE"


def test_names_of_lists_are_unique() -> None:
    it = Lists().new().new().new("  My \n list\u202e ").new("My   list").new("Watchlist 2")
    assert [named.name for named in it.lists] == [
        "Watchlist", "Watchlist 2", "Watchlist 3", "My   list", "My   list 2", "Watchlist 4",
    ]  # fmt: skip
    assert it.rename(0, "Watchlist 3").lists[0].name == "Watchlist 5"
    assert it.rename(0, "Watchlist") is it
    assert it.rename(3, "").lists[3].name == "Watchlist 5"
    long = Lists().rename(0, "x" * 99).new("x" * 99)
    assert [len(named.name) for named in long.lists] == [NAME_LENGTH, NAME_LENGTH]
    assert Lists().rename(0, "e\u200b\u0301").lists[0].name == "é"


def test_as_many_sections_as_possible_may_have_one_long_name() -> None:
    it = Lists((NamedList(sections=tuple(Section(str(number)) for number in range(MAX_SECTIONS))),))
    for number in range(MAX_SECTIONS):
        it = it.rename_section(0, str(number), "x" * 99)
    names = {section.name for section in it.lists[0].sections}
    assert len(names) == MAX_SECTIONS
    assert {len(name) for name in names} == {NAME_LENGTH}


def test_deleting_the_last_list_leaves_an_empty_one() -> None:
    assert shown(lists().delete(0)) == "A"
    assert lists().delete(0).delete(0) == Lists()
    assert Lists().delete(0) == Lists()


def test_lists_can_be_reordered() -> None:
    it = lists().new("Three")
    assert [named.name for named in it.reorder(0, 2).lists] == ["Two", "Three", "One"]
    assert [named.name for named in it.reorder(2, 0).lists] == ["Three", "One", "Two"]
    assert it.reorder(1, 1) is it


def test_an_alias_is_one_line_and_an_empty_one_is_removed() -> None:
    it = Lists().alias(A, " Apple\nInc. ").alias(B, "Bee")
    assert dict(it.aliases) == {A: "Apple Inc.", B: "Bee"}
    assert dict(it.alias(A, "Pear").aliases) == {A: "Pear", B: "Bee"}
    assert dict(it.alias(A, " ").aliases) == {B: "Bee"}
    assert it.alias(C, "") is it


def test_the_symbols_of_a_feed_are_those_of_all_lists_each_once() -> None:
    it = Lists((NamedList("One", (B, ListEntry("other", "X"), A)), NamedList("Two", (C, B))))
    assert it.symbols_of("desk") == ("B", "A", "C")
    assert it.symbols_of("other") == ("X",)
    assert it.symbols_of("nobody") == ()


def test_an_operation_without_effect_returns_the_same_object() -> None:
    it = lists(pinned="A").alias(A, "Apple")
    for same in (
        it.add(0, [A]), it.remove(1, [E]), it.move(0, [B], C), it.shift(0, [E], 1), it.pin(0, [A]), it.unpin(0, [B]),
        it.rename(0, "One"), it.alias(A, "Apple"), it.reorder(0, 0), merge_settings(it, [A, B], [B, A]),
    ):  # fmt: skip
        assert same is it


def test_symbols_added_to_or_removed_from_the_settings_change_the_lists() -> None:
    it = lists("BAC", pinned="C")
    merged = merge_settings(it, before=[A, B, C], now=[B, C, D, E])
    assert (shown(merged), shown(merged, 1)) == ("CBDE", "")
    assert shown(merge_settings(it.remove(0, [B]), before=[A, B, C], now=[A, B, C])) == "CA"  # the user took B out
    assert shown(merge_settings(it.add(0, [E]), before=[A, B, C], now=[A, B])) == "BAE"  # E is the user's own


def test_exceeding_a_limit_is_an_error_and_changes_nothing() -> None:
    many = [ListEntry("desk", str(number)) for number in range(MAX_ENTRIES)]
    full = Lists().add(0, many)
    assert full.add(0, many) is full
    with pytest.raises(ListsError, match=r"Cannot add 1 more to Watchlist: it has 10,000 symbols, .* Remove some"):
        full.add(0, [A])
    it = Lists(tuple(NamedList(str(number)) for number in range(MAX_LISTS)))
    with pytest.raises(ListsError, match="limit of 50 lists"):
        it.new()
    named = Lists(aliases=tuple((entry, "x") for entry in many))
    with pytest.raises(ListsError, match="Cannot set an alias for A"):
        named.alias(A, "Apple")


def encoded(**changes: object) -> bytes:
    one = {"name": "One", "entries": [{"feed": "desk", "symbol": "A"}], "pinned": []} | changes
    return msgspec.json.encode({"lists": [one]})


@pytest.mark.parametrize(
    "text",
    [
        b'{"lists":[]}',
        msgspec.json.encode({"lists": [{}] * (MAX_LISTS + 1)}),
        encoded(name=""),
        encoded(name="x" * (NAME_LENGTH + 1)),
        encoded(name="a\nb"),
        encoded(entries=[{"feed": "desk", "symbol": "A"}] * 2),
        encoded(entries=[{"feed": "desk", "symbol": str(number)} for number in range(MAX_ENTRIES + 1)]),
        encoded(entries=[{"feed": "desk", "symbol": ""}]),
        encoded(entries=[{"feed": "desk", "symbol": "x" * 65}]),
        encoded(pinned=[{"feed": "desk", "symbol": "B"}]),
        encoded(pinned=[{"feed": "desk", "symbol": "A"}] * 2),
        b'{"aliases":[[{"feed":"desk","symbol":"A"},""]]}',
        b'{"aliases":[[{"feed":"desk","symbol":"A"},"\\u202e"]]}',
        b"[]",
    ],
)
def test_invalid_lists_in_a_file_are_rejected(text: bytes) -> None:
    assert msgspec.json.decode(encoded(), type=Lists) == Lists((NamedList("One", (A,)),))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Lists)


some = st.lists(st.sampled_from([A, B, C, D, E, ListEntry("other", "A")]), max_size=4)
titles = st.sampled_from(["Section", "Tech", "1", "a"])
Change = Callable[[Lists], Lists]
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(lambda x: lambda it: it.add(0, x), some),
    st.builds(lambda x: lambda it: it.remove(0, x), some),
    st.builds(lambda x, y: lambda it: it.move(0, x, y), some, st.none() | st.sampled_from([A, B, C])),
    st.builds(lambda x, by: lambda it: it.shift(0, x, by), some, st.sampled_from([-1, 1])),
    st.builds(lambda x: lambda it: it.pin(0, x), some),
    st.builds(lambda x: lambda it: it.unpin(0, x), some),
    st.builds(lambda x, name: lambda it: it.add_section(0, name, x), some, st.text(max_size=2)),
    st.builds(lambda x, y: lambda it: it.rename_section(0, x, y), titles, titles),
    st.builds(lambda name: lambda it: it.remove_section(0, name), titles),
    st.builds(lambda name, is_on: lambda it: it.fold_section(0, name, is_on), titles, st.booleans()),
    st.builds(lambda name, by: lambda it: it.shift(0, [Heading(name)], by), titles, st.sampled_from([-1, 1])),
    st.builds(lambda x, name: lambda it: it.move(0, x, Heading(name)), some, titles),
    st.builds(lambda name: lambda it: it.new(name), st.text(max_size=50)),
    st.builds(lambda name: lambda it: it.rename(0, name), st.text(max_size=50)),
    st.builds(lambda index: lambda it: it.delete(index % len(it.lists)), st.integers(0, 9)),
    st.builds(lambda to: lambda it: it.reorder(0, to), st.integers(0, 9)),
    st.builds(lambda text: lambda it: it.alias(A, text), st.text(max_size=50)),
    st.builds(lambda x, y: lambda it: merge_settings(it, x, y), some, some),
)


@given(st.lists(changes, max_size=12))
def test_every_change_can_be_undone_and_redone(steps: list[Change]) -> None:
    history = ListHistory(lists("ABC", pinned="B"))
    states, words = [history.current], []
    for number, step in enumerate(steps):
        changed = step(history.current)
        assert (changed is history.current) == (changed == history.current)
        if changed is not history.current:
            words.append(f"change {number}")
            states.append(changed)
            history.do(words[-1], changed)
    for before, what in zip(states[-2::-1], reversed(words), strict=True):
        undone = history.undo()
        assert undone is not None
        assert (undone.description, history.current) == (what, before)
    for after, what in zip(states[1:], words, strict=True):
        redone = history.redo()
        assert redone is not None
        assert (redone.description, history.current) == (what, after)


def sectioned() -> Lists:
    """Return A, then B and C below "One", and D and E below "Two"."""
    return lists().add_section(0, "One", [B, C]).add_section(0, "Two", [D, E])


def with_headings(it: Lists) -> str:
    return "".join(f"[{item.name}]" if isinstance(item, Heading) else item.symbol for item in it.lists[0].layout)


def test_symbols_are_displayed_below_the_heading_of_their_section() -> None:
    it = lists().add_section(0, "One", [D, B])
    assert (shown(it), with_headings(it)) == ("ACEBD", "ACE[One]BD")
    assert with_headings(it.add_section(0, "Two", [B, A])) == "CE[One]D[Two]AB"
    assert with_headings(it.add_section(0, "One", [A])) == "CE[One]ABD"
    assert with_headings(it.add_section(0, " \n", [])) == "ACE[One]BD[Section]"


@pytest.mark.parametrize(
    ("moved", "before", "order"),
    [("A", C, "[One]BAC[Two]DE"), ("E", Heading("Two"), "A[One]BCE[Two]D"), ("D", Heading("One"), "AD[One]BC[Two]E"),
     ("AB", None, "[One]C[Two]DEAB"), ("BC", A, "BCA[One][Two]DE")],
)  # fmt: skip
def test_a_moved_symbol_joins_the_section_of_the_row_above(
    moved: str, before: ListEntry | Heading | None, order: str
) -> None:
    assert with_headings(sectioned().move(0, these(moved), before)) == order


def test_a_symbol_moved_over_a_heading_changes_its_section() -> None:
    it = sectioned()
    assert with_headings(it.shift(0, [B], -1)) == "AB[One]C[Two]DE"
    assert with_headings(it.shift(0, [C], 1)) == "A[One]B[Two]CDE"
    assert with_headings(it.shift(0, [A, D], 1)) == "[One]ABC[Two]ED"


def test_a_section_moves_with_its_symbols() -> None:
    it = sectioned().shift(0, [Heading("Two")], -1)
    assert with_headings(it) == "A[Two]DE[One]BC"
    assert with_headings(it.shift(0, [Heading("Two")], -1)) == "A[Two]DE[One]BC"


def test_a_section_moves_before_another_one_or_to_the_end() -> None:
    it = sectioned().move_section(0, "Two", "One")
    assert with_headings(it) == "A[Two]DE[One]BC"
    assert with_headings(it.move_section(0, "Two", None)) == with_headings(sectioned())
    assert with_headings(it.move_section(0, "Two", "Two")) == with_headings(it)


def test_symbols_are_named_or_counted() -> None:
    assert describe_symbols([A]) == "A"
    assert describe_symbols([A, B]) == "2 symbols"
    assert describe_symbols([A] * 1_200) == "1,200 symbols"
    assert describe_held([A], "Mine") == "A is already in Mine."
    assert describe_held([A, B], "Mine") == "2 symbols are already in Mine."
    assert describe_addition([A], [], "Mine") == "Added A to Mine."
    assert describe_addition([A, B, C], [C], "Mine") == "Added 2 symbols to Mine. 1 was in it already."
    assert describe_addition([A, B, C], [C, B], "Mine") == "Added A to Mine. 2 were in it already."
    assert describe_addition([A, B], [A, B], "Mine") == "Moved 2 symbols into sections of Mine."


def test_the_symbols_of_a_removed_section_join_the_one_above() -> None:
    assert with_headings(sectioned().remove_section(0, "Two")) == "A[One]BCDE"
    assert with_headings(sectioned().remove_section(0, "One")) == "ABC[Two]DE"
    assert with_headings(sectioned().pin(0, [D]).remove_section(0, "Two").unpin(0, [D])) == "A[One]BCDE"


def test_names_of_sections_are_unique_in_their_list() -> None:
    it = sectioned().rename_section(0, "Two", "One")
    assert with_headings(it) == "A[One]BC[One 2]DE"
    assert with_headings(it.rename_section(0, "One", "")) == "A[Section]BC[One 2]DE"


def test_a_pinned_symbol_returns_to_its_section() -> None:
    it = sectioned().pin(0, [C])
    assert (shown(it), with_headings(it)) == ("CABDE", "A[One]B[Two]DE")
    assert with_headings(it.shift(0, [B], -1).unpin(0, [C])) == "AB[One]C[Two]DE"


def test_removed_symbols_leave_their_section() -> None:
    it = sectioned().remove(0, [B, D])
    assert with_headings(it) == "A[One]C[Two]E"
    assert with_headings(it.add(0, [B])) == "AB[One]C[Two]E"


def test_lists_without_sections_are_read_and_written_for_programs_without_them() -> None:
    old = b'{"lists":[{"name":"X","entries":[{"feed":"desk","symbol":"A"}],"pinned":[]}],"aliases":[]}'
    assert msgspec.json.decode(old, type=Lists).lists[0].sections == ()
    raw = msgspec.json.decode(msgspec.json.encode(sectioned()))["lists"][0]
    assert [entry["symbol"] for entry in raw["entries"]] == list("ABCDE")


@pytest.mark.parametrize(
    "sections",
    [(Section("X", (E,)),), (Section("X"), Section("X")), (Section("X", (A,)), Section("Y", (A,))), (Section("\n"),)],
)
def test_invalid_sections_are_refused(sections: tuple[Section, ...]) -> None:
    with pytest.raises(ValueError, match="section"):
        NamedList("L", (A,), (), sections)


@given(st.lists(changes, max_size=12))
def test_any_sequence_of_changes_leaves_valid_lists_that_survive_json(steps: list[Change]) -> None:
    it = lists("ABC", pinned="B")
    for step in steps:
        it = step(it)
    names = [named.name for named in it.lists]
    assert len(set(names)) == len(names) >= 1
    assert all(1 <= len(sanitize_text(name, NAME_LENGTH)) <= NAME_LENGTH for name in names)
    for named in it.lists:
        assert len(named.display_order) == len(set(named.display_order)) == len(named.entries)
        assert named.display_order[: len(named.pinned)] == named.pinned
    assert msgspec.json.decode(msgspec.json.encode(it), type=Lists) == it


@given(some, some, st.none() | st.sampled_from([A, B, C, D, E]), st.sampled_from([-1, 1]))
def test_moving_keeps_all_symbols_and_the_order_of_the_moved_ones(
    pinned: list[ListEntry], moved: list[ListEntry], before: ListEntry | None, by: int
) -> None:
    it = lists().pin(0, pinned)
    for after in (it.move(0, moved, before), it.shift(0, moved, -1 if by < 0 else 1)):
        assert sorted(shown(after)) == sorted(shown(it))
        assert set(after.lists[0].pinned) == set(it.lists[0].pinned)
        for kind in (moved, [entry for entry in it.lists[0].entries if entry not in moved]):
            for zone in ("pinned", "unpinned"):
                orders = [[x for x in getattr(state.lists[0], zone) if x in kind] for state in (it, after)]
                assert orders[0] == orders[1]
