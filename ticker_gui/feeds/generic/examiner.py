"""Examines the items in the messages of an unknown feed, and keeps what it finds while more messages arrive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any, Final, TypeVar

from ticker_gui.feeds.generic.candidates import Item, by_path, join_path, leaves, places_in
from ticker_gui.feeds.generic.field_values import Fields
from ticker_gui.feeds.generic.message_kinds import MessageKind, RequestedSymbols, kind_of_item, kind_texts
from ticker_gui.feeds.generic.paths import KEY
from ticker_gui.feeds.symbols import SymbolResolver

ResultT = TypeVar("ResultT")

_MAX_ENVELOPE_VALUES: Final = 8
_MAX_ENVELOPE_NAMES: Final = 32
_MAX_KEPT: Final = 1_000  # items of one message; those of a larger one are found again


class Envelope:
    """The plain values of a message outside its items, with their paths; a large object has only items."""

    def __init__(self, message: Any) -> None:
        self._message = message

    def around(self, value: Any) -> Iterator[tuple[str, Any]]:
        """Yield the values that are around an item with this value."""
        for holder, values in self._fields:
            if holder is not value:
                yield from values

    @cached_property
    def _fields(self) -> list[tuple[Any, list[tuple[str, Any]]]]:
        """For each field of the message: the object in it, if it is one, and the plain values in the field."""
        message = self._message
        if isinstance(message, list):
            message = {f"[{index}]": value for index, value in enumerate(message[:_MAX_ENVELOPE_VALUES])}
        found: list[tuple[Any, list[tuple[str, Any]]]] = []
        for name, value in message.items() if len(message) <= _MAX_ENVELOPE_NAMES else ():
            path = name if name.startswith("[") else join_path("", name)
            inside: list[tuple[str, Any]] = [(path, value)]
            if isinstance(value, dict):
                inside = [(join_path(path, inner), leaf) for inner, leaf in islice(value.items(), _MAX_ENVELOPE_NAMES)]
            elif isinstance(value, list):
                inside = [(f"{path}[{index}]", leaf) for index, leaf in enumerate(value[:_MAX_ENVELOPE_VALUES])]
            plain = [(f"$.{where}", leaf) for where, leaf in inside if _is_plain(leaf)]
            if plain:
                found.append((value if isinstance(value, dict) else None, plain))
        return found


class ExaminedItem:
    """An item at a place, and what is found in it."""

    def __init__(self, item: Item, path: str, requested: RequestedSymbols, envelope: Envelope) -> None:
        self.item = item
        self._path = path
        self._requested = requested
        self._envelope = envelope

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The values in the item and around it by their paths; the value of a field that is empty is left out."""
        item = self.item
        found = {name: value for name, value in self._leaves if value is not None and value != ""}
        if item.key is not None:
            found[KEY] = item.key
        if item.message is not item.value:
            found.update(self._envelope.around(item.value))
        return found

    @cached_property
    def names_requested(self) -> bool:
        """Whether a text in the item or around it names a requested symbol."""
        is_in = self._requested.is_in
        if self.item.key is not None and is_in(self.item.key):
            return True
        values = chain(self._leaves, self._envelope.around(self.item.value))
        return any(isinstance(text, str) and is_in(text) for _, text in values)

    @cached_property
    def kind_texts(self) -> dict[str, str]:
        """The texts that may name the kind of the item, by path."""
        return kind_texts(self.item)

    @cached_property
    def kind(self) -> MessageKind:
        """The kind of the item."""
        return kind_of_item(self.item, self._path, self._requested, self.kind_texts)

    @cached_property
    def _leaves(self) -> list[tuple[str, Any]]:
        return leaves(self.item.value)


class Examiner:
    """Examines messages for the requested symbols at the time when it is made."""

    def __init__(self, resolver: SymbolResolver) -> None:
        self.resolver = resolver
        self.requested = RequestedSymbols(resolver)
        self._kept: dict[int, tuple[Any, list[tuple[str, ExaminedItem]]]] = {}  # by the id of the message, with it
        self._results: dict[str, tuple[Sequence[ExaminedItem], Any]] = {}  # by path

    def items_by_path(self, messages: Sequence[Any]) -> dict[str, list[ExaminedItem]]:
        """Return the items at every place with objects or rows of values, by the path of ``items``."""
        return by_path(chain.from_iterable(map(self._items_in, messages)))

    def once(self, path: str, items: Sequence[ExaminedItem], examine: Callable[[], ResultT]) -> ResultT:
        """Return the result for the items at a place; ``examine`` is only called if they differ from the last ones."""
        if path not in self._results or self._results[path][0] != items:
            self._results[path] = items, examine()
        result: ResultT = self._results[path][1]
        return result

    def _items_in(self, message: Any) -> Iterable[tuple[str, ExaminedItem]]:
        """Return the items in a message with their paths; they are examined when something about them is asked for."""
        if id(message) in self._kept:
            return self._kept[id(message)][1]
        envelope = Envelope(message)
        found = (
            (path, ExaminedItem(item, path, self.requested, envelope))
            for path, item in places_in(message, self.requested.names_one)
        )
        first = list(islice(found, _MAX_KEPT + 1))
        if len(first) > _MAX_KEPT:
            return chain(first, found)
        self._kept[id(message)] = message, first
        return first


def fields_of(items: Sequence[ExaminedItem]) -> Fields:
    """Return the values of all fields by path and by the number of the item."""
    fields: defaultdict[str, dict[int, Any]] = defaultdict(dict)
    for number, item in enumerate(items):
        for name, value in item.fields.items():
            fields[name][number] = value
    return dict(fields)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
