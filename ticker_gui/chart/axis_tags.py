"""The positions of the tags on a price axis, so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, IntEnum, auto
from typing import Final, NamedTuple

GAP: Final = 2  # pixels between two tags
MAX_TAGS: Final = 40


class Role(IntEnum):
    """What a tag is for; if there is no room for all, the smaller number has priority."""

    POINTER = 0
    DRAGGED = 1
    LAST = 2
    ASK = 3
    BID = 4
    ALERT = 5
    PREVIOUS_CLOSE = 6
    COMPARISON = 7
    INDICATOR = 8


class UnplacedTag(NamedTuple):
    """A tag before it is placed: the y coordinate of its price, its height, and what of that is above the price."""

    role: Role
    y: float
    height: int
    above: int


class TagState(Enum):
    """Whether a tag is displayed, and where its price is."""

    IN_VIEW = auto()
    ABOVE = auto()  # the price is above the view
    BELOW = auto()
    TICK = auto()  # there is no room for the tag
    HIDDEN = auto()  # likewise, and the price is out of view


class TagPosition(NamedTuple):
    """Where a tag is, if it is displayed: the y coordinate of its upper edge; of a tick, that of its price."""

    state: TagState
    top: int


class _Row(NamedTuple):
    """A tag along the axis, in pixels from where its neighbors are stacked."""

    number: int
    role: Role
    start: int
    height: int


class TagLayout:
    """The positions of the tags of one axis; they are computed when one of them has moved by a pixel."""

    def __init__(self) -> None:
        self._key: object = None
        self._positions: list[TagPosition] = []

    def positions(self, tags: Sequence[UnplacedTag], height: int) -> list[TagPosition]:
        """Return the position of each tag on an axis of this height."""
        order = sorted(range(len(tags)), key=lambda number: _order(tags[number]))
        key = height, tuple((number, round(tags[number].y), *tags[number][2:]) for number in order)
        if key != self._key:
            self._key, self._positions = key, _place(tags, order, height)
        return self._positions


def _order(tag: UnplacedTag) -> tuple[float, int]:
    """Return the sort key from the highest price to the lowest; at one price, ask is above and bid is below."""
    return tag.y, {Role.ASK: -1, Role.BID: 1}.get(tag.role, 0)


def _place(tags: Sequence[UnplacedTag], order: Sequence[int], height: int) -> list[TagPosition]:
    """Place the pointer and then the last price where they belong, and stack the rest away from that tag.

    Without a last price, the tag with the highest priority takes that position.
    """
    tops: dict[int, int] = {}
    by_priority = sorted(order, key=lambda number: tags[number].role)[:MAX_TAGS]
    pointer = next((number for number in by_priority if tags[number].role is Role.POINTER), None)
    if pointer is not None:
        tops[pointer] = _clamped(tags[pointer], height)
    kept = set(by_priority) - {pointer}
    rest = [number for number in order if number in kept]
    others = [number for number in by_priority if number != pointer]
    anchor = next((number for number in others if tags[number].role is Role.LAST), next(iter(others), None))
    if anchor is not None:
        obstacle = None if pointer is None else (tops[pointer], tops[pointer] + tags[pointer].height)
        is_above = pointer is not None and order.index(anchor) < order.index(pointer)
        top = _anchor_top(tags[anchor], height, obstacle, is_above=is_above)
        if top is not None:
            tops[anchor] = top
            index = rest.index(anchor)
            bottom = top + tags[anchor].height
            above = [_Row(n, tags[n].role, height - _top(tags[n]) - tags[n].height, tags[n].height)
                     for n in reversed(rest[:index])]  # fmt: skip
            below = [_Row(n, tags[n].role, _top(tags[n]), tags[n].height) for n in rest[index + 1 :]]
            flipped = None if obstacle is None else (height - obstacle[1], height - obstacle[0])
            mirrored = _stack(above, height - top + GAP, height, flipped)
            tops |= {number: height - start - tags[number].height for number, start in mirrored.items()}
            tops |= _stack(below, bottom + GAP, height, obstacle)
    return [_tag_position(tag, tops.get(number), height) for number, tag in enumerate(tags)]


def _top(tag: UnplacedTag) -> int:
    return round(tag.y) - tag.above


def _clamped(tag: UnplacedTag, height: int) -> int:
    return max(0, min(_top(tag), height - tag.height))


def _anchor_top(tag: UnplacedTag, height: int, obstacle: tuple[int, int] | None, *, is_above: bool) -> int | None:
    """Return where the first tag is: at its price, or beside the pointer; None without room."""
    top = _clamped(tag, height)
    if top + tag.height > height:
        return None
    if obstacle is None or top + tag.height + GAP <= obstacle[0] or obstacle[1] + GAP <= top:
        return top
    sides = [obstacle[0] - GAP - tag.height, obstacle[1] + GAP]
    return next((top for top in (sides if is_above else sides[::-1]) if 0 <= top <= height - tag.height), None)


def _stack(rows: Sequence[_Row], begin: int, end: int, obstacle: tuple[int, int] | None) -> dict[int, int]:
    """Return the start of each tag between two coordinates, in this order and around an obstacle."""
    if obstacle is None or obstacle[0] < begin:
        return _fill(_with_priority(rows, end - begin), begin, end)
    near_end = obstacle[0] - GAP
    near = _first_fitting([row for row in rows if row.start < obstacle[0]], near_end - begin)
    far_begin = obstacle[1] + GAP
    far = _with_priority(rows[len(near) :], end - far_begin)
    return _fill(near, begin, near_end) | _fill(far, far_begin, end)


def _first_fitting(rows: Sequence[_Row], room: int) -> Sequence[_Row]:
    for count, row in enumerate(rows):
        room -= row.height
        if room < 0:
            return rows[:count]
        room -= GAP
    return rows


def _with_priority(rows: Sequence[_Row], room: int) -> list[_Row]:
    """Return the tags that fit, those with priority first; they stay in their order."""
    by_priority = sorted(range(len(rows)), key=lambda index: (rows[index].role, index))
    fitting = len(_first_fitting([rows[index] for index in by_priority], room))
    return [rows[index] for index in sorted(by_priority[:fitting])]


def _fill(rows: Sequence[_Row], begin: int, end: int) -> dict[int, int]:
    """Move tags away from ``begin`` until none covers another, and then back until all are before ``end``."""
    starts: list[int] = []
    for row in rows:
        starts.append(max(row.start, begin))
        begin = starts[-1] + row.height + GAP
    placed: dict[int, int] = {}
    for row, start in zip(reversed(rows), reversed(starts), strict=True):
        placed[row.number] = min(start, end - row.height)
        end = placed[row.number] - GAP
    return placed


def _tag_position(tag: UnplacedTag, top: int | None, height: int) -> TagPosition:
    is_in_view = 0 <= round(tag.y) <= height
    if top is None:
        return TagPosition(TagState.TICK if is_in_view else TagState.HIDDEN, round(tag.y))
    return TagPosition(TagState.IN_VIEW if is_in_view else TagState.ABOVE if tag.y < 0 else TagState.BELOW, top)
