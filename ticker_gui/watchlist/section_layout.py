"""Order of rows in groups below headings, as a sequence of rows and headings in which rows can be moved."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)


class Heading(NamedTuple):
    """The heading of a group of rows."""

    name: str


def lay_out(rows: Sequence[T], groups: Mapping[str, Collection[T]]) -> list[T | Heading]:
    """Return rows without a group in their order, then each heading with its rows in their order."""
    names = {row: name for name, members in groups.items() for row in members}
    below: dict[str | None, list[T | Heading]] = {None: [], **{name: [Heading(name)] for name in groups}}
    for row in rows:
        below[names.get(row)].append(row)
    return [item for items in below.values() for item in items]


def groups_of(items: Sequence[T | Heading]) -> dict[str, list[T]]:
    """Return the rows below each heading."""
    groups: dict[str, list[T]] = {}
    members: list[T] = []
    for item in items:
        if isinstance(item, Heading):
            members = groups[item.name] = []
        else:
            members.append(item)
    return groups


def move_items(
    items: Sequence[T | Heading], moved: Collection[T | Heading], before: T | Heading | None
) -> list[T | Heading]:
    """Return the items with some of them moved as a block before another one, or to the end."""
    after = items[items.index(before) :] if before is not None and before in items else ()
    staying = [item for item in items if item not in moved]
    target = next((item for item in after if item not in moved), None)
    position = len(staying) if target is None else staying.index(target)
    return [*staying[:position], *(item for item in items if item in moved), *staying[position:]]


def shift_items(items: Sequence[T | Heading], moved: Collection[T | Heading], by: int) -> list[T | Heading]:
    """Swap each moved item with its neighbor, unless that is moved too, so that a block keeps its order."""
    order = list(items if by < 0 else reversed(items))
    for index in range(1, len(order)):
        if order[index] in moved and order[index - 1] not in moved:
            order[index - 1], order[index] = order[index], order[index - 1]
    return order if by < 0 else order[::-1]
