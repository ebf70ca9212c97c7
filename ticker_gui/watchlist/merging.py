"""Merging of lists that two programs have changed at the same time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec

from ticker_gui.watchlist.lists import (
    MAX_ENTRIES,
    MAX_LISTS,
    ListEntry,
    Lists,
    ListsError,
    NamedList,
    Section,
    members_only,
    unique_name,
)

_TOO_LONG: Final = "The lists were changed elsewhere too, and together they would be too long."
_EMPTY: Final = NamedList()

T = TypeVar("T", bound=Hashable)


class _Versions(NamedTuple):
    """The versions of one list; None where it does not exist."""

    base: NamedList | None
    ours: NamedList | None
    theirs: NamedList | None


def merge(base: Lists | None, ours: Lists, theirs: Lists) -> Lists:
    """Return lists with the changes that both sides have made to ``base``; without one, nothing counts as removed.

    A symbol that one side has added is in the result, and one that a side has removed is not. Where both have changed
    the same order, name or alias, ours applies. A list that one side has deleted remains only with the symbols that the
    other side has added to it.

    Raises:
        ListsError: the result would exceed a limit.
    """
    if base is None:
        base = msgspec.structs.replace(ours, lists=(NamedList(),), aliases=())
    if theirs in (base, ours):
        return ours
    if ours == base:
        return theirs
    merged: list[NamedList] = []
    for versions in _match(base.lists, ours.lists, theirs.lists):
        if (named := _merge_list(versions)) is not None:
            merged.append(msgspec.structs.replace(named, name=unique_name(named.name, merged)))
    if len(merged) > MAX_LISTS:
        raise ListsError(_TOO_LONG)
    aliases = _merge_aliases(dict(base.aliases), dict(ours.aliases), dict(theirs.aliases))
    return msgspec.structs.replace(ours, lists=tuple(merged) or (NamedList(),), aliases=aliases)


def _match(base: Sequence[NamedList], ours: Sequence[NamedList], theirs: Sequence[NamedList]) -> Iterator[_Versions]:
    """Yield the versions of each list: in our order, then the lists that only the other side has."""
    our_base, their_base = _partners(ours, base), _partners(theirs, base)
    their_index = {index: position for position, index in enumerate(their_base) if index is not None}
    new = {named.name: position for position, named in enumerate(theirs) if their_base[position] is None}
    used = set[int]()
    for named, index in zip(ours, our_base, strict=True):
        position = new.get(named.name) if index is None else their_index.get(index)
        if position is not None:
            used.add(position)
        yield _Versions(None if index is None else base[index], named, None if position is None else theirs[position])
    for position, (named, index) in enumerate(zip(theirs, their_base, strict=True)):
        if position not in used:
            yield _Versions(None if index is None else base[index], None, named)


def _partners(side: Sequence[NamedList], base: Sequence[NamedList]) -> list[int | None]:
    """Return for each list of a side the index of the list of ``base`` that it was: of the same name, or renamed."""
    names = {named.name: index for index, named in enumerate(base)}
    partners = [names.get(named.name) for named in side]
    free = [index for index in range(len(base)) if index not in partners]
    for position, named in enumerate(side):
        if partners[position] is None:
            renamed = next((index for index in free if _is_renamed(base[index], named)), None)
            if renamed is not None:
                partners[position] = renamed
                free.remove(renamed)
    return partners


def _is_renamed(before: NamedList, after: NamedList) -> bool:
    """Return whether a list is another one under a new name: most of its symbols are the same."""
    common = len(set(before.entries).intersection(after.entries))
    return 2 * common > max(len(before.entries), len(after.entries))


def _merge_list(versions: _Versions) -> NamedList | None:
    base, ours, theirs = versions
    if ours is None or theirs is None:
        left = ours or theirs
        if base is None or left is None:
            return left
        before_entries = set(base.entries)
        added = tuple(entry for entry in left.entries if entry not in before_entries)
        kept = members_only(left.sections, added)
        return (
            msgspec.structs.replace(left, entries=added, pinned=_only(added, left.pinned), sections=kept)
            if added
            else None
        )
    before = base or _EMPTY
    entries = _merge_order(before.entries, ours.entries, theirs.entries)
    if len(entries) > MAX_ENTRIES:
        raise ListsError(_TOO_LONG)
    pinned = _only(entries, _merge_order(before.pinned, ours.pinned, theirs.pinned))
    name = theirs.name if base is not None and ours.name == base.name else ours.name
    sections = _merge_sections(before, ours, theirs, entries)
    return msgspec.structs.replace(ours, name=name, entries=entries, pinned=pinned, sections=sections)


def _merge_sections(
    before: NamedList, ours: NamedList, theirs: NamedList, entries: Sequence[ListEntry]
) -> tuple[Section, ...]:
    """Return the sections of the side that has changed them, with what the other side has added to them."""
    side, other = (theirs, ours) if ours.sections == before.sections else (ours, theirs)
    known = set(side.entries)
    added = {one.name: tuple(entry for entry in one.entries if entry not in known) for one in other.sections}
    sections = (msgspec.structs.replace(one, entries=(*one.entries, *added.get(one.name, ()))) for one in side.sections)
    return members_only(sections, entries)


def _only(allowed: Iterable[ListEntry], entries: Iterable[ListEntry]) -> tuple[ListEntry, ...]:
    held = set(allowed)
    return tuple(entry for entry in entries if entry in held)


def _merge_order(base: Sequence[T], ours: Sequence[T], theirs: Sequence[T]) -> tuple[T, ...]:
    """Merge two orders: one side's, with what the other side has added behind what it follows there."""
    before, our_set, their_set = set(base), set(ours), set(theirs)
    kept = (our_set & their_set) | (our_set - before) | (their_set - before)
    is_moved = [item for item in ours if item in before] != [item for item in base if item in our_set]
    order, other = (ours, theirs) if is_moved else (theirs, ours)
    placed = set(order)
    following: dict[T | None, list[T]] = {}
    previous: T | None = None
    for item in other:
        if item in placed:
            previous = item if item in kept else previous
        elif item in kept:
            following.setdefault(previous, []).append(item)
    merged = following.get(None, [])
    for item in order:
        if item in kept:
            merged += [item, *following.get(item, ())]
    return tuple(merged)


def _merge_aliases(
    base: Mapping[ListEntry, str], ours: Mapping[ListEntry, str], theirs: Mapping[ListEntry, str]
) -> tuple[tuple[ListEntry, str], ...]:
    changed = {entry for entry in {*base, *ours} if ours.get(entry) != base.get(entry)}
    chosen = ((entry, (ours if entry in changed else theirs).get(entry)) for entry in dict.fromkeys((*ours, *theirs)))
    return tuple((entry, name) for entry, name in chosen if name is not None)[:MAX_ENTRIES]
