"""Possible places of items in the messages of an unknown feed, and the type of a value."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.generic.field_names import BOOK_NAMES, BOOK_SIDES
from ticker_gui.feeds.wire import parse_timestamp_ns, to_json

_MAX_DEPTH: Final = 4
# More would not improve the result, and one message may have thousands of items: the tickers of all markets.
_MAX_ITEMS: Final = 400  # per place
_MAX_OF_MESSAGE: Final = 40  # of these, from one message
_MAX_SEARCHED: Final = 6_000  # for those that name a requested symbol
_MAX_PLACES: Final = 100
_MAX_CONTAINERS: Final = 12  # in one object
MAX_NAMES: Final = 64  # in one object; those of a larger one are symbols
_MAX_ROW_LENGTH: Final = 32
_MAX_NAME_DIGITS: Final = 3
_FROM_NS, _UNTIL_NS = 946_684_800 * 10**9, 4_102_444_800 * 10**9  # the years 2000 to 2100
_LARGEST: Final = 1e15
_MIN_TIME: Final = 946_684_800
_CONTAINERS: Final = frozenset((dict, list))
_ZONELESS: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?")


NameT = TypeVar("NameT", bound="str | None")
ItemT = TypeVar("ItemT")
IsRequested: TypeAlias = Callable[[str], bool]


class Item(NamedTuple):
    """A value at a place, the whole message that contains it, and the name that it has in its object, if any."""

    value: Any
    message: Any
    key: str | None = None


def candidates_of(messages: Sequence[Any], is_requested: IsRequested | None = None) -> dict[str, list[Item]]:
    """Return the items at every place with objects or rows of values, by the path of ``items``.

    Of a message with too many items, those that name a requested symbol are preferred: ``is_requested`` decides it of a
    text.
    """
    return by_path(place for message in messages for place in places_in(message, is_requested))


def places_in(message: Any, is_requested: IsRequested | None = None) -> Iterator[tuple[str, Item]]:
    """Yield everything in a message that may be an item, with the path of ``items`` to it."""
    return _walk(message, message, "", 0, is_requested)


def by_path(places: Iterable[tuple[str, ItemT]]) -> dict[str, list[ItemT]]:
    """Return the items at every place by its path; the number of places and of items at each is limited."""
    found: defaultdict[str, list[ItemT]] = defaultdict(list)
    for path, item in places:
        if path not in found and len(found) >= _MAX_PLACES:
            continue
        if len(found[path]) < _MAX_ITEMS:
            found[path].append(item)
    return dict(found)


def _walk(
    value: Any, message: Any, path: str, depth: int, is_requested: IsRequested | None
) -> Iterator[tuple[str, Item]]:
    """Yield everything in a value that may be an item, with the path of ``items`` to it."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield path, Item(value, message)
        yield from _named(value, message, path, is_requested)
        containers = ((name, inner) for name, inner in value.items() if isinstance(inner, dict | list))
        for name, inner in islice(containers, _MAX_CONTAINERS) if len(value) <= MAX_NAMES else ():
            if not _is_book(name, inner):
                yield from _walk(inner, message, join_path(path, name), depth + 1, is_requested)
    elif isinstance(value, list) and value:
        yield from _walk_list(value, message, path, depth, is_requested)


def _walk_list(
    value: list[Any], message: Any, path: str, depth: int, is_requested: IsRequested | None
) -> Iterator[tuple[str, Item]]:
    """Yield the elements of a list, or the list itself if it is a row of values."""
    if not _CONTAINERS.issuperset(map(type, value)):
        yield path, Item(value, message)
        for index, inner in enumerate(value[:_MAX_ROW_LENGTH]):
            if isinstance(inner, dict | list):
                yield from _walk(inner, message, f"{path}[{index}]", depth + 1, is_requested)
    elif not path.endswith("[]"):  # paths do not support lists in lists
        for _, inner in _chosen([(None, inner) for inner in value], is_requested):
            yield from _walk(inner, message, f"{path}[]", depth + 1, is_requested)


def _named(
    value: dict[str, Any], message: Any, path: str, is_requested: IsRequested | None
) -> Iterator[tuple[str, Item]]:
    """Yield the values of an object as items that are named by their symbols: ``{"BTC":{"price":1}}``."""
    where = f"{path}.*" if path else "*"
    for name, inner in _chosen(list(value.items()), is_requested):
        if isinstance(inner, list) and inner and all(isinstance(element, dict) for element in inner):
            yield from ((f"{where}[]", Item(element, message, name)) for element in inner[:_MAX_OF_MESSAGE])
        elif isinstance(inner, dict | list) or number_of(inner) is not None:
            yield where, Item(inner, message, name)


def _chosen(items: list[tuple[NameT, Any]], is_requested: IsRequested | None) -> list[tuple[NameT, Any]]:
    """Return some of many items with their names, in their order: the requested ones, or the first if there are few."""
    if len(items) <= _MAX_OF_MESSAGE:
        return items
    requested: Sequence[int] = ()
    if is_requested is not None:
        searched = enumerate(islice(items, _MAX_SEARCHED))
        found = (at for at, (name, value) in searched if _names_requested(name, value, is_requested))
        requested = list(islice(found, _MAX_OF_MESSAGE))
    others: list[int] = [at for at in range(_MAX_OF_MESSAGE) if at not in requested][: _MAX_OF_MESSAGE - len(requested)]
    return [items[at] for at in sorted([*requested, *others])]


def _names_requested(name: str | None, value: Any, is_requested: IsRequested) -> bool:
    texts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(text, str) and is_requested(text) for text in (name, *islice(texts, MAX_NAMES)))


def join_path(path: str, name: str) -> str:
    """Return the path to a name below another path."""
    step = name if name.isidentifier() and name.isascii() else to_json(name)
    return f"{path}.{step}" if path else step


def leaves(value: Any) -> list[tuple[str, Any]]:
    """Return the plain values in an item with their paths; objects in lists are items of their own."""
    found: list[tuple[str, Any]] = []
    _add_leaves(found, value, "", 0)
    return found


def _add_leaves(found: list[tuple[str, Any]], value: Any, path: str, depth: int) -> None:
    if isinstance(value, dict):
        if depth < 3:
            for name, inner in islice(value.items(), MAX_NAMES):
                if not _is_book(name, inner) and not _is_level_name(name):
                    _add_leaves(found, inner, join_path(path, name), depth + 1)
    elif isinstance(value, list):
        if depth < 2 and (depth == 0 or _CONTAINERS.isdisjoint(map(type, value))):
            for index, inner in enumerate(value[:_MAX_ROW_LENGTH]):
                _add_leaves(found, inner, f"{path}[{index}]", depth + 1)
    else:
        found.append((path or "@", value))


def _is_level_name(name: str) -> bool:
    """Return whether a name is a price: ``{"61234.5":"0.1"}``. Short integers may be names of fields in msgpack."""
    return number_of(name) is not None and not (name.isdecimal() and len(name) <= _MAX_NAME_DIGITS)


def _is_book(name: str, value: Any) -> bool:
    """Return whether a field has the levels of an order book, which resemble rows of price and size."""
    lower = name.lower()
    if lower in BOOK_NAMES:
        return True
    return lower in BOOK_SIDES and isinstance(value, list) and any(isinstance(inner, list | dict) for inner in value)


def number_of(value: Any) -> float | None:
    """Return a value as a number, also from text; ``None`` if it is not a plausible number."""
    kind = type(value)
    if kind is str:
        if value[:1].isalpha():  # most texts, and all names of fields; an error takes longer
            return None
    elif kind is not float and kind is not int:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < _LARGEST else None


def is_time(value: Any) -> bool:
    """Return whether a value is a time in the years 2000 to 2100, as text or as a number of any unit."""
    kind = type(value)
    if kind is str:
        if value[:1].isalpha():
            return False
    elif (kind is not float and kind is not int) or not value >= _MIN_TIME:
        return False
    try:
        time_ns = parse_timestamp_ns(value)
    except FrameError:
        return False
    return time_ns is not None and _FROM_NS < time_ns < _UNTIL_NS


def has_no_zone(value: object) -> bool:
    """Return whether a value is a time as text without a time zone."""
    return isinstance(value, str) and _ZONELESS.fullmatch(value) is not None
