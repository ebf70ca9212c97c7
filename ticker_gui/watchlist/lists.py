"""Named lists of symbols with their sections, as immutable values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.formatting.numbers import counted
from ticker_gui.watchlist.section_layout import Heading, groups_of, lay_out, move_items, shift_items

MAX_LISTS: Final = 50
MAX_ENTRIES: Final = 10_000  # in one list; also the maximum number of aliases
NAME_LENGTH: Final = 40
MAX_SECTIONS: Final = 200  # in one list
_NAME: Final = "Watchlist"
_NUMBER: Final = re.compile(r" [0-9]+\Z")


class ListsError(TickerError):
    """A change would exceed a limit. Remedy: show the message to the user."""


class ListEntry(msgspec.Struct, frozen=True):
    """A symbol of a feed, in the user's spelling."""

    feed: str
    symbol: Annotated[str, msgspec.Meta(min_length=1, max_length=SYMBOL_LENGTH)]


class Section(msgspec.Struct, frozen=True):
    """Symbols of a list below a heading, in the order of the list. Pinned ones are displayed at the top of the list."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH)]
    entries: Annotated[tuple[ListEntry, ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()
    is_folded: bool = False


class NamedList(msgspec.Struct, frozen=True):
    """One list. ``pinned`` are the ``entries`` at the top of the list, in their own order.

    Entries in none of the ``sections`` come before them. Older versions of the program ignore the sections.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH)] = _NAME
    entries: Annotated[tuple[ListEntry, ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()
    pinned: Annotated[tuple[ListEntry, ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()
    sections: Annotated[tuple[Section, ...], msgspec.Meta(max_length=MAX_SECTIONS)] = ()

    def __post_init__(self) -> None:
        held = set(self.entries)
        if sanitize_text(self.name, NAME_LENGTH) != self.name:
            raise ValueError("the name of a list has characters that cannot be displayed")
        if len(held) != len(self.entries) or len(set(self.pinned)) != len(self.pinned):
            raise ValueError("a list contains each symbol only once")
        if not held.issuperset(self.pinned):
            raise ValueError("pinned symbols must be in the list")
        names = {section.name for section in self.sections}
        members = [entry for section in self.sections for entry in section.entries]
        if len(names) != len(self.sections) or any(sanitize_text(name, NAME_LENGTH) != name for name in names):
            raise ValueError("the sections of a list have different names that can be displayed")
        if len(set(members)) != len(members) or not held.issuperset(members):
            raise ValueError("each symbol of a section is in the list, and in no other section")

    @property
    def display_order(self) -> tuple[ListEntry, ...]:
        """All entries in row order: the pinned ones, then the others."""
        return (*self.pinned, *self.unpinned)

    @property
    def unpinned(self) -> tuple[ListEntry, ...]:
        """The entries that are not pinned, in row order."""
        return tuple(item for item in self.layout if isinstance(item, ListEntry))

    @property
    def layout(self) -> list[ListEntry | Heading]:
        """The rows below the pinned ones: entries and the headings of sections."""
        pinned = set(self.pinned)
        groups = {section.name: section.entries for section in self.sections}
        return lay_out([entry for entry in self.entries if entry not in pinned], groups)


class Lists(msgspec.Struct, frozen=True):
    """All lists, at least one, and the aliases of symbols.

    Methods that change something return a new value, or this one if nothing is different. ``index`` selects the list.
    """

    lists: Annotated[tuple[NamedList, ...], msgspec.Meta(min_length=1, max_length=MAX_LISTS)] = (NamedList(),)
    aliases: Annotated[tuple[tuple[ListEntry, str], ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()

    def __post_init__(self) -> None:
        if any(not name or sanitize_text(name, NAME_LENGTH) != name for _, name in self.aliases):
            raise ValueError(f"an alias has 1 to {NAME_LENGTH} characters that can be displayed")

    def add(self, index: int, entries: Iterable[ListEntry]) -> Lists:
        """Append symbols to a list; those that it contains already do not move.

        Raises:
            ListsError: the list would be too long.
        """
        old = self.lists[index]
        held = set(old.entries)
        added = [entry for entry in dict.fromkeys(entries) if entry not in held]
        if len(held) + len(added) > MAX_ENTRIES:
            raise ListsError(
                f"Cannot add {len(added):,} more to {old.name}: it has {counted(len(held), 'symbol')}, and the limit "
                f"is {MAX_ENTRIES:,}. Remove some first, or use another list."
            )
        return self._with(index, entries=(*old.entries, *added))

    def added_since(self, index: int, before: Lists) -> list[ListEntry]:
        """Return the entries of a list that it did not contain before; none of a list that did not exist."""
        named = self.lists[index]
        held = next((set(one.entries) for one in before.lists if one.name == named.name), None)
        return [] if held is None else [entry for entry in named.entries if entry not in held]

    def remove(self, index: int, entries: Iterable[ListEntry]) -> Lists:
        """Remove symbols from a list."""
        old, removed = self.lists[index], set(entries)
        return self._with(
            index,
            entries=tuple(entry for entry in old.entries if entry not in removed),
            pinned=tuple(entry for entry in old.pinned if entry not in removed),
        )

    def move(self, index: int, entries: Iterable[ListEntry], before: ListEntry | Heading | None) -> Lists:
        """Move symbols as a block before another symbol or heading of the list, or to the end.

        They join the section of the row above. Pinned symbols stay at the top.
        """
        old, moved = self.lists[index], set(entries)
        pinned = move_items(old.pinned, moved, before if before in old.pinned else None)
        if before in old.pinned:  # dropped among the pinned ones: first below them
            before = next((item for item in old.layout if item not in moved), None)
        return self._set_layout(index, pinned, move_items(old.layout, moved, before))

    def shift(self, index: int, moved: Collection[ListEntry | Heading], by: Literal[-1, 1]) -> Lists:
        """Move symbols or sections of a list up (-1) or down (1) by one row, as far as there is room.

        Pinned symbols move among themselves. A symbol moved over a heading changes its section. A section moves with
        its symbols.
        """
        old = self.lists[index]
        if headings := [item.name for item in moved if isinstance(item, Heading)]:
            names = [section.name for section in old.sections]
            order = shift_items(names, headings, by)
            sections = sorted(old.sections, key=lambda section: order.index(section.name))
            return self._with(index, sections=tuple(sections))
        return self._set_layout(index, shift_items(old.pinned, moved, by), shift_items(old.layout, moved, by))

    def move_section(self, index: int, name: str, before: str | None) -> Lists:
        """Move a section with its symbols before another section, or to the end."""
        sections = self.lists[index].sections
        order = move_items([section.name for section in sections], {name}, before)
        return self._with(index, sections=tuple(sorted(sections, key=lambda section: order.index(section.name))))

    def add_section(self, index: int, name: str, entries: Iterable[ListEntry] = ()) -> Lists:
        """Append a section with these symbols of the list; a section of that name gets them, too.

        Raises:
            ListsError: the limit of sections is reached.
        """
        old, moved = self.lists[index], set(entries)
        name = sanitize_text(name, NAME_LENGTH) or "Section"
        others = [
            msgspec.structs.replace(section, entries=_without(section.entries, moved)) for section in old.sections
        ]
        place = next((number for number, section in enumerate(others) if section.name == name), None)
        added = tuple(entry for entry in old.display_order if entry in moved)
        if place is not None:
            others[place] = msgspec.structs.replace(others[place], entries=(*others[place].entries, *added))
        elif len(others) >= MAX_SECTIONS:
            raise ListsError(f"Cannot create a section: the limit of {MAX_SECTIONS} is reached. Remove one first.")
        else:
            others.append(Section(name, added))
        return self._with(index, sections=tuple(others))

    def rename_section(self, index: int, name: str, new_name: str) -> Lists:
        """Rename a section; a number is appended if another one has that name."""
        others = [section for section in self.lists[index].sections if section.name != name]
        return self._change_section(index, name, name=unique_name(new_name, others, "Section"))

    def fold_section(self, index: int, name: str, is_folded: bool) -> Lists:
        """Fold or unfold a section."""
        return self._change_section(index, name, is_folded=is_folded)

    def remove_section(self, index: int, name: str) -> Lists:
        """Remove a heading; its symbols join the section above."""
        old = self.lists[index]
        items = lay_out(old.entries, {one.name: one.entries for one in old.sections})
        groups = groups_of([item for item in items if item != Heading(name)])
        sections = [
            msgspec.structs.replace(one, entries=tuple(groups[one.name])) for one in old.sections if one.name != name
        ]
        order = [item for item in items if isinstance(item, ListEntry)]
        return self._with(index, entries=tuple(order), sections=tuple(sections))

    def _change_section(self, index: int, section: str, /, **changes: object) -> Lists:
        sections = self.lists[index].sections
        return self._with(
            index,
            sections=tuple(msgspec.structs.replace(one, **changes) if one.name == section else one for one in sections),
        )

    def _set_layout(
        self, index: int, pinned: Sequence[ListEntry | Heading], layout: Sequence[ListEntry | Heading]
    ) -> Lists:
        """Set the order and the sections of all rows; pinned symbols keep their sections."""
        order = [item for item in (*pinned, *layout) if isinstance(item, ListEntry)]
        arranged = self.arrange(index, order)
        old, groups = arranged.lists[index], groups_of(layout)
        held = set(old.pinned)
        sections = tuple(
            msgspec.structs.replace(
                one, entries=(*(entry for entry in one.entries if entry in held), *groups[one.name])
            )
            for one in old.sections
        )
        return arranged._with(index, sections=sections)

    def pin(self, index: int, entries: Iterable[ListEntry]) -> Lists:
        """Pin symbols of a list, below the ones that are pinned already."""
        old, chosen = self.lists[index], set(entries)
        return self._with(index, pinned=(*old.pinned, *(entry for entry in old.unpinned if entry in chosen)))

    def unpin(self, index: int, entries: Iterable[ListEntry]) -> Lists:
        """Unpin symbols; they return to where they were before."""
        removed = set(entries)
        return self._with(index, pinned=tuple(entry for entry in self.lists[index].pinned if entry not in removed))

    def new(self, name: str = "") -> Lists:
        """Append an empty list.

        Raises:
            ListsError: the limit of lists is reached.
        """
        if len(self.lists) >= MAX_LISTS:
            raise ListsError(f"Cannot create a list: the limit of {MAX_LISTS} lists is reached. Delete one first.")
        return self._with_lists((*self.lists, NamedList(unique_name(name, self.lists))))

    def rename(self, index: int, name: str) -> Lists:
        """Rename a list; a number is appended if another list has that name."""
        return self._with(index, name=unique_name(name, (*self.lists[:index], *self.lists[index + 1 :])))

    def delete(self, index: int) -> Lists:
        """Delete a list; an empty one replaces the last."""
        return self._with_lists((*self.lists[:index], *self.lists[index + 1 :]) or (NamedList(),))

    def reorder(self, source: int, target: int) -> Lists:
        """Move the list at one index to another index."""
        lists = [*self.lists[:source], *self.lists[source + 1 :]]
        lists.insert(target, self.lists[source])
        return self._with_lists(tuple(lists))

    def alias(self, entry: ListEntry, text: str) -> Lists:
        """Set the alias of a symbol; an empty text removes it.

        Raises:
            ListsError: the limit of aliases is reached.
        """
        names = {**dict(self.aliases), entry: sanitize_text(text, NAME_LENGTH)}
        if not names[entry]:
            del names[entry]
        if len(names) > MAX_ENTRIES:
            raise ListsError(
                f"Cannot set an alias for {entry.symbol}: the limit of {MAX_ENTRIES:,} is reached. Remove some first."
            )
        aliases = tuple(names.items())
        return self if aliases == self.aliases else msgspec.structs.replace(self, aliases=aliases)

    def symbols_of(self, feed: str) -> tuple[str, ...]:
        """Return the symbols of a feed in all lists, each once, in order."""
        entries = (entry for named in self.lists for entry in named.entries if entry.feed == feed)
        return tuple(dict.fromkeys(entry.symbol for entry in entries))

    def arrange(self, index: int, order: Sequence[ListEntry]) -> Lists:
        """Set the order of all rows; pinned symbols keep the positions to which they return when unpinned."""
        old = self.lists[index]
        pinned = set(old.pinned)
        unpinned = iter([entry for entry in order if entry not in pinned])
        return self._with(
            index,
            entries=tuple(entry if entry in pinned else next(unpinned) for entry in old.entries),
            pinned=tuple(entry for entry in order if entry in pinned),
        )

    def _with(self, index: int, **changes: Any) -> Lists:
        old = self.lists[index]
        if "entries" in changes and "sections" not in changes:
            changes["sections"] = members_only(old.sections, changes["entries"])
        changed = msgspec.structs.replace(old, **changes)
        return self._with_lists((*self.lists[:index], changed, *self.lists[index + 1 :]))

    def _with_lists(self, lists: tuple[NamedList, ...]) -> Lists:
        return self if lists == self.lists else msgspec.structs.replace(self, lists=lists)


def merge_settings(lists: Lists, before: Collection[ListEntry], now: Collection[ListEntry]) -> Lists:
    """Return the lists updated for edited settings.

    Symbols that the settings contain ``now`` but not ``before`` are appended to the first list; symbols that they no
    longer contain are removed from all lists. Everything else is unchanged.

    Raises:
        ListsError: the first list would be too long.
    """
    removed = set(before).difference(now)
    for index in range(len(lists.lists)):
        lists = lists.remove(index, removed)
    known = set(before)
    return lists.add(0, [entry for entry in now if entry not in known])


def _without(entries: Iterable[ListEntry], removed: Collection[ListEntry]) -> tuple[ListEntry, ...]:
    return tuple(entry for entry in entries if entry not in removed)


def members_only(sections: Iterable[Section], entries: Collection[ListEntry]) -> tuple[Section, ...]:
    """Return the sections without symbols that are no longer in the list."""
    held = set(entries)
    return tuple(
        one
        if held.issuperset(one.entries)
        else msgspec.structs.replace(one, entries=tuple(entry for entry in one.entries if entry in held))
        for one in sections
    )


def describe_symbols(entries: Sequence[ListEntry]) -> str:
    """Return the symbol of an entry, or how many there are."""
    return entries[0].symbol if len(entries) == 1 else counted(len(entries), "symbol")


def describe_held(entries: Sequence[ListEntry], name: str) -> str:
    """Return a sentence that says that a list already contains these entries."""
    return f"{describe_symbols(entries)} {'is' if len(entries) == 1 else 'are'} already in {name}."


def describe_addition(entries: Sequence[ListEntry], held: Iterable[ListEntry], name: str) -> str:
    """Return sentences that say how many entries are new in a changed list, which held some of them before."""
    before = set(held)
    added = [entry for entry in entries if entry not in before]
    rest = len(entries) - len(added)
    if not added:
        return f"Moved {describe_symbols(entries)} into sections of {name}."
    already = f" {rest:,} {'was' if rest == 1 else 'were'} in it already." if rest else ""
    return f"Added {describe_symbols(added)} to {name}.{already}"


def unique_name(name: str, others: Iterable[NamedList | Section], default: str = _NAME) -> str:
    """Return the name, with a number appended if another list or section has it."""
    taken = {other.name for other in others}
    unique = sanitize_text(name, NAME_LENGTH) or default
    stem, number = _NUMBER.sub("", unique), 2
    while unique in taken:
        ending = f" {number}"
        unique, number = f"{stem[: NAME_LENGTH - len(ending)]}{ending}", number + 1
    return unique
