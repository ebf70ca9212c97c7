"""Lists that two programs have changed at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.watchlist.lists import MAX_ENTRIES, MAX_LISTS, ListEntry, Lists, ListsError, NamedList
from ticker_gui.watchlist.merging import merge

Step = tuple[str, int, list[ListEntry]]
Change = Callable[[Lists], Lists]


def entries(text: str) -> tuple[ListEntry, ...]:
    return tuple(ListEntry("desk", letter) for letter in text)


def lists(**named: str) -> Lists:
    return Lists(tuple(NamedList(name, entries(text)) for name, text in named.items()))


def texts(value: Lists) -> dict[str, str]:
    return {named.name: "".join(entry.symbol for entry in named.entries) for named in value.lists}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (lists(A="ab"), lists(A="abc"), lists(A="abd"), {"A": "abcd"}),
        (lists(A="abc"), lists(A="ac"), lists(A="abcd"), {"A": "acd"}),
        (lists(A="abc"), lists(A="cba"), lists(A="abxc"), {"A": "cbxa"}),
        (lists(A="abc"), lists(A="abcx"), lists(A="cba"), {"A": "cxba"}),
        (lists(A="ab"), lists(A="xab"), lists(A="yab"), {"A": "xyab"}),
        (lists(A="ab"), lists(A="ab", N="n"), lists(A="ab", M="m"), {"A": "ab", "N": "n", "M": "m"}),
        (lists(A="ab"), lists(A="ab", N="n"), lists(A="ab", N="m"), {"A": "ab", "N": "nm"}),
        (lists(A="ab", B="c"), lists(A="ab"), lists(A="ab", B="c"), {"A": "ab"}),
        (lists(A="ab", B="c"), lists(A="ab"), lists(A="ab", B="cd"), {"A": "ab", "B": "d"}),
        (lists(A="ab", B="c"), lists(A="ab", B="cd"), lists(A="ab"), {"A": "ab", "B": "d"}),
        (lists(A="ab"), lists(N="ab"), lists(A="abc"), {"N": "abc"}),  # renamed
        (lists(A="ab"), lists(A="abc"), lists(N="ab"), {"N": "abc"}),
        (lists(A="ab"), lists(N="ab"), lists(M="abc"), {"N": "abc"}),
        (lists(A="ab", B="cd"), lists(N="ab", B="cd"), lists(A="ab", N="cd"), {"N": "ab", "N 2": "cd"}),
        (lists(A="a"), lists(B="b"), lists(C="c"), {"B": "b", "C": "c"}),
        (None, lists(A="ab"), lists(A="bc"), {"A": "bca"}),
    ],
)
def test_the_changes_of_both_sides_are_in_the_result(
    base: Lists | None, ours: Lists, theirs: Lists, expected: dict[str, str]
) -> None:
    merged = texts(merge(base, ours, theirs))
    if base is None:  # the order of one side, with what the other side has added
        assert {name: set(text) for name, text in merged.items()} == {
            name: set(text) for name, text in expected.items()
        }
    else:
        assert merged == expected


def test_pins_and_aliases_are_merged() -> None:
    base = lists(A="abcd").pin(0, entries("a")).alias(entries("a")[0], "one").alias(entries("b")[0], "two")
    ours = base.pin(0, entries("b")).alias(entries("a")[0], "ours")
    theirs = base.unpin(0, entries("a")).pin(0, entries("d")).remove(0, entries("b")).alias(entries("a")[0], "theirs")
    merged = merge(base, ours, theirs.alias(entries("b")[0], "").alias(entries("c")[0], "three"))
    assert [entry.symbol for entry in merged.lists[0].pinned] == ["d"]
    assert texts(merged) == {"A": "acd"}
    assert {entry.symbol: name for entry, name in merged.aliases} == {"a": "ours", "c": "three"}


@pytest.mark.parametrize("is_number_of_lists", [False, True])
def test_a_result_that_exceeds_a_limit_is_refused(is_number_of_lists: bool) -> None:
    base = Lists((NamedList("A"),))
    if is_number_of_lists:
        many = [Lists((*base.lists, *(NamedList(f"{side}{n}") for n in range(MAX_LISTS - 1)))) for side in "xy"]
    else:
        many = [base.add(0, [ListEntry(side, str(n)) for n in range(MAX_ENTRIES)]) for side in "xy"]
    with pytest.raises(ListsError):
        merge(base, *many)


symbols = st.sampled_from("abcdefgh").map(lambda letter: ListEntry("desk", letter))
groups = st.lists(symbols, max_size=3)
numbers = st.integers(0, 9)
edits: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("add"), numbers, groups),
    st.tuples(st.just("remove"), numbers, groups),
    st.tuples(st.just("move"), numbers, groups),
    st.tuples(st.just("pin"), numbers, groups),
)
restructurings: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("new"), numbers, st.just([])),
    st.tuples(st.just("delete"), numbers, st.just([])),
    st.tuples(st.just("rename"), numbers, st.just([])),
    st.tuples(st.just("reorder"), numbers, st.just([])),
)


def apply(value: Lists, steps: list[Step]) -> Lists:
    for kind, number, group in steps:
        index = number % len(value.lists)
        if kind in ("new", "rename"):
            value = value.new(f"L{number}") if kind == "new" else value.rename(index, f"R{number}")
        elif kind == "move":
            value = value.move(index, group, None)
        elif kind == "delete":
            value = value.delete(index)
        elif kind == "reorder":
            value = value.reorder(index, 0)
        else:
            value = getattr(value, kind)(index, group)
    return value


bases = st.lists(edits | restructurings, max_size=8).map(
    lambda steps: apply(lists(A="abc", B="cde"), [step for step in steps if step[0] != "delete"])
)


@given(base=bases, ours=st.lists(edits, max_size=6), theirs=st.lists(edits, max_size=6))
def test_no_added_symbol_is_lost_and_no_removed_one_comes_back(
    base: Lists, ours: list[Step], theirs: list[Step]
) -> None:
    sides = [apply(base, ours), apply(base, theirs)]
    merged = merge(base, *sides)
    assert [named.name for named in merged.lists] == [named.name for named in base.lists]
    for before, after, *both in zip(base.lists, merged.lists, *(side.lists for side in sides), strict=True):
        old = set(before.entries)
        added = {entry for side in both for entry in side.entries} - old
        removed = {entry for entry in old for side in both if entry not in side.entries}
        assert set(after.entries) == (old | added) - removed


@given(
    base=bases,
    ours=st.lists(edits | restructurings, max_size=6),
    theirs=st.lists(edits | restructurings, max_size=6),
)
def test_with_lists_made_renamed_and_deleted_every_added_symbol_is_in_some_list(
    base: Lists, ours: list[Step], theirs: list[Step]
) -> None:
    sides = [apply(base, ours), apply(base, theirs)]
    merged = merge(base, *sides)
    held = {entry for named in merged.lists for entry in named.entries}
    before = {entry for named in base.lists for entry in named.entries}
    for side in sides:
        assert {entry for named in side.lists for entry in named.entries} - before <= held
    assert len({named.name for named in merged.lists}) == len(merged.lists)


@given(base=bases, steps=st.lists(edits | restructurings, max_size=6))
def test_changes_of_one_side_are_the_result(base: Lists, steps: list[Step]) -> None:
    changed = apply(base, steps)
    assert merge(base, changed, base) == changed
    assert merge(base, base, changed) == changed
    assert merge(base, changed, changed) == changed


def test_sections_of_one_side_get_what_the_other_side_has_added_to_them() -> None:
    base = lists(A="abc").add_section(0, "One", entries("b"))
    ours = base.rename_section(0, "One", "First").remove(0, entries("c"))
    theirs = base.add(0, entries("de")).add_section(0, "Two", entries("d"))
    (merged,) = merge(base, ours, theirs).lists
    assert [(one.name, one.entries) for one in merged.sections] == [("First", entries("b"))]
    (merged,) = merge(base, base.add(0, entries("x")), theirs).lists
    assert [(one.name, one.entries) for one in merged.sections] == [("One", entries("b")), ("Two", entries("d"))]


letters = st.text("abcdef", max_size=4).map(entries)
section_changes = st.lists(
    st.one_of(
        st.builds(lambda some: lambda it: it.add(0, some), letters),
        st.builds(lambda some: lambda it: it.remove(0, some), letters),
        st.builds(lambda some, name: lambda it: it.add_section(0, name, some), letters, st.sampled_from("XYZ")),
        st.builds(lambda name: lambda it: it.remove_section(0, name), st.sampled_from("XYZ")),
    ),
    max_size=5,
)


def changed(value: Lists, steps: list[Change]) -> Lists:
    for step in steps:
        value = step(value)
    return value


@given(section_changes, section_changes, section_changes)
def test_lists_with_sections_are_merged_without_losing_symbols(
    first: list[Change], second: list[Change], third: list[Change]
) -> None:
    base = changed(lists(A="abc"), first)
    ours, theirs = changed(base, second), changed(base, third)
    (merged,) = merge(base, ours, theirs).lists
    added = (set(ours.lists[0].entries) | set(theirs.lists[0].entries)) - set(base.lists[0].entries)
    assert added <= set(merged.entries)


def test_the_time_to_merge_a_long_list_that_one_side_has_deleted_grows_with_its_length() -> None:
    times = []
    for count in (500, 4_000):
        before = tuple(ListEntry("desk", str(number)) for number in range(count))
        there = Lists((NamedList("A", (*before, ListEntry("desk", "new"))),))
        began_s = time.thread_time()
        merged = merge(Lists((NamedList("A", before),)), Lists((NamedList("B"),)), there)
        times.append(time.thread_time() - began_s)
        assert [len(named.entries) for named in merged.lists] == [0, 1]
    assert times[1] < 25 * times[0]  # eight times, rather than 64
