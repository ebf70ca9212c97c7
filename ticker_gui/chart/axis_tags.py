"""The places of the tags on a price axis, so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, IntEnum, auto
from typing import Final, NamedTuple

GAP: Final = 2  # pixels between two tags
MAX_TAGS: Final = 40


class Role(IntEnum):
    """What a tag is for; where there is no room for all, the smaller number has the right to it."""

    POINTER = 0
    DRAGGED = 1
    LAST = 2
    ASK = 3
    BID = 4
    ALERT = 5
    PREVIOUS_CLOSE = 6
    COMPARISON = 7
    INDICATOR = 8


class Level(NamedTuple):
    """A tag before it has a place: the y coordinate of its price, its height, and what of that is above the price."""

    role: Role
    y: float
    height: int
    above: int


class Place(Enum):
    """How a tag relates to its price."""

    IN_VIEW = auto()
    ABOVE = auto()  # the price is above the view
    BELOW = auto()
    TICK = auto()  # there is no room for the tag
    HIDDEN = auto()  # likewise, and the price is out of view


class TagPlace(NamedTuple):
    """Where a tag is: the y coordinate of its upper edge; of a tick, that of its price."""

    place: Place
    top: int


class _Row(NamedTuple):
    """A tag along the axis, in pixels from where its neighbors are stacked."""

    number: int
    role: Role
    start: int
    height: int


class TagLayout:
    """The places of the tags of one axis; they are computed when one of them has moved by a pixel."""

    def __init__(self) -> None:
        self._key: object = None
        self._places: list[TagPlace] = []

    def places(self, levels: Sequence[Level], height: int) -> list[TagPlace]:
        """Return the place of each tag on an axis of this height."""
        order = sorted(range(len(levels)), key=lambda number: _order(levels[number]))
        key = height, tuple((number, round(levels[number].y), *levels[number][2:]) for number in order)
        if key != self._key:
            self._key, self._places = key, _place(levels, order, height)
        return self._places


def _order(level: Level) -> tuple[float, int]:
    """Return the sort key from the highest price to the lowest; at one price, ask is above and bid is below."""
    return level.y, {Role.ASK: -1, Role.BID: 1}.get(level.role, 0)


def _place(levels: Sequence[Level], order: Sequence[int], height: int) -> list[TagPlace]:
    """Place the pointer and then the last price where they belong, and stack the rest away from that tag.

    Without a last price, the tag with the first right is in its place.
    """
    tops: dict[int, int] = {}
    by_right = sorted(order, key=lambda number: levels[number].role)[:MAX_TAGS]
    pointer = next((number for number in by_right if levels[number].role is Role.POINTER), None)
    if pointer is not None:
        tops[pointer] = _clamped(levels[pointer], height)
    kept = set(by_right) - {pointer}
    rest = [number for number in order if number in kept]
    others = [number for number in by_right if number != pointer]
    anchor = next((number for number in others if levels[number].role is Role.LAST), next(iter(others), None))
    if anchor is not None:
        obstacle = None if pointer is None else (tops[pointer], tops[pointer] + levels[pointer].height)
        is_above = pointer is not None and order.index(anchor) < order.index(pointer)
        top = _anchor_top(levels[anchor], height, obstacle, is_above=is_above)
        if top is not None:
            tops[anchor] = top
            index = rest.index(anchor)
            bottom = top + levels[anchor].height
            above = [_Row(n, levels[n].role, height - _top(levels[n]) - levels[n].height, levels[n].height)
                     for n in reversed(rest[:index])]  # fmt: skip
            below = [_Row(n, levels[n].role, _top(levels[n]), levels[n].height) for n in rest[index + 1 :]]
            flipped = None if obstacle is None else (height - obstacle[1], height - obstacle[0])
            mirrored = _stack(above, height - top + GAP, height, flipped)
            tops |= {number: height - start - levels[number].height for number, start in mirrored.items()}
            tops |= _stack(below, bottom + GAP, height, obstacle)
    return [_tag_place(level, tops.get(number), height) for number, level in enumerate(levels)]


def _top(level: Level) -> int:
    return round(level.y) - level.above


def _clamped(level: Level, height: int) -> int:
    return max(0, min(_top(level), height - level.height))


def _anchor_top(level: Level, height: int, obstacle: tuple[int, int] | None, *, is_above: bool) -> int | None:
    """Return where the first tag is: at its price, or beside the pointer; None without room."""
    top = _clamped(level, height)
    if top + level.height > height:
        return None
    if obstacle is None or top + level.height + GAP <= obstacle[0] or obstacle[1] + GAP <= top:
        return top
    sides = [obstacle[0] - GAP - level.height, obstacle[1] + GAP]
    return next((top for top in (sides if is_above else sides[::-1]) if 0 <= top <= height - level.height), None)


def _stack(rows: Sequence[_Row], begin: int, end: int, obstacle: tuple[int, int] | None) -> dict[int, int]:
    """Return the start of each tag between two coordinates, in this order and around an obstacle."""
    if obstacle is None or obstacle[0] < begin:
        return _fill(_with_right(rows, end - begin), begin, end)
    near_end = obstacle[0] - GAP
    near = _first_fitting([row for row in rows if row.start < obstacle[0]], near_end - begin)
    far_begin = obstacle[1] + GAP
    far = _with_right(rows[len(near) :], end - far_begin)
    return _fill(near, begin, near_end) | _fill(far, far_begin, end)


def _first_fitting(rows: Sequence[_Row], room: int) -> Sequence[_Row]:
    for count, row in enumerate(rows):
        room -= row.height
        if room < 0:
            return rows[:count]
        room -= GAP
    return rows


def _with_right(rows: Sequence[_Row], room: int) -> list[_Row]:
    """Return the tags that fit, those with the first right to the room; they stay in their order."""
    by_right = sorted(range(len(rows)), key=lambda index: (rows[index].role, index))
    fitting = len(_first_fitting([rows[index] for index in by_right], room))
    return [rows[index] for index in sorted(by_right[:fitting])]


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


def _tag_place(level: Level, top: int | None, height: int) -> TagPlace:
    is_in_view = 0 <= round(level.y) <= height
    if top is None:
        return TagPlace(Place.TICK if is_in_view else Place.HIDDEN, round(level.y))
    return TagPlace(Place.IN_VIEW if is_in_view else Place.ABOVE if level.y < 0 else Place.BELOW, top)
