from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.command_palette.entries import Entry, Group
from ticker_gui.command_palette.search import MAX_RECENT_SHOWN, Result, find


def entry(group: Group, title: str, **fields: Any) -> Entry:
    return Entry(f"{group.name}:{title}", group, title, lambda: None)._replace(**fields)


ENTRIES = [
    entry(Group.COMMANDS, "Clear comparison"),
    entry(Group.COMMANDS, "Copy rows", reason="No row is selected"),
    entry(Group.COMMANDS, "Copy cell"),
    entry(Group.LISTS, "Crypto"),
    entry(Group.LISTS, "Darwin"),
    entry(Group.CHART, "Timeframe: 5 min", keywords="5m"),
    entry(Group.CHART, "Timeframe: 15 min", keywords="15m"),
    entry(Group.SETTINGS, "Theme: Dark"),
    entry(Group.SETTINGS, "Theme: Light"),
]

letters = st.text("abc ", max_size=5)
entries = st.lists(st.builds(entry, st.sampled_from(list(Group)[1:]), letters), max_size=12)


def titles(results: Iterable[Result]) -> list[str]:
    return [result.entry.title for result in results]


def symbols(query: str) -> list[Entry]:
    return [entry(Group.SYMBOLS, "DARK-USD"), entry(Group.SYMBOLS, f'Add "{query}"', is_fallback=True)]


def test_without_a_text_recent_entries_come_first_and_all_others_follow_by_group() -> None:
    results = find("", ENTRIES, recent=["SETTINGS:Theme: Dark", "gone"])
    assert titles(results)[0] == "Theme: Dark"
    assert results[0].group is Group.RECENT
    assert sorted(titles(results)) == sorted(one.title for one in ENTRIES)
    assert [result.group for result in results] == sorted(result.group for result in results)


def test_the_group_with_the_best_match_is_first() -> None:
    assert titles(find("dark", ENTRIES, symbols)) == ["DARK-USD", 'Add "dark"', "Theme: Dark"]
    assert titles(find("theme", ENTRIES, symbols)) == ["Theme: Dark", "Theme: Light", 'Add "theme"']


def test_a_usual_short_name_is_before_the_titles_that_contain_it() -> None:
    stochastic = entry(Group.CHART, "Add indicator: Stochastic RSI", keywords="Stoch RSI study")
    index = entry(Group.CHART, "Add indicator: Relative strength index", keywords="RSI study")
    assert titles(find("rsi", [stochastic, index])) == [index.title, stochastic.title]
    assert titles(find("stoch rsi", [index, stochastic])) == [stochastic.title]


def test_recent_entries_are_before_better_matches_but_not_before_an_exact_one() -> None:
    recent = ["SETTINGS:Theme: Dark"]
    assert titles(find("dar", ENTRIES, symbols, recent))[:2] == ["Theme: Dark", "DARK-USD"]
    assert titles(find("darwin", ENTRIES, symbols, ["SETTINGS:Theme: Dark"]))[0] == "Darwin"
    exact = find("darwin", [*ENTRIES, entry(Group.SETTINGS, "Darwin mode")], recent=["SETTINGS:Darwin mode"])
    assert titles(exact) == ["Darwin", "Darwin mode"]


def test_prefixes_restrict_the_search() -> None:
    assert titles(find("@", ENTRIES, symbols)) == ["Crypto", "Darwin"]
    assert titles(find("@ dar", ENTRIES, symbols)) == ["Darwin"]
    assert titles(find(">dar", ENTRIES, symbols)) == ["Theme: Dark"]
    assert {result.group for result in find(">", ENTRIES, symbols)} == {Group.COMMANDS, Group.CHART, Group.SETTINGS}


def test_keywords_are_searched_but_not_highlighted() -> None:
    (result,) = find("5m", ENTRIES[:6])
    assert (result.entry.title, result.positions) == ("Timeframe: 5 min", ())


def test_disabled_entries_are_listed_after_enabled_ones_of_the_same_rank() -> None:
    assert titles(find("copy", ENTRIES)) == ["Copy cell", "Copy rows"]


def test_scattered_letters_match_only_if_nothing_else_does() -> None:
    assert titles(find("cmp", ENTRIES)) == ["Clear comparison"]
    assert titles(find("cmp", [*ENTRIES, entry(Group.LISTS, "CMP")])) == ["CMP"]


def test_a_fallback_is_after_words_that_match_but_before_scattered_letters() -> None:
    fallback = entry(Group.SYMBOLS, "Add", is_fallback=True)
    assert titles(find("clear", [*ENTRIES, fallback])) == ["Clear comparison", "Add"]
    assert titles(find("cmp", [*ENTRIES, fallback])) == ["Add", "Clear comparison"]


def test_recent_entries_that_are_not_shown_as_recent_are_in_their_own_group() -> None:
    many = [entry(Group.LISTS, f"List {number}") for number in range(9)]
    results = find("list", many, recent=[one.id for one in many])
    assert [result.group for result in results] == [Group.RECENT] * MAX_RECENT_SHOWN + [Group.LISTS] * 4
    assert sorted(titles(results)) == sorted(one.title for one in many)


@given(letters, entries, st.lists(st.sampled_from(["COMMANDS:a", "LISTS:ab", "CHART:abc", "x"]), unique=True))
def test_no_entry_is_listed_twice_and_each_group_is_contiguous(
    typed: str, candidates: list[Entry], recent: list[str]
) -> None:
    unique = list({one.id: one for one in candidates}.values())
    results = find(typed, unique, recent=recent)
    assert len({result.entry.id for result in results}) == len(results)
    assert {result.entry.id for result in results} <= {one.id for one in unique}
    groups = [group for group, _ in groupby(result.group for result in results)]
    assert len(groups) == len(set(groups))
    for result in results:
        assert all(0 <= position < len(result.entry.title) for position in result.positions)
        assert result.group in (Group.RECENT, result.entry.group)
    if not typed.strip():
        assert len(results) == len(unique)


@given(entries, st.data())
def test_the_title_of_an_entry_finds_it(candidates: list[Entry], data: st.DataObject) -> None:
    unique = [one for one in {one.id: one for one in candidates}.values() if one.title.strip()]
    if unique:
        chosen = data.draw(st.sampled_from(unique))
        assert chosen.id in {result.entry.id for result in find(chosen.title, unique)}


def test_three_dots_stand_for_an_ellipsis() -> None:
    record = entry(Group.COMMANDS, "Record…")
    assert titles(find("record...", [record, *ENTRIES], symbols)) == [record.title, 'Add "record…"']
