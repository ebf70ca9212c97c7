"""Named lists of symbols, and the undoing of their changes. Every change makes a new value; the old one stays."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Final, Literal, NamedTuple

import msgspec

from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text

MAX_LISTS: Final = 50
MAX_ENTRIES: Final = 10_000  # in one list; also the most aliases
NAME_LENGTH: Final = 40
MAX_STEPS: Final = 200  # that can be undone
_NAME: Final = "Watchlist"
_NUMBER: Final = re.compile(r" [0-9]+\Z")


class ListsError(TickerError):
    """A change would make the lists longer than they may be. Remedy: ask the user."""


class ListEntry(msgspec.Struct, frozen=True):
    """A symbol of a feed, as the user spells it."""

    feed: str
    symbol: Annotated[str, msgspec.Meta(min_length=1, max_length=SYMBOL_LENGTH)]


class NamedList(msgspec.Struct, frozen=True):
    """One list. ``pinned`` are those of its ``entries`` that stand first, in an order of their own."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH)] = _NAME
    entries: Annotated[tuple[ListEntry, ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()
    pinned: Annotated[tuple[ListEntry, ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()

    def __post_init__(self) -> None:
        held = set(self.entries)
        if sanitize_text(self.name, NAME_LENGTH) != self.name:
            raise ValueError("a list's name has characters that cannot be shown")
        if len(held) != len(self.entries) or len(set(self.pinned)) != len(self.pinned):
            raise ValueError("a list has each symbol once")
        if not held.issuperset(self.pinned):
            raise ValueError("what is pinned stands in the list")

    @property
    def display_order(self) -> tuple[ListEntry, ...]:
        """All entries in the order of the rows: the pinned ones, then the others."""
        return (*self.pinned, *self.unpinned)

    @property
    def unpinned(self) -> tuple[ListEntry, ...]:
        """Those that are not pinned, in their order."""
        pinned = set(self.pinned)
        return tuple(entry for entry in self.entries if entry not in pinned)


class Lists(msgspec.Struct, frozen=True):
    """All lists, at least one, and the names that the user gave to symbols.

    Whatever changes them returns new ones, and these themselves where nothing is different. ``index`` says which list.
    """

    lists: Annotated[tuple[NamedList, ...], msgspec.Meta(min_length=1, max_length=MAX_LISTS)] = (NamedList(),)
    aliases: Annotated[tuple[tuple[ListEntry, str], ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()

    def __post_init__(self) -> None:
        if any(not name or sanitize_text(name, NAME_LENGTH) != name for _, name in self.aliases):
            raise ValueError(f"an alias has 1 to {NAME_LENGTH} characters that can be shown")

    def add(self, index: int, entries: Iterable[ListEntry], at: int | None = None) -> Lists:
        """Put symbols into a list, before the row ``at`` or at its end; those that are there stay where they are.

        Raises:
            ListsError: the list would be too long.
        """
        old = self.lists[index]
        held = set(old.entries)
        added = [entry for entry in dict.fromkeys(entries) if entry not in held]
        if len(held) + len(added) > MAX_ENTRIES:
            raise ListsError(
                f"{old.name} stays as it is: it has {len(held):,} symbols, and with {len(added):,} more it would have "
                f"more than {MAX_ENTRIES:,}. Remove some first, or use another list."
            )
        position = len(held)
        unpinned = old.unpinned
        if at is not None and at < len(old.pinned) + len(unpinned):
            # An order of their own has the pinned ones: what is put among them is the first of the others.
            position = old.entries.index(unpinned[max(at - len(old.pinned), 0)]) if unpinned else 0
        return self._with(index, entries=(*old.entries[:position], *added, *old.entries[position:]))

    def remove(self, index: int, entries: Iterable[ListEntry]) -> Lists:
        """Take symbols out of a list."""
        old, removed = self.lists[index], set(entries)
        return self._with(
            index,
            entries=tuple(entry for entry in old.entries if entry not in removed),
            pinned=tuple(entry for entry in old.pinned if entry not in removed),
        )

    def move(self, index: int, entries: Iterable[ListEntry], before: ListEntry | None) -> Lists:
        """Put symbols of a list, in the order that they have, before another one of it, or at the end.

        The pinned ones stay the first, wherever they are put.
        """
        order, moved = self.lists[index].display_order, set(entries)
        after = order[order.index(before) :] if before in order else ()
        staying = [entry for entry in order if entry not in moved]
        target = next((entry for entry in after if entry not in moved), None)
        position = len(staying) if target is None else staying.index(target)
        block = [entry for entry in order if entry in moved]
        return self.arrange(index, [*staying[:position], *block, *staying[position:]])

    def shift(self, index: int, entries: Iterable[ListEntry], by: Literal[-1, 1]) -> Lists:
        """Move symbols of a list up (-1) or down (1) by one row; those that are at an end already stay there.

        The pinned ones move among themselves, and so do the others.
        """
        old, moved = self.lists[index], set(entries)
        return self.arrange(index, [*_shift(old.pinned, moved, by), *_shift(old.unpinned, moved, by)])

    def pin(self, index: int, entries: Iterable[ListEntry]) -> Lists:
        """Let symbols of a list stand first, after those that do already."""
        old, chosen = self.lists[index], set(entries)
        return self._with(index, pinned=(*old.pinned, *(entry for entry in old.unpinned if entry in chosen)))

    def unpin(self, index: int, entries: Iterable[ListEntry]) -> Lists:
        """Let symbols of a list stand again where they stood before they were pinned."""
        removed = set(entries)
        return self._with(index, pinned=tuple(entry for entry in self.lists[index].pinned if entry not in removed))

    def new(self, name: str = "") -> Lists:
        """Put an empty list behind the others.

        Raises:
            ListsError: there are as many as there may be.
        """
        if len(self.lists) >= MAX_LISTS:
            raise ListsError(f"No list is made: there are {MAX_LISTS} already. Delete one first.")
        return self._with_lists((*self.lists, NamedList(_unique_name(name, self.lists))))

    def rename(self, index: int, name: str) -> Lists:
        """Give a list another name, with a number where another list has it."""
        return self._with(index, name=_unique_name(name, (*self.lists[:index], *self.lists[index + 1 :])))

    def delete(self, index: int) -> Lists:
        """Delete a list; an empty one takes the place of the last."""
        return self._with_lists((*self.lists[:index], *self.lists[index + 1 :]) or (NamedList(),))

    def reorder(self, source: int, target: int) -> Lists:
        """Move the list at one index to another index."""
        unpinned = [*self.lists[:source], *self.lists[source + 1 :]]
        unpinned.insert(target, self.lists[source])
        return self._with_lists(tuple(unpinned))

    def alias(self, entry: ListEntry, text: str) -> Lists:
        """Give a symbol a name of the user's; an empty one takes it away.

        Raises:
            ListsError: there are as many names as there may be.
        """
        names = {**dict(self.aliases), entry: sanitize_text(text, NAME_LENGTH)}
        if not names[entry]:
            del names[entry]
        if len(names) > MAX_ENTRIES:
            raise ListsError(f"{entry.symbol} gets no name: {MAX_ENTRIES:,} symbols have one. Take some away first.")
        aliases = tuple(names.items())
        return self if aliases == self.aliases else msgspec.structs.replace(self, aliases=aliases)

    def symbols_of(self, feed: str) -> tuple[str, ...]:
        """Return the symbols of a feed that any list has, each once, in their order."""
        entries = (entry for named in self.lists for entry in named.entries if entry.feed == feed)
        return tuple(dict.fromkeys(entry.symbol for entry in entries))

    def arrange(self, index: int, order: Sequence[ListEntry]) -> Lists:
        """Take over an order of all rows; the pinned ones keep the places that they would go back to."""
        old = self.lists[index]
        pinned = set(old.pinned)
        unpinned = iter([entry for entry in order if entry not in pinned])
        return self._with(
            index,
            entries=tuple(entry if entry in pinned else next(unpinned) for entry in old.entries),
            pinned=tuple(entry for entry in order if entry in pinned),
        )

    def _with(self, index: int, **changes: object) -> Lists:
        changed = msgspec.structs.replace(self.lists[index], **changes)
        return self._with_lists((*self.lists[:index], changed, *self.lists[index + 1 :]))

    def _with_lists(self, lists: tuple[NamedList, ...]) -> Lists:
        return self if lists == self.lists else msgspec.structs.replace(self, lists=lists)


def merge_settings(lists: Lists, before: Collection[ListEntry], now: Collection[ListEntry]) -> Lists:
    """Return the lists as they are after the settings were edited.

    What the settings name ``now`` and did not ``before``, when the lists were kept, joins the first list; what they no
    longer name leaves all lists. Everything else stays as the user left it.

    Raises:
        ListsError: the first list would be too long.
    """
    removed = set(before).difference(now)
    for index in range(len(lists.lists)):
        lists = lists.remove(index, removed)
    known = set(before)
    return lists.add(0, [entry for entry in now if entry not in known])


class _Step(NamedTuple):
    description: str
    lists: Lists  # as they were on the other side of the step


class History:
    """The lists as they are now, and the way back: the last changes, each of which can be undone and done again.

    ``description`` was done is said in words that a menu can go on with: ``remove 3 symbols``.
    """

    def __init__(self, lists: Lists) -> None:
        self.current = lists
        self._done: deque[_Step] = deque(maxlen=MAX_STEPS)
        self._undone: list[_Step] = []

    def do(self, description: str, lists: Lists) -> None:
        """Take over changed lists; nothing is noted where they are the same."""
        if lists == self.current:
            return
        self._done.append(_Step(description, self.current))
        self._undone.clear()
        self.current = lists

    def undo(self) -> str:
        """Go back before the last change; return what it was, nothing where there is none."""
        if not self._done:
            return ""
        step = self._done.pop()
        self._undone.append(_Step(step.description, self.current))
        self.current = step.lists
        return step.description

    def redo(self) -> str:
        """Make the change again that was undone last; return what it was, nothing where there is none."""
        if not self._undone:
            return ""
        step = self._undone.pop()
        self._done.append(_Step(step.description, self.current))
        self.current = step.lists
        return step.description

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._undone)

    @property
    def undo_text(self) -> str:
        """What a menu says about the next undoing."""
        return f"Undo: {self._done[-1].description}" if self._done else "Undo"

    @property
    def redo_text(self) -> str:
        """What a menu says about the next doing again."""
        return f"Redo: {self._undone[-1].description}" if self._undone else "Redo"


def _shift(order: Sequence[ListEntry], moved: Collection[ListEntry], by: int) -> list[ListEntry]:
    """Swap each moved one with its neighbour, unless that is moved as well: so a block keeps its order."""
    row = list(order if by < 0 else reversed(order))
    for index in range(1, len(row)):
        if row[index] in moved and row[index - 1] not in moved:
            row[index - 1], row[index] = row[index], row[index - 1]
    return row if by < 0 else row[::-1]


def _unique_name(name: str, unpinned: Iterable[NamedList]) -> str:
    """Return a name that no other list has."""
    taken = {other.name for other in unpinned}
    unique = sanitize_text(name, NAME_LENGTH) or _NAME
    stem, number = _NUMBER.sub("", unique), 2
    while unique in taken:
        unique = f"{stem[: NAME_LENGTH - 3]} {number}"  # there are at most 50 lists
        number += 1
    return unique
