"""Named lists of symbols as immutable values, and the history for undo and redo."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Final, Literal, NamedTuple

import msgspec

from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text

MAX_LISTS: Final = 50
MAX_ENTRIES: Final = 10_000  # in one list; also the maximum number of aliases
NAME_LENGTH: Final = 40
MAX_STEPS: Final = 200  # in the undo history
_NAME: Final = "Watchlist"
_NUMBER: Final = re.compile(r" [0-9]+\Z")


class ListsError(TickerError):
    """A change would exceed a limit. Remedy: show the message to the user."""


class ListEntry(msgspec.Struct, frozen=True):
    """A symbol of a feed, in the user's spelling."""

    feed: str
    symbol: Annotated[str, msgspec.Meta(min_length=1, max_length=SYMBOL_LENGTH)]


class NamedList(msgspec.Struct, frozen=True):
    """One list. ``pinned`` are the ``entries`` at the top of the list, in their own order."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH)] = _NAME
    entries: Annotated[tuple[ListEntry, ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()
    pinned: Annotated[tuple[ListEntry, ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()

    def __post_init__(self) -> None:
        held = set(self.entries)
        if sanitize_text(self.name, NAME_LENGTH) != self.name:
            raise ValueError("the name of a list has characters that cannot be displayed")
        if len(held) != len(self.entries) or len(set(self.pinned)) != len(self.pinned):
            raise ValueError("a list contains each symbol only once")
        if not held.issuperset(self.pinned):
            raise ValueError("pinned symbols must be in the list")

    @property
    def display_order(self) -> tuple[ListEntry, ...]:
        """All entries in row order: the pinned ones, then the others."""
        return (*self.pinned, *self.unpinned)

    @property
    def unpinned(self) -> tuple[ListEntry, ...]:
        """The entries that are not pinned, in their order."""
        pinned = set(self.pinned)
        return tuple(entry for entry in self.entries if entry not in pinned)


class Lists(msgspec.Struct, frozen=True):
    """All lists, at least one, and the aliases of symbols.

    Methods that change something return a new value, or this one if nothing is different. ``index`` selects the list.
    """

    lists: Annotated[tuple[NamedList, ...], msgspec.Meta(min_length=1, max_length=MAX_LISTS)] = (NamedList(),)
    aliases: Annotated[tuple[tuple[ListEntry, str], ...], msgspec.Meta(max_length=MAX_ENTRIES)] = ()

    def __post_init__(self) -> None:
        if any(not name or sanitize_text(name, NAME_LENGTH) != name for _, name in self.aliases):
            raise ValueError(f"an alias has 1 to {NAME_LENGTH} characters that can be displayed")

    def add(self, index: int, entries: Iterable[ListEntry], at: int | None = None) -> Lists:
        """Add symbols to a list, before the row ``at`` or at the end; symbols that it contains already do not move.

        Raises:
            ListsError: the list would be too long.
        """
        old = self.lists[index]
        held = set(old.entries)
        added = [entry for entry in dict.fromkeys(entries) if entry not in held]
        if len(held) + len(added) > MAX_ENTRIES:
            raise ListsError(
                f"Cannot add {len(added):,} more to {old.name}: it has {len(held):,} symbols, and the limit is "
                f"{MAX_ENTRIES:,}. Remove some first, or use another list."
            )
        position = len(held)
        unpinned = old.unpinned
        if at is not None and at < len(old.pinned) + len(unpinned):
            # Pinned entries have their own order: a symbol dropped among them becomes the first unpinned one.
            position = old.entries.index(unpinned[max(at - len(old.pinned), 0)]) if unpinned else 0
        return self._with(index, entries=(*old.entries[:position], *added, *old.entries[position:]))

    def remove(self, index: int, entries: Iterable[ListEntry]) -> Lists:
        """Remove symbols from a list."""
        old, removed = self.lists[index], set(entries)
        return self._with(
            index,
            entries=tuple(entry for entry in old.entries if entry not in removed),
            pinned=tuple(entry for entry in old.pinned if entry not in removed),
        )

    def move(self, index: int, entries: Iterable[ListEntry], before: ListEntry | None) -> Lists:
        """Move symbols as a block before another symbol of the list, or to the end.

        Pinned symbols stay at the top.
        """
        order, moved = self.lists[index].display_order, set(entries)
        after = order[order.index(before) :] if before in order else ()
        staying = [entry for entry in order if entry not in moved]
        target = next((entry for entry in after if entry not in moved), None)
        position = len(staying) if target is None else staying.index(target)
        block = [entry for entry in order if entry in moved]
        return self.arrange(index, [*staying[:position], *block, *staying[position:]])

    def shift(self, index: int, entries: Iterable[ListEntry], by: Literal[-1, 1]) -> Lists:
        """Move symbols of a list up (-1) or down (1) by one row, as far as there is room.

        Pinned symbols move among themselves, and so do the others.
        """
        old, moved = self.lists[index], set(entries)
        return self.arrange(index, [*_shift(old.pinned, moved, by), *_shift(old.unpinned, moved, by)])

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

    def _with(self, index: int, **changes: object) -> Lists:
        changed = msgspec.structs.replace(self.lists[index], **changes)
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


class _Step(NamedTuple):
    description: str
    lists: Lists  # before the step (undo) or after it (redo)


class History:
    """The current lists and the last changes, each of which can be undone and redone.

    The ``description`` of a change completes a menu text: ``remove 3 symbols``.
    """

    def __init__(self, lists: Lists) -> None:
        self.current = lists
        self._done: deque[_Step] = deque(maxlen=MAX_STEPS)
        self._undone: list[_Step] = []

    def do(self, description: str, lists: Lists) -> None:
        """Record changed lists; nothing is recorded if they are equal to the current ones."""
        if lists == self.current:
            return
        self._done.append(_Step(description, self.current))
        self._undone.clear()
        self.current = lists

    def undo(self) -> str:
        """Undo the last change; return its description, or an empty text if there is none."""
        if not self._done:
            return ""
        step = self._done.pop()
        self._undone.append(_Step(step.description, self.current))
        self.current = step.lists
        return step.description

    def redo(self) -> str:
        """Redo the change that was undone last; return its description, or an empty text if there is none."""
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
        """Whether there is a change to redo."""
        return bool(self._undone)

    @property
    def undo_text(self) -> str:
        """The text of the menu item for undo."""
        return f"Undo: {self._done[-1].description}" if self._done else "Undo"

    @property
    def redo_text(self) -> str:
        """The text of the menu item for redo."""
        return f"Redo: {self._undone[-1].description}" if self._undone else "Redo"


def _shift(order: Sequence[ListEntry], moved: Collection[ListEntry], by: int) -> list[ListEntry]:
    """Swap each moved entry with its neighbour, unless that is moved too, so that a block keeps its order."""
    row = list(order if by < 0 else reversed(order))
    for index in range(1, len(row)):
        if row[index] in moved and row[index - 1] not in moved:
            row[index - 1], row[index] = row[index], row[index - 1]
    return row if by < 0 else row[::-1]


def unique_name(name: str, others: Iterable[NamedList]) -> str:
    """Return the name, with a number appended if another list has it."""
    taken = {other.name for other in others}
    unique = sanitize_text(name, NAME_LENGTH) or _NAME
    stem, number = _NUMBER.sub("", unique), 2
    while unique in taken:
        unique = f"{stem[: NAME_LENGTH - 3]} {number}"  # two digits are enough for 50 lists
        number += 1
    return unique
